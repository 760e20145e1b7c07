/*
 * ct_merkle: SHA-256, the right edge of a Merkle tree, and the two proofs
 * (RFC 6962, 2.1; algorithms of RFC 9162, 2.1.3.2 and 2.1.4.2). Knows no
 * tiles beyond the order of their hashes, and no signatures.
 */

#include "ct_merkle.h"
#include "ct_limits.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <string.h>

/* A tile level spans eight levels of the tree: 2^8 hashes to a tile. */
#define CT_TILE_BITS        8
#define CT_MERKLE_TILES     (CT_MERKLE_LEVELS / CT_TILE_BITS)
#define CT_MERKLE_SIZE_MAX  ((1ULL << CT_MERKLE_LEVELS) - 1)

struct ct_sha256_s {
    EVP_MD     *md;
    EVP_MD_CTX *ctx;
};


static unsigned ct_merkle_level_from(uint64_t size, unsigned level);
static ct_rc_t ct_consistency_fold(ct_sha256_t *sha, uint64_t size1,
    uint64_t size2, const uint8_t *root1, ct_bytes_t proof,
    uint8_t got1[CT_HASH_LEN], uint8_t got2[CT_HASH_LEN]);
static bool ct_read_hash(ct_bytes_t *in, const uint8_t **hash);
static void ct_proof_ascend(uint64_t *fn, uint64_t *sn);


ct_sha256_t *
ct_sha256_create(void)
{
    ct_sha256_t *sha;

    sha = OPENSSL_zalloc(sizeof(ct_sha256_t));
    if (sha == NULL) {
        return NULL;
    }

    sha->md = EVP_MD_fetch(NULL, "SHA2-256", NULL);
    sha->ctx = EVP_MD_CTX_new();

    if (sha->md == NULL || sha->ctx == NULL
        || EVP_DigestInit_ex2(sha->ctx, sha->md, NULL) != 1)
    {
        ct_sha256_destroy(sha);
        return NULL;
    }

    return sha;
}


void
ct_sha256_destroy(ct_sha256_t *sha)
{
    if (sha == NULL) {
        return;
    }

    EVP_MD_CTX_free(sha->ctx);
    EVP_MD_free(sha->md);
    OPENSSL_free(sha);
}


/* Should libcrypto fail, the result is all zero: no root will ever match. */
void
ct_sha256(ct_sha256_t *sha, const ct_bytes_t *parts, size_t n,
    uint8_t out[CT_HASH_LEN])
{
    int    ok;
    size_t i;

    ok = EVP_DigestInit_ex2(sha->ctx, NULL, NULL);

    for (i = 0; i < n; i++) {
        ok &= EVP_DigestUpdate(sha->ctx, parts[i].data, parts[i].len);
    }

    ok &= EVP_DigestFinal_ex(sha->ctx, out, NULL);

    if (ok != 1) {
        memset(out, 0, CT_HASH_LEN);
    }
}


void
ct_sha256_once(ct_bytes_t in, uint8_t out[CT_HASH_LEN])
{
    if (EVP_Digest(in.data, in.len, out, NULL, EVP_sha256(), NULL) != 1) {
        memset(out, 0, CT_HASH_LEN);
    }
}


/* In one piece: three updates of a context cost more than one copy. */
void
ct_merkle_node(ct_sha256_t *sha, const uint8_t left[CT_HASH_LEN],
    const uint8_t right[CT_HASH_LEN], uint8_t out[CT_HASH_LEN])
{
    uint8_t    data[1 + 2 * CT_HASH_LEN];
    ct_bytes_t part;

    data[0] = 1;
    memcpy(data + 1, left, CT_HASH_LEN);
    memcpy(data + 1 + CT_HASH_LEN, right, CT_HASH_LEN);

    part = ct_bytes(data, sizeof(data));
    ct_sha256(sha, &part, 1, out);
}


void
ct_merkle_init(ct_merkle_t *tree)
{
    memset(tree, 0, sizeof(ct_merkle_t));
}


/* Each full subtree that the new one pairs with is a carry. */
ct_rc_t
ct_merkle_append(ct_merkle_t *tree, ct_sha256_t *sha,
    const uint8_t leaf_hash[CT_HASH_LEN])
{
    unsigned level;
    uint8_t  hash[CT_HASH_LEN];

    if (tree->size >= CT_MERKLE_SIZE_MAX) {
        return CT_E_LIMIT;
    }

    memcpy(hash, leaf_hash, CT_HASH_LEN);

    for (level = 0; tree->size >> level & 1; level++) {
        ct_merkle_node(sha, tree->node[level], hash, hash);
    }

    memcpy(tree->node[level], hash, CT_HASH_LEN);
    tree->size++;

    return CT_OK;
}


void
ct_merkle_root(const ct_merkle_t *tree, ct_sha256_t *sha,
    uint8_t out[CT_HASH_LEN])
{
    bool     first;
    unsigned level;

    first = true;

    for (level = 0; level < CT_MERKLE_LEVELS; level++) {
        if ((tree->size >> level & 1) == 0) {
            continue;
        }

        if (first) {
            memcpy(out, tree->node[level], CT_HASH_LEN);
            first = false;
            continue;
        }

        ct_merkle_node(sha, tree->node[level], out, out);
    }

    if (first) {
        ct_sha256(sha, NULL, 0, out);
    }
}


void
ct_merkle_seed(ct_merkle_t *tree, uint64_t size)
{
    ct_merkle_init(tree);
    tree->size = size;
}


unsigned
ct_merkle_seed_width(uint64_t size, unsigned tile_level)
{
    if (tile_level >= 64 / CT_TILE_BITS) {
        return 0;
    }

    return size >> tile_level * CT_TILE_BITS & (CT_LIMIT_TILE_WIDTH - 1);
}


/*
 * The hashes of a partial tile are the leaves of a small tree of its own,
 * whose right edge is a stretch of the large one's.
 */
ct_rc_t
ct_merkle_seed_tile(ct_merkle_t *tree, ct_sha256_t *sha, unsigned tile_level,
    ct_bytes_t hashes)
{
    unsigned       bit, width;
    ct_merkle_t    tile;
    const uint8_t *hash;

    if (tile_level >= CT_MERKLE_TILES || tree->size > CT_MERKLE_SIZE_MAX) {
        return CT_E_LIMIT;
    }

    width = ct_merkle_seed_width(tree->size, tile_level);
    if (hashes.len != (size_t) width * CT_HASH_LEN) {
        return CT_E_COUNT;
    }

    ct_merkle_init(&tile);

    while (ct_read_hash(&hashes, &hash)) {
        (void) ct_merkle_append(&tile, sha, hash);
    }

    for (bit = 0; bit < CT_TILE_BITS; bit++) {
        if (width >> bit & 1) {
            memcpy(tree->node[tile_level * CT_TILE_BITS + bit],
                   tile.node[bit], CT_HASH_LEN);
        }
    }

    return CT_OK;
}


/*
 * RFC 9162, 2.1.3.2; fn, sn and r are its names: where the leaf and the
 * last leaf of the tree stand on the current level, and the hash so far.
 */
ct_rc_t
ct_merkle_verify_inclusion(ct_sha256_t *sha, uint64_t index, uint64_t size,
    const uint8_t leaf_hash[CT_HASH_LEN], ct_bytes_t proof,
    const uint8_t root[CT_HASH_LEN])
{
    uint8_t        r[CT_HASH_LEN];
    uint64_t       fn, sn;
    const uint8_t *p;

    if (index >= size) {
        return CT_E_INDEX;
    }

    fn = index;
    sn = size - 1;
    memcpy(r, leaf_hash, CT_HASH_LEN);

    while (ct_read_hash(&proof, &p)) {
        if (sn == 0) {
            return CT_E_COUNT;
        }

        if ((fn & 1) == 0 && fn != sn) {
            ct_merkle_node(sha, r, p, r);

        } else {
            ct_merkle_node(sha, p, r, r);
            ct_proof_ascend(&fn, &sn);
        }

        fn >>= 1;
        sn >>= 1;
    }

    if (sn != 0 || proof.len != 0) {
        return CT_E_COUNT;
    }

    return memcmp(r, root, CT_HASH_LEN) == 0 ? CT_OK : CT_E_ROOT;
}


/*
 * The same walk once more: what stands left of the path are the perfect
 * subtrees that `index` leaves are made of, lowest first (RFC 6962, 2.1.1).
 */
ct_rc_t
ct_merkle_seed_path(ct_merkle_t *tree, ct_sha256_t *sha, uint64_t index,
    uint64_t size, const uint8_t leaf_hash[CT_HASH_LEN], ct_bytes_t proof,
    const uint8_t root[CT_HASH_LEN])
{
    ct_rc_t     rc;
    ct_merkle_t path;

    rc = ct_merkle_seed_before(&path, sha, index, size, leaf_hash, proof,
                               root);
    if (rc == CT_OK) {
        rc = ct_merkle_append(&path, sha, leaf_hash);
    }

    if (rc == CT_OK) {
        *tree = path;
    }

    return rc;
}


ct_rc_t
ct_merkle_seed_before(ct_merkle_t *tree, ct_sha256_t *sha, uint64_t index,
    uint64_t size, const uint8_t leaf_hash[CT_HASH_LEN], ct_bytes_t proof,
    const uint8_t root[CT_HASH_LEN])
{
    ct_rc_t        rc;
    uint64_t       fn, sn;
    unsigned       level;
    ct_merkle_t    path;
    const uint8_t *p;

    if (size > CT_MERKLE_SIZE_MAX) {
        return CT_E_LIMIT;
    }

    rc = ct_merkle_verify_inclusion(sha, index, size, leaf_hash, proof, root);
    if (rc != CT_OK) {
        return rc;
    }

    ct_merkle_seed(&path, index);
    level = 0;

    for (fn = index, sn = size - 1; ct_read_hash(&proof, &p);
         fn >>= 1, sn >>= 1)
    {
        if ((fn & 1) == 0 && fn != sn) {
            continue;
        }

        level = ct_merkle_level_from(index, level);
        memcpy(path.node[level++], p, CT_HASH_LEN);
        ct_proof_ascend(&fn, &sn);
    }

    *tree = path;

    return CT_OK;
}


ct_rc_t
ct_merkle_verify_consistency(ct_sha256_t *sha, uint64_t size1, uint64_t size2,
    ct_bytes_t root1, ct_bytes_t root2, ct_bytes_t proof)
{
    ct_rc_t rc;
    uint8_t got1[CT_HASH_LEN], got2[CT_HASH_LEN];

    if (size1 == 0 || size1 > size2) {
        return CT_E_INDEX;
    }

    if (root1.len == 0 || root2.len == 0) {
        return CT_E_ROOT;
    }

    if (size1 == size2) {
        if (proof.len != 0) {
            return CT_E_COUNT;
        }

        return ct_bytes_equal(root1, root2) ? CT_OK : CT_E_ROOT;
    }

    if (root1.len != CT_HASH_LEN || root2.len != CT_HASH_LEN) {
        return CT_E_ROOT;
    }

    rc = ct_consistency_fold(sha, size1, size2, root1.data, proof, got1,
                             got2);
    if (rc != CT_OK) {
        return rc;
    }

    if (memcmp(got1, root1.data, CT_HASH_LEN) != 0
        || memcmp(got2, root2.data, CT_HASH_LEN) != 0)
    {
        return CT_E_ROOT;
    }

    return CT_OK;
}


/* The lowest subtree of a tree of `size` leaves from `level` on; a verified
 * path has no more of them than there are. */
static unsigned
ct_merkle_level_from(uint64_t size, unsigned level)
{
    while (level < CT_MERKLE_LEVELS - 1 && (size >> level & 1) == 0) {
        level++;
    }

    return level;
}


/*
 * RFC 9162, 2.1.4.2, steps 1 to 6, for 0 < size1 < size2: both roots that
 * the proof leads to; fr and sr there are `got1` and `got2` here. A tree
 * of 2^n leaves is the first node of its own proof and left out of it.
 */
static ct_rc_t
ct_consistency_fold(ct_sha256_t *sha, uint64_t size1, uint64_t size2,
    const uint8_t *root1, ct_bytes_t proof, uint8_t got1[CT_HASH_LEN],
    uint8_t got2[CT_HASH_LEN])
{
    uint64_t       fn, sn;
    const uint8_t *c;

    c = root1;

    if ((size1 & (size1 - 1)) != 0 && !ct_read_hash(&proof, &c)) {
        return CT_E_COUNT;
    }

    memcpy(got1, c, CT_HASH_LEN);
    memcpy(got2, c, CT_HASH_LEN);

    fn = size1 - 1;
    sn = size2 - 1;

    while (fn & 1) {
        fn >>= 1;
        sn >>= 1;
    }

    while (ct_read_hash(&proof, &c)) {
        if (sn == 0) {
            return CT_E_COUNT;
        }

        if ((fn & 1) == 0 && fn != sn) {
            ct_merkle_node(sha, got2, c, got2);

        } else {
            ct_merkle_node(sha, c, got1, got1);
            ct_merkle_node(sha, c, got2, got2);
            ct_proof_ascend(&fn, &sn);
        }

        fn >>= 1;
        sn >>= 1;
    }

    return sn == 0 && proof.len == 0 ? CT_OK : CT_E_COUNT;
}


static bool
ct_read_hash(ct_bytes_t *in, const uint8_t **hash)
{
    ct_bytes_t v;

    if (!ct_read_bytes(in, CT_HASH_LEN, &v)) {
        return false;
    }

    *hash = v.data;

    return true;
}


/* Up along the right edge, past the levels where there is no sibling. */
static void
ct_proof_ascend(uint64_t *fn, uint64_t *sn)
{
    while ((*fn & 1) == 0 && *fn != 0) {
        *fn >>= 1;
        *sn >>= 1;
    }
}
