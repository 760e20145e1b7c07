/*
 * ct_follow: one log's life, told top to bottom: ask for its head, check it,
 * walk there (ct_fetch), commit, rest; and how it stands. What to ask next
 * is ct_cursor's word; here is the doing. Beside the tail, and never in its
 * way, it looks back (ct_backfill).
 */

#ifndef CT_FOLLOW_H
#define CT_FOLLOW_H

#include "ct_backfill.h"

#define CT_FOLLOW_HEADS 16

typedef struct {
    ct_source_t      source;
    ct_key_t        *key;
    ct_log_record_t  record; /* working copy, the cursor with it */
    ct_fetch_t       tail;
    ct_backfill_t    back;
    bool             active; /* it is one to follow */
    bool             leaving; /* gone from the list: its record is not ours
                                 any more */
    bool             head_busy;
    ct_head_t        heads[CT_FOLLOW_HEADS]; /* seen last, for forks */
    size_t           nheads;
    uint64_t         accused_size; /* of the head that was evidence last */
    char            *owed;     /* evidence there was no room for on disk;
                                  malloc memory, NULL: none */
    size_t           owed_len;
    int64_t          owed_ms;  /* next attempt */
    uint64_t         forked_size; /* it has signed two trees of this size */
    int64_t          forked_ms;   /* when it showed that last; 0: never */
    int64_t          head_failing_ms; /* heads do not come since; 0: do */
    int64_t          tail_failing_ms; /* the same of what the tail asks */
    uint64_t         judged;   /* findings below know they are verified */
    ct_gap_t         leap;     /* being passed over; kind 0: none */
    ct_cursor_t      before;   /* the cursor before that: what is stored */
    bool             proving;  /* first up to where it begins */
    int64_t          leap_ms;  /* not again before this */
    uint32_t         piece;    /* entries asked for at once because more did
                                  not come; 0: as the cursor has learned */
    int64_t          graded_ms;
    int64_t          steady_ms; /* the clock has jumped: until then no head
                                   can be late */
    int64_t          speed_ms;  /* of the last measure of speed */
    uint64_t         speed_at;  /* and the position then */
} ct_follow_t;


/* Finds or makes the log's record. CT_E_FULL: the zone has no room for
 * another log; CT_E_MEMORY; CT_E_TYPE: its key cannot be used. `log` is
 * borrowed until ct_follow_close or the next ct_follow_listed. */
ct_rc_t ct_follow_open(ct_follow_t *follow, ct_context_t *ctx,
    const ct_log_t *log);

/* The list is new: what it says of this log now. */
void ct_follow_listed(ct_follow_t *follow, const ct_log_t *log);

/* The names on the watch have grown: look back for them. */
void ct_follow_look_back(ct_follow_t *follow);

/* Nothing of it is in flight any more, and no answer will come to it; until
 * then it must not be closed. Asks for nothing new. */
bool ct_follow_rest(ct_follow_t *follow);

/* After ct_http_destroy, or when it is at rest. */
void ct_follow_close(ct_follow_t *follow);

/* Breaks off its streams: before ct_http_destroy. */
void ct_follow_drop(ct_follow_t *follow);

/* Does what is due; returns when it wants to be called again (a request in
 * flight ends by itself: INT64_MAX). */
int64_t ct_follow_turn(ct_follow_t *follow);

/* The clock jumped by so much. */
void ct_follow_shift(ct_follow_t *follow, int64_t delta_ms);

#endif
