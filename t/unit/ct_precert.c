/*
 * ct_precert: is the pre-certificate that was submitted the leaf's? Tested
 * through ct_chain_establish, with and without a Precertificate Signing
 * Certificate (RFC 6962, 3.1).
 */

#include "data.h" /* before chain.h, which has a `root` */
#include "chain.h"

static void test_precert(void);
static void test_signing_certificate(void);
static void test_real_signing_certificate(void);


int
main(void)
{
    world_make();

    test_precert();
    test_signing_certificate();
    test_real_signing_certificate();

    world_free();

    return done_testing();
}


static ct_rc_t
establish(const ct_anchors_t *with, const ca_cert_t *submitted,
    ct_bytes_t tbs, const uint8_t *key, const ct_bytes_t *list, size_t n,
    ct_ca_t *ca)
{
    ct_rc_t     rc;
    ct_entry_t  entry;
    ct_arena_t *scratch = ct_arena_create(1024 * 1024);

    memset(ca, 0xa5, sizeof(*ca));
    entry = (ct_entry_t) {
        .type = CT_ENTRY_PRECERT, .cert = tbs,
        .issuer_key_hash = ct_bytes(key, CT_HASH_LEN),
        .pre_certificate = submitted->der
    };
    rc = ct_chain_establish(with, &entry, list, n, scratch, ca);
    ct_arena_destroy(scratch);

    return rc;
}


static void
test_precert(void)
{
    uint8_t      key[CT_HASH_LEN], wrong[CT_HASH_LEN];
    ct_ca_t      ca;
    ca_cert_t    pre, final, other;
    ct_bytes_t   list[2] = {inter.der, root.der}, tbs, another;
    ct_entry_t   entry;
    ca_request_t r = {.issuer = &inter, .san = "DNS:www.example.com",
                      .key = leaf.key, .poison = true};

    ca_key_hash(&inter, key);
    ca_key_hash(&root, wrong);

    pre = ca_make(&r);
    r.poison = false;
    final = ca_make(&r);
    tbs = ca_tbs(&final);
    r.san = "DNS:www.example.net";
    other = ca_make(&r);
    another = ca_tbs(&other);

    is_int(establish(anchors, &pre, tbs, key, list, 2, &ca), CT_OK,
           "pre-certificate");
    is_str(ca.owner, "Usual CA Ltd", "owner");
    is_mem(ca.issuer_key, CT_HASH_LEN, key, CT_HASH_LEN, "issuer key");

    is_int(establish(anchors, &pre, another, key, list, 2, &ca), CT_E_CHAIN,
           "another leaf");
    ok(empty(&ca), "nothing is known");

    is_int(establish(anchors, &pre, tbs, wrong, list, 2, &ca), CT_E_CHAIN,
           "another issuer key hash");
    ok(empty(&ca), "nothing is known");

    is_int(establish(anchors, &pre, tbs, key, list + 1, 1, &ca), CT_E_CHAIN,
           "issuer missing");
    ok(empty(&ca), "nothing is known");

    is_int(establish(NULL, &pre, tbs, key, list, 2, &ca), CT_E_CHAIN,
           "without anchors");
    is_int(ca.npath, 2, "but it is tied to the leaf");

    is_int(establish(anchors, &(ca_cert_t) {.der = CT_BYTES("0")}, tbs, key,
                     list, 2, &ca), CT_E_CHAIN, "garbage submitted");
    ok(empty(&ca), "nothing is known");

    entry = (ct_entry_t) {.type = CT_ENTRY_X509, .cert = leaf.der};
    is_int(ct_chain_establish(anchors, &entry, list, 2, NULL, &ca), CT_OK,
           "a final certificate");
    is_int(ca.npath, 2, "path");

    OPENSSL_free((void *) tbs.data);
    OPENSSL_free((void *) another.data);
    ca_free(&pre);
    ca_free(&final);
    ca_free(&other);
}


/* The request of a leaf under the CA itself, as the log writes it; what is
 * submitted differs in the signer. */
static void
psc_is(const ca_cert_t *psc, ca_request_t r, const ca_request_t *logged,
    const char *what, ct_rc_t rc)
{
    uint8_t    key[CT_HASH_LEN], cert[CT_HASH_LEN];
    ct_ca_t    ca;
    ca_cert_t  pre, final;
    ct_bytes_t list[3] = {psc->der, inter.der, root.der}, tbs;

    r.poison = true;
    r.issuer = psc;
    pre = ca_make(&r);
    final = ca_make(logged);
    tbs = ca_tbs(&final);
    ca_key_hash(&inter, key);
    ct_sha256_once(inter.der, cert);

    is_int(establish(anchors, &pre, tbs, key, list, 3, &ca), rc, "%s", what);

    if (rc != CT_OK) {
        ok(empty(&ca), "nothing is known");
    } else {
        is_mem(ca.issuer_key, CT_HASH_LEN, key, CT_HASH_LEN, "key");
        is_mem(ca.path_cert[0], CT_HASH_LEN, cert, CT_HASH_LEN, "issuer");
        is_int(ca.npath, 2, "path begins above");

        is_int(establish(anchors, &pre, tbs, key, list, 1, &ca), CT_E_CHAIN,
               "not without the CA above");
        ok(empty(&ca), "nothing is known");

        ca_key_hash(psc, key);
        is_int(establish(anchors, &pre, tbs, key, list, 3, &ca), CT_E_CHAIN,
               "not with the signing certificate's own key");
        ok(empty(&ca), "nothing is known");
    }

    OPENSSL_free((void *) tbs.data);
    ca_free(&pre);
    ca_free(&final);
}


static void
test_signing_certificate(void)
{
    ca_cert_t    psc, plain;
    ca_request_t r = {.issuer = &inter, .san = "DNS:www.example.com",
                      .key = leaf.key}, logged;

    plain = ca_intermediate(&inter, NULL, "plain");
    psc = ca_make(&(ca_request_t) {
        .issuer = &inter, .cn = "psc", .ca = true,
        .eku = "critical,1.3.6.1.4.1.11129.2.4.4"
    });

    logged = r;
    psc_is(&psc, r, &logged, "a signing certificate", CT_OK);
    psc_is(&plain, r, &logged, "without its key usage", CT_E_CHAIN);

    logged.san = "DNS:www.example.org";
    psc_is(&psc, r, &logged, "another name in the leaf", CT_E_CHAIN);

    logged = r;
    logged.serial = 7;
    psc_is(&psc, r, &logged, "another serial number", CT_E_CHAIN);

    r.no_ids = true; /* which would tell of the key as well */
    logged = r;
    psc_is(&psc, r, &logged, "without key identifiers", CT_OK);
    logged.key = root.key;
    psc_is(&psc, r, &logged, "another key", CT_E_CHAIN);
    r.no_ids = false;

    logged = r;
    logged.longer = true;
    psc_is(&psc, r, &logged, "another validity", CT_E_CHAIN);

    logged = r;
    logged.cn = "x";
    psc_is(&psc, r, &logged, "another subject", CT_E_CHAIN);

    logged = r;
    logged.eku = "serverAuth";
    psc_is(&psc, r, &logged, "one more extension", CT_E_CHAIN);

    logged = r;
    logged.san = NULL;
    psc_is(&psc, r, &logged, "one extension less", CT_E_CHAIN);

    logged = r;
    logged.issuer = &root;
    psc_is(&psc, r, &logged, "another issuer in the leaf", CT_E_CHAIN);

    ca_free(&plain);
    ca_free(&psc);
}


/* The leaf that a log makes of what was submitted: no poison, the issuer
 * and its key id taken from the signing certificate. */
static ct_bytes_t
real_leaf(const ca_cert_t *submitted, const ca_cert_t *psc)
{
    int             i;
    X509           *leaf_cert = X509_dup(submitted->cert);
    ct_bytes_t      tbs;
    X509_EXTENSION *ext;

    i = X509_get_ext_by_NID(leaf_cert, NID_ct_precert_poison, -1);
    X509_EXTENSION_free(X509_delete_ext(leaf_cert, i));

    i = X509_get_ext_by_NID(psc->cert, NID_authority_key_identifier, -1);
    ext = X509_get_ext(psc->cert, i);
    i = X509_get_ext_by_NID(leaf_cert, NID_authority_key_identifier, -1);
    X509_EXTENSION_free(X509_delete_ext(leaf_cert, i));
    ca_need(X509_add_ext(leaf_cert, ext, i)
            && X509_set_issuer_name(leaf_cert,
                                    X509_get_issuer_name(psc->cert)),
            "leaf");

    tbs = ca_tbs(&(ca_cert_t) {.cert = leaf_cert});
    X509_free(leaf_cert);

    return tbs;
}


static size_t
read_chain(const char *pem, size_t len, ca_cert_t *c, size_t room)
{
    int      der_len;
    BIO     *bio = BIO_new_mem_buf(pem, (int) len);
    X509    *x;
    size_t   n = 0;
    uint8_t *der;

    while (n < room
           && (x = PEM_read_bio_X509(bio, NULL, NULL, NULL)) != NULL)
    {
        der = NULL;
        der_len = i2d_X509(x, &der);
        c[n++] = (ca_cert_t) {x, X509_get_pubkey(x),
                              ct_bytes(der, (size_t) der_len)};
    }

    BIO_free(bio);

    return n;
}


static void
test_real_signing_certificate(void)
{
    char         *pem;
    size_t        len, i;
    uint8_t       key[CT_HASH_LEN];
    ct_ca_t       ca;
    ca_cert_t     c[4];
    ct_bytes_t    list[2], tbs;
    ct_anchors_t *read;

    pem = data_read("azul-preissuer/preissuer-chain.pem", &len);

    if (pem == NULL) {
        skip("no azul-preissuer in the test data");
        return;
    }

    is_int(read_chain(pem, len, c, 4), 4, "a real signing certificate");
    list[0] = c[1].der;
    list[1] = c[2].der;
    tbs = real_leaf(&c[0], &c[1]);
    ca_key_hash(&c[2], key);
    read = anchors_of(&c[3], NULL);

    is_int(establish(read, &c[0], tbs, key, list, 2, &ca), CT_OK,
           "leads to its root");
    is_str(ca.owner, "Google UK Ltd.", "owner");
    is_mem(ca.issuer_key, CT_HASH_LEN, key, CT_HASH_LEN, "issuer key");

    ((uint8_t *) tbs.data)[tbs.len - 1] ^= 1;
    is_int(establish(read, &c[0], tbs, key, list, 2, &ca), CT_E_CHAIN,
           "not with another leaf");

    for (i = 0; i < 4; i++) {
        ca_free(&c[i]);
    }

    OPENSSL_free((void *) tbs.data);
    ct_anchors_free(read);
    free(pem);
}
