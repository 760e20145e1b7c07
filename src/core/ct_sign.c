/*
 * ct_sign: HMAC by way of EVP_DigestSign, which every OpenSSL has and which
 * takes the pieces one after the other: no copy of the body is made.
 */

#include "ct_sign.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>

#include <string.h>


static bool ct_sign_decode(ct_bytes_t text, ct_secret_t *secret);
static bool ct_sign_id(ct_bytes_t id);
static bool ct_sign_one(const ct_secret_t *secret, ct_bytes_t front,
    ct_bytes_t body, uint8_t mac[CT_HASH_LEN]);


ct_rc_t
ct_secret_read(ct_bytes_t text, ct_secret_t *secret)
{
    ct_rc_t     rc;
    ct_bytes_t  prefix, rest;
    ct_secret_t read;

    rest = text;
    read.len = 0;

    if (ct_read_bytes(&rest, sizeof(CT_SIGN_PREFIX) - 1, &prefix)
        && ct_bytes_is(prefix, CT_SIGN_PREFIX))
    {
        if (rest.len / 4 * 3 > sizeof(read.key) + 2) {
            return CT_E_LIMIT;
        }

        rc = ct_sign_decode(rest, &read) ? CT_OK : CT_E_ENCODING;

    } else {
        if (text.len > sizeof(read.key)) {
            return CT_E_LIMIT;
        }

        rc = CT_OK;
        read.len = text.len;

        if (text.len != 0) {
            memcpy(read.key, text.data, text.len);
        }
    }

    if (rc == CT_OK && read.len == 0) {
        rc = CT_E_SHORT;
    }

    if (rc == CT_OK) {
        memcpy(secret->key, read.key, read.len);
        secret->len = read.len;
    }

    OPENSSL_cleanse(&read, sizeof(read));

    return rc;
}


/* Some who hand out secrets leave the padding off. */
static bool
ct_sign_decode(ct_bytes_t text, ct_secret_t *secret)
{
    bool    good;
    size_t  len, pad;
    uint8_t padded[CT_LIMIT_SECRET * 2];

    if (text.len + 2 > sizeof(padded)) {
        return false;
    }

    len = text.len;

    if (len == 0 || text.data[len - 1] == '=') {
        pad = 0;
    } else {
        pad = len % 4 == 2 ? 2 : len % 4 == 3 ? 1 : 0;
    }

    if (len != 0) {
        memcpy(padded, text.data, len);
    }

    memset(padded + len, '=', pad);
    len += pad;

    secret->len = sizeof(secret->key);
    good = ct_parse_base64(ct_bytes(padded, len), secret->key, &secret->len)
           == CT_OK;
    OPENSSL_cleanse(padded, sizeof(padded));

    return good;
}


ct_rc_t
ct_sign(ct_buf_t *out, const ct_secret_t *secrets, size_t n, ct_bytes_t id,
    int64_t seconds, ct_bytes_t body)
{
    size_t   i;
    uint8_t  room[CT_LIMIT_MESSAGE_ID + 24], mac[CT_HASH_LEN];
    ct_buf_t front;

    if (n == 0) {
        return CT_E_LIMIT;
    }

    if (!ct_sign_id(id)) {
        return CT_E_ENCODING;
    }

    ct_buf_fixed(&front, room, sizeof(room));
    ct_buf_bytes(&front, id);
    ct_buf_putc(&front, '.');
    ct_buf_u64(&front, seconds > 0 ? (uint64_t) seconds : 0);
    ct_buf_putc(&front, '.');

    for (i = 0; i < n; i++) {
        if (!ct_sign_one(&secrets[i], ct_buf_slice(&front), body, mac)) {
            return CT_E_MEMORY;
        }

        ct_buf_puts(out, i == 0 ? "v1," : " v1,");
        ct_buf_base64(out, mac, sizeof(mac));
    }

    return out->full ? CT_E_MEMORY : CT_OK;
}


static bool
ct_sign_id(ct_bytes_t id)
{
    size_t i;

    for (i = 0; i < id.len; i++) {
        if (id.data[i] <= ' ' || id.data[i] >= 0x7f || id.data[i] == '.') {
            return false;
        }
    }

    return id.len != 0 && id.len <= CT_LIMIT_MESSAGE_ID;
}


static bool
ct_sign_one(const ct_secret_t *secret, ct_bytes_t front, ct_bytes_t body,
    uint8_t mac[CT_HASH_LEN])
{
    bool        good;
    size_t      len;
    EVP_PKEY   *key;
    EVP_MD_CTX *ctx;

    ERR_set_mark();

    len = CT_HASH_LEN;
    ctx = EVP_MD_CTX_new();
    key = EVP_PKEY_new_raw_private_key(EVP_PKEY_HMAC, NULL, secret->key,
                                       secret->len);

    good = ctx != NULL && key != NULL
           && EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, key) == 1
           && EVP_DigestSignUpdate(ctx, front.data, front.len) == 1
           && EVP_DigestSignUpdate(ctx, body.data, body.len) == 1
           && EVP_DigestSignFinal(ctx, mac, &len) == 1
           && len == CT_HASH_LEN;

    EVP_MD_CTX_free(ctx);
    EVP_PKEY_free(key);
    ERR_pop_to_mark();

    return good;
}
