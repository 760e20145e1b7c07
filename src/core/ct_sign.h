/*
 * ct_sign: signatures of webhooks as Standard Webhooks 1.0.0 has them. What
 * is signed is "id.timestamp.body", with HMAC-SHA-256; the header has one
 * signature for each secret, so that secrets can be changed one side after
 * the other.
 */

#ifndef CT_SIGN_H
#define CT_SIGN_H

#include "ct_bytes.h"
#include "ct_limits.h"

/* The headers of a signed request. */
#define CT_SIGN_ID        "webhook-id"
#define CT_SIGN_TIMESTAMP "webhook-timestamp" /* seconds since 1970 */
#define CT_SIGN_SIGNATURE "webhook-signature"

/* In front of a secret in base64. */
#define CT_SIGN_PREFIX "whsec_"

/* A good secret has so many bytes, by the specification. */
#define CT_SIGN_GOOD 24

typedef struct {
    uint8_t key[CT_LIMIT_SECRET];
    size_t  len;
} ct_secret_t;


/* "whsec_" and base64, padded or not, or else the bytes as they are.
 * CT_E_SHORT (empty), CT_E_LIMIT, CT_E_ENCODING; the secret is untouched. */
ct_rc_t ct_secret_read(ct_bytes_t text, ct_secret_t *secret);

/*
 * Appends the value of the header: "v1,base64 v1,base64". The id has to be
 * of printable ASCII without blanks and dots, else it could be taken for
 * part of the timestamp: CT_E_ENCODING. CT_E_LIMIT without any secret,
 * CT_E_MEMORY; nothing useful is appended then.
 */
ct_rc_t ct_sign(ct_buf_t *out, const ct_secret_t *secrets, size_t n,
    ct_bytes_t id, int64_t seconds, ct_bytes_t body);

#endif
