/* watch: what the tests of ct_watch and its two other files share. */

#ifndef WATCH_H
#define WATCH_H

#include "ct_watch.h"
#include "tap.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define SEED     0x123456789abcdefULL

typedef struct {
    const char *value;
    size_t      len;     /* 0: strlen */
    const char *matched; /* NULL: no match */
} row_t;

static ct_arena_t *arena;


static inline void
watch_start(void)
{
    arena = ct_arena_create(64 * 1024 * 1024);
}


static inline void
watch_stop(void)
{
    ct_arena_destroy(arena);
}


static inline ct_watch_t *
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
static inline const char *
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


static inline void
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

#endif
