/*
 * ct_summary_alerts: what waits for each receiver of alerts, and whether
 * anybody hears of them. All alerts are looked at once, however many
 * receivers there are.
 */

#include "ct_page.h"
#include "ct_summary.h"

#define CT_SUMMARY_DEAF 3 /* receivers named in a sentence */


static void ct_summary_alert(ct_summary_t *summary, const ct_alert_t *alert);
static ct_queue_t *ct_summary_queue(ct_summary_t *summary, uint64_t id);
static bool ct_queue_deaf(const ct_queue_t *queue);
static void ct_summary_deaf(const ct_summary_t *summary,
    const ct_store_t *store, ct_buf_t *out);


void
ct_summary_receivers(ct_summary_t *summary, const ct_store_t *store)
{
    size_t              i;
    ct_channel_record_t channel;

    for (i = 0; i < CT_LIMIT_CHANNELS; i++) {
        if (ct_store_row(store, CT_TABLE_CHANNEL, i, &channel)) {
            summary->queues[i].id = channel.id;
            summary->queues[i].configured = channel.configured;
            summary->queues[i].failing = channel.failing_ms != 0;
            summary->receivers += channel.configured != 0;
        }
    }
}


/* One that has no place yet, for each receiver that is to hear of it. */
void
ct_summary_owed(ct_summary_t *summary, const ct_finding_t *finding)
{
    size_t   i;
    uint64_t owed;

    if (!(finding->flags & CT_FINDING_ALERTED)) {
        return;
    }

    for (i = 0, owed = finding->owed; owed != 0; i++, owed >>= 1) {
        summary->queues[i].waiting += owed & 1;
        summary->waiting += owed & 1;
    }
}


void
ct_summary_alerts(ct_summary_t *summary, const ct_store_t *store)
{
    size_t     i;
    ct_alert_t alert;

    for (i = 0; i < ct_store_max_alerts(store); i++) {
        if (ct_store_alert(store, i, &alert)
            && alert.type != CT_ALERT_DIGEST)
        {
            ct_summary_alert(summary, &alert);
        }
    }

    for (i = 0; i < CT_LIMIT_CHANNELS; i++) {
        if (ct_queue_deaf(&summary->queues[i])) {
            summary->deaf++;
            summary->untold += summary->queues[i].waiting;
        }

        if (summary->queues[i].configured) {
            summary->dead += summary->queues[i].dead;
        }
    }
}


/* It may be for somebody who has no row any more. */
static void
ct_summary_alert(ct_summary_t *summary, const ct_alert_t *alert)
{
    bool        waits;
    ct_queue_t *queue;

    waits = alert->state == CT_ALERT_WAITING;
    summary->waiting += waits;
    queue = ct_summary_queue(summary, alert->channel);

    if (queue == NULL) {
        return;
    }

    queue->waiting += waits;
    queue->dead += !waits;

    if (waits && (queue->oldest_ms == 0
                  || alert->queued_ms < queue->oldest_ms))
    {
        queue->oldest_ms = alert->queued_ms;
    }
}


static ct_queue_t *
ct_summary_queue(ct_summary_t *summary, uint64_t id)
{
    size_t i;

    for (i = 0; i < CT_LIMIT_CHANNELS; i++) {
        if (summary->queues[i].id == id && id != 0) {
            return &summary->queues[i];
        }
    }

    return NULL;
}


static bool
ct_queue_deaf(const ct_queue_t *queue)
{
    return queue->configured && queue->failing && queue->waiting != 0;
}


void
ct_summary_untold(const ct_summary_t *summary, const ct_store_t *store,
    ct_buf_t *out)
{
    if (summary->deaf != 0) {
        ct_summary_count(out, summary->untold, "alert waits because ",
                         "alerts wait because ");
        ct_summary_deaf(summary, store, out);
    }

    if (summary->dead != 0) {
        ct_buf_puts(out, summary->deaf != 0 ? " " : "");
        ct_summary_count(out, summary->dead, "alert was given up.",
                         "alerts were given up.");
    }
}


static void
ct_summary_deaf(const ct_summary_t *summary, const ct_store_t *store,
    ct_buf_t *out)
{
    size_t              i, n;
    ct_channel_record_t channel;

    n = 0;

    if (summary->deaf == 1) {
        ct_buf_puts(out, "a receiver fails: ");
    } else {
        ct_summary_count(out, summary->deaf, "", "receivers fail: ");
    }

    for (i = 0; i < CT_LIMIT_CHANNELS && n < CT_SUMMARY_DEAF; i++) {
        if (ct_queue_deaf(&summary->queues[i])
            && ct_store_row(store, CT_TABLE_CHANNEL, i, &channel))
        {
            ct_buf_puts(out, n++ != 0 ? ", " : "");
            ct_buf_bytes(out, CT_SUMMARY_TEXT(channel.name));
        }
    }

    if (summary->deaf > CT_SUMMARY_DEAF) {
        ct_buf_puts(out, " and ");
        ct_page_grouped(out, summary->deaf - CT_SUMMARY_DEAF);
        ct_buf_puts(out, " more");
    }

    ct_buf_putc(out, '.');
}
