/*
 * ct_watch: patterns good and bad, and the table they are compiled into.
 * Names are matched in ct_watch_match.c, bytes searched in
 * ct_watch_search.c.
 */

#include "ct_watch_table.h"
#include "watch.h"

static void test_patterns(void);
static void test_lengths(void);
static void test_count(void);
static void test_public(void);
static void test_extend(void);
static void test_owners(void);
static void test_many(void);
static void test_shared(void);
static void test_ceiling(void);


int
main(void)
{
    watch_start();

    test_patterns();
    test_lengths();
    test_count();
    test_public();
    test_extend();
    test_owners();
    test_many();
    test_shared();
    test_ceiling();

    watch_stop();

    return done_testing();
}


static void
test_patterns(void)
{
    size_t      i;
    const char *why;

    static const char *const good[] = {
        "example.com", "Example.COM.", "=www.example.com", ".example.com",
        "*.example.com", "=WWW.example.com.", "xn--bcher-kva.example",
        "_dmarc.example.com", "-.example.com", "1.example.com", "192.0.2.1",
        "2001:db8::1", "::1", "=192.0.2.1", "a.b", "4chan.org",
        "192.0.2.0/24", "10.0.0.0/8", "192.0.2.1/32", "2001:db8::/32",
        "2001:DB8::1/128", "2001::/16", "192.0.2.128/25",
        "b\xc3\xbc" "cher.example", "=B\xc3\x9c" "CHER.example.",
        "*.b\xc3\xbc" "cher.example", "stra\xc3\x9f" "e.example",
        "\xd0\xbf\xd1\x80.\xd1\x80\xd1\x84"
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
        {"b\xfc" "cher.example", "A-label"},
        {"\xe2\x98\x83.example", "A-label"},
        {"bu\xcc\x88" "cher.example", "A-label"},
        {"b\xc3\xbc cher.example", "A-label"},
        {"b\xc3\xbc" "cher", "at least two labels"},
        {"b\xc3\xbc" "cher..example", "empty label"},
        {"b\xc3\xbc" "cher.ex*mple", "may hold only"},
        {"xn--foo-.example", "stands for nothing"},
        {"www.XN--0.example", "stands for nothing"},
        {"192.0.2", "neither a name nor an address"},
        {"192.0.2.256", "neither a name nor an address"},
        {"192.0.2.0/", "length of a prefix"},
        {"192.0.2.0/33", "length of a prefix"},
        {"192.0.2.0/024", "length of a prefix"},
        {"192.0.2.0/255.255.255.0", "length of a prefix"},
        {"2001:db8::/129", "length of a prefix"},
        {"192.0.2.1/24", "bits set behind"},
        {"2001:db8::1/64", "bits set behind"},
        {"0.0.0.0/0", "too large"},
        {"10.0.0.0/7", "too large"},
        {"::/0", "too large"},
        {"2000::/3", "too large"},
        {"192.0.2/24", "may hold only"},
        {"example.com/24", "may hold only"},
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
}


static void
test_lengths(void)
{
    char        label[70], name[300];
    const char *why;

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
        "com", "192.0.2.1", "192.0.2.1/32", "::1", "0:0::1", "bad name.com",
        "192.0.2.0/24", "192.0.2.0/25", "192.0.2.0/24", "b\xc3\xbc.example",
        "xn--b-eha.example", NULL
    };
    static const char *const none[] = {NULL};
    static const char *const dots[] = {
        "=exam\xef\xbc\x8emoe", "a\xe3\x80\x82" "b\xef\xbd\xa1" "example", NULL
    };
    static const row_t any = {"www.example.com", 0, NULL};
    static const row_t star = {"*", 0, NULL};
    ct_bytes_t matched;

    is_int(ct_watch_count(compile(patterns)), 8, "different patterns");
    is_int(ct_watch_count(compile(none)), 0, "none");
    is_int(ct_watch_count(compile(dots)), 2, "with other dots than \".\"");
    match_is(compile(none), CT_NAME_DNS, 0, &any);
    match_is(compile(none), CT_NAME_DNS, 0, &star);
    ok(!ct_watch_search(compile(none), CT_BYTES("\x82\x01*"), &matched),
       "nor does a search find any");
}


static void
test_public(void)
{
    size_t  i, len;
    uint8_t address[16];

    static const struct {
        const char *text;
        bool        yes;
    } rows[] = {
        {"0.0.0.0", false},     {"9.255.255.255", true},
        {"10.1.2.3", false},    {"100.63.0.1", true},
        {"100.64.0.1", false},  {"100.127.0.1", false},
        {"100.128.0.1", true},  {"127.0.0.1", false},
        {"169.254.1.1", false}, {"169.253.1.1", true},
        {"172.15.0.1", true},   {"172.16.0.1", false},
        {"172.31.0.1", false},  {"172.32.0.1", true},
        {"192.0.2.7", true},    {"192.168.1.1", false},
        {"223.1.1.1", true},    {"224.0.0.1", false},
        {"255.255.255.255", false}, {"::", false}, {"::1", false},
        {"2001:db8::1", true},  {"fe80::1", false}, {"fd00::1", false},
        {"ff02::1", false},     {"::ffff:192.0.2.7", false}
    };

    for (i = 0; i < COUNT(rows); i++) {
        len = ct_watch_address(ct_bytes_str(rows[i].text), address);
        ok(ct_watch_public(ct_bytes(address, len)) == rows[i].yes, "%s: %s",
           rows[i].text, rows[i].yes ? "public" : "not public");
    }
}


static void
test_extend(void)
{
    ct_watch_t *watch;
    ct_bytes_t  matched;

    static const char *const base[] = {"example.com", NULL};
    static const char *const none[] = {NULL};
    static const row_t       of_base = {"www.example.com", 0, "example.com"};
    static const row_t       added = {"a.learned.test", 0, "learned.test"};
    static const row_t       neither = {"example.net", 0, NULL};
    const ct_bytes_t         more[] = {
        CT_BYTES("*.learned.test"), CT_BYTES("no name"),
        CT_BYTES("192.0.2.1")
    };

    watch = ct_watch_extend(arena, compile(base), more, 3);
    is_int(ct_watch_count(watch), 3, "names of both");
    match_is(watch, CT_NAME_DNS, 0, &of_base);
    match_is(watch, CT_NAME_DNS, 0, &added);
    match_is(watch, CT_NAME_DNS, 0, &neither);
    ok(ct_watch_search(watch, CT_BYTES("\x82\x0elearned.test\x30"), &matched)
       && ct_watch_search(watch, CT_BYTES("\x82\x0b" "example.com\x30"),
                          &matched), "a search as well");

    watch = ct_watch_extend(arena, compile(none), more, 1);
    match_is(watch, CT_NAME_DNS, 0, &added);
    match_is(watch, CT_NAME_DNS, 0, &neither);
}


/* The first pattern that has an owner gives it. */
static void
test_owners(void)
{
    size_t      i;
    ct_name_t   name;
    ct_bytes_t  list[16], matched;
    ct_watch_t *watch;

    static const struct {
        const char *pattern;
        uint32_t    owner;
    } patterns[] = {
        {"example.com", 0},          {"shop.example.com", 3},
        {"=www.example.org", 4},     {"a.www.example.org", 5},
        {"shop.example.com.", 6},    {"example.net", 0},
        {"EXAMPLE.net", 7},          {"192.0.2.0/24", 8},
        {"192.0.2.7", 9},            {"2001:db8::/32", 0},
        {"b\xc3\xbc" "cher.example", 10}
    };
    static const struct {
        const char *name;
        const char *matched;
        uint32_t    owner;
    } rows[] = {
        {"www.example.com", "example.com", 0},
        {"www.shop.example.com", "shop.example.com", 3},
        {"Shop.Example.Com", "shop.example.com", 3},
        {"*.example.com", "example.com", 0},
        {"www.example.org", "www.example.org", 4},
        {"x.a.www.example.org", "a.www.example.org", 5},
        {"*.www.example.org", "a.www.example.org", 5},
        {"example.net", "example.net", 7},
        {"192.0.2.9", "192.0.2.0/24", 8},
        {"192.0.2.7", "192.0.2.7", 9},
        {"2001:db8::5", "2001:db8::/32", 0},
        {"xn--bcher-kva.example", "xn--bcher-kva.example", 10},
    };
    uint32_t owners[16];

    for (i = 0; i < COUNT(patterns); i++) {
        list[i] = ct_bytes_str(patterns[i].pattern);
        owners[i] = patterns[i].owner;
    }

    watch = ct_watch_compile_owned(arena, list, owners, i, SEED);
    name = (ct_name_t) {.kind = CT_NAME_DNS};

    for (i = 0; i < COUNT(rows); i++) {
        name.value = ct_bytes_str(rows[i].name);

        if (ok(ct_watch_match(watch, &name, &matched), "%s", rows[i].name)) {
            is_mem(matched.data, matched.len, rows[i].matched,
                   strlen(rows[i].matched), "is %s", rows[i].matched);
            is_int(ct_watch_owner(watch, matched), rows[i].owner,
                   "of owner %u", rows[i].owner);
        }
    }

    is_int(ct_watch_owner(watch, CT_BYTES("example.edu")), 0,
           "a name that nobody watches has none");
    watch = ct_watch_compile(arena, list, COUNT(patterns), SEED);
    is_int(ct_watch_owner(watch, CT_BYTES("shop.example.com")), 0,
           "nor has any without owners");
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


/* However long the names are: what they share is there once. */
static void
test_shared(void)
{
    enum { N = 100000 };
    size_t      i, len, used, wrong;
    uint32_t   *owners;
    ct_name_t   name;
    ct_bytes_t *list, matched;
    ct_watch_t *watch;

    char(*text)[48] = malloc(N * sizeof(*text));

    list = malloc(N * sizeof(ct_bytes_t));
    owners = malloc(N * sizeof(uint32_t));

    if (text == NULL || list == NULL || owners == NULL) {
        printf("Bail out! no memory\n");
        exit(1);
    }

    for (len = 0, i = 0; i < N; i++) {
        list[i] = ct_bytes(text[i], (size_t)
                           snprintf(text[i], sizeof(text[i]),
                                    "h%zu.g%zu.f.e.d.c.example", i, i % 9));
        owners[i] = 1 + (uint32_t) i % 7;
        len += list[i].len;
    }

    ct_arena_reset(arena);
    watch = ct_watch_compile_owned(arena, list, owners, N, SEED);
    used = (ct_arena_used(arena) - len) / N;
    ok(used <= 19, "%zu bytes a name", used);

    name = (ct_name_t) {.kind = CT_NAME_DNS};
    wrong = 0;

    for (i = 0; i < N; i++) {
        name.value = list[i];
        wrong += !ct_watch_match(watch, &name, &matched)
                 || !ct_bytes_equal(matched, list[i])
                 || ct_watch_owner(watch, matched) != owners[i];
    }

    is_int(wrong, 0, "each is found, and its owner");

    free(text);
    free(list);
    free(owners);
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
