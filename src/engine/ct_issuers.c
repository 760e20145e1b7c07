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
    uint8_t *data; /* NULL: empty */
    size_t   len;
} ct_issuer_file_t;

struct ct_issuers_s {
    size_t           next;
    ct_issuer_file_t files[CT_LIMIT_ISSUER_CACHE];
};


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

    file = &issuers->files[issuers->next];
    issuers->next = (issuers->next + 1) % CT_LIMIT_ISSUER_CACHE;

    free(file->data);
    memcpy(file->fingerprint, fingerprint, CT_HASH_LEN);
    file->data = data;
    file->len = len;

    return CT_OK;
}
