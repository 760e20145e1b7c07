/*
 * ct_path: what is behind the log's URL in the request for an ask, for both
 * protocols (static-ct-api, "APIs"; RFC 6962, section 4).
 */

#ifndef CT_PATH_H
#define CT_PATH_H

#include "ct_cursor.h"


/* "checkpoint", "ct/v1/get-entries?start=0&end=255" and so on; nothing for
 * CT_ASK_WAIT. CT_ASK_LEAF gives the request for the entry. */
void ct_path_ask(ct_buf_t *out, ct_log_type_e type, const ct_ask_t *ask);

/* The other half of CT_ASK_LEAF: get-proof-by-hash. */
void ct_path_proof_by_hash(ct_buf_t *out,
    const uint8_t leaf_hash[CT_HASH_LEN], uint64_t size);

/* "issuer/<hex>" of a static log. */
void ct_path_issuer(ct_buf_t *out, const uint8_t fingerprint[CT_HASH_LEN]);

#endif
