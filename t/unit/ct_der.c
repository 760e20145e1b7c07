/* ct_der: every short form of a length, what must be refused, and dates. */

#include <time.h>

#include "ct_der.h"
#include "tap.h"


static void test_accepted(void);
static void test_refused(void);
static void refused(const char *hex, const char *why);
static void test_tags(void);
static void test_headers(void);
static void test_times(void);
static void time_is(uint8_t tag, const char *text, int64_t seconds);
static void time_refused(uint8_t tag, const char *text);
static void test_calendar(void);


int
main(void)
{
    test_accepted();
    test_refused();
    test_tags();
    test_headers();
    test_times();
    test_calendar();

    return done_testing();
}


static void
test_accepted(void)
{
    uint8_t    room[0x10010], *guarded;
    size_t     i, n;
    ct_der_t   item;
    ct_buf_t   buf;
    ct_bytes_t in;

    static const size_t lengths[] = {0, 1, 127, 128, 255, 256, 65535, 65536};

    for (i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        memset(room, 'v', sizeof(room));
        ct_buf_fixed(&buf, room, sizeof(room));
        ct_der_header(&buf, CT_DER_OCTETS, lengths[i]);
        n = buf.len + lengths[i];
        is_int(buf.len, ct_der_header_len(lengths[i]),
               "header length of %zu", lengths[i]);

        guarded = tap_guard(room, n);
        in = ct_bytes(guarded, n);
        ok(ct_der_read(&in, &item) && in.len == 0
           && item.tag == CT_DER_OCTETS && item.value.len == lengths[i]
           && item.value.data == guarded + buf.len
           && item.whole.data == guarded && item.whole.len == n,
           "contents of %zu bytes", lengths[i]);

        in = ct_bytes(guarded, n - 1);
        ok(!ct_der_read(&in, &item) && in.data == guarded
           && in.len == n - 1, "one byte missing of %zu", lengths[i]);
        tap_unguard(guarded, n);
    }

    in = CT_BYTES("\x02\x01\x07\x05\x00\xff");
    ok(ct_der_read(&in, &item) && item.value.data[0] == 7
       && ct_der_read(&in, &item) && item.tag == CT_DER_NULL
       && in.len == 1, "one after the other");
}


static void
test_refused(void)
{
    size_t   n;
    uint8_t *guarded;

    /* a length of several octets, cut in every place */
    for (n = 0; n < 6; n++) {
        ct_der_t   item;
        ct_bytes_t in;

        guarded = tap_guard("\x30\x83\x01\x00\x00\x00", n);
        in = ct_bytes(guarded, n);
        ok(!ct_der_read(&in, &item) && in.len == n, "cut at %zu", n);
        tap_unguard(guarded, n);
    }

    refused("", "nothing");
    refused("30", "a tag alone");
    refused("30800000", "indefinite length");
    refused("308100", "zero in the long form");
    refused("30817f", "127 in the long form");
    refused("30820080", "leading zero octet");
    refused("3084000000ff", "leading zero octets");
    refused("308500000000ff", "five octets of length");
    refused("308501000000000000", "2^32 bytes");
    refused("30ff", "the reserved length");
    refused("3084ffffffff00", "4 GiB in some bytes");
    refused("1f810100", "a tag of several octets");
    refused("bf2100", "a constructed one");
}


/* Refused, whatever comes behind. */
static void
refused(const char *hex, const char *why)
{
    size_t     i, len, lens[2];
    uint8_t    bytes[512] = {0}, *guarded;
    ct_der_t   item;
    ct_bytes_t in;

    len = strlen(hex) / 2;
    (void) ct_parse_hex(ct_bytes_str(hex), bytes, len);

    /* nothing behind, so that reading on would be noticed; then so much
     * that missing contents are not what stops it */
    lens[0] = len;
    lens[1] = len < 2 ? len : sizeof(bytes);

    for (i = 0; i < 2; i++) {
        guarded = tap_guard(bytes, lens[i]);
        in = ct_bytes(guarded, lens[i]);
        memset(&item, 0x5a, sizeof(item));

        ok(!ct_der_read(&in, &item) && in.len == lens[i]
           && in.data == guarded && item.tag == 0x5a, "refused: %s", why);

        tap_unguard(guarded, lens[i]);
    }
}


static void
test_tags(void)
{
    ct_der_t   item;
    ct_bytes_t in, all;

    all = CT_BYTES("\x02\x01\x07\xa0\x02\x05\x00");

    in = all;
    ok(!ct_der_expect(&in, CT_DER_NULL, &item) && in.len == all.len,
       "another tag than expected");
    ok(ct_der_optional(&in, CT_DER_NULL, &item) && item.whole.len == 0
       && in.len == all.len, "optional and not there");
    ok(ct_der_optional(&in, CT_DER_INTEGER, &item) && item.value.len == 1
       && in.len == 4, "optional and there");
    ok(ct_der_expect(&in, CT_DER_EXPLICIT(0), &item) && in.len == 0
       && item.value.len == 2, "expected and there");
    ok(ct_der_optional(&in, CT_DER_INTEGER, &item) && item.whole.len == 0,
       "optional at the end");
    ok(!ct_der_expect(&in, CT_DER_INTEGER, &item), "expected at the end");

    in = CT_BYTES("\x02\x05\x07");
    ok(!ct_der_optional(&in, CT_DER_INTEGER, &item) && in.len == 3,
       "optional and broken");
}


static void
test_headers(void)
{
    char     room[8];
    ct_buf_t buf;

    ct_buf_fixed(&buf, room, sizeof(room));
    ct_der_header(&buf, 0x30, 0x012345);
    is_mem(room, buf.len, "\x30\x83\x01\x23\x45", (size_t) 5,
           "three octets of length");

    ct_buf_fixed(&buf, room, sizeof(room));
    ct_der_header(&buf, 0xa3, 0x80);
    is_mem(room, buf.len, "\xa3\x81\x80", (size_t) 3, "one octet");
}


static void
test_times(void)
{
    /* GNU date -u -d ... +%s */
    time_is(CT_DER_UTC_TIME, "700101000000Z", 0);
    time_is(CT_DER_UTC_TIME, "491231235959Z", 2524607999);
    time_is(CT_DER_UTC_TIME, "500101000000Z", -631152000);
    time_is(CT_DER_UTC_TIME, "261122164900Z", 1795366140);
    time_is(CT_DER_UTC_TIME, "2611221649Z", 1795366140);
    time_is(CT_DER_UTC_TIME, "000229120000Z", 951825600);
    time_is(CT_DER_GEN_TIME, "20500101000000Z", 2524608000);
    time_is(CT_DER_GEN_TIME, "99991231235959Z", 253402300799);
    time_is(CT_DER_GEN_TIME, "00000101000000Z", -62167219200);
    time_is(CT_DER_GEN_TIME, "196912312359Z", -60);

    time_refused(CT_DER_UTC_TIME, "");
    time_refused(CT_DER_UTC_TIME, "Z");
    time_refused(CT_DER_UTC_TIME, "260230000000Z");
    time_refused(CT_DER_UTC_TIME, "250229000000Z");
    time_refused(CT_DER_UTC_TIME, "260431000000Z");
    time_refused(CT_DER_UTC_TIME, "261232000000Z");
    time_refused(CT_DER_UTC_TIME, "260000000000Z");
    time_refused(CT_DER_UTC_TIME, "261301000000Z");
    time_refused(CT_DER_UTC_TIME, "260100000000Z");
    time_refused(CT_DER_UTC_TIME, "260101240000Z");
    time_refused(CT_DER_UTC_TIME, "260101006000Z");
    time_refused(CT_DER_UTC_TIME, "260101000060Z");
    time_refused(CT_DER_UTC_TIME, "260101000000");
    time_refused(CT_DER_UTC_TIME, "26010100000Z");
    time_refused(CT_DER_UTC_TIME, "260101000000+0100");
    time_refused(CT_DER_UTC_TIME, "260101000000ZZ");
    time_refused(CT_DER_UTC_TIME, "26010100:000Z");
    time_refused(CT_DER_UTC_TIME, "20260101000000Z");
    time_refused(CT_DER_GEN_TIME, "260101000000Z");
    time_refused(CT_DER_GEN_TIME, "20260101000000.5Z");
    time_refused(CT_DER_GEN_TIME, "21000229000000Z");
    time_refused(CT_DER_OCTETS, "260101000000Z");
}


static void
time_is(uint8_t tag, const char *text, int64_t seconds)
{
    int64_t  ms = -1;
    ct_der_t item = {.tag = tag, .value = ct_bytes_str(text)};

    ok(ct_der_time(&item, &ms), "%s is a time", text);
    is_int(ms, seconds * 1000, "%s", text);
}


static void
time_refused(uint8_t tag, const char *text)
{
    int64_t  ms = -1;
    ct_der_t item = {.tag = tag, .value = ct_bytes_str(text)};

    ok(!ct_der_time(&item, &ms) && ms == -1, "\"%s\" is none", text);
}


/* Every day from 1950 to 2049 against the C library. */
static void
test_calendar(void)
{
    int       wrong = 0, days = 0;
    char      text[16];
    time_t    t;
    int64_t   ms;
    ct_der_t  item;
    struct tm tm;

    for (t = -631152000; t < 2524608000; t += 86400) {
        gmtime_r(&t, &tm);
        strftime(text, sizeof(text), "%y%m%d%H%M%SZ", &tm);
        item.tag = CT_DER_UTC_TIME;
        item.value = ct_bytes_str(text);
        wrong += !ct_der_time(&item, &ms) || ms != (int64_t) t * 1000;
        days++;
    }

    is_int(wrong, 0, "%d days as the C library has them", days);
}
