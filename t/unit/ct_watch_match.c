/*
 * ct_watch_match: the hostile names that certificates have come up with, in
 * every place where a certificate may have a name. Those that are not ASCII:
 * ct_watch_foreign.c.
 */

#include "watch.h"

static void test_names(void);
static void test_exact(void);
static void test_addresses(void);
static void test_nets(void);
static void test_common_names(void);
static void test_wide_names(void);
static void test_bare_wildcard(void);
static void test_long_names(void);


int
main(void)
{
    watch_start();

    test_names();
    test_exact();
    test_addresses();
    test_nets();
    test_common_names();
    test_wide_names();
    test_bare_wildcard();
    test_long_names();

    watch_stop();

    return done_testing();
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
        {"www.*", 0, "example.com"},
        {"example.*.", 0, "example.com"},
        {"*.*", 0, "example.com"},
        {"*.f*", 0, NULL},
        {"**", 0, NULL},
        {"f*", 0, NULL},

        /* 6, 9: unreadable labels */
        {"?.example.com", 0, "example.com"},
        {"?.example.net", 0, "sub.example.net"},
        {"?.com", 0, "example.com"},
        {"\x80.com", 0, "example.com"},
        {"www.\x80.com", 0, "example.com"},
        {"\x01.\x02.net", 0, "sub.example.net"},
        {"\x80.evil.net", 0, NULL},
        {"\x7f.example.net", 0, "sub.example.net"},
        {"\x80", 0, NULL},

        /* where two names meet */
        {"exam ple.com", 0, NULL},
        {"totally$fake.com", 0, NULL},
        {"total$example.com", 0, "example.com"},
        {"www.evil.com, www.example.com", 0, "example.com"},
        {"www.evil.com;*.example.net", 0, "sub.example.net"},
        {"https://www.example.com", 0, "example.com"},
        {"www.example.com:443", 0, "example.com"},
        {"example.com/", 0, "example.com"},
        {"(example.com)", 0, "example.com"},
        {"you@example.com", 0, "example.com"},
        {"example.com@evil.info", 0, NULL},
        {"example.com,evil.com", 0, "example.com"},
        {"example.com,www.evil.com", 0, NULL},
        {"example.com,example.net", 0, "example.com"},
        {"evil.com,*", 0, NULL},
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


/* Addresses in nets: the smallest net is named. */
static void
test_nets(void)
{
    size_t      i;
    ct_watch_t *watch;

    static const char *const patterns[] = {
        "192.0.2.0/24", "192.0.2.64/26", "192.0.2.65", "10.0.0.0/8",
        "2001:db8::/32", "2001:db8:1::/48", "2001:db8:1::8000/113", NULL
    };
    static const row_t raw[] = {
        {"\xc0\0\x02\x01", 4, "192.0.2.0/24"},
        {"\xc0\0\x02\x40", 4, "192.0.2.64/26"},
        {"\xc0\0\x02\x41", 4, "192.0.2.65"},
        {"\xc0\0\x02\x7f", 4, "192.0.2.64/26"},
        {"\xc0\0\x02\x80", 4, "192.0.2.0/24"},
        {"\xc0\0\x03\0", 4, NULL},
        {"\x0a\xff\xff\xff", 4, "10.0.0.0/8"},
        {"\x0b\0\0\0", 4, NULL},
        {"\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01", 16,
         "2001:db8::/32"},
        {"\x20\x01\x0d\xb8\0\x01\xff\0\0\0\0\0\0\0\0\x01", 16,
         "2001:db8:1::/48"},
        {"\x20\x01\x0d\xb8\0\x01\0\0\0\0\0\0\0\0\xff\xff", 16,
         "2001:db8:1::8000/113"},
        {"\x20\x01\x0d\xb9\0\0\0\0\0\0\0\0\0\0\0\x01", 16, NULL},
        {"\0\0\0\0\0\0\0\0\0\0\xff\xff\xc0\0\x02\x41", 16, "192.0.2.65"},
        {"\0\0\0\0\0\0\0\0\0\0\xff\xff\xc0\0\x03\x41", 16, NULL},
        {"\xc0\0\x02\x01\xff\xff\xff\0", 8, NULL}
    };
    static const row_t text[] = {
        {"192.0.2.77", 0, "192.0.2.64/26"},
        {"2001:DB8::77", 0, "2001:db8::/32"},
        {"::ffff:192.0.2.77", 0, "192.0.2.64/26"},
        {"192.0.3.1", 0, NULL}
    };
    static const row_t uris[] = {
        {"192.0.2.65", 0, "192.0.2.65"},
        {"2001:db8::1", 0, "2001:db8::/32"},
        {"2001:db9::1", 0, NULL}
    };
    static const row_t common[] = {
        {"https://192.0.2.65:443/", 0, "192.0.2.65"},
        {"https://[2001:db8::1]:443/", 0, "2001:db8::/32"},
        {"192.0.2.65:443", 0, "192.0.2.65"}
    };

    watch = compile(patterns);

    for (i = 0; i < COUNT(raw); i++) {
        match_is(watch, CT_NAME_IP, 0, &raw[i]);
    }

    for (i = 0; i < COUNT(text); i++) {
        match_is(watch, CT_NAME_DNS, 0, &text[i]);
        match_is(watch, CT_NAME_CN, CT_DER_PRINTABLE, &text[i]);
    }

    for (i = 0; i < COUNT(uris); i++) {
        match_is(watch, CT_NAME_URI, 0, &uris[i]);
        match_is(watch, CT_NAME_MAIL, 0, &uris[i]);
    }

    for (i = 0; i < COUNT(common); i++) {
        match_is(watch, CT_NAME_CN, CT_DER_UTF8, &common[i]);
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
        {"https://you:me@www.example.org:8443/a.b", 0, "www.example.org"},
        {"ldap://www.example.org/o=Example Ltd", 0, "www.example.org"},
        {"www.example.org:8443", 0, "www.example.org"},
        {"sip:www.example.org", 0, "www.example.org"},
        {"//www.example.org", 0, "www.example.org"},
        {"you@evil.com", 0, NULL},
        {"you@example.com", 0, "example.com"},
        {"www.example.org\0, Example Ltd", 28, "www.example.org"},
        {"www.example.org/a b", 0, "www.example.org"},
        {"/www.example.org", 0, "www.example.org"},
        {"ftp.example.org/www.example.org", 0, "www.example.org"},
        {"example.com\0.evil.org", 21, "example.com"},
        {"\x80.example.com", 0, "example.com"},
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
    static const row_t umlaut = {"\0\xfc\0.\0c\0o\0m", 10, NULL};
    static const row_t control = {"\0\x80\0.\0c\0o\0m", 10,
                                  "example.com"};
    static const row_t half = {"\xd8\0\0.\0c\0o\0m", 10, "example.com"};
    static const row_t even = {"ww.example.com", 14, "example.com"};
    static const row_t odd = {"www.example.com", 15, "example.com"};

    watch = compile(patterns);

    for (unit = 2; unit <= 4; unit += 2) {
        wide_is(watch, unit, "example.com", 0, "example.com");
        wide_is(watch, unit, "https://www.example.org/", 0,
                "www.example.org");
        wide_is(watch, unit, "example.net", 0, NULL);
        wide_is(watch, unit, "example.com?", 1, "example.com"); /* cut off */

        memset(text, 'a', sizeof(text));
        memcpy(text + 1900, ".example.com", 13);
        wide_is(watch, unit, text, 0, "example.com");

        memset(text, 'a', sizeof(text));
        memcpy(text, "https://www.example.org/", 24);
        text[1900] = '\0';
        wide_is(watch, unit, text, 0, "www.example.org");
    }

    match_is(watch, CT_NAME_CN, CT_DER_BMP, &high);
    match_is(watch, CT_NAME_CN, CT_DER_BMP, &umlaut);
    match_is(watch, CT_NAME_CN, CT_DER_BMP, &control);
    match_is(watch, CT_NAME_CN, CT_DER_BMP, &half);
    match_is(watch, CT_NAME_CN, CT_DER_BMP, &odd);
    match_is(watch, CT_NAME_CN, CT_DER_BMP, &even);
    match_is(watch, CT_NAME_CN, CT_DER_UNIVERSAL, &even);
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
