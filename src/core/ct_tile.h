/*
 * ct_tile: addresses and counts of tiles (static-ct-api, "Merkle Tree" and
 * "Log Entries"; the tlog-tiles path encoding). Knows nothing of transport.
 */

#ifndef CT_TILE_H
#define CT_TILE_H

#include "ct_bytes.h"

/* Level of a data tile, beside 0..5 for hash tiles. */
#define CT_TILE_DATA (-1)

typedef struct {
    int      level; /* CT_TILE_DATA or a hash level */
    unsigned width; /* 1..256; 256 is a full tile without ".p/" */
    uint64_t index; /* N */
} ct_tile_t;


/* Appends "tile/data/x001/x234/067.p/12" or "tile/0/000". */
void ct_tile_path(ct_buf_t *out, const ct_tile_t *tile);

/* The width that tile `index` of `level` has in a tree of `size` leaves:
 * 0 (absent) to 256. */
unsigned ct_tile_width(uint64_t size, int level, uint64_t index);

#endif
