/*
 * ct_cursor: a follower of one log, without I/O. Given its state, the time
 * and the last answer, it says what to ask next; so paging, partial tiles,
 * back-off and rewind are tested without a network.
 *
 *   head -> tiles up to the head -> root equals the signed root -> verified
 *                                 \ it does not: back to verified, retry
 *
 * Time is ms since 1970 and comes in as an argument, never from a clock.
 */

#ifndef CT_CURSOR_H
#define CT_CURSOR_H

#include "ct_head.h"
#include "ct_limits.h"
#include "ct_merkle.h"
#include "ct_tile.h"

/* Flat: copied whole into zone and state. */
typedef struct {
    ct_merkle_t downloaded;   /* every leaf hashed so far */
    ct_merkle_t verified;     /* last frontier that a signed head confirmed */
    ct_head_t   target;       /* head we walk towards; size 0: none yet */
    ct_head_t   latest;       /* last head seen, smaller ones left out */
    uint64_t    start;        /* first index that was looked at */
    int64_t     not_before_ms; /* do not ask the log before this */
    int64_t     head_due_ms;  /* next head poll */
    int64_t     verified_ms;  /* when `verified` last was confirmed */
    uint32_t    fails;        /* consecutive; 0 after any progress */
    uint32_t    mismatches;   /* signed roots that were contradicted since
                                 one was last confirmed */
    uint8_t     started;      /* 1: start is decided */
    uint8_t     seeding;      /* 1: downloaded is being seeded */
    uint8_t     seed_level;   /* next hash-tile level to ask */
    uint8_t     try_full;     /* the partial tile was not there */
    uint8_t     reserved[4];
} ct_cursor_t;

typedef enum {
    CT_ASK_WAIT,      /* until_ms */
    CT_ASK_HEAD,      /* checkpoint */
    CT_ASK_HASH_TILE, /* tile: for seeding */
    CT_ASK_DATA_TILE  /* tile: use `want` entries from `skip` on */
} ct_ask_e;

typedef struct {
    ct_ask_e  kind;
    ct_tile_t tile;
    unsigned  skip; /* leading entries already hashed */
    unsigned  want; /* entries to use behind them */
    int64_t   until_ms;
} ct_ask_t;


/* A log never seen. from_zero: entry 0, otherwise the first head. */
void ct_cursor_init(ct_cursor_t *cursor, bool from_zero);

/* After a restart: forgets half-done seeding and the waits of old. */
void ct_cursor_resume(ct_cursor_t *cursor, int64_t now_ms);

void ct_cursor_next(const ct_cursor_t *cursor, int64_t now_ms, ct_ask_t *ask);

/*
 * A verified head came. CT_OK; CT_E_SHRUNK (older front end: nothing
 * changes, poll again later); CT_E_FORK (same size, other root). The next
 * poll is due in `interval_ms`, spread by `jitter` (0..65535).
 */
ct_rc_t ct_cursor_head(ct_cursor_t *cursor, ct_sha256_t *sha,
    const ct_head_t *head, int64_t now_ms, int64_t interval_ms,
    uint16_t jitter);

/* The hash tile asked for. CT_E_COUNT; CT_E_ROOT when the last one leads
 * to another root than the signed one: seeding starts anew. */
ct_rc_t ct_cursor_hash_tile(ct_cursor_t *cursor, ct_sha256_t *sha,
    ct_bytes_t body, int64_t now_ms);

/*
 * The leaves of a data tile are in `tree`, a copy of `downloaded` that
 * ct_scan has advanced. Takes it over. CT_E_ROOT when the target is reached
 * and its root is another: downloaded has gone back to verified, and what
 * was found in between stays unverified. CT_OK otherwise; `*verified` tells
 * whether the target was reached and confirmed.
 */
ct_rc_t ct_cursor_leaves(ct_cursor_t *cursor, ct_sha256_t *sha,
    const ct_merkle_t *tree, int64_t now_ms, bool *verified);

/* The last ask failed. Exponential wait from 1 s to 10 min with jitter, at
 * least retry_after_ms (0: none; cut at one day). `absent`: a 404. */
void ct_cursor_fail(ct_cursor_t *cursor, int64_t now_ms,
    int64_t retry_after_ms, bool absent, uint16_t jitter);

/* Entries between the verified position and the latest head. */
uint64_t ct_cursor_lag(const ct_cursor_t *cursor);

#endif
