/*
 * ct_submitted: see the header. Nothing is verified here, ct_chain does
 * that; but what does not even claim to belong together can be told without.
 */

#include "ct_precert.h"
#include "ct_submitted.h"

#include <string.h>


static bool ct_submitted_issuer(const ct_entry_t *entry,
    const ct_cert_t *leaf, ct_bytes_t issuer);


bool
ct_submitted_other(const ct_entry_t *entry, ct_arena_t *scratch)
{
    uint8_t   submitted[CT_HASH_LEN], logged[CT_HASH_LEN];
    ct_cert_t pre, leaf;

    if (entry->type != CT_ENTRY_PRECERT || entry->pre_certificate.len == 0) {
        return false;
    }

    (void) ct_cert_read_tbs(entry->cert, &leaf);
    (void) ct_cert_read(entry->pre_certificate, &pre);

    if (leaf.tbs.len == 0 || pre.tbs.len == 0) {
        return leaf.tbs.len != 0;
    }

    if (ct_cert_identity(&pre, scratch, submitted) != CT_OK
        || ct_cert_identity(&leaf, scratch, logged) != CT_OK)
    {
        return false;
    }

    return memcmp(submitted, logged, CT_HASH_LEN) != 0
           && !ct_precert_same(&pre, &leaf);
}


bool
ct_submitted_strangers(const ct_entry_t *entry, const ct_bytes_t *issuers,
    size_t nissuers)
{
    size_t    i;
    ct_cert_t leaf;

    if (entry->type == CT_ENTRY_PRECERT) {
        (void) ct_cert_read_tbs(entry->cert, &leaf);
    } else {
        (void) ct_cert_read(entry->cert, &leaf);
    }

    if (leaf.tbs.len == 0) {
        return false;
    }

    for (i = 0; i < nissuers; i++) {
        if (ct_submitted_issuer(entry, &leaf, issuers[i])) {
            return false;
        }
    }

    return nissuers != 0;
}


static bool
ct_submitted_issuer(const ct_entry_t *entry, const ct_cert_t *leaf,
    ct_bytes_t issuer)
{
    uint8_t   key[CT_HASH_LEN];
    ct_cert_t cert;

    (void) ct_cert_read(issuer, &cert);

    if (entry->type != CT_ENTRY_PRECERT) {
        return ct_bytes_equal(cert.subject, leaf->issuer);
    }

    ct_sha256_once(cert.spki, key);

    return ct_bytes_equal(entry->issuer_key_hash,
                          ct_bytes(key, CT_HASH_LEN));
}
