/*
 * ct_cursor_part: what walking and seeking have in common; private to
 * ct_cursor*.c.
 */

#ifndef CT_CURSOR_PART_H
#define CT_CURSOR_PART_H

#include "ct_cursor.h"


/* ---- ct_cursor.c */

/* An answer was good. */
void ct_cursor_progress(ct_cursor_t *cursor);

/* ms, a tenth less or more. */
int64_t ct_cursor_spread(int64_t ms, uint16_t jitter);

/* Is there such a head? */
bool ct_cursor_known(const ct_head_t *head);

/* Static: nothing is missing but entries of the partial tile at the end. */
bool ct_cursor_at_tail(const ct_cursor_t *cursor);


/* ---- ct_cursor_next.c */

/* The tile's address in the target's tree, and in `count` its width there;
 * of a partial tile that was not there the full one is asked. */
void ct_cursor_ask_tile(const ct_cursor_t *cursor, int level,
    uint64_t index, ct_ask_t *ask);


/* ---- ct_cursor_walk.c */

/* From here on `latest` is the target. */
void ct_cursor_retarget(ct_cursor_t *cursor, int64_t now_ms,
    const ct_rules_t *rules);

/* The target's root is ours, all entries up to `downloaded` are proven. */
void ct_cursor_confirm(ct_cursor_t *cursor, int64_t now_ms,
    const ct_rules_t *rules);

/* Walks on from `downloaded`, which is proven: to `latest`, if nothing was
 * read towards the target yet. CT_E_ROOT when it is there, in vain. */
ct_rc_t ct_cursor_walk(ct_cursor_t *cursor, ct_sha256_t *sha,
    int64_t now_ms, const ct_rules_t *rules);

/* The hash tile that was `asked`, and should have been, for `want`; `body`
 * is cut to its wanted hashes. CT_E_COUNT. */
ct_rc_t ct_cursor_take_tile(const ct_ask_t *want, const ct_ask_t *asked,
    ct_bytes_t *body);


/* ---- ct_cursor_search.c */

/* A bracket that is not worth another probe. */
#define CT_CURSOR_NEAR CT_LIMIT_TILE_WIDTH

/* By time, within the target. */
void ct_cursor_search(ct_cursor_t *cursor);

/* What was probed is not there. False: nothing was. */
bool ct_cursor_search_absent(ct_cursor_t *cursor);


/* ---- ct_cursor_seek.c */

/* The target is there: where to begin. */
ct_rc_t ct_cursor_begin(ct_cursor_t *cursor, ct_sha256_t *sha,
    int64_t now_ms, const ct_rules_t *rules);

/* From the first entry on: nothing has to be proven. */
void ct_cursor_from_zero(ct_cursor_t *cursor);

/* The frontier of the first `size` leaves, within the target; at least 1. */
void ct_cursor_seed(ct_cursor_t *cursor, uint64_t size);

/* What SEARCH or SEED ask next. */
void ct_cursor_seek_next(const ct_cursor_t *cursor, ct_ask_t *ask);

ct_rc_t ct_cursor_seed_tile(ct_cursor_t *cursor, ct_sha256_t *sha,
    const ct_ask_t *ask, ct_bytes_t body, int64_t now_ms,
    const ct_rules_t *rules);

#endif
