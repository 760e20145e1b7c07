/*
 * ct_summary: the store in numbers, and what they come to in a sentence.
 * Page, JSON, metrics and health all speak from here, so that they cannot
 * contradict each other.
 */

#ifndef CT_SUMMARY_H
#define CT_SUMMARY_H

#include "ct_report.h"
#include "ct_walk.h"

/* The engine turns at least once a second. */
#define CT_SUMMARY_ALIVE_MS 30000

/* Between two generations nobody runs: no reason to worry for so long. */
#define CT_SUMMARY_HANDOVER_MS 5000

#define CT_SUMMARY_VERDICTS (CT_VERDICT_UNPARSABLE + 1)
#define CT_SUMMARY_STATES   (CT_FOLLOW_UNLISTED + 1)

typedef enum {
    CT_SUMMARY_OK,        /* nothing to do */
    CT_SUMMARY_ATTENTION, /* not everything is watched as it should be */
    CT_SUMMARY_PROBLEM    /* somebody has to look at it now */
} ct_summary_level_e;

/* What waits for one receiver of alerts; digests do not count, nobody is in a
 * hurry for them. */
typedef struct {
    uint64_t id;        /* of the receiver; 0: none */
    uint64_t waiting;   /* those that are only owed as well */
    uint64_t dead;      /* given up and kept */
    int64_t  oldest_ms; /* since when the oldest waits; 0: none has a place */
    bool     configured;
    bool     failing;
} ct_queue_t;

typedef struct {
    ct_status_t status;
    size_t      verdicts[CT_SUMMARY_VERDICTS]; /* findings with it */
    size_t      findings;
    size_t      alarming;
    size_t      copies;       /* of them, those of our CA's name */
    size_t      acknowledged; /* that would alarm otherwise */
    size_t      baseline;     /* the same; both: acknowledged */
    size_t      unverified;
    size_t      states[CT_SUMMARY_STATES]; /* logs in it */
    size_t      logs;
    size_t      followed; /* logs that the engine reads, or tries to */
    size_t      failing;  /* of them, misbehaving ones included */
    size_t      gaps;     /* in followed logs */
    uint64_t    behind;   /* entries of followed logs not verified yet */
    size_t      waiting;  /* alerts but for digests, those that are only
                             owed as well */
    ct_queue_t  queues[CT_LIMIT_CHANNELS]; /* by rows of CT_TABLE_CHANNEL */
    size_t      receivers; /* configured ones */
    size_t      deaf;      /* of them, those that fail while alerts wait */
    size_t      untold;    /* what waits for these */
    size_t      dead;      /* given up and kept, of configured ones */
    size_t      used_findings;
    size_t      used_blocks;
    size_t      max_blocks;
    size_t      used_acks;
    size_t      max_acks;
    bool        alive;    /* the engine turns */
    bool        started;  /* some engine has, once */
} ct_summary_t;


void ct_summary_take(ct_summary_t *summary, const ct_report_t *report);

ct_summary_level_e ct_summary_level(const ct_summary_t *summary);

/* "ok", "attention", "problem". */
const char *ct_summary_level_name(ct_summary_level_e level);

/* "All 3 certificates are yours"; no final stop. */
void ct_summary_headline(const ct_summary_t *summary, ct_buf_t *out);

/* "1 is waiting to be installed ..."; nothing when none is. */
void ct_summary_waiting(const ct_summary_t *summary, ct_buf_t *out);

/* Could a certificate be missed right now? Without its stop. */
void ct_summary_coverage(const ct_summary_t *summary, ct_buf_t *out);

/* What the engine found; LOST when the monitor has stopped. "complete",
 * "catching up", "lost", "starting". */
ct_coverage_e ct_summary_coverage_of(const ct_summary_t *summary);
const char *ct_summary_coverage_name(ct_coverage_e coverage);

/* "3 alerts wait because a receiver fails: hook." and how many were given
 * up; nothing when alerts arrive. */
void ct_summary_untold(const ct_summary_t *summary, const ct_store_t *store,
    ct_buf_t *out);

/* "Following 3 logs, all up to date." Names logs that fail or lag, as they
 * call themselves: the caller escapes. */
void ct_summary_following(const ct_summary_t *summary,
    const ct_store_t *store, ct_buf_t *out);

/* "1 log", "3 logs". */
void ct_summary_count(ct_buf_t *out, uint64_t n, const char *one,
    const char *many);

bool ct_summary_follows(const ct_log_record_t *log);
bool ct_summary_fails(const ct_log_record_t *log);

/* "following", "rate-limited" and so on. */
const char *ct_summary_state_name(uint8_t state);

/* Fills the queues and what they come to: one walk over all alerts. The first
 * is to be called before the walk over findings, which counts what is owed. */
void ct_summary_receivers(ct_summary_t *summary, const ct_store_t *store);
void ct_summary_owed(ct_summary_t *summary, const ct_finding_t *finding);
void ct_summary_alerts(ct_summary_t *summary, const ct_store_t *store);

/* The text of a fixed field of a record, whatever its last byte is. */
ct_bytes_t ct_summary_text(const char *text, size_t room);
#define CT_SUMMARY_TEXT(field) ct_summary_text(field, sizeof(field))

#endif
