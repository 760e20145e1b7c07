/*
 * ct_store, into another zone: on a reload with another size the new zone
 * begins with what the old one holds. The old writer may still be at work;
 * what it finds after the copy lies behind the copied positions and will be
 * found again.
 */

#include "ct_store_layout.h"

#include <string.h>


static bool ct_copy_logs(ct_store_t *to, const ct_store_t *from);
static void ct_copy_events(ct_store_t *to, const ct_store_t *from);
static void ct_copy_rows(ct_store_t *to, const ct_store_t *from);
static void ct_copy_marks(ct_store_t *to, const ct_store_t *from);
static bool ct_copy_finding(ct_store_t *to, const ct_store_t *from,
    uint64_t number, ct_arena_t *scratch);
static uint64_t ct_copy_owed(const ct_store_t *to, const ct_store_t *from,
    uint64_t owed);


bool
ct_store_copy(ct_store_t *to, const ct_store_t *from, ct_arena_t *scratch)
{
    size_t      i;
    uint64_t    number, last, max;
    ct_alert_t  alert;
    ct_event_t  event;
    ct_status_t status;

    /* positions first: a position must not be newer than the findings */
    if (!ct_store_status(from, &status) || !ct_copy_logs(to, from)) {
        ct_store_clear(to);
        return false;
    }

    ct_copy_rows(to, from);
    last = ct_store_last(from);
    max = from->max_findings;

    for (number = last > max ? last - max + 1 : 1; number <= last; number++) {
        if (!ct_copy_finding(to, from, number, scratch)) {
            ct_store_clear(to);
            return false;
        }
    }

    ct_copy_events(to, from);
    ct_copy_marks(to, from);

    for (i = 0; i < from->max_alerts; i++) {
        if (!ct_store_alert(from, i, &alert)) {
            continue;
        }

        if ((alert.event != 0 && !ct_store_event(to, alert.event, &event))
            || !ct_store_queue_again(to, &alert))
        {
            status.alerts_dropped++;
        }
    }

    ct_store_set_status(to, &status);

    return true;
}


static bool
ct_copy_logs(ct_store_t *to, const ct_store_t *from)
{
    size_t          i, n, at;
    ct_log_record_t log;

    n = ct_store_nlogs(from);

    for (i = 0; i < n; i++) {
        if (!ct_store_log(from, i, &log)
            || ct_store_log_slot(to, log.id, log.url, &at) != CT_OK
            || at != i)
        {
            return false;
        }

        ct_store_set_log(to, at, &log);
    }

    return true;
}


/* The newest are the ones that a smaller zone keeps. */
static void
ct_copy_events(ct_store_t *to, const ct_store_t *from)
{
    size_t     i, max;
    ct_event_t event;

    max = from->max_events;

    for (i = 0; i < max; i++) {
        if (ct_store_event_at(from, (from->last_event + 1 + i) % max,
                              &event))
        {
            (void) ct_store_add_event(to, &event);
        }
    }
}


/* As many as there is room for. */
static void
ct_copy_rows(ct_store_t *to, const ct_store_t *from)
{
    size_t   i, at;
    unsigned table;
    uint64_t row[CT_STORE_WORDS(ct_log_record_t)];

    for (table = 0; table < CT_TABLES; table++) {
        at = 0;

        for (i = 0; i < from->max_rows[table]; i++) {
            if (ct_store_row(from, table, i, row)) {
                ct_store_set_row(to, table, at++, row);
            }
        }
    }
}


/* The old writer may be at them right now: then the copy says at least that
 * they are not what they were. */
static void
ct_copy_marks(ct_store_t *to, const ct_store_t *from)
{
    uint64_t before, n;

    before = __atomic_load_n(&from->marks_seq, __ATOMIC_ACQUIRE);
    n = from->nmarks < from->max_marks ? from->nmarks : from->max_marks;

    ct_store_set_marks(to, ct_store_mark_room(from), n, from->marks_sum);
    __atomic_thread_fence(__ATOMIC_ACQUIRE);

    if ((before & 1)
        || __atomic_load_n(&from->marks_seq, __ATOMIC_RELAXED) != before)
    {
        ct_store_lose_marks(to);
    }
}


/* False only when a finding that is there could not be copied. */
static bool
ct_copy_finding(ct_store_t *to, const ct_store_t *from, uint64_t number,
    ct_arena_t *scratch)
{
    ct_buf_t     text;
    ct_finding_t finding;

    ct_arena_reset(scratch);
    ct_buf_init(&text, scratch, CT_LIMIT_FINDING_TEXT);

    if (!ct_store_finding(from, number, &finding, &text)) {
        return ct_store_home(from, number)->finding.number != number;
    }

    finding.owed = ct_copy_owed(to, from, finding.owed);

    return ct_store_add(to, &finding, ct_buf_slice(&text)) == CT_OK;
}


/* Rows move when some before them are empty. */
static uint64_t
ct_copy_owed(const ct_store_t *to, const ct_store_t *from, uint64_t owed)
{
    size_t              i, at;
    uint64_t            moved;
    ct_channel_record_t row;

    moved = 0;

    for (i = 0; i < from->max_rows[CT_TABLE_CHANNEL]; i++) {
        if (!(owed >> i & 1)
            || !ct_store_row(from, CT_TABLE_CHANNEL, i, &row))
        {
            continue;
        }

        at = ct_store_channel(to, row.id);
        moved |= at < to->max_rows[CT_TABLE_CHANNEL]
                 ? (uint64_t) 1 << at : 0;
    }

    return moved;
}
