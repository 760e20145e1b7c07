/*
 * ct_loglist_verify: the detached signature of a log list, as Chrome
 * publishes it beside the JSON file: RSASSA-PKCS1-v1_5 (RFC 8017, 8.2) with
 * SHA-256 over the file's exact bytes.
 */

#include <string.h>

#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "ct_loglist.h"

#define CT_VERIFY_BITS      2048         /* of a key, at least */
#define CT_VERIFY_PEM       (64 * 1024)  /* bytes read as a key */
#define CT_VERIFY_SIGNATURE 2048         /* bytes: RSA-16384 */


static EVP_PKEY *ct_verify_key(ct_bytes_t pem);
static EVP_PKEY *ct_verify_rsa(const uint8_t *der, long len);
static size_t ct_verify_decode(ct_bytes_t signature, uint8_t *out,
    size_t room);


ct_rc_t
ct_loglist_verify(ct_bytes_t json, ct_bytes_t signature, ct_bytes_t pem)
{
    int         good;
    size_t      len;
    uint8_t     raw[CT_VERIFY_SIGNATURE];
    EVP_PKEY   *key;
    EVP_MD_CTX *ctx;

    ERR_set_mark();

    good = 0;
    key = ct_verify_key(pem);
    ctx = EVP_MD_CTX_new();

    if (key != NULL && ctx != NULL) {

        /* a raw signature is as long as the modulus, base64 never is */
        if (signature.len != (size_t) EVP_PKEY_size(key)) {
            len = ct_verify_decode(signature, raw, sizeof(raw));
            signature = ct_bytes(raw, len);
        }

        good = EVP_DigestVerifyInit(ctx, NULL, EVP_sha256(), NULL, key) == 1
               && EVP_DigestVerify(ctx, signature.data, signature.len,
                                   json.data, json.len) == 1;
    }

    ERR_pop_to_mark();
    EVP_MD_CTX_free(ctx);
    EVP_PKEY_free(key);

    if (key == NULL) {
        return CT_E_ENCODING;
    }

    return good ? CT_OK : CT_E_SIGNATURE;
}


/* RFC 7468, 13: the first block has to be the public key. */
static EVP_PKEY *
ct_verify_key(ct_bytes_t pem)
{
    BIO      *in;
    char     *name, *header;
    long      len;
    uint8_t  *data;
    EVP_PKEY *key;

    if (pem.len == 0 || pem.len > CT_VERIFY_PEM) {
        return NULL;
    }

    in = BIO_new_mem_buf(pem.data, (int) pem.len);
    key = NULL;

    if (in != NULL && PEM_read_bio(in, &name, &header, &data, &len)) {
        if (strcmp(name, PEM_STRING_PUBLIC) == 0) {
            key = ct_verify_rsa(data, len);
        }

        OPENSSL_free(name);
        OPENSSL_free(header);
        OPENSSL_free(data);
    }

    BIO_free(in);

    return key;
}


static EVP_PKEY *
ct_verify_rsa(const uint8_t *der, long len)
{
    EVP_PKEY      *key;
    const uint8_t *p;

    p = der;
    key = d2i_PUBKEY(NULL, &p, len);

    if (key == NULL || p != der + len
        || EVP_PKEY_base_id(key) != EVP_PKEY_RSA
        || EVP_PKEY_bits(key) < CT_VERIFY_BITS
        || EVP_PKEY_size(key) > CT_VERIFY_SIGNATURE)
    {
        EVP_PKEY_free(key);
        return NULL;
    }

    return key;
}


/* Base64 as in Android's copy, in lines if need be; 0 when it is none. */
static size_t
ct_verify_decode(ct_bytes_t signature, uint8_t *out, size_t room)
{
    size_t  i, n;
    uint8_t text[CT_VERIFY_SIGNATURE / 3 * 4 + 8];

    n = 0;

    for (i = 0; i < signature.len && n < sizeof(text); i++) {
        if (memchr(" \t\r\n", signature.data[i], 4) == NULL) {
            text[n++] = signature.data[i];
        }
    }

    if (i < signature.len
        || ct_parse_base64(ct_bytes(text, n), out, &room) != CT_OK)
    {
        return 0;
    }

    return room;
}
