/*
 * ct_scan: one pass over a data tile. The hot path of the whole project:
 * per entry one SHA-256, one walk through the certificate and a few hash
 * probes per name; nothing is copied or allocated.
 */

#include "ct_scan.h"

#include <string.h>


static ct_rc_t ct_scan_entry(ct_scan_t *scan, ct_merkle_t *tree,
    const ct_entry_t *entry);
static void ct_scan_names(ct_scan_t *scan, const ct_entry_t *entry,
    uint64_t index);
static void ct_scan_add(ct_scan_t *scan, const ct_entry_t *entry,
    uint64_t index, ct_bytes_t matched, bool unparsable);


void
ct_scan_init(ct_scan_t *scan, ct_sha256_t *sha, const ct_watch_t *watch)
{
    memset(scan, 0, sizeof(ct_scan_t));
    scan->sha = sha;
    scan->watch = watch;
}


ct_rc_t
ct_scan_tile(ct_scan_t *scan, ct_merkle_t *tree, ct_bytes_t body,
    const ct_ask_t *ask)
{
    ct_rc_t    rc;
    unsigned   i;
    ct_entry_t entry;

    scan->nmatches = 0;

    for (i = 0; i < ask->tile.width; i++) {
        if (body.len == 0) {
            return CT_E_COUNT;
        }

        rc = ct_entry_read(&body, &entry);

        /* a leaf that is too large or has wrong extensions is framed all
         * the same: it counts in the tree, and what it holds must be seen */
        if (rc != CT_OK && rc != CT_E_INDEX && rc != CT_E_ENCODING
            && rc != CT_E_LIMIT)
        {
            return rc;
        }

        if (i < ask->skip || i >= ask->skip + ask->want) {
            continue;
        }

        if (rc == CT_OK && entry.leaf_index != tree->size) {
            return CT_E_INDEX;
        }

        scan->malformed += rc != CT_OK;
        rc = ct_scan_entry(scan, tree, &entry);

        if (rc != CT_OK) {
            return rc;
        }
    }

    return body.len == 0 ? CT_OK : CT_E_COUNT;
}


static ct_rc_t
ct_scan_entry(ct_scan_t *scan, ct_merkle_t *tree, const ct_entry_t *entry)
{
    uint8_t hash[CT_HASH_LEN];

    ct_entry_leaf_hash(scan->sha, entry, hash);
    ct_scan_names(scan, entry, tree->size);
    scan->entries++;

    return ct_merkle_append(tree, scan->sha, hash);
}


/* Only the signed leaf decides; the submitted pre-certificate and the chain
 * are not looked at here. */
static void
ct_scan_names(ct_scan_t *scan, const ct_entry_t *entry, uint64_t index)
{
    ct_cert_t  cert;
    ct_name_t  name;
    ct_bytes_t matched;
    ct_names_t names;

    if (entry->type == CT_ENTRY_PRECERT) {
        (void) ct_cert_read_tbs(entry->cert, &cert);
    } else {
        (void) ct_cert_read(entry->cert, &cert);
    }

    /* filled when the TBS could be read, whatever is wrong behind it */
    if (cert.tbs.len != 0) {
        ct_names_start(&names, &cert);

        while (ct_names_next(&names, &name)) {
            if (ct_watch_match(scan->watch, &name, &matched)) {
                ct_scan_add(scan, entry, index, matched, false);
                return;
            }
        }

        if (!names.broken) {
            return;
        }
    }

    scan->malformed++;

    if (ct_watch_search(scan->watch, entry->cert, &matched)) {
        ct_scan_add(scan, entry, index, matched, true);
    }
}


/* There is room for every entry of a tile. */
static void
ct_scan_add(ct_scan_t *scan, const ct_entry_t *entry, uint64_t index,
    ct_bytes_t matched, bool unparsable)
{
    ct_match_t *match;

    match = &scan->matches[scan->nmatches++];
    match->entry = *entry;
    match->index = index;
    match->matched = matched;
    match->unparsable = unparsable;
}
