/*
 * ct_send: alerts become a message in the form that their receiver wants,
 * and go out. Where to is what the configuration says, and nothing else.
 */

#ifndef CT_SEND_H
#define CT_SEND_H

#include "ct_eventlog.h"
#include "ct_group.h"

typedef void (*ct_send_done_pt)(void *arg, const ct_outcome_t *outcome);

/* A message on its way; the caller's, and stays where it is until `done`. */
typedef struct {
    ct_context_t       *ctx;
    const ct_channel_t *channel;
    ct_eventlog_t      *log;  /* of one that is a log */
    uint16_t            told; /* of a mail: who has it already */
    void               *arg;
    ct_send_done_pt     done; /* not when the engine stops amid it */
} ct_send_t;


/*
 * Starts to send what was picked. Alerts that have nothing to tell any more
 * are removed from the store and from the group, and what did not fit into
 * one message from the group. CT_E_ABSENT: nothing is left of it;
 * CT_E_LIMIT: not now; CT_E_MEMORY, CT_E_TYPE. `done` may be called before
 * it returns.
 */
ct_rc_t ct_send_group(ct_send_t *send, ct_group_t *group);

/* The same for one event that is in no queue: a test. */
ct_rc_t ct_send_event(ct_send_t *send, const ct_event_t *event);

/* Most alerts of one message to this receiver; is it one for people? */
size_t ct_send_most(const ct_channel_t *channel);
bool ct_send_people(const ct_channel_t *channel);

#endif
