/*
 * ct_notify: empties the outbox. One message per receiver at a time, so that
 * a dead one holds up nobody else; at least once, with ids that stay.
 */

#ifndef CT_NOTIFY_H
#define CT_NOTIFY_H

#include "ct_context.h"

typedef struct ct_notify_s ct_notify_t;


/* After ct_outbox_create. NULL: memory. */
ct_notify_t *ct_notify_create(ct_context_t *ctx);
void ct_notify_destroy(ct_notify_t *notify);

/* Sends what is due; returns when it wants to be called again. */
int64_t ct_notify_turn(ct_notify_t *notify);

/* A test event to every receiver at once, however it fares otherwise; `who`
 * wants it. What came of it is in their rows. */
void ct_notify_test(ct_notify_t *notify, ct_bytes_t who);

/* The clock jumped. */
void ct_notify_shift(ct_notify_t *notify, int64_t delta_ms);

#endif
