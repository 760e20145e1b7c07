/*
 * ct_follow: one log's life, told top to bottom: ask, fetch, check, scan,
 * judge, store, commit, rest. What to ask next is ct_cursor's word; here is
 * the doing.
 */

#ifndef CT_FOLLOW_H
#define CT_FOLLOW_H

#include "ct_judge.h"

typedef struct {
    ct_context_t    *ctx;
    const ct_log_t  *log;
    ct_key_t        *key;
    size_t           slot;    /* record in the store */
    ct_log_record_t  record;  /* working copy, the cursor with it */
    ct_ask_t         ask;     /* in flight */
    bool             active;  /* it is one to follow */
    bool             busy;    /* a request is in flight */

    /* a scanned data tile whose matches are being judged */
    uint8_t         *body;    /* NULL: none; the matches borrow from it */
    ct_merkle_t      tree;
    ct_match_t      *matches;
    size_t           nmatches;
    size_t           at;      /* next one to judge */
    uint64_t         malformed;
    uint8_t          issuer[CT_HASH_LEN]; /* being fetched */
    unsigned         issuer_fails;
    int64_t          issuer_due_ms;
} ct_follow_t;


/* Finds or makes the log's record. CT_E_FULL: the zone has no room for
 * another log; CT_E_MEMORY. */
ct_rc_t ct_follow_open(ct_follow_t *follow, ct_context_t *ctx,
    const ct_log_t *log);
void ct_follow_close(ct_follow_t *follow);

/* Does what is due; returns when it wants to be called again (a request in
 * flight ends by itself: INT64_MAX). */
int64_t ct_follow_turn(ct_follow_t *follow);

/* The clock jumped by so much. */
void ct_follow_shift(ct_follow_t *follow, int64_t delta_ms);

#endif
