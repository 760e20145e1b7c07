/*
 * ct_history: the store's rows of certificates that are or were served, kept
 * up to date: each is written anew at most once a day, and forgotten
 * CT_LIMIT_PAST_DAYS after it was served last.
 */

#ifndef CT_HISTORY_H
#define CT_HISTORY_H

#include "ct_context.h"
#include "ct_past.h"


/* Certificate i of ctx->inventory is served now. Without room the row that was
 * not seen for longest gives way, unless all are of today. */
void ct_history_seen(ct_context_t *ctx, size_t i);

/* This one is served, and there is no time to learn of its CA: it has a row
 * now if there is room. */
void ct_history_note(ct_context_t *ctx, const ct_served_t *served);

/* Forgets what is too old. */
void ct_history_sweep(ct_context_t *ctx);

#endif
