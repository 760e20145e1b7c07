/*
 * ct_merkle: against a naive twin that is RFC 6962, 2.1 word for word
 * (recursive MTH, PATH and PROOF). ct_merkle_vectors has what others made.
 */

#include "ct_merkle.h"
#include "data.h"
#include "tap.h"

#define LEAVES (65536 + 256 + 77)

typedef uint8_t hash_t[CT_HASH_LEN];

static ct_sha256_t *sha;
static hash_t      *leaves;


static void test_sha256(void);
static void test_append(void);
static void test_append_limit(void);
static void test_seed(void);
static void test_seed_refused(void);
static void test_inclusion(void);
static void test_consistency(void);
static void test_proof_limits(void);
static size_t split(size_t n);
static void mth(hash_t *d, size_t n, uint8_t *out);
static size_t path(size_t m, hash_t *d, size_t n, hash_t *out);
static size_t subproof(size_t m, hash_t *d, size_t n, int whole,
    hash_t *out);
static int seeded_root(size_t size, uint8_t *out);
static int refuses_inclusion(uint64_t m, uint64_t n, hash_t *proof,
    size_t len, const uint8_t *root);
static int refuses_consistency(uint64_t m, uint64_t n, hash_t *proof,
    size_t len, const uint8_t *root1, const uint8_t *root2);
static ct_rc_t consistency(uint64_t m, uint64_t n, hash_t *proof, size_t len,
    const uint8_t *root1, const uint8_t *root2);


int
main(void)
{
    size_t  i;
    uint8_t n[4];

    sha = ct_sha256_create();
    leaves = malloc(LEAVES * sizeof(hash_t));

    for (i = 0; i < LEAVES; i++) {
        n[0] = (uint8_t) (i >> 16);
        n[1] = (uint8_t) (i >> 8);
        n[2] = (uint8_t) i;
        ct_sha256_once(ct_bytes(n, 3), leaves[i]);
    }

    test_sha256();
    test_append();
    test_append_limit();
    test_seed();
    test_seed_refused();
    test_inclusion();
    test_consistency();
    test_proof_limits();

    ct_sha256_destroy(sha);
    ct_sha256_destroy(NULL);
    free(leaves);

    return done_testing();
}


/* FIPS 180-4 examples, whole and in pieces, the context used again. */
static void
test_sha256(void)
{
    hash_t     got, once;
    size_t     len;
    uint8_t   *want;
    ct_bytes_t parts[4] = {CT_BYTES("a"), CT_BYTES(""), CT_BYTES("b"),
                           CT_BYTES("c")};

    want = data_hex("ba7816bf8f01cfea414140de5dae2223"
                    "b00361a396177a9cb410ff61f20015ad", &len);
    ct_sha256(sha, parts, 4, got);
    is_mem(got, sizeof(got), want, len, "\"abc\" in four parts");
    ct_sha256_once(CT_BYTES("abc"), once);
    is_mem(once, sizeof(once), want, len, "\"abc\" at once");
    ct_sha256(sha, parts, 4, got);
    is_mem(got, sizeof(got), want, len, "the context starts afresh");
    free(want);

    want = data_hex("e3b0c44298fc1c149afbf4c8996fb924"
                    "27ae41e4649b934ca495991b7852b855", &len);
    ct_sha256(sha, NULL, 0, got);
    is_mem(got, sizeof(got), want, len, "no parts");
    ct_sha256_once(ct_bytes(NULL, 0), once);
    is_mem(once, sizeof(once), want, len, "no bytes");
    free(want);
}


static void
test_append(void)
{
    int         good;
    size_t      n, i;
    hash_t      got, want;
    ct_merkle_t tree;

    static const size_t large[] = {127, 128, 129, 255, 256, 257, 511, 512,
                                   513, 1000, 65535, 65536, 65537, LEAVES};

    ct_merkle_init(&tree);
    good = 1;
    i = 0;

    for (n = 0; n <= LEAVES; n++) {
        if (n <= 70 || n == large[i]) {
            ct_merkle_root(&tree, sha, got);
            mth(leaves, n, want);
            good &= tree.size == n && memcmp(got, want, CT_HASH_LEN) == 0;
            i += n > 70;
        }

        if (n == 70) {
            ok(good, "sizes 0 to 70: the root is MTH(D[n])");
            good = 1;
        }

        if (n < LEAVES) {
            good &= ct_merkle_append(&tree, sha, leaves[n]) == CT_OK;
        }
    }

    is_int(i, sizeof(large) / sizeof(large[0]), "all larger sizes were seen");
    ok(good, "and there, too");
}


/* 2^40 - 2 leaves from nothing but a seed: one more fits, then none. */
static void
test_append_limit(void)
{
    ct_merkle_t tree;

    ct_merkle_seed(&tree, (1ULL << 40) - 2);
    is_int(ct_merkle_append(&tree, sha, leaves[0]), CT_OK, "leaf 2^40 - 2");
    is_int(ct_merkle_append(&tree, sha, leaves[0]), CT_E_LIMIT,
           "leaf 2^40 - 1");
    ok(tree.size == (1ULL << 40) - 1, "a refusal adds nothing");
    ct_merkle_seed(&tree, UINT64_MAX);
    is_int(ct_merkle_append(&tree, sha, leaves[0]), CT_E_LIMIT,
           "a size beyond all bounds");
}


/* From tiles made by MTH; then both trees grow on side by side. */
static void
test_seed(void)
{
    int    good;
    size_t n, checked;
    hash_t got, want;

    good = 1;
    checked = 0;

    for (n = 0; n <= LEAVES; n += n < 600 ? 1 : n < 65000 ? 4799 : 83) {
        mth(leaves, n, want);
        good &= seeded_root(n, got) && memcmp(got, want, CT_HASH_LEN) == 0;
        checked++;
    }

    ok(good && checked > 600, "%u sizes seeded from tiles",
       (unsigned) checked);

    mth(leaves, 65537, want);
    ok(seeded_root(65537, got) && memcmp(got, want, CT_HASH_LEN) == 0,
       "65537: levels 0 and 2, nothing between");
}


/* Seeds `size` less the last three leaves, appends those; the root. */
static int
seeded_root(size_t size, uint8_t *out)
{
    int         good;
    size_t      i, span, start, seed;
    hash_t      hashes[256];
    unsigned    level, width;
    ct_merkle_t tree;

    seed = size < 3 ? size : size - 3;
    ct_merkle_seed(&tree, seed);
    good = 1;

    /* from the top, as "in any order" allows */

    for (level = 8; level-- > 0; /* void */) {
        width = ct_merkle_seed_width(seed, level);
        if (width == 0) {
            continue;
        }

        span = (size_t) 1 << (8 * level);
        start = seed / span / 256 * 256 * span;

        for (i = 0; i < width; i++) {
            mth(leaves + start + i * span, span, hashes[i]);
        }

        good &= ct_merkle_seed_tile(&tree, sha, level,
                                    ct_bytes(hashes, width * sizeof(hash_t)))
                == CT_OK;
    }

    for (i = seed; i < size; i++) {
        good &= ct_merkle_append(&tree, sha, leaves[i]) == CT_OK;
    }

    ct_merkle_root(&tree, sha, out);

    return good && tree.size == size;
}


static void
test_seed_refused(void)
{
    hash_t      got, want;
    ct_merkle_t tree;

    is_int(ct_merkle_seed_width(70000, 0), 112, "70000: 112 leaves");
    is_int(ct_merkle_seed_width(70000, 1), 17, "70000: 17 tiles");
    is_int(ct_merkle_seed_width(70000, 2), 1, "70000: 1 on top");
    is_int(ct_merkle_seed_width(256, 0), 0, "256: no partial tile");
    is_int(ct_merkle_seed_width(UINT64_MAX, 8), 0, "no level 8");
    is_int(ct_merkle_seed_width(UINT64_MAX, 1 << 29), 0, "nor 2^29");

    ct_merkle_seed(&tree, 5);
    is_int(ct_merkle_seed_tile(&tree, sha, 0, ct_bytes(leaves, 4 * 32)),
           CT_E_COUNT, "a hash missing");
    is_int(ct_merkle_seed_tile(&tree, sha, 0, ct_bytes(leaves, 6 * 32)),
           CT_E_COUNT, "a hash too many");
    is_int(ct_merkle_seed_tile(&tree, sha, 0, ct_bytes(leaves, 5 * 32 - 1)),
           CT_E_COUNT, "a byte missing");
    is_int(ct_merkle_seed_tile(&tree, sha, 1, ct_bytes(leaves, 32)),
           CT_E_COUNT, "a level that is empty");
    is_int(ct_merkle_seed_tile(&tree, sha, 5, ct_bytes(NULL, 0)),
           CT_E_LIMIT, "a level above 2^40");
    is_int(ct_merkle_seed_tile(&tree, sha, UINT32_MAX, ct_bytes(NULL, 0)),
           CT_E_LIMIT, "a level above everything");

    is_int(ct_merkle_seed_tile(&tree, sha, 0, ct_bytes(leaves, 5 * 32)),
           CT_OK, "the right ones, after all that");
    ct_merkle_root(&tree, sha, got);
    mth(leaves, 5, want);
    is_mem(got, sizeof(got), want, sizeof(want), "give the root");

    ct_merkle_seed(&tree, 1ULL << 40);
    is_int(ct_merkle_seed_tile(&tree, sha, 0, ct_bytes(NULL, 0)),
           CT_E_LIMIT, "a tree of 2^40 leaves");
}


/* All leaves of all sizes to 33, and each proof spoilt in every way. */
static void
test_inclusion(void)
{
    int    good, bad;
    size_t m, n, len;
    hash_t root, proof[66];

    good = 1;
    bad = 1;

    for (n = 1; n <= 33; n++) {
        mth(leaves, n, root);

        for (m = 0; m < n; m++) {
            len = path(m, leaves, n, proof);
            good &= ct_merkle_verify_inclusion(
                        sha, m, n, leaves[m],
                        ct_bytes(proof, len * CT_HASH_LEN), root)
                    == CT_OK;
            bad &= refuses_inclusion(m, n, proof, len, root);
        }
    }

    ok(good, "inclusion: all leaves of sizes 1 to 33");
    ok(bad, "inclusion: none of them when spoilt");

    mth(leaves, 65537, root);
    len = path(65536, leaves, 65537, proof);
    is_int(len, 1, "the leaf beside a perfect tree has a proof of one");
    is_int(ct_merkle_verify_inclusion(sha, 65536, 65537, leaves[65536],
                                      ct_bytes(proof, 32), root),
           CT_OK, "which holds");
}


static int
refuses_inclusion(uint64_t m, uint64_t n, hash_t *proof, size_t len,
    const uint8_t *root)
{
    int        good;
    size_t     i, bytes;
    ct_bytes_t p;

    good = 1;
    bytes = len * CT_HASH_LEN;
    p = ct_bytes(proof, bytes);

    for (i = 0; i < bytes; i += 31) {
        ((uint8_t *) proof)[i] ^= 16;
        good &= ct_merkle_verify_inclusion(sha, m, n, leaves[m], p, root)
                == CT_E_ROOT;
        ((uint8_t *) proof)[i] ^= 16;
    }

    good &= ct_merkle_verify_inclusion(sha, m, n, leaves[m + 1], p, root)
            == CT_E_ROOT;
    good &= ct_merkle_verify_inclusion(sha, m, n, leaves[m], p, leaves[m + 1])
            == CT_E_ROOT;
    good &= ct_merkle_verify_inclusion(sha, n, n, leaves[m], p, root)
            == CT_E_INDEX;

    memset(proof[len], 0, CT_HASH_LEN);
    p = ct_bytes(proof, bytes + CT_HASH_LEN);
    good &= ct_merkle_verify_inclusion(sha, m, n, leaves[m], p, root)
            == CT_E_COUNT;
    p = ct_bytes(proof, bytes + 1);
    good &= ct_merkle_verify_inclusion(sha, m, n, leaves[m], p, root)
            == CT_E_COUNT;

    if (len != 0) {
        p = ct_bytes(proof, bytes - CT_HASH_LEN);
        good &= ct_merkle_verify_inclusion(sha, m, n, leaves[m], p, root)
                == CT_E_COUNT;
        p = ct_bytes(proof, bytes - 1);
        good &= ct_merkle_verify_inclusion(sha, m, n, leaves[m], p, root)
                == CT_E_COUNT;
    }

    return good;
}


static void
test_consistency(void)
{
    int    good, bad;
    size_t m, n, len;
    hash_t root1, root2, proof[66];

    good = 1;
    bad = 1;

    for (n = 1; n <= 33; n++) {
        mth(leaves, n, root2);

        for (m = 1; m <= n; m++) {
            mth(leaves, m, root1);
            len = subproof(m, leaves, n, 1, proof);
            good &= consistency(m, n, proof, len, root1, root2) == CT_OK;
            bad &= refuses_consistency(m, n, proof, len, root1, root2);
        }
    }

    ok(good, "consistency: all pairs of sizes 1 to 33");
    ok(bad, "consistency: none of them when spoilt");

    mth(leaves, 257, root1);
    mth(leaves, LEAVES, root2);
    len = subproof(257, leaves, LEAVES, 1, proof);
    is_int(consistency(257, LEAVES, proof, len, root1, root2), CT_OK,
           "257 and %u", LEAVES);
    ok(refuses_consistency(257, LEAVES, proof, len, root1, root2),
       "spoilt as well");
}


static int
refuses_consistency(uint64_t m, uint64_t n, hash_t *proof, size_t len,
    const uint8_t *root1, const uint8_t *root2)
{
    int     good;
    size_t  i;
    hash_t  other;
    ct_rc_t rc;

    good = 1;

    for (i = 0; i < len * CT_HASH_LEN; i += 31) {
        ((uint8_t *) proof)[i] ^= 16;
        good &= consistency(m, n, proof, len, root1, root2) == CT_E_ROOT;
        ((uint8_t *) proof)[i] ^= 16;
    }

    memset(other, 0x55, sizeof(other));
    good &= consistency(m, n, proof, len, other, root2) == CT_E_ROOT;
    good &= consistency(m, n, proof, len, root1, other) == CT_E_ROOT;
    good &= consistency(0, n, proof, len, root1, root2) == CT_E_INDEX;
    good &= consistency(n + 1, n, proof, len, root1, root2) == CT_E_INDEX;

    memset(proof[len], 0, CT_HASH_LEN);
    good &= consistency(m, n, proof, len + 1, root1, root2) == CT_E_COUNT;

    if (m != n) {
        rc = consistency(m, n, proof, len, root2, root1);
        good &= rc == CT_E_ROOT;
        good &= consistency(m, n, proof, len - 1, root1, root2)
                == CT_E_COUNT;
        good &= ct_merkle_verify_consistency(
                    sha, m, n, ct_bytes(root1, 32), ct_bytes(root2, 32),
                    ct_bytes(proof, len * CT_HASH_LEN + 1))
                == CT_E_COUNT;
        good &= ct_merkle_verify_consistency(
                    sha, m, n, ct_bytes(root1, 31), ct_bytes(root2, 32),
                    ct_bytes(proof, len * CT_HASH_LEN))
                == CT_E_ROOT;
    }

    return good;
}


static ct_rc_t
consistency(uint64_t m, uint64_t n, hash_t *proof, size_t len,
    const uint8_t *root1, const uint8_t *root2)
{
    return ct_merkle_verify_consistency(
        sha, m, n, ct_bytes(root1, CT_HASH_LEN), ct_bytes(root2, CT_HASH_LEN),
        ct_bytes(proof, len * CT_HASH_LEN));
}


/* Sizes up to 2^64 - 1 and proofs of any length come to an end. */
static void
test_proof_limits(void)
{
    uint8_t   *end;
    ct_bytes_t root = ct_bytes(leaves[0], CT_HASH_LEN);
    ct_bytes_t none = ct_bytes(NULL, 0), many, exact;

    many = ct_bytes(leaves, 1000 * CT_HASH_LEN);
    exact = ct_bytes(leaves, 64 * CT_HASH_LEN);

    is_int(ct_merkle_verify_inclusion(sha, 0, UINT64_MAX, leaves[0], many,
                                      leaves[1]),
           CT_E_COUNT, "inclusion: a thousand hashes");
    is_int(ct_merkle_verify_inclusion(sha, 0, UINT64_MAX, leaves[0], exact,
                                      leaves[1]),
           CT_E_ROOT, "inclusion: 64 hashes for 2^64 - 1");
    is_int(ct_merkle_verify_inclusion(sha, 0, 0, leaves[0], none, leaves[0]),
           CT_E_INDEX, "inclusion: the empty tree");
    is_int(ct_merkle_verify_consistency(sha, 1, UINT64_MAX, root, root, many),
           CT_E_COUNT, "consistency: a thousand hashes");
    is_int(ct_merkle_verify_consistency(sha, 1, UINT64_MAX, root, root,
                                        exact),
           CT_E_ROOT, "consistency: 64 hashes for 2^64 - 1");
    is_int(ct_merkle_verify_consistency(sha, 1, 2, root, root, none),
           CT_E_COUNT, "consistency: no proof");
    is_int(ct_merkle_verify_consistency(sha, 1, 1, none, none, none),
           CT_E_ROOT, "consistency: empty roots are not equal");

    end = tap_guard(leaves, 3 * CT_HASH_LEN - 1);
    is_int(ct_merkle_verify_inclusion(
               sha, 0, 8, leaves[0], ct_bytes(end, 3 * CT_HASH_LEN - 1),
               leaves[1]),
           CT_E_COUNT, "inclusion: a proof cut at a page end");
    is_int(ct_merkle_verify_consistency(
               sha, 3, 8, root, root, ct_bytes(end, 3 * CT_HASH_LEN - 1)),
           CT_E_COUNT, "consistency: a proof cut at a page end");
    tap_unguard(end, 3 * CT_HASH_LEN - 1);
}


/* RFC 6962, 2.1: the largest power of two smaller than n. */
static size_t
split(size_t n)
{
    size_t k;

    for (k = 1; k * 2 < n; k *= 2) {
        /* void */
    }

    return k;
}


/* RFC 6962, 2.1, with d holding leaf hashes already. */
static void
mth(hash_t *d, size_t n, uint8_t *out)
{
    size_t     k;
    uint8_t    node[1 + 2 * CT_HASH_LEN];
    ct_bytes_t part;

    if (n == 0) {
        ct_sha256_once(CT_BYTES(""), out);
        return;
    }

    if (n == 1) {
        memcpy(out, d[0], CT_HASH_LEN);
        return;
    }

    k = split(n);
    node[0] = 0x01;
    mth(d, k, node + 1);
    mth(d + k, n - k, node + 1 + CT_HASH_LEN);
    part = ct_bytes(node, sizeof(node));
    ct_sha256(sha, &part, 1, out);
}


/* RFC 6962, 2.1.1: PATH(m, D[n]). */
static size_t
path(size_t m, hash_t *d, size_t n, hash_t *out)
{
    size_t k, len;

    if (n == 1) {
        return 0;
    }

    k = split(n);

    if (m < k) {
        len = path(m, d, k, out);
        mth(d + k, n - k, out[len]);

    } else {
        len = path(m - k, d + k, n - k, out);
        mth(d, k, out[len]);
    }

    return len + 1;
}


/* RFC 6962, 2.1.2: SUBPROOF(m, D[n], b); PROOF is b = true. */
static size_t
subproof(size_t m, hash_t *d, size_t n, int whole, hash_t *out)
{
    size_t k, len;

    if (m == n) {
        if (!whole) {
            mth(d, n, out[0]);
        }

        return whole ? 0 : 1;
    }

    k = split(n);

    if (m <= k) {
        len = subproof(m, d, k, whole, out);
        mth(d + k, n - k, out[len]);

    } else {
        len = subproof(m - k, d + k, n - k, 0, out);
        mth(d, k, out[len]);
    }

    return len + 1;
}
