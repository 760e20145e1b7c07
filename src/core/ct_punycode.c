/*
 * ct_punycode: RFC 3492. The numbers are those of section 5; with at most
 * 63 code points below 0x110000 nothing can overflow 32 bits on the way out,
 * and every step on the way in is checked.
 */

#include <string.h>

#include "ct_punycode.h"

#define CT_PUNY_BASE    36U
#define CT_PUNY_TMIN    1U
#define CT_PUNY_TMAX    26U
#define CT_PUNY_SKEW    38U
#define CT_PUNY_DAMP    700U
#define CT_PUNY_BIAS    72U
#define CT_PUNY_INITIAL 0x80U
#define CT_PUNY_LAST    0x10ffffU

/* What both ways keep between two code points. */
typedef struct {
    uint32_t code;  /* n of the RFC */
    uint32_t delta; /* delta, or i */
    uint32_t bias;
} ct_puny_t;


static bool ct_puny_character(uint32_t code);
static void ct_puny_number(ct_buf_t *out, uint32_t value, uint32_t bias);
static bool ct_puny_advance(ct_bytes_t *in, ct_puny_t *state);
static uint32_t ct_puny_threshold(uint32_t k, uint32_t bias);
static uint32_t ct_puny_adapt(uint32_t delta, size_t points, bool first);
static uint32_t ct_puny_digit(uint8_t c);


bool
ct_punycode_encode(ct_buf_t *out, const uint32_t *codes, size_t n)
{
    size_t    i, basic, done;
    uint32_t  next;
    ct_puny_t s;

    s = (ct_puny_t) {CT_PUNY_INITIAL, 0, CT_PUNY_BIAS};
    basic = 0;

    for (i = 0; i < n; i++) {
        if (n > CT_PUNYCODE_MAX || !ct_puny_character(codes[i])) {
            return false;
        }

        if (codes[i] < CT_PUNY_INITIAL) {
            ct_buf_putc(out, (uint8_t) codes[i]);
            basic++;
        }
    }

    if (basic > 0) {
        ct_buf_putc(out, '-');
    }

    for (done = basic; done < n; s.delta++, s.code++) {
        next = UINT32_MAX;

        for (i = 0; i < n; i++) {
            if (codes[i] >= s.code && codes[i] < next) {
                next = codes[i];
            }
        }

        s.delta += (next - s.code) * (uint32_t) (done + 1);
        s.code = next;

        for (i = 0; i < n; i++) {
            s.delta += codes[i] < s.code;

            if (codes[i] == s.code) {
                ct_puny_number(out, s.delta, s.bias);
                s.bias = ct_puny_adapt(s.delta, done + 1, done == basic);
                s.delta = 0;
                done++;
            }
        }
    }

    return true;
}


/* Neither a surrogate nor beyond the last one. */
static bool
ct_puny_character(uint32_t code)
{
    return code <= CT_PUNY_LAST && (code & 0xfffff800) != 0xd800;
}


/* A generalized variable-length integer (3.3). */
static void
ct_puny_number(ct_buf_t *out, uint32_t value, uint32_t bias)
{
    uint32_t k, t, digit;

    for (k = CT_PUNY_BASE;; k += CT_PUNY_BASE) {
        t = ct_puny_threshold(k, bias);
        digit = value < t ? value : t + (value - t) % (CT_PUNY_BASE - t);

        ct_buf_putc(out, (uint8_t) (digit < 26 ? 'a' + digit
                                               : '0' + digit - 26));
        if (value < t) {
            return;
        }

        value = (value - t) / (CT_PUNY_BASE - t);
    }
}


bool
ct_punycode_decode(ct_bytes_t text, uint32_t codes[CT_PUNYCODE_MAX],
    size_t *n)
{
    size_t    i, len;
    uint32_t  from;
    ct_puny_t s;

    if (text.len > CT_PUNYCODE_MAX) {
        return false;
    }

    for (len = text.len; len > 0 && text.data[len - 1] != '-'; len--) {
        /* basic code points end at the last hyphen */
    }

    for (i = 0; i + 1 < len; i++) {
        codes[i] = text.data[i];

        if (codes[i] >= CT_PUNY_INITIAL) {
            return false;
        }
    }

    if (len == 1) {
        return false; /* nothing stands before it */
    }

    *n = i;
    text = ct_bytes(text.data + len, text.len - len);
    s = (ct_puny_t) {CT_PUNY_INITIAL, 0, CT_PUNY_BIAS};

    while (text.len != 0) {
        from = s.delta;

        if (*n == CT_PUNYCODE_MAX || !ct_puny_advance(&text, &s)) {
            return false;
        }

        s.bias = ct_puny_adapt(s.delta - from, *n + 1, from == 0);
        s.code += s.delta / (uint32_t) (*n + 1);
        s.delta %= (uint32_t) (*n + 1);

        if (!ct_puny_character(s.code)) {
            return false;
        }

        memmove(codes + s.delta + 1, codes + s.delta,
                (*n - s.delta) * sizeof(codes[0]));
        codes[s.delta++] = s.code;
        (*n)++;
    }

    return true;
}


/* Adds the next number to where we are. Within 31 bits, so that sums with
 * a code point cannot overflow. */
static bool
ct_puny_advance(ct_bytes_t *in, ct_puny_t *state)
{
    uint8_t  c;
    uint64_t weight, sum;
    uint32_t k, t, digit;

    sum = state->delta;
    weight = 1;

    for (k = CT_PUNY_BASE;; k += CT_PUNY_BASE) {
        if (!ct_read_u8(in, &c)) {
            return false;
        }

        digit = ct_puny_digit(c);
        sum += digit * weight;

        if (digit == CT_PUNY_BASE || sum > INT32_MAX) {
            return false;
        }

        t = ct_puny_threshold(k, state->bias);

        if (digit < t) {
            state->delta = (uint32_t) sum;
            return true;
        }

        weight *= CT_PUNY_BASE - t;

        if (weight > INT32_MAX) {
            return false;
        }
    }
}


static uint32_t
ct_puny_threshold(uint32_t k, uint32_t bias)
{
    if (k <= bias + CT_PUNY_TMIN) {
        return CT_PUNY_TMIN;
    }

    return k >= bias + CT_PUNY_TMAX ? CT_PUNY_TMAX : k - bias;
}


/* 6.1 */
static uint32_t
ct_puny_adapt(uint32_t delta, size_t points, bool first)
{
    uint32_t k;

    delta = first ? delta / CT_PUNY_DAMP : delta / 2;
    delta += delta / (uint32_t) points;

    for (k = 0; delta > (CT_PUNY_BASE - CT_PUNY_TMIN) * CT_PUNY_TMAX / 2;
         k += CT_PUNY_BASE)
    {
        delta /= CT_PUNY_BASE - CT_PUNY_TMIN;
    }

    return k + (CT_PUNY_BASE - CT_PUNY_TMIN + 1) * delta
               / (delta + CT_PUNY_SKEW);
}


/* CT_PUNY_BASE when it is none. */
static uint32_t
ct_puny_digit(uint8_t c)
{
    if (c >= '0' && c <= '9') {
        return c - '0' + 26U;
    }

    c |= 0x20;

    return c >= 'a' && c <= 'z' ? c - (uint32_t) 'a' : CT_PUNY_BASE;
}
