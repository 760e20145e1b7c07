/*
 * ct_outbox: what is to be told, and to whom. The queue is in the store, so
 * that it survives; ct_notify empties it.
 *
 * Each receiver has a share of the places, so that one that is down cannot
 * take those of the others. A certificate's alarm without a place is owed by
 * its finding, a bit for each receiver, and gets a place when there is one:
 * it is never dropped. What merely informs - of logs, of the list, of what
 * has closed silently - gives way, the oldest first, and is counted.
 */

#ifndef CT_OUTBOX_H
#define CT_OUTBOX_H

#include "ct_context.h"


/* After the store was taken over: each receiver gets its row, those that are
 * configured no more keep theirs while something waits for them. NULL:
 * memory. */
ct_outbox_t *ct_outbox_create(ct_context_t *ctx);
void ct_outbox_destroy(ct_outbox_t *outbox);

/* The row in CT_TABLE_CHANNEL of receiver i of the configuration; the number
 * of rows when the zone has none for it. */
size_t ct_outbox_row(const ct_outbox_t *outbox, size_t i);

/* Alerts in the queue for this row. */
size_t ct_outbox_held(const ct_outbox_t *outbox, size_t row);

/*
 * To be called when a finding is new, and whenever its verdict, its flags or
 * what is known of it have changed. An alarm is owed to everybody who wants
 * to hear of it, and queued once it is `ready`: then ALERTED is set. With
 * RESOLVED it is told that it is over, to those who have heard of it; the
 * flag is taken back. The caller stores the finding.
 */
void ct_outbox_finding(ct_context_t *ctx, ct_finding_t *f, bool ready);

/* A finding that has closed without ever alarming: for digests. */
void ct_outbox_silent(ct_context_t *ctx, const ct_finding_t *f);

void ct_outbox_event(ct_context_t *ctx, const ct_event_t *event);

/* An event has given way, and alerts with it: they are counted. */
void ct_outbox_evicted(ct_context_t *ctx);

/* Is there still something to tell of this alert? */
bool ct_outbox_stands(const ct_context_t *ctx, const ct_alert_t *alert);

/* Place i is free again: told, or nothing to tell any more. */
void ct_outbox_remove(ct_context_t *ctx, size_t i);

/* What is owed gets places, as far as there are any. When it wants to be
 * called again. */
int64_t ct_outbox_turn(ct_context_t *ctx);

#endif
