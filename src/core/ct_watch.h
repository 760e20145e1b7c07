/*
 * ct_watch: the watched names, compiled once, matched by label from the
 * right in O(labels) whatever the size of the list.
 *
 * A pattern "example.com" covers the name and everything below it,
 * "=www.example.com" the name alone, "192.0.2.1" or "2001:db8::1" an
 * iPAddress. Fail-safe as the facts demand: a "*" label covers any label, a
 * label that is not letters, digits, "-" or "_" could be anything.
 */

#ifndef CT_WATCH_H
#define CT_WATCH_H

#include "ct_cert.h"

typedef struct ct_watch_s ct_watch_t;


/* Is it a pattern? The form above, at least two labels (nobody watches "com"
 * by slip), A-labels only, at most CT_LIMIT_NAME bytes; case and a final dot
 * do not matter; a leading "." or "*." is taken as the tree below, apex
 * included. On failure `*why` is a short clause: "needs at least ...". */
bool ct_watch_pattern_ok(ct_bytes_t pattern, const char **why);

/* Everything from `arena`; patterns are copied. NULL at its ceiling.
 * Patterns that are not ok are left out. `seed` defends the table against
 * chosen collisions. Read-only afterwards, so any thread may match. */
ct_watch_t *ct_watch_compile(ct_arena_t *arena, const ct_bytes_t *patterns,
    size_t npatterns, uint64_t seed);

size_t ct_watch_count(const ct_watch_t *watch);

/* Does this name of a certificate concern a watched name? `*matched` is
 * the watched pattern's name (borrowed from the watch), or for a wildcard
 * above several watched names any one of them or the name covered. */
bool ct_watch_match(const ct_watch_t *watch, const ct_name_t *name,
    ct_bytes_t *matched);

/* Could these raw bytes, whatever they are, hold a watched name? For
 * entries that cannot be parsed: errs on the side of yes. Cost is bounded:
 * per byte, a label and an address at most, and what is watched. */
bool ct_watch_search(const ct_watch_t *watch, ct_bytes_t raw,
    ct_bytes_t *matched);

#endif
