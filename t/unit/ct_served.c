/* ct_served: what is read of a certificate that nginx serves. */

#include "chain.h"
#include "ct_policy.h"

static void test_fields(void);
static void test_names(void);
static void test_extra(void);
static void test_refused(void);

static ct_arena_t *arena;


int
main(void)
{
    world_make();
    arena = ct_arena_create(1024 * 1024);

    test_fields();
    test_names();
    test_extra();
    test_refused();

    ct_arena_destroy(arena);
    world_free();

    return done_testing();
}


static void
test_fields(void)
{
    uint8_t     hash[CT_HASH_LEN];
    ca_cert_t   with;
    ct_bytes_t  tbs;
    ct_served_t served = {.file = "www.pem", .nchain = 7};

    is_int(ct_served_read(&served, leaf.der, NULL, 0, arena), CT_OK, "read");
    ok(served.der.data == leaf.der.data, "borrows the certificate");
    is_int(served.not_before_ms, 1700000000000, "not before");
    is_int(served.not_after_ms, 1800000000000, "not after");

    ct_sha256_once(leaf.der, hash);
    is_mem(served.cert_sha256, CT_HASH_LEN, hash, CT_HASH_LEN, "hash");
    ca_key_hash(&leaf, hash);
    is_mem(served.spki_sha256, CT_HASH_LEN, hash, CT_HASH_LEN, "key");

    tbs = ca_tbs(&leaf);
    ct_sha256_once(tbs, hash);
    is_mem(served.identity, CT_HASH_LEN, hash, CT_HASH_LEN, "identity");
    OPENSSL_free((void *) tbs.data);

    is_str(served.file, "www.pem", "the file is left alone");
    is_int(served.nchain, 7, "and so is the chain");

    with = ca_make(&(ca_request_t) {
        .issuer = &inter, .cn = "leaf", .san = "DNS:www.example.com",
        .key = leaf.key, .scts = true
    });
    is_int(ct_served_read(&served, with.der, NULL, 0, arena), CT_OK,
           "with an SCT list");
    is_mem(served.identity, CT_HASH_LEN, hash, CT_HASH_LEN,
           "the same identity");
    ca_free(&with);
}


static void
names_are(const ca_cert_t *c, const ct_bytes_t *extra, size_t nextra,
    const char *const *names, size_t n, size_t ncert)
{
    size_t      i;
    ct_served_t served = {.file = ""};

    is_int(ct_served_read(&served, c->der, extra, nextra, arena), CT_OK,
           "read");
    is_int(served.nnames, n, "names");
    is_int(served.ncert_names, ncert, "of the certificate");

    for (i = 0; i < n && i < served.nnames; i++) {
        is_mem(served.names[i].data, served.names[i].len, names[i],
               strlen(names[i]), "%s", names[i]);
    }
}


static void
test_names(void)
{
    ca_cert_t c;

    static const char *const names[] = {
        "www.example.com", "*.example.net", "192.0.2.1", "2001:db8::1",
        "mail:example.com", "uri:x.example.com", "cn.example.com"
    };

    c = ca_make(&(ca_request_t) {
        .issuer = &inter, .cn = "CN.example.com",
        .san = "DNS:WWW.Example.com,DNS:*.example.net,IP:192.0.2.1,"
               "IP:2001:0db8:0:0::1,DNS:www.example.COM,"
               "email:a@example.com,URI:http://x.example.com/"
    });
    names_are(&c, NULL, 0, names, 7, 7);
    ca_free(&c);

    c = ca_make(&(ca_request_t) {.issuer = &inter, .cn = "Example Co. Ltd"});
    names_are(&c, NULL, 0, NULL, 0, 0);
    ca_free(&c);

    c = ca_make(&(ca_request_t) {.issuer = &inter, .cn = "localhost"});
    names_are(&c, NULL, 0, NULL, 0, 0);
    ca_free(&c);
}


static void
test_extra(void)
{
    static const char *const names[] = {
        "www.example.com", "other.example.com", "localhost"
    };
    static const ct_bytes_t extra[] = {
        {(const uint8_t *) "WWW.example.com", 15},
        {(const uint8_t *) "Other.example.com", 17},
        {(const uint8_t *) "", 0},
        {(const uint8_t *) "localhost", 9},
        {(const uint8_t *) "other.example.com", 17}
    };

    names_are(&leaf, extra, 5, names, 3, 1);
}


static void
test_refused(void)
{
    size_t      size, refused = 0;
    ct_rc_t     rc;
    ct_bytes_t  extra = CT_BYTES("other.example.com");
    ct_arena_t *small;
    ct_served_t served = {.file = ""};

    is_int(ct_served_read(&served, CT_BYTES("\x30\x03xyz"), NULL, 0, arena),
           CT_E_ENCODING, "no certificate");
    is_int(ct_served_read(&served, ct_bytes(NULL, 0), NULL, 0, arena),
           CT_E_ENCODING, "nothing");

    for (rc = CT_E_MEMORY, size = 0; rc != CT_OK && size < 8192; size += 16) {
        small = ct_arena_create(size);
        rc = ct_served_read(&served, leaf.der, &extra, 1, small);
        refused += rc == CT_E_MEMORY;
        ct_arena_destroy(small);
    }

    is_int(rc, CT_OK, "fits in the end");
    is_int(refused, size / 16 - 1, "until then: no memory");
}
