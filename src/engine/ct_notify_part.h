/*
 * ct_notify_part: what the files of ct_notify share, and nobody else.
 *
 * ct_notify.c        what is due, to whom
 * ct_notify_answer.c what came of it
 */

#ifndef CT_NOTIFY_PART_H
#define CT_NOTIFY_PART_H

#include "ct_notify.h"
#include "ct_send.h"

typedef struct {
    ct_notify_t  *notify;
    ct_receiver_t receiver;
    ct_group_t    group;   /* in flight */
    ct_send_t     send;
    bool          busy;
    ct_send_t     test;
    bool          testing;
    int64_t       test_ms; /* it began */
} ct_notify_channel_t;

struct ct_notify_s {
    ct_context_t       *ctx;
    ct_notify_channel_t channels[CT_LIMIT_CHANNELS];
    size_t              nchannels;
    int64_t             due_ms;  /* nothing to do before, unless alerts_due */
    uint64_t            saved;   /* of ctx, at the last look */
    bool                unsaved; /* told: sent without having been saved */
};


/* ct_notify_answer.c. An event may have given way, and the place of its alert
 * been taken, since it was picked. `arg` is the channel. */
bool ct_notify_is_there(const ct_context_t *ctx, const ct_picked_t *picked,
    ct_alert_t *alert);
void ct_notify_answered(void *arg, const ct_outcome_t *outcome);
void ct_notify_tested(void *arg, const ct_outcome_t *outcome);

#endif
