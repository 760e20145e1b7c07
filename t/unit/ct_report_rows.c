/*
 * ct_report_rows: what the page says of a finding, of receivers of alerts,
 * and of certificates that count besides those that nginx has loaded.
 */

#include "ct_ack.h"
#include "page.h"


/* A finding whose text has all parts. */
static uint64_t
whole(world_t *w, ct_verdict_e verdict, uint32_t flags, const char *server,
    const char *report)
{
    ct_buf_t          text;
    uint64_t          n;
    ct_bytes_t        name = CT_BYTES("pay.example");
    ct_finding_t      f;
    ct_finding_text_t parts;

    n = world_finding(w, verdict, flags, CT_BYTES("CN=x"), &name, 1);
    ct_buf_init(&text, w->arena, CT_LIMIT_FINDING_TEXT);
    (void) (ct_store_finding(w->store, n, &f, &text)
            && ct_finding_text_read(ct_buf_slice(&text), &parts));
    parts.server = ct_bytes_str(server);
    parts.report = ct_bytes_str(report);
    parts.der = ct_bytes_str("0\x03\x02\x01\x05");
    ct_buf_init(&text, w->arena, CT_LIMIT_FINDING_TEXT);
    ct_finding_text_write(&text, &parts);
    (void) ct_store_replace(w->store, &f, ct_buf_slice(&text));

    return n;
}


/* One that alarms. */
static void
test_alarm(void)
{
    char    *html;
    world_t  w;

    world_open(&w);
    whole(&w, CT_VERDICT_UNFAMILIAR, CT_FINDING_FINAL | CT_FINDING_OUR_KEY
          | CT_FINDING_CONTRADICTED | CT_FINDING_WILDCARD, "<pay>",
          "https://ca.example/?<a>");
    w.report.links = "ct/";
    sound(&w, "an alarm");
    html = world_say(&w, ct_report_page);
    ok(has(html, "<dt>Server</dt><dd>&lt;pay&gt;</dd>"), "its server block");
    ok(has(html, "<dt>Report to</dt><dd>https://ca.example/?&lt;a&gt;</dd>"),
       "where to report it, as text");
    ok(has(html, "<li>it has a key that is or was served here</li>")
       && has(html, "<li>what was submitted beside it is of another")
       && has(html, "<li>it has a wildcard</li>"), "what is remarkable");
    ok(has(html, "<summary>What to do</summary>\n<ol class=\"steps\">\n"
                 "<li>Ask whoever orders certificates for pay.example"),
       "what to do");
    ok(has(html, "<li>Otherwise report it to &quot;Some CA&quot;"),
       "escaped");
    ok(has(html, "<a href=\"ct/certificate/0100000000000000abababababababab"
                 ".pem\">"), "where it can be had");
    ok(!has(html, ">Acknowledged:"),
       "nobody has acknowledged it");
    ok(!has(html, "Serve by"), "and it has no deadline");
    world_close(&w);
}


/* One that is all right. */
static void
test_acknowledged(void)
{
    char        *html;
    uint64_t     n;
    world_t      w;
    ct_ack_t     ack;
    ct_finding_t f;

    world_open(&w);
    n = whole(&w, CT_VERDICT_UNFAMILIAR, CT_FINDING_ACKNOWLEDGED, "", "r");
    (void) ct_store_finding(w.store, n, &f, NULL);
    memset(&ack, 0, sizeof(ack));
    ack.time_ms = REPORT_NOW;
    ack.scope = CT_ACK_KEY;
    memcpy(ack.hash, f.spki_sha256, CT_HASH_LEN);
    ct_ack_text(ack.reason, sizeof(ack.reason), CT_BYTES("by <marketing>"));
    ct_ack_text(ack.who, sizeof(ack.who), CT_BYTES("alice"));
    is_int(ct_ack_put(w.store, &ack), CT_OK, "acknowledged");
    sound(&w, "acknowledged");
    html = world_say(&w, ct_report_page);
    ok(has(html, "<p class=\"why\">Acknowledged by its key: by "
                 "&lt;marketing&gt; <small>alice, <time datetime=\"2026-11-22"
                 "T16:49:00Z\">2026-11-22 16:49 UTC</time></small></p>"),
       "by whom, when and why");
    ok(!has(html, "What to do") && !has(html, "Report to"),
       "there is nothing to do");
    world_close(&w);
}


/* One that is waited for, and one that is served. */
static void
test_expected(void)
{
    char        *html;
    uint64_t     n;
    world_t      w;
    ct_finding_t f;

    world_open(&w);
    n = whole(&w, CT_VERDICT_EXPECTED, 0, "", "");
    (void) ct_store_finding(w.store, n, &f, NULL);
    f.pending_ms = REPORT_NOW;
    f.grace_s = 3600;
    ct_store_update(w.store, &f);
    whole(&w, CT_VERDICT_SERVED, CT_FINDING_PRECERT | CT_FINDING_OUR_KEY
          | CT_FINDING_WILDCARD, "", "r");
    sound(&w, "expected");
    html = world_say(&w, ct_report_page);
    ok(has(html, "<dt>Serve by</dt><dd><time datetime=\"2026-11-22T17:49:00Z"
                 "\">2026-11-22 17:49 UTC</time>"), "until when");
    is_int(count(html, "What to do"), 1, "one of them wants something");
    ok(!has(html, "class=\"note notes\""), "what is served is not remarkable");
    f.flags |= CT_FINDING_BASELINE;
    ct_store_update(w.store, &f);
    html = world_say(&w, ct_report_page);
    ok(!has(html, "Serve by") && !has(html, "What to do"),
       "one from before has no deadline that matters");
    ok(!has(html, "and more</li>"), "in one log");
    f.nplaces = 4000;
    ct_store_update(w.store, &f);
    html = world_say(&w, ct_report_page);
    ok(has(html, "<li>and more</li>") && !has(html, "4,000"),
       "in more than were kept");
    world_close(&w);
}


static void
test_alerts(void)
{
    char                *html;
    world_t              w;
    ct_channel_record_t  c;

    world_open(&w);
    sound(&w, "no receiver");
    html = world_say(&w, ct_report_page);
    ok(has(html, "Nobody is told") && !has(html, "Receivers of alerts, and"),
       "nobody is told");
    w.status.heartbeat_ms = 1;
    world_status(&w);
    ok(!has(world_say(&w, ct_report_page), "Nobody is told"),
       "unless that is not known");
    w.status.heartbeat_ms = REPORT_NOW;
    world_status(&w);

    world_receiver(&w, 0, 7, "<hook>", true, 60000);
    world_receiver(&w, 1, 8, "mail", true, 0);
    world_receiver(&w, 2, 9, "old", false, 0);
    (void) ct_store_row(w.store, CT_TABLE_CHANNEL, 0, &c);
    c.last_failure_ms = REPORT_NOW - 1000;
    c.rest_ms = REPORT_NOW + 60000;
    c.dropped = 4;
    c.test_ms = REPORT_NOW;
    snprintf(c.error, sizeof(c.error), "status 503: <b>");
    snprintf(c.test_answer, sizeof(c.test_answer), "status 404: <i>");
    ct_store_set_row(w.store, CT_TABLE_CHANNEL, 0, &c);
    (void) ct_store_row(w.store, CT_TABLE_CHANNEL, 1, &c);
    c.last_success_ms = REPORT_NOW - 5000;
    c.test_ms = REPORT_NOW;
    c.test_ok = 1;
    ct_store_set_row(w.store, CT_TABLE_CHANNEL, 1, &c);
    world_alert(&w, 0, 7, CT_ALERT_FIRST, CT_ALERT_WAITING, 90000);
    world_alert(&w, 1, 7, CT_ALERT_FIRST, CT_ALERT_DEAD, 90000);
    sound(&w, "receivers");
    html = world_say(&w, ct_report_page);
    ok(!has(html, "Nobody is told"), "somebody is told");
    ok(has(html, "<strong>1 alert waits because a receiver fails: &lt;hook"
                 "&gt;. 1 alert was given up.</strong>"),
       "that it does not arrive is said above");
    ok(has(html, "<header class=\"band attention\">"), "in amber");
    ok(has(html, "<th scope=\"row\">&lt;hook&gt;<small>webhook</small>"),
       "a receiver");
    ok(has(html, ": status 503: &lt;b&gt;</p>"), "what it said");
    ok(has(html, "Next attempt <time datetime=\"2026-11-22T16:50:00Z\">"),
       "when it is tried again");
    ok(has(html, "4 dropped"), "what had no room");
    ok(has(html, ": not taken, status 404: &lt;i&gt;</p>")
       && has(html, "</time>: taken</p>"), "tests of both");
    ok(has(html, "\">1 <small>for <time datetime=\"2026-11-22T16:47:30Z\">"
                 "90 s</time></small></td>"), "how long one waits");
    ok(has(html, "<td data-label=\"Given up\">1</td>"), "one was given up");
    ok(has(html, "5 s ago") && has(html, "never</td>"), "who took something");
    ok(has(html, "not configured any more</small>")
       && has(html, ">parked</span>"), "one that is gone");
    world_receiver(&w, 0, 7, "x", false, 0);
    world_receiver(&w, 1, 8, "y", false, 0);
    html = world_say(&w, ct_report_page);
    ok(has(html, "Nobody is told") && has(html, ">parked</span>"),
       "when all are gone nobody is told");
    world_close(&w);
}


/* What counts besides what is loaded. */
static void
test_served(void)
{
    char        *html;
    size_t       i;
    world_t      w;
    ct_served_t  loaded;

    world_open(&w);
    memset(&loaded, 0, sizeof(loaded));
    loaded.file = "a.pem";
    memset(loaded.identity, 1, CT_HASH_LEN);
    w.inventory = (ct_inventory_t) {&loaded, 1};
    world_past(&w, 0, CT_PAST_CONFIGURED, 1, "loaded.example", 1);
    html = world_say(&w, ct_report_page);
    ok(!has(html, "loaded.example") && !has(html, "Others that count"),
       "what is loaded is not listed twice");

    world_past(&w, 1, CT_PAST_CONFIGURED, 2, "old.example",
               3 * REPORT_DAY);
    world_past(&w, 2, CT_PAST_LEARNED, 3, "<learned>", 3600000);
    world_past(&w, 3, CT_PAST_KNOWN, 4, "known.example", 3600000);
    world_past(&w, 4, CT_PAST_KNOWN, 5, "gone.example", 3 * REPORT_DAY);
    world_past(&w, 5, CT_PAST_KNOWN, 6, "forgotten.example",
               401 * REPORT_DAY);
    sound(&w, "others");
    html = world_say(&w, ct_report_page);
    ok(has(html, "<summary>Others that count as yours: 4</summary>"),
       "four others");
    ok(has(html, "past, served until <time datetime=\"2026-11-19T"),
       "served once");
    ok(has(html, "past, in ct_known_certificate until <time"), "known once");
    ok(has(html, "<li>&lt;learned&gt;</li>") && has(html, "\">learned\n"),
       "learned");
    ok(has(html, "\">known\n"), "known");
    ok(has(html, "counts until <time datetime=\"2027-12-24T"),
       "until when it counts");
    ok(!has(html, "forgotten.example"), "none that does not any more");

    w.inventory.nserved = 0;
    html = world_say(&w, ct_report_page);
    ok(!has(html, "Until it has, no certificate"), "some can be recognised");

    for (i = 0; i < 120; i++) {
        world_past(&w, i, CT_PAST_KNOWN, (uint8_t) (i + 1), "n.example", 1);
    }

    html = world_say(&w, ct_report_page);
    is_int(count(html, "<li>n.example</li>"), 100, "not more than 100");
    ok(has(html, "And 20 more: see"), "the others are counted");
    world_close(&w);
}


int
main(void)
{
    test_alarm();
    test_acknowledged();
    test_expected();
    test_alerts();
    test_served();

    return done_testing();
}
