/*
 * ct_report: what JSON and health say of a store. Every answer is read back
 * with jansson; sentences are compared word by word.
 */

#include "report.h"
#include "tap.h"


static void test_token(void);
static void test_calist(void);
static void test_status(void);
static void test_logs(void);
static void test_log_details(json_t *root);
static void test_log_gaps(json_t *root);
static void test_certificates(void);
static void test_events(void);
static void test_event_alert(void);
static void test_health(void);
static void test_memory(void);
static uint64_t event_add(world_t *w, ct_event_e kind, uint32_t log,
    const char *text);


int
main(void)
{
    test_token();
    test_status();
    test_calist();
    test_logs();
    test_certificates();
    test_events();
    test_event_alert();
    test_health();
    test_memory();

    return done_testing();
}


static void
test_token(void)
{
    size_t   i;
    char     room[32];
    uint64_t n;
    ct_buf_t out;

    static const uint64_t good[] = {1, 42, UINT64_MAX};
    static const char *const bad[] = {
        "", "n", "n0", "n01", "1", "x1", "n1 ", "n-1", "n+1",
        "n18446744073709551616", "nn1", "n1n"
    };

    for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        ct_buf_fixed(&out, room, sizeof(room));
        ct_report_token(&out, good[i]);
        ok(ct_report_token_read(ct_buf_slice(&out), &n) && n == good[i],
           "%llu there and back", (unsigned long long) good[i]);
    }

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        n = 7;
        ok(!ct_report_token_read(ct_bytes_str(bad[i]), &n) && n == 7,
           "refused: \"%s\"", bad[i]);
    }
}


static void
test_calist(void)
{
    json_t *root;
    world_t w;

    world_open(&w);
    snprintf(w.status.calist, sizeof(w.status.calist), "2 certificates");
    snprintf(w.status.calist_error, sizeof(w.status.calist_error), "gone");
    w.status.calist_checked_ms = REPORT_NOW - REPORT_DAY;
    w.status.calist_rows = 2;
    world_status(&w);
    root = world_json(&w, ct_report_json_status);
    is_str(json_text(root, "ca_list.text"), "2 certificates", "CA list");
    is_str(json_text(root, "ca_list.error"), "gone", "its error");
    is_str(json_text(root, "ca_list.checked"), "2026-11-21T16:49:00Z",
           "when it was good");
    is_int(json_number(root, "ca_list.rows"), 2, "its rows");
    json_decref(root);
    world_close(&w);
}


static void
test_status(void)
{
    json_t     *root;
    world_t     w;
    ct_alert_t  alert = {.finding = 1, .channel = 2};

    world_open(&w);
    w.status.alerts_sent = 5;
    w.status.alerts_failed = 6;
    w.status.alerts_dropped = 7;
    w.status.dropped = 8;
    w.status.received = 123456;
    w.status.list_ms = REPORT_NOW - REPORT_DAY;
    w.status.list_stale = 1;
    snprintf(w.status.list, sizeof(w.status.list), "8 logs");
    snprintf(w.status.list_error, sizeof(w.status.list_error),
             "it went back in time");
    w.status.saved_ms = REPORT_NOW - 1000;
    memset(w.status.error, 'e', sizeof(w.status.error)); /* no NUL */
    world_status(&w);

    world_log(&w, 1, "One", CT_FOLLOW_FOLLOWING, 10, 10);
    world_log(&w, 2, "Two", CT_FOLLOW_UNREACHABLE, 10, 4);
    world_log(&w, 3, "Three", CT_FOLLOW_SKIPPED, 0, 0);
    world_log(&w, 4, "Four", CT_FOLLOW_LIMITED, 10, 10);
    world_log(&w, 5, "Five", CT_FOLLOW_LAGGING, 10, 10);
    world_log(&w, 6, "Six", CT_FOLLOW_FINAL, 10, 9);
    world_simple(&w, CT_VERDICT_SERVED, "a.example");
    world_simple(&w, CT_VERDICT_UNFAMILIAR, "b.example");
    world_simple(&w, CT_VERDICT_EXPECTED, "c.example");
    ct_store_queue(w.store, &alert);

    root = world_json(&w, ct_report_json_status);
    is_str(json_text(root, "zone"), "ct", "zone");
    is_int(json_number(root, "version"), 1, "version");
    is_int(json_number(root, "counts.total"), 3, "findings");
    is_int(json_number(root, "counts.served"), 1, "served");
    is_int(json_number(root, "counts.expected"), 1, "expected");
    is_int(json_number(root, "counts.unfamiliar"), 1, "unfamiliar");
    is_int(json_number(root, "counts.unparsable"), 0, "unparsable");
    ok(json_is_true(json_at(root, "engine.running")), "running");
    is_int(json_number(root, "engine.generation"), 3, "generation");
    is_int(json_number(root, "engine.pid"), 4711, "pid");
    is_str(json_text(root, "engine.saved"), "2026-11-22T16:48:59Z", "saved");
    is_str(json_text(root, "engine.since"), "(null)", "never is null");
    is_int(strlen(json_text(root, "engine.error")), CT_LIMIT_ERROR,
           "a text without NUL ends with its field");
    is_int(json_number(root, "logs.total"), 6, "logs");
    is_int(json_number(root, "logs.followed"), 5, "followed");
    is_int(json_number(root, "logs.failing"), 2, "failing");
    is_int(json_number(root, "logs.unreachable"), 1, "unreachable");
    is_int(json_number(root, "logs.rate_limited"), 1, "rate-limited");
    is_int(json_number(root, "logs.lagging"), 1, "lagging");
    is_int(json_number(root, "logs.final"), 1, "final");
    is_int(json_number(root, "logs.skipped"), 1, "skipped");
    is_int(json_number(root, "logs.lag"), 6, "lag, final logs left out");
    is_str(json_text(root, "list.text"), "8 logs", "list");
    is_str(json_text(root, "list.error"), "it went back in time", "error");
    is_str(json_text(root, "list.timestamp"), "2026-11-21T16:49:00Z",
           "of when it is");
    is_str(json_text(root, "list.checked"), "(null)", "never checked");
    ok(json_is_true(json_at(root, "list.stale")), "stale");
    is_int(json_number(root, "received"), 123456, "received");
    is_int(json_number(root, "usage.findings"), 3, "used");
    is_int(json_number(root, "usage.max_findings"),
           ct_store_max_findings(w.store), "room");
    is_int(json_number(root, "dropped"), 8, "dropped");
    is_int(json_number(root, "alerts.waiting"), 1, "alerts waiting");
    is_int(json_number(root, "alerts.sent"), 5, "alerts sent");
    is_int(json_number(root, "alerts.failed"), 6, "alerts failed");
    is_int(json_number(root, "alerts.dropped"), 7, "alerts dropped");
    is_int(json_number(root, "watched"), 2, "watched");
    json_decref(root);
    world_close(&w);
}


static void
test_logs(void)
{
    size_t          i;
    json_t         *root;
    world_t         w;
    ct_log_record_t log;

    world_open(&w);
    world_log(&w, 0x22, "Fine", CT_FOLLOW_FOLLOWING, 100, 100);
    i = world_log(&w, 0x33, "Ill", CT_FOLLOW_UNREACHABLE, 100, 40);
    world_log(&w, 0x44, "Old", CT_FOLLOW_CATCHING_UP, 20000, 7655);
    world_log(&w, 0x55, "Gone", CT_FOLLOW_SKIPPED, 0, 0);

    (void) ct_store_log(w.store, i, &log);
    log.entries = 60;
    log.matches = 2;
    log.malformed = 1;
    log.cursor.downloaded.size = 50;
    log.cursor.start = 10;
    log.cursor.head_due_ms = REPORT_NOW + 1000;
    log.cursor.not_before_ms = REPORT_NOW + 5000;
    log.cursor.confirmed_ms = REPORT_NOW - 60000;
    log.evidence = 2;
    log.end_ms = REPORT_NOW + REPORT_DAY;
    log.gaps[0].from = 3;
    log.gaps[0].to = 9;
    log.gaps[0].kind = CT_GAP_ABSENT;
    log.gaps[0].since_ms = REPORT_NOW;
    log.gaps[0].tries = 4;
    log.gaps[2].from = 20;
    log.gaps[2].to = 21;
    log.gaps[2].kind = CT_GAP_CONTRADICTED;
    log.lookback.from = 1;
    log.lookback.at = 5;
    log.lookback.to = 10;
    ct_store_set_log(w.store, i, &log);
    (void) ct_store_log(w.store, 2, &log);
    log.speed = 1;
    log.has_final = 1;
    log.final_size = 20000;
    ct_store_set_log(w.store, 2, &log);

    root = world_json(&w, ct_report_json_logs);
    is_int(json_array_size(json_at(root, "logs")), 4, "all of them");
    is_str(json_text(root, "logs.0.description"), "Fine", "description");
    is_str(json_text(root, "logs.0.operator"), "Operator", "operator");
    is_str(json_text(root, "logs.0.type"), "static", "type");
    is_str(json_text(root, "logs.0.url"), "https://log34.example/", "url");
    is_str(json_text(root, "logs.0.state"), "following", "following");
    is_str(json_text(root, "logs.0.listed"), "usable", "listed");
    is_str(json_text(root, "logs.0.error"), "(null)", "no error");
    is_str(json_text(root, "logs.0.last_success"), "2026-11-22T16:48:46Z",
           "last success");
    ok(strspn(json_text(root, "logs.0.id"), "2") == 64, "id");
    test_log_details(root);
    test_log_gaps(root);
    is_str(json_text(root, "logs.1.error"), "there was no answer", "error");
    is_int(json_number(root, "logs.1.tree_size"), 100, "tree size");
    is_int(json_number(root, "logs.1.downloaded"), 50, "downloaded");
    is_int(json_number(root, "logs.1.verified"), 40, "verified");
    is_int(json_number(root, "logs.1.lag"), 60, "lag");
    is_int(json_number(root, "logs.1.start"), 10, "start");
    is_int(json_number(root, "logs.1.entries"), 60, "entries");
    is_int(json_number(root, "logs.1.matches"), 2, "matches");
    is_int(json_number(root, "logs.1.malformed"), 1, "malformed");
    is_str(json_text(root, "logs.1.next_poll"), "2026-11-22T16:49:05Z",
           "the later of two waits");
    is_str(json_text(root, "logs.2.state"), "catching up", "catching up");
    is_str(json_text(root, "logs.2.reason"),
           "12,345 entries to go, about 3 hours", "and how long");
    is_int(json_number(root, "logs.2.seconds_to_go"), 12345, "in seconds");
    is_int(json_number(root, "logs.2.speed"), 1, "speed");
    is_int(json_number(root, "logs.2.final_size"), 20000, "final size");
    is_str(json_text(root, "logs.1.type"), "rfc6962", "the other type");
    is_str(json_text(root, "logs.3.state"), "skipped", "skipped");
    is_str(json_text(root, "logs.3.skipped"), "it is retired", "and why");
    json_decref(root);
    world_close(&w);
}


static void
test_log_details(json_t *root)
{
    is_str(json_text(root, "logs.1.state"), "unreachable", "unreachable");
    is_str(json_text(root, "logs.1.reason"), "there has been no good answer "
           "since 2026-11-22 15:49 UTC: there was no answer", "reason");
    is_str(json_text(root, "logs.1.failing_since"), "2026-11-22T15:49:00Z",
           "since when");
    is_str(json_text(root, "logs.1.confirmed"), "2026-11-22T16:48:00Z",
           "confirmed head");
    is_str(json_text(root, "logs.1.tree_time"), "2026-11-22T16:48:30Z",
           "latest head");
    is_int(json_number(root, "logs.1.mmd"), 60, "MMD");
    is_str(json_text(root, "logs.1.interval_end"), "2026-11-23T16:49:00Z",
           "end of its interval");
    is_int(json_number(root, "logs.1.evidence"), 2, "evidence");
}


static void
test_log_gaps(json_t *root)
{
    is_int(json_array_size(json_at(root, "logs.1.gaps")), 2, "gaps");
    is_int(json_number(root, "logs.1.gaps.0.from"), 3, "from");
    is_int(json_number(root, "logs.1.gaps.0.to"), 9, "to");
    is_str(json_text(root, "logs.1.gaps.0.kind"), "absent", "absent");
    is_str(json_text(root, "logs.1.gaps.0.since"), "2026-11-22T16:49:00Z",
           "since");
    is_int(json_number(root, "logs.1.gaps.0.tries"), 4, "tries");
    is_str(json_text(root, "logs.1.gaps.1.kind"), "contradicted",
           "contradicted");
    is_int(json_number(root, "logs.1.lookback.at"), 5, "looking back");
    is_int(json_number(root, "logs.1.lookback.to"), 10, "up to");
    ok(json_is_null(json_at(root, "logs.0.lookback")), "others do not");
    ok(json_is_null(json_at(root, "logs.0.seconds_to_go")), "no prediction");
    ok(json_is_null(json_at(root, "logs.0.final_size")), "nor end");
}


static void
test_certificates(void)
{
    json_t     *root;
    world_t     w;
    ct_bytes_t  names[] = {CT_BYTES("a.example"), CT_BYTES("server.example")};
    ct_served_t served = {
        .der = CT_BYTES("not DER at all"), .names = names, .nnames = 2,
        .ncert_names = 1, .file = "/etc/ssl/a.pem",
        .places = CT_SERVED_HTTP | CT_SERVED_MAIL,
        .not_after_ms = REPORT_NOW
    };

    memset(served.cert_sha256, 0xcc, CT_HASH_LEN);

    world_open(&w);
    root = world_json(&w, ct_report_json_certificates);
    is_int(json_array_size(json_at(root, "certificates")), 0, "none");
    json_decref(root);

    w.inventory = (ct_inventory_t) {&served, 1};
    root = world_json(&w, ct_report_json_certificates);
    is_str(json_text(root, "certificates.0.names.0"), "a.example", "its name");
    is_str(json_text(root, "certificates.0.names.1"), "server.example",
           "the server's behind it");
    is_str(json_text(root, "certificates.0.file"), "/etc/ssl/a.pem", "file");
    is_str(json_text(root, "certificates.0.served_by.0"), "http", "by http");
    is_str(json_text(root, "certificates.0.served_by.1"), "mail", "and mail");
    is_int(json_array_size(json_at(root, "certificates.0.served_by")), 2,
           "by nothing else");
    is_str(json_text(root, "certificates.0.issuer"), "", "unreadable issuer");
    is_str(json_text(root, "certificates.0.not_after"), "2026-11-22T16:49:00Z",
           "not after");
    ok(strspn(json_text(root, "certificates.0.cert_sha256"), "c") == 64,
       "hash");
    is_str(json_text(root, "certificates.0.source"), "configured",
           "where from");
    ok(json_is_null(json_at(root, "certificates.0.until")), "it has no end");
    is_int(json_number(root, "total"), 1, "one");
    json_decref(root);
    world_close(&w);
}


static uint64_t
event_add(world_t *w, ct_event_e kind, uint32_t log, const char *text)
{
    ct_event_t event;

    memset(&event, 0, sizeof(event));
    event.kind = kind;
    event.log = log;
    event.time_ms = REPORT_NOW - 1000;
    snprintf(event.text, sizeof(event.text), "%s", text);
    memset(event.evidence, kind == CT_EVENT_LOG_MISBEHAVING ? 0xee : 0,
           CT_HASH_LEN);
    (void) ct_store_add_event(w->store, &event);

    return event.number;
}


/* Newest first, in pages; what gave way is not asked for in vain. */
static void
test_events(void)
{
    char     text[32];
    size_t   i, n, pages;
    json_t  *root;
    world_t  w;
    uint64_t max, want;

    world_open(&w);
    root = world_json(&w, ct_report_json_events);
    is_int(json_array_size(json_at(root, "events")), 0, "no events");
    ok(json_is_null(json_at(root, "next")), "and no more");
    json_decref(root);

    max = ct_store_max_events(w.store);

    for (i = 1; i <= max + 10; i++) {
        snprintf(text, sizeof(text), "%u", (unsigned) i);
        event_add(&w, CT_EVENT_LIST_STALE, CT_EVENT_NO_LOG, text);
    }

    w.report.limit = 100;
    want = max + 10;
    pages = n = 0;

    do {
        root = world_json(&w, ct_report_json_events);
        pages++;

        for (i = 0; i < json_array_size(json_at(root, "events")); i++) {
            snprintf(text, sizeof(text), "events.%u.text", (unsigned) i);
            n += strtoul(json_text(root, text), NULL, 10) == want--;
        }

        w.report.after = 0;
        (void) ct_report_token_read(ct_bytes_str(json_text(root, "next")),
                                    &w.report.after);
        json_decref(root);
    } while (w.report.after != 0 && pages < 9);

    is_int(n, max, "all that are kept, in order");
    is_int(pages, (max + 99) / 100, "a hundred at once");
    world_close(&w);
}


static void
test_event_alert(void)
{
    size_t     log;
    json_t    *root;
    world_t    w;
    ct_buf_t   out;
    ct_event_t event;

    world_open(&w);
    log = world_log(&w, 7, "A \"log\"", CT_FOLLOW_MISBEHAVING, 10, 5);
    (void) ct_store_event(w.store,
                          event_add(&w, CT_EVENT_LOG_MISBEHAVING,
                                    (uint32_t) log, "it has <signed>"),
                          &event);
    ct_buf_init(&out, w.arena, CT_LIMIT_PAGE);
    is_int(ct_report_event(&out, w.store, "ct", &event), CT_OK, "a body");
    root = json_loadb((char *) out.data, out.len, 0, NULL);
    is_str(json_text(root, "id"), "event-1-1795366139000", "stable id");
    is_str(json_text(root, "type"), "log.misbehaving", "type");
    is_int(json_number(root, "version"), 1, "version");
    is_str(json_text(root, "time"), "2026-11-22T16:48:59Z", "when it was");
    is_str(json_text(root, "zone"), "ct", "zone");
    is_str(json_text(root, "log.description"), "A \"log\"", "log");
    is_str(json_text(root, "log.url"), "https://log7.example/", "its URL");
    ok(strspn(json_text(root, "log.id"), "07") == 64, "its id");
    is_str(json_text(root, "log.operator"), "Operator", "its operator");
    is_str(json_text(root, "text"), "it has <signed>", "text");
    ok(strspn(json_text(root, "evidence"), "e") == 64, "evidence");
    json_decref(root);

    (void) ct_store_event(w.store,
                          event_add(&w, CT_EVENT_COVERAGE_LOST,
                                    CT_EVENT_NO_LOG, "lost"), &event);
    ct_buf_init(&out, w.arena, CT_LIMIT_PAGE);
    (void) ct_report_event(&out, w.store, "ct", &event);
    root = json_loadb((char *) out.data, out.len, 0, NULL);
    is_str(json_text(root, "id"), "event-2-1795366139000", "another id");
    is_str(json_text(root, "type"), "coverage.lost", "another type");
    is_str(json_text(root, "log"), "(null)", "of no log");
    is_str(json_text(root, "evidence"), "(null)", "without evidence");
    json_decref(root);
    world_close(&w);
}


static void
test_health(void)
{
    size_t   i, j;
    char     room[256];
    bool     good;
    world_t  w;
    ct_buf_t out;

    static const struct {
        const char *logs;
        int64_t     age_ms;
        bool        running;
        const char *want;
    } cases[] = {
        {"111", 500, true, "ok: following 3 logs, 1 finding needs you\n"},
        {"0", 500, true, "ok: following 1 log, 1 finding needs you\n"},
        {"141", 500, true,
         "ok: following 3 logs (1 failing), 1 finding needs you\n"},
        {"1", 31000, true, "failing: the monitor is not running\n"},
        {"1", 4000, false, "ok: following 1 log, 1 finding needs you\n"},
        {"1", 6000, false, "failing: the monitor is not running\n"},
        {"13", 500, true, "ok: following 2 logs, 1 finding needs you\n"},
        {"16", 500, true, "failing: 1 log contradicts what it signs\n"},
        {"45", 500, true, "failing: no followed log can be read\n"},
        {"457", 500, true, "failing: no followed log can be read\n"},
        {"7", 500, true, "ok: following 1 log, 1 finding needs you\n"},
        {"89", 500, true, "failing: no log is followed\n"},
    };

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        world_open(&w);
        w.status.heartbeat_ms = REPORT_NOW - cases[i].age_ms;
        w.status.running = cases[i].running;
        world_status(&w);
        world_simple(&w, CT_VERDICT_UNFAMILIAR, "example.com");

        for (j = 0; cases[i].logs[j] != '\0'; j++) {
            world_log(&w, (uint8_t) (j + 1), "Log",
                      (ct_follow_e) (cases[i].logs[j] - '0'), 5, 5);
        }

        memset(room, 0, sizeof(room));
        ct_buf_fixed(&out, room, sizeof(room) - 1);
        good = ct_report_health(&w.report, &out);
        is_str(room, cases[i].want, "health %u", (unsigned) i);
        is_int(good, strncmp(cases[i].want, "ok", 2) == 0, "its code");
        world_close(&w);
    }

    world_open(&w);
    memset(&w.status, 0, sizeof(w.status));
    world_status(&w);
    memset(room, 0, sizeof(room));
    ct_buf_fixed(&out, room, sizeof(room) - 1);
    ok(!ct_report_health(&w.report, &out), "no engine yet: 503");
    is_str(room, "failing: the monitor is starting\n", "and says so");
    world_close(&w);
}


static void
test_memory(void)
{
    size_t   i;
    char     room[64];
    world_t  w;
    ct_buf_t out;

    static const face_pt faces[] = {
        ct_report_page, ct_report_json_status, ct_report_json_findings,
        ct_report_json_logs, ct_report_json_events, ct_report_metrics
    };

    world_open(&w);
    world_log(&w, 1, "One", CT_FOLLOW_FOLLOWING, 10, 10);
    world_simple(&w, CT_VERDICT_SERVED, "example.com");
    event_add(&w, CT_EVENT_LIST_STALE, CT_EVENT_NO_LOG, "x");

    for (i = 0; i < sizeof(faces) / sizeof(faces[0]); i++) {
        ct_buf_fixed(&out, room, sizeof(room));
        is_int(faces[i](&w.report, &out), CT_E_MEMORY, "face %u, full",
               (unsigned) i);
    }

    ct_arena_destroy(w.arena);
    w.arena = w.report.arena = ct_arena_create(16);
    ct_buf_fixed(&out, room, sizeof(room));
    is_int(ct_report_page(&w.report, &out), CT_E_MEMORY, "no scratch: page");
    is_int(ct_report_json_findings(&w.report, &out), CT_E_MEMORY,
           "no scratch: findings");
    world_close(&w);
}
