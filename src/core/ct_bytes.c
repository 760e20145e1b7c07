/*
 * ct_bytes: slices, the reading cursor and the text forms (decimal, hex,
 * base64); the output buffer is in ct_buf.c. Nothing here knows what the
 * bytes mean. One rule for all of it: what fails has changed nothing.
 */

#include "ct_bytes.h"

#include <string.h>

/* 64 + the value of each character of the alphabet; 0 for all others */
static const uint8_t ct_base64_values[256] = {
    ['A'] = 64,  ['B'] = 65,  ['C'] = 66,  ['D'] = 67,  ['E'] = 68,
    ['F'] = 69,  ['G'] = 70,  ['H'] = 71,  ['I'] = 72,  ['J'] = 73,
    ['K'] = 74,  ['L'] = 75,  ['M'] = 76,  ['N'] = 77,  ['O'] = 78,
    ['P'] = 79,  ['Q'] = 80,  ['R'] = 81,  ['S'] = 82,  ['T'] = 83,
    ['U'] = 84,  ['V'] = 85,  ['W'] = 86,  ['X'] = 87,  ['Y'] = 88,
    ['Z'] = 89,  ['a'] = 90,  ['b'] = 91,  ['c'] = 92,  ['d'] = 93,
    ['e'] = 94,  ['f'] = 95,  ['g'] = 96,  ['h'] = 97,  ['i'] = 98,
    ['j'] = 99,  ['k'] = 100, ['l'] = 101, ['m'] = 102, ['n'] = 103,
    ['o'] = 104, ['p'] = 105, ['q'] = 106, ['r'] = 107, ['s'] = 108,
    ['t'] = 109, ['u'] = 110, ['v'] = 111, ['w'] = 112, ['x'] = 113,
    ['y'] = 114, ['z'] = 115, ['0'] = 116, ['1'] = 117, ['2'] = 118,
    ['3'] = 119, ['4'] = 120, ['5'] = 121, ['6'] = 122, ['7'] = 123,
    ['8'] = 124, ['9'] = 125, ['+'] = 126, ['/'] = 127
};


static uint8_t ct_lower(uint8_t c);
static bool ct_read_uint(ct_bytes_t *in, size_t n, uint64_t *v);
static bool ct_read_vec(ct_bytes_t *in, size_t n, ct_bytes_t *v);
static int ct_hex_value(uint8_t c);
static bool ct_base64_quads(const uint8_t *p, size_t quads, uint8_t *out);
static bool ct_base64_tail(const uint8_t *p, size_t pad, uint8_t *out);


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


/*
 * RFC 4648, 4, and as strict as 3.5 allows: the bits behind the last byte
 * must be zero, so there is one text for each content. Only `out` may hold
 * the part before the error when this fails.
 */
ct_rc_t
ct_parse_base64(ct_bytes_t in, uint8_t *out, size_t *out_len)
{
    size_t quads, pad, len;

    if (in.len % 4 != 0) {
        return CT_E_ENCODING;
    }

    if (in.len == 0) {
        *out_len = 0;
        return CT_OK;
    }

    pad = 0;

    while (pad < 2 && in.data[in.len - 1 - pad] == '=') {
        pad++;
    }

    quads = in.len / 4;
    len = quads * 3 - pad;

    if (len > *out_len) {
        return CT_E_LIMIT;
    }

    if (pad != 0) {
        quads--;
    }

    if (!ct_base64_quads(in.data, quads, out)
        || !ct_base64_tail(in.data + quads * 4, pad, out + quads * 3))
    {
        return CT_E_ENCODING;
    }

    *out_len = len;

    return CT_OK;
}


/* Validity is gathered on the way and asked once: no branch per digit. */
static bool
ct_base64_quads(const uint8_t *p, size_t quads, uint8_t *out)
{
    uint8_t  a, b, c, d, valid;
    uint32_t v;

    valid = 64;

    for (; quads != 0; quads--) {
        a = ct_base64_values[p[0]];
        b = ct_base64_values[p[1]];
        c = ct_base64_values[p[2]];
        d = ct_base64_values[p[3]];

        valid &= a & b & c & d;
        v = (a & 63U) << 18 | (b & 63U) << 12 | (c & 63U) << 6 | (d & 63U);

        out[0] = (uint8_t) (v >> 16);
        out[1] = (uint8_t) (v >> 8);
        out[2] = (uint8_t) v;

        p += 4;
        out += 3;
    }

    return valid != 0;
}


/* The last four characters where they end in one or two "=". */
static bool
ct_base64_tail(const uint8_t *p, size_t pad, uint8_t *out)
{
    uint8_t a, b, c;

    if (pad == 0) {
        return true;
    }

    a = ct_base64_values[p[0]];
    b = ct_base64_values[p[1]];
    c = pad == 1 ? ct_base64_values[p[2]] : 64;

    if ((a & b & c & 64) == 0) {
        return false;
    }

    out[0] = (uint8_t) (a << 2 | (b & 63) >> 4);

    if (pad == 2) {
        return (b & 15) == 0;
    }

    out[1] = (uint8_t) (b << 4 | (c & 63) >> 2);

    return (c & 3) == 0;
}
