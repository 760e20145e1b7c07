/*
 * ct_chain: which CA issued a certificate - established by verifying the
 * logged chain, signature by signature, to an anchor of the trust bundle.
 * Issuer text proves nothing and is used only to look for the next key.
 *
 * OpenSSL does the cryptography: some 200 us a certificate, so only for
 * the few entries that match. Dates are not checked: a certificate that
 * has expired was issued all the same.
 */

#ifndef CT_CHAIN_H
#define CT_CHAIN_H

#include "ct_entry.h"
#include "ct_limits.h"

typedef struct ct_anchors_s ct_anchors_t;

#define CT_CA_PATH 8 /* certificates from the direct issuer to the anchor */

typedef struct {
    char    owner[CT_LIMIT_TEXT]; /* who it is: the organization, unless a
                                     CA list tells (ct_calist_name) */
    char    organization[CT_LIMIT_TEXT]; /* of the anchor, else its CN;
                                            NUL-terminated UTF-8; empty when
                                            no anchor was reached */
    uint8_t issuer_key[CT_HASH_LEN]; /* SHA-256 of the SPKI that signed it;
                                        zero when no key was found */
    size_t  npath;
    uint8_t path_key[CT_CA_PATH][CT_HASH_LEN];  /* SPKI SHA-256 */
    uint8_t path_cert[CT_CA_PATH][CT_HASH_LEN]; /* certificate SHA-256 */
    bool    issuer_found; /* issuer_key's signature was verified */
} ct_ca_t;


/* All certificates of a PEM bundle; those that cannot be read are counted
 * in *nbad. NULL when none can. Read-only afterwards. */
ct_anchors_t *ct_anchors_read(ct_bytes_t pem, size_t *nbad);
void ct_anchors_free(ct_anchors_t *anchors);
size_t ct_anchors_count(const ct_anchors_t *anchors);

/* The organization of the anchor with this SHA-256; NULL: it is none. */
const char *ct_anchors_organization(const ct_anchors_t *anchors,
    const uint8_t cert[CT_HASH_LEN]);

/*
 * Verifies `cert` (a Certificate or pre-certificate, DER) upwards through
 * `issuers` in whatever order, at most CT_LIMIT_CHAIN of them, to an anchor.
 * Every issuer must be a CA (basicConstraints). CT_OK, or CT_E_CHAIN with
 * as much of `ca` filled as was verified. `anchors` may be NULL: then no
 * anchor is ever reached.
 */
ct_rc_t ct_chain_verify(const ct_anchors_t *anchors, ct_bytes_t cert,
    const ct_bytes_t *issuers, size_t nissuers, ct_ca_t *ca);

/*
 * The same for a log entry. A pre-certificate is first tied to the leaf: its
 * TBS without poison must be the leaf's (with a Precertificate Signing
 * Certificate, RFC 6962, 3.1: apart from issuer and authority key id), and
 * issuer_key_hash must be the key of the CA found. Otherwise CT_E_CHAIN and
 * an empty `ca`: the submitted bytes say nothing about the leaf.
 */
ct_rc_t ct_chain_establish(const ct_anchors_t *anchors,
    const ct_entry_t *entry, const ct_bytes_t *issuers, size_t nissuers,
    ct_arena_t *scratch, ct_ca_t *ca);

/* Was `cert` signed by the key of the CA certificate `issuer`? Names must
 * chain too. For private CAs: "the key that issued what we serve". */
bool ct_chain_signed_by(ct_bytes_t cert, ct_bytes_t issuer);

#endif
