/*
 * ct_backfill: what lies behind the tail of a log and has to be read (again)
 * - for names that were added later, and gaps that may have closed. One job
 * at a time, with a cursor of its own that ends at a frontier which is
 * verified already.
 */

#ifndef CT_BACKFILL_H
#define CT_BACKFILL_H

#include "ct_fetch.h"

typedef enum {
    CT_BACKFILL_NONE,
    CT_BACKFILL_NAMES, /* record->lookback */
    CT_BACKFILL_GAP    /* record->gaps[gap] */
} ct_backfill_e;

typedef struct {
    const ct_source_t *source;
    ct_log_record_t   *record;
    ct_backfill_e      job;
    size_t             gap;
    ct_cursor_t        cursor;
    ct_fetch_t         fetch;
    int64_t            rest_ms; /* no names before this */
    bool               resumed; /* at_root is still to be compared */
    bool               contradicted; /* what it read was not what is signed */
    bool               lost;    /* it was not found by time where to begin */
    bool               changed; /* the record has */
} ct_backfill_t;


void ct_backfill_init(ct_backfill_t *back, const ct_source_t *source,
    ct_log_record_t *record);

/* Look back to `since_ms` (0: entry 0) for names that are new. */
void ct_backfill_names(ct_backfill_t *back, int64_t since_ms);

/* The same for a record, also of a log that is not followed at present.
 * False: there is nothing to look back at. */
bool ct_backfill_want(ct_log_record_t *record, ct_sha256_t *sha,
    int64_t since_ms);

/* Entries [from, to) cannot be had, or contradict. `root` is that of the
 * first `to` leaves. Joins gaps when there are too many. */
void ct_backfill_add_gap(ct_backfill_t *back, ct_gap_e kind, uint64_t from,
    uint64_t to, const uint8_t root[CT_HASH_LEN]);

/* As ct_fetch_turn; when `changed`, the record is to be stored. */
int64_t ct_backfill_turn(ct_backfill_t *back, size_t ranges);
void ct_backfill_drop(ct_backfill_t *back);
void ct_backfill_shift(ct_backfill_t *back, int64_t delta_ms);

#endif
