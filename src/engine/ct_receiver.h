/*
 * ct_receiver: what is known of one receiver of alerts, and when it may be
 * sent something. No clock and no network: the time is given, and what came
 * of an attempt.
 */

#ifndef CT_RECEIVER_H
#define CT_RECEIVER_H

#include "ct_engine.h"

#define CT_RECEIVER_WAIT_MIN 1000                  /* after a failure */
#define CT_RECEIVER_WAIT_MAX (24 * 60 * 60 * 1000) /* after many */
#define CT_RECEIVER_REFUSALS 5     /* in a row: given up */
#define CT_RECEIVER_BURST    10    /* messages at once, and then one */
#define CT_RECEIVER_PACE     60000 /* each so many ms */

typedef struct {
    const ct_channel_t *channel;
    size_t              row;       /* of CT_TABLE_CHANNEL */
    size_t              most;      /* alerts of one message */
    bool                capped;    /* people read it: not too often */
    bool                waited;    /* and there was more than they can read */
    size_t              singly;    /* a group was refused: so many messages
                                      have one alert */
    bool                gone;      /* 410: nothing until the next start */
    uint32_t            fails;     /* in a row */
    uint32_t            refusals;  /* of them, 4xx in a row */
    int64_t             rest_ms;   /* nothing is sent before */
    bool                asked;     /* it has said so itself */
    int64_t             paid_ms;   /* the cap: messages are paid until then */
} ct_receiver_t;

/* What came of an attempt. */
typedef struct {
    int         status;         /* of HTTP; 0: no answer; of others 200 when
                                   it was taken, 4xx when it is refused */
    int64_t     retry_after_ms; /* 0: none */
    const char *error;          /* a clause */
    bool        sent;           /* some of the message at least */
    bool        partly;         /* it was taken, but not for everybody: `error`
                                   says for whom not */
    uint16_t    told;           /* recipients of the mail who have it */
} ct_outcome_t;


void ct_receiver_init(ct_receiver_t *receiver, const ct_channel_t *channel,
    size_t row, size_t most, bool capped);

/* Begins with what an earlier engine has learned, perhaps by another
 * clock. */
void ct_receiver_recall(ct_receiver_t *receiver,
    const ct_channel_record_t *record, int64_t now_ms);

/* When it may be sent something: now_ms, later, or INT64_MAX. */
int64_t ct_receiver_ready(const ct_receiver_t *receiver, int64_t now_ms);

/* When people may be sent the next message. */
int64_t ct_receiver_pace(const ct_receiver_t *receiver, int64_t now_ms);

/* Most alerts of the next message. */
size_t ct_receiver_most(const ct_receiver_t *receiver);

/* Does this status say that it was taken, or that asking again is vain? */
bool ct_receiver_took(int status);
bool ct_receiver_refused(int status);

/* A message was taken, with so many alerts; or it was not. `jitter` is
 * 0..65535. */
void ct_receiver_success(ct_receiver_t *receiver, ct_channel_record_t *record,
    size_t alerts, int64_t now_ms);
void ct_receiver_failure(ct_receiver_t *receiver, ct_channel_record_t *record,
    const ct_outcome_t *outcome, size_t alerts, int64_t now_ms,
    uint16_t jitter);

/* After ct_receiver_failure, of an alert of that message, whose counts it
 * raises: is it given up? */
bool ct_receiver_gives_up(const ct_receiver_t *receiver, ct_alert_t *alert,
    const ct_outcome_t *outcome, size_t alerts);

/* What came of a test. */
void ct_receiver_tested(ct_receiver_t *receiver, ct_channel_record_t *record,
    const ct_outcome_t *outcome, int64_t took_ms, int64_t now_ms);

/* After so many failures; jitter takes up to half of it. */
int64_t ct_receiver_wait(uint32_t failures, uint16_t jitter);

/* The clock jumped. */
void ct_receiver_shift(ct_receiver_t *receiver, ct_channel_record_t *record,
    int64_t delta_ms);

#endif
