/*
 * fuzz ct_watch: patterns one a line, an empty line, then a kind, a string
 * tag, and the bytes of a name. Matching and searching must agree with the
 * slow twin, also on which watched name it was.
 */

#include <stdlib.h>

#include "../unit/watch_twin.h"

#define PATTERNS 16
#define VALUE    4000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static size_t read_patterns(ct_bytes_t *in, ct_bytes_t *list,
    twin_pattern_t *twins);
static void check(bool yes, ct_bytes_t matched, const twin_pattern_t *twins,
    const bool *covers, size_t n);


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    bool           yes, covers[PATTERNS] = {false};
    size_t         i, n;
    uint8_t        kind;
    ct_name_t      name;
    ct_bytes_t     in, list[PATTERNS], matched;
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

    name.kind = kind % 3 == 0 ? CT_NAME_DNS
                : kind % 3 == 1 ? CT_NAME_IP : CT_NAME_CN;
    name.value = in;

    arena = ct_arena_create(1024 * 1024);
    watch = arena != NULL ? ct_watch_compile(arena, list, n, len) : NULL;

    if (watch == NULL) {
        abort();
    }

    for (i = 0; i < n; i++) {
        covers[i] = twin_match(&twins[i], &name);
    }

    matched = ct_bytes(NULL, 0);
    yes = ct_watch_match(watch, &name, &matched);
    check(yes, matched, twins, covers, n);

    for (i = 0; i < n; i++) {
        covers[i] = twin_search(&twins[i], name.value);
    }

    yes = ct_watch_search(watch, name.value, &matched);
    check(yes, matched, twins, covers, n);

    ct_arena_destroy(arena);

    return 0;
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
            twins[n] = twin_pattern(line);
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
    bool   any, named;

    any = false;
    named = false;

    for (i = 0; i < n; i++) {
        any |= covers[i];
        named |= covers[i] && ct_bytes_equal_nocase(matched, twins[i].name);
    }

    if (yes != any || (yes && !named)) {
        abort();
    }
}
