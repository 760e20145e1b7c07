/*
 * ct_store, into another zone: on a reload with another size the new zone
 * begins with what the old one holds. The old writer may still be at work;
 * what it finds after the copy lies behind the copied positions and will be
 * found again.
 */

#include "ct_store_layout.h"

#include <string.h>


static bool ct_copy_logs(ct_store_t *to, const ct_store_t *from);
static bool ct_copy_finding(ct_store_t *to, const ct_store_t *from,
    uint64_t number, ct_arena_t *scratch);


bool
ct_store_copy(ct_store_t *to, const ct_store_t *from, ct_arena_t *scratch)
{
    size_t      i;
    uint64_t    number, last, max;
    ct_alert_t  alert;
    ct_status_t status;

    /* positions first: a position must not be newer than the findings */
    if (!ct_store_status(from, &status) || !ct_copy_logs(to, from)) {
        ct_store_clear(to);
        return false;
    }

    last = ct_store_last(from);
    max = from->max_findings;

    for (number = last > max ? last - max + 1 : 1; number <= last; number++) {
        if (!ct_copy_finding(to, from, number, scratch)) {
            ct_store_clear(to);
            return false;
        }
    }

    for (i = 0; i < from->max_alerts; i++) {
        if (ct_store_alert(from, i, &alert)
            && ct_store_queue(to, &alert) != CT_OK)
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

    return ct_store_add(to, &finding, ct_buf_slice(&text)) == CT_OK;
}
