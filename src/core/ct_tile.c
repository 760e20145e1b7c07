/*
 * ct_tile: the arithmetic of tiles. The encoding of N is that of
 * c2sp.org/tlog-tiles: groups of three digits, all but the last marked
 * with an "x", so that no directory grows beyond a thousand names.
 */

#include "ct_tile.h"
#include "ct_limits.h"


static void ct_tile_index(ct_buf_t *out, uint64_t index);
static void ct_tile_group(ct_buf_t *out, unsigned group);


void
ct_tile_path(ct_buf_t *out, const ct_tile_t *tile)
{
    if (tile->level == CT_TILE_DATA) {
        ct_buf_puts(out, "tile/data/");

    } else {
        ct_buf_puts(out, "tile/");
        ct_buf_u64(out, (unsigned) tile->level);
        ct_buf_putc(out, '/');
    }

    ct_tile_index(out, tile->index);

    if (tile->width < CT_LIMIT_TILE_WIDTH) {
        ct_buf_puts(out, ".p/");
        ct_buf_u64(out, tile->width);
    }
}


unsigned
ct_tile_width(uint64_t size, int level, uint64_t index)
{
    unsigned shift;
    uint64_t hashes, full;

    if (level < CT_TILE_DATA || level >= 8) {
        return 0;
    }

    /* a data tile is as wide as the tile of its leaf hashes */
    shift = level == CT_TILE_DATA ? 0 : 8 * (unsigned) level;
    hashes = size >> shift;
    full = hashes / CT_LIMIT_TILE_WIDTH;

    if (index < full) {
        return CT_LIMIT_TILE_WIDTH;
    }

    return index == full ? hashes % CT_LIMIT_TILE_WIDTH : 0;
}


/* 1234067 is "x001/x234/067". */
static void
ct_tile_index(ct_buf_t *out, uint64_t index)
{
    uint64_t unit;

    unit = 1;

    while (index / unit >= 1000) {
        unit *= 1000;
    }

    for (; unit > 1; unit /= 1000) {
        ct_buf_putc(out, 'x');
        ct_tile_group(out, (unsigned) (index / unit % 1000));
        ct_buf_putc(out, '/');
    }

    ct_tile_group(out, (unsigned) (index % 1000));
}


static void
ct_tile_group(ct_buf_t *out, unsigned group)
{
    ct_buf_putc(out, (uint8_t) ('0' + group / 100));
    ct_buf_putc(out, (uint8_t) ('0' + group / 10 % 10));
    ct_buf_putc(out, (uint8_t) ('0' + group % 10));
}
