/*
 * ct_group: which alerts make the next message to a receiver. What is new
 * waits a moment for company, for findings come in bursts. What was sent
 * before and was not taken is sent again just as it was, so that it has the
 * same id. What has closed silently comes once a day.
 */

#ifndef CT_GROUP_H
#define CT_GROUP_H

#include "ct_context.h"
#include "ct_receiver.h"

#define CT_GROUP_SETTLE_MS 2000  /* from the first to the message */
#define CT_GROUP_SAVE_MS   30000 /* it waits so long for the state file */
#define CT_GROUP_DIGEST_MS (24 * 60 * 60 * 1000)

typedef struct {
    size_t     at; /* its place, and what was there: it may be another's by
                      the time the answer comes */
    ct_alert_t alert;
} ct_picked_t;

typedef struct {
    ct_picked_t *items;
    size_t       n;
    size_t       room;
    size_t       listed; /* the first of them; of the others only the number
                            is told */
    bool         digest;
    bool         unsaved; /* the state file has been waited for in vain */
} ct_group_t;


/*
 * Picks the next message for this receiver, whose rest is over, into
 * group->items (malloc memory, kept for the next time). Returns 0, or when
 * there will be one; INT64_MAX: nothing waits.
 */
int64_t ct_group_pick(ct_context_t *ctx, ct_receiver_t *receiver,
    ct_group_t *group);

void ct_group_free(ct_group_t *group);

#endif
