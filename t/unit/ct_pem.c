/* ct_pem: files of certificates, as PEM and as DER. */

#include "chain.h"
#include "ct_pem.h"

static void test_pem(void);
static void test_der(void);
static void test_bad(void);
static void test_bounds(void);

static char        text[65536], *one, *two;
static ct_bytes_t  certs[4];
static ct_arena_t *arena;


int
main(void)
{
    BIO        *bio[2] = {BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem())};
    ct_bytes_t  pem;

    world_make();
    arena = ct_arena_create(1 << 20);
    pem = ca_pem(bio[0], &leaf);
    one = strndup((const char *) pem.data, pem.len);
    pem = ca_pem(bio[1], &inter);
    two = strndup((const char *) pem.data, pem.len);

    test_pem();
    test_der();
    test_bad();
    test_bounds();

    free(one);
    free(two);
    BIO_free(bio[0]);
    BIO_free(bio[1]);
    ct_arena_destroy(arena);
    world_free();

    return done_testing();
}


static void
read_is(ct_bytes_t in, ct_rc_t want, size_t want_n, const char *what)
{
    size_t n = 99;

    is_int(ct_pem_read(in, certs, COUNT(certs), &n, arena), want, "%s", what);

    if (want == CT_OK) {
        is_int(n, want_n, "%s: number", what);
    }
}


static void
test_pem(void)
{
    read_is(ct_bytes_str(one), CT_OK, 1, "one");
    ok(ct_bytes_equal(certs[0], leaf.der), "it is this one");

    snprintf(text, sizeof(text), "0 leaf\n%s\nissuer:\r\n%sand text", one,
             two);
    read_is(ct_bytes_str(text), CT_OK, 2, "two and text");
    ok(ct_bytes_equal(certs[0], leaf.der)
       && ct_bytes_equal(certs[1], inter.der), "in their order");
    memset(text, 0, sizeof(text));
    ok(ct_bytes_equal(certs[1], inter.der), "copied");

    snprintf(text, sizeof(text), "-----BEGIN PRIVATE KEY-----\nMAA=\n"
             "-----END PRIVATE KEY-----\n%s%s", one, one);
    read_is(ct_bytes_str(text), CT_OK, 2, "behind a key");
    ok(ct_bytes_equal(certs[0], leaf.der), "the key is not one");
}


static void
test_der(void)
{
    read_is(leaf.der, CT_OK, 1, "DER");
    ok(ct_bytes_equal(certs[0], leaf.der) && certs[0].data != leaf.der.data,
       "copied as it is");
    read_is(ct_bytes(leaf.der.data, leaf.der.len - 1), CT_E_ENCODING, 0,
            "DER that is cut");
}


static void
test_bad(void)
{
    read_is(ct_bytes(NULL, 0), CT_E_ENCODING, 0, "nothing");
    read_is(CT_BYTES("no certificate\n"), CT_E_ENCODING, 0, "text");
    read_is(CT_BYTES("-----BEGIN PRIVATE KEY-----\nMAA=\n"
                     "-----END PRIVATE KEY-----\n"), CT_E_ENCODING, 0,
            "a key alone");

    snprintf(text, sizeof(text), "-----BEGIN CERTIFICATE-----\n????\n"
             "-----END CERTIFICATE-----\n%s", two);
    read_is(ct_bytes_str(text), CT_E_ENCODING, 0,
            "its issuer does not take its place");
    snprintf(text, sizeof(text), "%s%.80s", one, two);
    read_is(ct_bytes_str(text), CT_E_ENCODING, 0, "cut in the middle");
}


static void
test_bounds(void)
{
    size_t      i, n;
    uint8_t    *large = calloc(1, CT_LIMIT_KNOWN_FILE + 1);
    ct_arena_t *small = ct_arena_create(64);

    text[0] = '\0';

    for (i = 0; i < COUNT(certs) + 2; i++) {
        snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s", one);
    }

    read_is(ct_bytes_str(text), CT_OK, COUNT(certs), "more than there may be");
    read_is(ct_bytes(large, CT_LIMIT_KNOWN_FILE + 1), CT_E_LIMIT, 0,
            "too large");
    is_int(ct_pem_read(ct_bytes_str(one), certs, 1, &n, small), CT_E_MEMORY,
           "no memory");
    is_int(ct_pem_read(leaf.der, certs, 1, &n, small), CT_E_MEMORY,
           "nor for DER");

    ct_arena_destroy(small);
    free(large);
}
