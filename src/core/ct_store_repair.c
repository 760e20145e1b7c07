/*
 * ct_store, after a change of writers: what the last one was doing when it
 * was killed is taken back, and what is only an index is built anew.
 */

#include "ct_store_layout.h"

#include <string.h>


static void ct_journal_replay(ct_store_t *store);
static void ct_seq_even(uint64_t *seq);
static void ct_store_even_rows(ct_store_t *store);
static void ct_store_reindex(ct_store_t *store);
static void ct_store_free_list(ct_store_t *store);
static void ct_store_check_events(ct_store_t *store);


void
ct_store_repair(ct_store_t *store)
{
    size_t            i;
    const ct_alert_t *alert;

    ct_journal_replay(store);
    ct_seq_even(&store->status.seq);

    for (i = 0; i < store->max_logs; i++) {
        ct_seq_even(&ct_store_logs(store)[i].seq);
    }

    store->end_alert = 0;

    for (i = 0; i < store->max_alerts; i++) {
        alert = &ct_store_alerts(store)[i].alert;
        ct_seq_even(&ct_store_alerts(store)[i].seq);

        if (alert->finding != 0 || alert->event != 0) {
            store->end_alert = i + 1;
        }
    }

    for (i = 0; i < store->max_findings; i++) {
        ct_seq_even(&ct_store_findings(store)[i].seq);
    }

    for (i = 0; i < store->max_events; i++) {
        ct_seq_even(&ct_store_events(store)[i].seq);
    }

    ct_store_even_rows(store);
    ct_store_reindex(store);
    ct_store_free_list(store);
    ct_store_check_events(store);

    if (store->marks_seq & 1) {
        ct_slot_end(&store->marks_seq);
        ct_store_lose_marks(store);
    }
}


/* The slot that was being written gets its old payload back; a finding
 * that was being filled for the first time becomes empty, for the position
 * of its log has not passed it and it will be found again. */
static void
ct_journal_replay(ct_store_t *store)
{
    uint64_t           at, *slot;
    ct_slot_finding_t *finding;

    at = __atomic_load_n(&store->journal_slot, __ATOMIC_ACQUIRE);

    if (at == 0 || at > store->len - sizeof(ct_slot_log_t)) {
        return;
    }

    slot = (uint64_t *) ((uint8_t *) store + at);

    if (store->journal_words == 0) {
        finding = (ct_slot_finding_t *) slot;
        memset(&finding->finding, 0, sizeof(ct_finding_t));

    } else if (store->journal_words <= CT_STORE_WORDS(ct_log_record_t)) {
        ct_words_copy(slot + 1, store->journal, store->journal_words);
    }

    ct_seq_even(slot);
    ct_store_publish(&store->journal_slot, 0);
}


static void
ct_seq_even(uint64_t *seq)
{
    if (*seq & 1) {
        ct_slot_end(seq);
    }
}


static void
ct_store_even_rows(ct_store_t *store)
{
    size_t   i;
    unsigned table;

    for (table = 0; table < CT_TABLES; table++) {
        for (i = 0; i < store->max_rows[table]; i++) {
            ct_seq_even(ct_store_row_slot(store, table, i));
        }
    }
}


static void
ct_store_reindex(ct_store_t *store)
{
    size_t             i;
    uint64_t           last, n;
    ct_slot_finding_t *slot;

    memset(ct_store_buckets(store), 0,
           store->max_findings * sizeof(uint32_t));

    last = store->last;
    n = 0;

    for (i = 0; i < store->max_findings; i++) {
        slot = ct_store_findings(store) + i;

        if (slot->finding.number == 0) {
            continue;
        }

        n++;
        last = slot->finding.number > last ? slot->finding.number : last;
        ct_store_link(store, slot);
    }

    ct_store_publish(&store->nfindings, n);
    ct_store_publish(&store->last, last);

    for (i = store->nlogs; i < store->max_logs; i++) {
        if (ct_store_logs(store)[i].log.url[0] == '\0') {
            break;
        }
        ct_store_publish(&store->nlogs, i + 1);
    }
}


static void
ct_store_free_list(ct_store_t *store)
{
    size_t              i, rest;
    uint32_t            next;
    uint64_t            nfree;
    ct_block_t         *blocks;
    const ct_finding_t *f;

    blocks = ct_store_blocks(store);

    for (i = 0; i < store->max_blocks; i++) {
        blocks[i].used = 0;
    }

    for (i = 0; i < store->max_findings; i++) {
        f = &ct_store_findings(store)[i].finding;
        rest = f->number != 0 ? f->text_len : 0;
        next = f->block;

        while (rest > 0 && next != 0 && next <= store->max_blocks) {
            blocks[next - 1].used = 1;
            next = blocks[next - 1].next;
            rest -= rest < CT_BLOCK_DATA ? rest : CT_BLOCK_DATA;
        }
    }

    store->free_block = 0;
    nfree = 0;

    for (i = store->max_blocks; i > 0; i--) {
        if (!blocks[i - 1].used) {
            __atomic_store_n(&blocks[i - 1].next,
                             (uint32_t) store->free_block, __ATOMIC_RELAXED);
            store->free_block = i;
            nfree++;
        }
    }

    ct_store_publish(&store->nfree, nfree);
}


/* The number of the last one; alerts of those that are gone are freed. */
static void
ct_store_check_events(ct_store_t *store)
{
    size_t            i;
    uint64_t          last, number;
    ct_event_t        event;
    const ct_alert_t *alert;

    last = store->last_event;

    for (i = 0; i < store->max_events; i++) {
        number = ct_store_events(store)[i].event.number;
        last = number > last ? number : last;
    }

    ct_store_publish(&store->last_event, last);

    for (i = 0; i < store->max_alerts; i++) {
        alert = &ct_store_alerts(store)[i].alert;

        if (alert->event != 0
            && !ct_store_event(store, alert->event, &event))
        {
            (void) ct_store_forget_event(store, alert->event);
        }
    }
}
