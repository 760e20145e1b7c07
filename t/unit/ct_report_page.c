/*
 * ct_report_page: no field of any template is unknown, every element is
 * closed, nothing from a certificate becomes markup, and the page stays
 * within what its Content-Security-Policy and its bound allow.
 */

#include "ct_ack.h"
#include "report.h"
#include "ct_report_part.h"
#include "tap.h"

#define MAX_DEPTH 64


static void test_empty(void);
static void test_full(void);
static void test_hostile(void);
static void test_names(void);
static void test_urgent(void);
static void test_paging(void);
static void test_bound(void);
static void test_engine(void);
static void test_findings(void);
static void test_alerts(void);
static void test_served(void);
static void test_links(void);
static void test_style(void);
static void fill(world_t *w);
static void sound(world_t *w, const char *what);
static bool nested(const char *html);
static bool allowed(const char *html);
static size_t count(const char *where, const char *what);
static bool has(const char *where, const char *what);


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
    test_findings();
    test_alerts();
    test_served();
    test_links();
    test_style();

    return done_testing();
}


static size_t
count(const char *where, const char *what)
{
    size_t n = 0;

    for (; (where = strstr(where, what)) != NULL; where++) {
        n++;
    }

    return n;
}


static bool
has(const char *where, const char *what)
{
    return strstr(where, what) != NULL;
}


/* Every element is closed by its own end tag, in order. */
static bool
nested(const char *html)
{
    char        open[MAX_DEPTH][16], name[16];
    size_t      depth = 0, n;
    const char *end;

    static const char *const empty = " meta link path circle ";

    for (html = strchr(html, '<'); html != NULL; html = strchr(end, '<')) {
        end = strchr(html, '>');

        if (end == NULL || memchr(html + 1, '<', (size_t) (end - html - 1))) {
            return false;
        }

        if (html[1] == '!') {
            continue;
        }

        n = strcspn(html + 1 + (html[1] == '/'), " \n/>");
        snprintf(name, sizeof(name), " %.*s ", (int) n,
                 html + 1 + (html[1] == '/'));

        if (html[1] == '/') {
            if (depth == 0 || strcmp(open[--depth], name) != 0) {
                printf("# at %.60s\n", html);
                return false;
            }

        } else if (strstr(empty, name) == NULL) {
            if (depth == MAX_DEPTH) {
                return false;
            }
            memcpy(open[depth++], name, sizeof(name));
        }
    }

    return depth == 0;
}


/* default-src 'none'; style-src 'self'; form-action 'none'. */
static bool
allowed(const char *html)
{
    static const char *const never[] = {
        "<script", "<style", " style=", "<form", "<img", "<iframe",
        "<base", "http-equiv", "javascript:", "{{", "}}", "(null)"
    };

    size_t i;

    for (i = 0; i < sizeof(never) / sizeof(never[0]); i++) {
        if (has(html, never[i])) {
            printf("# has %s\n", never[i]);
            return false;
        }
    }

    return count(html, "<link ") == 1 && count(html, "href=\"http") == 0
           && count(html, "src=") == 0;
}


static void
sound(world_t *w, const char *what)
{
    char    *html;
    size_t   unknown;
    ct_buf_t out;

    ct_buf_init(&out, w->arena, CT_LIMIT_PAGE);
    is_int(ct_report_page_check(&w->report, &out, &unknown), CT_OK,
           "%s: a page", what);
    is_int(unknown, 0, "%s: every field is known", what);

    html = ct_arena_strdup(w->arena, out.data, out.len);
    is_int(strlen(html), out.len, "%s: no NUL", what);
    ok(nested(html), "%s: elements are closed in order", what);
    ok(allowed(html), "%s: keeps the policy", what);
    is_int(count(html, "<h1>"), 1, "%s: one headline", what);
    is_int(count(html, "<main "), 1, "%s: one main", what);
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


static void
test_findings(void)
{
    char        *html;
    uint64_t     n;
    world_t      w;
    ct_ack_t     ack;
    ct_finding_t f;

    /* one that alarms */
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
    ok(has(html, "href=\"ct/certificate/0100000000000000abababababababab.pem\""),
       "where it can be had");
    ok(!has(html, ">Acknowledged:"),
       "nobody has acknowledged it");
    ok(!has(html, "Serve by"), "and it has no deadline");
    world_close(&w);

    /* one that is all right */
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

    /* those that are waited for, and one that is served */
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
    ok(has(html, "<summary>Others that count as yours: 4</summary>"), "four others");
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
