/*
 * ct_report_channel: every receiver with what waits for it, configured or
 * gone; what it answered cannot break out of JSON or a label; what was
 * acknowledged can be read by what it is forgotten with.
 */

#include "ct_report_part.h"
#include "report.h"
#include "tap.h"

static world_t w;


static void
fill(void)
{
    ct_ack_t            ack;
    ct_alert_t          alert;
    ct_channel_record_t c;

    memset(&c, 0, sizeof(c));
    c.id = 7;
    c.kind = CT_CHANNEL_WEBHOOK;
    c.configured = 1;
    c.sent = 5;
    c.failed = 2;
    c.failing_ms = REPORT_NOW - 60000;
    c.rest_ms = REPORT_NOW + 60000;
    c.status = 503;
    c.test_ms = REPORT_NOW;
    memcpy(c.name, "https://hook.test (1f2e)", 24);
    memcpy(c.error, "status 503: \"<b>\n\\ \xff", 20);
    memcpy(c.test_answer, "no", 2);
    ct_store_set_row(w.store, CT_TABLE_CHANNEL, 0, &c);

    memset(&c, 0, sizeof(c));
    c.id = 8;
    c.kind = CT_CHANNEL_MAIL;
    memcpy(c.name, "mail \"x\"} 1\n# ", 14);
    ct_store_set_row(w.store, CT_TABLE_CHANNEL, 2, &c);

    memset(&alert, 0, sizeof(alert));
    alert.channel = 7;
    alert.finding = 1;
    alert.queued_ms = REPORT_NOW - 5000;
    (void) ct_store_queue(w.store, &alert);
    alert.finding = 2;
    alert.queued_ms = REPORT_NOW - 9000;
    (void) ct_store_queue(w.store, &alert);
    alert.finding = 3;
    alert.state = CT_ALERT_DEAD;
    alert.queued_ms = 1000;
    (void) ct_store_queue(w.store, &alert);

    /* nobody is in a hurry for these */
    alert.finding = 4;
    alert.type = CT_ALERT_DIGEST;
    alert.state = CT_ALERT_WAITING;
    (void) ct_store_queue(w.store, &alert);

    memset(&ack, 0, sizeof(ack));
    ack.time_ms = REPORT_NOW;
    ack.scope = CT_ACK_FINDING;
    memset(ack.hash, 0xab, CT_HASH_LEN);
    memcpy(ack.reason, "ordered by \"marketing\"", 22);
    memcpy(ack.who, "alice", 5);
    ct_store_set_row(w.store, CT_TABLE_ACK, 1, &ack);
    ack.scope = CT_ACK_KEY;
    ct_store_set_row(w.store, CT_TABLE_ACK, 3, &ack);
}


static json_t *
render(ct_rc_t (*face)(const ct_report_t *report, ct_buf_t *out))
{
    ct_buf_t    out;
    ct_report_t report;

    memset(&report, 0, sizeof(report));
    report.store = w.store;
    report.now_ms = REPORT_NOW;
    ct_buf_init(&out, w.arena, CT_LIMIT_PAGE);

    if (face(&report, &out) != CT_OK) {
        return NULL;
    }

    return json_loadb((const char *) out.data, out.len, 0, NULL);
}


static void
test_channels(void)
{
    json_t       *root, *list, *c;
    const json_t *test;

    root = render(ct_report_json_channels);
    list = json_object_get(root, "channels");
    is_int(json_array_size(list), 2, "two receivers");

    c = json_array_get(list, 0);
    is_str(json_string_value(json_object_get(c, "name")),
           "https://hook.test (1f2e)", "a webhook");
    is_str(json_string_value(json_object_get(c, "kind")), "webhook", "kind");
    is_str(json_string_value(json_object_get(c, "state")), "failing",
           "state");
    is_int(json_integer_value(json_object_get(c, "waiting")), 2, "two wait");
    is_int(json_integer_value(json_object_get(c, "dead")), 1, "one is dead");
    ok(json_is_string(json_object_get(c, "oldest")), "since when");
    ok(json_is_string(json_object_get(c, "next_attempt")), "until when");
    ok(json_is_null(json_object_get(c, "last_success")), "never taken");
    is_int(json_integer_value(json_object_get(c, "status")), 503, "status");
    ok(json_is_string(json_object_get(c, "error")), "error, escaped");
    test = json_object_get(c, "test");
    ok(json_is_false(json_object_get(test, "ok")), "a test that failed");
    is_str(json_string_value(json_object_get(test, "answer")), "no",
           "its answer");

    c = json_array_get(list, 1);
    is_str(json_string_value(json_object_get(c, "state")), "parked",
           "one that is configured no more");
    ok(json_is_null(json_object_get(c, "test"))
       && json_is_null(json_object_get(c, "status")), "not tested");
    json_decref(root);
}


static void
test_acks(void)
{
    json_t *root, *list, *a;

    root = render(ct_report_json_acknowledgements);
    list = json_object_get(root, "acknowledgements");
    is_int(json_array_size(list), 2, "two acknowledgements");
    a = json_array_get(list, 0);
    is_str(json_string_value(json_object_get(a, "finding")),
           "abababababababababababababababab", "a finding by its id");
    is_str(json_string_value(json_object_get(a, "reason")),
           "ordered by \"marketing\"", "why");
    is_str(json_string_value(json_object_get(a, "who")), "alice", "who");
    a = json_array_get(list, 1);
    is_int(json_string_length(json_object_get(a, "key")), 64,
           "a key by its hash");
    json_decref(root);
}


static void
channels_metrics(const ct_report_t *report, ct_buf_t *out)
{
    ct_summary_t summary;

    ct_summary_take(&summary, report);
    ct_report_metrics_channels(report, &summary, out);
}


static void
test_metrics(void)
{
    ct_buf_t    out;
    const char *text;
    ct_report_t report;

    memset(&report, 0, sizeof(report));
    report.store = w.store;
    ct_buf_init(&out, w.arena, CT_LIMIT_PAGE);
    channels_metrics(&report, &out);
    ct_buf_putc(&out, 0);
    text = (const char *) out.data;

    ok(strstr(text, "nginx_ct_channel_waiting{id=\"0700000000000000\","
              "channel=\"https://hook.test (1f2e)\",kind=\"webhook\"} 2\n")
       != NULL, "what waits");
    ok(strstr(text, "channel=\"mail \\\"x\\\"} 1\\n# \",kind=\"mail\"} 0\n")
       != NULL, "a name cannot break out");
    ok(strstr(text, "channel_sent_total{") != NULL
       && strstr(text, "} 5\n") != NULL, "what was taken");

    ct_store_set_row(w.store, CT_TABLE_CHANNEL, 0, NULL);
    ct_buf_init(&out, w.arena, CT_LIMIT_PAGE);
    channels_metrics(&report, &out);
    ok(out.len > 0, "of one in any row");
    ct_store_set_row(w.store, CT_TABLE_CHANNEL, 2, NULL);
    ct_buf_init(&out, w.arena, CT_LIMIT_PAGE);
    channels_metrics(&report, &out);
    is_int(out.len, 0, "nothing of none");
}


int
main(void)
{
    world_open(&w);
    fill();
    test_channels();
    test_acks();
    test_metrics();
    world_close(&w);

    return done_testing();
}
