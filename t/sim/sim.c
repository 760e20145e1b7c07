/*
 * sim: dice, and bytes that grow.
 */

#include "sim.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>


void
sim_die(const char *why)
{
    (void) printf("Bail out! %s\n", why);
    exit(1);
}


void *
sim_grow(void *old, size_t n, size_t size)
{
    old = realloc(old, n * size);

    if (old == NULL) {
        sim_die("out of memory");
    }

    return old;
}


/* splitmix64 */
uint64_t
dice_roll(dice_t *dice, uint64_t sides)
{
    uint64_t z;

    dice->state += 0x9e3779b97f4a7c15ULL;
    z = dice->state;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    z ^= z >> 31;

    return sides == 0 ? z : z % sides;
}


int64_t
dice_between(dice_t *dice, int64_t from, int64_t to)
{
    return to <= from ? from
                      : from + (int64_t) dice_roll(dice,
                                                   (uint64_t) (to - from));
}


bool
dice_chance(dice_t *dice, unsigned percent)
{
    return dice_roll(dice, 100) < percent;
}


void
text_put(text_t *text, const void *data, size_t len)
{
    if (text->room - text->len < len) {
        text->room = 2 * text->room + len + 256;
        text->data = sim_grow(text->data, text->room, 1);
    }

    if (len > 0) {
        memcpy(text->data + text->len, data, len);
        text->len += len;
    }
}


void
text_puts(text_t *text, const char *s)
{
    text_put(text, s, strlen(s));
}


void
text_uint(text_t *text, uint64_t v, unsigned width)
{
    uint8_t  bytes[8];
    unsigned i;

    for (i = 0; i < width; i++) {
        bytes[width - 1 - i] = (uint8_t) (v >> (8 * i));
    }

    text_put(text, bytes, width);
}


void
text_number(text_t *text, uint64_t v)
{
    char number[24];

    (void) snprintf(number, sizeof(number), "%llu", (unsigned long long) v);
    text_puts(text, number);
}


void
text_base64(text_t *text, const void *data, size_t len)
{
    size_t room;

    room = (len + 2) / 3 * 4 + 1;

    if (text->room - text->len < room) {
        text->room = 2 * text->room + room + 256;
        text->data = sim_grow(text->data, text->room, 1);
    }

    text->len += (size_t) EVP_EncodeBlock(text->data + text->len, data,
                                          (int) len);
}
