/*
 * ct_entry: one log entry as it lies in a data tile (static-ct-api, "Log
 * Entries"): TimestampedEntry of RFC 6962, 3.4, then what is outside of
 * the Merkle leaf. Slices borrow from the tile.
 *
 * Only `leaf` is under the tree's root. pre_certificate and chain are the
 * log's word and nothing more.
 */

#ifndef CT_ENTRY_H
#define CT_ENTRY_H

#include "ct_merkle.h"

typedef enum {
    CT_ENTRY_X509 = 0,   /* x509_entry */
    CT_ENTRY_PRECERT = 1 /* precert_entry */
} ct_entry_type_e;

/* No position is this large, so it compares unequal to all of them. */
#define CT_ENTRY_NO_INDEX UINT64_MAX

typedef struct {
    ct_entry_type_e type;
    uint64_t        timestamp_ms;
    uint64_t        leaf_index;      /* or CT_ENTRY_NO_INDEX */
    ct_bytes_t      leaf;            /* timestamp..extensions, signed */
    ct_bytes_t      cert;            /* x509: Certificate; precert: TBS */
    ct_bytes_t      issuer_key_hash; /* precert: 32 bytes; else empty */
    ct_bytes_t      pre_certificate; /* precert: as submitted, unsigned */
    ct_bytes_t      chain;           /* n * 32 bytes of fingerprints */
} ct_entry_t;


/*
 * Reads one TileLeaf. What happens to `in` and `entry` depends on whether
 * the end of the entry could be found:
 *
 *   CT_E_SHORT, CT_E_TYPE   no: both are untouched, the tile is lost from
 *                           here on.
 *   CT_OK                   yes: `in` stands behind the entry.
 *   CT_E_INDEX              yes; there is no leaf_index.
 *   CT_E_ENCODING           yes; the extensions are malformed (a duplicate
 *                           of any type, a leaf_index of other than five
 *                           bytes, bad framing; unknown types are skipped)
 *                           and leaf_index is CT_ENTRY_NO_INDEX, or the
 *                           chain is not n * 32 bytes and given as empty.
 *   CT_E_LIMIT              yes; the entry is above CT_LIMIT_ENTRY. Goes
 *                           before the two above.
 *
 * Wherever it is "yes", `entry` is filled: it can be hashed, and an entry
 * that cannot be believed can still be searched and reported.
 * A chain above CT_LIMIT_CHAIN is given whole; its user cuts it.
 */
ct_rc_t ct_entry_read(ct_bytes_t *in, ct_entry_t *entry);

/* SHA-256(00 || version 00 || leaf_type 00 || leaf): RFC 6962, 2.1, 3.4. */
void ct_entry_leaf_hash(ct_sha256_t *sha, const ct_entry_t *entry,
    uint8_t out[CT_HASH_LEN]);

#endif
