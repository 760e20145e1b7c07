/*
 * ct_report_rows_alert: receivers of alerts on the page. What they answered
 * is a stranger's text.
 */

#include "ct_html.h"
#include "ct_report_rows.h"

#include <string.h>


static void ct_row_receiver(ct_page_t *row, const ct_view_t *view,
    const ct_queue_t *queue, const ct_channel_record_t *channel);
static void ct_row_test(ct_page_t *row, const ct_channel_record_t *channel);
static const char *ct_channel_mood(const ct_channel_record_t *channel);


void
ct_rows_receivers(ct_page_t *row, const void *data)
{
    size_t              i;
    const ct_view_t    *view;
    ct_channel_record_t channel;

    view = data;

    for (i = 0; i < CT_LIMIT_CHANNELS; i++) {
        if (ct_store_row(view->report->store, CT_TABLE_CHANNEL, i, &channel))
        {
            ct_page_row(row, row);
            ct_row_receiver(row, view, &view->summary.queues[i], &channel);
        }
    }
}


static void
ct_row_receiver(ct_page_t *row, const ct_view_t *view,
    const ct_queue_t *queue, const ct_channel_record_t *channel)
{
    bool    failing;
    int64_t now_ms;

    now_ms = view->report->now_ms;
    failing = channel->failing_ms != 0;

    ct_page_text(row, "name", CT_SUMMARY_TEXT(channel->name));
    ct_page_str(row, "kind", ct_channel_kind(channel->kind));
    ct_page_str(row, "state", ct_channel_state(channel, queue));
    ct_page_str(row, "mood", ct_channel_mood(channel));
    ct_page_number(row, "parked", !channel->configured);
    ct_page_number(row, "waiting", queue->waiting);
    ct_page_ms(row, CT_FIELD_STAMP, "oldest", queue->oldest_ms);
    ct_page_ms(row, CT_FIELD_AGE, "oldest_age", now_ms - queue->oldest_ms);
    ct_page_number(row, "dead", queue->dead);
    ct_page_number(row, "dropped", channel->dropped);
    ct_page_ms(row, CT_FIELD_STAMP, "success", channel->last_success_ms);
    ct_page_ms(row, CT_FIELD_AGE, "success_age",
               now_ms - channel->last_success_ms);
    ct_page_number(row, "bad", failing);
    ct_page_text(row, "error", CT_SUMMARY_TEXT(channel->error));
    ct_rows_moment(row, CT_FIELD_TIME, "failed", "failed_text",
                   channel->last_failure_ms);
    ct_rows_moment(row, CT_FIELD_TIME, "next", "next_text",
                   channel->configured && channel->rest_ms > now_ms
                   ? channel->rest_ms : 0);
    ct_row_test(row, channel);

    ct_page_render(row, CT_BYTES(ct_html_receiver));
}


static void
ct_row_test(ct_page_t *row, const ct_channel_record_t *channel)
{
    ct_rows_moment(row, CT_FIELD_TIME, "test", "test_text",
                   channel->test_ms);
    ct_page_number(row, "test_ok", channel->test_ok);
    ct_page_text(row, "test_answer", CT_SUMMARY_TEXT(channel->test_answer));
}


static const char *
ct_channel_mood(const ct_channel_record_t *channel)
{
    if (!channel->configured) {
        return "busy";
    }

    return channel->failing_ms != 0 ? "bad" : "good";
}
