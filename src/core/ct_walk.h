/*
 * ct_walk: all findings of a store, by any reader.
 */

#ifndef CT_WALK_H
#define CT_WALK_H

#include "ct_finding.h"

/* Findings from the newest to the oldest. It ends when it has met as many
 * as there are, so that gaps far down are not walked in vain. */
typedef struct {
    const ct_store_t *store;
    uint64_t          below; /* the next has a smaller number */
    size_t            left;
} ct_walk_t;


void ct_walk_start(ct_walk_t *walk, const ct_store_t *store);

/* The next finding; `text` (NULL: not wanted) is emptied first. */
bool ct_walk_next(ct_walk_t *walk, ct_finding_t *finding, ct_buf_t *text);

/* The finding whose id these 16 bytes are; `text` as above. */
bool ct_walk_find(const ct_store_t *store, const uint8_t *id,
    ct_finding_t *finding, ct_buf_t *text);

#endif
