/*
 * ct_report_page: no field of any template is unknown, every element is
 * closed, nothing from a certificate becomes markup, and the page stays
 * within what its Content-Security-Policy and its bound allow.
 */

#include "page.h"


static void test_empty(void);
static void test_full(void);
static void test_hostile(void);
static void test_names(void);
static void test_urgent(void);
static void test_paging(void);
static void test_bound(void);
static void test_engine(void);
static void test_links(void);
static void test_style(void);
static void fill(world_t *w);


int
main(void)
{
    test_empty();
    test_full();
    test_hostile();
    test_names();
    test_urgent();
    test_paging();
    test_bound();
    test_engine();
    test_links();
    test_style();

    return done_testing();
}


/* One of everything. */
static void
fill(world_t *w)
{
    unsigned        state, verdict;
    ct_event_t      event;
    ct_log_record_t log;
    ct_bytes_t      names[] = {CT_BYTES("example.com"),
                               CT_BYTES("www.example.com")};

    static ct_served_t served[2];
    static ct_bytes_t  served_names[12];

    for (state = 0; state <= CT_FOLLOW_UNLISTED; state++) {
        world_log(w, (uint8_t) (state + 1), "Some log", (ct_follow_e) state,
                  1000, state % 2 == 0 ? 900 : 1000);
    }

    (void) ct_store_log(w->store, CT_FOLLOW_CATCHING_UP, &log);
    log.speed = 10;
    log.evidence = 2;
    log.gaps[0] = (ct_gap_t) {
        .from = 3, .to = 9, .since_ms = REPORT_NOW, .kind = CT_GAP_ABSENT
    };
    log.gaps[1] = (ct_gap_t) {
        .from = 20, .to = 21, .kind = CT_GAP_CONTRADICTED
    };
    log.lookback.to = 10;
    log.lookback.at = 5;
    ct_store_set_log(w->store, CT_FOLLOW_CATCHING_UP, &log);

    memset(&event, 0, sizeof(event));
    event.kind = CT_EVENT_LOG_UNREACHABLE;
    event.time_ms = REPORT_NOW;
    snprintf(event.text, sizeof(event.text), "Some log: gone");
    (void) ct_store_add_event(w->store, &event);
    event.number = 0;
    event.kind = CT_EVENT_COVERAGE_RESTORED;
    event.log = CT_EVENT_NO_LOG;
    snprintf(event.text, sizeof(event.text), "Complete");
    (void) ct_store_add_event(w->store, &event);

    for (verdict = 1; verdict <= CT_VERDICT_UNPARSABLE; verdict++) {
        world_finding(w, (ct_verdict_e) verdict,
                      verdict % 2 == 0 ? CT_FINDING_FINAL
                      : CT_FINDING_PRECERT | CT_FINDING_UNVERIFIED
                        | CT_FINDING_FOREIGN,
                      CT_BYTES("O=Some CA"), names, 1 + verdict % 2);
    }

    for (state = 0; state < 12; state++) {
        served_names[state] = CT_BYTES("served.example");
    }

    served[0] = (ct_served_t) {
        .names = served_names, .nnames = 12, .ncert_names = 12,
        .file = "/etc/ssl/a.pem", .not_before_ms = 1000,
        .not_after_ms = REPORT_NOW - 1
    };
    served[1] = served[0];
    served[1].not_after_ms = REPORT_NOW + 1;
    w->inventory = (ct_inventory_t) {served, 2};

    w->status.saved_ms = REPORT_NOW;
    w->status.since_ms = REPORT_NOW;
    w->status.dropped = 1;
    snprintf(w->status.error, sizeof(w->status.error), "no room on disk");
    snprintf(w->status.list, sizeof(w->status.list), "8 logs");
    snprintf(w->status.calist, sizeof(w->status.calist), "9 <b>");
    snprintf(w->status.calist_error, sizeof(w->status.calist_error), "&no");
    w->status.calist_checked_ms = REPORT_NOW;
    snprintf(w->status.list_error, sizeof(w->status.list_error),
             "it is not signed");
    w->status.list_ms = REPORT_NOW;
    w->status.list_checked_ms = REPORT_NOW;
    world_status(w);
}


static void
test_empty(void)
{
    char    *html;
    world_t  w;

    world_open(&w);
    sound(&w, "empty");
    html = world_say(&w, ct_report_page);
    ok(has(html, "<span>No certificate found yet</span>"), "nothing yet");
    ok(has(html, "No log is followed."), "no log");
    ok(has(html, "no certificate loaded"), "nothing served");
    ok(has(html, "<header class=\"band attention\">"), "amber");
    world_close(&w);
}


static void
test_full(void)
{
    char    *html;
    world_t  w;

    static const char *const wanted[] = {
        "<span>3 certificates need you</span>",
        "<header class=\"band problem\">",
        "<title>3 certificates need you",
        "1 is waiting to be installed",
        "3 of 8 logs are failing or misbehaving: Some log, Some log, Some "
        "log.",
        "<li>Complete: all of it, since <time datetime=\"2026-11-22T14:49:00Z"
        "\">2026-11-22 14:49 UTC</time>.</li>",
        "The log list could not be renewed: it is not signed.",
        ">rate-limited</span>", ">final</span>", ">lagging</span>",
        "it has refused requests since 2026-11-22 15:49 UTC: there was no",
        "<p class=\"note\">100 entries to go, about 10 seconds</p>",
        "<li>6 entries from 3 on are missing, the log does not give them, "
        "since <time",
        "<li>1 entry from 20 on is not verified",
        "2 pieces of evidence kept", "names added later: 50%",
        "<h2 id=\"events\">What happened</h2>",
        "<span class=\"state bad\">log.unreachable</span> Some log: gone.",
        "<span class=\"state good\">coverage.restored</span> Complete.",
        "Log list: 8 logs, of <time",
        "CA list: 9 &lt;b&gt;, last found good on <time",
        "The CA list could not be renewed: &amp;no.",
        "3 findings are not verified yet",
        "1 certificate was found without room to keep",
        "no room on disk",
        ">unfamiliar</p>", ">unserved</p>", ">unparsable</p>",
        ">served</p>", ">ours</p>", ">expected</p>",
        "<dd>O=Some CA</dd>", "<dd>Some CA</dd>",
        "<time datetime=\"2026-11-21T16:49:00Z\">2026-11-21</time> to ",
        " to <time datetime=\"2026-11-23T16:49:00Z\">2026-11-23</time>",
        "<time datetime=\"2026-11-22T16:48:00Z\">2026-11-22 16:48 UTC",
        "<dd>0fa001</dd>",
        "<li>Some log, entry 1,234,567, ",
        "as a pre-certificate",
        "it is not verified yet", "names that are not watched",
        "</span></td>\n<td data-label=\"Verified\">1,000</td>",
        "900 of 1,000", "<td data-label=\"Lag\">100</td>", "14 s ago",
        "there was no answer",
        "<summary>2 logs are not followed</summary>",
        "<td>it is retired</td>",
        "<td>unlisted</td>",
        "<strong>expired</strong>", "/etc/ssl/a.pem", "and 4 more",
        "8 logs", "asked every 60 s",
    };

    size_t i;

    world_open(&w);
    fill(&w);
    sound(&w, "full");
    html = world_say(&w, ct_report_page);

    for (i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
        ok(has(html, wanted[i]), "shows %s",
           strchr(wanted[i], '\n') == NULL ? wanted[i] : "a whole tree");
    }

    is_int(count(html, "<article "), 6, "all findings");
    is_int(count(html, "<caption>"), count(html, "<table"),
           "every table has a caption");
    is_int(count(html, "<strong>expired"), 1, "one of two has expired");
    world_close(&w);
}


static void
test_hostile(void)
{
    char           *html;
    size_t          i;
    world_t         w;
    ct_event_t      event;
    ct_log_record_t log;
    ct_bytes_t      bad = CT_BYTES("\"'><script>alert(1)</script>&\xff\x00"
                                   "{{zone}}");

    world_open(&w);
    world_finding(&w, CT_VERDICT_UNFAMILIAR, 0, bad, &bad, 1);
    i = world_log(&w, 1, "x", CT_FOLLOW_UNREACHABLE, 1, 0);
    (void) ct_store_log(w.store, i, &log);
    memcpy(log.description, bad.data, bad.len);
    memcpy(log.operator_name, bad.data, bad.len);
    memcpy(log.url, bad.data, bad.len);
    memcpy(log.error, bad.data, bad.len);
    ct_store_set_log(w.store, i, &log);
    memcpy(w.status.error, bad.data, bad.len);
    memcpy(w.status.list, bad.data, bad.len);
    memcpy(w.status.list_error, bad.data, bad.len);
    memset(w.status.coverage_why, 0, sizeof(w.status.coverage_why));
    memcpy(w.status.coverage_why, bad.data, bad.len);
    memset(&event, 0, sizeof(event));
    memcpy(event.text, bad.data, bad.len);
    event.kind = 99;
    (void) ct_store_add_event(w.store, &event);
    world_status(&w);

    html = world_say(&w, ct_report_page);
    ok(!has(html, "<script"), "no script");
    ok(has(html, "&quot;&#39;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&amp;"
                 "\xef\xbf\xbd\xef\xbf\xbd{{zone}}</h3>"),
       "a name is text, and no template");
    ok(nested(html), "elements are closed in order");
    world_close(&w);
}


static void
test_names(void)
{
    char       *html, names_room[100][32], longest[400];
    size_t      i;
    world_t     w;
    ct_bytes_t  names[100];

    world_open(&w);

    for (i = 0; i < 100; i++) {
        snprintf(names_room[i], sizeof(names_room[i]), "t%u.example.net",
                 (unsigned) i);
        names[i] = ct_bytes_str(names_room[i]);
    }

    names[0] = CT_BYTES("example.com");
    names[50] = CT_BYTES("login.example.com");
    names[60] = CT_BYTES("notexample.com");
    world_finding(&w, CT_VERDICT_UNFAMILIAR, 0, CT_BYTES("CN=x"), names, 100);

    html = world_say(&w, ct_report_page);
    ok(has(html, ">example.com</h3>"), "the matched one is the heading");
    ok(has(html, "<ul class=\"names\">\n<li>login.example.com</li>\n"
                 "<li>t1.example.net</li>"), "what matches comes first");
    is_int(count(html, "example.net</li>"), 6, "eight in all");
    ok(has(html, "and 92 more"), "the others are counted");
    ok(!has(html, "notexample.com"), "a label is not a suffix");
    world_close(&w);

    world_open(&w);
    memset(longest, 'a', sizeof(longest));
    memcpy(longest + CT_LIMIT_NAME - 1, "\xe2\x82\xac", 3);
    names[0] = ct_bytes(longest, sizeof(longest));
    world_finding(&w, CT_VERDICT_UNFAMILIAR, 0, CT_BYTES("CN=x"), names, 1);
    html = world_say(&w, ct_report_page);
    ok(has(html, "aaaa&hellip;</h3>"), "a name too long is cut");
    ok(!has(html, "\xef\xbf\xbd"), "but not inside a character");
    world_close(&w);
}


/* What needs somebody is on the first page, however old. */
static void
test_urgent(void)
{
    char    *html;
    size_t   i;
    world_t  w;

    world_open(&w);
    w.report.limit = 5;
    world_simple(&w, CT_VERDICT_UNFAMILIAR, "old.example");

    for (i = 0; i < 20; i++) {
        world_simple(&w, CT_VERDICT_SERVED, "fine.example");
    }

    html = world_say(&w, ct_report_page);
    is_int(count(html, "<article "), 6, "one, and five others");
    ok(has(html, "<h2 id=\"urgent\">Needs you</h2>"), "its own heading");
    ok(strstr(html, ">old.example</h3>") < strstr(html, ">fine.example</h3>"),
       "it comes first");

    for (i = 0; i < 10; i++) {
        world_simple(&w, CT_VERDICT_UNFAMILIAR, "new.example");
    }

    html = world_say(&w, ct_report_page);
    is_int(count(html, "<article "), 10, "both parts are bounded");
    is_int(count(html, ">new.example</h3>"), 10,
           "beyond the limit they take their turn");
    world_close(&w);
}


static void
test_paging(void)
{
    char       *html, name[32], *next;
    size_t      i, seen = 0, pages = 0;
    world_t     w;
    ct_bytes_t  token;

    world_open(&w);
    w.report.limit = 4;

    for (i = 0; i < 10; i++) {
        snprintf(name, sizeof(name), "n%u.example", (unsigned) i);
        world_simple(&w, CT_VERDICT_SERVED, name);
    }

    do {
        html = world_say(&w, ct_report_page);
        seen += count(html, "<article ");
        is_int(has(html, "<a href=\"?\">Newest</a>"), pages != 0,
               "page %u: a way back", (unsigned) pages);
        pages++;
        next = strstr(html, "href=\"?after=");

        if (next != NULL) {
            next += strlen("href=\"?after=");
            token = ct_bytes(next, strcspn(next, "\""));
            ok(ct_report_token_read(token, &w.report.after), "a token");
        }
    } while (next != NULL && pages < 9);

    is_int(seen, 10, "all of them");
    is_int(pages, 3, "on three pages");

    w.report.after = 1;
    sound(&w, "behind the last");
    ok(has(world_say(&w, ct_report_page), "There are no older ones."),
       "says so");
    world_close(&w);
}


/* 100 + 100 findings with as many and as long names as the store keeps. */
static void
test_bound(void)
{
    char        quotes[CT_LIMIT_NAME];
    size_t      i;
    world_t     w;
    ct_buf_t    out;
    ct_bytes_t *names;

    names = malloc(5000 * sizeof(ct_bytes_t));

    for (i = 0; i < 5000; i++) {
        names[i] = CT_BYTES("a.example");
    }

    world_open(&w);
    w.report.limit = CT_LIMIT_PAGE_FINDINGS;

    for (i = 0; i < 100; i++) {
        world_finding(&w, CT_VERDICT_SERVED, 0, CT_BYTES("CN=x"), names,
                      5000);
    }

    ct_buf_init(&out, w.arena, CT_LIMIT_PAGE);
    is_int(ct_report_page(&w.report, &out), CT_OK, "a page");
    ok(out.len < 250 * 1024, "of %u bytes", (unsigned) out.len);
    world_close(&w);

    /* every byte grows sixfold, and everything is to be told */
    memset(quotes, '"', sizeof(quotes));
    world_open(&w);
    w.report.limit = CT_LIMIT_PAGE_FINDINGS;

    for (i = 0; i < 200; i++) {
        names[i] = ct_bytes(quotes, sizeof(quotes));
    }

    for (i = 0; i < 200; i++) {
        world_finding(&w, CT_VERDICT_UNFAMILIAR, UINT32_MAX
                      & ~(uint32_t) (CT_FINDING_BASELINE
                                     | CT_FINDING_ACKNOWLEDGED
                                     | CT_FINDING_FOREIGN),
                      names[0], names, i % 2 == 0 ? 200 : 3);
    }

    ct_buf_init(&out, w.arena, CT_LIMIT_PAGE);
    is_int(ct_report_page(&w.report, &out), CT_OK, "a hostile page");
    ok(out.len < CT_LIMIT_PAGE / 2, "of %u bytes", (unsigned) out.len);
    world_close(&w);
    free(names);
}


static void
test_engine(void)
{
    char    *html;
    world_t  w;

    world_open(&w);
    w.status.heartbeat_ms = REPORT_NOW - REPORT_DAY;
    world_status(&w);
    html = world_say(&w, ct_report_page);
    ok(has(html, "<span>The monitor is not running</span>"), "stale");
    ok(has(html, "What you see is as of then."), "since when");
    ok(!has(html, "<strong>The monitor is not running"), "said once");

    world_simple(&w, CT_VERDICT_UNFAMILIAR, "example.com");
    sound(&w, "stale, and an alarm");
    html = world_say(&w, ct_report_page);
    ok(has(html, "<span>1 certificate needs you</span>"), "alarm first");
    ok(has(html, "<strong>The monitor is not running</strong>"),
       "but the other is not forgotten");

    memset(&w.status, 0, sizeof(w.status));
    world_status(&w);
    sound(&w, "never started");
    world_close(&w);
}


static void
test_links(void)
{
    char    *html;
    world_t  w;

    world_open(&w);
    html = world_say(&w, ct_report_page);
    ok(has(html, "href=\"ct.css\""), "below the location");
    w.report.links = "ct/";
    html = world_say(&w, ct_report_page);
    ok(has(html, "href=\"ct/ct.css\""), "beside it");
    ok(has(html, "href=\"ct/api/status\"")
       && has(html, "href=\"ct/api/findings\"")
       && has(html, "href=\"ct/api/logs\"")
       && has(html, "href=\"ct/api/events\"")
       && has(html, "href=\"ct/api/certificates\"")
       && has(html, "href=\"ct/api/channels\"")
       && has(html, "href=\"ct/api/acknowledgements\"")
       && has(html, "href=\"ct/metrics\"")
       && has(html, "href=\"ct/health\""), "all faces");
    world_close(&w);
}


static void
test_style(void)
{
    char       *css;
    ct_bytes_t  style = ct_report_style();

    css = calloc(1, style.len + 1);
    memcpy(css, style.data, style.len);

    ok(style.len > 1000 && style.len < 8704, "%u bytes",
       (unsigned) style.len);
    is_int(strlen(css), style.len, "text alone");
    is_int(count(css, "{"), count(css, "}"), "braces match");
    ok(!has(css, "url(") && !has(css, "@import"), "nothing from elsewhere");
    ok(has(css, "prefers-color-scheme: dark"), "dark");
    free(css);
}
