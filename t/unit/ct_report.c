/*
 * ct_report: what JSON, health and alerts say of a store. Every answer is
 * read back with jansson; sentences are compared word by word.
 */

#include "report.h"
#include "tap.h"


static void test_token(void);
static void test_headlines(void);
static void test_status(void);
static void test_finding(void);
static void test_gone_log(void);
static void test_pages(void);
static void test_large(void);
static void test_logs(void);
static void test_certificates(void);
static void test_health(void);
static void test_alert(void);
static void test_memory(void);
static const char *text(json_t *root, const char *path);
static json_int_t number(json_t *root, const char *path);
static json_t *at(json_t *root, const char *path);


int
main(void)
{
    test_token();
    test_headlines();
    test_status();
    test_finding();
    test_gone_log();
    test_pages();
    test_large();
    test_logs();
    test_certificates();
    test_health();
    test_alert();
    test_memory();

    return done_testing();
}


/* "a.b.0.c"; NULL when there is no such thing. */
static json_t *
at(json_t *root, const char *path)
{
    size_t n;
    char   name[64];

    while (root != NULL && *path != '\0') {
        n = strcspn(path, ".");
        snprintf(name, sizeof(name), "%.*s", (int) n, path);
        root = json_is_array(root)
               ? json_array_get(root, (size_t) strtoul(name, NULL, 10))
               : json_object_get(root, name);
        path += n + (path[n] == '.');
    }

    return root;
}


static const char *
text(json_t *root, const char *path)
{
    json_t *value = at(root, path);

    return json_is_string(value) ? json_string_value(value)
           : json_is_null(value) ? "(null)" : "(no string)";
}


static json_int_t
number(json_t *root, const char *path)
{
    json_t *value = at(root, path);

    return json_is_integer(value) ? json_integer_value(value) : -1;
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


/* Findings, logs and the engine's age, and what they come to. */
static void
test_headlines(void)
{
    size_t   i, j;
    json_t  *root;
    world_t  w;

    static const struct {
        const char *findings; /* verdicts */
        const char *logs;     /* states */
        int64_t     age_ms;   /* of the heartbeat; -1: no engine ever */
        uint64_t    dropped;
        const char *headline;
        const char *level;
        const char *coverage;
    } cases[] = {
        {"", "", -1, 0, "The monitor is starting", "attention",
         "No log is read at the moment."},
        {"1", "1", 500, 0, "1 certificate found, and it is yours", "ok",
         "Following 1 log, up to date."},
        {"121", "111", 500, 0, "All 3 certificates are yours", "ok",
         "Following 3 logs, all up to date."},
        {"13", "1", 500, 0, "All 2 certificates are yours", "ok",
         "Following 1 log, up to date."},
        {"1151", "111", 500, 0, "1 certificate needs you", "problem",
         "Following 3 logs, all up to date."},
        {"456", "1", 500, 0, "3 certificates need you", "problem",
         "Following 1 log, up to date."},
        {"", "11", 500, 0, "No certificate found yet", "ok",
         "Following 2 logs, all up to date."},
        {"", "", 500, 0, "No certificate found yet", "attention",
         "No log is followed."},
        {"1", "55", 500, 0, "1 certificate found, and it is yours",
         "attention",
         "No log is followed. 2 RFC 6962 logs are not followed yet."},
        {"11", "1", 29999, 0, "All 2 certificates are yours", "ok",
         "Following 1 log, up to date."},
        {"11", "1", 30000, 0, "The monitor is not running", "problem",
         "No log is read at the moment."},
        {"11", "1", -30000, 0, "The monitor is not running", "problem",
         "No log is read at the moment."},
        {"15", "1", 30000, 0, "1 certificate needs you", "problem",
         "No log is read at the moment."},
        {"11", "131", 500, 0, "All 2 certificates are yours", "attention",
         "1 of 3 logs is failing: Log 2."},
        {"11", "33333", 500, 0, "All 2 certificates are yours", "attention",
         "5 of 5 logs are failing: Log 1, Log 2, Log 3 and 2 more."},
        {"11", "14", 500, 0, "All 2 certificates are yours", "problem",
         "1 of 2 logs is failing or misbehaving: Log 2."},
        {"11", "12", 500, 0, "All 2 certificates are yours", "ok",
         "Following 2 logs, 1 catching up: 1,000 entries to go."},
        {"11", "10", 500, 0, "All 2 certificates are yours", "ok",
         "Following 2 logs, 1 just starting."},
        {"11", "167", 500, 0, "All 2 certificates are yours", "ok",
         "Following 1 log, up to date."},
        {"11", "1", 500, 3, "All 2 certificates are yours", "attention",
         "Following 1 log, up to date."},
    };

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        world_open(&w);
        w.status.started_ms = cases[i].age_ms == -1 ? 0 : REPORT_NOW - 1;
        w.status.heartbeat_ms = cases[i].age_ms == -1
                                ? 0 : REPORT_NOW - cases[i].age_ms;
        w.status.dropped = cases[i].dropped;
        world_status(&w);

        for (j = 0; cases[i].findings[j] != '\0'; j++) {
            world_simple(&w, (ct_verdict_e) (cases[i].findings[j] - '0'),
                         "example.com");
        }

        for (j = 0; cases[i].logs[j] != '\0'; j++) {
            char name[16];

            snprintf(name, sizeof(name), "Log %u", (unsigned) j + 1);
            world_log(&w, (uint8_t) (j + 1), name,
                      (ct_follow_e) (cases[i].logs[j] - '0'), 5000,
                      cases[i].logs[j] == '2' ? 4000 : 5000);
        }

        root = world_json(&w, ct_report_json_status);
        is_str(text(root, "headline.text"), cases[i].headline,
               "case %u: headline", (unsigned) i);
        is_str(text(root, "headline.level"), cases[i].level,
               "case %u: level", (unsigned) i);
        is_str(text(root, "headline.coverage"), cases[i].coverage,
               "case %u: coverage", (unsigned) i);
        json_decref(root);
        world_close(&w);
    }
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
    w.status.saved_ms = REPORT_NOW - 1000;
    memset(w.status.error, 'e', sizeof(w.status.error)); /* no NUL */
    world_status(&w);

    world_log(&w, 1, "One", CT_FOLLOW_FOLLOWING, 10, 10);
    world_log(&w, 2, "Two", CT_FOLLOW_FAILING, 10, 4);
    world_log(&w, 3, "Three", CT_FOLLOW_NOT_YET, 0, 0);
    world_simple(&w, CT_VERDICT_SERVED, "a.example");
    world_simple(&w, CT_VERDICT_UNFAMILIAR, "b.example");
    world_simple(&w, CT_VERDICT_EXPECTED, "c.example");
    ct_store_queue(w.store, &alert);

    root = world_json(&w, ct_report_json_status);
    is_str(text(root, "zone"), "ct", "zone");
    is_int(number(root, "version"), 1, "version");
    is_int(number(root, "counts.total"), 3, "findings");
    is_int(number(root, "counts.served"), 1, "served");
    is_int(number(root, "counts.expected"), 1, "expected");
    is_int(number(root, "counts.unfamiliar"), 1, "unfamiliar");
    is_int(number(root, "counts.unparsable"), 0, "unparsable");
    ok(json_is_true(at(root, "engine.running")), "running");
    is_int(number(root, "engine.generation"), 3, "generation");
    is_int(number(root, "engine.pid"), 4711, "pid");
    is_str(text(root, "engine.saved"), "2026-11-22T16:48:59Z", "saved");
    is_str(text(root, "engine.since"), "(null)", "never is null");
    is_int(strlen(text(root, "engine.error")), CT_LIMIT_ERROR,
           "a text without NUL ends with its field");
    is_int(number(root, "logs.total"), 3, "logs");
    is_int(number(root, "logs.followed"), 2, "followed");
    is_int(number(root, "logs.failing"), 1, "failing");
    is_int(number(root, "logs.not_followed_yet"), 1, "not yet");
    is_int(number(root, "logs.lag"), 6, "lag");
    is_int(number(root, "usage.findings"), 3, "used");
    is_int(number(root, "usage.max_findings"),
           ct_store_max_findings(w.store), "room");
    is_int(number(root, "dropped"), 8, "dropped");
    is_int(number(root, "alerts.waiting"), 1, "alerts waiting");
    is_int(number(root, "alerts.sent"), 5, "alerts sent");
    is_int(number(root, "alerts.failed"), 6, "alerts failed");
    is_int(number(root, "alerts.dropped"), 7, "alerts dropped");
    is_int(number(root, "watched"), 2, "watched");
    json_decref(root);
    world_close(&w);
}


static void
test_finding(void)
{
    json_t    *root, *f;
    world_t    w;
    ct_bytes_t names[] = {CT_BYTES("a.example.com"),
                          CT_BYTES("x\"\\\n<\xff>")};

    world_open(&w);
    world_log(&w, 0x11, "One", CT_FOLLOW_FOLLOWING, 10, 10);
    world_finding(&w, CT_VERDICT_UNFAMILIAR,
                  CT_FINDING_PRECERT | CT_FINDING_UNVERIFIED,
                  CT_BYTES("O=\x01<script>"), names, 2);
    world_finding(&w, CT_VERDICT_SERVED,
                  CT_FINDING_PRECERT | CT_FINDING_FINAL, CT_BYTES(""),
                  names, 1);

    root = world_json(&w, ct_report_json_findings);
    is_int(number(root, "total"), 2, "total");
    ok(json_is_null(at(root, "next")), "no more pages");
    is_int(json_array_size(at(root, "findings")), 2, "both");
    is_str(text(root, "findings.0.verdict"), "served", "newest first");

    f = at(root, "findings.1");
    is_str(text(f, "id"), "0100000000000000abababababababab", "id");
    is_str(text(f, "verdict"), "unfamiliar", "verdict");
    ok(strlen(text(f, "reason")) > 20, "a reason: %s", text(f, "reason"));
    is_str(text(f, "names.0"), "a.example.com", "a name");
    is_str(text(f, "names.1"), "x\"\\\n<\xef\xbf\xbd>", "a hostile name");
    is_int(number(f, "number_of_names"), 2, "number of names");
    is_str(text(f, "matched"), "a.example.com", "matched");
    is_str(text(f, "issuer"), "O=\x01<script>", "issuer");
    is_str(text(f, "ca"), "Some CA", "CA");
    is_str(text(f, "serial"), "0fa001", "serial");
    is_str(text(f, "not_before"), "2026-11-21T16:49:00Z", "not before");
    is_str(text(f, "not_after"), "2026-11-23T16:49:00Z", "not after");
    is_int(strlen(text(f, "tbs_sha256")), 64, "TBS hash");
    ok(strspn(text(f, "cert_sha256"), "ce") == 64, "certificate hash");
    ok(strspn(text(f, "spki_sha256"), "5f") == 64, "key hash");
    ok(json_is_null(at(f, "issuer_key_sha256")), "issuer key not known");
    ok(json_is_true(at(f, "precertificate")), "pre-certificate alone");
    ok(json_is_true(at(f, "unverified")), "unverified");
    is_str(text(f, "first_seen"), "2026-11-22T16:48:00Z", "first seen");
    is_str(text(f, "logs.0.log"), "One", "log");
    ok(strspn(text(f, "logs.0.log_id"), "1") == 64, "log id");
    is_int(number(f, "logs.0.index"), 1234567, "index");
    is_str(text(f, "logs.0.timestamp"), "2026-11-22T16:47:30Z", "time");

    ok(json_is_false(at(root, "findings.0.precertificate")),
       "not when the final certificate was seen");
    json_decref(root);
    ok(strchr(world_say(&w, ct_report_json_findings), '<') == NULL,
       "no tag can open in JSON");
    world_close(&w);
}


static void
test_gone_log(void)
{
    json_t *root;
    world_t w;

    world_open(&w);
    world_simple(&w, CT_VERDICT_SERVED, "example.com");
    root = world_json(&w, ct_report_json_findings);
    is_str(text(root, "findings.0.logs.0.log_id"), "(null)",
           "a place in a log that is gone");
    is_int(number(root, "findings.0.logs.0.index"), 1234567,
           "still has its index");
    json_decref(root);
    world_close(&w);
}


/* Through all of them by `next`, while newer ones come in. */
static void
test_pages(void)
{
    size_t     i, seen = 0, pages = 0;
    json_t    *root;
    world_t    w;
    ct_bytes_t token;
    char       name[32], want[32];

    world_open(&w);
    w.report.limit = 7;

    for (i = 0; i < 30; i++) {
        snprintf(name, sizeof(name), "n%u.example", (unsigned) i);
        world_simple(&w, CT_VERDICT_SERVED, name);
    }

    do {
        root = world_json(&w, ct_report_json_findings);

        for (i = 0; i < json_array_size(at(root, "findings")); i++) {
            snprintf(name, sizeof(name), "findings.%u.matched",
                     (unsigned) i);
            snprintf(want, sizeof(want), "n%u.example",
                     (unsigned) (29 - seen++));

            if (strcmp(text(root, name), want) != 0) {
                ok(0, "%s instead of %s", text(root, name), want);
            }
        }

        pages++;
        world_simple(&w, CT_VERDICT_SERVED, "new.example");
        token = ct_bytes_str(text(root, "next"));

        if (!ct_report_token_read(token, &w.report.after)) {
            w.report.after = 0;
        }

        json_decref(root);
    } while (w.report.after != 0 && pages < 20);

    is_int(seen, 30, "each once, in order");
    is_int(pages, 5, "in five pages");

    w.report.after = 1;
    root = world_json(&w, ct_report_json_findings);
    is_int(json_array_size(at(root, "findings")), 0, "behind the last");
    ok(json_is_null(at(root, "next")), "nothing follows");
    json_decref(root);
    world_close(&w);
}


/* Names of control characters grow sixfold in JSON: pages get shorter, and
 * every finding can still be read. */
static void
test_large(void)
{
    size_t     i, seen = 0, pages = 0;
    json_t    *root;
    world_t    w;
    ct_bytes_t names[2];
    uint8_t   *bytes;

    bytes = malloc(60000);
    memset(bytes, 1, 60000);
    names[0] = CT_BYTES("example.com");
    names[1] = ct_bytes(bytes, 60000);

    world_open(&w);
    w.report.limit = CT_LIMIT_PAGE_FINDINGS;

    for (i = 0; i < 60; i++) {
        world_finding(&w, CT_VERDICT_UNFAMILIAR, 0, CT_BYTES("CN=x"), names,
                      2);
    }

    do {
        ct_arena_reset(w.arena);
        root = world_json(&w, ct_report_json_findings);
        seen += json_array_size(at(root, "findings"));
        pages++;
        w.report.after = 0;
        (void) ct_report_token_read(ct_bytes_str(text(root, "next")),
                                    &w.report.after);
        json_decref(root);
    } while (w.report.after != 0 && pages < 20);

    is_int(seen, 60, "all of them");
    is_int(pages, 2, "though not at once");
    world_close(&w);
    free(bytes);
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
    i = world_log(&w, 0x33, "Ill", CT_FOLLOW_FAILING, 100, 40);
    world_log(&w, 0x44, "Old", CT_FOLLOW_NOT_YET, 0, 0);
    world_log(&w, 0x55, "Gone", CT_FOLLOW_SKIPPED, 0, 0);

    (void) ct_store_log(w.store, i, &log);
    log.entries = 60;
    log.matches = 2;
    log.malformed = 1;
    log.cursor.downloaded.size = 50;
    log.cursor.start = 10;
    log.cursor.head_due_ms = REPORT_NOW + 1000;
    log.cursor.not_before_ms = REPORT_NOW + 5000;
    ct_store_set_log(w.store, i, &log);

    root = world_json(&w, ct_report_json_logs);
    is_int(json_array_size(at(root, "logs")), 4, "all of them");
    is_str(text(root, "logs.0.description"), "Fine", "description");
    is_str(text(root, "logs.0.operator"), "Operator", "operator");
    is_str(text(root, "logs.0.type"), "static", "type");
    is_str(text(root, "logs.0.url"), "https://log34.example/", "url");
    is_str(text(root, "logs.0.state"), "following", "following");
    is_str(text(root, "logs.0.listed"), "usable", "listed");
    is_str(text(root, "logs.0.error"), "(null)", "no error");
    is_str(text(root, "logs.0.last_success"), "2026-11-22T16:48:46Z",
           "last success");
    ok(strspn(text(root, "logs.0.id"), "2") == 64, "id");
    is_str(text(root, "logs.1.state"), "failing", "failing");
    is_str(text(root, "logs.1.error"), "there was no answer", "error");
    is_int(number(root, "logs.1.tree_size"), 100, "tree size");
    is_int(number(root, "logs.1.downloaded"), 50, "downloaded");
    is_int(number(root, "logs.1.verified"), 40, "verified");
    is_int(number(root, "logs.1.lag"), 60, "lag");
    is_int(number(root, "logs.1.start"), 10, "start");
    is_int(number(root, "logs.1.entries"), 60, "entries");
    is_int(number(root, "logs.1.matches"), 2, "matches");
    is_int(number(root, "logs.1.malformed"), 1, "malformed");
    is_str(text(root, "logs.1.next_poll"), "2026-11-22T16:49:05Z",
           "the later of two waits");
    is_str(text(root, "logs.2.state"), "not followed yet", "not yet");
    is_str(text(root, "logs.2.type"), "rfc6962", "the other type");
    is_str(text(root, "logs.3.state"), "skipped", "skipped");
    is_str(text(root, "logs.3.skipped"), "it is retired", "and why");
    json_decref(root);
    world_close(&w);
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
        .not_after_ms = REPORT_NOW
    };

    memset(served.cert_sha256, 0xcc, CT_HASH_LEN);

    world_open(&w);
    root = world_json(&w, ct_report_json_certificates);
    is_int(json_array_size(at(root, "certificates")), 0, "none");
    json_decref(root);

    w.inventory = (ct_inventory_t) {&served, 1};
    root = world_json(&w, ct_report_json_certificates);
    is_str(text(root, "certificates.0.names.0"), "a.example", "its name");
    is_str(text(root, "certificates.0.names.1"), "server.example",
           "the server's behind it");
    is_str(text(root, "certificates.0.file"), "/etc/ssl/a.pem", "file");
    is_str(text(root, "certificates.0.issuer"), "", "unreadable issuer");
    is_str(text(root, "certificates.0.not_after"), "2026-11-22T16:49:00Z",
           "not after");
    ok(strspn(text(root, "certificates.0.cert_sha256"), "c") == 64, "hash");
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
        {"131", 500, true,
         "ok: following 3 logs (1 failing), 1 finding needs you\n"},
        {"1", 31000, true, "failing: the monitor is not running\n"},
        {"1", 4000, false, "ok: following 1 log, 1 finding needs you\n"},
        {"1", 6000, false, "failing: the monitor is not running\n"},
        {"14", 500, true, "failing: 1 log contradicts what it signs\n"},
        {"33", 500, true, "failing: no followed log can be read\n"},
        {"567", 500, true, "failing: no log is followed\n"},
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
test_alert(void)
{
    char         room[CT_LIMIT_FINDING_TEXT];
    json_t      *root;
    world_t      w;
    uint64_t     n;
    ct_buf_t     body, copy;
    ct_finding_t f;

    world_open(&w);
    world_log(&w, 1, "One", CT_FOLLOW_FOLLOWING, 10, 10);
    n = world_simple(&w, CT_VERDICT_UNFAMILIAR, "example.com");
    ct_buf_fixed(&copy, room, sizeof(room));
    ok(ct_store_finding(w.store, n, &f, &copy), "the finding");

    ct_buf_init(&body, w.arena, CT_LIMIT_PAGE);
    is_int(ct_report_alert(&body, w.store, "ct", &f, ct_buf_slice(&copy),
                           REPORT_NOW), CT_OK, "an alert");

    root = json_loadb((char *) body.data, body.len, 0, NULL);
    is_str(text(root, "id"), "0100000000000000abababababababab", "id");
    is_str(text(root, "finding.id"), text(root, "id"), "of the finding");
    is_str(text(root, "type"), "certificate.unfamiliar", "type");
    is_int(number(root, "version"), 1, "version");
    is_str(text(root, "time"), "2026-11-22T16:49:00Z", "time");
    is_str(text(root, "zone"), "ct", "zone");
    is_str(text(root, "finding.names.0"), "example.com", "finding");
    json_decref(root);

    ct_buf_fixed(&body, room, 100);
    is_int(ct_report_alert(&body, w.store, "ct", &f, ct_buf_slice(&copy),
                           REPORT_NOW), CT_E_MEMORY, "no room");
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
        ct_report_json_logs, ct_report_metrics
    };

    world_open(&w);
    world_log(&w, 1, "One", CT_FOLLOW_FOLLOWING, 10, 10);
    world_simple(&w, CT_VERDICT_SERVED, "example.com");

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
