/*
 * ct_judge: a matching entry becomes a finding, once; its verdict follows
 * the configuration, time, and what people say of it; its alert is queued
 * when a signed root covers it.
 */

#ifndef CT_JUDGE_H
#define CT_JUDGE_H

#include "ct_context.h"
#include "ct_finding.h"

/*
 * Judges a match of log `slot` and stores it. CT_E_ABSENT: the issuer named
 * in `missing` is wanted first, fetch it or give it up and ask again.
 * CT_E_FULL: no room, counted.
 */
ct_rc_t ct_judge_match(ct_context_t *ctx, const ct_match_t *match,
    size_t slot, uint8_t missing[CT_HASH_LEN]);

/* A signed root covers the entries [from, to) of log `slot` now, but for
 * those in the gaps of `log`. */
void ct_judge_verified(ct_context_t *ctx, size_t slot,
    const ct_log_record_t *log, uint64_t from, uint64_t to);

/* Configuration, served certificates, CAs or acknowledgements are not what
 * they were: what became ours closes, what is ours no more is told; findings
 * whose alert was never queued are looked at again. */
void ct_judge_again(ct_context_t *ctx);

/* Queues the alerts that had no room, and those of entries that no signed
 * root has covered for too long. */
void ct_judge_queue(ct_context_t *ctx);

/* Expected certificates that were not served in time become unserved. When
 * it wants to be called again. */
int64_t ct_judge_turn(ct_context_t *ctx);

/* Time has passed in which nobody looked, or the clock has jumped: who waits
 * to be served gets that much more. */
void ct_judge_shift(ct_context_t *ctx, int64_t delta_ms);

/* CT_INBOX_ACKNOWLEDGE or CT_INBOX_FORGET: somebody wants it. */
void ct_judge_wish(ct_context_t *ctx, const ct_inbox_message_t *message);

#endif
