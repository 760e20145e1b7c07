/*
 * ct_merkle: a frontier out of an audit path, against one that was made by
 * appending, and against paths that are spoilt.
 */

#include "log.h"

static sim_log_t log70k;


static void test_all(void);
static void test_far(void);
static bool grows(ct_merkle_t *tree, uint64_t to);
static bool refuses(uint64_t m, uint64_t n, hash_t *proof, size_t len,
    const uint8_t *root);


int
main(void)
{
    log_create(&log70k);

    test_all();
    test_far();

    log_free(&log70k);

    return done_testing();
}


static void
test_all(void)
{
    bool        good, bad;
    size_t      len;
    hash_t      root, proof[66];
    uint64_t    m, n;
    ct_merkle_t tree;

    good = true;
    bad = true;

    for (n = 1; n <= 72; n++) {
        log_mth(&log70k, 0, n, root);

        for (m = 0; m < n; m++) {
            len = log_path(&log70k, m, 0, n, proof);
            bad &= refuses(m, n, proof, len, root);
            good &= ct_merkle_seed_path(
                        &tree, log70k.sha, m, n, log70k.level[0][m],
                        ct_bytes(proof, len * CT_HASH_LEN), root)
                    == CT_OK && tree.size == m + 1 && grows(&tree, n + 3);
        }
    }

    ok(good, "frontiers from all audit paths of sizes 1 to 72");
    ok(bad, "from none of them when spoilt");
}


/* Each root on the way is right. */
static bool
grows(ct_merkle_t *tree, uint64_t to)
{
    bool   good;
    hash_t got, want;

    for (good = true; tree->size <= to && good; /* void */) {
        ct_merkle_root(tree, log70k.sha, got);
        log_mth(&log70k, 0, tree->size, want);
        good = memcmp(got, want, CT_HASH_LEN) == 0
               && ct_merkle_append(tree, log70k.sha,
                                   log70k.level[0][tree->size])
                  == CT_OK;
    }

    return good;
}


static bool
refuses(uint64_t m, uint64_t n, hash_t *proof, size_t len,
    const uint8_t *root)
{
    bool         good;
    size_t       i, bytes;
    ct_bytes_t   p;
    ct_merkle_t  tree, before;
    ct_sha256_t *sha;
    hash_t      *leaves;

    sha = log70k.sha;
    leaves = log70k.level[0];
    good = true;
    bytes = len * CT_HASH_LEN;
    p = ct_bytes(proof, bytes);
    memset(&before, 0x5a, sizeof(before));
    tree = before;

    for (i = 0; i < bytes; i += 31) {
        ((uint8_t *) proof)[i] ^= 16;
        good &= ct_merkle_seed_path(&tree, sha, m, n, leaves[m], p, root)
                == CT_E_ROOT;
        ((uint8_t *) proof)[i] ^= 16;
    }

    good &= ct_merkle_seed_path(&tree, sha, m, n, leaves[m + 1], p, root)
            == CT_E_ROOT;
    good &= ct_merkle_seed_path(&tree, sha, m, n, leaves[m], p, leaves[n])
            == CT_E_ROOT;
    good &= ct_merkle_seed_path(&tree, sha, n, n, leaves[m], p, root)
            == CT_E_INDEX;

    memset(proof[len], 0, CT_HASH_LEN);
    p = ct_bytes(proof, bytes + CT_HASH_LEN);
    good &= ct_merkle_seed_path(&tree, sha, m, n, leaves[m], p, root)
            == CT_E_COUNT;
    p = ct_bytes(proof, bytes + 1);
    good &= ct_merkle_seed_path(&tree, sha, m, n, leaves[m], p, root)
            == CT_E_COUNT;

    if (len != 0) {
        p = ct_bytes(proof, bytes - CT_HASH_LEN);
        good &= ct_merkle_seed_path(&tree, sha, m, n, leaves[m], p, root)
                == CT_E_COUNT;
    }

    return good && memcmp(&tree, &before, sizeof(tree)) == 0;
}


static void
test_far(void)
{
    size_t      i, len;
    hash_t      root, got, want, proof[66];
    uint64_t    m, n;
    ct_merkle_t tree;

    static const uint64_t far[][2] = {{65535, 65536}, {65535, 65537},
                                      {65536, 65537}, {0, 70000},
                                      {40000, 70000}, {65791, 70000},
                                      {69999, 70000}};

    for (i = 0; i < sizeof(far) / sizeof(far[0]); i++) {
        m = far[i][0];
        n = far[i][1];
        log_mth(&log70k, 0, n, root);
        len = log_path(&log70k, m, 0, n, proof);
        is_int(ct_merkle_seed_path(&tree, log70k.sha, m, n,
                                   log70k.level[0][m],
                                   ct_bytes(proof, len * CT_HASH_LEN), root),
               CT_OK, "leaf %u of %u", (unsigned) m, (unsigned) n);
        ct_merkle_root(&tree, log70k.sha, got);
        log_mth(&log70k, 0, m + 1, want);
        is_mem(got, sizeof(got), want, sizeof(want), "its frontier");
    }

    is_int(ct_merkle_seed_path(&tree, log70k.sha, 5, 1ULL << 40,
                               log70k.level[0][5], ct_bytes(proof, 32),
                               root),
           CT_E_LIMIT, "no tree has 2^40 leaves");
}
