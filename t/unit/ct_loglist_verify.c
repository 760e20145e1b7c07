/* ct_loglist_verify: the real signed list of 2022, and what is not a
 * signature or not a key. */

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "ct_limits.h"
#include "ct_loglist.h"
#include "data.h"
#include "tap.h"


static void test_made(void);
static void test_keys(void);
static void test_real(void);
static EVP_PKEY *make_rsa(int bits);
static size_t sign(EVP_PKEY *key, const EVP_MD *md, const char *text,
    uint8_t *out);
static char *pem_of(EVP_PKEY *key, bool private_too);
static ct_rc_t verify(const char *text, const void *signature, size_t len,
    const char *pem);


int
main(void)
{
    test_made();
    test_keys();
    test_real();

    return done_testing();
}


static EVP_PKEY *
make_rsa(int bits)
{
    EVP_PKEY     *key;
    EVP_PKEY_CTX *ctx;

    key = NULL;
    ctx = EVP_PKEY_CTX_new_id(EVP_PKEY_RSA, NULL);

    if (EVP_PKEY_keygen_init(ctx) != 1
        || EVP_PKEY_CTX_set_rsa_keygen_bits(ctx, bits) != 1
        || EVP_PKEY_keygen(ctx, &key) != 1)
    {
        printf("Bail out! no RSA key\n");
        exit(1);
    }

    EVP_PKEY_CTX_free(ctx);

    return key;
}


static size_t
sign(EVP_PKEY *key, const EVP_MD *md, const char *text, uint8_t *out)
{
    size_t      len;
    EVP_MD_CTX *ctx;

    len = 1024;
    ctx = EVP_MD_CTX_new();

    if (EVP_DigestSignInit(ctx, NULL, md, NULL, key) != 1
        || EVP_DigestSign(ctx, out, &len, (const uint8_t *) text,
                          strlen(text)) != 1)
    {
        printf("Bail out! no signature\n");
        exit(1);
    }

    EVP_MD_CTX_free(ctx);

    return len;
}


/* To be freed. */
static char *
pem_of(EVP_PKEY *key, bool private_too)
{
    BIO   *bio;
    char  *data, *copy;
    size_t len;

    bio = BIO_new(BIO_s_mem());

    if (private_too) {
        (void) PEM_write_bio_PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL);
    } else {
        (void) PEM_write_bio_PUBKEY(bio, key);
    }

    len = (size_t) BIO_get_mem_data(bio, &data);
    copy = malloc(len + 1);
    memcpy(copy, data, len);
    copy[len] = '\0';
    BIO_free(bio);

    return copy;
}


/* All input behind a guard page. */
static ct_rc_t
verify(const char *text, const void *signature, size_t len, const char *pem)
{
    ct_rc_t  rc;
    uint8_t *a, *b, *c;

    a = tap_guard(text, strlen(text));
    b = tap_guard(signature, len);
    c = tap_guard(pem, strlen(pem));
    rc = ct_loglist_verify(ct_bytes(a, strlen(text)), ct_bytes(b, len),
                           ct_bytes(c, strlen(pem)));
    tap_unguard(a, strlen(text));
    tap_unguard(b, len);
    tap_unguard(c, strlen(pem));

    return rc;
}


static void
test_made(void)
{
    char     *pem, text[2048], lines[4096];
    size_t    i, n, len;
    uint8_t   sig[1024];
    ct_buf_t  buf;
    EVP_PKEY *key;

    key = make_rsa(2048);
    pem = pem_of(key, false);
    len = sign(key, EVP_sha256(), "list", sig);

    is_int(len, 256, "a signature");
    is_int(verify("list", sig, len, pem), CT_OK, "verifies");
    is_int(verify("lisT", sig, len, pem), CT_E_SIGNATURE, "another list");
    is_int(verify("list ", sig, len, pem), CT_E_SIGNATURE, "a byte more");
    is_int(verify("", sig, len, pem), CT_E_SIGNATURE, "nothing signed");
    is_int(verify("list", sig, len - 1, pem), CT_E_SIGNATURE, "cut");
    is_int(verify("list", sig, len + 1, pem), CT_E_SIGNATURE, "longer");
    is_int(verify("list", "", 0, pem), CT_E_SIGNATURE, "no signature");
    sig[0] ^= 1;
    is_int(verify("list", sig, len, pem), CT_E_SIGNATURE, "a bit flipped");
    sig[0] ^= 1;

    ct_buf_fixed(&buf, text, sizeof(text));
    ct_buf_base64(&buf, sig, len);
    is_int(verify("list", text, buf.len, pem), CT_OK, "in base64");
    ct_buf_putc(&buf, '\n');
    is_int(verify("list", text, buf.len, pem), CT_OK, "with a line end");

    for (i = 0, n = 0; i < buf.len; i++) {
        lines[n++] = text[i];
        if (i % 64 == 63) {
            lines[n++] = '\r';
            lines[n++] = '\n';
        }
    }
    is_int(verify("list", lines, n, pem), CT_OK, "in lines");
    text[10] = text[10] == 'A' ? 'B' : 'A';
    is_int(verify("list", text, buf.len, pem), CT_E_SIGNATURE,
           "another letter");
    text[10] = '*';
    is_int(verify("list", text, buf.len, pem), CT_E_SIGNATURE, "no base64");
    memset(lines, '\n', sizeof(lines));
    is_int(verify("list", lines, sizeof(lines), pem), CT_E_SIGNATURE,
           "only line ends");
    memset(lines, 'A', sizeof(lines));
    is_int(verify("list", lines, sizeof(lines), pem), CT_E_SIGNATURE,
           "too much base64");

    len = sign(key, EVP_sha512(), "list", sig);
    is_int(verify("list", sig, len, pem), CT_E_SIGNATURE, "by SHA-512");

    free(pem);
    EVP_PKEY_free(key);
    key = make_rsa(2048);
    len = sign(key, EVP_sha256(), "list", sig);
    pem = pem_of(key, false);
    is_int(verify("list", sig, len, pem), CT_OK, "another key");
    free(pem);
    EVP_PKEY_free(key);
}


static void
test_keys(void)
{
    char     *pem, text[8192];
    size_t    len;
    uint8_t   sig[1024];
    EVP_PKEY *key;

    key = make_rsa(1024);
    len = sign(key, EVP_sha256(), "list", sig);
    pem = pem_of(key, false);
    is_int(verify("list", sig, len, pem), CT_E_ENCODING, "RSA-1024");
    free(pem);
    EVP_PKEY_free(key);

    key = make_rsa(2048);
    len = sign(key, EVP_sha256(), "list", sig);
    pem = pem_of(key, true);
    is_int(verify("list", sig, len, pem), CT_E_ENCODING, "a private key");
    free(pem);

    pem = pem_of(key, false);
    snprintf(text, sizeof(text), "The key:\n%sand that is all\n", pem);
    is_int(verify("list", sig, len, text), CT_OK, "text around it");
    pem[40] = '*';
    is_int(verify("list", sig, len, pem), CT_E_ENCODING, "damaged");
    free(pem);
    EVP_PKEY_free(key);

    key = EVP_EC_gen("P-256");
    pem = pem_of(key, false);
    is_int(verify("list", sig, len, pem), CT_E_ENCODING, "ECDSA");
    free(pem);
    EVP_PKEY_free(key);

    is_int(verify("list", sig, len, ""), CT_E_ENCODING, "no key");
    is_int(verify("list", sig, len, "key"), CT_E_ENCODING, "no PEM");
    is_int(verify("list", sig, len, "-----BEGIN PUBLIC KEY-----\nAAAA\n"
                  "-----END PUBLIC KEY-----\n"), CT_E_ENCODING, "no DER");
    is_int(ERR_peek_error(), 0, "nothing is left in OpenSSL's queue");
}


static void
test_real(void)
{
    char        *json, *sig, *pem, why[CT_LIMIT_ERROR];
    size_t       len, sig_len, pem_len;
    ct_arena_t  *arena;
    ct_loglist_t list;

    json = data_read("google-loglist-signed-2022/log_list.json", &len);
    sig = data_read("google-loglist-signed-2022/log_list.sig", &sig_len);
    pem = data_read("google-loglist-signed-2022/google_log_list_key.pem",
                    &pem_len);

    if (json == NULL || sig == NULL || pem == NULL) {
        skip("no real data");
        free(json);
        free(sig);
        free(pem);
        return;
    }

    is_int(sig_len, 512, "a raw signature of RSA-4096");
    is_int(ct_loglist_verify(ct_bytes(json, len), ct_bytes(sig, sig_len),
                             ct_bytes(pem, pem_len)), CT_OK,
           "the real list of 2022");
    json[len / 2] ^= 1;
    is_int(ct_loglist_verify(ct_bytes(json, len), ct_bytes(sig, sig_len),
                             ct_bytes(pem, pem_len)), CT_E_SIGNATURE,
           "with a bit flipped");
    json[len / 2] ^= 1;
    sig[511] ^= 1;
    is_int(ct_loglist_verify(ct_bytes(json, len), ct_bytes(sig, sig_len),
                             ct_bytes(pem, pem_len)), CT_E_SIGNATURE,
           "with a bit of its signature flipped");

    /* the schema before has log_id and key, but no tiled_logs */
    arena = ct_arena_create(16 << 20);
    is_int(ct_loglist_read(ct_bytes(json, len), arena, &list, why), CT_OK,
           "its second version of the schema is near enough");
    ct_arena_destroy(arena);

    free(json);
    free(sig);
    free(pem);
}
