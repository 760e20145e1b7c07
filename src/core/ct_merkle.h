/*
 * ct_merkle: the right edge of a Merkle tree (RFC 6962, 2.1), kept as the
 * roots of the perfect subtrees that its size is made of:
 *
 *   size 6 = 110b        level 2:    o           one subtree of four
 *                                  /   \
 *                        level 1:  o     o   o   one subtree of two
 *                                 / \   / \ / \
 *                        leaves   0 1   2 3 4 5
 *
 *   node[2] and node[1] are meaningful, node[0] is not. Appending a leaf is
 *   counting up in binary; the root folds the nodes from the right.
 *
 * Flat: copied whole into zone and state. Leaf hash SHA-256(00 || leaf),
 * node hash SHA-256(01 || left || right), empty root SHA-256("").
 */

#ifndef CT_MERKLE_H
#define CT_MERKLE_H

#include "ct_bytes.h"

#define CT_MERKLE_LEVELS 40 /* leaf_index is uint40: static-ct-api */

typedef struct {
    uint64_t size;
    uint8_t  node[CT_MERKLE_LEVELS][CT_HASH_LEN];
} ct_merkle_t;

/* A SHA-256 context that is fetched once and reused: 25 % of the cost of a
 * leaf. One per thread. */
typedef struct ct_sha256_s ct_sha256_t;


ct_sha256_t *ct_sha256_create(void); /* NULL: out of memory */
void ct_sha256_destroy(ct_sha256_t *sha);

/* SHA-256 over up to four slices in a row (n <= 4). */
void ct_sha256(ct_sha256_t *sha, const ct_bytes_t *parts, size_t n,
    uint8_t out[CT_HASH_LEN]);

/* SHA-256 of one slice without a context of one's own; slower. */
void ct_sha256_once(ct_bytes_t in, uint8_t out[CT_HASH_LEN]);

void ct_merkle_node(ct_sha256_t *sha, const uint8_t left[CT_HASH_LEN],
    const uint8_t right[CT_HASH_LEN], uint8_t out[CT_HASH_LEN]);

/* The empty tree. */
void ct_merkle_init(ct_merkle_t *tree);

/* CT_E_LIMIT where the tree would reach 2^40 leaves. */
ct_rc_t ct_merkle_append(ct_merkle_t *tree, ct_sha256_t *sha,
    const uint8_t leaf_hash[CT_HASH_LEN]);

void ct_merkle_root(const ct_merkle_t *tree, ct_sha256_t *sha,
    uint8_t out[CT_HASH_LEN]);

/*
 * Start in the middle: the frontier of a tree of `size` leaves from its
 * hash tiles (static-ct-api, "Merkle Tree"). Call once per tile level that
 * ct_merkle_seed_width() says is not empty, in any order, with the first
 * `width` hashes of the rightmost tile of that level; then compare
 * ct_merkle_root() with the signed root before believing any of it.
 */
void ct_merkle_seed(ct_merkle_t *tree, uint64_t size);
unsigned ct_merkle_seed_width(uint64_t size, unsigned tile_level);
ct_rc_t ct_merkle_seed_tile(ct_merkle_t *tree, ct_sha256_t *sha,
    unsigned tile_level, ct_bytes_t hashes);

/*
 * The same from the audit path of the last leaf inside: checks that leaf
 * `index` is in the tree of `size` leaves and `root`, then makes `tree` the
 * frontier of index + 1 leaves, of which the path's left siblings are the
 * nodes. Otherwise `tree` is untouched: what ct_merkle_verify_inclusion
 * returns, or CT_E_LIMIT for a size of 2^40.
 */
ct_rc_t ct_merkle_seed_path(ct_merkle_t *tree, ct_sha256_t *sha,
    uint64_t index, uint64_t size, const uint8_t leaf_hash[CT_HASH_LEN],
    ct_bytes_t proof, const uint8_t root[CT_HASH_LEN]);

/* The same, up to the leaf and without it: `index` leaves. */
ct_rc_t ct_merkle_seed_before(ct_merkle_t *tree, ct_sha256_t *sha,
    uint64_t index, uint64_t size, const uint8_t leaf_hash[CT_HASH_LEN],
    ct_bytes_t proof, const uint8_t root[CT_HASH_LEN]);

/*
 * RFC 6962, 2.1.1 and 2.1.2 (RFC 9162, 2.1.3 and 2.1.4). `proof` is a
 * concatenation of 32-byte hashes: whoever joins one from a list must
 * refuse items of any other length, which cannot be seen here.
 * CT_OK, CT_E_COUNT for a proof of the wrong length, CT_E_ROOT when it
 * leads elsewhere or a root is empty, CT_E_INDEX for sizes or indexes out
 * of order (size1 = 0 included).
 */
ct_rc_t ct_merkle_verify_inclusion(ct_sha256_t *sha, uint64_t index,
    uint64_t size, const uint8_t leaf_hash[CT_HASH_LEN], ct_bytes_t proof,
    const uint8_t root[CT_HASH_LEN]);
ct_rc_t ct_merkle_verify_consistency(ct_sha256_t *sha, uint64_t size1,
    uint64_t size2, ct_bytes_t root1, ct_bytes_t root2, ct_bytes_t proof);

#endif
