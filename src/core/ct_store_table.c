/*
 * ct_store, tables: rows of one kind. They are few, or looked at seldom, so
 * nobody keeps an index.
 */

#include "ct_store_layout.h"

#include <stddef.h>
#include <string.h>


#define CT_PAST_STRIDE (CT_STORE_WORDS(ct_past_t) + 1)


static uint64_t ct_past_word(const uint64_t *slot, size_t offset);


size_t
ct_store_row_words(ct_table_e table)
{
    switch (table) {

    case CT_TABLE_PAST:
        return CT_STORE_WORDS(ct_past_t);

    case CT_TABLE_ACK:
        return CT_STORE_WORDS(ct_ack_t);

    case CT_TABLE_CHANNEL:
        return CT_STORE_WORDS(ct_channel_record_t);

    case CT_TABLES:
        break;
    }

    return 0;
}


/* Tables lie one behind the other, and behind them what comes next. */
uint64_t *
ct_store_row_slot(const ct_store_t *store, ct_table_e table, size_t i)
{
    unsigned  t;
    uint64_t *at;

    at = (uint64_t *) (ct_store_events(store) + store->max_events);

    for (t = 0; t < (unsigned) table; t++) {
        at += store->max_rows[t] * (ct_store_row_words(t) + 1);
    }

    return at + i * (ct_store_row_words(table) + 1);
}


size_t
ct_store_rows(const ct_store_t *store, ct_table_e table)
{
    return store->max_rows[table];
}


bool
ct_store_row(const ct_store_t *store, ct_table_e table, size_t i, void *row)
{
    uint64_t        first;
    const uint64_t *slot;

    if (i >= store->max_rows[table]) {
        return false;
    }

    slot = ct_store_row_slot(store, table, i);

    if (!ct_slot_read(slot, slot + 1, row, ct_store_row_words(table))) {
        return false;
    }

    memcpy(&first, row, sizeof(first));

    return first != 0;
}


void
ct_store_set_row(ct_store_t *store, ct_table_e table, size_t i,
    const void *row)
{
    size_t    words;
    uint64_t *slot, none[CT_STORE_WORDS(ct_log_record_t)];

    if (i >= store->max_rows[table]) {
        return;
    }

    words = ct_store_row_words(table);
    slot = ct_store_row_slot(store, table, i);

    if (row == NULL) {
        memset(none, 0, words * 8);
        row = none;
    }

    ct_slot_write(store, slot, slot + 1, row, words);
}


size_t
ct_store_free_row(const ct_store_t *store, ct_table_e table)
{
    size_t          i, stride;
    const uint64_t *slot;

    stride = ct_store_row_words(table) + 1;
    slot = ct_store_row_slot(store, table, 0);

    for (i = 0; i < store->max_rows[table] && slot[1] != 0; i++) {
        slot += stride;
    }

    return i;
}


size_t
ct_store_channel(const ct_store_t *store, uint64_t id)
{
    size_t              i, n;
    ct_channel_record_t row;

    n = store->max_rows[CT_TABLE_CHANNEL];

    for (i = 0; i < n; i++) {
        if (ct_store_row(store, CT_TABLE_CHANNEL, i, &row) && row.id == id) {
            break;
        }
    }

    return i;
}


/* Whole rows are copied only where the first bytes are right: there may be
 * thousands, and as many to look for. */
size_t
ct_store_past(const ct_store_t *store, const uint8_t identity[CT_HASH_LEN],
    ct_past_t *past)
{
    size_t          i, n;
    uint64_t        want;
    const uint64_t *slot;

    memcpy(&want, identity, sizeof(want));
    n = store->max_rows[CT_TABLE_PAST];
    slot = ct_store_row_slot(store, CT_TABLE_PAST, 0);

    for (i = 0; i < n; i++, slot += CT_PAST_STRIDE) {
        if (ct_past_word(slot, offsetof(ct_past_t, identity)) == want
            && ct_store_row(store, CT_TABLE_PAST, i, past)
            && memcmp(past->identity, identity, CT_HASH_LEN) == 0)
        {
            break;
        }
    }

    return i;
}


size_t
ct_store_past_oldest(const ct_store_t *store, int64_t *last_ms)
{
    size_t          i, n, oldest;
    int64_t         one;
    const uint64_t *slot;

    n = store->max_rows[CT_TABLE_PAST];
    slot = ct_store_row_slot(store, CT_TABLE_PAST, 0);
    oldest = n;
    *last_ms = INT64_MAX;

    for (i = 0; i < n; i++, slot += CT_PAST_STRIDE) {
        one = (int64_t) ct_past_word(slot, offsetof(ct_past_t, last_ms));

        if (one != 0 && one < *last_ms) {
            *last_ms = one;
            oldest = i;
        }
    }

    return oldest;
}


/* Of the row in a slot, the one at this offset. */
static uint64_t
ct_past_word(const uint64_t *slot, size_t offset)
{
    return __atomic_load_n(slot + 1 + offset / 8, __ATOMIC_RELAXED);
}


void
ct_store_clear_rows(ct_store_t *store)
{
    size_t   i;
    unsigned table;

    for (table = 0; table < CT_TABLES; table++) {
        for (i = 0; i < store->max_rows[table]; i++) {
            if (ct_store_row_slot(store, table, i)[1] != 0) {
                ct_store_set_row(store, table, i, NULL);
            }
        }
    }
}
