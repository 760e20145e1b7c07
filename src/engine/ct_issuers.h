/*
 * ct_issuers: issuer certificates that were fetched by fingerprint
 * (static-ct-api, "Issuers") and checked to hash to it. The oldest gives
 * way when there are too many.
 */

#ifndef CT_ISSUERS_H
#define CT_ISSUERS_H

#include "ct_merkle.h"

typedef struct ct_issuers_s ct_issuers_t;


ct_issuers_t *ct_issuers_create(void);
void ct_issuers_destroy(ct_issuers_t *issuers);

/* Borrowed until the next put; false when it is not there. */
bool ct_issuers_get(const ct_issuers_t *issuers,
    const uint8_t fingerprint[CT_HASH_LEN], ct_bytes_t *der);

/* Takes `data` (malloc memory) over when CT_OK. CT_E_ENCODING: it does not
 * hash to its name; CT_E_LIMIT. */
ct_rc_t ct_issuers_put(ct_issuers_t *issuers,
    const uint8_t fingerprint[CT_HASH_LEN], uint8_t *data, size_t len);

/* The log did not give it, in spite of all tries: not to be asked for again
 * before `until_ms`. Forgotten when it is put after all. */
void ct_issuers_give_up(ct_issuers_t *issuers,
    const uint8_t fingerprint[CT_HASH_LEN], int64_t until_ms);
bool ct_issuers_given_up(const ct_issuers_t *issuers,
    const uint8_t fingerprint[CT_HASH_LEN], int64_t now_ms);

#endif
