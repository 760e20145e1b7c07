/*
 * ct_anchors.h: what ct_chain needs of the anchors, and the few questions
 * that both ask OpenSSL about a certificate. Not for others.
 */

#ifndef CT_ANCHORS_H
#define CT_ANCHORS_H

#include <openssl/x509.h>

#include "ct_chain.h"

typedef struct {
    X509   *cert;
    char    owner[CT_LIMIT_TEXT]; /* never empty */
    uint8_t hash[CT_HASH_LEN];
    size_t  next;                 /* 1 + the next of its bucket; 0: none */
} ct_anchor_t;


/* The first anchor with this subject, or the one after `last`. */
const ct_anchor_t *ct_anchors_find(const ct_anchors_t *anchors,
    const X509_NAME *subject, const ct_anchor_t *last);

/* NULL when it is longer than `limit` or cannot be decoded. Bytes behind
 * the certificate are let go. */
X509 *ct_x509_read(ct_bytes_t der, size_t limit);

/* SHA-256 of the SubjectPublicKeyInfo. */
bool ct_x509_key_hash(X509 *cert, uint8_t out[CT_HASH_LEN]);

#endif
