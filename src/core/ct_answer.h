/*
 * ct_answer: the small JSON answers of an RFC 6962 log (section 4), read
 * through jansson. Bodies above CT_LIMIT_ANSWER are refused unread; unknown
 * members are ignored; every hash must be 32 bytes of base64.
 */

#ifndef CT_ANSWER_H
#define CT_ANSWER_H

#include "ct_head.h"
#include "ct_limits.h"
#include "ct_merkle.h"

/* A concatenation of hashes. */
typedef struct {
    size_t  len; /* bytes */
    uint8_t data[CT_LIMIT_PROOF * CT_HASH_LEN];
} ct_proof_t;


/* get-sth (4.3): parses and verifies it with the log's key. As
 * ct_head_read_checkpoint: CT_E_ENCODING, CT_E_LIMIT, CT_E_SIGNATURE. */
ct_rc_t ct_answer_sth(ct_bytes_t json, const ct_key_t *key, ct_head_t *head);

/* get-sth-consistency (4.4): `consistency`. */
ct_rc_t ct_answer_consistency(ct_bytes_t json, ct_proof_t *proof);

/* get-proof-by-hash (4.5): `leaf_index`, `audit_path`. */
ct_rc_t ct_answer_proof(ct_bytes_t json, uint64_t *leaf_index,
    ct_proof_t *proof);

/* get-entry-and-proof (4.8): the hash of `leaf_input`, and `audit_path`. */
ct_rc_t ct_answer_entry_and_proof(ct_bytes_t json, ct_sha256_t *sha,
    uint8_t leaf_hash[CT_HASH_LEN], ct_proof_t *proof);

#endif
