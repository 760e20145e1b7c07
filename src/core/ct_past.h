/*
 * ct_past: certificates that were served once, as rows of the store, and as
 * what the policy compares with.
 */

#ifndef CT_PAST_H
#define CT_PAST_H

#include "ct_store.h"


/* A row of one that is served now, and of what was established of its CA;
 * `issuer_key` may be NULL. Names that do not fit are left out. */
void ct_past_take(ct_past_t *past, const ct_served_t *served,
    const char *owner, const uint8_t *issuer_key, int64_t now_ms);

/* The way back: borrows from `past` and takes the rest from `arena`. */
ct_rc_t ct_past_served(ct_served_t *served, const ct_past_t *past,
    ct_arena_t *arena);

/* The names of a row, and the next of them; false: there is none. */
ct_bytes_t ct_past_list(const ct_past_t *past);
bool ct_past_name(ct_bytes_t *list, ct_bytes_t *name);

/* Its CA, as text; empty: unknown. */
ct_bytes_t ct_past_owner(const ct_past_t *past);

/* Served within CT_LIMIT_PAST_DAYS? */
bool ct_past_counts(const ct_past_t *past, int64_t now_ms);

#endif
