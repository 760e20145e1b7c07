/*
 * ct_bytes: slices, the reading cursor and the text forms decimal and hex;
 * base64 is in ct_base64.c, the output buffer in ct_buf.c. Nothing here
 * knows what the bytes mean. One rule for all of it: what fails has changed
 * nothing.
 */

#include "ct_bytes.h"

#include <string.h>


static uint8_t ct_lower(uint8_t c);
static bool ct_read_uint(ct_bytes_t *in, size_t n, uint64_t *v);
static bool ct_read_vec(ct_bytes_t *in, size_t n, ct_bytes_t *v);
static int ct_hex_value(uint8_t c);


ct_bytes_t
ct_bytes(const void *data, size_t len)
{
    return (ct_bytes_t) {data, len};
}


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
ct_read_u8(ct_bytes_t *in, uint8_t *v)
{
    uint64_t n;

    if (!ct_read_uint(in, 1, &n)) {
        return false;
    }

    *v = (uint8_t) n;

    return true;
}


bool
ct_read_u16(ct_bytes_t *in, uint16_t *v)
{
    uint64_t n;

    if (!ct_read_uint(in, 2, &n)) {
        return false;
    }

    *v = (uint16_t) n;

    return true;
}


bool
ct_read_u24(ct_bytes_t *in, uint32_t *v)
{
    uint64_t n;

    if (!ct_read_uint(in, 3, &n)) {
        return false;
    }

    *v = (uint32_t) n;

    return true;
}


bool
ct_read_u40(ct_bytes_t *in, uint64_t *v)
{
    return ct_read_uint(in, 5, v);
}


bool
ct_read_u64(ct_bytes_t *in, uint64_t *v)
{
    return ct_read_uint(in, 8, v);
}


static bool
ct_read_uint(ct_bytes_t *in, size_t n, uint64_t *v)
{
    size_t   i;
    uint64_t value;

    if (in->len < n) {
        return false;
    }

    value = 0;

    for (i = 0; i < n; i++) {
        value = value << 8 | in->data[i];
    }

    in->data += n;
    in->len -= n;
    *v = value;

    return true;
}


bool
ct_read_bytes(ct_bytes_t *in, size_t n, ct_bytes_t *v)
{
    if (in->len < n) {
        return false;
    }

    *v = ct_bytes(in->data, n);

    if (n != 0) {
        in->data += n;
        in->len -= n;
    }

    return true;
}


bool
ct_read_vec16(ct_bytes_t *in, ct_bytes_t *v)
{
    return ct_read_vec(in, 2, v);
}


bool
ct_read_vec24(ct_bytes_t *in, ct_bytes_t *v)
{
    return ct_read_vec(in, 3, v);
}


/* A length of `n` bytes, then so many bytes (RFC 8446, 3.4). */
static bool
ct_read_vec(ct_bytes_t *in, size_t n, ct_bytes_t *v)
{
    uint64_t   len;
    ct_bytes_t rest;

    rest = *in;

    if (!ct_read_uint(&rest, n, &len)
        || !ct_read_bytes(&rest, (size_t) len, v))
    {
        return false;
    }

    *in = rest;

    return true;
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
