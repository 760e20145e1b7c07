/*
 * ct_entry: leaf_input and extra_data of RFC 6962, handmade, with one thing
 * wrong at a time. Whatever a leaf is, it can be hashed and searched.
 */

#include "ct_entry.h"
#include "tap.h"

#define INDEX_EXT  "\0\0\5\1\2\3\4\5"
#define INDEX      0x0102030405ULL

static ct_sha256_t *sha;


static void test_leaf(void);
static void test_leaf_wrong(void);
static void test_leaf_short(void);
static void test_extra(void);
static void test_extra_wrong(void);
static ct_bytes_t leaf_make(ct_entry_type_e type, ct_bytes_t ext);


int
main(void)
{
    sha = ct_sha256_create();

    test_leaf();
    test_leaf_wrong();
    test_leaf_short();
    test_extra();
    test_extra_wrong();

    ct_sha256_destroy(sha);

    return done_testing();
}


/* RFC 6962: the TimestampedEntry is that of a tile, and so is the hash. */
static void
test_leaf(void)
{
    int        type;
    uint8_t    want[CT_HASH_LEN], got[CT_HASH_LEN], room[128];
    ct_buf_t   tile;
    ct_bytes_t in, body;
    ct_entry_t e;

    for (type = CT_ENTRY_X509; type <= CT_ENTRY_PRECERT; type++) {
        in = leaf_make((ct_entry_type_e) type, CT_BYTES(""));
        ct_buf_fixed(&tile, room, sizeof(room));
        ct_buf_put(&tile, in.data + 2, in.len - 2);
        ct_buf_put(&tile, "\0\0\1p", type == CT_ENTRY_PRECERT ? 4 : 0);
        ct_buf_put(&tile, "\0\0", 2);
        body = ct_buf_slice(&tile);
        is_int(ct_entry_read(&body, &e), CT_E_INDEX, "in a tile");
        ct_entry_leaf_hash(sha, &e, want);

        memset(&e, 0x33, sizeof(e));
        is_int(ct_entry_read_leaf(in, &e), CT_OK,
               "leaf_input: without leaf_index");
        ok(e.leaf_index == CT_ENTRY_NO_INDEX && (int) e.type == type
           && e.timestamp_ms == 1700000000000 && e.cert.len == 40
           && e.issuer_key_hash.len == (type == CT_ENTRY_PRECERT ? 32 : 0)
           && e.pre_certificate.len == 0 && e.chain.len == 0
           && e.certificates.len == 0, "leaf_input: its parts");
        ok(e.leaf_input.data == in.data && e.leaf_input.len == in.len
           && e.leaf.data == in.data + 2 && e.leaf.len == in.len - 2,
           "leaf_input: all of it");
        ct_entry_leaf_hash(sha, &e, got);
        is_mem(got, sizeof(got), want, sizeof(want), "the same hash");
    }

    in = leaf_make(CT_ENTRY_X509, CT_BYTES(INDEX_EXT));
    is_int(ct_entry_read_leaf(in, &e), CT_OK, "leaf_input: leaf_index");
    is_int(e.leaf_index, INDEX, "is read");
}


/* What cannot be read is given to be searched and hashed. */
static void
test_leaf_wrong(void)
{
    size_t     i;
    uint8_t    bytes[128], got[CT_HASH_LEN], want[CT_HASH_LEN];
    ct_bytes_t in, whole[2] = {CT_BYTES("\0")};
    ct_entry_t e;

    static const struct {
        const char *name;
        size_t      at;
        uint8_t     byte;
        ct_rc_t     rc;
        bool        lost;
    } cases[] = {
        {"version", 0, 1, CT_E_TYPE, true},
        {"leaf_type", 1, 1, CT_E_TYPE, true},
        {"entry_type", 11, 2, CT_E_TYPE, true},
        {"entry_type, too", 10, 1, CT_E_TYPE, true},
        {"length of the certificate", 13, 1, CT_E_SHORT, true},
        {"length of the certificate by one", 14, 41, CT_E_SHORT, true},
        {"no extensions", 56, 0, CT_E_TRAILING, false},
        {"leaf_index of another length", 59, 4, CT_E_ENCODING, false},
    };

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        in = leaf_make(CT_ENTRY_X509, CT_BYTES(INDEX_EXT));
        memcpy(bytes, in.data, in.len);
        bytes[cases[i].at] = cases[i].byte;
        in.data = bytes;
        memset(&e, 0x33, sizeof(e));

        is_int(ct_entry_read_leaf(in, &e), cases[i].rc, "leaf_input: %s",
               cases[i].name);
        ok(e.leaf_index == CT_ENTRY_NO_INDEX
           && e.leaf_input.data == bytes && e.leaf_input.len == in.len
           && (cases[i].lost
               ? e.cert.data == bytes + 2 && e.cert.len == in.len - 2
               : e.cert.data == bytes + 15), "%s: what is left of it",
           cases[i].name);

        whole[1] = in;
        ct_sha256(sha, whole, 2, want);
        ct_entry_leaf_hash(sha, &e, got);
        is_mem(got, sizeof(got), want, sizeof(want), "%s: its hash",
               cases[i].name);
    }
}


static void
test_leaf_short(void)
{
    int        good = 1, type;
    size_t     n;
    uint8_t   *p, got[CT_HASH_LEN], want[CT_HASH_LEN];
    ct_bytes_t all, whole[2] = {CT_BYTES("\0")};
    ct_entry_t e;

    for (type = CT_ENTRY_X509; type <= CT_ENTRY_PRECERT; type++) {
        all = leaf_make((ct_entry_type_e) type, CT_BYTES(INDEX_EXT));

        for (n = 0; n < all.len; n++) {
            p = tap_guard(all.data, n);
            whole[1] = ct_bytes(p, n);
            good &= ct_entry_read_leaf(whole[1], &e) == CT_E_SHORT
                    && e.cert.len == (n < 2 ? 0 : n - 2)
                    && e.leaf_index == CT_ENTRY_NO_INDEX;
            ct_sha256(sha, whole, 2, want);
            ct_entry_leaf_hash(sha, &e, got);
            good &= memcmp(got, want, sizeof(got)) == 0;
            tap_unguard(p, n);
        }
    }

    ok(good, "a leaf_input cut anywhere: CT_E_SHORT, hashed all the same");

    is_int(ct_entry_read_leaf(ct_bytes(NULL, 0), &e), CT_E_SHORT, "nothing");
    ct_entry_leaf_hash(sha, &e, got);
    ct_sha256_once(CT_BYTES("\0"), want);
    is_mem(got, sizeof(got), want, sizeof(want), "has the hash of nothing");
}


static void
test_extra(void)
{
    ct_bytes_t der;
    ct_entry_t e = {.type = CT_ENTRY_X509};

    is_int(ct_entry_read_extra(CT_BYTES("\0\0\x9\0\0\2ab\0\0\1c"), &e),
           CT_OK, "X509ChainEntry");
    is_int(e.pre_certificate.len, 0, "no pre_certificate");
    ok(ct_entry_certificate(&e.certificates, &der)
       && ct_bytes_is(der, "ab"), "the issuer first");
    ok(ct_entry_certificate(&e.certificates, &der) && ct_bytes_is(der, "c"),
       "and the next");
    ok(!ct_entry_certificate(&e.certificates, &der), "which is the last");

    is_int(ct_entry_read_extra(CT_BYTES("\0\0\0"), &e), CT_OK, "no chain");
    is_int(e.certificates.len, 0, "is empty");

    e.type = CT_ENTRY_PRECERT;
    is_int(ct_entry_read_extra(CT_BYTES("\0\0\3pre\0\0\4\0\0\1c"), &e),
           CT_OK, "PrecertChainEntry");
    ok(ct_bytes_is(e.pre_certificate, "pre"), "as submitted");
    is_int(e.certificates.len, 4, "and its chain");
}


static void
test_extra_wrong(void)
{
    size_t     i;
    uint8_t   *p;
    ct_entry_t e;

    static const struct {
        const char     *name;
        ct_entry_type_e type;
        ct_bytes_t      in;
        ct_rc_t         rc;
    } cases[] = {
        {"nothing", CT_ENTRY_X509, CT_BYTES(""), CT_E_SHORT},
        {"nothing, too", CT_ENTRY_PRECERT, CT_BYTES(""), CT_E_SHORT},
        {"half a length", CT_ENTRY_X509, CT_BYTES("\0\0"), CT_E_SHORT},
        {"beyond the end", CT_ENTRY_X509, CT_BYTES("\0\0\5\0\0\1c"),
         CT_E_SHORT},
        {"a byte behind", CT_ENTRY_X509, CT_BYTES("\0\0\4\0\0\1c0"),
         CT_E_TRAILING},
        {"a certificate beyond", CT_ENTRY_X509,
         CT_BYTES("\0\0\4\0\0\2c"), CT_E_SHORT},
        {"half a certificate", CT_ENTRY_X509,
         CT_BYTES("\0\0\6\0\0\1c\0\0"), CT_E_SHORT},
        {"an empty one", CT_ENTRY_X509,
         CT_BYTES("\0\0\7\0\0\1c\0\0\0"), CT_E_ENCODING},
        {"an empty pre-certificate", CT_ENTRY_PRECERT,
         CT_BYTES("\0\0\0\0\0\4\0\0\1c"), CT_E_ENCODING},
        {"no chain at all", CT_ENTRY_PRECERT, CT_BYTES("\0\0\1p"),
         CT_E_SHORT},
        {"that of the other type", CT_ENTRY_X509,
         CT_BYTES("\0\0\3pre\0\0\4\0\0\1c"), CT_E_TRAILING},
    };

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        e = (ct_entry_t) {.type = cases[i].type,
                          .pre_certificate = CT_BYTES("before"),
                          .certificates = CT_BYTES("before")};
        p = tap_guard(cases[i].in.data, cases[i].in.len);
        is_int(ct_entry_read_extra(ct_bytes(p, cases[i].in.len), &e),
               cases[i].rc, "extra_data: %s", cases[i].name);
        ok(e.pre_certificate.len == 0 && e.certificates.len == 0,
           "%s: both are empty", cases[i].name);
        tap_unguard(p, cases[i].in.len);
    }
}


/* A MerkleTreeLeaf. Valid until the next call. */
static ct_bytes_t
leaf_make(ct_entry_type_e type, ct_bytes_t ext)
{
    ct_buf_t       buf;
    uint8_t        fill[40];
    static uint8_t room[256];

    memset(fill, 0x5a, sizeof(fill));
    ct_buf_fixed(&buf, room, sizeof(room));
    ct_buf_put(&buf, "\0\0" "\0\0\1\x8b\xcf\xe5\x68\0" "\0", 11);
    ct_buf_putc(&buf, (uint8_t) type);
    ct_buf_put(&buf, fill, type == CT_ENTRY_PRECERT ? CT_HASH_LEN : 0);
    ct_buf_put(&buf, "\0\0\x28", 3);
    ct_buf_put(&buf, fill, sizeof(fill));
    ct_buf_putc(&buf, 0);
    ct_buf_putc(&buf, (uint8_t) ext.len);
    ct_buf_bytes(&buf, ext);

    return ct_buf_slice(&buf);
}
