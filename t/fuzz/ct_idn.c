/*
 * fuzz ct_idn: a name as an operator or a certificate may have it. What
 * comes out is ASCII and stays what it is when it is converted once more;
 * Punycode goes there and back.
 */

#include "ct_idn.h"
#include "ct_punycode.h"

#include <stdlib.h>
#include <string.h>

#define CHECK(cond) ((cond) ? (void) 0 : abort())

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


static void
check_punycode(ct_bytes_t text)
{
    size_t   n, again;
    uint8_t  room[1024];
    uint32_t codes[CT_PUNYCODE_MAX], back[CT_PUNYCODE_MAX];
    ct_buf_t buf;

    if (!ct_punycode_decode(text, codes, &n)) {
        return;
    }

    ct_buf_fixed(&buf, room, sizeof(room));
    CHECK(ct_punycode_encode(&buf, codes, n) && !buf.full);

    if (buf.len <= CT_PUNYCODE_MAX) {
        CHECK(ct_punycode_decode(ct_buf_slice(&buf), back, &again));
        CHECK(again == n && memcmp(codes, back, n * sizeof(codes[0])) == 0);
    }
}


/* A label as it stands, whether or not it is one. */
static void
check_label(ct_bytes_t label)
{
    if (label.len >= 4
        && ct_bytes_equal_nocase(ct_bytes(label.data, 4), CT_BYTES("xn--")))
    {
        check_punycode(ct_bytes(label.data + 4, label.len - 4));
        (void) ct_idn_sound(label);
    }
}


static void
check_ascii(ct_bytes_t text)
{
    size_t i;

    for (i = 0; i < text.len; i++) {
        CHECK(text.data[i] < 0x80);
    }
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t     room = 4 * size + 64;
    ct_buf_t   once, twice;
    ct_bytes_t in = ct_bytes(data, size), out, label;

    check_punycode(in);

    ct_buf_fixed(&once, malloc(room), room);
    ct_buf_fixed(&twice, malloc(room), room);

    if (ct_idn_name(in, &once)) {
        out = ct_buf_slice(&once);
        check_ascii(out);
        CHECK(ct_idn_name(out, &twice));
        CHECK(ct_bytes_equal(out, ct_buf_slice(&twice)));
    }

    while (ct_read_until(&in, '.', &label)) {
        check_label(label);
    }

    free(once.data);
    free(twice.data);

    return 0;
}
