/*
 * ct_cursor: a follower of one log, without I/O. Given its state, the time
 * and the last answer, it says what to ask next; so paging, partial tiles,
 * back-off, rewind, gaps and start-by-time are tested without a network.
 *
 *   START   a head comes: where to begin?
 *     |        entry 0 ------------------------------.
 *     |        the end, or an index -----------.     |
 *     |        a time: not at either end       |     |
 *   SEARCH  entries are probed for their time  |     |
 *     |                                        |     |
 *   SEED    the frontier there, from hash tiles or an audit path, checked
 *     |     against the signed root                  |
 *   WALK    entries up to the head -> its root is ours -> verified
 *                                  \  it is not: back to verified, once
 *                                     more from scratch, then a gap
 *
 * Both protocols are the same walk; they differ in how a range of entries
 * and a frontier are asked for. Time is ms since 1970 and comes in as an
 * argument, never from a clock. Indexes count entries from 0; a range is
 * [first, first + count).
 */

#ifndef CT_CURSOR_H
#define CT_CURSOR_H

#include "ct_head.h"
#include "ct_limits.h"
#include "ct_loglist.h"
#include "ct_merkle.h"
#include "ct_tile.h"

typedef enum {
    CT_CURSOR_START,
    CT_CURSOR_SEARCH,
    CT_CURSOR_SEED,
    CT_CURSOR_WALK
} ct_phase_e;

/* Where to begin, decided when the first head comes. */
typedef enum {
    CT_FROM_ZERO,
    CT_FROM_HEAD,
    CT_FROM_TIME, /* the first entry of `since_ms`, less `slack_ms` */
    CT_FROM_INDEX /* `seek` */
} ct_from_e;

/* What the caller knows of the log and wants of it; not kept. */
typedef struct {
    int64_t  interval_ms; /* between two polls of the head */
    int64_t  slack_ms;    /* order of entries is only approximate: the MMD */
    uint16_t jitter;      /* 0..65535, new for each call */
} ct_rules_t;

/* Flat: copied whole into zone and state. */
typedef struct {
    ct_merkle_t downloaded;   /* every leaf hashed so far */
    ct_merkle_t verified;     /* last frontier that a signed head confirmed */
    ct_head_t   target;       /* head we walk towards; size 0: none yet */
    ct_head_t   latest;       /* last head seen, smaller ones left out */
    uint64_t    start;        /* first index that was looked at */
    uint64_t    confirmed_ms; /* timestamp of the newest head whose root our
                                 entries gave; 0: none */
    int64_t     verified_ms;  /* when that was */
    int64_t     since_ms;     /* CT_FROM_TIME */
    uint64_t    seek;         /* SEED: the frontier's size; SEARCH: next
                                 probe */
    uint64_t    low, high;    /* SEARCH: the answer is in [low, high] */
    int64_t     low_ms, high_ms; /* timestamps there, 0: not known */
    uint64_t    asked;        /* entries below are here or in flight */
    uint64_t    smaller;      /* size of a smaller head to be explained by
                                 get-sth-consistency; 0: none */
    uint8_t     smaller_root[CT_HASH_LEN];
    int64_t     not_before_ms; /* nothing but heads is asked before this */
    int64_t     head_due_ms;  /* next head poll */
    int64_t     partial_due_ms; /* from when on the partial data tile at the
                                 end is fetched; 0: it is not needed */
    uint8_t     expect[CT_HASH_LEN]; /* SEED: hash of the next lower tile */
    uint32_t    fails;        /* consecutive, without those of heads; 0
                                 after any progress */
    uint32_t    mismatches;   /* signed roots that were contradicted since
                                 one was last confirmed */
    uint32_t    batch;        /* get-entries: what a full answer has; 0: not
                                 learned yet, one at a time */
    uint32_t    short_answer; /* entries of the last one below what was
                                 asked */
    uint8_t     type;         /* ct_log_type_e */
    uint8_t     phase;        /* ct_phase_e */
    uint8_t     from;         /* ct_from_e */
    uint8_t     seed_level;   /* SEED: hash-tile level asked next */
    uint8_t     seed_edge;    /* SEED: 1 while the right edge is read */
    uint8_t     try_full;     /* the partial tile was not there */
    uint8_t     head_busy;    /* a head is asked for */
    uint8_t     busy;         /* another ask but entries is in flight */
    uint8_t     proof_by_hash; /* get-entry-and-proof is not there */
    uint8_t     head_fails;   /* of heads, consecutive */
    uint8_t     confirmed;    /* the target's root was ours; `verified` may
                                 be short of it by a partial tile */
    uint8_t     until;        /* ct_cursor_init_until: never a head */
    uint8_t     leaping;      /* not the first start: `start` stays */
    uint8_t     misses;       /* SEARCH: bad guesses and what they cost */
    uint8_t     reserved[2];
} ct_cursor_t;

typedef enum {
    CT_ASK_WAIT,        /* until_ms, or for what is in flight */
    CT_ASK_HEAD,        /* checkpoint; get-sth */
    CT_ASK_ENTRIES,     /* [first, first + count): a data tile, of which
                           `skip` entries come before; get-entries */
    CT_ASK_PROBE,       /* the same for one entry: only its timestamp */
    CT_ASK_HASH_TILE,   /* static: `tile` */
    CT_ASK_PROOF,       /* RFC 6962: get-entry-and-proof(first, size) */
    CT_ASK_LEAF,        /* RFC 6962: get-entries of `first`, then its hash
                           and get-proof-by-hash(hash, size): for logs
                           without get-entry-and-proof */
    CT_ASK_CONSISTENCY  /* RFC 6962: get-sth-consistency(first, size) */
} ct_ask_e;

typedef struct {
    ct_ask_e  kind;
    ct_tile_t tile;     /* static; width 256 when the full one is tried */
    uint64_t  first;
    uint64_t  count;
    unsigned  skip;     /* static: leading entries of the tile not wanted */
    uint64_t  size;     /* tree_size of a proof */
    int64_t   until_ms; /* INT64_MAX: no time will change it */
} ct_ask_t;


/* A log never seen. `since_ms` for CT_FROM_TIME, `index` for _INDEX. */
void ct_cursor_init(ct_cursor_t *cursor, ct_log_type_e type, ct_from_e from,
    int64_t since_ms, uint64_t index);

/*
 * Not to a head of the log but to a frontier that is known: from `index` to
 * `end`, whose size and root are believed. No head is ever asked for. When
 * it is confirmed, ct_cursor_ended() is true. For names added later, and
 * for gaps.
 */
void ct_cursor_init_until(ct_cursor_t *cursor, ct_log_type_e type,
    ct_from_e from, int64_t since_ms, uint64_t index, const ct_head_t *end);
bool ct_cursor_ended(const ct_cursor_t *cursor);

/* After a restart: nothing is in flight, the waits of old are forgotten,
 * half-done seeding and searching begin anew, the batch is learned again. */
void ct_cursor_resume(ct_cursor_t *cursor, int64_t now_ms);

/*
 * What to ask next, given what is in flight. Entries may be asked for while
 * other entries are in flight, in order, up to `window` entries ahead; a
 * head at any time. Tell ct_cursor_asked() when the request was started.
 */
void ct_cursor_next(const ct_cursor_t *cursor, int64_t now_ms,
    uint64_t window, ct_ask_t *ask);
void ct_cursor_asked(ct_cursor_t *cursor, const ct_ask_t *ask);

/* Of what was asked, nothing is in flight any more (but a head may be). */
void ct_cursor_forget(ct_cursor_t *cursor);

/*
 * A verified head came. CT_OK; CT_E_SHRUNK: smaller than one seen before,
 * from a front end that lags: nothing changes, RFC 6962 logs are asked to
 * explain it; CT_E_FORK: of the size of `latest` or `target` with another
 * root; CT_E_LIMIT: larger than any tree; CT_E_ROOT: of no entries, but not
 * the empty root (or, after a restart, of the size of `downloaded` with
 * another root: as for ct_cursor_entries). A head that comes while entries
 * towards `target` are here or in flight becomes `latest`, and the target
 * when that one is confirmed.
 */
ct_rc_t ct_cursor_head(ct_cursor_t *cursor, ct_sha256_t *sha,
    const ct_head_t *head, int64_t now_ms, const ct_rules_t *rules);

/*
 * The answers to asks; `ask` is what was asked. CT_E_COUNT: of another shape
 * than asked, nothing has changed: call ct_cursor_fail(); CT_E_ROOT:
 * contradicts the signed root (seeding begins anew with a new head, after a
 * rest; `mismatches` has grown). After any error nothing but a head counts
 * as in flight: drop it.
 */
ct_rc_t ct_cursor_hash_tile(ct_cursor_t *cursor, ct_sha256_t *sha,
    const ct_ask_t *ask, ct_bytes_t body, int64_t now_ms,
    const ct_rules_t *rules);

/* `proof`: the audit path as 32-byte hashes in a row, lowest first. */
ct_rc_t ct_cursor_proof(ct_cursor_t *cursor, ct_sha256_t *sha,
    const ct_ask_t *ask, const uint8_t leaf_hash[CT_HASH_LEN],
    ct_bytes_t proof, int64_t now_ms, const ct_rules_t *rules);
ct_rc_t ct_cursor_probe(ct_cursor_t *cursor, const ct_ask_t *ask,
    uint64_t timestamp_ms, const ct_rules_t *rules);

/* CT_E_ROOT: it does not explain the smaller head; that is no fork yet, for
 * caches have answered with proofs of other sizes. */
ct_rc_t ct_cursor_consistency(ct_cursor_t *cursor, ct_sha256_t *sha,
    const ct_ask_t *ask, ct_bytes_t proof);

/*
 * The leaves of a range are in `tree`, a copy of `downloaded` that was
 * advanced by what was answered: all of ask->count, or less from an RFC 6962
 * log (then what is asked next does not follow what is in flight: drop that
 * when its first entry is not tree->size, and call ct_cursor_forget()).
 * Takes it over. CT_E_COUNT for nothing; CT_E_ROOT when the target is
 * reached and its root is another: downloaded has gone back to verified,
 * what was found in between stays unverified, and it is fetched once more
 * after two intervals. `*verified`: the target was reached and confirmed.
 */
ct_rc_t ct_cursor_entries(ct_cursor_t *cursor, ct_sha256_t *sha,
    const ct_ask_t *ask, const ct_merkle_t *tree, int64_t now_ms,
    const ct_rules_t *rules, bool *verified);

/*
 * Entries from downloaded up to `to` cannot be had or contradict the signed
 * root: go on behind them. The frontier at `to` (at most target.size; RFC
 * 6962: any index; static: a multiple of 256 or target.size) is seeded as
 * for a start in the middle. The caller keeps the gap.
 */
void ct_cursor_leap(ct_cursor_t *cursor, uint64_t to, int64_t now_ms);

/* An ask failed. Exponential wait from 1 s to 10 min with jitter, at least
 * retry_after_ms (0: none; cut at one day). `absent`: a 404 or 410: of a
 * partial tile the full one is tried at once (static-ct-api, "Partial
 * Tiles"), for get-entry-and-proof get-proof-by-hash. A head waits by
 * itself and leaves the rest in flight; after any other ask nothing but a
 * head counts as in flight, so drop it. */
void ct_cursor_fail(ct_cursor_t *cursor, const ct_ask_t *ask, int64_t now_ms,
    int64_t retry_after_ms, bool absent, uint16_t jitter);

/* All entries that the newest head needs are verified; of a static log but
 * those of a partial tile that is not due yet. */
bool ct_cursor_done(const ct_cursor_t *cursor);

/* Entries between the verified position and the latest head. */
uint64_t ct_cursor_lag(const ct_cursor_t *cursor);

#endif
