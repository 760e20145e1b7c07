/*
 * ct_chain: chains that hold and chains that do not, mazes, and keys made up
 * to fit. Pre-certificates are in ct_precert.c.
 */

#include "chain.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static void test_chain(void);
static void test_no_anchor(void);
static void test_forged(void);
static void test_not_ca(void);
static void test_cross_signed(void);
static void test_duplicates(void);
static void test_loop(void);
static void test_depth(void);
static void test_maze(void);
static void test_digest(void);
static void test_made_up_keys(void);
static void test_version_1(void);
static void test_signed_by(void);
static void test_garbage(void);


int
main(void)
{
    world_make();

    test_chain();
    test_no_anchor();
    test_forged();
    test_not_ca();
    test_cross_signed();
    test_duplicates();
    test_loop();
    test_depth();
    test_maze();
    test_digest();
    test_made_up_keys();
    test_version_1();
    test_signed_by();
    test_garbage();

    world_free();

    return done_testing();
}


static void
test_chain(void)
{
    uint8_t    hash[CT_HASH_LEN];
    ct_ca_t    ca;
    ca_cert_t  other = ca_root("Other", "Other Root");
    ct_bytes_t list[4];

    list[0] = inter.der;
    is_int(ct_chain_verify(anchors, leaf.der, list, 1, &ca), CT_OK,
           "leaf, intermediate, anchor");
    is_str(ca.owner, "Usual CA Ltd", "owner");
    is_str(ca.organization, "Usual CA Ltd", "which is the anchor's name");
    is_int(ca.npath, 2, "path");
    ok(ca.issuer_found, "issuer found");
    ca_key_hash(&inter, hash);
    is_mem(ca.issuer_key, CT_HASH_LEN, hash, CT_HASH_LEN, "issuer key");
    is_mem(ca.path_key[0], CT_HASH_LEN, hash, CT_HASH_LEN, "first key");
    ct_sha256_once(inter.der, hash);
    is_mem(ca.path_cert[0], CT_HASH_LEN, hash, CT_HASH_LEN, "first issuer");
    ca_key_hash(&root, hash);
    is_mem(ca.path_key[1], CT_HASH_LEN, hash, CT_HASH_LEN, "anchor's key");
    ct_sha256_once(root.der, hash);
    is_mem(ca.path_cert[1], CT_HASH_LEN, hash, CT_HASH_LEN, "anchor");

    list[0] = root.der;
    list[1] = CT_BYTES("\x30\x03gar");
    list[2] = other.der;
    list[3] = inter.der;
    is_int(ct_chain_verify(anchors, leaf.der, list, 4, &ca), CT_OK,
           "in the wrong order, with strangers and garbage");
    is_int(ca.npath, 2, "path");
    is_str(ca.owner, "Usual CA Ltd", "owner");

    is_int(ct_chain_verify(anchors, root.der, NULL, 0, &ca), CT_OK,
           "the anchor itself");

    ca_free(&other);
}


static void
test_no_anchor(void)
{
    ct_ca_t       ca;
    ca_cert_t     other = ca_root("Other", "Other Root");
    ct_bytes_t    list[2] = {inter.der, root.der};
    ct_anchors_t *others = anchors_of(&other, NULL);

    is_int(ct_chain_verify(NULL, leaf.der, list, 2, &ca), CT_E_CHAIN,
           "without anchors");
    is_int(ca.npath, 2, "what was verified is there");
    ok(ca.issuer_found && ca.owner[0] == '\0', "but no owner");

    is_int(ct_chain_verify(others, leaf.der, list, 2, &ca), CT_E_CHAIN,
           "other anchors");
    is_int(ca.npath, 2, "what was verified is there");

    is_int(ct_chain_verify(anchors, leaf.der, NULL, 0, &ca), CT_E_CHAIN,
           "without the intermediate");
    ok(empty(&ca), "nothing is known");

    is_int(ct_chain_verify(anchors, leaf.der, list + 1, 1, &ca), CT_E_CHAIN,
           "with the root alone");
    ok(empty(&ca), "nothing is known");

    ct_anchors_free(others);
    ca_free(&other);
}


static void
test_forged(void)
{
    ct_ca_t    ca;
    uint8_t    bent[4096], key[CT_HASH_LEN];
    ca_cert_t  fake, false_root;
    ct_bytes_t list[2];

    /* the same names with other keys */
    false_root = ca_root("Usual CA Ltd", "Usual Root");
    fake = ca_intermediate(&false_root, "Usual CA Ltd", "U1");

    list[0] = fake.der;
    list[1] = false_root.der;
    is_int(ct_chain_verify(anchors, leaf.der, list, 2, &ca), CT_E_CHAIN,
           "an issuer with the right name and another key");
    ok(empty(&ca), "nothing is known");

    list[1] = inter.der;
    is_int(ct_chain_verify(anchors, leaf.der, list, 2, &ca), CT_OK,
           "the right one among them");
    ca_key_hash(&inter, key);
    is_mem(ca.issuer_key, CT_HASH_LEN, key, CT_HASH_LEN, "and it is taken");

    memcpy(bent, leaf.der.data, leaf.der.len);
    bent[leaf.der.len - 1] ^= 1;
    is_int(ct_chain_verify(anchors, ct_bytes(bent, leaf.der.len), list + 1,
                           1, &ca), CT_E_CHAIN, "a bit of the signature");
    ok(empty(&ca), "nothing is known");

    memcpy(bent, inter.der.data, inter.der.len);
    bent[inter.der.len - 1] ^= 1;
    list[1] = ct_bytes(bent, inter.der.len);
    is_int(ct_chain_verify(anchors, leaf.der, list + 1, 1, &ca), CT_E_CHAIN,
           "a bit of the intermediate's signature");
    ok(ca.npath == 1 && ca.owner[0] == '\0', "the key is good, the owner "
       "unknown");

    ca_free(&fake);
    ca_free(&false_root);
}


static void
test_not_ca(void)
{
    ct_ca_t   ca;
    ca_cert_t below = ca_leaf(&leaf, "DNS:www.example.org");
    ct_bytes_t list[2] = {leaf.der, inter.der};

    is_int(ct_chain_verify(anchors, below.der, list, 2, &ca), CT_E_CHAIN,
           "signed by a leaf");
    ok(empty(&ca), "nothing is known");
    ok(!ct_chain_signed_by(below.der, leaf.der), "which is no CA");
    ca_free(&below);
}


/* U1 twice: by a stranger and by the anchor, in both orders. */
static void
test_cross_signed(void)
{
    ct_ca_t    ca;
    size_t     i;
    uint8_t    hash[CT_HASH_LEN];
    ca_cert_t  stranger = ca_root("Stranger", "Stranger Root"), cross;
    ct_bytes_t list[3];

    cross = ca_make(&(ca_request_t) {
        .issuer = &stranger, .org = "Usual CA Ltd", .cn = "U1", .ca = true,
        .key = inter.key
    });

    for (i = 0; i < 2; i++) {
        list[i] = cross.der;
        list[1 - i] = inter.der;
        list[2] = stranger.der;
        is_int(ct_chain_verify(anchors, leaf.der, list, 3, &ca), CT_OK,
               "cross-signed, order %zu", i);
        is_str(ca.owner, "Usual CA Ltd", "owner");
        is_int(ca.npath, 2, "the way that led there");
        ct_sha256_once(inter.der, hash);
        is_mem(ca.path_cert[0], CT_HASH_LEN, hash, CT_HASH_LEN, "began so");
    }

    ca_free(&cross);
    ca_free(&stranger);
}


/* One way leads to a stranger, whose root is there again and again; were
 * each copy climbed by itself, nothing would be left for the other way. */
static void
test_duplicates(void)
{
    ct_ca_t    ca;
    size_t     i;
    ca_cert_t  stranger = ca_root("Stranger", "Stranger Root"), cross;
    ct_bytes_t list[CT_LIMIT_CHAIN];

    cross = ca_make(&(ca_request_t) {
        .issuer = &stranger, .org = "Usual CA Ltd", .cn = "U1", .ca = true,
        .key = inter.key
    });

    for (i = 0; i < CT_LIMIT_CHAIN - 1; i++) {
        list[i] = i % 2 == 0 ? cross.der : stranger.der;
    }

    list[i] = inter.der;
    is_int(ct_chain_verify(anchors, leaf.der, list, CT_LIMIT_CHAIN, &ca),
           CT_OK, "the same issuers again and again");
    is_str(ca.owner, "Usual CA Ltd", "owner");
    is_int(ct_chain_verify(anchors, leaf.der, list, CT_LIMIT_CHAIN - 1, &ca),
           CT_E_CHAIN, "without the one that leads to an anchor");
    is_int(ca.npath, 2, "each of them once");

    ca_free(&cross);
    ca_free(&stranger);
}


/* A and B have signed each other. */
static void
test_loop(void)
{
    ct_ca_t    ca;
    ca_cert_t  a = ca_root("Loop", "A"), b = ca_root("Loop", "B"), below, up,
               down, out;
    ct_bytes_t list[3];

    up = ca_make(&(ca_request_t) {.issuer = &b, .org = "Loop", .cn = "A",
                                  .ca = true, .key = a.key});
    down = ca_make(&(ca_request_t) {.issuer = &a, .org = "Loop", .cn = "B",
                                    .ca = true, .key = b.key});
    out = ca_make(&(ca_request_t) {.issuer = &root, .org = "Loop",
                                   .cn = "B", .ca = true, .key = b.key});
    below = ca_leaf(&a, NULL);

    list[0] = up.der;
    list[1] = down.der;
    list[2] = out.der;
    is_int(ct_chain_verify(anchors, below.der, list, 2, &ca), CT_E_CHAIN,
           "a loop");
    is_int(ca.npath, 2, "once around");
    is_int(ct_chain_verify(anchors, below.der, list, 3, &ca), CT_OK,
           "and a way out of it");
    is_str(ca.owner, "Usual CA Ltd", "owner");

    ca_free(&out);
    ca_free(&down);
    ca_free(&up);
    ca_free(&below);
    ca_free(&b);
    ca_free(&a);
}


static void
test_depth(void)
{
    char       name[32];
    size_t     i;
    ct_ca_t    ca;
    ca_cert_t  step[CT_LIMIT_CHAIN + 1], ends[2];
    ct_bytes_t list[CT_LIMIT_CHAIN + 1];

    for (i = 0; i < 8; i++) {
        snprintf(name, sizeof(name), "step %zu", i);
        step[i] = ca_intermediate(i == 0 ? &root : &step[i - 1], NULL, name);
        list[i] = step[i].der;
    }

    ends[0] = ca_leaf(&step[6], NULL);
    ends[1] = ca_leaf(&step[7], NULL);

    is_int(ct_chain_verify(anchors, ends[0].der, list, 8, &ca), CT_OK,
           "as many steps as there is room for");
    is_int(ca.npath, CT_CA_PATH, "path");
    is_int(ct_chain_verify(anchors, ends[1].der, list, 8, &ca), CT_E_CHAIN,
           "one more");
    is_int(ca.npath, CT_CA_PATH, "path");

    for (i = 0; i < COUNT(list); i++) {
        list[i] = root.der;
    }

    list[CT_LIMIT_CHAIN] = inter.der;
    is_int(ct_chain_verify(anchors, leaf.der, list, CT_LIMIT_CHAIN + 1, &ca),
           CT_E_CHAIN, "one issuer too many is not looked at");
    is_int(ct_chain_verify(anchors, leaf.der, list + 1, CT_LIMIT_CHAIN, &ca),
           CT_OK, "the last that is");

    for (i = 0; i < 8; i++) {
        ca_free(&step[i]);
    }

    ca_free(&ends[0]);
    ca_free(&ends[1]);
}


/* Sixteen certificates of one name and key that all sign each other: 16! /
 * 8! ways up. Without a budget this would not end. */
static void
test_maze(void)
{
    size_t     i;
    ct_ca_t    ca;
    ca_cert_t  wall[CT_LIMIT_CHAIN], below;
    ct_bytes_t list[CT_LIMIT_CHAIN];

    for (i = 0; i < CT_LIMIT_CHAIN; i++) {
        wall[i] = ca_make(&(ca_request_t) {
            .cn = "wall", .ca = true, .serial = (long) i,
            .key = i > 0 ? wall[0].key : NULL
        });
        list[i] = wall[i].der;
    }

    below = ca_leaf(&wall[0], NULL);
    is_int(ct_chain_verify(anchors, below.der, list, CT_LIMIT_CHAIN, &ca),
           CT_E_CHAIN, "a maze");
    is_int(ca.npath, CT_CA_PATH, "as far as it went");

    for (i = 0; i < CT_LIMIT_CHAIN; i++) {
        ca_free(&wall[i]);
    }

    ca_free(&below);
}


static void
key_is_refused(EVP_PKEY *key, const char *what)
{
    ct_ca_t       ca;
    ca_cert_t     odd, below;
    ct_anchors_t *read;

    odd = ca_make(&(ca_request_t) {.cn = "odd", .ca = true, .key = key});
    below = ca_leaf(&odd, NULL);
    read = anchors_of(&odd, NULL);

    ok(X509_verify(below.cert, odd.key) == 1, "%s: OpenSSL would", what);
    is_int(ct_chain_verify(read, below.der, &odd.der, 1, &ca), CT_E_CHAIN,
           "%s: refused", what);
    ok(empty(&ca), "%s: nothing is known", what);
    ok(!ct_chain_signed_by(below.der, odd.der), "%s: nor signed by", what);

    ct_anchors_free(read);
    ca_free(&below);
    ca_free(&odd);
    EVP_PKEY_free(key);
}


static EVP_PKEY *
make_key(const char *type, EVP_PKEY *parameters, const OSSL_PARAM *params)
{
    EVP_PKEY     *key = NULL;
    EVP_PKEY_CTX *ctx;

    ctx = parameters != NULL
          ? EVP_PKEY_CTX_new_from_pkey(NULL, parameters, NULL)
          : EVP_PKEY_CTX_new_from_name(NULL, type, NULL);

    ca_need(EVP_PKEY_keygen_init(ctx) == 1
            && EVP_PKEY_CTX_set_params(ctx, params) == 1
            && EVP_PKEY_keygen(ctx, &key) == 1, type);
    EVP_PKEY_CTX_free(ctx);

    return key;
}


static EVP_PKEY *
make_dsa(void)
{
    size_t        pbits = 1024, qbits = 160;
    EVP_PKEY     *parameters = NULL, *key;
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "DSA", NULL);
    OSSL_PARAM    params[] = {
        OSSL_PARAM_size_t(OSSL_PKEY_PARAM_FFC_PBITS, &pbits),
        OSSL_PARAM_size_t(OSSL_PKEY_PARAM_FFC_QBITS, &qbits),
        OSSL_PARAM_END
    };

    ca_need(EVP_PKEY_paramgen_init(ctx) == 1
            && EVP_PKEY_CTX_set_params(ctx, params) == 1
            && EVP_PKEY_paramgen(ctx, &parameters) == 1, "DSA");
    key = make_key("DSA", parameters, params + 2);
    EVP_PKEY_free(parameters);
    EVP_PKEY_CTX_free(ctx);

    return key;
}


static void
test_made_up_keys(void)
{
    char       group[] = "P-256", explicit[] = "explicit";
    size_t     bits = 1024;
    uint64_t   exponent = (1ULL << 40) + 15;
    OSSL_PARAM rsa[] = {
        OSSL_PARAM_size_t(OSSL_PKEY_PARAM_RSA_BITS, &bits),
        OSSL_PARAM_uint64(OSSL_PKEY_PARAM_RSA_E, &exponent), OSSL_PARAM_END
    };
    OSSL_PARAM ec[] = {
        OSSL_PARAM_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, 5),
        OSSL_PARAM_utf8_string(OSSL_PKEY_PARAM_EC_ENCODING, explicit, 8),
        OSSL_PARAM_END
    };

    key_is_refused(make_key("RSA", NULL, rsa), "a large RSA exponent");
    key_is_refused(make_key("EC", NULL, ec), "a curve written out");
    key_is_refused(make_dsa(), "DSA");
}


static void
test_digest(void)
{
    ct_ca_t       ca;
    ca_cert_t     old, below;
    ct_anchors_t *read;

    old = ca_make(&(ca_request_t) {.org = "Old", .ca = true,
                                   .key = EVP_RSA_gen(2048)});
    EVP_PKEY_free(old.key); /* ca_make took another reference */
    read = anchors_of(&old, NULL);

    below = ca_leaf(&old, NULL);
    is_int(ct_chain_verify(read, below.der, NULL, 0, &ca), CT_OK,
           "RSA and SHA-256");
    ca_free(&below);

    below = ca_make(&(ca_request_t) {.issuer = &old, .md = EVP_md5()});
    ok(X509_verify(below.cert, old.key) == 1, "RSA and MD5 verify");
    is_int(ct_chain_verify(read, below.der, NULL, 0, &ca), CT_E_CHAIN,
           "but do not count");
    ca_free(&below);

    ct_anchors_free(read);
    ca_free(&old);
}


static void
test_version_1(void)
{
    ct_ca_t       ca;
    ca_cert_t     old, below, sub;
    ct_anchors_t *read;

    old = ca_make(&(ca_request_t) {.org = "Old", .v1 = true});
    below = ca_leaf(&old, NULL);
    read = anchors_of(&old, NULL);
    is_int(ct_chain_verify(read, below.der, NULL, 0, &ca), CT_OK,
           "an anchor of version 1");
    is_str(ca.owner, "Old", "owner");
    ca_free(&below);

    sub = ca_make(&(ca_request_t) {.issuer = &old, .cn = "sub", .v1 = true});
    below = ca_leaf(&sub, NULL);
    is_int(ct_chain_verify(read, below.der, &sub.der, 1, &ca), CT_E_CHAIN,
           "an intermediate of version 1 is no CA");

    ct_anchors_free(read);
    ca_free(&below);
    ca_free(&sub);
    ca_free(&old);
}


static void
test_signed_by(void)
{
    ca_cert_t fake = ca_intermediate(&root, "Usual CA Ltd", "U1"), renamed;

    renamed = ca_make(&(ca_request_t) {.issuer = &root, .cn = "U2",
                                       .ca = true, .key = inter.key});

    ok(ct_chain_signed_by(leaf.der, inter.der), "signed by its issuer");
    ok(ct_chain_signed_by(inter.der, root.der), "and that by the root");
    ok(ct_chain_signed_by(root.der, root.der), "and that by itself");
    ok(!ct_chain_signed_by(leaf.der, root.der), "not by the root");
    ok(!ct_chain_signed_by(leaf.der, fake.der), "not by the same name");
    ok(!ct_chain_signed_by(leaf.der, renamed.der), "not by the key alone");
    ok(!ct_chain_signed_by(leaf.der, leaf.der), "not by itself");
    ok(!ct_chain_signed_by(leaf.der, CT_BYTES("")), "not by nothing");
    ok(!ct_chain_signed_by(CT_BYTES(""), root.der), "nor is nothing");

    ca_free(&renamed);
    ca_free(&fake);
}


static void
test_garbage(void)
{
    uint8_t   *big;
    ct_ca_t    ca;
    ct_bytes_t list[1];

    is_int(ct_chain_verify(anchors, CT_BYTES("\x30\x01"), &inter.der, 1,
                           &ca), CT_E_CHAIN, "no certificate");
    is_int(ct_chain_verify(anchors, ct_bytes(NULL, 0), NULL, 0, &ca),
           CT_E_CHAIN, "nothing");

    big = calloc(1, CT_LIMIT_ISSUER + 1);
    memcpy(big, inter.der.data, inter.der.len);
    list[0] = ct_bytes(big, CT_LIMIT_ISSUER + 1);
    is_int(ct_chain_verify(anchors, leaf.der, list, 1, &ca), CT_E_CHAIN,
           "an issuer above the limit");
    list[0].len--;
    is_int(ct_chain_verify(anchors, leaf.der, list, 1, &ca), CT_OK,
           "at the limit, with bytes behind it");
    free(big);
    ok(ERR_peek_error() == 0, "OpenSSL's error queue is left empty");
}
