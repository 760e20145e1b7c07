/*
 * ctlogd_tree: the proofs of RFC 6962, 2.1.1 and 2.1.2, as they are written
 * there, over the hashes of all complete subtrees.
 */

#include "ctlogd.h"

static uint64_t split(uint64_t len);
static void     range_hash(const tree_t *tree, uint64_t from, uint64_t len,
        uint8_t out[HASH]);
static void     inclusion(const tree_t *tree, uint64_t m, uint64_t from,
        uint64_t len, path_t *path);
static void     subproof(const tree_t *tree, uint64_t m, uint64_t from,
        uint64_t len, bool whole, path_t *path);


void
tree_push(tree_t *tree, const uint8_t hash[HASH])
{
    uint8_t  node[HASH];
    uint64_t i = tree->size;
    unsigned level;
    buf_t   *hashes;

    memcpy(node, hash, HASH);
    buf_put(&tree->level[0], node, HASH);

    for (level = 1; i % 2 == 1; level++, i /= 2) {
        hashes = &tree->level[level - 1];
        node_hash(hashes->data + (i - 1) * HASH, hashes->data + i * HASH,
            node);
        buf_put(&tree->level[level], node, HASH);
    }
    tree->size++;
}


void
tree_clear(tree_t *tree)
{
    unsigned level;

    for (level = 0; level < TREE_LEVELS; level++) {
        tree->level[level].len = 0;
    }
    tree->size = 0;
}


void
tree_root(const tree_t *tree, uint64_t size, uint8_t root[HASH])
{
    sha256("", 0, root);
    if (size > 0) {
        range_hash(tree, 0, size, root);
    }
}


void
tree_inclusion(const tree_t *tree, uint64_t index, uint64_t size, path_t *path)
{
    path->len = 0;
    inclusion(tree, index, 0, size, path);
}


void
tree_consistency(const tree_t *tree, uint64_t first, uint64_t second,
    path_t *path)
{
    path->len = 0;
    if (first > 0 && first < second) {
        subproof(tree, first, 0, second, true, path);
    }
}


bool
tree_find(const tree_t *tree, const uint8_t hash[HASH], uint64_t size,
    uint64_t *index)
{
    for (*index = 0; *index < size; (*index)++) {
        if (memcmp(tree->level[0].data + *index * HASH, hash, HASH) == 0) {
            return true;
        }
    }

    return false;
}


/* The largest power of two below `len`. */
static uint64_t
split(uint64_t len)
{
    uint64_t k = 1;

    while (k * 2 < len) {
        k *= 2;
    }

    return k;
}


/* MTH(D[from:from+len]) where `from` is a multiple of a power of two that
 * is not smaller than `len`. */
static void
range_hash(const tree_t *tree, uint64_t from, uint64_t len, uint8_t out[HASH])
{
    uint8_t  left[HASH];
    uint8_t  right[HASH];
    uint64_t k;
    unsigned level = 0;

    if ((len & (len - 1)) == 0) {
        while (len > 1) {
            len /= 2;
            from /= 2;
            level++;
        }
        memcpy(out, tree->level[level].data + from * HASH, HASH);
        return;
    }

    k = split(len);
    range_hash(tree, from, k, left);
    range_hash(tree, from + k, len - k, right);
    node_hash(left, right, out);
}


/* PATH(m, D[from:from+len]) */
static void
inclusion(const tree_t *tree, uint64_t m, uint64_t from, uint64_t len,
    path_t *path)
{
    uint64_t k;

    if (len == 1) {
        return;
    }

    k = split(len);
    if (m < k) {
        inclusion(tree, m, from, k, path);
        range_hash(tree, from + k, len - k, path->hash[path->len++]);
    } else {
        inclusion(tree, m - k, from + k, len - k, path);
        range_hash(tree, from, k, path->hash[path->len++]);
    }
}


/* SUBPROOF(m, D[from:from+len], whole) */
static void
subproof(const tree_t *tree, uint64_t m, uint64_t from, uint64_t len,
    bool whole, path_t *path)
{
    uint64_t k;

    if (m == len) {
        if (!whole) {
            range_hash(tree, from, len, path->hash[path->len++]);
        }
        return;
    }

    k = split(len);
    if (m <= k) {
        subproof(tree, m, from, k, whole, path);
        range_hash(tree, from + k, len - k, path->hash[path->len++]);
    } else {
        subproof(tree, m - k, from + k, len - k, false, path);
        range_hash(tree, from, k, path->hash[path->len++]);
    }
}
