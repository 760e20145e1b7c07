/*
 * ct_watch_foreign: names in certificates with bytes that are not ASCII, and
 * A-labels that are none; matched, and searched for where nothing could be
 * parsed.
 */

#include "watch.h"

static void test_names(void);
static void test_common_names(void);
static void test_long(void);
static void test_search(void);
static void search_is(const ct_watch_t *watch, const char *value, size_t len,
    const char *matched);

static const char *const patterns[] = {
    "bücher.example.com", "=пример.рф", "sub.example.net", "例え.jp",
    "a.vermögensberatung", NULL
};


int
main(void)
{
    watch_start();

    test_names();
    test_common_names();
    test_long();
    test_search();

    watch_stop();

    return done_testing();
}


static void
test_names(void)
{
    size_t      i;
    ct_watch_t *watch;

    static const row_t rows[] = {
        {"xn--bcher-kva.example.com", 0, "xn--bcher-kva.example.com"},
        {"XN--Bcher-KVA.example.com", 0, "xn--bcher-kva.example.com"},
        {"bücher.example.com", 0, "xn--bcher-kva.example.com"},
        {"BÜCHER.example.com", 0, "xn--bcher-kva.example.com"},
        {"b\xfc" "cher.example.com", 0, "xn--bcher-kva.example.com"},
        {"B\xdc" "CHER.EXAMPLE.COM", 0, "xn--bcher-kva.example.com"},
        {"www.bücher.example.com.", 0, "xn--bcher-kva.example.com"},
        {"*.bücher.example.com", 0, "xn--bcher-kva.example.com"},
        {"bücher.*.com", 0, "xn--bcher-kva.example.com"},
        {"ｂücher。ｅｘａｍｐｌｅ．com", 0, "xn--bcher-kva.example.com"},
        {"b\u00adücher.example.com", 0, "xn--bcher-kva.example.com"},
        {"bücher.example.com\0.evil.org", 28, "xn--bcher-kva.example.com"},
        {"bücher.evil.com,bücher.example.com", 0,
         "xn--bcher-kva.example.com"},
        {"bucher.example.com", 0, NULL},
        {"büchen.example.com", 0, NULL},
        {"bücher.example.org", 0, NULL},
        {"xbücher.example.com", 0, NULL},

        /* decomposed, a symbol, a sharp s, nothing at all */
        {"bu\u0308cher.example.com", 0, "xn--bcher-kva.example.com"},
        {"☃.example.com", 0, "xn--bcher-kva.example.com"},
        {"straße.example.com", 0, "xn--bcher-kva.example.com"},
        {"b\x9c" "cher.example.com", 0, "xn--bcher-kva.example.com"},
        {"☃.example.org", 0, NULL},

        /* known, and something else */
        {"café.example.net", 0, NULL},
        {"caf\xe9.example.net", 0, NULL},
        {"кафе.example.net", 0, NULL},
        {"xn--caf-dma.example.net", 0, NULL},
        {"www.café.example.net", 0, NULL},
        {"www.кафе.net", 0, NULL},

        {"пример.рф", 0, "xn--e1afmkfd.xn--p1ai"},
        {"ПРИМЕР。РФ", 0, "xn--e1afmkfd.xn--p1ai"},
        {"пример.xn--p1ai", 0, "xn--e1afmkfd.xn--p1ai"},
        {"xn--e1afmkfd.рф.", 0, "xn--e1afmkfd.xn--p1ai"},
        {"*.рф", 0, "xn--e1afmkfd.xn--p1ai"},
        {"www.пример.рф", 0, NULL},
        {"другой.рф", 0, NULL},
        {"рф", 0, NULL},
        {"例え。jp。", 0, "xn--r8jz45g.jp"},
        {"例え｡jp｡｡", 0, "xn--r8jz45g.jp"},

        /* A-labels that stand for nothing */
        {"xn--foo-.example.net", 0, "sub.example.net"},
        {"XN--0.example.net", 0, "sub.example.net"},
        {"xn--12311613412431243.example.net", 0, "sub.example.net"},
        {"xn--.example.net", 0, "sub.example.net"},
        {"xn--bcher-2pa.example.net", 0, "sub.example.net"}, /* capital */
        {"www.xn--foo-.example.net", 0, "sub.example.net"},
        {"xn--foo-.example.org", 0, NULL},
        {"xn--foo-.net", 0, NULL},
        {"a.xn--foo-.net", 0, "sub.example.net"},
        {"xn--foo-", 0, NULL},
        {"xn-", 0, NULL},
        {"xr--foo-.example.net", 0, NULL}
    };

    watch = compile(patterns);

    for (i = 0; i < COUNT(rows); i++) {
        match_is(watch, CT_NAME_DNS, 0, &rows[i]);
        match_is(watch, CT_NAME_URI, 0, &rows[i]);
    }
}


static void
test_common_names(void)
{
    size_t      i;
    ct_watch_t *watch;

    static const struct {
        uint8_t     tag;
        row_t       row;
    } rows[] = {
        {CT_DER_UTF8, {"bücher.example.com", 0,
                       "xn--bcher-kva.example.com"}},
        {CT_DER_TELETEX, {"b\xfc" "cher.example.com", 0,
                          "xn--bcher-kva.example.com"}},
        {CT_DER_TELETEX, {"bücher.example.com", 0,
                          "xn--bcher-kva.example.com"}},
        {CT_DER_IA5, {"https://bücher.example.com/", 0,
                      "xn--bcher-kva.example.com"}},
        {CT_DER_UTF8, {"例え。jp", 0, "xn--r8jz45g.jp"}},
        {CT_DER_UTF8, {"Société Générale", 0, NULL}},
        {CT_DER_UTF8, {"Bücher bücher.example.com", 0, NULL}},
        {CT_DER_BMP, {"\x04\x3f\x04\x40\x04\x38\x04\x3c\x04\x35\x04\x40\0."
                      "\x04\x40\x04\x44", 18, "xn--e1afmkfd.xn--p1ai"}},
        {CT_DER_BMP, {"\x4f\x8b\x30\x48\x30\x02\0j\0p\0\0\0x", 14,
                      "xn--r8jz45g.jp"}},
        {CT_DER_BMP, {"\x4f\x8b\0.\0j\0p", 8, NULL}},
        {CT_DER_UNIVERSAL, {"\0\0\x4f\x8b\0\0\x30\x48\0\0\0.\0\0\0j\0\0\0p",
                            20, "xn--r8jz45g.jp"}},
        {CT_DER_UNIVERSAL, {"\x7f\0\x4f\x8b\0\0\0.\0\0\0j\0\0\0p", 16,
                            "xn--r8jz45g.jp"}},
    };

    watch = compile(patterns);

    for (i = 0; i < COUNT(rows); i++) {
        match_is(watch, CT_NAME_CN, rows[i].tag, &rows[i].row);
    }
}


/* Longer than any name, and labels longer than any label. */
static void
test_long(void)
{
    char        text[40000];
    size_t      i;
    row_t       row = {text, 0, "xn--bcher-kva.example.com"};
    ct_watch_t *watch;

    watch = compile(patterns);

    for (i = 0; i < 10000; i++) {
        memcpy(text + 2 * i, "ü", 2);
    }

    row.len = 20000 + (size_t) snprintf(text + 20000, 64,
                                         ".bücher.example.com");
    match_is(watch, CT_NAME_DNS, 0, &row);

    for (i = 0; i < 10000; i++) {
        memcpy(text + 3 * i, "ü.", 3);
    }

    row.len = 30000 + (size_t) snprintf(text + 30000, 64,
                                         "bücher.example.com");
    match_is(watch, CT_NAME_DNS, 0, &row);

    /* exact, with as much before it as the buffer has room for */
    memset(text, 'a', sizeof(text));

    for (i = 200; i < 300; i++) {
        row.matched = NULL;
        row.len = i + (size_t) snprintf(text + i, 64, ".пример.рф");
        match_is(watch, CT_NAME_DNS, 0, &row);
        text[row.len] = 'a';
    }
}


static void
test_search(void)
{
    size_t      i;
    ct_watch_t *watch;

    static const row_t rows[] = {
        {"\x82\x1a" "xn--bcher-kva.example.com0", 0,
         "xn--bcher-kva.example.com"},
        {"\x82\x13" "bücher.example.com0", 0, "xn--bcher-kva.example.com"},
        {"\x82\x12" "b\xfc" "cher.example.com0", 0,
         "xn--bcher-kva.example.com"},
        {"\x82\x11пример.рф0\x82", 0, "xn--e1afmkfd.xn--p1ai"},
        {"\x82\x11пример.рф\x82\x01x", 0, "xn--e1afmkfd.xn--p1ai"},
        {"\x82\x11пример.рф1\x0b", 0, "xn--e1afmkfd.xn--p1ai"},
        {"пример.рф", 0, "xn--e1afmkfd.xn--p1ai"},
        {"\x82\x11пример.рy\x82", 0, NULL},
        {"\x82\x0fxn--e1afmkfd.рф\x87\x04", 0, "xn--e1afmkfd.xn--p1ai"},
        {"\x82\x17" "a.vermögensberatung0", 0, "a.xn--vermgensberatung-pwb"},
        {"\x82\x16" "a.verm\xf6gensberatung\xa3\x82", 0,
         "a.xn--vermgensberatung-pwb"},
        {"\x82\x16" "b.verm\xf6gensberatung\xa3\x82", 0, NULL},
        {"\x82\x14*.vermögensberatung0", 0, "a.xn--vermgensberatung-pwb"},
        {"\x82\x07shop.рф0", 0, NULL},
        {".рф", 0, "xn--e1afmkfd.xn--p1ai"}, /* an empty label */
        {"\x1e\x12\x04\x3f\x04\x40\x04\x38\x04\x3c\x04\x35\x04\x40\0."
         "\x04\x40\x04\x44\x30\x03", 22, "xn--e1afmkfd.xn--p1ai"},
        {"x\x1e\x0c\x4f\x8b\x30\x48\0.\0j\0p1\x0b", 16, "xn--r8jz45g.jp"},
        {"\x1c\x14\0\0\x4f\x8b\0\0\x30\x48\0\0\0.\0\0\0j\0\0\0p", 22,
         "xn--r8jz45g.jp"},
        {"xxx\x1c\x14\0\0\x4f\x8b\0\0\x30\x48\0\0\0.\0\0\0j\0\0\0p1", 26,
         "xn--r8jz45g.jp"},
        {"\x1e\x1e\0s\0u\0b\0.\0e\0x\0a\0m\0p\0l\0e\0.\0n\0e\0t", 32,
         "sub.example.net"},
        {"\x1e\x1e\0s\0u\0c\0.\0e\0x\0a\0m\0p\0l\0e\0.\0n\0e\0t", 32,
         "sub.example.net"}, /* errs: tag and length are a letter, too */
        {"\x1e\x1e\0s\0u\0b\0.\0e\0x\0a\0m\0p\0l\0o\0.\0n\0e\0t", 32, NULL},
        {"\x1e\x04\0.\0x", 6, NULL},
        {"\0.", 2, NULL},
        {".", 1, NULL},
        {".\xc3", 2, NULL},
        {".\xc3\xbc", 3, NULL}
    };

    watch = compile(patterns);

    for (i = 0; i < COUNT(rows); i++) {
        search_is(watch, rows[i].value,
                  rows[i].len != 0 ? rows[i].len : strlen(rows[i].value),
                  rows[i].matched);
    }
}


/* A length that looks like a character is told from one, though it counts
 * bytes that are not what is compared. */
static void
search_is(const ct_watch_t *watch, const char *value, size_t len,
    const char *matched)
{
    uint8_t   *guarded;
    ct_bytes_t found = CT_BYTES("untouched");

    guarded = tap_guard(value, len);

    if (matched == NULL) {
        ok(!ct_watch_search(watch, ct_bytes(guarded, len), &found),
           "nothing in \"%s\"", shown(value, len));

    } else if (ok(ct_watch_search(watch, ct_bytes(guarded, len), &found),
                  "something in \"%s\"", shown(value, len)))
    {
        is_mem(found.data, found.len, matched, strlen(matched), "namely %s",
               matched);
    }

    tap_unguard(guarded, len);
}
