/*
 * ct_entry: one log entry, as it lies in a data tile (static-ct-api, "Log
 * Entries") or as get-entries gives it (RFC 6962, 4.6): TimestampedEntry of
 * RFC 6962, 3.4, then what is outside of the Merkle leaf. Slices borrow.
 *
 * Only `leaf` is under the tree's root. pre_certificate, chain and
 * certificates are the log's word and nothing more.
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
    ct_bytes_t      leaf;            /* signed: timestamp..extensions */
    ct_bytes_t      leaf_input;      /* RFC 6962: all of MerkleTreeLeaf, of
                                        which leaf is a part; else empty */
    ct_bytes_t      cert;            /* x509: Certificate; precert: TBS */
    ct_bytes_t      issuer_key_hash; /* precert: 32 bytes; else empty */
    ct_bytes_t      pre_certificate; /* precert: as submitted, unsigned */
    ct_bytes_t      chain;           /* static: n * 32 bytes of
                                        fingerprints */
    ct_bytes_t      certificates;    /* RFC 6962: ASN.1Cert<1..2^24-1> in a
                                        row, the issuer first */
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

/*
 * Reads a leaf_input: MerkleTreeLeaf of RFC 6962, 3.4. Always fills `entry`
 * so that it can be hashed; when it cannot be read to its end, `cert` is all
 * that is left to search (the bytes behind the two of version and leaf_type).
 * CT_OK, leaf_index or none (classic logs have no extensions);
 * CT_E_TYPE (version, leaf_type, entry_type), CT_E_SHORT, CT_E_TRAILING,
 * CT_E_ENCODING (extensions).
 */
ct_rc_t ct_entry_read_leaf(ct_bytes_t leaf_input, ct_entry_t *entry);

/* Reads an extra_data into pre_certificate and certificates, according to
 * entry->type (RFC 6962, 3.1 and 4.6). Both are empty on failure. Every
 * ASN.1Cert inside is framed right when it is CT_OK. */
ct_rc_t ct_entry_read_extra(ct_bytes_t extra_data, ct_entry_t *entry);

/* The next one of `certificates`; false at the end. */
bool ct_entry_certificate(ct_bytes_t *certificates, ct_bytes_t *der);

/* SHA-256(00 || version 00 || leaf_type 00 || leaf), or of leaf_input where
 * there is one: RFC 6962, 2.1, 3.4. */
void ct_entry_leaf_hash(ct_sha256_t *sha, const ct_entry_t *entry,
    uint8_t out[CT_HASH_LEN]);

#endif
