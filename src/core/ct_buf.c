/*
 * ct_buf: the output half of ct_bytes.h. A piece is written whole or not
 * at all, and never beyond the ceiling; memory comes from the arena, and
 * what a grown buffer leaves behind goes when the arena goes.
 */

#include "ct_bytes.h"

#include <string.h>

#define CT_BUF_FIRST 256

/* 0000-01-01T00:00:00Z and 9999-12-31T23:59:59Z, in seconds since 1970 */
#define CT_TIME_MIN (-62167219200LL)
#define CT_TIME_MAX 253402300799LL

static const char ct_base64_digits[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static const char ct_hex_digits[] = "0123456789abcdef";


static bool ct_buf_reserve(ct_buf_t *buf, size_t len);
static void ct_buf_date(ct_buf_t *buf, unsigned days);
static void ct_buf_digits(ct_buf_t *buf, unsigned v, unsigned width);


void
ct_buf_fixed(ct_buf_t *buf, void *data, size_t room)
{
    *buf = (ct_buf_t) {.data = data, .room = room, .ceiling = room};
}


void
ct_buf_init(ct_buf_t *buf, ct_arena_t *arena, size_t ceiling)
{
    *buf = (ct_buf_t) {.ceiling = ceiling, .arena = arena};
}


/* Makes room for `len` more bytes, or sets `full`. */
static bool
ct_buf_reserve(ct_buf_t *buf, size_t len)
{
    size_t   need, room;
    uint8_t *data;

    if (buf->full || len > buf->ceiling - buf->len) {
        buf->full = true;
        return false;
    }

    need = buf->len + len;
    if (need <= buf->room) {
        return true;
    }

    /* twice as much, or just enough where that is all there is */

    room = need < CT_BUF_FIRST ? CT_BUF_FIRST : need;
    room = room / 2 < buf->room ? buf->room * 2 : room;
    room = room < buf->ceiling ? room : buf->ceiling;

    data = ct_arena_alloc(buf->arena, room);
    if (data == NULL) {
        room = need;
        data = ct_arena_alloc(buf->arena, room);
    }

    if (data == NULL) {
        buf->full = true;
        return false;
    }

    if (buf->len != 0) {
        memcpy(data, buf->data, buf->len);
    }

    buf->data = data;
    buf->room = room;

    return true;
}


void
ct_buf_put(ct_buf_t *buf, const void *data, size_t len)
{
    if (!ct_buf_reserve(buf, len) || len == 0) {
        return;
    }

    memcpy(buf->data + buf->len, data, len);
    buf->len += len;
}


void
ct_buf_puts(ct_buf_t *buf, const char *s)
{
    ct_buf_bytes(buf, ct_bytes_str(s));
}


void
ct_buf_putc(ct_buf_t *buf, uint8_t c)
{
    ct_buf_put(buf, &c, 1);
}


void
ct_buf_bytes(ct_buf_t *buf, ct_bytes_t bytes)
{
    ct_buf_put(buf, bytes.data, bytes.len);
}


void
ct_buf_u64(ct_buf_t *buf, uint64_t v)
{
    size_t n;
    char   text[20];

    n = sizeof(text);

    do {
        text[--n] = (char) ('0' + v % 10);
        v /= 10;
    } while (v != 0);

    ct_buf_put(buf, text + n, sizeof(text) - n);
}


void
ct_buf_hex(ct_buf_t *buf, const void *data, size_t len)
{
    size_t         i;
    uint8_t       *out;
    const uint8_t *p;

    if (len > SIZE_MAX / 2 || !ct_buf_reserve(buf, len * 2)) {
        buf->full = true;
        return;
    }

    p = data;

    for (i = 0; i < len; i++) {
        out = buf->data + buf->len;
        out[0] = (uint8_t) ct_hex_digits[p[i] >> 4];
        out[1] = (uint8_t) ct_hex_digits[p[i] & 15];
        buf->len += 2;
    }
}


void
ct_buf_base64(ct_buf_t *buf, const void *data, size_t len)
{
    size_t         i, n;
    uint8_t       *out;
    uint32_t       v;
    const uint8_t *p;

    if (len > SIZE_MAX / 4 || !ct_buf_reserve(buf, (len + 2) / 3 * 4)) {
        buf->full = true;
        return;
    }

    p = data;

    for (i = 0; i < len; i += 3) {
        n = len - i;
        v = (uint32_t) p[i] << 16;
        v |= n > 1 ? (uint32_t) p[i + 1] << 8 : 0;
        v |= n > 2 ? (uint32_t) p[i + 2] : 0;

        out = buf->data + buf->len;
        out[0] = (uint8_t) ct_base64_digits[v >> 18];
        out[1] = (uint8_t) ct_base64_digits[v >> 12 & 63];
        out[2] = n > 1 ? (uint8_t) ct_base64_digits[v >> 6 & 63] : '=';
        out[3] = n > 2 ? (uint8_t) ct_base64_digits[v & 63] : '=';
        buf->len += 4;
    }
}


/* RFC 3339, 5.6, always UTC and in whole seconds. */
void
ct_buf_time(ct_buf_t *buf, int64_t ms)
{
    int64_t  seconds;
    unsigned days, rest;

    seconds = ms / 1000 - (ms % 1000 < 0 ? 1 : 0);
    seconds = seconds < CT_TIME_MIN ? CT_TIME_MIN : seconds;
    seconds = seconds > CT_TIME_MAX ? CT_TIME_MAX : seconds;
    seconds -= CT_TIME_MIN; /* since the year 0: never negative */

    days = (unsigned) (seconds / 86400);
    rest = (unsigned) (seconds % 86400);

    if (!ct_buf_reserve(buf, sizeof("2026-11-22T16:49:00Z") - 1)) {
        return;
    }

    ct_buf_date(buf, days);
    ct_buf_putc(buf, 'T');
    ct_buf_digits(buf, rest / 3600, 2);
    ct_buf_putc(buf, ':');
    ct_buf_digits(buf, rest / 60 % 60, 2);
    ct_buf_putc(buf, ':');
    ct_buf_digits(buf, rest % 60, 2);
    ct_buf_putc(buf, 'Z');
}


/*
 * Days since 0000-01-01 of the proleptic Gregorian calendar, which repeats
 * every 400 years or 146097 days; within that, years and months are simply
 * counted off.
 */
static void
ct_buf_date(ct_buf_t *buf, unsigned days)
{
    unsigned n, year, month, leap, length;

    static const uint8_t lengths[] = {31, 28, 31, 30, 31, 30,
                                      31, 31, 30, 31, 30, 31};

    year = days / 146097 * 400;
    days %= 146097;

    for (;;) {
        leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        n = 365 + leap;
        if (days < n) {
            break;
        }

        days -= n;
        year++;
    }

    for (month = 0; month < 11; month++) {
        length = lengths[month] + (month == 1 ? leap : 0);
        if (days < length) {
            break;
        }

        days -= length;
    }

    ct_buf_digits(buf, year, 4);
    ct_buf_putc(buf, '-');
    ct_buf_digits(buf, month + 1, 2);
    ct_buf_putc(buf, '-');
    ct_buf_digits(buf, days + 1, 2);
}


static void
ct_buf_digits(ct_buf_t *buf, unsigned v, unsigned width)
{
    unsigned i;
    uint8_t  text[4];

    for (i = width; i != 0; i--) {
        text[i - 1] = (uint8_t) ('0' + v % 10);
        v /= 10;
    }

    ct_buf_put(buf, text, width);
}


ct_bytes_t
ct_buf_slice(const ct_buf_t *buf)
{
    if (buf->full) {
        return ct_bytes(NULL, 0);
    }

    return ct_bytes(buf->data, buf->len);
}
