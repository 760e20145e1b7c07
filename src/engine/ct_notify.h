/*
 * ct_notify: the outbox to webhooks. One request per channel at a time, so
 * that a dead receiver holds up nobody else; back-off from a second to an
 * hour; at least once, with the id of finding or event as the stable id.
 */

#ifndef CT_NOTIFY_H
#define CT_NOTIFY_H

#include "ct_context.h"

typedef struct ct_notify_s ct_notify_t;


/* NULL: memory. */
ct_notify_t *ct_notify_create(ct_context_t *ctx);
void ct_notify_destroy(ct_notify_t *notify);

/* Sends what is due; returns when it wants to be called again. */
int64_t ct_notify_turn(ct_notify_t *notify);

/* The clock jumped: waits are counted anew from now. */
void ct_notify_shift(ct_notify_t *notify);

#endif
