/*
 * ct_pem: see the header. The first certificate is the one that the file is
 * about, so a broken block is not skipped as it is in a trust bundle: the
 * next one would take its place.
 */

#include <string.h>

#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include "ct_cert.h"
#include "ct_limits.h"
#include "ct_pem.h"

static ct_rc_t ct_pem_blocks(BIO *bio, ct_bytes_t *certs, size_t room,
    size_t *n, ct_arena_t *arena);
static bool ct_pem_wanted(const char *name);
static ct_rc_t ct_pem_take(ct_bytes_t *cert, ct_bytes_t der,
    ct_arena_t *arena);


ct_rc_t
ct_pem_read(ct_bytes_t in, ct_bytes_t *certs, size_t room, size_t *n,
    ct_arena_t *arena)
{
    BIO      *bio;
    ct_rc_t   rc;
    ct_cert_t cert;

    *n = 0;

    if (in.len > CT_LIMIT_KNOWN_FILE || room == 0) {
        return CT_E_LIMIT;
    }

    if (ct_cert_read(in, &cert) == CT_OK) {
        *n = 1;
        return ct_pem_take(&certs[0], in, arena);
    }

    if (in.len == 0) {
        return CT_E_ENCODING;
    }

    bio = BIO_new_mem_buf(in.data, (int) in.len);
    if (bio == NULL) {
        return CT_E_MEMORY;
    }

    rc = ct_pem_blocks(bio, certs, room, n, arena);

    BIO_free(bio);
    ERR_clear_error();

    return rc == CT_OK && *n == 0 ? CT_E_ENCODING : rc;
}


/* There may be a private key among them: what is read is wiped. */
static ct_rc_t
ct_pem_blocks(BIO *bio, ct_bytes_t *certs, size_t room, size_t *n,
    ct_arena_t *arena)
{
    char    *name, *header;
    long     len;
    ct_rc_t  rc;
    uint8_t *data;

    for (rc = CT_OK; rc == CT_OK && *n < room;) {
        name = NULL;
        header = NULL;
        data = NULL;

        if (!PEM_read_bio(bio, &name, &header, &data, &len)) {
            return ERR_GET_REASON(ERR_peek_last_error())
                   == PEM_R_NO_START_LINE ? CT_OK : CT_E_ENCODING;
        }

        if (ct_pem_wanted(name)) {
            rc = ct_pem_take(&certs[*n], ct_bytes(data, (size_t) len), arena);
            *n += rc == CT_OK;
        }

        OPENSSL_free(name);
        OPENSSL_free(header);
        OPENSSL_clear_free(data, (size_t) len);
    }

    return rc;
}


static bool
ct_pem_wanted(const char *name)
{
    return strcmp(name, PEM_STRING_X509) == 0
           || strcmp(name, PEM_STRING_X509_OLD) == 0;
}


static ct_rc_t
ct_pem_take(ct_bytes_t *cert, ct_bytes_t der, ct_arena_t *arena)
{
    void *copy;

    if (der.len == 0) {
        return CT_E_ENCODING;
    }

    copy = ct_arena_strdup(arena, der.data, der.len);
    *cert = ct_bytes(copy, der.len);

    return copy != NULL ? CT_OK : CT_E_MEMORY;
}
