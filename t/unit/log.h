/*
 * log: one list of leaf hashes and whatever a log of either protocol makes
 * of it: heads, tiles, proofs, answers cut short. What is signed is always
 * true here; what is served is not, when told so.
 */

#ifndef LOG_H
#define LOG_H

#include "ct_cursor.h"
#include "tap.h"

#define LOG_LEAVES  70400U
#define LOG_LEVELS  17
#define LOG_BEGAN   1700000000000 /* ms: entry 0 */
#define LOG_EVERY   1000          /* ms from entry to entry */
#define LOG_NEVER   UINT32_MAX

typedef uint8_t hash_t[CT_HASH_LEN];

/* How a get-entries answer is cut. */
typedef enum {
    CUT_1000,
    CUT_32,
    CUT_256_ALIGNED, /* a maximal answer ends at a multiple of 256 */
    CUT_1,
    CUT_RANDOM,
    CUT_BYTES /* as many as fit: some entries are larger than others */
} cut_e;

typedef struct {
    ct_sha256_t *sha;
    hash_t      *level[LOG_LEVELS + 1]; /* roots of perfect subtrees */
    uint64_t     size;         /* of the signed head */
    cut_e        cut;
    bool         no_partial;   /* 404: only the full tile is there */
    bool         no_proof;     /* 404: get-entry-and-proof */
    unsigned     fail;         /* this percentage of answers fails */
    uint64_t     flip_leaf;    /* this leaf is served with a flipped bit */
    uint32_t     flip_tile;    /* the n-th hash tile is ... */
    size_t       flip_byte;    /* ... in this byte */
    size_t       flip_proof;   /* this byte of a proof; SIZE_MAX: none */
    uint32_t     tiles;        /* hash tiles served */
    uint32_t     probes;
    uint32_t     heads;
    uint32_t     partials;     /* partial data tiles asked for */
    uint32_t     consistencies;
} sim_log_t;

static uint32_t log_seed = 1;


static inline uint32_t
log_random(uint32_t n)
{
    log_seed = log_seed * 1664525 + 1013904223;

    return (uint32_t) ((uint64_t) (log_seed >> 4) * n >> 28);
}


static inline void
log_create(sim_log_t *log)
{
    size_t     i, l;
    ct_bytes_t part;

    memset(log, 0, sizeof(sim_log_t));
    log->sha = ct_sha256_create();

    for (l = 0; l <= LOG_LEVELS; l++) {
        log->level[l] = malloc(((LOG_LEAVES >> l) + 1) * sizeof(hash_t));
    }

    for (i = 0; i < LOG_LEAVES; i++) {
        part = ct_bytes(&i, sizeof(i));
        ct_sha256(log->sha, &part, 1, log->level[0][i]);
    }

    for (l = 1; l <= LOG_LEVELS; l++) {
        for (i = 0; i < LOG_LEAVES >> l; i++) {
            ct_merkle_node(log->sha, log->level[l - 1][2 * i],
                           log->level[l - 1][2 * i + 1], log->level[l][i]);
        }
    }
}


static inline void
log_free(sim_log_t *log)
{
    size_t l;

    for (l = 0; l <= LOG_LEVELS; l++) {
        free(log->level[l]);
    }

    ct_sha256_destroy(log->sha);
}


/* Nothing but the truth, from a log of this size. */
static inline void
log_honest(sim_log_t *log, uint64_t size)
{
    log->size = size;
    log->cut = CUT_1000;
    log->no_partial = false;
    log->no_proof = false;
    log->fail = 0;
    log->flip_leaf = UINT64_MAX;
    log->flip_tile = LOG_NEVER;
    log->flip_byte = 0;
    log->flip_proof = SIZE_MAX;
    log->tiles = 0;
    log->probes = 0;
    log->heads = 0;
    log->partials = 0;
    log->consistencies = 0;
}


/* RFC 6962, 2.1: MTH(D[first : first + n]), first a multiple of the largest
 * power of two in n. */
static inline void
log_mth(const sim_log_t *log, uint64_t first, uint64_t n, uint8_t *out)
{
    unsigned l;
    uint64_t k;
    hash_t   left, right;

    if (n == 0) {
        ct_sha256(log->sha, NULL, 0, out);
        return;
    }

    for (l = 0, k = 1; k * 2 <= n; k *= 2) {
        l++;
    }

    memcpy(left, log->level[l][first >> l], CT_HASH_LEN);

    if (n == k) {
        memcpy(out, left, CT_HASH_LEN);
        return;
    }

    log_mth(log, first + k, n - k, right);
    ct_merkle_node(log->sha, left, right, out);
}


/* RFC 6962, 2.1.1: PATH(m, D[first : first + n]). */
static inline size_t
log_path(const sim_log_t *log, uint64_t m, uint64_t first, uint64_t n,
    hash_t *out)
{
    size_t   len;
    uint64_t k;

    if (n == 1) {
        return 0;
    }

    for (k = 1; k * 2 < n; k *= 2) {
        /* void */
    }

    if (m < k) {
        len = log_path(log, m, first, k, out);
        log_mth(log, first + k, n - k, out[len]);

    } else {
        len = log_path(log, m - k, first + k, n - k, out);
        log_mth(log, first, k, out[len]);
    }

    return len + 1;
}


/* RFC 6962, 2.1.2: SUBPROOF(m, D[first : first + n], whole). */
static inline size_t
log_subproof(const sim_log_t *log, uint64_t m, uint64_t first, uint64_t n,
    bool whole, hash_t *out)
{
    size_t   len;
    uint64_t k;

    if (m == n) {
        log_mth(log, first, n, out[0]);
        return whole ? 0 : 1;
    }

    for (k = 1; k * 2 < n; k *= 2) {
        /* void */
    }

    if (m <= k) {
        len = log_subproof(log, m, first, k, whole, out);
        log_mth(log, first + k, n - k, out[len]);

    } else {
        len = log_subproof(log, m - k, first + k, n - k, false, out);
        log_mth(log, first, k, out[len]);
    }

    return len + 1;
}


/* The signed head of the first `size` entries. */
static inline void
log_head(const sim_log_t *log, uint64_t size, ct_head_t *head)
{
    memset(head, 0, sizeof(ct_head_t));
    head->size = size;
    head->timestamp_ms = LOG_BEGAN + size * LOG_EVERY;
    head->signature_len = 1;
    log_mth(log, 0, size, head->root);
}


static inline uint64_t
log_time(uint64_t i)
{
    return LOG_BEGAN + i * LOG_EVERY;
}


static inline bool
log_has(const sim_log_t *log, const ct_tile_t *tile)
{
    return tile->width == ct_tile_width(LOG_LEAVES, tile->level, tile->index)
           || (!log->no_partial && tile->width
               <= ct_tile_width(log->size, tile->level, tile->index));
}


static inline uint64_t
log_cut(const sim_log_t *log, uint64_t first, uint64_t count)
{
    uint64_t n, room;

    switch (log->cut) {

    case CUT_32:
        return count < 32 ? count : 32;

    case CUT_256_ALIGNED:
        n = 256 - first % 256;
        return count < 256 ? count : n;

    case CUT_1:
        return 1;

    case CUT_RANDOM:
        return 1 + log_random((uint32_t) (count < 300 ? count : 300));

    case CUT_BYTES:
        for (n = 0, room = 2000; n < count && room > 90; n++) {
            room -= (first + n) % 37 == 0 ? 90 : 10;
        }
        return n;

    default:
        return count;
    }
}

#endif
