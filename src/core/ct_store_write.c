/*
 * ct_store, the writer's half: one thread in one process at a time. It may
 * be killed between any two instructions; ct_store_repair is the answer.
 */

#include "ct_store_layout.h"

#include <string.h>


static uint32_t *ct_store_bucket(const ct_store_t *store,
    const uint8_t identity[CT_HASH_LEN]);
static void ct_store_unlink(ct_store_t *store, const ct_slot_finding_t *slot);
static bool ct_store_waiting(const ct_store_t *store, uint64_t number);
static ct_slot_finding_t *ct_store_victim(ct_store_t *store, bool silent,
    bool empty, uint64_t *number);
static void ct_store_evict(ct_store_t *store, ct_slot_finding_t *slot);
static bool ct_store_room(ct_store_t *store, size_t nblocks, uint64_t keep);
static uint32_t ct_store_put_text(ct_store_t *store, ct_bytes_t text);
static void ct_store_drop_text(ct_store_t *store, uint32_t block,
    size_t len);


void
ct_slot_begin(uint64_t *seq)
{
    __atomic_store_n(seq, *seq + 1, __ATOMIC_RELAXED);
    __atomic_thread_fence(__ATOMIC_RELEASE);
}


void
ct_slot_end(uint64_t *seq)
{
    __atomic_store_n(seq, *seq + 1, __ATOMIC_RELEASE);
}


void
ct_slot_write(ct_store_t *store, uint64_t *seq, void *payload,
    const void *from, size_t words)
{
    memcpy(store->journal, payload, words * 8);
    store->journal_words = words;
    __atomic_store_n(&store->journal_slot,
                     (uint64_t) ((uint8_t *) seq - (uint8_t *) store),
                     __ATOMIC_RELEASE);

    ct_slot_begin(seq);
    ct_words_copy(payload, from, words);
    ct_slot_end(seq);

    __atomic_store_n(&store->journal_slot, 0, __ATOMIC_RELEASE);
}


void
ct_store_publish(uint64_t *shared, uint64_t value)
{
    __atomic_store_n(shared, value, __ATOMIC_RELEASE);
}


void
ct_store_clear(ct_store_t *store)
{
    size_t       i;
    ct_alert_t   alert;

    memset(&alert, 0, sizeof(alert));

    for (i = 0; i < store->max_alerts; i++) {
        ct_store_set_alert(store, i, &alert);
    }

    for (i = 0; i < store->max_findings; i++) {
        if (ct_store_findings(store)[i].finding.number != 0) {
            ct_store_evict(store, ct_store_findings(store) + i);
        }
    }

    ct_store_publish(&store->nlogs, 0);

    for (i = 0; i < store->max_logs; i++) {
        ct_slot_begin(&ct_store_logs(store)[i].seq);
        memset(&ct_store_logs(store)[i].log, 0, sizeof(ct_log_record_t));
        ct_slot_end(&ct_store_logs(store)[i].seq);
    }

    ct_store_publish(&store->last, 0);
    ct_store_clear_events(store);
    ct_store_clear_rows(store);
    ct_store_set_marks(store, NULL, 0, 0);
}


void
ct_store_set_status(ct_store_t *store, const ct_status_t *status)
{
    ct_slot_write(store, &store->status.seq, &store->status.status, status,
                  CT_STORE_WORDS(ct_status_t));
}


ct_rc_t
ct_store_log_slot(ct_store_t *store, const uint8_t id[CT_HASH_LEN],
    const char *url, size_t *i)
{
    size_t          n;
    ct_slot_log_t  *slot;
    ct_log_record_t log;

    for (n = 0; n < store->nlogs; n++) {
        slot = ct_store_logs(store) + n;

        if (memcmp(slot->log.id, id, CT_HASH_LEN) == 0
            && strncmp(slot->log.url, url, CT_LIMIT_URL) == 0)
        {
            *i = n;
            return CT_OK;
        }
    }

    if (n == store->max_logs || strlen(url) >= CT_LIMIT_URL || *url == '\0') {
        return CT_E_FULL;
    }

    memset(&log, 0, sizeof(log));
    memcpy(log.id, id, CT_HASH_LEN);
    memcpy(log.url, url, strlen(url));
    ct_store_set_log(store, n, &log);
    ct_store_publish(&store->nlogs, n + 1);
    *i = n;

    return CT_OK;
}


void
ct_store_set_log(ct_store_t *store, size_t i, const ct_log_record_t *log)
{
    ct_slot_log_t *slot;

    if (i < store->max_logs) {
        slot = ct_store_logs(store) + i;
        ct_slot_write(store, &slot->seq, &slot->log, log,
                      CT_STORE_WORDS(ct_log_record_t));
    }
}


static uint32_t *
ct_store_bucket(const ct_store_t *store, const uint8_t identity[CT_HASH_LEN])
{
    uint64_t h;

    memcpy(&h, identity, sizeof(h));

    return ct_store_buckets(store) + h % store->max_findings;
}


uint64_t
ct_store_find(const ct_store_t *store, const uint8_t identity[CT_HASH_LEN])
{
    uint32_t            at;
    const ct_finding_t *f;

    for (at = *ct_store_bucket(store, identity); at != 0; at = f->bucket_next)
    {
        f = &ct_store_findings(store)[at - 1].finding;

        if (memcmp(f->identity, identity, CT_HASH_LEN) == 0) {
            return f->number;
        }
    }

    return 0;
}


/* bucket_next is the writer's own: readers copy it and never look. */
void
ct_store_link(ct_store_t *store, ct_slot_finding_t *slot)
{
    uint32_t *bucket;

    bucket = ct_store_bucket(store, slot->finding.identity);
    __atomic_store_n(&slot->finding.bucket_next, *bucket, __ATOMIC_RELAXED);
    *bucket = (uint32_t) (slot - ct_store_findings(store)) + 1;
}


static void
ct_store_unlink(ct_store_t *store, const ct_slot_finding_t *slot)
{
    uint32_t *at, me;

    me = (uint32_t) (slot - ct_store_findings(store)) + 1;

    for (at = ct_store_bucket(store, slot->finding.identity); *at != 0;
         at = &ct_store_findings(store)[*at - 1].finding.bucket_next)
    {
        if (*at == me) {
            __atomic_store_n(at, slot->finding.bucket_next, __ATOMIC_RELAXED);
            return;
        }
    }
}


static bool
ct_store_waiting(const ct_store_t *store, uint64_t number)
{
    size_t i;

    for (i = 0; i < store->end_alert; i++) {
        if (ct_store_alerts(store)[i].alert.finding == number) {
            return true;
        }
    }

    return false;
}


/* From the oldest number on: an empty slot (if wanted) or one that may go;
 * `number` is the one a new finding would get there. */
static ct_slot_finding_t *
ct_store_victim(ct_store_t *store, bool silent, bool empty, uint64_t *number)
{
    uint64_t           n, end;
    ct_slot_finding_t *slot;

    n = store->last + 1;
    end = n + store->max_findings;

    for (/* void */; n < end; n++) {
        slot = ct_store_home(store, n);
        *number = n;

        if (slot->finding.number == 0) {
            if (empty) {
                return slot;
            }
            continue;
        }

        if (silent && (ct_finding_alarms(&slot->finding)
                       || slot->finding.verdict == CT_VERDICT_EXPECTED))
        {
            continue;
        }

        if (slot->finding.owed == 0
            && (!(slot->finding.flags & CT_FINDING_ALERTED)
                || !ct_store_waiting(store, slot->finding.number)))
        {
            return slot;
        }
    }

    return NULL;
}


static void
ct_store_evict(ct_store_t *store, ct_slot_finding_t *slot)
{
    size_t       len;
    uint32_t     block;
    ct_finding_t none;

    len = slot->finding.text_len;
    block = slot->finding.block;
    memset(&none, 0, sizeof(none));

    ct_store_unlink(store, slot);
    ct_slot_write(store, &slot->seq, &slot->finding, &none,
                  CT_STORE_WORDS(ct_finding_t));
    ct_store_drop_text(store, block, len);
    ct_store_publish(&store->nfindings, store->nfindings - 1);
}


/* Frees blocks until there are enough, never those of finding `keep`. */
static bool
ct_store_room(ct_store_t *store, size_t nblocks, uint64_t keep)
{
    uint64_t           number;
    ct_slot_finding_t *slot;

    if (nblocks > store->max_blocks) {
        return false;
    }

    while (store->nfree < nblocks) {
        slot = ct_store_victim(store, true, false, &number);

        if (slot == NULL) {
            slot = ct_store_victim(store, false, false, &number);
        }

        if (slot == NULL || slot->finding.number == keep) {
            return false;
        }

        ct_store_evict(store, slot);
    }

    return true;
}


static uint32_t
ct_store_put_text(ct_store_t *store, ct_bytes_t text)
{
    size_t      n;
    uint32_t    first, *link;
    ct_block_t *block, copy;

    first = 0;
    link = &first;

    while (text.len > 0 && store->free_block != 0) {
        block = ct_store_blocks(store) + store->free_block - 1;
        __atomic_store_n(link, (uint32_t) store->free_block,
                         __ATOMIC_RELAXED);
        store->free_block = block->next;
        ct_store_publish(&store->nfree, store->nfree - 1);

        n = text.len < CT_BLOCK_DATA ? text.len : CT_BLOCK_DATA;
        memset(&copy, 0, sizeof(copy));
        memcpy(copy.data, text.data, n);
        ct_words_copy(block, &copy, CT_STORE_WORDS(ct_block_t));

        text.data += n;
        text.len -= n;
        link = &block->next;
    }

    return first;
}


static void
ct_store_drop_text(ct_store_t *store, uint32_t block, size_t len)
{
    uint32_t    next;
    ct_block_t *b;

    while (len > 0 && block != 0 && block <= store->max_blocks) {
        b = ct_store_blocks(store) + block - 1;
        next = b->next;
        __atomic_store_n(&b->next, (uint32_t) store->free_block,
                         __ATOMIC_RELAXED);
        store->free_block = block;
        ct_store_publish(&store->nfree, store->nfree + 1);
        block = next;
        len -= len < CT_BLOCK_DATA ? len : CT_BLOCK_DATA;
    }
}


ct_rc_t
ct_store_add(ct_store_t *store, ct_finding_t *finding, ct_bytes_t text)
{
    uint64_t           number;
    ct_slot_finding_t *slot;

    if (text.len > CT_LIMIT_FINDING_TEXT
        || !ct_store_room(store, (text.len + CT_BLOCK_DATA - 1)
                                 / CT_BLOCK_DATA, 0))
    {
        return CT_E_FULL;
    }

    number = finding->number;

    if (number != 0) {
        slot = ct_store_home(store, number);

    } else {
        slot = ct_store_victim(store, true, true, &number);

        if (slot == NULL) {
            slot = ct_store_victim(store, false, true, &number);
        }
    }

    if (slot == NULL) {
        return CT_E_FULL;
    }

    if (slot->finding.number != 0) {
        ct_store_evict(store, slot);
    }

    finding->number = number;
    finding->text_len = (uint32_t) text.len;

    store->journal_words = 0;
    __atomic_store_n(&store->journal_slot,
                     (uint64_t) ((uint8_t *) slot - (uint8_t *) store),
                     __ATOMIC_RELEASE);
    finding->block = ct_store_put_text(store, text);
    ct_slot_begin(&slot->seq);
    ct_words_copy(&slot->finding, finding, CT_STORE_WORDS(ct_finding_t));
    ct_slot_end(&slot->seq);
    __atomic_store_n(&store->journal_slot, 0, __ATOMIC_RELEASE);

    ct_store_link(store, slot);
    ct_store_publish(&store->nfindings, store->nfindings + 1);

    if (number > store->last) {
        ct_store_publish(&store->last, number);
    }

    return CT_OK;
}


void
ct_store_update(ct_store_t *store, const ct_finding_t *finding)
{
    ct_finding_t       copy;
    ct_slot_finding_t *slot;

    slot = ct_store_home(store, finding->number);

    if (finding->number == 0 || slot->finding.number != finding->number) {
        return;
    }

    copy = *finding;
    copy.block = slot->finding.block;
    copy.text_len = slot->finding.text_len;
    copy.bucket_next = slot->finding.bucket_next;

    ct_slot_write(store, &slot->seq, &slot->finding, &copy,
                  CT_STORE_WORDS(ct_finding_t));
}


ct_rc_t
ct_store_replace(ct_store_t *store, const ct_finding_t *finding,
    ct_bytes_t text)
{
    size_t             len;
    uint32_t           block;
    ct_finding_t       copy;
    ct_slot_finding_t *slot;

    slot = ct_store_home(store, finding->number);

    if (finding->number == 0 || slot->finding.number != finding->number) {
        return CT_E_ABSENT;
    }

    if (text.len > CT_LIMIT_FINDING_TEXT
        || !ct_store_room(store, (text.len + CT_BLOCK_DATA - 1)
                                 / CT_BLOCK_DATA, finding->number))
    {
        return CT_E_FULL;
    }

    block = slot->finding.block;
    len = slot->finding.text_len;

    copy = *finding;
    copy.block = ct_store_put_text(store, text);
    copy.text_len = (uint32_t) text.len;
    copy.bucket_next = slot->finding.bucket_next;

    ct_slot_write(store, &slot->seq, &slot->finding, &copy,
                  CT_STORE_WORDS(ct_finding_t));
    ct_store_drop_text(store, block, len);

    return CT_OK;
}


ct_rc_t
ct_store_queue(ct_store_t *store, const ct_alert_t *alert)
{
    size_t                 i, free_slot;
    const ct_alert_t      *a;
    const ct_slot_alert_t *slots;

    slots = ct_store_alerts(store);
    free_slot = store->end_alert;

    for (i = store->end_alert; i > 0; i--) {
        a = &slots[i - 1].alert;

        if (a->finding == alert->finding && a->event == alert->event
            && a->channel == alert->channel && a->type == alert->type)
        {
            return CT_OK;
        }

        if (a->finding == 0 && a->event == 0) {
            free_slot = i - 1;
        }
    }

    if (free_slot == store->max_alerts) {
        return CT_E_FULL;
    }

    ct_store_set_alert(store, free_slot, alert);

    return CT_OK;
}


bool
ct_store_queue_again(ct_store_t *store, const ct_alert_t *alert)
{
    size_t       row;
    ct_finding_t finding;

    if (ct_store_queue(store, alert) == CT_OK) {
        return true;
    }

    row = ct_store_channel(store, alert->channel);

    if (row == store->max_rows[CT_TABLE_CHANNEL]
        || alert->type == CT_ALERT_DIGEST
        || !ct_store_finding(store, alert->finding, &finding, NULL))
    {
        return false;
    }

    finding.owed |= (uint64_t) 1 << row;
    ct_store_update(store, &finding);

    return true;
}


void
ct_store_set_alert(ct_store_t *store, size_t i, const ct_alert_t *alert)
{
    bool             some;
    ct_slot_alert_t *slots;

    if (i >= store->max_alerts) {
        return;
    }

    some = alert->finding != 0 || alert->event != 0;
    slots = ct_store_alerts(store);
    store->end_alert = some && i >= store->end_alert ? i + 1
                                                     : store->end_alert;
    ct_slot_write(store, &slots[i].seq, &slots[i].alert, alert,
                  CT_STORE_WORDS(ct_alert_t));

    while (!some && store->end_alert > 0
           && slots[store->end_alert - 1].alert.finding == 0
           && slots[store->end_alert - 1].alert.event == 0)
    {
        store->end_alert--;
    }
}


size_t
ct_store_end_alert(const ct_store_t *store)
{
    return store->end_alert;
}
