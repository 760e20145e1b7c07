/*
 * ct_engine_watch: what is watched. With "auto" that is more than the
 * configuration tells: the names of certificates that handshakes have shown,
 * and of those in ct_known_certificate.
 */

#include "ct_engine_part.h"

#include <string.h>


/* So long after a certificate was seen last its names are watched still: a
 * restart forgets what handshakes have shown. */
#define CT_SHOWN_MS ((int64_t) 14 * 24 * 60 * 60 * 1000)


static size_t ct_shown_names(const ct_engine_t *engine,
    const ct_inventory_t *all, ct_bytes_t *names);
static bool ct_shown(const ct_served_t *served, int64_t now_ms);
static void ct_shown_many(ct_engine_t *engine, size_t n);


const ct_watch_t *
ct_engine_watch(ct_engine_t *engine, const ct_inventory_t *all,
    ct_arena_t *arena)
{
    size_t            n;
    ct_bytes_t       *names;
    const ct_watch_t *watch;

    watch = engine->ctx.config->watch;

    if (!engine->ctx.config->watch_shown) {
        return watch;
    }

    n = ct_shown_names(engine, all, NULL);
    ct_shown_many(engine, n);
    n = n < CT_LIMIT_WATCH_SHOWN ? n : CT_LIMIT_WATCH_SHOWN;

    if (n == 0) {
        return watch;
    }

    names = ct_arena_calloc(arena, n, sizeof(ct_bytes_t));

    if (names == NULL) {
        return NULL;
    }

    (void) ct_shown_names(engine, all, names);

    return ct_watch_extend(arena, watch, names, n);
}


/* How many there are; into `names` go as many as may be, unless it is
 * NULL. What is no name is left out by the watch. */
static size_t
ct_shown_names(const ct_engine_t *engine, const ct_inventory_t *all,
    ct_bytes_t *names)
{
    size_t             i, k, n;
    const ct_served_t *served;

    n = 0;

    for (i = 0; i < all->nserved; i++) {
        served = &all->served[i];

        if (!ct_shown(served, engine->ctx.now_ms)) {
            continue;
        }

        for (k = 0; k < served->ncert_names; k++, n++) {
            if (names != NULL && n < CT_LIMIT_WATCH_SHOWN) {
                names[n] = served->names[k];
            }
        }
    }

    return n;
}


static bool
ct_shown(const ct_served_t *served, int64_t now_ms)
{
    switch (served->origin) {

    case CT_ORIGIN_LEARNED:
    case CT_ORIGIN_KNOWN:
        return true;

    case CT_ORIGIN_PAST:
        return served->was != CT_ORIGIN_CONFIGURED
               && now_ms - served->seen_ms <= CT_SHOWN_MS;

    default:
        return false;
    }
}


static void
ct_shown_many(ct_engine_t *engine, size_t n)
{
    if (n > CT_LIMIT_WATCH_SHOWN && !engine->shown_full) {
        ct_lines_say(&engine->lines, CT_LINE_WARN,
                     "certificates that were learned or are known have %zu "
                     "names, only %d of them are watched; ct_domain names "
                     "others", n, CT_LIMIT_WATCH_SHOWN);
    }

    engine->shown_full = n > CT_LIMIT_WATCH_SHOWN;
}
