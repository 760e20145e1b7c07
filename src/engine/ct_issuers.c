/*
 * ct_issuers: a ring. Some thousand issuers exist in the world and only
 * those of matching entries are asked for: a linear look is good enough.
 */

#include "ct_issuers.h"
#include "ct_limits.h"

#include <stdlib.h>
#include <string.h>


typedef struct {
    uint8_t  fingerprint[CT_HASH_LEN];
    uint8_t *data; /* NULL: empty, or given up */
    size_t   len;
    int64_t  until_ms; /* given up until; 0: not */
} ct_issuer_file_t;

struct ct_issuers_s {
    size_t           next;
    ct_issuer_file_t files[CT_LIMIT_ISSUER_CACHE];
};


static ct_issuer_file_t *ct_issuers_slot(ct_issuers_t *issuers,
    const uint8_t fingerprint[CT_HASH_LEN]);


ct_issuers_t *
ct_issuers_create(void)
{
    return calloc(1, sizeof(ct_issuers_t));
}


void
ct_issuers_destroy(ct_issuers_t *issuers)
{
    size_t i;

    if (issuers == NULL) {
        return;
    }

    for (i = 0; i < CT_LIMIT_ISSUER_CACHE; i++) {
        free(issuers->files[i].data);
    }

    free(issuers);
}


bool
ct_issuers_get(const ct_issuers_t *issuers,
    const uint8_t fingerprint[CT_HASH_LEN], ct_bytes_t *der)
{
    size_t                  i;
    const ct_issuer_file_t *file;

    for (i = 0; i < CT_LIMIT_ISSUER_CACHE; i++) {
        file = &issuers->files[i];

        if (file->data != NULL
            && memcmp(file->fingerprint, fingerprint, CT_HASH_LEN) == 0)
        {
            *der = ct_bytes(file->data, file->len);
            return true;
        }
    }

    return false;
}


ct_rc_t
ct_issuers_put(ct_issuers_t *issuers, const uint8_t fingerprint[CT_HASH_LEN],
    uint8_t *data, size_t len)
{
    uint8_t           hash[CT_HASH_LEN];
    ct_issuer_file_t *file;

    if (data == NULL || len > CT_LIMIT_ISSUER) {
        return CT_E_LIMIT;
    }

    ct_sha256_once(ct_bytes(data, len), hash);

    if (memcmp(hash, fingerprint, CT_HASH_LEN) != 0) {
        return CT_E_ENCODING;
    }

    file = ct_issuers_slot(issuers, fingerprint);
    file->data = data;
    file->len = len;

    return CT_OK;
}


/* The one of this fingerprint or the oldest, emptied. */
static ct_issuer_file_t *
ct_issuers_slot(ct_issuers_t *issuers, const uint8_t fingerprint[CT_HASH_LEN])
{
    size_t            i;
    ct_issuer_file_t *file;

    for (i = 0; i < CT_LIMIT_ISSUER_CACHE; i++) {
        if (memcmp(issuers->files[i].fingerprint, fingerprint, CT_HASH_LEN)
            == 0)
        {
            break;
        }
    }

    if (i == CT_LIMIT_ISSUER_CACHE) {
        i = issuers->next;
        issuers->next = (i + 1) % CT_LIMIT_ISSUER_CACHE;
    }

    file = &issuers->files[i];
    free(file->data);
    memset(file, 0, sizeof(ct_issuer_file_t));
    memcpy(file->fingerprint, fingerprint, CT_HASH_LEN);

    return file;
}


void
ct_issuers_give_up(ct_issuers_t *issuers,
    const uint8_t fingerprint[CT_HASH_LEN], int64_t until_ms)
{
    ct_issuers_slot(issuers, fingerprint)->until_ms = until_ms;
}


bool
ct_issuers_given_up(const ct_issuers_t *issuers,
    const uint8_t fingerprint[CT_HASH_LEN], int64_t now_ms)
{
    size_t i;

    for (i = 0; i < CT_LIMIT_ISSUER_CACHE; i++) {
        if (memcmp(issuers->files[i].fingerprint, fingerprint, CT_HASH_LEN)
            == 0)
        {
            return issuers->files[i].until_ms > now_ms;
        }
    }

    return false;
}
