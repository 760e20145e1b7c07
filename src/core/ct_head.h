/*
 * ct_head: a signed tree head. The same TreeHeadSignature (RFC 6962, 3.5)
 * comes as the checkpoint of static-ct-api ("Checkpoints", a C2SP signed
 * note) or as a get-sth answer.
 */

#ifndef CT_HEAD_H
#define CT_HEAD_H

#include "ct_bytes.h"
#include "ct_limits.h"

/* Flat. The signature is kept, for a head may become evidence. */
typedef struct {
    uint64_t size;
    uint64_t timestamp_ms; /* from the signature, so signed too */
    uint8_t  root[CT_HASH_LEN];
    uint32_t signature_len; /* 0: it was not kept */
    uint8_t  signature[CT_LIMIT_SIGNATURE + 4]; /* DigitallySigned */
} ct_head_t;

/* A log's key, parsed once. */
typedef struct ct_key_s ct_key_t;


/* `spki` is SubjectPublicKeyInfo DER: ECDSA P-256/P-384 or RSA >= 2048.
 * NULL when it is anything else. Freed by ct_key_free, NULL-safe. */
ct_key_t *ct_key_create(ct_bytes_t spki);
void ct_key_free(ct_key_t *key);

/* SHA-256 of the SPKI: the log_id (RFC 6962, 3.2). */
const uint8_t *ct_key_id(const ct_key_t *key);

/*
 * Parses and verifies a checkpoint. `origin` is the submission prefix
 * without scheme and trailing slash. Lines with another (name, key id) are
 * ignored; the log's own line must verify. CT_E_ENCODING, CT_E_ORIGIN,
 * CT_E_LIMIT, CT_E_UNSIGNED, CT_E_SIGNATURE; `head` untouched on failure.
 */
ct_rc_t ct_head_read_checkpoint(ct_bytes_t note, ct_bytes_t origin,
    const ct_key_t *key, ct_head_t *head);

/*
 * A tree head as JSON that anybody can check against the log's key: log_id,
 * tree_size, timestamp, sha256_root_hash, tree_head_signature, in base64 as
 * get-sth gives them (RFC 6962, 4.3).
 */
void ct_head_evidence(ct_buf_t *out, const ct_head_t *head,
    const uint8_t log_id[CT_HASH_LEN]);

/* DigitallySigned over the head: u8 hash, u8 signature, u16 length, bytes.
 * CT_E_ENCODING or CT_E_SIGNATURE. */
ct_rc_t ct_head_verify(const ct_head_t *head, const ct_key_t *key,
    ct_bytes_t digitally_signed);

#endif
