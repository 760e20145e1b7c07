/*
 * ct_scan: one entry after the other. The hot path of the whole project:
 * per entry one SHA-256, one walk through the certificate and a few hash
 * probes per name; nothing is copied or allocated.
 */

#include "ct_scan.h"

#include <string.h>


static bool ct_scan_names(ct_scan_t *scan, const ct_entry_t *entry,
    ct_match_t *match);


void
ct_scan_init(ct_scan_t *scan, ct_sha256_t *sha, const ct_watch_t *watch)
{
    memset(scan, 0, sizeof(ct_scan_t));
    scan->sha = sha;
    scan->watch = watch;
}


bool
ct_scan_entry(ct_scan_t *scan, const ct_entry_t *entry, uint64_t index,
    bool broken, ct_match_t *match)
{
    bool found;

    match->unparsable = false;
    found = ct_scan_names(scan, entry, match);

    scan->entries++;
    scan->malformed += broken || match->unparsable;

    if (!found && match->unparsable) {
        found = ct_watch_search(scan->watch, entry->cert, &match->matched);
    }

    if (found) {
        match->entry = *entry;
        match->index = index;
        match->owner = ct_watch_owner(scan->watch, match->matched);
    }

    return found;
}


/* Only the signed leaf decides; the submitted pre-certificate and the chain
 * are not looked at here. A name that is found is enough, whatever cannot be
 * read behind it. */
static bool
ct_scan_names(ct_scan_t *scan, const ct_entry_t *entry, ct_match_t *match)
{
    ct_cert_t  cert;
    ct_name_t  name;
    ct_names_t names;

    if (entry->type == CT_ENTRY_PRECERT) {
        (void) ct_cert_read_tbs(entry->cert, &cert);
    } else {
        (void) ct_cert_read(entry->cert, &cert);
    }

    /* filled when the TBS could be read, whatever is wrong behind it */
    if (cert.tbs.len == 0) {
        match->unparsable = true;
        return false;
    }

    ct_names_start(&names, &cert);

    while (ct_names_next(&names, &name)) {
        if (ct_watch_match(scan->watch, &name, &match->matched)) {
            return true;
        }
    }

    match->unparsable = names.broken;

    return false;
}


/* A log that says where its entries are must be right; those of RFC 6962,
 * and archived ones, say nothing. */
ct_rc_t
ct_scan_append(ct_scan_t *scan, ct_merkle_t *tree, const ct_entry_t *entry)
{
    uint8_t hash[CT_HASH_LEN];

    if (entry->leaf_index != CT_ENTRY_NO_INDEX
        && entry->leaf_index != tree->size)
    {
        return CT_E_INDEX;
    }

    ct_entry_leaf_hash(scan->sha, entry, hash);

    return ct_merkle_append(tree, scan->sha, hash);
}
