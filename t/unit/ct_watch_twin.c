/* ct_watch beside its slow twin: random patterns and names. */

#include "watch.h"
#include "watch_twin_search.h"

#define PATTERNS 8

static twin_pattern_t twins[PATTERNS];

static void test_twin(void);
static size_t random_patterns(uint64_t *state, ct_bytes_t *list);
static bool match_differs(const ct_watch_t *watch, const ct_name_t *name,
    size_t *hits);
static bool search_differs(const ct_watch_t *watch, ct_bytes_t raw,
    size_t *hits);
static bool named(ct_bytes_t matched, const bool *covers);


int
main(void)
{
    watch_start();

    test_twin();

    watch_stop();

    return done_testing();
}


static uint32_t
random_below(uint64_t *state, uint32_t n)
{
    *state = *state * 6364136223846793005ULL + 1442695040888963407ULL;

    return (uint32_t) (*state >> 33) % n;
}


/* Labels from a small set, so that suffixes are shared and hits frequent:
 * a-umlaut among them, in its various forms. */
static size_t
random_name(uint64_t *state, char *out, bool wild)
{
    size_t      n, len = 0;
    const char *label;

    static const char *labels[] = {
        "a", "b", "ab", "com", "Net", "b0", "x-1", "xn--4ca", "\xc3\xa4",
        "0", "*", "?", "", "f*", "\xff", "\x80", " ", "a b", "/",
        "\xe3\x80\x82", "\xe4", "\xc3\x84", "xn--a-", "a,b"
    };

    for (n = 1 + random_below(state, 4); n > 0; n--) {
        label = labels[random_below(state, wild ? COUNT(labels) : 9)];
        memcpy(out + len, label, strlen(label));
        len += strlen(label);
        out[len++] = '.';
    }

    return random_below(state, 8) == 0 ? len : len - 1;
}


static void
test_twin(void)
{
    char        value[64];
    size_t      k, n, len, round, hits, wrong;
    uint64_t    state = 1;
    ct_name_t   name;
    ct_bytes_t  list[PATTERNS];
    ct_watch_t *watch;

    static const ct_name_kind_e kinds[] = {
        CT_NAME_DNS, CT_NAME_DNS, CT_NAME_CN, CT_NAME_URI
    };

    hits = 0;
    wrong = 0;

    for (round = 0; round < 3000; round++) {
        n = random_patterns(&state, list);
        ct_arena_reset(arena);
        watch = ct_watch_compile(arena, list, n, state);

        for (k = 0; k < 20; k++) {
            len = random_name(&state, value, true);
            name = (ct_name_t) {kinds[random_below(&state, 4)], CT_DER_UTF8,
                                ct_bytes(value, len)};

            wrong += match_differs(watch, &name, &hits);
            wrong += search_differs(watch, name.value, &hits);
        }
    }

    is_int(wrong, 0, "as the twin says, 120,000 times");
    ok(hits > 10000 && hits < 110000, "of them %zu yes", hits);
}


static size_t
random_patterns(uint64_t *state, ct_bytes_t *list)
{
    size_t      n, k, len;
    const char *why;

    static char text[PATTERNS][64];

    for (n = 0; n < PATTERNS;) {
        text[n][0] = '=';
        len = random_name(state, text[n] + 1, false);
        k = random_below(state, 2);
        list[n] = ct_bytes(text[n] + k, len + 1 - k);

        if (ct_watch_pattern_ok(list[n], &why)) {
            twin_pattern(&twins[n], list[n]);
            n++;
        }
    }

    return n;
}


static bool
match_differs(const ct_watch_t *watch, const ct_name_t *name, size_t *hits)
{
    bool       yes, must, may[PATTERNS];
    size_t     i;
    ct_bytes_t matched;

    must = false;

    for (i = 0; i < PATTERNS; i++) {
        may[i] = twin_match(&twins[i], name, true);
        must |= twin_match(&twins[i], name, false);
    }

    yes = ct_watch_match(watch, name, &matched);
    *hits += yes;

    return yes ? !named(matched, may) : must;
}


static bool
search_differs(const ct_watch_t *watch, ct_bytes_t raw, size_t *hits)
{
    bool       yes, must, covers[PATTERNS];
    size_t     i;
    ct_bytes_t matched;

    must = false;

    for (i = 0; i < PATTERNS; i++) {
        covers[i] = twin_search(&twins[i], raw);
        must |= covers[i];
    }

    yes = ct_watch_search(watch, raw, &matched);
    *hits += yes;

    return yes ? !named(matched, covers) && !twin_converts(raw) : must;
}


/* Is what was matched one of those that the twin has found? */
static bool
named(ct_bytes_t matched, const bool *covers)
{
    size_t i;

    for (i = 0; i < PATTERNS; i++) {
        if (covers[i] && ct_bytes_equal_nocase(matched, twins[i].name)) {
            return true;
        }
    }

    return false;
}
