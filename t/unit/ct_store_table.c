/*
 * ct_store, tables: rows lie where they belong, empty ones are found, and
 * they survive a copy into another zone.
 */

#include "store.h"


static void
test_rows(void)
{
    size_t              i, n;
    ct_ack_t            ack;
    int64_t             last_ms;
    ct_past_t           past;
    ct_store_t         *store;
    ct_channel_record_t channel;

    store = make(SIZE);
    n = ct_store_rows(store, CT_TABLE_PAST);
    ok(n > 100, "room for %zu certificates of the past", n);
    ok(!ct_store_row(store, CT_TABLE_PAST, 0, &past), "none there");

    memset(&past, 0, sizeof(past));

    for (i = 0; i < n; i++) {
        past.last_ms = (int64_t) i + 1;
        memset(past.identity, (int) (i & 0xff), CT_HASH_LEN);
        ct_store_set_row(store, CT_TABLE_PAST,
                         ct_store_free_row(store, CT_TABLE_PAST), &past);
    }

    is_int(ct_store_free_row(store, CT_TABLE_PAST), n, "full");
    ok(ct_store_row(store, CT_TABLE_PAST, n - 1, &past)
       && past.last_ms == (int64_t) n, "the last one");
    ok(!ct_store_row(store, CT_TABLE_PAST, n, &past), "is the last one");

    memset(&ack, 0, sizeof(ack));
    ack.time_ms = 5;
    ct_store_set_row(store, CT_TABLE_ACK,
                     ct_store_rows(store, CT_TABLE_ACK) - 1, &ack);
    memset(&channel, 0, sizeof(channel));
    channel.id = 7;
    ct_store_set_row(store, CT_TABLE_CHANNEL,
                     ct_store_rows(store, CT_TABLE_CHANNEL) - 1, &channel);

    ok(ct_store_row(store, CT_TABLE_PAST, n - 1, &past)
       && past.last_ms == (int64_t) n, "tables do not overlap");
    ok(ct_store_row(store, CT_TABLE_ACK,
                    ct_store_rows(store, CT_TABLE_ACK) - 1, &ack)
       && ack.time_ms == 5, "from either side");
    is_int(ct_store_inbox(store)->tickets, 0, "nor with the inbox");

    memset(ack.hash, 5, CT_HASH_LEN);
    ok(ct_store_past(store, ack.hash, &past) == 5 && past.last_ms == 6,
       "found by its identity");
    ack.hash[CT_HASH_LEN - 1] = 6;
    is_int(ct_store_past(store, ack.hash, &past),
           ct_store_rows(store, CT_TABLE_PAST), "by all of it");

    is_int(ct_store_past_oldest(store, &last_ms), 0, "the oldest");
    is_int(last_ms, 1, "and when it was seen");
    past.last_ms = 99;
    ct_store_set_row(store, CT_TABLE_PAST, 0, &past);
    is_int(ct_store_past_oldest(store, &last_ms), 1, "then another one");

    ct_store_set_row(store, CT_TABLE_PAST, 3, NULL);
    is_int(ct_store_free_row(store, CT_TABLE_PAST), 3, "a row is emptied");
    ct_store_clear(store);
    is_int(ct_store_free_row(store, CT_TABLE_PAST), 0, "all of them");
    is_int(ct_store_past_oldest(store, &last_ms), n, "and no oldest");
    is_int(ct_store_free_row(store, CT_TABLE_ACK), 0, "of all tables");
}


static void
test_copy(void)
{
    ct_ack_t    ack;
    ct_store_t *store, *other;
    ct_arena_t *arena;

    store = make(SIZE);
    other = make((size_t) 2 * SIZE);
    arena = ct_arena_create((size_t) 1024 * 1024);
    memset(&ack, 0, sizeof(ack));
    ack.time_ms = 9;
    ct_store_set_row(store, CT_TABLE_ACK, 2, &ack);
    ack.time_ms = 10;
    ct_store_set_row(store, CT_TABLE_ACK, 4, &ack);

    ok(ct_store_copy(other, store, arena), "into a larger zone");
    ok(ct_store_row(other, CT_TABLE_ACK, 0, &ack) && ack.time_ms == 9
       && ct_store_row(other, CT_TABLE_ACK, 1, &ack) && ack.time_ms == 10
       && !ct_store_row(other, CT_TABLE_ACK, 2, &ack), "rows come along");
    ct_arena_destroy(arena);
}


/* Killed amid a row: the old one is back. */
static void
test_repair(void)
{
    ct_ack_t    ack, other;
    uint64_t   *slot;
    ct_store_t *store;

    store = make(SIZE);
    memset(&ack, 0, sizeof(ack));
    ack.time_ms = 1;
    ct_store_set_row(store, CT_TABLE_ACK, 0, &ack);

    other = ack;
    other.time_ms = 2;
    slot = ct_store_row_slot(store, CT_TABLE_ACK, 0);
    memcpy(store->journal, slot + 1, sizeof(ack));
    store->journal_words = ct_store_row_words(CT_TABLE_ACK);
    store->journal_slot = (uint64_t) ((uint8_t *) slot - (uint8_t *) store);
    ct_slot_begin(slot);
    memcpy(slot + 1, &other, sizeof(other));

    ok(!ct_store_row(store, CT_TABLE_ACK, 0, &ack), "no reader sees half");
    ct_store_repair(store);
    ok(ct_store_row(store, CT_TABLE_ACK, 0, &ack) && ack.time_ms == 1,
       "the next writer puts the old one back");
}


int
main(void)
{
    test_rows();
    test_copy();
    test_repair();

    return done_testing();
}
