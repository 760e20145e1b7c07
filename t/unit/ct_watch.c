/*
 * ct_watch: patterns good and bad, and the table they are compiled into.
 * Names are matched in ct_watch_match.c, bytes searched in
 * ct_watch_search.c.
 */

#include "watch.h"

static void test_patterns(void);
static void test_count(void);
static void test_many(void);
static void test_ceiling(void);


int
main(void)
{
    watch_start();

    test_patterns();
    test_count();
    test_many();
    test_ceiling();

    watch_stop();

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
