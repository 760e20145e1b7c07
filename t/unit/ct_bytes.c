/*
 * ct_bytes: the cursor reads what is there and nothing else, and text
 * forms accept one spelling only.
 */

#include "ct_bytes.h"
#include "data.h"
#include "tap.h"


static void test_rc(void);
static void test_slices(void);
static void test_reads(void);
static void test_short_reads(void);
static void test_decimal(void);
static void test_hex(void);


int
main(void)
{
    test_rc();
    test_slices();
    test_reads();
    test_short_reads();
    test_decimal();
    test_hex();

    return done_testing();
}


static void
test_rc(void)
{
    int         i, j, distinct, clause;
    const char *a, *b;

    distinct = 1;
    clause = 1;

    for (i = CT_OK; i >= CT_E_FULL; i--) {
        a = ct_strerror((ct_rc_t) i);
        clause &= strlen(a) > 5 && a[strlen(a) - 1] != '.';

        for (j = CT_OK; j > i; j--) {
            b = ct_strerror((ct_rc_t) j);
            distinct &= strcmp(a, b) != 0;
        }
    }

    ok(clause, "each return code has a clause without a final stop");
    ok(distinct, "no two have the same");
    is_str(ct_strerror((ct_rc_t) -1000), "unknown error", "an unknown code");
    is_str(ct_strerror((ct_rc_t) (CT_E_FULL - 1)), "unknown error",
           "CT_E_FULL is the last one, or this test must grow");
}


static void
test_slices(void)
{
    ct_bytes_t none = ct_bytes(NULL, 0);

    is_int(CT_BYTES("ab\0c").len, 4, "CT_BYTES keeps inner NULs");
    is_int(ct_bytes_str(NULL).len, 0, "NULL is the empty slice");
    ok(ct_bytes_equal(none, CT_BYTES("")), "empty equals empty");
    ok(!ct_bytes_equal(CT_BYTES("a"), CT_BYTES("ab")), "a prefix is not it");
    ok(!ct_bytes_equal(CT_BYTES("a"), CT_BYTES("b")), "nor another byte");
    ok(ct_bytes_is(CT_BYTES("abc"), "abc"), "is");
    ok(!ct_bytes_is(CT_BYTES("abc\0"), "abc"), "a NUL more is not it");
    ok(ct_bytes_equal_nocase(CT_BYTES("aZ-9"), CT_BYTES("Az-9")), "no case");
    ok(!ct_bytes_equal_nocase(CT_BYTES("@"), CT_BYTES("`")), "@ and ` differ");
    ok(!ct_bytes_equal_nocase(CT_BYTES("["), CT_BYTES("{")), "[ and { differ");
    ok(!ct_bytes_equal_nocase(CT_BYTES("\xc4"), CT_BYTES("\xe4")),
       "only ASCII is folded");
    ok(!ct_bytes_equal_nocase(CT_BYTES("a"), CT_BYTES("ab")), "lengths");
}


static void
test_reads(void)
{
    uint8_t    u8;
    uint16_t   u16;
    uint32_t   u24;
    uint64_t   u40, u64;
    ct_bytes_t v, in = CT_BYTES("\x01\x82\x03\x84\x05\x06\x87\x08\x09\x0a\x0b"
                                "\xff\xfe\xfd\xfc\xfb\xfa\xf9\xf8"
                                "\0\2ab\0\0\3cde\0\0one:two");

    ok(ct_read_u8(&in, &u8) && u8 == 1, "u8");
    ok(ct_read_u16(&in, &u16) && u16 == 0x8203, "u16");
    ok(ct_read_u24(&in, &u24) && u24 == 0x840506, "u24");
    ok(ct_read_u40(&in, &u40) && u40 == 0x8708090a0bULL, "u40");
    ok(ct_read_u64(&in, &u64) && u64 == 0xfffefdfcfbfaf9f8ULL, "u64");
    ok(ct_read_vec16(&in, &v) && ct_bytes_is(v, "ab"), "vec16");
    ok(ct_read_vec24(&in, &v) && ct_bytes_is(v, "cde"), "vec24");
    ok(ct_read_vec16(&in, &v) && v.len == 0, "an empty vector");
    ok(ct_read_until(&in, ':', &v) && ct_bytes_is(v, "one"), "until");
    v = CT_BYTES("kept");
    ok(!ct_read_until(&in, ':', &v) && ct_bytes_is(v, "kept"),
       "until something absent: output untouched");
    ok(ct_bytes_is(in, "two"), "and input untouched");
    ok(ct_read_bytes(&in, 3, &v) && ct_bytes_is(v, "two"), "bytes");
    ok(in.len == 0 && ct_read_bytes(&in, 0, &v), "no bytes from the end");

    in = ct_bytes(NULL, 0);
    ok(!ct_read_until(&in, 0, &v), "until, in nothing");
    ok(ct_read_bytes(&in, 0, &v) && v.len == 0, "no bytes from nothing");
}


/* Every reader at the end of a page, with too little in front of it. */
static void
test_short_reads(void)
{
    int        good;
    size_t     n;
    uint8_t   *p, u8 = 7;
    uint16_t   u16 = 7;
    uint32_t   u24 = 7;
    uint64_t   u40 = 7, u64 = 7;
    ct_bytes_t in, kept, v = CT_BYTES("kept");

    good = 1;

    for (n = 0; n < 9; n++) {
        p = tap_guard("\0\0\x09zzzzzz", n);
        in = ct_bytes(p, n);
        kept = in;

        good &= n >= 1 || !ct_read_u8(&in, &u8);
        good &= n >= 2 || !ct_read_u16(&in, &u16);
        good &= n >= 3 || !ct_read_u24(&in, &u24);
        good &= n >= 5 || !ct_read_u40(&in, &u40);
        good &= n >= 8 || !ct_read_u64(&in, &u64);
        good &= n >= 2 || !ct_read_vec16(&in, &v);
        good &= !ct_read_vec24(&in, &v);
        good &= !ct_read_bytes(&in, n + 1, &v);
        good &= !ct_read_bytes(&in, SIZE_MAX, &v);
        good &= !ct_read_until(&in, '!', &v);
        good &= in.data == kept.data && in.len == kept.len;

        tap_unguard(p, n);
    }

    ok(good, "short reads fail, move nothing and stay inside");
    ok(u8 == 7 && u16 == 7 && u24 == 7 && u40 == 7 && u64 == 7
       && ct_bytes_is(v, "kept"), "and write nothing");
}


static void
test_decimal(void)
{
    size_t   i;
    uint64_t v = 7;

    static const char *bad[] = {"", "00", "01", "-1", "+1", " 1", "1 ", "1a",
                                "0x1", "18446744073709551616",
                                "99999999999999999999",
                                "184467440737095516150", "1.0", "1\n"};

    ok(ct_parse_decimal(CT_BYTES("0"), &v) && v == 0, "0");
    ok(ct_parse_decimal(CT_BYTES("1587930800"), &v) && v == 1587930800,
       "a tree size");
    ok(ct_parse_decimal(CT_BYTES("18446744073709551615"), &v)
       && v == UINT64_MAX, "2^64 - 1");
    v = 7;

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        ok(!ct_parse_decimal(ct_bytes_str(bad[i]), &v) && v == 7,
           "bad number, no %u", (unsigned) i);
    }

    ok(!ct_parse_decimal(CT_BYTES("1\0"), &v), "nor is 1 and a NUL");
}


static void
test_hex(void)
{
    uint8_t out[4] = {9, 9, 9, 9};

    ok(!ct_parse_hex(CT_BYTES("0123456"), out, 3), "odd");
    ok(!ct_parse_hex(CT_BYTES("01234567"), out, 3), "too long");
    ok(!ct_parse_hex(CT_BYTES("0123"), out, 3), "too short");
    ok(!ct_parse_hex(CT_BYTES("01234g"), out, 3), "no digit");
    ok(!ct_parse_hex(CT_BYTES("0123 4"), out, 3), "blank");
    is_mem(out, 4, "\x09\x09\x09\x09", 4, "output untouched by failures");
    ok(ct_parse_hex(CT_BYTES("09aFAf"), out, 3), "both cases");
    is_mem(out, 4, "\x09\xaf\xaf\x09", 4, "value");
    ok(ct_parse_hex(CT_BYTES(""), out, 0), "nothing");
}
