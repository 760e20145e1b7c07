/*
 * ct_bytes: slices, the reading cursor and the text forms decimal and hex;
 * base64 is in ct_base64.c, the output buffer in ct_buf.c. Nothing here
 * knows what the bytes mean. One rule for all of it: what fails has changed
 * nothing.
 */

#include "ct_bytes.h"

#include <string.h>


static uint8_t ct_lower(uint8_t c);
static int ct_hex_value(uint8_t c);


ct_bytes_t
ct_bytes_str(const char *s)
{
    return ct_bytes(s, s != NULL ? strlen(s) : 0);
}


bool
ct_bytes_equal(ct_bytes_t a, ct_bytes_t b)
{
    return a.len == b.len
           && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}


bool
ct_bytes_is(ct_bytes_t a, const char *s)
{
    return ct_bytes_equal(a, ct_bytes_str(s));
}


bool
ct_bytes_equal_nocase(ct_bytes_t a, ct_bytes_t b)
{
    size_t i;

    if (a.len != b.len) {
        return false;
    }

    for (i = 0; i < a.len; i++) {
        if (ct_lower(a.data[i]) != ct_lower(b.data[i])) {
            return false;
        }
    }

    return true;
}


static uint8_t
ct_lower(uint8_t c)
{
    return c >= 'A' && c <= 'Z' ? c | 0x20 : c;
}


bool
ct_read_until(ct_bytes_t *in, uint8_t c, ct_bytes_t *v)
{
    size_t         n;
    const uint8_t *p;

    p = in->len != 0 ? memchr(in->data, c, in->len) : NULL;
    if (p == NULL) {
        return false;
    }

    n = (size_t) (p - in->data);
    *v = ct_bytes(in->data, n);
    in->data += n + 1;
    in->len -= n + 1;

    return true;
}


bool
ct_parse_decimal(ct_bytes_t in, uint64_t *v)
{
    size_t   i;
    uint64_t value, digit;

    if (in.len == 0 || (in.len > 1 && in.data[0] == '0')) {
        return false;
    }

    value = 0;

    for (i = 0; i < in.len; i++) {
        if (in.data[i] < '0' || in.data[i] > '9') {
            return false;
        }

        digit = in.data[i] - '0';

        if (value > (UINT64_MAX - digit) / 10) {
            return false;
        }

        value = value * 10 + digit;
    }

    *v = value;

    return true;
}


bool
ct_parse_hex(ct_bytes_t in, uint8_t *out, size_t len)
{
    size_t i;

    if (in.len % 2 != 0 || in.len / 2 != len) {
        return false;
    }

    for (i = 0; i < in.len; i++) {
        if (ct_hex_value(in.data[i]) < 0) {
            return false;
        }
    }

    for (i = 0; i < len; i++) {
        out[i] = (uint8_t) (ct_hex_value(in.data[2 * i]) * 16
                            + ct_hex_value(in.data[2 * i + 1]));
    }

    return true;
}


static int
ct_hex_value(uint8_t c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }

    c = ct_lower(c);

    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}
