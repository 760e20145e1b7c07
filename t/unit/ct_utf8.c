/* ct_utf8: every character there and back, and the classic wrong forms. */

#include "ct_utf8.h"
#include "tap.h"


static void test_all(void);
static void refused(ct_bytes_t in, const char *why);


int
main(void)
{
    test_all();

    refused(CT_BYTES(""), "nothing");
    refused(CT_BYTES("\x80"), "a continuation byte first");
    refused(CT_BYTES("\xc0\xaf"), "overlong slash, two bytes");
    refused(CT_BYTES("\xc1\xbf"), "overlong, two bytes");
    refused(CT_BYTES("\xe0\x9f\xbf"), "overlong, three bytes");
    refused(CT_BYTES("\xf0\x8f\xbf\xbf"), "overlong, four bytes");
    refused(CT_BYTES("\xed\xa0\x80"), "first surrogate");
    refused(CT_BYTES("\xed\xbf\xbf"), "last surrogate");
    refused(CT_BYTES("\xf4\x90\x80\x80"), "U+110000");
    refused(CT_BYTES("\xf5\x80\x80\x80"), "a lead byte too high");
    refused(CT_BYTES("\xff"), "0xff");
    refused(CT_BYTES("\xc3"), "second byte missing");
    refused(CT_BYTES("\xe2\x82"), "third byte missing");
    refused(CT_BYTES("\xf0\x9f\x98"), "fourth byte missing");
    refused(CT_BYTES("\xc3("), "second byte is none");
    refused(CT_BYTES("\xe2\x82("), "third byte is none");

    return done_testing();
}


static void
test_all(void)
{
    size_t     n, lens[CT_UTF8_MAX + 1] = {0};
    uint8_t    out[CT_UTF8_MAX];
    uint32_t   code, back;
    unsigned   wrong = 0;
    ct_bytes_t in;

    for (code = 0; code <= 0x110100; code++) {
        n = ct_utf8_write(out, code);
        lens[n]++;
        in = ct_bytes(out, n);
        back = 0xffffffff;

        if (n != 0) {
            wrong += !ct_utf8_read(&in, &back) || back != code
                     || in.len != 0;
        }
    }

    is_int(wrong, 0, "what is written reads back");
    is_int(lens[1], 0x80, "one byte");
    is_int(lens[2], 0x780, "two bytes");
    is_int(lens[3], 0x10000 - 0x800 - 0x800, "three bytes");
    is_int(lens[4], 0x100000, "four bytes");
    is_int(lens[0], 0x800 + 0x101, "surrogates and beyond: none");
    is_int(ct_utf8_write(out, 0xffffffff), 0, "no character at all");

    n = ct_utf8_write(out, 0x20ac);
    is_mem(out, n, "\xe2\x82\xac", (size_t) 3, "the euro sign");
}


static void
refused(ct_bytes_t in, const char *why)
{
    uint8_t   *guarded = tap_guard(in.data, in.len);
    uint32_t   code = 7;
    ct_bytes_t rest = ct_bytes(guarded, in.len);

    ok(!ct_utf8_read(&rest, &code) && rest.len == in.len && code == 7,
       "refused: %s", why);

    tap_unguard(guarded, in.len);
}
