/*
 * ct_report_channel: receivers of alerts and what people have acknowledged,
 * as JSON and for Prometheus. Names of receivers have no secrets; what they
 * answered is a stranger's text and is escaped.
 */

#include "ct_ack.h"
#include "ct_report_part.h"


typedef enum {
    CT_METRIC_WAITING,
    CT_METRIC_DEAD,
    CT_METRIC_OLDEST,
    CT_METRIC_SUCCESS,
    CT_METRIC_SENT,
    CT_METRIC_FAILED,
    CT_METRIC_DROPPED,
    CT_METRIC_CHANNELS
} ct_metric_channel_e;

static const ct_metric_t ct_metrics_channel[CT_METRIC_CHANNELS] = {
    {"channel_waiting", "gauge", "Alerts that wait for the receiver."},
    {"channel_dead", "gauge", "Alerts that were given up and are kept."},
    {"channel_oldest_timestamp_seconds", "gauge",
     "When the oldest alert that waits was queued."},
    {"channel_last_success_timestamp_seconds", "gauge",
     "When the receiver last took an alert."},
    {"channel_sent_total", "counter", "Alerts that the receiver has taken."},
    {"channel_failed_total", "counter", "Attempts that failed."},
    {"channel_dropped_total", "counter", "Alerts without room in the zone."}
};


static void ct_report_channel(ct_json_t *json, const ct_queue_t *queue,
    const ct_channel_record_t *channel, int64_t now_ms);
static void ct_report_test(ct_json_t *json,
    const ct_channel_record_t *channel);
static void ct_report_ack(ct_json_t *json, const ct_ack_t *ack);
static void ct_metric_channel(const ct_report_t *report,
    const ct_summary_t *summary, ct_buf_t *out, ct_metric_channel_e which,
    size_t row);
static uint64_t ct_metric_channel_value(const ct_channel_record_t *channel,
    const ct_queue_t *queue, ct_metric_channel_e which);


ct_rc_t
ct_report_json_channels(const ct_report_t *report, ct_buf_t *out)
{
    size_t              i;
    ct_json_t           json;
    ct_summary_t        summary;
    ct_channel_record_t channel;

    ct_summary_take(&summary, report);
    ct_json_start(&json, out);
    ct_json_object(&json, NULL);
    ct_json_array(&json, "channels");

    for (i = 0; i < CT_LIMIT_CHANNELS; i++) {
        if (ct_store_row(report->store, CT_TABLE_CHANNEL, i, &channel)) {
            ct_json_object(&json, NULL);
            ct_report_channel(&json, &summary.queues[i], &channel,
                              report->now_ms);
            ct_json_object_end(&json);
        }
    }

    ct_json_array_end(&json);
    ct_json_object_end(&json);

    return ct_report_done(out);
}


static void
ct_report_channel(ct_json_t *json, const ct_queue_t *queue,
    const ct_channel_record_t *channel, int64_t now_ms)
{
    ct_json_hex(json, "id", (const uint8_t *) &channel->id,
                sizeof(channel->id));
    ct_json_string(json, "name", CT_SUMMARY_TEXT(channel->name));
    ct_json_str(json, "kind", ct_channel_kind(channel->kind));
    ct_json_str(json, "state", ct_channel_state(channel, queue));
    ct_json_bool(json, "configured", channel->configured);
    ct_json_u64(json, "waiting", queue->waiting);
    ct_json_time(json, "oldest", queue->oldest_ms);
    ct_json_u64(json, "dead", queue->dead);
    ct_json_time(json, "last_success", channel->last_success_ms);
    ct_json_time(json, "last_failure", channel->last_failure_ms);
    ct_json_time(json, "failing_since", channel->failing_ms);
    ct_json_time(json, "next_attempt", channel->rest_ms > now_ms
                                       ? channel->rest_ms : 0);
    ct_json_u64(json, "sent", channel->sent);
    ct_json_u64(json, "failed", channel->failed);
    ct_json_u64(json, "given_up", channel->dead);
    ct_json_u64(json, "dropped", channel->dropped);

    if (channel->status > 0) {
        ct_json_u64(json, "status", (uint64_t) channel->status);
    } else {
        ct_json_null(json, "status");
    }

    ct_report_text(json, "error", CT_SUMMARY_TEXT(channel->error));
    ct_report_test(json, channel);
}


static void
ct_report_test(ct_json_t *json, const ct_channel_record_t *channel)
{
    if (channel->test_ms == 0) {
        ct_json_null(json, "test");
        return;
    }

    ct_json_object(json, "test");
    ct_json_time(json, "time", channel->test_ms);
    ct_json_bool(json, "ok", channel->test_ok);
    ct_report_text(json, "answer", CT_SUMMARY_TEXT(channel->test_answer));
    ct_json_object_end(json);
}


const char *
ct_channel_kind(uint8_t kind)
{
    switch (kind) {

    case CT_CHANNEL_WEBHOOK:
        return "webhook";

    case CT_CHANNEL_MAIL:
        return "mail";

    case CT_CHANNEL_LOG:
        return "event log";

    default:
        return "unknown";
    }
}


const char *
ct_channel_state(const ct_channel_record_t *channel, const ct_queue_t *queue)
{
    if (!channel->configured) {
        return "parked";
    }

    if (channel->failing_ms != 0) {
        return "failing";
    }

    return queue->waiting > 0 ? "sending" : "idle";
}


ct_rc_t
ct_report_json_acknowledgements(const ct_report_t *report, ct_buf_t *out)
{
    size_t    i, n;
    ct_ack_t  ack;
    ct_json_t json;

    n = ct_store_rows(report->store, CT_TABLE_ACK);
    ct_json_start(&json, out);
    ct_json_object(&json, NULL);
    ct_json_array(&json, "acknowledgements");

    for (i = 0; i < n; i++) {
        if (ct_store_row(report->store, CT_TABLE_ACK, i, &ack)) {
            ct_json_object(&json, NULL);
            ct_report_ack(&json, &ack);
            ct_json_object_end(&json);
        }
    }

    ct_json_array_end(&json);
    ct_json_object_end(&json);

    return ct_report_done(out);
}


/* By what it can be forgotten again: a finding by its id. */
static void
ct_report_ack(ct_json_t *json, const ct_ack_t *ack)
{
    const char *scope;

    scope = ct_ack_scope_name(ack->scope);
    ct_json_str(json, "scope", scope);
    ct_json_hex(json, scope, ack->hash,
                ack->scope == CT_ACK_FINDING ? 16 : CT_HASH_LEN);
    ct_json_string(json, "reason", CT_SUMMARY_TEXT(ack->reason));
    ct_json_string(json, "who", CT_SUMMARY_TEXT(ack->who));
    ct_json_time(json, "time", ack->time_ms);
}


/* Nothing about those that there are none of. */
void
ct_report_metrics_channels(const ct_report_t *report,
    const ct_summary_t *summary, ct_buf_t *out)
{
    size_t   i;
    unsigned which;

    for (i = 0; i < CT_LIMIT_CHANNELS && summary->queues[i].id == 0; i++) {
        /* void */
    }

    if (i == CT_LIMIT_CHANNELS) {
        return;
    }

    for (which = 0; which < CT_METRIC_CHANNELS; which++) {
        ct_metric_head(out, &ct_metrics_channel[which]);

        for (i = 0; i < CT_LIMIT_CHANNELS; i++) {
            ct_metric_channel(report, summary, out, which, i);
        }
    }
}


static void
ct_metric_channel(const ct_report_t *report, const ct_summary_t *summary,
    ct_buf_t *out, ct_metric_channel_e which, size_t row)
{
    const ct_queue_t   *queue;
    ct_channel_record_t channel;

    queue = &summary->queues[row];

    if (!ct_store_row(report->store, CT_TABLE_CHANNEL, row, &channel)) {
        return;
    }

    ct_metric_begin(out, ct_metrics_channel[which].name);
    ct_buf_puts(out, "{id=\"");
    ct_buf_hex(out, (const uint8_t *) &channel.id, sizeof(channel.id));
    ct_metric_label(out, "\",channel=\"", CT_SUMMARY_TEXT(channel.name));
    ct_metric_label(out, "\",kind=\"",
                    ct_bytes_str(ct_channel_kind(channel.kind)));
    ct_buf_puts(out, "\"} ");
    ct_buf_u64(out, ct_metric_channel_value(&channel, queue, which));
    ct_buf_putc(out, '\n');
}


static uint64_t
ct_metric_channel_value(const ct_channel_record_t *channel,
    const ct_queue_t *queue, ct_metric_channel_e which)
{
    switch (which) {

    case CT_METRIC_WAITING:
        return queue->waiting;

    case CT_METRIC_DEAD:
        return queue->dead;

    case CT_METRIC_OLDEST:
        return queue->oldest_ms > 0 ? (uint64_t) queue->oldest_ms / 1000 : 0;

    case CT_METRIC_SUCCESS:
        return channel->last_success_ms > 0
               ? (uint64_t) channel->last_success_ms / 1000 : 0;

    case CT_METRIC_SENT:
        return channel->sent;

    case CT_METRIC_FAILED:
        return channel->failed;

    case CT_METRIC_DROPPED:
        return channel->dropped;

    case CT_METRIC_CHANNELS:
        break;
    }

    return 0;
}
