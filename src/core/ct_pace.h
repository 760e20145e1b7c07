/*
 * ct_pace: manners towards one host, and the operator whose hosts share the
 * requests in flight: how many at once, how far apart, and silence after a
 * refusal (429, 503). The distance is learned: it doubles with a refusal
 * and shrinks slowly while requests are answered. Time comes in, in ms.
 */

#ifndef CT_PACE_H
#define CT_PACE_H

#include "ct_limits.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct ct_pace_s ct_pace_t;

struct ct_pace_s {
    char     name[CT_LIMIT_TEXT]; /* host, or operator */
    ct_pace_t *above;   /* the operator of a host: requests in flight are
                           counted there too; NULL: none */
    int64_t  next_ms;   /* no request before */
    int64_t  silent_ms; /* until then, because of refusals; 0: never was */
    uint32_t gap_us;    /* between two requests; 0: none needed */
    uint32_t flying;    /* requests in flight */
    uint32_t refusals;  /* in a row */
    uint64_t refused;   /* in all */
};

typedef enum {
    CT_PACE_GOOD,    /* answered as it should */
    CT_PACE_REFUSED, /* 429 or 503: too much */
    CT_PACE_FAILED   /* anything else: no news about the pace */
} ct_pace_e;


void ct_pace_init(ct_pace_t *pace, const char *name, ct_pace_t *above);

/* May a request start? Otherwise *until_ms (INT64_MAX: when one ends). */
bool ct_pace_may(const ct_pace_t *pace, int64_t now_ms, int64_t *until_ms);

void ct_pace_started(ct_pace_t *pace, int64_t now_ms);

/* `retry_after_ms`: 0: none. With no Retry-After silence doubles from 1 s to
 * 10 min, spread by `jitter` (0..65535). */
void ct_pace_ended(ct_pace_t *pace, ct_pace_e end, int64_t retry_after_ms,
    int64_t now_ms, uint16_t jitter);

/* Is it silent because of refusals? */
bool ct_pace_refused(const ct_pace_t *pace, int64_t now_ms);

/* The clock jumped by so much. */
void ct_pace_shift(ct_pace_t *pace, int64_t delta_ms);


/* A token bucket: `rate` bytes a second (0: no cap), at most one second's
 * worth saved up. Taking may overdraw it; then nobody may until it is
 * paid back. */
typedef struct {
    int64_t rate;
    int64_t tokens; /* thousandths of a byte */
    int64_t filled_ms;
} ct_bucket_t;

void ct_bucket_init(ct_bucket_t *bucket, int64_t rate, int64_t now_ms);
void ct_bucket_fill(ct_bucket_t *bucket, int64_t now_ms);
bool ct_bucket_may(const ct_bucket_t *bucket);
void ct_bucket_take(ct_bucket_t *bucket, int64_t bytes);

/* ms until ct_bucket_may, 0: now. */
int64_t ct_bucket_wait(const ct_bucket_t *bucket);

#endif
