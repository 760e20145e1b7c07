/*
 * ct_store: making the store and reading it. Everything here may run in any
 * thread of any process while the one writer writes (ct_store_write.c).
 */

#include "ct_store_layout.h"

#include <string.h>


#define CT_STORE_TRIES 16

_Static_assert(sizeof(ct_status_t) % 8 == 0, "records are whole words");
_Static_assert(sizeof(ct_log_record_t) % 8 == 0, "records are whole words");
_Static_assert(sizeof(ct_finding_t) % 8 == 0, "records are whole words");
_Static_assert(sizeof(ct_alert_t) % 8 == 0, "records are whole words");
_Static_assert(sizeof(ct_event_t) % 8 == 0, "records are whole words");
_Static_assert(sizeof(ct_past_t) % 8 == 0, "records are whole words");
_Static_assert(sizeof(ct_ack_t) % 8 == 0, "records are whole words");
_Static_assert(sizeof(ct_channel_record_t) % 8 == 0,
    "records are whole words");
_Static_assert(sizeof(ct_channel_record_t) <= sizeof(ct_log_record_t),
    "the journal takes the largest record");
_Static_assert(CT_LIMIT_CHANNELS <= 64, "a bit of ct_finding_t.owed each");
_Static_assert(sizeof(ct_block_t) == 256, "blocks are whole words");
_Static_assert(sizeof(ct_finding_t) <= sizeof(ct_log_record_t),
    "the journal takes the largest record");


static bool ct_store_plan(ct_store_t *plan, size_t len);
static void ct_plan_tables(ct_store_t *plan, size_t len);
static uint64_t ct_plan_share(size_t room, size_t each, size_t most);
static bool ct_store_text(const ct_store_t *store, const ct_finding_t *finding,
    ct_buf_t *text);


ct_store_t *
ct_store_create(void *mem, size_t len)
{
    ct_store_t plan, *store;

    memset(&plan, 0, sizeof(plan));

    if (!ct_store_plan(&plan, len)) {
        return NULL;
    }

    store = mem;
    memset(store, 0, len);
    *store = plan;
    ct_store_repair(store);

    __atomic_store_n(&store->magic, CT_STORE_MAGIC, __ATOMIC_RELEASE);

    return store;
}


ct_store_t *
ct_store_attach(void *mem, size_t len)
{
    ct_store_t plan, *store;

    store = mem;
    memset(&plan, 0, sizeof(plan));

    if (!ct_store_plan(&plan, len)
        || __atomic_load_n(&store->magic, __ATOMIC_ACQUIRE) != CT_STORE_MAGIC
        || store->layout != plan.layout
        || store->len != plan.len
        || store->max_logs != plan.max_logs
        || store->max_findings != plan.max_findings
        || store->max_alerts != plan.max_alerts
        || store->max_events != plan.max_events
        || store->max_blocks != plan.max_blocks
        || store->max_marks != plan.max_marks
        || memcmp(store->max_rows, plan.max_rows, sizeof(plan.max_rows)) != 0)
    {
        return NULL;
    }

    return store;
}


/* Two fifths for logs (some 5 KB each), a sixteenth for events and marks,
 * another for the past; a finding comes with three blocks of text and an
 * alert. */
static bool
ct_store_plan(ct_store_t *plan, size_t len)
{
    size_t i, room, each;

    if (len < CT_STORE_MIN) {
        return false;
    }

    plan->layout = (uint64_t) CT_STORE_LAYOUT << 32 | sizeof(ct_store_t);
    plan->len = len;

    plan->max_logs = ct_plan_share(len / 5 * 2, sizeof(ct_slot_log_t),
                                   CT_LIMIT_LOGS);
    plan->max_events = ct_plan_share(len / 32, sizeof(ct_slot_event_t),
                                     CT_LIMIT_EVENTS);
    plan->max_marks = ct_plan_share(len / 32, sizeof(uint64_t),
                                    CT_LIMIT_WATCH_MARKS);
    ct_plan_tables(plan, len);

    room = len - sizeof(ct_store_t)
           - plan->max_logs * sizeof(ct_slot_log_t)
           - plan->max_events * sizeof(ct_slot_event_t)
           - plan->max_marks * sizeof(uint64_t) - sizeof(ct_inbox_t);

    for (i = 0; i < CT_TABLES; i++) {
        room -= plan->max_rows[i] * (ct_store_row_words(i) + 1) * 8;
    }

    each = sizeof(ct_slot_finding_t) + 3 * sizeof(ct_block_t)
           + sizeof(ct_slot_alert_t) + sizeof(uint32_t);

    /* even, so that the buckets keep the words aligned */
    plan->max_findings = room / each & ~(size_t) 1;
    plan->max_alerts = plan->max_findings;
    plan->max_blocks = plan->max_findings * 3;

    return true;
}


static void
ct_plan_tables(ct_store_t *plan, size_t len)
{
    plan->max_rows[CT_TABLE_PAST] = ct_plan_share(
        len / 16, 8 + sizeof(ct_past_t), CT_LIMIT_PAST);
    plan->max_rows[CT_TABLE_ACK] = ct_plan_share(
        len / 64, 8 + sizeof(ct_ack_t), CT_LIMIT_ACKS);
    plan->max_rows[CT_TABLE_CHANNEL] = ct_plan_share(
        len / 48, 8 + sizeof(ct_channel_record_t), CT_LIMIT_CHANNELS);
}


static uint64_t
ct_plan_share(size_t room, size_t each, size_t most)
{
    return room / each < most ? room / each : most;
}


size_t
ct_store_max_logs(const ct_store_t *store)
{
    return store->max_logs;
}


size_t
ct_store_max_findings(const ct_store_t *store)
{
    return store->max_findings;
}


size_t
ct_store_max_alerts(const ct_store_t *store)
{
    return store->max_alerts;
}


ct_slot_log_t *
ct_store_logs(const ct_store_t *store)
{
    return (ct_slot_log_t *) (uintptr_t) (store + 1);
}


ct_slot_finding_t *
ct_store_findings(const ct_store_t *store)
{
    return (ct_slot_finding_t *) (ct_store_logs(store) + store->max_logs);
}


ct_slot_alert_t *
ct_store_alerts(const ct_store_t *store)
{
    return (ct_slot_alert_t *) (ct_store_findings(store)
                                + store->max_findings);
}


ct_slot_event_t *
ct_store_events(const ct_store_t *store)
{
    return (ct_slot_event_t *) (ct_store_alerts(store) + store->max_alerts);
}


ct_block_t *
ct_store_blocks(const ct_store_t *store)
{
    return (ct_block_t *) (ct_store_inbox(store) + 1);
}


ct_inbox_t *
ct_store_inbox(const ct_store_t *store)
{
    return (ct_inbox_t *) ct_store_row_slot(store, CT_TABLES, 0);
}


uint64_t *
ct_store_mark_room(const ct_store_t *store)
{
    return (uint64_t *) (ct_store_blocks(store) + store->max_blocks);
}


uint32_t *
ct_store_buckets(const ct_store_t *store)
{
    return (uint32_t *) (ct_store_mark_room(store) + store->max_marks);
}


ct_slot_finding_t *
ct_store_home(const ct_store_t *store, uint64_t number)
{
    return ct_store_findings(store) + number % store->max_findings;
}


void
ct_words_copy(void *to, const void *from, size_t words)
{
    size_t          i;
    uint64_t       *t;
    const uint64_t *f;

    t = to;
    f = from;

    for (i = 0; i < words; i++) {
        __atomic_store_n(&t[i], __atomic_load_n(&f[i], __ATOMIC_RELAXED),
                         __ATOMIC_RELAXED);
    }
}


bool
ct_slot_read(const uint64_t *seq, const void *payload, void *out,
    size_t words)
{
    unsigned i;
    uint64_t before;

    for (i = 0; i < CT_STORE_TRIES; i++) {
        before = __atomic_load_n(seq, __ATOMIC_ACQUIRE);

        if (before & 1) {
            continue;
        }

        ct_words_copy(out, payload, words);
        __atomic_thread_fence(__ATOMIC_ACQUIRE);

        if (__atomic_load_n(seq, __ATOMIC_RELAXED) == before) {
            return true;
        }
    }

    return false;
}


bool
ct_store_status(const ct_store_t *store, ct_status_t *status)
{
    return ct_slot_read(&store->status.seq, &store->status.status, status,
                        CT_STORE_WORDS(ct_status_t));
}


size_t
ct_store_nlogs(const ct_store_t *store)
{
    return __atomic_load_n(&store->nlogs, __ATOMIC_ACQUIRE);
}


bool
ct_store_log(const ct_store_t *store, size_t i, ct_log_record_t *log)
{
    const ct_slot_log_t *slot;

    if (i >= ct_store_nlogs(store)) {
        return false;
    }

    slot = ct_store_logs(store) + i;

    return ct_slot_read(&slot->seq, &slot->log, log,
                        CT_STORE_WORDS(ct_log_record_t));
}


uint64_t
ct_store_last(const ct_store_t *store)
{
    return __atomic_load_n(&store->last, __ATOMIC_ACQUIRE);
}


bool
ct_store_finding(const ct_store_t *store, uint64_t number,
    ct_finding_t *finding, ct_buf_t *text)
{
    size_t                   len;
    unsigned                 i;
    uint64_t                 before;
    const ct_slot_finding_t *slot;

    slot = ct_store_home(store, number);
    len = text != NULL ? text->len : 0;

    for (i = 0; i < CT_STORE_TRIES; i++) {
        before = __atomic_load_n(&slot->seq, __ATOMIC_ACQUIRE);

        if (!ct_slot_read(&slot->seq, &slot->finding, finding,
                          CT_STORE_WORDS(ct_finding_t)))
        {
            return false;
        }

        if (number == 0 || finding->number != number) {
            return false;
        }

        if (text == NULL) {
            return true;
        }

        text->len = len;

        if (ct_store_text(store, finding, text)) {
            __atomic_thread_fence(__ATOMIC_ACQUIRE);

            if (__atomic_load_n(&slot->seq, __ATOMIC_RELAXED) == before) {
                return !text->full;
            }
        }
    }

    return false;
}


/* Appends the text. While the record is being rewritten the chain may be
 * nonsense: every number is checked, and the length bounds the walk. */
static bool
ct_store_text(const ct_store_t *store, const ct_finding_t *finding,
    ct_buf_t *text)
{
    size_t            rest, n;
    uint32_t          next;
    ct_block_t        copy;
    const ct_block_t *blocks;

    blocks = ct_store_blocks(store);
    rest = finding->text_len;
    next = finding->block;

    if (rest > CT_LIMIT_FINDING_TEXT) {
        return false;
    }

    while (rest > 0) {
        if (next == 0 || next > store->max_blocks) {
            return false;
        }

        ct_words_copy(&copy, &blocks[next - 1], CT_STORE_WORDS(ct_block_t));
        n = rest < CT_BLOCK_DATA ? rest : CT_BLOCK_DATA;
        ct_buf_put(text, copy.data, n);
        next = copy.next;
        rest -= n;
    }

    return true;
}


bool
ct_finding_alarms(const ct_finding_t *finding)
{
    return ct_verdict_alarms((ct_verdict_e) finding->verdict)
           && !(finding->flags & (CT_FINDING_BASELINE
                                  | CT_FINDING_ACKNOWLEDGED));
}


bool
ct_store_alert(const ct_store_t *store, size_t i, ct_alert_t *alert)
{
    const ct_slot_alert_t *slot;

    if (i >= store->max_alerts) {
        return false;
    }

    slot = ct_store_alerts(store) + i;

    return ct_slot_read(&slot->seq, &slot->alert, alert,
                        CT_STORE_WORDS(ct_alert_t))
           && (alert->finding != 0 || alert->event != 0);
}


size_t
ct_store_owed(const ct_store_t *store, size_t row, uint64_t after,
    uint64_t *numbers, size_t max)
{
    size_t       n;
    uint64_t     number, last;
    ct_finding_t f;

    n = 0;
    last = ct_store_last(store);
    number = last > store->max_findings ? last - store->max_findings : 0;
    number = after > number ? after : number;

    while (n < max && number < last) {
        number++;

        if (ct_store_finding(store, number, &f, NULL) && (f.owed >> row & 1))
        {
            numbers[n++] = number;
        }
    }

    return n;
}


void
ct_store_usage(const ct_store_t *store, size_t *findings, size_t *blocks,
    size_t *max_blocks)
{
    *findings = __atomic_load_n(&store->nfindings, __ATOMIC_RELAXED);
    *max_blocks = store->max_blocks;
    *blocks = store->max_blocks
              - __atomic_load_n(&store->nfree, __ATOMIC_RELAXED);
}
