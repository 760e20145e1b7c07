/*
 * ct_entry: handmade leaves with one thing wrong at a time, each at the
 * end of a page, and 1,024 real ones whose hashes are known.
 */

#include "ct_entry.h"
#include "ct_limits.h"
#include "data.h"
#include "tap.h"

#define INDEX_EXT  "\0\0\5\1\2\3\4\5"
#define INDEX      0x0102030405ULL
#define FULL_TILE  256
#define TREE_SIZE  1024

static ct_sha256_t *sha;
static ct_arena_t  *arena;

/* What becomes an entry, and what reading it should give. */
typedef struct {
    ct_bytes_t ext;
    size_t     chain; /* bytes */
    ct_rc_t    want;
    uint64_t   index;
} case_t;


static void test_x509(void);
static void test_precert(void);
static void test_short(void);
static void test_types(void);
static void test_extensions(void);
static void test_all_types(void);
static void test_chain(void);
static void test_limit(void);
static void test_real(void);
static ct_bytes_t make(ct_entry_type_e type, size_t cert, ct_bytes_t ext,
    size_t chain);
static void put_uint(ct_buf_t *buf, size_t n, uint64_t v);
static void put_fill(ct_buf_t *buf, size_t n);
static void reads_as(ct_bytes_t in, const case_t *c, const char *name);
static int real_tile(unsigned n, const char *suffix, ct_merkle_t *tree);
static int real_entries(ct_bytes_t in, ct_bytes_t hashes, uint64_t index,
    ct_merkle_t *tree);
static int signed_or_not(const ct_entry_t *entry);


int
main(void)
{
    sha = ct_sha256_create();
    arena = ct_arena_create(64 * 1024 * 1024);

    test_x509();
    test_precert();
    test_short();
    test_types();
    test_extensions();
    test_all_types();
    test_chain();
    test_limit();
    test_real();

    ct_arena_destroy(arena);
    ct_sha256_destroy(sha);

    return done_testing();
}


static void
test_x509(void)
{
    size_t     len;
    uint8_t    got[CT_HASH_LEN], want[CT_HASH_LEN], *bytes;
    ct_bytes_t in, leaf;
    ct_entry_t e;

    /* the whole entry by hand */

    bytes = data_hex("0000018bcfe56800" "0000" "000003" "aabbcc"
                     "0008" "0000050102030405"
                     "0020" "00112233445566778899aabbccddeeff"
                     "00112233445566778899aabbccddeeff" "77", &len);
    in = ct_bytes(bytes, len);
    is_int(ct_entry_read(&in, &e), CT_OK, "x509_entry");
    is_int(e.type, CT_ENTRY_X509, "x509: type");
    is_int(e.timestamp_ms, 1700000000000, "x509: timestamp");
    is_int(e.leaf_index, INDEX, "x509: leaf_index");
    is_mem(e.cert.data, e.cert.len, "\xaa\xbb\xcc", 3, "x509: cert");
    is_int(e.issuer_key_hash.len, 0, "x509: no issuer_key_hash");
    is_int(e.pre_certificate.len, 0, "x509: no pre_certificate");
    is_int(e.certificates.len, 0, "x509: no certificates");
    ok(e.leaf_input.data == NULL, "x509: no leaf_input");
    is_mem(e.chain.data, e.chain.len, bytes + 28, 32, "x509: chain");
    is_mem(e.leaf.data, e.leaf.len, bytes, 26, "x509: leaf");
    ok(in.len == 1 && in.data[0] == 0x77, "x509: stands behind the entry");

    ct_entry_leaf_hash(sha, &e, got);
    free(bytes);

    bytes = data_hex("00" "0000" "0000018bcfe56800" "0000" "000003aabbcc"
                     "0008" "0000050102030405", &len);
    leaf = ct_bytes(bytes, len);
    ct_sha256_once(leaf, want);
    is_mem(got, sizeof(got), want, sizeof(want), "x509: leaf hash");
    free(bytes);
}


static void
test_precert(void)
{
    uint8_t    fill[64];
    ct_bytes_t in, all;
    ct_entry_t e;

    memset(fill, 0x5a, sizeof(fill));
    all = make(CT_ENTRY_PRECERT, 40, CT_BYTES(INDEX_EXT), 64);
    in = all;

    is_int(ct_entry_read(&in, &e), CT_OK, "precert_entry");
    is_int(e.type, CT_ENTRY_PRECERT, "precert: type");
    is_int(e.leaf_index, INDEX, "precert: leaf_index");
    is_mem(e.issuer_key_hash.data, e.issuer_key_hash.len, fill, 32,
           "precert: issuer_key_hash");
    is_mem(e.cert.data, e.cert.len, fill, 40, "precert: tbs");
    is_mem(e.pre_certificate.data, e.pre_certificate.len, fill, 41,
           "precert: pre_certificate");
    is_mem(e.chain.data, e.chain.len, fill, 64, "precert: chain");
    is_int(e.leaf.len, 8 + 2 + 32 + 3 + 40 + 2 + 8, "precert: leaf");
    is_int(in.len, 0, "precert: nothing is left");
    is_int(ct_entry_read(&in, &e), CT_E_SHORT, "nothing is no entry");
}


/* Every length below the full one, of both types, at a page end. */
static void
test_short(void)
{
    int        good, type;
    size_t     n;
    uint8_t   *p;
    ct_bytes_t in, all;
    ct_entry_t e, kept;

    memset(&kept, 0x33, sizeof(kept));
    good = 1;

    for (type = CT_ENTRY_X509; type <= CT_ENTRY_PRECERT; type++) {
        all = make((ct_entry_type_e) type, 40, CT_BYTES(INDEX_EXT), 64);

        for (n = 0; n < all.len; n++) {
            p = tap_guard(all.data, n);
            in = ct_bytes(p, n);
            memcpy(&e, &kept, sizeof(e));

            good &= ct_entry_read(&in, &e) == CT_E_SHORT
                    && in.data == p && in.len == n
                    && memcmp(&e, &kept, sizeof(e)) == 0;

            tap_unguard(p, n);
        }
    }

    ok(good, "an entry cut anywhere: CT_E_SHORT, nothing moved or written");
}


static void
test_types(void)
{
    int        good, type;
    uint8_t    bytes[200];
    ct_bytes_t in, all;
    ct_entry_t e;

    all = make(CT_ENTRY_X509, 40, CT_BYTES(INDEX_EXT), 64);
    memcpy(bytes, all.data, all.len);
    good = 1;

    for (type = 2; type < 65536; type++) {
        bytes[8] = (uint8_t) (type >> 8);
        bytes[9] = (uint8_t) type;
        in = ct_bytes(bytes, all.len);
        good &= ct_entry_read(&in, &e) == CT_E_TYPE && in.len == all.len;
    }

    ok(good, "entry_type 2 to 65535: CT_E_TYPE, nothing moved");
}


static void
test_extensions(void)
{
    size_t     i;
    ct_bytes_t in;

    static const struct {
        const char *name;
        case_t      c;
    } cases[] = {
        {"no extension", {CT_BYTES(""), 32, CT_E_INDEX, 0}},
        {"leaf_index", {CT_BYTES(INDEX_EXT), 32, CT_OK, INDEX}},
        {"leaf_index 0", {CT_BYTES("\0\0\5\0\0\0\0\0"), 32, CT_OK, 0}},
        {"leaf_index 2^40 - 1", {CT_BYTES("\0\0\5\xff\xff\xff\xff\xff"), 32,
                                 CT_OK, (1ULL << 40) - 1}},
        {"an unknown type before it", {CT_BYTES("\7\0\2ab" INDEX_EXT), 32,
                                       CT_OK, INDEX}},
        {"an unknown type behind it", {CT_BYTES(INDEX_EXT "\xff\0\0"), 32,
                                       CT_OK, INDEX}},
        {"unknown types alone", {CT_BYTES("\1\0\0\2\0\0"), 32, CT_E_INDEX,
                                 0}},
        {"leaf_index twice", {CT_BYTES(INDEX_EXT INDEX_EXT), 32,
                              CT_E_ENCODING, 0}},
        {"an unknown type twice", {CT_BYTES("\7\0\0" INDEX_EXT "\7\0\0"), 32,
                                   CT_E_ENCODING, 0}},
        {"leaf_index of 4 bytes", {CT_BYTES("\0\0\4\1\2\3\4"), 32,
                                   CT_E_ENCODING, 0}},
        {"leaf_index of 6 bytes", {CT_BYTES("\0\0\6\0\1\2\3\4\5"), 32,
                                   CT_E_ENCODING, 0}},
        {"leaf_index of no bytes", {CT_BYTES("\0\0\0"), 32, CT_E_ENCODING,
                                    0}},
        {"a type without a length", {CT_BYTES(INDEX_EXT "\7"), 32,
                                     CT_E_ENCODING, 0}},
        {"half a length", {CT_BYTES(INDEX_EXT "\7\0"), 32, CT_E_ENCODING,
                           0}},
        {"data beyond the list", {CT_BYTES(INDEX_EXT "\7\0\1"), 32,
                                  CT_E_ENCODING, 0}},
        {"leaf_index beyond the list", {CT_BYTES("\0\0\5\1\2\3\4"), 32,
                                        CT_E_ENCODING, 0}},
        {"a chain of 31 bytes", {CT_BYTES(INDEX_EXT), 31, CT_E_ENCODING,
                                 INDEX}},
        {"a chain of 65 bytes", {CT_BYTES(INDEX_EXT), 65, CT_E_ENCODING,
                                 INDEX}},
        {"such a chain and no index", {CT_BYTES(""), 1, CT_E_ENCODING, 0}},
        {"no chain", {CT_BYTES(INDEX_EXT), 0, CT_OK, INDEX}},
    };

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        in = make(CT_ENTRY_X509, 40, cases[i].c.ext, cases[i].c.chain);
        reads_as(in, &cases[i].c, cases[i].name);
        in = make(CT_ENTRY_PRECERT, 40, cases[i].c.ext, cases[i].c.chain);
        reads_as(in, &cases[i].c, cases[i].name);
    }
}


/* The code, the index, all that was framed, and the way on. */
static void
reads_as(ct_bytes_t in, const case_t *c, const char *name)
{
    size_t     len;
    uint64_t   index;
    uint8_t   *p;
    ct_bytes_t rest;
    ct_entry_t e;

    p = tap_guard(in.data, in.len);
    rest = ct_bytes(p, in.len);
    memset(&e, 0, sizeof(e));

    is_int(ct_entry_read(&rest, &e), c->want, "%s", name);

    index = c->want == CT_OK || c->index != 0 ? c->index : CT_ENTRY_NO_INDEX;
    len = c->chain % CT_HASH_LEN == 0 ? c->chain : 0;

    ok(rest.len == 0 && rest.data == p + in.len && e.leaf_index == index
       && e.leaf.data == p && e.cert.len == 40 && e.chain.len == len
       && e.leaf.len == (size_t) (e.cert.data + 42 - p) + c->ext.len,
       "%s: filled, and moved on", name);

    tap_unguard(p, in.len);
}


static void
test_all_types(void)
{
    int        type;
    uint8_t    room[256 * 8];
    ct_buf_t   buf;
    ct_bytes_t in;
    ct_entry_t e;

    ct_buf_fixed(&buf, room, sizeof(room));

    for (type = 255; type > 0; type--) {
        ct_buf_putc(&buf, (uint8_t) type);
        ct_buf_put(&buf, "\0\1x", 3);
    }

    ct_buf_put(&buf, INDEX_EXT, 8);
    in = make(CT_ENTRY_X509, 40, ct_buf_slice(&buf), 32);
    is_int(ct_entry_read(&in, &e), CT_OK, "256 types, each once");
    is_int(e.leaf_index, INDEX, "the last of them is leaf_index");

    for (type = 1; type < 256; type += 63) {
        ct_buf_fixed(&buf, room, sizeof(room));
        ct_buf_put(&buf, INDEX_EXT, 8);
        ct_buf_putc(&buf, (uint8_t) type);
        ct_buf_put(&buf, "\0\0", 2);
        ct_buf_putc(&buf, (uint8_t) type);
        ct_buf_put(&buf, "\0\0", 2);
        in = make(CT_ENTRY_X509, 40, ct_buf_slice(&buf), 32);
        is_int(ct_entry_read(&in, &e), CT_E_ENCODING, "type %d twice", type);
    }
}


static void
test_chain(void)
{
    case_t     c = {CT_BYTES(INDEX_EXT), 0, CT_OK, INDEX};
    ct_bytes_t in;

    c.chain = (CT_LIMIT_CHAIN + 1) * CT_HASH_LEN;
    in = make(CT_ENTRY_X509, 40, c.ext, c.chain);
    reads_as(in, &c, "a chain above CT_LIMIT_CHAIN");

    c.chain = 65535 / CT_HASH_LEN * CT_HASH_LEN;
    in = make(CT_ENTRY_X509, 40, c.ext, c.chain);
    reads_as(in, &c, "the longest chain");
}


static void
test_limit(void)
{
    size_t     frame;
    ct_bytes_t in;
    ct_entry_t e;

    frame = 8 + 2 + 3 + 2 + 8 + 2;

    in = make(CT_ENTRY_X509, CT_LIMIT_ENTRY - frame, CT_BYTES(INDEX_EXT), 0);
    is_int(in.len, CT_LIMIT_ENTRY, "as large as an entry may be");
    is_int(ct_entry_read(&in, &e), CT_OK, "is read");

    in = make(CT_ENTRY_X509, CT_LIMIT_ENTRY - frame + 1, CT_BYTES(INDEX_EXT),
              0);
    is_int(ct_entry_read(&in, &e), CT_E_LIMIT, "one byte more is not");
    ok(in.len == 0 && e.leaf_index == INDEX
       && e.cert.len == CT_LIMIT_ENTRY - frame + 1, "but filled and left");

    in = make(CT_ENTRY_X509, CT_LIMIT_ENTRY, CT_BYTES(""), 1);
    is_int(ct_entry_read(&in, &e), CT_E_LIMIT, "which goes before the rest");
}


/* An entry with `cert` bytes of certificate or TBS; all content is 5a. */
static ct_bytes_t
make(ct_entry_type_e type, size_t cert, ct_bytes_t ext, size_t chain)
{
    ct_buf_t buf;

    ct_arena_reset(arena);
    ct_buf_init(&buf, arena, 16 * 1024 * 1024);
    put_uint(&buf, 8, 1700000000000);
    put_uint(&buf, 2, type);
    put_fill(&buf, type == CT_ENTRY_PRECERT ? CT_HASH_LEN : 0);
    put_uint(&buf, 3, cert);
    put_fill(&buf, cert);
    put_uint(&buf, 2, ext.len);
    ct_buf_bytes(&buf, ext);

    if (type == CT_ENTRY_PRECERT) {
        put_uint(&buf, 3, cert + 1);
        put_fill(&buf, cert + 1);
    }

    put_uint(&buf, 2, chain);
    put_fill(&buf, chain);

    return ct_buf_slice(&buf);
}


static void
put_uint(ct_buf_t *buf, size_t n, uint64_t v)
{
    while (n-- > 0) {
        ct_buf_putc(buf, (uint8_t) (v >> 8 * n));
    }
}


static void
put_fill(ct_buf_t *buf, size_t n)
{
    while (n-- > 0) {
        ct_buf_putc(buf, 0x5a);
    }
}


/* Hash tiles say what each leaf hash must be; MTH(1024) is known. */
static void
test_real(void)
{
    size_t      len;
    uint8_t     root[CT_HASH_LEN], *want;
    unsigned    n;
    ct_merkle_t tree;

    ct_merkle_init(&tree);

    for (n = 0; n < TREE_SIZE / FULL_TILE; n++) {
        if (!real_tile(n, "", &tree)) {
            skip("no navigli2025h2 in %s", data_root());
            return;
        }
    }

    ct_merkle_root(&tree, sha, root);
    want = data_base64("EMfGG85uIddeOXt5/wdQGP3IQd0COCqoLg9Q6CsPLJA=", &len);
    is_int(tree.size, TREE_SIZE, "1,024 real entries");
    is_mem(root, sizeof(root), want, len, "have the known root");
    free(want);

    ct_merkle_init(&tree);
    ok(real_tile(3, ".p/10", &tree), "a partial tile is there");
    is_int(tree.size, 10, "and has 10 entries");
}


/* 0 where the tile is absent. */
static int
real_tile(unsigned n, const char *suffix, ct_merkle_t *tree)
{
    char      name[64], *data, *hashes;
    size_t    len, hashes_len;
    uint8_t  *p;

    snprintf(name, sizeof(name), "navigli2025h2/tile/data/%03u%s", n, suffix);
    data = data_read(name, &len);
    snprintf(name, sizeof(name), "navigli2025h2/tile/0/%03u%s", n, suffix);
    hashes = data_read(name, &hashes_len);

    if (data == NULL || hashes == NULL) {
        free(data);
        free(hashes);
        return 0;
    }

    p = tap_guard(data, len);
    ok(real_entries(ct_bytes(p, len), ct_bytes(hashes, hashes_len),
                    n * FULL_TILE, tree),
       "%s: every leaf_index, every leaf hash, nothing left over", name);

    tap_unguard(p, len);
    free(data);
    free(hashes);

    return 1;
}


static int
real_entries(ct_bytes_t in, ct_bytes_t hashes, uint64_t index,
    ct_merkle_t *tree)
{
    int        good;
    uint8_t    hash[CT_HASH_LEN];
    ct_bytes_t want;
    ct_entry_t e;

    good = 1;

    while (in.len != 0 && good) {
        good &= ct_entry_read(&in, &e) == CT_OK
                && ct_read_bytes(&hashes, CT_HASH_LEN, &want)
                && e.leaf_index == index++ && e.type == CT_ENTRY_PRECERT;

        if (!good) {
            break;
        }

        ct_entry_leaf_hash(sha, &e, hash);
        good &= memcmp(hash, want.data, CT_HASH_LEN) == 0
                && ct_merkle_append(tree, sha, hash) == CT_OK
                && signed_or_not(&e);
    }

    return good && in.len == 0 && hashes.len == 0;
}


/* One bit of the TBS counts, one of pre_certificate and chain does not. */
static int
signed_or_not(const ct_entry_t *entry)
{
    int      good;
    uint8_t *bit, before[CT_HASH_LEN], after[CT_HASH_LEN];

    ct_entry_leaf_hash(sha, entry, before);

    bit = (uint8_t *) entry->cert.data + entry->cert.len / 2;
    *bit ^= 1;
    ct_entry_leaf_hash(sha, entry, after);
    *bit ^= 1;
    good = memcmp(before, after, CT_HASH_LEN) != 0;

    ((uint8_t *) entry->pre_certificate.data)[0] ^= 1;
    ((uint8_t *) entry->chain.data)[0] ^= 1;
    ct_entry_leaf_hash(sha, entry, after);
    ((uint8_t *) entry->pre_certificate.data)[0] ^= 1;
    ((uint8_t *) entry->chain.data)[0] ^= 1;

    return good && memcmp(before, after, CT_HASH_LEN) == 0;
}
