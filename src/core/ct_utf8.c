/*
 * ct_utf8: strict UTF-8, RFC 3629, 3 and 4. Both directions ask the same
 * question of a code point, so what one refuses the other never makes.
 */

#include "ct_utf8.h"


static size_t ct_utf8_len(uint32_t code);


/* 0 for what UTF-8 must not carry: surrogates and beyond U+10FFFF. */
static size_t
ct_utf8_len(uint32_t code)
{
    if (code < 0x80) {
        return 1;
    }

    if (code < 0x800) {
        return 2;
    }

    if (code < 0x10000) {
        return (code & 0xf800) == 0xd800 ? 0 : 3;
    }

    return code <= 0x10ffff ? 4 : 0;
}


bool
ct_utf8_read(ct_bytes_t *in, uint32_t *code)
{
    size_t   i, len;
    uint32_t c;

    if (in->len == 0) {
        return false;
    }

    c = in->data[0];
    len = c < 0x80 ? 1 : c < 0xc2 ? 0 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;

    if (len == 0 || len > in->len || c > 0xf4) {
        return false;
    }

    if (len > 1) {
        c &= 0x7fU >> len;
    }

    for (i = 1; i < len; i++) {
        if ((in->data[i] & 0xc0) != 0x80) {
            return false;
        }
        c = c << 6 | (in->data[i] & 0x3f);
    }

    /* another length is the overlong form; 0 is a surrogate or too high */
    if (ct_utf8_len(c) != len) {
        return false;
    }

    *code = c;
    *in = ct_bytes(in->data + len, in->len - len);

    return true;
}


size_t
ct_utf8_write(uint8_t out[CT_UTF8_MAX], uint32_t code)
{
    static const uint8_t lead[] = {0, 0, 0xc0, 0xe0, 0xf0};

    size_t i, len;

    len = ct_utf8_len(code);

    for (i = len; i > 1; i--) {
        out[i - 1] = (uint8_t) (0x80 | (code & 0x3f));
        code >>= 6;
    }

    if (len > 0) {
        out[0] = (uint8_t) (lead[len] | code);
    }

    return len;
}


bool
ct_utf8_shown(uint32_t code)
{
    return !(code < 0x20
             || (code >= 0x7f && code <= 0x9f)
             || code == 0xad
             || code == 0x61c
             || code == 0x180e
             || (code >= 0x200b && code <= 0x200f)
             || (code >= 0x2028 && code <= 0x202e)
             || (code >= 0x2060 && code <= 0x206f)
             || (code >= 0xfe00 && code <= 0xfe0f)
             || code == 0xfeff
             || (code >= 0xfff9 && code <= 0xfffb)
             || (code & 0xfffe) == 0xfffe
             || (code >= 0xe0000 && code <= 0xe0fff));
}
