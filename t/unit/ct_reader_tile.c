/*
 * ct_reader: data tiles. Entries that are not wanted, before and behind, are
 * passed over, but have to be there.
 */

#include "reader.h"

#define TILE_ENTRY (8 + 2 + 3 + 3 + 2 + 8 + 2)


static void test_tile(void);
static void test_tile_wrong(void);
static ct_bytes_t tile_make(unsigned n);


int
main(void)
{
    reader_begin();

    test_tile();
    test_tile_wrong();

    reader_finish();

    return done_testing();
}


static void
test_tile(void)
{
    int        good = 1;
    size_t     cut;
    answer_t   all, some, cuts;
    ct_ask_t   ask = {.kind = CT_ASK_ENTRIES, .count = 9,
                      .tile = {.width = 9}};
    ct_bytes_t tile = tile_make(9);

    read_pieces(CT_LOG_STATIC, &ask, tile, 0, &all);
    ok(all.rc == CT_OK && all.n == 9, "all of a tile");
    is_int(all.fault[0], CT_E_INDEX, "an entry without leaf_index");
    is_int(all.fault[1], CT_E_ENCODING, "one with wrong extensions");
    is_int(all.fault[2], CT_OK, "and all others");

    ask.first = 2;
    ask.skip = 2;
    ask.count = 4;
    read_pieces(CT_LOG_STATIC, &ask, tile, 0, &some);
    ok(some.rc == CT_OK && some.n == 4 && some.index == 6,
       "the middle of it");
    ok(memcmp(some.hash[0], all.hash[2], CT_HASH_LEN) == 0
       && memcmp(some.hash[3], all.hash[5], CT_HASH_LEN) == 0,
       "the right ones");

    for (cut = 1; cut < tile.len; cut++) {
        read_pieces(CT_LOG_STATIC, &ask, tile, cut, &cuts);
        good &= same(&some, &cuts);
    }
    ok(good, "in pieces of every size");

    ask.kind = CT_ASK_PROBE;
    read_pieces(CT_LOG_STATIC, &ask, tile, 0, &some);
    ok(some.rc == CT_OK && some.n == 1, "one entry is probed for");
}


static void
test_tile_wrong(void)
{
    int        good = 1;
    size_t     len;
    answer_t   answer;
    uint8_t   *bytes;
    ct_ask_t   ask = {.kind = CT_ASK_ENTRIES, .first = 2, .skip = 2,
                      .count = 4, .tile = {.width = 9}};
    ct_bytes_t tile = tile_make(9), body;

    for (len = 0; len < tile.len; len++) {
        read_pieces(CT_LOG_STATIC, &ask, ct_bytes(tile.data, len), 0,
                    &answer);
        good &= answer.rc == CT_E_SHORT || answer.rc == CT_E_COUNT;
    }
    ok(good, "less of it");

    read_pieces(CT_LOG_STATIC, &ask, ct_bytes(tile.data, tile.len - 1), 0,
                &answer);
    is_int(answer.rc, CT_E_SHORT, "broken off");
    read_pieces(CT_LOG_STATIC, &ask, tile_make(8), 0, &answer);
    is_int(answer.rc, CT_E_COUNT, "one entry less");
    read_pieces(CT_LOG_STATIC, &ask, tile_make(10), 0, &answer);
    is_int(answer.rc, CT_E_TRAILING, "one entry more");
    read_pieces(CT_LOG_STATIC, &ask, tile_make(0), 0, &answer);
    is_int(answer.rc, CT_E_COUNT, "nothing");

    tile = tile_make(9);
    bytes = (uint8_t *) tile.data;
    bytes[tile.len - TILE_ENTRY + 9] = 7; /* its entry_type */
    read_pieces(CT_LOG_STATIC, &ask, tile, 0, &answer);
    is_int(answer.rc, CT_E_TYPE, "an unknown type behind the wanted ones");
    is_int(answer.n, 4, "which came");

    body = repeated("12345678", 0, CT_LIMIT_ENTRY_TEXT, "");
    bytes = (uint8_t *) body.data;
    memset(bytes + 8, 0, 2);
    memset(bytes + 10, 0xff, 3);
    read_pieces(CT_LOG_STATIC, &ask, body, 0, &answer);
    is_int(answer.rc, CT_E_LIMIT, "an entry without an end");
}


/* Entries of which the first has no leaf_index and the second a wrong one.
 * Valid until the next call. */
static ct_bytes_t
tile_make(unsigned n)
{
    unsigned       i;
    ct_buf_t       buf;
    static uint8_t bytes[16 * TILE_ENTRY];

    ct_buf_fixed(&buf, bytes, sizeof(bytes));

    for (i = 0; i < n; i++) {
        ct_buf_put(&buf, "\0\0\1\x8b\xcf\xe5\x68\0" "\0\0" "\0\0\3xyz", 16);

        if (i == 0) {
            ct_buf_put(&buf, "\0\0", 2);
        } else {
            ct_buf_put(&buf, "\0\x8\0\0\5\0\0\0\0", 9);
            ct_buf_putc(&buf, (uint8_t) i);
        }

        if (i == 1) {
            buf.data[buf.len - 6] = 4;
        }

        ct_buf_put(&buf, "\0\0", 2);
    }

    return ct_buf_slice(&buf);
}
