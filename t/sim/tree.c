/*
 * tree: RFC 6962, 2.1, kept as the hashes of all perfect subtrees; the other
 * side of what ct_merkle does, and nothing of it but SHA-256 itself.
 */

#include "sim.h"

#include <string.h>


static ct_sha256_t *tree_sha;


static void tree_hash(const uint8_t *left, const uint8_t *right,
    uint8_t out[CT_HASH_LEN]);
static void tree_put(tree_t *tree, unsigned level, uint64_t i,
    const uint8_t hash[CT_HASH_LEN]);
static void tree_range(const tree_t *tree, uint64_t from, uint64_t to,
    uint8_t out[CT_HASH_LEN]);
static uint64_t tree_split(uint64_t n);
static void tree_path_in(const tree_t *tree, uint64_t m, uint64_t from,
    uint64_t to, text_t *out);
static void tree_proof_in(const tree_t *tree, uint64_t m, uint64_t from,
    uint64_t to, bool whole, text_t *out);


static void
tree_hash(const uint8_t *left, const uint8_t *right, uint8_t out[CT_HASH_LEN])
{
    ct_bytes_t parts[3];

    if (tree_sha == NULL) {
        tree_sha = ct_sha256_create();
    }

    parts[0] = CT_BYTES("\1");
    parts[1] = ct_bytes(left, CT_HASH_LEN);
    parts[2] = ct_bytes(right, CT_HASH_LEN);
    ct_sha256(tree_sha, parts, 3, out);
}


static void
tree_put(tree_t *tree, unsigned level, uint64_t i,
    const uint8_t hash[CT_HASH_LEN])
{
    if (i >= tree->room[level]) {
        tree->room[level] = 2 * tree->room[level] + 64;
        tree->level[level] = sim_grow(tree->level[level],
                                      tree->room[level], CT_HASH_LEN);
    }

    memcpy(tree->level[level][i], hash, CT_HASH_LEN);
}


void
tree_append(tree_t *tree, const uint8_t hash[CT_HASH_LEN])
{
    uint8_t  node[CT_HASH_LEN];
    unsigned level;
    uint64_t i;

    i = tree->size++;
    memcpy(node, hash, CT_HASH_LEN);
    tree_put(tree, 0, i, node);

    for (level = 0; i % 2 == 1; level++) {
        tree_hash(tree->level[level][i - 1], node, node);
        i /= 2;
        tree_put(tree, level + 1, i, node);
    }
}


void
tree_root(const tree_t *tree, uint64_t size, uint8_t out[CT_HASH_LEN])
{
    if (size == 0) {
        ct_sha256_once(CT_BYTES(""), out);
        return;
    }

    tree_range(tree, 0, size, out);
}


const uint8_t *
tree_node(const tree_t *tree, unsigned level, uint64_t i)
{
    return tree->level[8 * level][i];
}


/* The largest power of two smaller than n. */
static uint64_t
tree_split(uint64_t n)
{
    uint64_t k;

    k = 1;

    while (2 * k < n) {
        k *= 2;
    }

    return k;
}


/* MTH(D[from:to]); ranges of 2.1 begin at a multiple of their split. */
static void
tree_range(const tree_t *tree, uint64_t from, uint64_t to,
    uint8_t out[CT_HASH_LEN])
{
    uint8_t  right[CT_HASH_LEN];
    unsigned level;
    uint64_t n, k;

    n = to - from;

    if ((n & (n - 1)) == 0) {
        for (level = 0; (1ULL << level) < n; level++) {
            /* its level */
        }
        memcpy(out, tree->level[level][from >> level], CT_HASH_LEN);
        return;
    }

    k = tree_split(n);
    tree_range(tree, from, from + k, out);
    tree_range(tree, from + k, to, right);
    tree_hash(out, right, out);
}


void
tree_path(const tree_t *tree, uint64_t index, uint64_t size, text_t *out)
{
    tree_path_in(tree, index, 0, size, out);
}


/* PATH(m, D[from:to]) */
static void
tree_path_in(const tree_t *tree, uint64_t m, uint64_t from, uint64_t to,
    text_t *out)
{
    uint8_t  hash[CT_HASH_LEN];
    uint64_t k;

    if (to - from == 1) {
        return;
    }

    k = tree_split(to - from);

    if (m < k) {
        tree_path_in(tree, m, from, from + k, out);
        tree_range(tree, from + k, to, hash);

    } else {
        tree_path_in(tree, m - k, from + k, to, out);
        tree_range(tree, from, from + k, hash);
    }

    text_put(out, hash, CT_HASH_LEN);
}


void
tree_consistency(const tree_t *tree, uint64_t from, uint64_t size,
    text_t *out)
{
    if (from > 0 && from < size) {
        tree_proof_in(tree, from, 0, size, true, out);
    }
}


/* SUBPROOF(m, D[from:to], whole) */
static void
tree_proof_in(const tree_t *tree, uint64_t m, uint64_t from, uint64_t to,
    bool whole, text_t *out)
{
    uint8_t  hash[CT_HASH_LEN];
    uint64_t k;

    if (m == to - from) {
        if (!whole) {
            tree_range(tree, from, to, hash);
            text_put(out, hash, CT_HASH_LEN);
        }
        return;
    }

    k = tree_split(to - from);

    if (m <= k) {
        tree_proof_in(tree, m, from, from + k, whole, out);
        tree_range(tree, from + k, to, hash);

    } else {
        tree_proof_in(tree, m - k, from + k, to, false, out);
        tree_range(tree, from, from + k, hash);
    }

    text_put(out, hash, CT_HASH_LEN);
}
