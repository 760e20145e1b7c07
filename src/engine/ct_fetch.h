/*
 * ct_fetch: what one cursor asks for, in flight. Ranges of entries are
 * started in order, may arrive in any, and are read in order while they
 * arrive: decode, names, match, judge, leaf hash into the frontier. Proofs
 * and hash tiles are answered one at a time. What becomes of the log's
 * record is for the owner, who is told of every end.
 */

#ifndef CT_FETCH_H
#define CT_FETCH_H

#include "ct_judge.h"
#include "ct_operators.h"
#include "ct_reader.h"

/* What there is to know of a log to ask it. */
typedef struct {
    ct_context_t   *ctx;
    const ct_log_t *log;
    ct_pace_t      *pace;
    size_t          slot; /* its record in the store */
} ct_source_t;

/* How something that was asked for ended. */
typedef struct {
    ct_rc_t     rc;       /* CT_OK: good, and the cursor has moved on */
    ct_ask_t    ask;
    const char *what;     /* "entries", "hash tile" */
    const char *why;      /* a clause, when rc is not CT_OK */
    int         status;   /* of the answer; 0: there was none */
    bool        verified; /* the target was reached and its root is ours */
    uint64_t    entries;  /* read with it */
    uint64_t    matches;
    uint64_t    malformed;
    uint8_t     root[CT_HASH_LEN]; /* CT_E_ROOT of entries: what they gave */
} ct_outcome_t;

typedef struct ct_fetch_s ct_fetch_t;

struct ct_fetch_s {
    const ct_source_t *source;
    ct_cursor_t       *cursor;
    ct_ask_t           asks[CT_LIMIT_RANGES]; /* ranges, the oldest first */
    ct_http_stream_t  *streams[CT_LIMIT_RANGES];
    size_t             nranges;
    ct_ask_t           small;   /* the other ask in flight */
    bool               busy;    /* there is one */
    uint8_t            leaf_hash[CT_HASH_LEN]; /* of CT_ASK_LEAF */
    bool               has_leaf; /* its other half is to be asked */

    /* the first range while it is read */
    bool               reading;
    ct_reader_t        reader;
    ct_merkle_t        tree;
    uint64_t           matches;
    uint64_t           malformed;
    size_t             window;

    /* an issuer that the judge waits for */
    bool               wants_issuer;
    bool               issuer_busy;
    uint8_t            issuer[CT_HASH_LEN];
    unsigned           issuer_fails;
    int64_t            issuer_due_ms;

    void              *owner;
    bool             (*head)(void *owner); /* asks for a head; false: it
                                              could not be started */
    void             (*told)(void *owner, const ct_outcome_t *outcome);
};


/* `head` may be NULL for a cursor that never wants one. */
void ct_fetch_init(ct_fetch_t *fetch, const ct_source_t *source,
    ct_cursor_t *cursor, void *owner, bool (*head)(void *owner),
    void (*told)(void *owner, const ct_outcome_t *outcome));

/* Breaks off the ranges in flight. While `busy` or `issuer_busy` an answer
 * still comes to `fetch`: it must outlive the next ct_http_turn that ends
 * it, or ct_http_destroy. */
void ct_fetch_drop(ct_fetch_t *fetch);

/* Reads what has arrived, starts what may be started with at most `ranges`
 * ranges in flight (1 to CT_LIMIT_RANGES; 0: nothing new). Returns when it
 * wants to be called again; for what is in flight, INT64_MAX. */
int64_t ct_fetch_turn(ct_fetch_t *fetch, size_t ranges);

bool ct_fetch_idle(const ct_fetch_t *fetch);

void ct_fetch_rules(const ct_source_t *source, ct_rules_t *rules);

/* The log's URL and a path behind it. False: no memory or no room now. */
bool ct_fetch_get(const ct_source_t *source, const char *path, size_t limit,
    void *ctx, ct_http_done_pt done);

/* How an answer counts for the operator's pace. */
void ct_fetch_paced(const ct_source_t *source,
    const ct_http_answer_t *answer);

/* 429 or 503. */
bool ct_fetch_refused(const ct_http_answer_t *answer);

#endif
