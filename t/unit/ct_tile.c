/* ct_tile: paths and widths, against the examples and by counting. */

#include "ct_tile.h"
#include "tap.h"


static void path_is(int level, uint64_t index, unsigned width,
    const char *want);
static void test_paths(void);
static void test_widths(void);
static void test_count(void);


int
main(void)
{
    test_paths();
    test_widths();
    test_count();

    return done_testing();
}


static void
test_paths(void)
{
    uint8_t    room[10];
    ct_buf_t   buf;
    ct_tile_t  tile = {.level = 0, .width = 256, .index = 0};

    path_is(0, 0, 256, "tile/0/000");
    path_is(0, 0, 1, "tile/0/000.p/1");
    path_is(5, 7, 255, "tile/5/007.p/255");
    path_is(1, 999, 256, "tile/1/999");
    path_is(1, 1000, 256, "tile/1/x001/000");
    path_is(0, 999999, 256, "tile/0/x999/999");
    path_is(0, 1000000, 256, "tile/0/x001/x000/000");
    path_is(0, 1234067, 256, "tile/0/x001/x234/067");
    path_is(CT_TILE_DATA, 1234067, 12, "tile/data/x001/x234/067.p/12");
    path_is(CT_TILE_DATA, 6202854, 176, "tile/data/x006/x202/854.p/176");
    path_is(CT_TILE_DATA, 4294967295, 256, "tile/data/x004/x294/x967/295");
    path_is(0, UINT64_MAX, 256,
            "tile/0/x018/x446/x744/x073/x709/x551/615");

    ct_buf_fixed(&buf, room, sizeof(room));
    ct_tile_path(&buf, &tile);
    ok(!buf.full, "a path of ten bytes in ten");
    ct_buf_fixed(&buf, room, sizeof(room) - 1);
    ct_tile_path(&buf, &tile);
    ok(buf.full, "and not in nine");
}


static void
path_is(int level, uint64_t index, unsigned width, const char *want)
{
    char       room[128];
    ct_buf_t   buf;
    ct_tile_t  tile = {.level = level, .width = width, .index = index};
    ct_bytes_t path;

    ct_buf_fixed(&buf, room, sizeof(room));
    ct_tile_path(&buf, &tile);
    path = ct_buf_slice(&buf);
    is_mem(path.data, path.len, want, strlen(want), "%s", want);
}


/* static-ct-api and tlog-tiles show a tree of 70000 leaves. */
static void
test_widths(void)
{
    is_int(ct_tile_width(70000, 0, 272), 256, "70000: the last full tile");
    is_int(ct_tile_width(70000, 0, 273), 112, "70000: the partial tile");
    is_int(ct_tile_width(70000, 0, 274), 0, "70000: nothing behind it");
    is_int(ct_tile_width(70000, CT_TILE_DATA, 273), 112, "70000: data");
    is_int(ct_tile_width(70000, CT_TILE_DATA, 0), 256, "70000: full data");
    is_int(ct_tile_width(70000, 1, 0), 256, "70000: level 1");
    is_int(ct_tile_width(70000, 1, 1), 17, "70000: level 1, partial");
    is_int(ct_tile_width(70000, 2, 0), 1, "70000: level 2");
    is_int(ct_tile_width(70000, 3, 0), 0, "70000: no level 3");

    is_int(ct_tile_width(0, 0, 0), 0, "the empty tree");
    is_int(ct_tile_width(256, 0, 1), 0, "no partial tile of width 0");
    is_int(ct_tile_width(256, 1, 0), 1, "a full tile is hashed above");
    is_int(ct_tile_width(255, 1, 0), 0, "a partial one is not");
    is_int(ct_tile_width((1ULL << 40) - 1, 4, 0), 255, "2^40 - 1, level 4");
    is_int(ct_tile_width((1ULL << 40) - 1, 5, 0), 0, "2^40 - 1, level 5");
    is_int(ct_tile_width(UINT64_MAX, 7, 0), 255, "the largest size");
    is_int(ct_tile_width(UINT64_MAX, 8, 0), 0, "no level 8");
    is_int(ct_tile_width(UINT64_MAX, 1 << 29, 0), 0, "nor 2^29");
    is_int(ct_tile_width(UINT64_MAX, -2, 0), 0, "nor -2");
    is_int(ct_tile_width(UINT64_MAX, 0, UINT64_MAX), 0, "the largest index");
}


/* The widths of a level add up to its hashes, each a level of the next. */
static void
test_count(void)
{
    int      good, level;
    uint64_t size, index, hashes, sum;

    good = 1;

    for (size = 0; size < 140000; size += 1 + size / 97) {
        hashes = size;

        for (level = 0; level < 4; level++) {
            sum = 0;

            for (index = 0; index <= hashes / 256 + 1; index++) {
                sum += ct_tile_width(size, level, index);
            }

            good &= sum == hashes;
            hashes /= 256;
        }
    }

    ok(good, "widths add up at every level");
}
