/*
 * ct_pace: see the header. What comes back while the operator is silent was
 * asked for before: eight requests in flight that meet one overload are one
 * refusal, not eight, and their answers do not end the silence.
 */

#include "ct_pace.h"

#include <string.h>


#define CT_PACE_GAP_MIN   100000U    /* us, after the first refusal */
#define CT_PACE_GAP_MAX   30000000U  /* us */
#define CT_PACE_GAP_NONE  5000U      /* us; below: none needed */
#define CT_PACE_WAIT_MIN  1000       /* ms */
#define CT_PACE_WAIT_MAX  600000     /* ms */
#define CT_PACE_AFTER_MAX 86400000   /* ms, of a Retry-After */
#define CT_PACE_DOUBLINGS 10
#define CT_PACE_RATE_MAX  (1LL << 40)
#define CT_PACE_FILL_MAX  1000000    /* ms at once */


static void ct_pace_refuse(ct_pace_t *pace, int64_t retry_after_ms,
    int64_t now_ms, uint16_t jitter);
static int64_t ct_pace_wait(uint32_t refusals, uint16_t jitter);


void
ct_pace_init(ct_pace_t *pace, const char *name, ct_pace_t *above)
{
    size_t len;

    memset(pace, 0, sizeof(ct_pace_t));
    pace->above = above;
    len = strlen(name);
    len = len < sizeof(pace->name) ? len : sizeof(pace->name) - 1;
    memcpy(pace->name, name, len);
}


bool
ct_pace_may(const ct_pace_t *pace, int64_t now_ms, int64_t *until_ms)
{
    if (pace->flying >= CT_LIMIT_OPERATOR
        || (pace->above != NULL && pace->above->flying >= CT_LIMIT_OPERATOR))
    {
        *until_ms = INT64_MAX;
        return false;
    }

    *until_ms = pace->next_ms;

    return now_ms >= pace->next_ms;
}


void
ct_pace_started(ct_pace_t *pace, int64_t now_ms)
{
    int64_t next;

    pace->flying++;

    if (pace->above != NULL) {
        pace->above->flying++;
    }

    next = now_ms + ((int64_t) pace->gap_us + 999) / 1000;
    pace->next_ms = next > pace->next_ms ? next : pace->next_ms;
}


void
ct_pace_ended(ct_pace_t *pace, ct_pace_e end, int64_t retry_after_ms,
    int64_t now_ms, uint16_t jitter)
{
    if (pace->flying > 0) {
        pace->flying--;
    }

    if (pace->above != NULL && pace->above->flying > 0) {
        pace->above->flying--;
    }

    if (end == CT_PACE_REFUSED) {
        ct_pace_refuse(pace, retry_after_ms, now_ms, jitter);
        return;
    }

    if (end == CT_PACE_FAILED || ct_pace_refused(pace, now_ms)) {
        return;
    }

    pace->refusals = 0;
    pace->gap_us -= pace->gap_us / 16;

    if (pace->gap_us < CT_PACE_GAP_NONE) {
        pace->gap_us = 0;
    }
}


static void
ct_pace_refuse(ct_pace_t *pace, int64_t retry_after_ms, int64_t now_ms,
    uint16_t jitter)
{
    int64_t until;

    pace->refused++;
    until = retry_after_ms < CT_PACE_AFTER_MAX ? retry_after_ms
                                               : CT_PACE_AFTER_MAX;
    until = until > 0 ? now_ms + until : now_ms;

    if (!ct_pace_refused(pace, now_ms)) {
        pace->refusals += pace->refusals < UINT32_MAX;
        pace->gap_us = pace->gap_us < CT_PACE_GAP_MIN / 2
                       ? CT_PACE_GAP_MIN : pace->gap_us * 2;
        pace->gap_us = pace->gap_us < CT_PACE_GAP_MAX ? pace->gap_us
                                                      : CT_PACE_GAP_MAX;
        pace->silent_ms = now_ms + ct_pace_wait(pace->refusals, jitter);
    }

    if (pace->silent_ms < until) {
        pace->silent_ms = until;
    }

    if (pace->next_ms < pace->silent_ms) {
        pace->next_ms = pace->silent_ms;
    }
}


/* Half of it fixed, half of it by chance. */
static int64_t
ct_pace_wait(uint32_t refusals, uint16_t jitter)
{
    int64_t  wait;
    uint32_t doublings;

    doublings = refusals - 1;
    doublings = doublings < CT_PACE_DOUBLINGS ? doublings
                                              : CT_PACE_DOUBLINGS;
    wait = (int64_t) CT_PACE_WAIT_MIN << doublings;
    wait = wait < CT_PACE_WAIT_MAX ? wait : CT_PACE_WAIT_MAX;

    return wait / 2 + wait / 2 * jitter / UINT16_MAX;
}


bool
ct_pace_refused(const ct_pace_t *pace, int64_t now_ms)
{
    return now_ms < pace->silent_ms;
}


void
ct_pace_shift(ct_pace_t *pace, int64_t delta_ms)
{
    /* 0 is "never", not a time */
    pace->next_ms += pace->next_ms != 0 ? delta_ms : 0;
    pace->silent_ms += pace->silent_ms != 0 ? delta_ms : 0;
}


void
ct_bucket_init(ct_bucket_t *bucket, int64_t rate, int64_t now_ms)
{
    rate = rate > 0 ? rate : 0;
    bucket->rate = rate < CT_PACE_RATE_MAX ? rate : CT_PACE_RATE_MAX;
    bucket->tokens = bucket->rate * 1000;
    bucket->filled_ms = now_ms;
}


void
ct_bucket_fill(ct_bucket_t *bucket, int64_t now_ms)
{
    int64_t ms;

    /* a clock that went back gives nothing */
    ms = now_ms > bucket->filled_ms ? now_ms - bucket->filled_ms : 0;
    ms = ms < CT_PACE_FILL_MAX ? ms : CT_PACE_FILL_MAX;
    bucket->filled_ms = now_ms;
    bucket->tokens += bucket->rate * ms;

    if (bucket->tokens > bucket->rate * 1000) {
        bucket->tokens = bucket->rate * 1000;
    }
}


bool
ct_bucket_may(const ct_bucket_t *bucket)
{
    return bucket->rate == 0 || bucket->tokens > 0;
}


void
ct_bucket_take(ct_bucket_t *bucket, int64_t bytes)
{
    if (bucket->rate != 0 && bytes > 0) {
        bytes = bytes < CT_PACE_RATE_MAX ? bytes : CT_PACE_RATE_MAX;
        bucket->tokens -= bytes * 1000;
    }
}


int64_t
ct_bucket_wait(const ct_bucket_t *bucket)
{
    if (ct_bucket_may(bucket)) {
        return 0;
    }

    return -bucket->tokens / bucket->rate + 1;
}
