/* ct_punycode: the samples of RFC 3492, 7.1, what is no Punycode, and there
 * and back again. */

#include "ct_punycode.h"
#include "ct_utf8.h"
#include "tap.h"

static void test_samples(void);
static void test_refused(void);
static void test_limits(void);
static void test_random(void);


int
main(void)
{
    test_samples();
    test_refused();
    test_limits();
    test_random();

    return done_testing();
}


static size_t
codes_of(const char *utf8, uint32_t *codes)
{
    size_t     n;
    ct_bytes_t rest = ct_bytes_str(utf8);

    for (n = 0; ct_utf8_read(&rest, &codes[n]); n++) {
    }

    return n;
}


static void
test_samples(void)
{
    size_t   i, n, got;
    uint8_t  text[128];
    uint32_t codes[128], back[CT_PUNYCODE_MAX];
    ct_buf_t buf;

    /* in the order of the RFC; Korean is below */
    static const struct {
        const char *utf8;
        const char *puny;
    } rows[] = {
        {"ليهمابتكلموشعربي؟", "egbpdaj6bu4bxfgehfvwxn"},
        {"他们为什么不说中文", "ihqwcrb4cv8a8dqg056pqjye"},
        {"他們爲什麽不說中文", "ihqwctvzc91f659drss3x8bo0yb"},
        {"Pročprostěnemluvíčesky", "Proprostnemluvesky-uyb24dma41a"},
        {"למההםפשוטלאמדבריםעברית", "4dbcagdahymbxekheh6e0a7fei0b"},
        {"यहलोगहिन्दीक्योंनहींबोलसकतेहैं",
         "i1baa7eci9glrd9b2ae1bj0hfcgg6iyaf8o0a1dig0cd"},
        {"なぜみんな日本語を話してくれないのか",
         "n8jok5ay5dzabd5bym9f0cm5685rrjetr6pdxa"},
        {"почемужеонинеговорятпорусски", "b1abfaaepdrnnbgefbadotcwatmq2g4l"},
        {"PorquénopuedensimplementehablarenEspañol",
         "PorqunopuedensimplementehablarenEspaol-fmd56a"},
        {"TạisaohọkhôngthểchỉnóitiếngViệt",
         "TisaohkhngthchnitingVit-kjcr8268qyxafd2f1b9g"},
        {"3年B組金八先生", "3B-ww4c5e180e575a65lsy2b"},
        {"安室奈美恵-with-SUPER-MONKEYS",
         "-with-SUPER-MONKEYS-pc58ag80a8qai00g7n9n"},
        {"Hello-Another-Way-それぞれの場所",
         "Hello-Another-Way--fc4qua05auwb3674vfr0b"},
        {"ひとつ屋根の下2", "2-u9tlzr9756bt3uc0v"},
        {"MajiでKoiする5秒前", "MajiKoi5-783gue6qz075azm5e"},
        {"パフィーdeルンバ", "de-jg4avhby1noc0d"},
        {"そのスピードで", "d9juau41awczczp"},
        {"-> $1.00 <-", "-> $1.00 <--"},
    };

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        n = codes_of(rows[i].utf8, codes);
        ct_buf_fixed(&buf, text, sizeof(text));
        ok(ct_punycode_encode(&buf, codes, n), "%s", rows[i].puny);
        is_mem(buf.data, buf.len, rows[i].puny, strlen(rows[i].puny),
               "as the RFC has it");
        ok(ct_punycode_decode(ct_bytes_str(rows[i].puny), back, &got)
           && got == n && memcmp(back, codes, n * sizeof(codes[0])) == 0,
           "and back");
    }
}


static void
test_refused(void)
{
    size_t   i, n;
    uint32_t codes[CT_PUNYCODE_MAX];

    static const char *const wrong[] = {
        "-", "-a", "-abc", "a-b!", "a-b.", "\xc3\xbc", "a\xc3-kva", "bcher-k",
        "b", "zz", "99999999", "a-99999999", "999999999999999999999999",
        "a-zzzzzzzzzzzzzzzzzzzzzzzz", "ib9b", /* 0xd800 */
        "en32g", /* 0x110000 */
    };

    for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        ok(!ct_punycode_decode(ct_bytes_str(wrong[i]), codes, &n),
           "\"%s\" is none", wrong[i]);
    }

    ok(ct_punycode_decode(CT_BYTES("BCHER-KVA"), codes, &n)
       && n == 6 && codes[0] == 'B' && codes[1] == 0xfc,
       "but capitals are digits");
    ok(ct_punycode_decode(CT_BYTES(""), codes, &n) && n == 0,
       "and nothing is nothing");
}


static void
test_limits(void)
{
    char     text[CT_PUNYCODE_MAX + 2];
    size_t   n;
    uint8_t  room[512];
    uint32_t codes[CT_PUNYCODE_MAX + 1];
    ct_buf_t buf;

    ok(!ct_punycode_decode(CT_BYTES("989aomsvi5e83db1d2a355cv1e0vak1dwrv93"
                                    "d5xbh15a0dt30a5jpsd879ccm6fea98c"),
                           codes, &n),
       "Korean is longer than a label");

    memset(text, 'a', sizeof(text));
    ok(ct_punycode_decode(ct_bytes(text, CT_PUNYCODE_MAX), codes, &n)
       && n == CT_PUNYCODE_MAX, "as many digits as there may be");
    ok(!ct_punycode_decode(ct_bytes(text, CT_PUNYCODE_MAX + 1), codes, &n),
       "one too many");

    for (n = 0; n <= CT_PUNYCODE_MAX; n++) {
        codes[n] = 0x10ffff - (uint32_t) n * 0x4000;
    }

    ct_buf_fixed(&buf, room, sizeof(room));
    ok(ct_punycode_encode(&buf, codes, CT_PUNYCODE_MAX) && !buf.full,
       "as many code points as there may be, far apart");
    ok(!ct_punycode_encode(&buf, codes, CT_PUNYCODE_MAX + 1),
       "one too many");

    codes[0] = 0xd800;
    ok(!ct_punycode_encode(&buf, codes, 1), "a surrogate");
    codes[0] = 0x110000;
    ok(!ct_punycode_encode(&buf, codes, 1), "no character");
}


/* Whatever is encoded is decoded to the same. */
static void
test_random(void)
{
    size_t   i, n, got, wrong, fit;
    uint8_t  room[1024];
    uint32_t codes[CT_PUNYCODE_MAX], back[CT_PUNYCODE_MAX];
    uint64_t state = 1;
    unsigned round;
    ct_buf_t buf;

    wrong = 0;
    fit = 0;

    for (round = 0; round < 100000; round++) {
        n = 1 + round % 20;

        for (i = 0; i < n; i++) {
            state = state * 6364136223846793005ULL + 1442695040888963407ULL;
            codes[i] = (uint32_t) (state >> 33)
                       % (round % 3 == 0 ? 0x110000 : round % 3 == 1 ? 0x500
                                                                     : 0x90);
            codes[i] = (codes[i] & 0xfffff800) == 0xd800 ? 'x' : codes[i];
        }

        ct_buf_fixed(&buf, room, sizeof(room));

        if (!ct_punycode_encode(&buf, codes, n)) {
            wrong++;
        }

        if (buf.len > CT_PUNYCODE_MAX) {
            continue;
        }

        fit++;
        wrong += !ct_punycode_decode(ct_buf_slice(&buf), back, &got)
                 || got != n || memcmp(codes, back, n * sizeof(back[0])) != 0;
    }

    is_int(wrong, 0, "there and back again");
    ok(fit > 50000, "%zu times", fit);
}
