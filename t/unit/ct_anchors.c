/* ct_anchors: trust bundles in every state, and what an anchor is called. */

#include "chain.h"

static void test_bundles(void);
static void test_limits(void);
static void test_owner(void);
static void test_same_name(void);


int
main(void)
{
    world_make();

    test_bundles();
    test_limits();
    test_owner();
    test_same_name();

    world_free();

    return done_testing();
}


static void
pem_is(const char *text, int count, size_t bad, const char *what)
{
    size_t        nbad = 99;
    ct_anchors_t *read = ct_anchors_read(ct_bytes_str(text), &nbad);

    is_int(ct_anchors_count(read), count, "%s: read", what);
    is_int(nbad, bad, "%s: bad", what);
    ok((read == NULL) == (count == 0), "%s: NULL without any", what);
    ct_anchors_free(read);
}


static void
test_bundles(void)
{
    BIO        *bundle = BIO_new(BIO_s_mem());
    char       *text = malloc(65536), *one;
    ct_bytes_t  pem;

    pem = ca_pem(bundle, &root);
    one = strndup((const char *) pem.data, pem.len);

    pem_is("", 0, 0, "nothing");
    pem_is("no PEM at all\n\nreally\n", 0, 0, "text");
    pem_is(one, 1, 0, "one");

    snprintf(text, 65536, "# Usual Root\n%s\nand again:\r\n%s", one, one);
    pem_is(text, 2, 0, "two and text");

    snprintf(text, 65536, "-----BEGIN CERTIFICATE-----\nMAA=\n"
             "-----END CERTIFICATE-----\n%s", one);
    pem_is(text, 1, 1, "not a certificate");

    snprintf(text, 65536, "-----BEGIN CERTIFICATE-----\n????\n"
             "-----END CERTIFICATE-----\n%s", one);
    pem_is(text, 1, 1, "not base64");

    snprintf(text, 65536, "-----BEGIN EC PRIVATE KEY-----\n"
             "Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,"
             "00112233445566778899AABBCCDDEEFF\n\nMAA=\n"
             "-----END EC PRIVATE KEY-----\n%s", one);
    pem_is(text, 1, 0, "something else, which asks no password");

    snprintf(text, 65536, "%s%.80s", one, one);
    pem_is(text, 1, 1, "cut in the middle");

    free(one);
    free(text);
    BIO_free(bundle);
}


static void
test_limits(void)
{
    BIO          *bundle = BIO_new(BIO_s_mem());
    size_t        i, nbad;
    ct_bytes_t    pem;
    ct_anchors_t *read;

    for (i = 0; i < CT_LIMIT_ANCHORS + 2; i++) {
        pem = ca_pem(bundle, &leaf);
    }

    pem = ca_pem(bundle, NULL);
    read = ct_anchors_read(pem, &nbad);
    is_int(ct_anchors_count(read), CT_LIMIT_ANCHORS, "as many as allowed");
    is_int(nbad, 2, "the others are counted");
    ct_anchors_free(read);

    ok(ct_anchors_read(ct_bytes(pem.data, CT_LIMIT_TRUST_BUNDLE + 1), &nbad)
       == NULL, "too many bytes are not even looked at");
    ok(ct_anchors_read(ct_bytes(NULL, 0), &nbad) == NULL, "no bytes");
    is_int(ct_anchors_count(NULL), 0, "count of NULL");
    ct_anchors_free(NULL);
    BIO_free(bundle);
}


static void
owner_is(const char *org, const char *cn, const char *owner)
{
    ct_ca_t       ca;
    ca_cert_t     other = ca_root(org, cn), below = ca_leaf(&other, NULL);
    ct_anchors_t *read = anchors_of(&other, NULL);

    is_int(ct_chain_verify(read, below.der, NULL, 0, &ca), CT_OK,
           "directly under an anchor");
    ok(strncmp(ca.owner, owner, strlen(owner)) == 0, "owner %s", ca.owner);

    ct_anchors_free(read);
    ca_free(&below);
    ca_free(&other);
}


static void
test_owner(void)
{
    owner_is("Org", "Name", "Org");
    owner_is(NULL, "Name", "Name");
    owner_is(NULL, NULL, "CA without a name, key ");
    owner_is("T\xc3\xbcrk", NULL, "T\xc3\xbcrk");
}


static void
test_same_name(void)
{
    size_t        i;
    ct_ca_t       ca;
    ca_cert_t     twin = ca_root("Usual CA Ltd", "Usual Root"), below[2];
    ct_anchors_t *both = anchors_of(&root, &twin);

    below[0] = ca_leaf(&root, NULL);
    below[1] = ca_leaf(&twin, NULL);
    is_int(ct_anchors_count(both), 2, "two anchors of one name");

    for (i = 0; i < 2; i++) {
        is_int(ct_chain_verify(both, below[i].der, NULL, 0, &ca), CT_OK,
               "the one that signed is found");
        ca_free(&below[i]);
    }

    ct_anchors_free(both);
    ca_free(&twin);
}
