/*
 * ct_scan: the middle of the journey in one screen - next entry -> names ->
 * match; leaf hash into the frontier. What matches goes on to the judge;
 * what cannot be parsed but may hold a watched name does too.
 */

#ifndef CT_SCAN_H
#define CT_SCAN_H

#include "ct_entry.h"
#include "ct_watch.h"

/* Borrows from the entry's bytes. */
typedef struct {
    ct_entry_t entry;
    uint64_t   index;
    ct_bytes_t matched;    /* the first watched name that it concerns */
    uint32_t   owner;      /* whose that is; 0: nobody's */
    bool       unparsable; /* its names could not (all) be read */
} ct_match_t;

typedef struct {
    ct_sha256_t      *sha;
    const ct_watch_t *watch;
    uint64_t          entries;   /* scanned in all */
    uint64_t          malformed; /* of them not parsable */
} ct_scan_t;


void ct_scan_init(ct_scan_t *scan, ct_sha256_t *sha, const ct_watch_t *watch);

/* Does this entry concern a watched name? Fills `match` when it does.
 * `broken`: its frame was at fault (ct_reader's `fault`): if its names can
 * not be read, the raw bytes of `cert` are searched. */
bool ct_scan_entry(ct_scan_t *scan, const ct_entry_t *entry, uint64_t index,
    bool broken, ct_match_t *match);

/* Its leaf hash becomes the next leaf. CT_E_INDEX when it has a leaf_index
 * and that is not the position; CT_E_LIMIT. */
ct_rc_t ct_scan_append(ct_scan_t *scan, ct_merkle_t *tree,
    const ct_entry_t *entry);

#endif
