/* ct_watch_search: names and addresses in bytes that nobody could parse. */

#include "watch.h"

static void test_search(void);
static void test_search_finds_what_matches(void);
static void test_search_address(void);


int
main(void)
{
    watch_start();

    test_search();
    test_search_finds_what_matches();
    test_search_address();

    watch_stop();

    return done_testing();
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

    /* 45 bytes: its length octet is "-"; 47: "0" with a dot behind; 48 */
    static const char *const patterns[] = {
        "example.com", "=www.example.org",
        "=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.example.net",
        "=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.example.net",
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
        {"x0aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.example.net.\x82", 0,
         "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.example.net"},
        {"x2aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.example.net0", 0, NULL},

        {"\x82\x0d*.example.org", 0, "www.example.org"},
        {"\x82\x0d?.example.org", 0, "www.example.org"},
        {"\x82\x0d\xff.example.org", 0, "www.example.org"},
        {"\x82\x0d" "f*o.example.org", 0, "www.example.org"},
        {"\x82\x0d" "f\xff" "o.example.org", 0, "www.example.org"},
        {"\x82\x0b" "o.example.org", 0, NULL},
        {"\x82*aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.example.org", 0, NULL}, /* 42 */
        {"\x82+*aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.example.org", 0,
         NULL}, /* nobody can tell it from the line above */
        {"\x82,**aaaaaaaaaaaaaaaaaaaaaaaaaaaaa.example.org", 0,
         "www.example.org"},
        {"\x82\x4d*aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
         "aaaaaaaa.example.org", 0, NULL}, /* 64 */
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
        "a.*.net", "?.sub.example.net", "f*o.example.org",
        "\x80.sub.example.net",
        ".example.org", "a..net", "WWW.EXAMPLE.ORG", "www.example.org.",
        "deep.sub.example.net", "x\x80y.com", "*.org", "a.*.org"
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
        "192.0.2.1", "2001:db8::1", "198.51.100.0/24", "2001:db8:1::/48", NULL
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
        {"\x87\x04\xc6\x33\x64\x07", 6, "198.51.100.0/24"},
        {"\x87\x04\xc6\x33\x65\x07", 6, NULL},
        {"\x82\x04\xc6\x33\x64\x07", 6, NULL},
        {"\x87\x10\x20\x01\x0d\xb8\0\x01\0\0\0\0\0\0\0\0\0\x01", 18,
         "2001:db8:1::/48"},
        {"\x87\x11\x20\x01\x0d\xb8\0\x01\0\0\0\0\0\0\0\0\0\x01", 18,
         NULL},
        {"\x87\x10\x20\x01\x0d\xb8\0\x01\0\0\0\0\0\0\0\0\0", 17, NULL},
        {"192.0.2.1", 0, NULL}
    };

    watch = compile(patterns);

    for (i = 0; i < COUNT(rows); i++) {
        search_is(watch, &rows[i]);
    }

    search_is(compile(only4), &rows[0]);
}
