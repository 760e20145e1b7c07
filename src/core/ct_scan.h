/*
 * ct_scan: the middle of the journey in one screen - next entry -> leaf
 * hash into the frontier -> names -> match. What matches goes on to the
 * judge; what cannot be parsed but may hold a watched name does too.
 */

#ifndef CT_SCAN_H
#define CT_SCAN_H

#include "ct_cursor.h"
#include "ct_entry.h"
#include "ct_watch.h"

/* Borrows from the tile's body. */
typedef struct {
    ct_entry_t entry;
    uint64_t   index;
    ct_bytes_t matched;    /* the first watched name that it concerns */
    bool       unparsable; /* its names could not (all) be read */
} ct_match_t;

typedef struct {
    ct_sha256_t      *sha;
    const ct_watch_t *watch;
    uint64_t          entries;    /* scanned in all */
    uint64_t          malformed;  /* of them not parsable */
    size_t            nmatches;   /* of the last tile */
    ct_match_t        matches[CT_LIMIT_TILE_WIDTH];
} ct_scan_t;


void ct_scan_init(ct_scan_t *scan, ct_sha256_t *sha, const ct_watch_t *watch);

/*
 * Scans a data tile. `tree` has the size of the first entry to use and is
 * advanced by ask->want leaves; it is a copy the caller throws away on
 * failure. The body must hold exactly ask->tile.width entries.
 * CT_E_COUNT, CT_E_INDEX (leaf_index is not the position) and what
 * ct_entry_read returns.
 */
ct_rc_t ct_scan_tile(ct_scan_t *scan, ct_merkle_t *tree, ct_bytes_t body,
    const ct_ask_t *ask);

#endif
