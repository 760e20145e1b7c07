/*
 * ct_watch: patterns, the hostile names that certificates have come up
 * with, raw searches, and all of it against the slow twin.
 */

#include "ct_watch.h"
#include "tap.h"
#include "watch_twin.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define SEED     0x123456789abcdefULL

typedef struct {
    const char *value;
    size_t      len; /* 0: strlen */
    const char *matched; /* NULL: no match */
} row_t;

static void test_patterns(void);
static void test_count(void);
static void test_names(void);
static void test_exact(void);
static void test_addresses(void);
static void test_common_names(void);
static void test_wide_names(void);
static void test_bare_wildcard(void);
static void test_long_names(void);
static void test_search(void);
static void test_search_finds_what_matches(void);
static void test_search_address(void);
static void test_twin(void);
static void test_many(void);
static void test_ceiling(void);


static ct_arena_t *arena;


static ct_watch_t *
compile(const char *const *patterns)
{
    size_t      n;
    ct_bytes_t  list[64];
    ct_watch_t *watch;

    for (n = 0; patterns[n] != NULL; n++) {
        list[n] = ct_bytes_str(patterns[n]);
    }

    watch = ct_watch_compile(arena, list, n, SEED);

    if (watch == NULL) {
        printf("Bail out! no memory\n");
        exit(1);
    }

    return watch;
}


/* For the test's name: printable and short. */
static const char *
shown(const char *value, size_t len)
{
    size_t      i, n = 0;
    static char text[256];

    for (i = 0; i < len && i < 48; i++) {
        n += (size_t) snprintf(text + n, sizeof(text) - n,
                               value[i] > ' ' && value[i] < 0x7f ? "%c"
                               : "\\x%02x", (uint8_t) value[i]);
    }

    snprintf(text + n, sizeof(text) - n, len > 48 ? "..." : "");

    return text;
}


static void
match_is(const ct_watch_t *watch, ct_name_kind_e kind, uint8_t tag,
    const row_t *row)
{
    size_t     len;
    uint8_t   *guarded;
    ct_name_t  name;
    ct_bytes_t matched;

    len = row->len != 0 ? row->len : strlen(row->value);
    guarded = tap_guard(row->value, len);
    name = (ct_name_t) {kind, tag, ct_bytes(guarded, len)};
    matched = CT_BYTES("untouched");

    if (row->matched == NULL) {
        ok(!ct_watch_match(watch, &name, &matched)
           && ct_bytes_is(matched, "untouched"),
           "\"%s\" is not ours", shown(row->value, len));

    } else if (ok(ct_watch_match(watch, &name, &matched),
                  "\"%s\" is ours", shown(row->value, len)))
    {
        is_mem(matched.data, matched.len, row->matched,
               strlen(row->matched), "as %s", row->matched);
    }

    tap_unguard(guarded, len);
}


int
main(void)
{
    arena = ct_arena_create(64 * 1024 * 1024);

    test_patterns();
    test_count();
    test_names();
    test_exact();
    test_addresses();
    test_common_names();
    test_wide_names();
    test_bare_wildcard();
    test_long_names();
    test_search();
    test_search_finds_what_matches();
    test_search_address();
    test_twin();
    test_many();
    test_ceiling();

    ct_arena_destroy(arena);

    return done_testing();
}


static void
test_patterns(void)
{
    size_t      i;
    char        label[70], name[300];
    const char *why;

    static const char *good[] = {
        "example.com", "Example.COM.", "=www.example.com", ".example.com",
        "*.example.com", "=WWW.example.com.", "xn--bcher-kva.example",
        "_dmarc.example.com", "-.example.com", "1.example.com", "192.0.2.1",
        "2001:db8::1", "::1", "=192.0.2.1", "a.b", "4chan.org"
    };
    static const struct {
        const char *pattern;
        const char *why;
    } bad[] = {
        {"", "is empty"},
        {"=", "is empty"},
        {".", "is empty"},
        {"*.", "is empty"},
        {"*", "may hold only"},
        {"com", "at least two labels"},
        {"=localhost", "at least two labels"},
        {"*.com", "at least two labels"},
        {"com.", "at least two labels"},
        {"..example.com", "empty label"},
        {"example..com", "empty label"},
        {"example.com..", "empty label"},
        {"=.example.com", "empty label"},
        {"=*.example.com", "may hold only"},
        {"a.*.example.com", "may hold only"},
        {"f*.example.com", "may hold only"},
        {"exam ple.com", "may hold only"},
        {" example.com", "may hold only"},
        {"example.com/", "may hold only"},
        {"==example.com", "may hold only"},
        {"b\xc3\xbc" "cher.example", "A-label"},
        {"192.0.2", "neither a name nor an address"},
        {"192.0.2.256", "neither a name nor an address"},
        {"192.0.2.0/24", "may hold only"},
        {"2001:db8::g", "may hold only"},
        {"[::1]", "may hold only"}
    };

    for (i = 0; i < COUNT(good); i++) {
        ok(ct_watch_pattern_ok(ct_bytes_str(good[i]), &why), "pattern %s",
           good[i]);
    }

    for (i = 0; i < COUNT(bad); i++) {
        why = "";
        ok(!ct_watch_pattern_ok(ct_bytes_str(bad[i].pattern), &why)
           && strstr(why, bad[i].why) != NULL,
           "no pattern: \"%s\" %s", bad[i].pattern, why);
    }

    memset(label, 'a', sizeof(label));
    snprintf(name, sizeof(name), "%.63s.example", label);
    ok(ct_watch_pattern_ok(ct_bytes_str(name), &why), "a label of 63");
    snprintf(name, sizeof(name), "%.64s.example", label);
    ok(!ct_watch_pattern_ok(ct_bytes_str(name), &why)
       && strstr(why, "63") != NULL, "a label of 64");

    snprintf(name, sizeof(name), "%.63s.%.63s.%.63s.%.61s", label, label,
             label, label);
    ok(ct_watch_pattern_ok(ct_bytes_str(name), &why), "a name of 253");
    snprintf(name, sizeof(name), "%.63s.%.63s.%.63s.%.62s", label, label,
             label, label);
    ok(!ct_watch_pattern_ok(ct_bytes_str(name), &why)
       && strstr(why, "253") != NULL, "a name of 254");

    ok(!ct_watch_pattern_ok(ct_bytes("192.0.2.1\0", 10), &why),
       "an address with a NUL behind it");
    ok(!ct_watch_pattern_ok(ct_bytes(NULL, 0), &why), "nothing at all");
}


static void
test_count(void)
{
    static const char *const patterns[] = {
        "example.com", "EXAMPLE.com.", "=example.com", "www.example.com",
        "com", "192.0.2.1", "192.0.2.1", "::1", "0:0::1", "bad name.com",
        NULL
    };
    static const char *const none[] = {NULL};
    static const row_t any = {"www.example.com", 0, NULL};
    static const row_t star = {"*", 0, NULL};
    ct_bytes_t matched;

    is_int(ct_watch_count(compile(patterns)), 5, "different patterns");
    is_int(ct_watch_count(compile(none)), 0, "none");
    match_is(compile(none), CT_NAME_DNS, 0, &any);
    match_is(compile(none), CT_NAME_DNS, 0, &star);
    ok(!ct_watch_search(compile(none), CT_BYTES("\x82\x01*"), &matched),
       "nor does a search find any");
}


static void
test_names(void)
{
    size_t      i;
    ct_watch_t *watch;

    static const char *const patterns[] = {
        "example.com", "sub.example.net", "=www.example.org", NULL
    };
    static const row_t rows[] = {
        {"example.com", 0, "example.com"},
        {"EXAMPLE.com", 0, "example.com"},
        {"www.example.com", 0, "example.com"},
        {"a.b.c.d.e.f.g.example.com", 0, "example.com"},
        {"com", 0, NULL},
        {"badexample.com", 0, NULL},
        {"example.com.evil.org", 0, NULL},
        {"example.co", 0, NULL},
        {"xample.com", 0, NULL},
        {"example-com", 0, NULL},
        {"", 0, NULL},
        {".", 0, NULL},
        {" ", 0, NULL},

        /* 1: NUL */
        {"example.com\0.evil.org", 21, "example.com"},
        {"www.example.com\0.evil.org", 25, "example.com"},
        {"evil.org\0.example.com", 21, "example.com"},
        {"evil.org\0example.com", 20, "example.com"}, /* "org\0example" */
        {"www.evil.org\0.evil.com", 22, NULL},
        {"\0", 1, NULL},
        {"\0.example.com", 13, "example.com"},

        /* 7: dots, blanks, empty labels, length */
        {"example.com.", 0, "example.com"},
        {"example.com..", 0, "example.com"},
        {" example.com", 0, "example.com"},
        {"example.com \t", 0, "example.com"},
        {"example.com. ", 0, "example.com"},
        {"example.com .", 0, "example.com"},
        {"www..example.com", 0, "example.com"},
        {".example.com", 0, "example.com"},
        {"_x.example.com", 0, "example.com"},
        {"a..com", 0, "example.com"},
        {".com", 0, "example.com"},
        {".net", 0, NULL},
        {"..net", 0, "sub.example.net"},

        /* 8: wildcards */
        {"*.example.com", 0, "example.com"},
        {"*.www.example.com", 0, "example.com"},
        {"*.com", 0, "example.com"},
        {"f*o.example.com", 0, "example.com"},
        {"f*o.com", 0, "example.com"},
        {"a.*.example.com", 0, "example.com"},
        {"a.*.com", 0, "example.com"},
        {"*.*.com", 0, "example.com"},
        {"www.exa*.com", 0, "example.com"},
        {"*.example.net", 0, "sub.example.net"},
        {"*.sub.example.net", 0, "sub.example.net"},
        {"*.net", 0, NULL},
        {"a.*.net", 0, "sub.example.net"},
        {"*.example.org", 0, "www.example.org"},
        {"*.evil.com", 0, NULL},
        {"www.*", 0, NULL},
        {"example.*", 0, NULL},
        {"*.*", 0, NULL},
        {"**", 0, NULL},
        {"f*", 0, NULL},

        /* 6, 9: unreadable labels */
        {"?.example.com", 0, "example.com"},
        {"?.example.net", 0, "sub.example.net"},
        {"?.com", 0, "example.com"},
        {"b\xc3\xbc" "cher.example.net", 0, "sub.example.net"},
        {"\xff.com", 0, "example.com"},
        {"www.\xff.com", 0, "example.com"},
        {"\x01.\x02.net", 0, "sub.example.net"},
        {"\xff.evil.net", 0, NULL},
        {"exam ple.com", 0, "example.com"},
        {"www.evil.com, www.example.com", 0, "example.com"},
        {"example.com,evil.info", 0, NULL},
        {"example.com,evil.net", 0, "sub.example.net"}, /* a.?.net */
        {"\xff", 0, NULL},
        {"XN--BCHER-KVA.Example.Com", 0, "example.com"}
    };

    watch = compile(patterns);

    for (i = 0; i < COUNT(rows); i++) {
        match_is(watch, CT_NAME_DNS, 0, &rows[i]);
    }
}


static void
test_exact(void)
{
    size_t      i;
    ct_watch_t *watch;

    static const char *const patterns[] = {
        "=example.com", "=www.example.org", "=a.www.example.org", NULL
    };
    static const row_t rows[] = {
        {"example.com", 0, "example.com"},
        {"Example.Com.", 0, "example.com"},
        {"www.example.com", 0, NULL},
        {"*.example.com", 0, NULL},
        {"*.com", 0, "example.com"},
        {"example.org", 0, NULL},
        {"www.example.org", 0, "www.example.org"},
        {"*.example.org", 0, "www.example.org"},
        {"*.www.example.org", 0, "a.www.example.org"},
        {"*.a.www.example.org", 0, NULL},
        {"b.www.example.org", 0, NULL},
        {"*.org", 0, NULL},
        {"a.*.org", 0, "www.example.org"},
        {"a.?.example.org", 0, "www.example.org"}
    };

    watch = compile(patterns);

    for (i = 0; i < COUNT(rows); i++) {
        match_is(watch, CT_NAME_DNS, 0, &rows[i]);
    }
}


static void
test_addresses(void)
{
    size_t      i;
    ct_watch_t *watch;

    static const char *const patterns[] = {
        "192.0.2.1", "2001:DB8::1", "example.com", NULL
    };
    static const row_t raw[] = {
        {"\xc0\x00\x02\x01", 4, "192.0.2.1"},
        {"\xc0\x00\x02\x02", 4, NULL},
        {"\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01", 16, "2001:DB8::1"},
        {"\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x02", 16, NULL},
        {"\xc0\x00\x02", 3, NULL},
        {"\xc0\x00\x02\x01\xff\xff\xff\xff", 8, NULL},
        {"example.com", 11, NULL}
    };
    static const row_t text[] = {
        {"192.0.2.1", 0, "192.0.2.1"},
        {" 192.0.2.1. ", 0, "192.0.2.1"},
        {"192.0.2.1\0.evil.org", 19, "192.0.2.1"},
        {"2001:0db8:0:0:0:0:0:1", 0, "2001:DB8::1"},
        {"192.0.2.2", 0, NULL},
        {"1.192.0.2.1", 0, NULL},
        {"192.0.2.10", 0, NULL}
    };

    watch = compile(patterns);

    for (i = 0; i < COUNT(raw); i++) {
        match_is(watch, CT_NAME_IP, 0, &raw[i]);
    }

    for (i = 0; i < COUNT(text); i++) {
        match_is(watch, CT_NAME_DNS, 0, &text[i]);
        match_is(watch, CT_NAME_CN, CT_DER_UTF8, &text[i]);
    }
}


static void
test_common_names(void)
{
    size_t      i;
    ct_watch_t *watch;

    static const char *const patterns[] = {
        "example.com", "=www.example.org", NULL
    };
    static const row_t rows[] = {
        {"example.com", 0, "example.com"},
        {" www.Example.com ", 0, "example.com"},
        {"*.example.org", 0, "www.example.org"},
        {"http://www.example.org", 0, "www.example.org"},
        {"HTTPS://www.example.org", 0, "www.example.org"},
        {"https://www.example.org/a/b.html", 0, "www.example.org"},
        {"www.example.org/a b", 0, "www.example.org"},
        {"/www.example.org", 0, "www.example.org"}, /* "/www" is unreadable */
        {"ftp.example.org/www.example.org", 0, "www.example.org"},
        {"example.com\0.evil.org", 21, "example.com"},
        {"\xff.example.com", 0, "example.com"},
        {"Example Ltd example.com", 0, NULL},
        {"Example Co. Ltd.com", 0, NULL},
        {"Example", 0, NULL},
        {"*", 0, NULL},
        {"com", 0, NULL},
        {"evil.org/example.com", 0, "example.com"}, /* err on the safe side */
        {"evil.net/index.html", 0, NULL},
        {"http://", 0, NULL},
        {"", 0, NULL}
    };

    watch = compile(patterns);

    for (i = 0; i < COUNT(rows); i++) {
        match_is(watch, CT_NAME_CN, CT_DER_UTF8, &rows[i]);
        match_is(watch, CT_NAME_CN, CT_DER_TELETEX, &rows[i]);
    }
}


/* `text` as UTF-16BE or UTF-32BE. */
static void
wide_is(const ct_watch_t *watch, size_t unit, const char *text, size_t cut,
    const char *matched)
{
    row_t       row;
    size_t      i, len;
    static char wide[16384];

    len = strlen(text);
    memset(wide, 0, sizeof(wide));

    for (i = 0; i < len; i++) {
        wide[i * unit + unit - 1] = text[i];
    }

    row = (row_t) {wide, len * unit - cut, matched};
    match_is(watch, CT_NAME_CN, unit == 2 ? CT_DER_BMP : CT_DER_UNIVERSAL,
             &row);
}


static void
test_wide_names(void)
{
    char        text[2000];
    size_t      unit;
    ct_watch_t *watch;

    static const char *const patterns[] = {
        "example.com", "=www.example.org", NULL
    };
    static const row_t high = {"\x01\0\0.\0n\0e\0t", 10, NULL};
    static const row_t umlaut = {"\0\xfc\0.\0c\0o\0m", 10, "example.com"};
    static const row_t odd = {"www.example.com", 15, "example.com"};

    watch = compile(patterns);

    for (unit = 2; unit <= 4; unit += 2) {
        wide_is(watch, unit, "example.com", 0, "example.com");
        wide_is(watch, unit, "https://www.example.org/", 0,
                "www.example.org");
        wide_is(watch, unit, "example.net", 0, NULL);
        wide_is(watch, unit, "example.com?", 1, "example.com"); /* cut off */

        memset(text, 'a', sizeof(text));
        strcpy(text + 1900, ".example.com");
        wide_is(watch, unit, text, 0, "example.com");

        memset(text, 'a', sizeof(text));
        memcpy(text, "https://www.example.org/", 24);
        text[1900] = '\0';
        wide_is(watch, unit, text, 0, "www.example.org");
    }

    match_is(watch, CT_NAME_CN, CT_DER_BMP, &high);
    match_is(watch, CT_NAME_CN, CT_DER_BMP, &umlaut);
    match_is(watch, CT_NAME_CN, CT_DER_BMP, &odd);
}


static void
test_bare_wildcard(void)
{
    static const char *const patterns[] = {
        "com", "example.com", "=a.example.org", NULL
    };
    static const char *const address[] = {"192.0.2.1", NULL};
    static const row_t star = {" *.", 0, "example.com"};
    static const row_t nul = {"*\0.evil.org", 11, "example.com"};
    static const row_t all = {"*", 0, "192.0.2.1"};

    match_is(compile(patterns), CT_NAME_DNS, 0, &star);
    match_is(compile(patterns), CT_NAME_DNS, 0, &nul);
    match_is(compile(address), CT_NAME_DNS, 0, &all);
}


static void
test_long_names(void)
{
    char        text[70000];
    row_t       row;
    ct_watch_t *watch;

    static const char *const patterns[] = {
        "example.com", "=www.example.org", NULL
    };

    watch = compile(patterns);
    row = (row_t) {text, sizeof(text), "example.com"};

    memset(text, 'a', sizeof(text));
    memcpy(text + sizeof(text) - 12, ".example.com", 12);
    match_is(watch, CT_NAME_DNS, 0, &row);

    memset(text, '.', sizeof(text) - 12);
    match_is(watch, CT_NAME_DNS, 0, &row);

    memset(text, 'a', sizeof(text));
    memcpy(text + sizeof(text) - 16, ".www.example.org", 16);
    row.matched = NULL;
    match_is(watch, CT_NAME_DNS, 0, &row);

    memset(text, ' ', sizeof(text) - 16);
    row.matched = "www.example.org";
    text[sizeof(text) - 16] = ' ';
    match_is(watch, CT_NAME_DNS, 0, &row);

    memset(text, '.', sizeof(text));
    row.matched = NULL;
    match_is(watch, CT_NAME_DNS, 0, &row);
}


static void
search_is(const ct_watch_t *watch, const row_t *row)
{
    size_t     len;
    uint8_t   *guarded;
    ct_bytes_t matched;

    len = row->len != 0 ? row->len : strlen(row->value);
    guarded = tap_guard(row->value, len);
    matched = CT_BYTES("untouched");

    if (row->matched == NULL) {
        ok(!ct_watch_search(watch, ct_bytes(guarded, len), &matched),
           "nothing in \"%s\"", shown(row->value, len));

    } else if (ok(ct_watch_search(watch, ct_bytes(guarded, len), &matched),
                  "something in \"%s\"", shown(row->value, len)))
    {
        is_mem(matched.data, matched.len, row->matched,
               strlen(row->matched), "namely %s", row->matched);
    }

    tap_unguard(guarded, len);
}


static void
test_search(void)
{
    size_t      i;
    ct_watch_t *watch;

    /* 45 bytes: its length octet is "-", 48: "0" */
    static const char *const patterns[] = {
        "example.com", "=www.example.org",
        "=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.example.net",
        "=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.example.net", NULL
    };
    static const row_t rows[] = {
        {"example.com", 0, "example.com"},
        {"\x82\x0b" "eXample.com\x82", 0, "example.com"},
        {"\x0c\x0f" "www.example.com0\x82", 0, "example.com"},
        {"\x0c\x0f" "www.example.com1\x0b", 0, "example.com"},
        {"\x82\x0f" "www.example.org", 0, "www.example.org"},
        {"\x82\x0c" "example.com.0", 0, "example.com"},
        {"\x82\x0d" "example.com..\x82", 0, "example.com"},
        {"<mailto:a@example.com>", 0, "example.com"},
        {"http://example.com/", 0, "example.com"},
        {"sub.www.example.org", 0, "www.example.org"}, /* errs */
        {"www.example.com2", 0, NULL},
        {"www.example.community", 0, NULL},
        {"example.com.evil", 0, NULL},
        {"badexample.com", 0, NULL},
        {"aaa-example.com", 0, NULL},
        {"-example.com", 0, NULL},
        {"example.comexample.com", 0, NULL},
        {"com", 0, NULL},
        {"", 0, NULL},
        {"....", 0, NULL},

        {"\x82-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.example.net", 0,
         "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.example.net"},
        {"\x82.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.example.net.", 0,
         "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.example.net"},
        {"x0aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.example.net0", 0,
         "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.example.net"},
        {"x2aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.example.net0", 0, NULL},

        {"\x82\x0d*.example.org", 0, "www.example.org"},
        {"\x82\x0d?.example.org", 0, "www.example.org"},
        {"\x82\x0d\xff.example.org", 0, "www.example.org"},
        {"\x82\x0d" "f*o.example.org", 0, "www.example.org"},
        {"\x82\x0d" "f\xff" "o.example.org", 0, "www.example.org"},
        {"\x82\x0b" "o.example.org", 0, NULL},
        {"\x82\x05*.com", 0, "example.com"},
        {"\x82\x01*", 0, "example.com"},
        {"\x82\x02*\x82", 0, NULL},
        {"https://evil.com/", 0, NULL},
        {"\x82\x08" "evil.com", 0, NULL}
    };

    watch = compile(patterns);

    for (i = 0; i < COUNT(rows); i++) {
        search_is(watch, &rows[i]);
    }
}


/* What ct_watch_match says yes to, a search must find in its DER. */
static void
test_search_finds_what_matches(void)
{
    size_t      i, k, n, len;
    uint8_t     raw[128];
    ct_name_t   name;
    ct_bytes_t  matched;
    ct_watch_t *watch;

    static const char *const patterns[] = {
        "example.com", "=www.example.org", "deep.sub.example.net", NULL
    };
    static const char *names[] = {
        "example.com", "a.example.com", "*.example.com", "*", "*.com",
        "a.*.net", "?.sub.example.net", "f*o.example.org", "\xff.sub.example.net",
        ".example.org", "a..net", "WWW.EXAMPLE.ORG", "www.example.org.",
        "deep.sub.example.net", "x\xffy.com", "*.org", "a.*.org"
    };
    static const char behind[] = "\x82\x30\x31\x30\x87\x00\xa3";

    watch = compile(patterns);
    n = 0;

    for (i = 0; i < COUNT(names); i++) {
        len = strlen(names[i]);
        name = (ct_name_t) {CT_NAME_DNS, 0, ct_bytes(names[i], len)};

        if (!ct_watch_match(watch, &name, &matched)) {
            continue;
        }

        n++;
        raw[0] = 0x82;
        raw[1] = (uint8_t) len;
        memcpy(raw + 2, names[i], len);

        for (k = 0; k < sizeof(behind); k++) {
            raw[2 + len] = (uint8_t) behind[k];
            ok(ct_watch_search(watch, ct_bytes(raw, len + 3), &matched),
               "\"%s\" is found before %02x", shown(names[i], len),
               raw[2 + len]);
        }
    }

    is_int(n, COUNT(names) - 1, "all of them matched but *.org");
}


static void
test_search_address(void)
{
    size_t      i;
    ct_watch_t *watch;

    static const char *const patterns[] = {
        "192.0.2.1", "2001:db8::1", NULL
    };
    static const char *const only4[] = {"192.0.2.1", NULL};
    static const row_t rows[] = {
        {"\x87\x04\xc0\x00\x02\x01", 6, "192.0.2.1"},
        {"x\x87\x04\xc0\x00\x02\x01x", 8, "192.0.2.1"},
        {"\x04\x04\xc0\x00\x02\x01", 6, NULL},
        {"\x87\x04\xc0\x00\x02", 5, NULL},
        {"\x87\x04\xc0\x00\x02\x02", 6, NULL},
        {"x\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01", 17, "2001:db8::1"},
        {"\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0", 15, NULL},
        {"192.0.2.1", 0, NULL}
    };

    watch = compile(patterns);

    for (i = 0; i < COUNT(rows); i++) {
        search_is(watch, &rows[i]);
    }

    search_is(compile(only4), &rows[0]);
}


static uint32_t
random_below(uint64_t *state, uint32_t n)
{
    *state = *state * 6364136223846793005ULL + 1442695040888963407ULL;

    return (uint32_t) (*state >> 33) % n;
}


/* Labels from a small set, so that suffixes are shared and hits frequent. */
static size_t
random_name(uint64_t *state, char *out, bool wild)
{
    size_t      n, len = 0;
    const char *label;

    static const char *labels[] = {
        "a", "b", "ab", "com", "Net", "b0", "x-1", "0",
        "*", "?", "", "f*", "\xff", " ", "a b", "/"
    };

    for (n = 1 + random_below(state, 4); n > 0; n--) {
        label = labels[random_below(state, wild ? 16 : 7)];
        memcpy(out + len, label, strlen(label));
        len += strlen(label);
        out[len++] = '.';
    }

    return random_below(state, 8) == 0 ? len : len - 1;
}


static bool
agrees(bool yes, ct_bytes_t matched, bool twin, const twin_pattern_t *p,
    const bool *covers, size_t n)
{
    size_t i;

    if (yes != twin) {
        return false;
    }

    for (i = 0; yes && i < n; i++) {
        if (covers[i] && ct_bytes_equal_nocase(matched, p[i].name)) {
            return true;
        }
    }

    return !yes;
}


static void
test_twin(void)
{
    bool           yes, twin, covers[8];
    char           text[8][64], value[64];
    size_t         i, k, n, len, round, hits, wrong;
    uint64_t       state = 1;
    ct_name_t      name;
    ct_bytes_t     list[8], matched;
    ct_watch_t    *watch;
    const char    *why;
    twin_pattern_t p[8];

    hits = 0;
    wrong = 0;

    for (round = 0; round < 3000; round++) {
        for (n = 0; n < 8;) {
            text[n][0] = '=';
            len = random_name(&state, text[n] + 1, false);
            k = random_below(&state, 2);
            list[n] = ct_bytes(text[n] + k, len + 1 - k);

            if (ct_watch_pattern_ok(list[n], &why)) {
                p[n] = twin_pattern(list[n]);
                n++;
            }
        }

        ct_arena_reset(arena);
        watch = ct_watch_compile(arena, list, n, state);

        for (k = 0; k < 20; k++) {
            len = random_name(&state, value, true);
            name = (ct_name_t) {
                random_below(&state, 2) ? CT_NAME_DNS : CT_NAME_CN,
                CT_DER_UTF8, ct_bytes(value, len)
            };

            for (twin = false, i = 0; i < n; i++) {
                covers[i] = twin_match(&p[i], &name);
                twin |= covers[i];
            }

            yes = ct_watch_match(watch, &name, &matched);
            wrong += !agrees(yes, matched, twin, p, covers, n);
            hits += twin;

            for (twin = false, i = 0; i < n; i++) {
                covers[i] = twin_search(&p[i], name.value);
                twin |= covers[i];
            }

            yes = ct_watch_search(watch, name.value, &matched);
            wrong += !agrees(yes, matched, twin, p, covers, n);
            hits += twin;
        }
    }

    is_int(wrong, 0, "as the twin says, 120,000 times");
    ok(hits > 10000 && hits < 110000, "of them %zu yes", hits);
}


/* A design target: a million names in less than 64 bytes each, the names
 * not counted. Here a hundred thousand, with the same arithmetic. */
static void
test_many(void)
{
    enum { N = 100000 };
    char       *text;
    size_t      i, len, wrong;
    ct_name_t   name;
    ct_bytes_t *list, matched;
    ct_watch_t *watch;

    text = malloc(N * 32);
    list = malloc(N * sizeof(ct_bytes_t));

    if (text == NULL || list == NULL) {
        printf("Bail out! no memory\n");
        exit(1);
    }

    for (len = 0, i = 0; i < N; i++) {
        list[i] = ct_bytes(text + i * 32, (size_t)
                           snprintf(text + i * 32, 32, "www.d%zu.example",
                                    i));
        len += list[i].len;
    }

    ct_arena_reset(arena);
    watch = ct_watch_compile(arena, list, N, SEED);
    is_int(ct_watch_count(watch), N, "many names");
    ok(ct_arena_used(arena) < len + (size_t) N * 64, "%zu bytes a name",
       (ct_arena_used(arena) - len) / N);

    wrong = 0;
    name = (ct_name_t) {.kind = CT_NAME_DNS};

    for (i = 0; i < N; i++) {
        name.value = list[i];
        wrong += !ct_watch_match(watch, &name, &matched)
                 || !ct_bytes_equal(matched, list[i]);

        /* one label further up nothing is watched */
        name.value = ct_bytes(list[i].data + 4, list[i].len - 4);
        wrong += ct_watch_match(watch, &name, &matched);
    }

    is_int(wrong, 0, "each is found, its parent is not");

    free(text);
    free(list);
}


static void
test_ceiling(void)
{
    size_t      size;
    ct_bytes_t  list[] = {CT_BYTES("www.example.com"), CT_BYTES("a.b")};
    ct_watch_t *watch;
    ct_arena_t *small;

    for (size = 0; size < 4096; size += 16) {
        small = ct_arena_create(size);
        watch = ct_watch_compile(small, list, 2, SEED);

        if (watch != NULL) {
            is_int(ct_watch_count(watch), 2, "fits in %zu bytes", size);
        }

        ct_arena_destroy(small);

        if (watch != NULL) {
            return;
        }
    }

    ok(false, "never fits");
}
