/*
 * ct_coverage: how each log stands, and the one honest answer: could a
 * certificate that browsers trust be missed right now?
 *
 * Chrome's policy wants SCTs of logs of two distinct operators, so what is
 * in a log of one operator is in a log of another too: all logs of any one
 * operator may lag without blindness, of two they may not. A gap in what was
 * read, a list too old to name all logs, and an engine that does not run are
 * blindness as well. Logs that owe nothing any more (retired, interval over)
 * do not count.
 */

#ifndef CT_COVERAGE_H
#define CT_COVERAGE_H

#include "ct_store.h"

#define CT_COVERAGE_LIST_DAYS 70 /* Chrome itself stops enforcing then */

/* How late a log may be beyond its MMD before it is called so; also how
 * long it may fail before it is called unreachable. */
int64_t ct_coverage_patience(int64_t interval_ms);

/*
 * The grade of a followed log, first hit decides: accused: MISBEHAVING;
 * verified to its final tree head, or retired and done: FINAL; failing for
 * longer than the patience: UNREACHABLE or LIMITED; newest head older than
 * MMD and patience (unless read-only): LAGGING; not done: LAGGING when it
 * had caught up once and the head confirmed last is older than MMD and
 * patience, else CATCHING_UP (STARTING without any head); else FOLLOWING.
 * A log that owes nothing is FINAL as soon as it is unreachable, at the
 * latest after the patience, and never LAGGING.
 */
ct_follow_e ct_coverage_grade(const ct_log_record_t *log, int64_t now_ms,
    int64_t interval_ms);

/* Nothing more is expected of it: retired, or its interval is over. What it
 * does is no alarm and no blindness. */
bool ct_coverage_owes_nothing(const ct_log_record_t *log, int64_t now_ms);

/* Seconds until its entries are read at the present speed; 0: not known. */
uint64_t ct_coverage_seconds(const ct_log_record_t *log);

/* "12,345 entries to go, about 3 hours"; nothing when none are; without the
 * time when `seconds` is 0. */
void ct_coverage_progress(ct_buf_t *out, uint64_t entries,
    uint64_t seconds);

/* "256 entries from 512 on are missing, the log does not give them" */
void ct_coverage_gap(ct_buf_t *out, const ct_gap_t *gap);

/* Why, for page and events: a clause, "its newest tree head is 3 hours old".
 * Nothing for FOLLOWING. */
void ct_coverage_reason(ct_buf_t *out, const ct_log_record_t *log,
    int64_t now_ms);

typedef struct {
    ct_coverage_e coverage;
    size_t        operators; /* with a log that is followed */
    size_t        behind;    /* of them, with a log that may hold what we
                                have not seen */
    size_t        logs;      /* of those operators, such logs */
    size_t        gaps;      /* in all logs */
    char          why[CT_LIMIT_ERROR]; /* a sentence without its stop:
                                          which, since when; never empty */
} ct_coverage_t;

/*
 * From the records' states and gaps, and list_stale and coverage (was it
 * ever complete?) of `status`. Whether the engine runs is for readers, who
 * know when its heart beat last: ct_summary says so first. Not COMPLETE with
 * one operator that is behind unless another one is not. When the result
 * differs from status->coverage, coverage_ms is now.
 *
 * A log that has caught up once and is CATCHING_UP is within its MMD, so not
 * behind. One that is new while coverage is complete gets some minutes, so
 * that a list with new shards of two operators is no alarm.
 */
void ct_coverage_take(ct_coverage_t *coverage, const ct_store_t *store,
    const ct_status_t *status, int64_t now_ms);

#endif
