/*
 * ct_base64: one spelling only, at every length and place, so that what is
 * read many digits at a time is read as one at a time. OpenSSL has a say.
 */

#include "ct_bytes.h"
#include "data.h"
#include "tap.h"

#include <openssl/evp.h>

#define LONG 192 /* digits: several strides of each way to read them */


static void test_refused(void);
static int base64_is(const char *text, ct_rc_t want, const char *bytes,
    size_t len);
static void test_twin(void);
static void test_every_byte(void);
static void test_long(void);


int
main(void)
{
    test_refused();
    test_twin();
    test_every_byte();
    test_long();

    return done_testing();
}


static void
test_refused(void)
{
    int     good, c;
    char    quad[5] = "AAAA";
    size_t  i;
    ct_rc_t want;

    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                 "abcdefghijklmnopqrstuvwxyz0123456789+/";
    static const char *bad[] = {
        "A", "AA", "AAA", "AAAAA", "=", "==", "===", "====", "A===", "AB=A",
        "AB==AAAA", "ABC=AAAA", "AAAA=", "AAAA====", "AA=A", "=AAA",
        "A=AA", "AA A", "AAA\n", "AAAA\n", "AAA ", "AA-A", "AA_A",
        "AB==", "AP==", "AAB=", "AAD=", "AA\x80\x80", "\xff\xff\xff\xff"};

    ok(base64_is("", CT_OK, "", 0), "RFC 4648, 10: the empty string");
    ok(base64_is("Zg==", CT_OK, "f", 1), "f");
    ok(base64_is("Zm8=", CT_OK, "fo", 2), "fo");
    ok(base64_is("Zm9v", CT_OK, "foo", 3), "foo");
    ok(base64_is("Zm9vYg==", CT_OK, "foob", 4), "foob");
    ok(base64_is("Zm9vYmE=", CT_OK, "fooba", 5), "fooba");
    ok(base64_is("Zm9vYmFy", CT_OK, "foobar", 6), "foobar");
    ok(base64_is("+/+/", CT_OK, "\xfb\xff\xbf", 3), "the last two digits");

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        ok(base64_is(bad[i], CT_E_ENCODING, NULL, 0), "bad base64, no %u",
           (unsigned) i);
    }

    good = 1;

    for (i = 0; i < 4; i++) {
        for (c = 1; c < 256; c++) {
            quad[i] = (char) c;
            want = strchr(digits, c) != NULL || (i == 3 && c == '=')
                       ? CT_OK : CT_E_ENCODING;
            good &= base64_is(quad, want, NULL, 0);
        }

        quad[i] = 'A';
    }

    ok(good, "each of 255 bytes at each of four places");
}


/* Decodes into exactly enough room at a page end, and into one less. */
static int
base64_is(const char *text, ct_rc_t want, const char *bytes, size_t len)
{
    int      good;
    size_t   n, room;
    uint8_t *in, *out;
    ct_rc_t  rc;

    n = strlen(text);
    room = bytes != NULL ? len : n;
    in = tap_guard(text, n);
    out = tap_guard(text, room);

    len = room;
    rc = ct_parse_base64(ct_bytes(in, n), out, &len);
    good = rc == want && (rc == CT_OK || len == room);

    if (bytes != NULL && good) {
        good = len == room && memcmp(out, bytes, len) == 0;
    }

    if (bytes != NULL && room != 0) {
        len = room - 1;
        good &= ct_parse_base64(ct_bytes(in, n), out, &len) == CT_E_LIMIT;
    }

    tap_unguard(in, n);
    tap_unguard(out, room);

    return good;
}


static void
test_twin(void)
{
    int           good;
    size_t        i, len, back_len;
    uint8_t       data[300], text[405], back[300];
    unsigned char twin[405];
    ct_buf_t      buf;

    good = 1;

    for (len = 0; len <= sizeof(data); len++) {
        for (i = 0; i < len; i++) {
            data[i] = (uint8_t) (i * i * 7 + len * 31 + (i >> 3));
        }

        ct_buf_fixed(&buf, text, (len + 2) / 3 * 4);
        ct_buf_base64(&buf, data, len);
        good &= !buf.full
                && (size_t) EVP_EncodeBlock(twin, data, (int) len) == buf.len
                && memcmp(twin, text, buf.len) == 0;

        back_len = sizeof(back);
        good &= ct_parse_base64(ct_buf_slice(&buf), back, &back_len) == CT_OK
                && back_len == len && memcmp(back, data, len) == 0;
    }

    ok(good, "0..300 bytes as OpenSSL encodes them, and back");
}


/* Each of 256 bytes at each place of a long text: valid or not, its value
 * lands where it belongs, and nothing beside it changes. */
static void
test_every_byte(void)
{
    int         c, good = 1;
    size_t      i, len, k;
    uint8_t    *in, *out, want[LONG / 4 * 3];
    uint32_t    value;
    const char *digit;

    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                 "abcdefghijklmnopqrstuvwxyz0123456789+/";

    for (i = 0; i < LONG; i++) {
        char text[LONG];

        memset(text, 'A', LONG);

        for (c = 0; c < 256; c++) {
            text[i] = (char) c;
            digit = memchr(digits, c, 64);
            in = tap_guard(text, LONG);
            out = tap_guard(want, sizeof(want));
            len = sizeof(want);

            memset(want, 0, sizeof(want));
            value = digit != NULL ? (uint32_t) (digit - digits) : 0;
            value <<= 18 - 6 * (i % 4);

            for (k = 0; k < 3; k++) {
                want[i / 4 * 3 + k] = (uint8_t) (value >> (16 - 8 * k));
            }

            if (ct_parse_base64(ct_bytes(in, LONG), out, &len) == CT_OK) {
                k = c == '=' && i == LONG - 1; /* the one padding */
                good &= (digit != NULL || k) && len == sizeof(want) - k
                        && memcmp(out, want, len) == 0;
            } else {
                good &= digit == NULL && !(c == '=' && i == LONG - 1);
            }

            tap_unguard(in, LONG);
            tap_unguard(out, sizeof(want));
        }
    }

    ok(good, "each of 256 bytes at each of %d places", LONG);
}


/* All lengths, with room for the bytes and not one more. */
static void
test_long(void)
{
    int            good = 1;
    size_t         i, n, len;
    uint8_t        bytes[300], text[400], *out;
    unsigned char  twin[304];
    ct_buf_t       buf;

    for (n = 0; n <= sizeof(bytes); n++) {
        for (i = 0; i < n; i++) {
            bytes[i] = (uint8_t) (i * 101 + n * 7 + (i >> 4));
        }

        ct_buf_fixed(&buf, text, sizeof(text));
        ct_buf_base64(&buf, bytes, n);
        out = tap_guard(bytes, n);
        memset(out, 0x5a, n);
        len = n;

        good &= ct_parse_base64(ct_buf_slice(&buf), out, &len) == CT_OK
                && len == n && (n == 0 || memcmp(out, bytes, n) == 0)
                && EVP_DecodeBlock(twin, text, (int) buf.len)
                   == (int) (buf.len / 4 * 3)
                && (n == 0 || memcmp(twin, out, n) == 0);
        tap_unguard(out, n);
    }

    ok(good, "0..300 bytes into as much room, as OpenSSL decodes them");
}
