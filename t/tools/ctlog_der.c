/*
 * ctlog_der: DER backwards (ctlog_der.h). A value longer than 65535 bytes
 * does not fit in the first place.
 */

#include "ctlog_der.h"

static uint64_t dice_next(dice_t *dice);


uint64_t
dice_roll(dice_t *dice, uint64_t sides)
{
    return dice_next(dice) % sides;
}


/* splitmix64 */
static uint64_t
dice_next(dice_t *dice)
{
    uint64_t z;

    z = (dice->state += 0x9e3779b97f4a7c15ULL);
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ z >> 27) * 0x94d049bb133111ebULL;

    return z ^ z >> 31;
}


void
dice_noise(der_t *der, dice_t *dice, size_t len)
{
    uint64_t word;
    size_t   n;

    while (len > 0) {
        word = dice_next(dice);
        n = len < sizeof(word) ? len : sizeof(word);
        der_put(der, &word, n);
        len -= n;
    }
}


void
der_put(der_t *der, const void *data, size_t len)
{
    if (len > der->at) {
        errx(1, "a certificate grew too large");
    }
    if (len > 0) {
        der->at -= len;
        memcpy(der->byte + der->at, data, len);
    }
}


void
der_text(der_t *der, unsigned tag, const char *text)
{
    size_t end = der->at;

    der_put(der, text, strlen(text));
    der_wrap(der, tag, end);
}


void
der_wrap(der_t *der, unsigned tag, size_t end)
{
    uint8_t head[4] = {(uint8_t) tag, 0, 0, 0};
    size_t  len = end - der->at;

    if (len < 0x80) {
        head[1] = (uint8_t) len;
        der_put(der, head, 2);
    } else if (len < 0x100) {
        head[1] = 0x81;
        head[2] = (uint8_t) len;
        der_put(der, head, 3);
    } else {
        head[1] = 0x82;
        head[2] = (uint8_t) (len >> 8);
        head[3] = (uint8_t) len;
        der_put(der, head, 4);
    }
}


slice_t
der_rest(const der_t *der)
{
    return (slice_t){der->byte + der->at, DER_ROOM - der->at};
}
