/*
 * ct_merkle against what others made: the proof vectors that CT projects
 * share, and hash tiles of real trees.
 */

#include "ct_merkle.h"
#include "data.h"
#include "tap.h"

#include <dirent.h>
#include <jansson.h>

#define PROOF_MAX (64 * CT_HASH_LEN)

typedef uint8_t hash_t[CT_HASH_LEN];

typedef int (*vector_pt)(json_t *vector);

static ct_sha256_t *sha;


static void test_vectors(void);
static void test_navigli(void);
static void test_rome(void);
static void run_vectors(const char *dir, vector_pt run, int *seen, int *good);
static int run_vector(const char *file, vector_pt run);
static int inclusion_vector(json_t *vector);
static int consistency_vector(json_t *vector);
static ct_bytes_t vector_bytes(json_t *vector, const char *name);
static ct_bytes_t vector_proof(json_t *vector);
static uint64_t vector_u64(json_t *vector, const char *name);
static void base64_root_is(const uint8_t *root, ct_bytes_t want,
    const char *name);


int
main(void)
{
    sha = ct_sha256_create();

    test_vectors();
    test_navigli();
    test_rome();

    ct_sha256_destroy(sha);

    return done_testing();
}


static void
test_vectors(void)
{
    int seen, good;

    seen = 0;
    good = 0;
    run_vectors("merkle-testdata/inclusion", inclusion_vector, &seen, &good);

    if (seen == 0) {
        skip("no merkle-testdata in %s", data_root());
        return;
    }

    is_int(seen, 98, "inclusion vectors");
    is_int(good, 6, "of which so many verify");

    seen = 0;
    good = 0;
    run_vectors("merkle-testdata/consistency", consistency_vector, &seen,
                &good);
    is_int(seen, 98, "consistency vectors");
    is_int(good, 6, "of which so many verify");
}


/* Every .json below `dir`. */
static void
run_vectors(const char *dir, vector_pt run, int *seen, int *good)
{
    DIR           *d;
    char           name[2048];
    struct dirent *e;

    snprintf(name, sizeof(name), "%s/%s", data_root(), dir);
    d = opendir(name);
    if (d == NULL) {
        return;
    }

    while ((e = readdir(d)) != NULL) {
        if (e->d_name[0] == '.') {
            continue;
        }

        snprintf(name, sizeof(name), "%s/%s", dir, e->d_name);

        if (strstr(e->d_name, ".json") != NULL) {
            *good += run_vector(name, run);
            (*seen)++;

        } else {
            run_vectors(name, run, seen, good);
        }
    }

    closedir(d);
}


static int
run_vector(const char *file, vector_pt run)
{
    int     got;
    char   *text;
    size_t  len;
    json_t *vector, *want;

    text = data_read(file, &len);
    vector = text != NULL ? json_loadb(text, len, JSON_DECODE_INT_AS_REAL,
                                          NULL)
                          : NULL;
    want = json_object_get(vector, "wantErr");
    got = vector != NULL && run(vector);

    ok(json_is_boolean(want) && got == json_is_false(want), "%s", file);

    json_decref(vector);
    free(text);

    return got;
}


/* The signature takes nothing but 32 bytes, so what is not is refused
 * here, as any caller has to. */
static int
inclusion_vector(json_t *vector)
{
    int        good;
    ct_bytes_t leaf, root, proof;

    leaf = vector_bytes(vector, "leafHash");
    root = vector_bytes(vector, "root");
    proof = vector_proof(vector);

    good = leaf.len == CT_HASH_LEN && root.len == CT_HASH_LEN
           && ct_merkle_verify_inclusion(sha, vector_u64(vector, "leafIdx"),
                                         vector_u64(vector, "treeSize"),
                                         leaf.data, proof, root.data)
              == CT_OK;

    free((void *) leaf.data);
    free((void *) root.data);
    free((void *) proof.data);

    return good;
}


static int
consistency_vector(json_t *vector)
{
    int        good;
    ct_bytes_t root1, root2, proof;

    root1 = vector_bytes(vector, "root1");
    root2 = vector_bytes(vector, "root2");
    proof = vector_proof(vector);

    good = ct_merkle_verify_consistency(sha, vector_u64(vector, "size1"),
                                        vector_u64(vector, "size2"), root1,
                                        root2, proof)
           == CT_OK;

    free((void *) root1.data);
    free((void *) root2.data);
    free((void *) proof.data);

    return good;
}


/* A missing member is the empty string. */
static ct_bytes_t
vector_bytes(json_t *vector, const char *name)
{
    size_t      len;
    uint8_t    *data;
    const char *text;

    text = json_string_value(json_object_get(vector, name));
    data = data_base64(text != NULL ? text : "", &len);

    return ct_bytes(data, data != NULL ? len : 0);
}


/* All hashes in a row, as far as each is one: a row has no other borders,
 * so what is not 32 bytes becomes a proof that is refused. */
static ct_bytes_t
vector_proof(json_t *vector)
{
    size_t   i, len, n;
    json_t  *item;
    uint8_t *proof, *part;

    proof = calloc(1, PROOF_MAX);
    n = 0;

    json_array_foreach(json_object_get(vector, "proof"), i, item) {
        part = data_base64(json_string_value(item), &len);
        if (part == NULL || len != CT_HASH_LEN || n + len >= PROOF_MAX) {
            free(part);
            return ct_bytes(proof, n + 1);
        }

        memcpy(proof + n, part, len);
        n += len;
        free(part);
    }

    return ct_bytes(proof, n);
}


/* A missing member is 0. They are small, or 2^64 - 1, which jansson takes
 * as a real number only. */
static uint64_t
vector_u64(json_t *vector, const char *name)
{
    double v;

    v = json_real_value(json_object_get(vector, name));

    return v < 0x1p53 ? (uint64_t) v : UINT64_MAX;
}


/* 1,024 real entries, leaf by leaf and from the middle. */
static void
test_navigli(void)
{
    char       *tile;
    char        name[64];
    size_t      i, len;
    unsigned    n;
    hash_t      root;
    ct_merkle_t tree;

    ct_merkle_init(&tree);

    for (n = 0; n < 4; n++) {
        snprintf(name, sizeof(name), "navigli2025h2/tile/0/%03u", n);
        tile = data_read(name, &len);
        if (tile == NULL) {
            skip("no navigli2025h2 in %s", data_root());
            return;
        }

        is_int(len, 256 * CT_HASH_LEN, "navigli2025h2: a full tile");

        for (i = 0; i + CT_HASH_LEN <= len; i += CT_HASH_LEN) {
            (void) ct_merkle_append(&tree, sha, (uint8_t *) tile + i);
        }

        free(tile);
    }

    ct_merkle_root(&tree, sha, root);
    base64_root_is(root,
                   CT_BYTES("EMfGG85uIddeOXt5/wdQGP3IQd0COCqoLg9Q6CsPLJA="),
                   "navigli2025h2: MTH of 1,024 leaves");
}


/* A tree of 300 leaves from one tile each of levels 0 and 1, to the root
 * that its checkpoint tells. */
static void
test_rome(void)
{
    char       *tile0, *tile1, *note;
    size_t      len0, len1, len;
    hash_t      root;
    ct_bytes_t  in, line, size;
    ct_merkle_t tree;

    note = data_read("synthetic-rome300/mirror/checkpoint", &len);
    tile0 = data_read("synthetic-rome300/mirror/tile/0/001.p/44", &len0);
    tile1 = data_read("synthetic-rome300/mirror/tile/1/000.p/1", &len1);

    if (note == NULL || tile0 == NULL || tile1 == NULL) {
        skip("no synthetic-rome300 in %s", data_root());
        return;
    }

    in = ct_bytes(note, len);
    size = ct_bytes(NULL, 0);
    line = size;
    ok(ct_read_until(&in, '\n', &line) && ct_read_until(&in, '\n', &size)
       && ct_read_until(&in, '\n', &line), "rome300: three lines");
    ok(ct_bytes_is(size, "300"), "rome300: of 300 leaves");

    ct_merkle_seed(&tree, 300);
    is_int(ct_merkle_seed_tile(&tree, sha, 0, ct_bytes(tile0, len0)), CT_OK,
           "rome300: level 0");
    is_int(ct_merkle_seed_tile(&tree, sha, 1, ct_bytes(tile1, len1)), CT_OK,
           "rome300: level 1");
    ct_merkle_root(&tree, sha, root);

    base64_root_is(root, line, "rome300: the root");

    free(note);
    free(tile0);
    free(tile1);
}


static void
base64_root_is(const uint8_t *root, ct_bytes_t want, const char *name)
{
    char       room[64];
    ct_buf_t   buf;
    ct_bytes_t text;

    ct_buf_fixed(&buf, room, sizeof(room));
    ct_buf_base64(&buf, root, CT_HASH_LEN);
    text = ct_buf_slice(&buf);
    is_mem(text.data, text.len, want.data, want.len, "%s", name);
}
