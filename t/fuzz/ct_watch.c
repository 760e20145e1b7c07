/*
 * fuzz ct_watch: patterns one a line, an empty line, then a kind, a string
 * tag, and the bytes of a name. Matching and searching must agree with the
 * slow twin, also on which watched name it was, and find whose it is.
 */

#include <stdlib.h>

#include "../unit/watch_twin_search.h"

#define PATTERNS 16
#define VALUE    4000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static size_t read_patterns(ct_bytes_t *in, ct_bytes_t *list,
    twin_pattern_t *twins);
static void check_match(const ct_watch_t *watch, const ct_name_t *name,
    const twin_pattern_t *twins, size_t n);
static void check_search(const ct_watch_t *watch, ct_bytes_t raw,
    const twin_pattern_t *twins, size_t n);
static void check(bool yes, ct_bytes_t matched, const twin_pattern_t *twins,
    const bool *covers, size_t n);
static bool any(const bool *covers, size_t n);


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    size_t         i, n;
    uint8_t        kind;
    uint32_t       owners[PATTERNS];
    ct_name_t      name;
    ct_bytes_t     in, list[PATTERNS];
    ct_watch_t    *watch;
    ct_arena_t    *arena;
    twin_pattern_t twins[PATTERNS];

    in = ct_bytes(data, len);
    n = read_patterns(&in, list, twins);

    if (!ct_read_u8(&in, &kind) || !ct_read_u8(&in, &name.tag)
        || in.len > VALUE)
    {
        return 0;
    }

    for (i = 0; i < n; i++) {
        owners[i] = 1;
    }

    name.kind = (ct_name_kind_e[]) {CT_NAME_DNS, CT_NAME_IP, CT_NAME_CN,
                                    CT_NAME_URI, CT_NAME_MAIL}[kind % 5];
    name.value = in;

    arena = ct_arena_create(1024 * 1024);
    watch = arena != NULL
            ? ct_watch_compile_owned(arena, list, owners, n, len) : NULL;

    if (watch == NULL) {
        abort();
    }

    check_match(watch, &name, twins, n);
    check_search(watch, in, twins, n);

    ct_arena_destroy(arena);

    return 0;
}


static void
check_match(const ct_watch_t *watch, const ct_name_t *name,
    const twin_pattern_t *twins, size_t n)
{
    bool       yes, must[PATTERNS] = {false}, may[PATTERNS] = {false};
    size_t     i;
    ct_bytes_t matched;

    for (i = 0; i < n; i++) {
        must[i] = twin_match(&twins[i], name, false);
        may[i] = must[i] || twin_match(&twins[i], name, true);
    }

    matched = ct_bytes(NULL, 0);
    yes = ct_watch_match(watch, name, &matched);

    if (any(must, n) && !yes) {
        abort();
    }

    if (yes) {
        check(yes, matched, twins, may, n);

        if (ct_watch_owner(watch, matched) != 1) {
            abort();
        }
    }
}


static void
check_search(const ct_watch_t *watch, ct_bytes_t raw,
    const twin_pattern_t *twins, size_t n)
{
    bool       yes, covers[PATTERNS] = {false};
    size_t     i;
    ct_bytes_t matched;

    for (i = 0; i < n; i++) {
        covers[i] = twin_search(&twins[i], raw);
    }

    matched = ct_bytes(NULL, 0);
    yes = ct_watch_search(watch, raw, &matched);

    if (!twin_converts(raw)) {
        check(yes, matched, twins, covers, n);

    } else if (any(covers, n) && !yes) {
        abort();
    }
}


/* Lines that are no pattern are left out, and it is said why. */
static size_t
read_patterns(ct_bytes_t *in, ct_bytes_t *list, twin_pattern_t *twins)
{
    size_t      n;
    ct_bytes_t  line;
    const char *why;

    n = 0;

    while (ct_read_until(in, '\n', &line) && line.len != 0) {
        why = NULL;

        if (n < PATTERNS && ct_watch_pattern_ok(line, &why)) {
            list[n] = line;
            twin_pattern(&twins[n], line);
            n++;

        } else if (n < PATTERNS && why == NULL) {
            abort();
        }
    }

    return n;
}


/* The same answer, and one of the patterns that the twin found. */
static void
check(bool yes, ct_bytes_t matched, const twin_pattern_t *twins,
    const bool *covers, size_t n)
{
    size_t i;
    bool   named;

    named = false;

    for (i = 0; i < n; i++) {
        named |= covers[i] && ct_bytes_equal_nocase(matched, twins[i].name);
    }

    if (yes != any(covers, n) || (yes && !named)) {
        abort();
    }
}


static bool
any(const bool *covers, size_t n)
{
    while (n != 0 && !covers[n - 1]) {
        n--;
    }

    return n != 0;
}
