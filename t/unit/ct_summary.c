/*
 * ct_summary: what findings, logs and the engine's age come to. Sentences
 * are compared word by word.
 */

#include "ct_summary.h"
#include "report.h"
#include "tap.h"


/* Findings, logs, the engine's age, and what they come to. */
typedef struct {
    const char *findings; /* verdicts */
    const char *logs;     /* states */
    int64_t     age_ms;   /* of the heartbeat; -1: no engine ever */
    uint64_t    dropped;
    const char *headline;
    const char *level;
    const char *coverage;
} case_t;

static const case_t cases[] = {
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
    {"1", "89", 500, 0, "1 certificate found, and it is yours",
     "attention", "No log is followed."},
    {"11", "1", 29999, 0, "All 2 certificates are yours", "ok",
     "Following 1 log, up to date."},
    {"11", "1", 30000, 0, "The monitor is not running", "problem",
     "No log is read at the moment."},
    {"11", "1", -30000, 0, "The monitor is not running", "problem",
     "No log is read at the moment."},
    {"15", "1", 30000, 0, "1 certificate needs you", "problem",
     "No log is read at the moment."},
    {"11", "141", 500, 0, "All 2 certificates are yours", "attention",
     "1 of 3 logs is failing: Log 2."},
    {"11", "45444", 500, 0, "All 2 certificates are yours", "attention",
     "5 of 5 logs are failing: Log 1, Log 2, Log 3 and 2 more."},
    {"11", "13", 500, 0, "All 2 certificates are yours", "attention",
     "1 of 2 logs is lagging: Log 2."},
    {"11", "334", 500, 0, "All 2 certificates are yours", "attention",
     "1 of 3 logs is failing: Log 3."},
    {"11", "17", 500, 0, "All 2 certificates are yours", "ok",
     "Following 2 logs, all up to date."},
    {"11", "16", 500, 0, "All 2 certificates are yours", "problem",
     "1 of 2 logs is failing or misbehaving: Log 2."},
    {"11", "12", 500, 0, "All 2 certificates are yours", "ok",
     "Following 2 logs, 1 catching up: 1,000 entries to go."},
    {"11", "10", 500, 0, "All 2 certificates are yours", "ok",
     "Following 2 logs, 1 just starting."},
    {"11", "189", 500, 0, "All 2 certificates are yours", "ok",
     "Following 1 log, up to date."},
    {"11", "1", 500, 3, "All 2 certificates are yours", "attention",
     "Following 1 log, up to date."},
};


static void test_case(unsigned i, const case_t *c);
static void test_copies(void);
static void test_coverage(void);
static void test_level(void);
static void test_receivers(void);


int
main(void)
{
    unsigned i;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        test_case(i, &cases[i]);
    }

    test_copies();
    test_coverage();
    test_level();
    test_receivers();

    return done_testing();
}


static void
test_case(unsigned i, const case_t *c)
{
    char    name[16];
    size_t  j;
    json_t *root;
    world_t w;

    world_open(&w);
    w.status.started_ms = c->age_ms == -1 ? 0 : REPORT_NOW - 1;
    w.status.heartbeat_ms = c->age_ms == -1
                            ? 0 : REPORT_NOW - c->age_ms;
    w.status.dropped = c->dropped;
    world_status(&w);

    for (j = 0; c->findings[j] != '\0'; j++) {
        world_simple(&w, (ct_verdict_e) (c->findings[j] - '0'),
                     "example.com");
    }

    for (j = 0; c->logs[j] != '\0'; j++) {
        snprintf(name, sizeof(name), "Log %u", (unsigned) j + 1);
        world_log(&w, (uint8_t) (j + 1), name,
                  (ct_follow_e) (c->logs[j] - '0'), 5000,
                  c->logs[j] == '2' ? 4000 : 5000);
    }

    root = world_json(&w, ct_report_json_status);
    is_str(json_text(root, "headline.text"), c->headline,
           "case %u: headline", i);
    is_str(json_text(root, "headline.level"), c->level,
           "case %u: level", i);
    is_str(json_text(root, "headline.coverage"), c->coverage,
           "case %u: coverage", i);
    json_decref(root);
    world_close(&w);
}


/* The loudest of all alarms is told in the headline. */
static void
test_copies(void)
{
    size_t       i;
    json_t      *root;
    world_t      w;
    ct_finding_t f;

    static const char *const wanted[] = {
        "3 certificates need you",
        "3 certificates need you, 1 copies the name of your CA",
        "3 certificates need you, 2 copy the name of your CA"
    };

    world_open(&w);

    for (i = 0; i < 3; i++) {
        world_simple(&w, CT_VERDICT_UNFAMILIAR, "example.com");
    }

    for (i = 0; i < 3; i++) {
        root = world_json(&w, ct_report_json_status);
        is_str(json_text(root, "headline.text"), wanted[i], "%zu copies", i);
        json_decref(root);

        ok(ct_store_finding(w.store, i + 1, &f, NULL), "a finding");
        f.reason = CT_REASON_IMPOSTOR;
        ct_store_update(w.store, &f);
    }

    world_close(&w);
}


/* What the engine found, and whether it is still there to find it. */
static void
test_coverage(void)
{
    size_t  i;
    json_t *root;
    world_t w;

    static const struct {
        uint8_t     coverage;
        int64_t     age_ms; /* -1: never started */
        const char *why;
        const char *state;
        const char *since;
        const char *text;
    } table[] = {
        {CT_COVERAGE_COMPLETE, 500, "Complete: x", "complete",
         "2026-11-22T14:49:00Z", "Complete: x"},
        {CT_COVERAGE_LOST, 500, "Certificates may be missed", "lost",
         "2026-11-22T14:49:00Z", "Certificates may be missed"},
        {CT_COVERAGE_CATCHING_UP, 500, "Catching up: y", "catching up",
         "2026-11-22T14:49:00Z", "Catching up: y"},
        {CT_COVERAGE_STARTING, 500, "", "starting", "2026-11-22T14:49:00Z",
         "Starting: the logs have not been looked at yet"},
        {CT_COVERAGE_COMPLETE, 3600000, "Complete: x", "lost",
         "2026-11-22T15:49:00Z",
         "Certificates may be missed since 2026-11-22 15:49 UTC: the monitor "
         "is not running"},
        {CT_COVERAGE_COMPLETE, -1, "Complete: x", "starting", "(null)",
         "Starting: nothing is read yet"},
    };

    for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        world_open(&w);
        w.status.coverage = table[i].coverage;
        w.status.heartbeat_ms = REPORT_NOW - table[i].age_ms;
        snprintf(w.status.coverage_why, sizeof(w.status.coverage_why), "%s",
                 table[i].why);

        if (table[i].age_ms == -1) {
            w.status.started_ms = w.status.heartbeat_ms = 0;
        }

        world_status(&w);
        root = world_json(&w, ct_report_json_status);
        is_str(json_text(root, "coverage.state"), table[i].state,
               "coverage %u", (unsigned) i);
        is_str(json_text(root, "coverage.since"), table[i].since, "since");
        is_str(json_text(root, "coverage.text"), table[i].text, "text");
        json_decref(root);
        world_close(&w);
    }
}


static void
level_is(world_t *w, const char *want, const char *what)
{
    json_t *root;

    world_status(w);
    root = world_json(w, ct_report_json_status);
    is_str(json_text(root, "headline.level"), want, "level: %s", what);
    json_decref(root);
}


static void
test_level(void)
{
    size_t          i;
    world_t         w;
    ct_log_record_t log;

    world_open(&w);
    i = world_log(&w, 1, "One", CT_FOLLOW_FOLLOWING, 10, 10);
    level_is(&w, "ok", "all well");
    w.status.coverage = CT_COVERAGE_LOST;
    level_is(&w, "problem", "coverage is lost");
    w.status.coverage = CT_COVERAGE_COMPLETE;
    w.status.list_stale = 1;
    level_is(&w, "attention", "the list is stale");
    w.status.list_stale = 0;
    w.status.list_error[0] = 'x';
    level_is(&w, "attention", "the list could not be renewed");
    w.status.list_error[0] = '\0';
    w.status.calist_error[0] = 'x';
    level_is(&w, "attention", "nor could the CA list");
    w.status.calist_error[0] = '\0';
    level_is(&w, "ok", "all well again");
    (void) ct_store_log(w.store, i, &log);
    log.gaps[3].to = 7;
    ct_store_set_log(w.store, i, &log);
    level_is(&w, "attention", "a gap");
    world_close(&w);
}


static const char *
untold(world_t *w)
{
    ct_buf_t     out;
    ct_summary_t summary;
    static char  text[512];

    ct_summary_take(&summary, &w->report);
    ct_buf_fixed(&out, text, sizeof(text) - 1);
    ct_summary_untold(&summary, w->store, &out);
    text[out.len] = '\0';

    return text;
}


/* All is not well while nobody hears of what is not. */
static void
test_receivers(void)
{
    json_t      *root;
    world_t      w;
    uint64_t     n;
    ct_bytes_t   name = CT_BYTES("a.test");
    ct_finding_t f;

    world_open(&w);
    world_log(&w, 1, "One", CT_FOLLOW_FOLLOWING, 10, 10);
    world_receiver(&w, 0, 7, "hook", true, 0);
    world_receiver(&w, 1, 8, "mail", true, 60000);
    world_receiver(&w, 5, 9, "gone", false, 60000);
    world_alert(&w, 0, 7, CT_ALERT_FIRST, CT_ALERT_WAITING, 1);
    world_alert(&w, 1, 8, CT_ALERT_DIGEST, CT_ALERT_WAITING, 1);
    world_alert(&w, 2, 9, CT_ALERT_FIRST, CT_ALERT_WAITING, 1);
    world_alert(&w, 3, 9, CT_ALERT_FIRST, CT_ALERT_DEAD, 1);
    world_alert(&w, 4, 99, CT_ALERT_FIRST, CT_ALERT_WAITING, 1);
    level_is(&w, "ok", "alerts wait, but for nobody who fails");
    is_str(untold(&w), "", "so nothing is said");

    world_alert(&w, 5, 8, CT_ALERT_FIRST, CT_ALERT_WAITING, 1);
    level_is(&w, "attention", "one waits for a receiver that fails");
    is_str(untold(&w), "1 alert waits because a receiver fails: mail.",
           "which one");
    root = world_json(&w, ct_report_json_status);
    is_str(json_text(root, "alerts.text"), untold(&w), "in JSON, too");
    json_decref(root);

    world_alert(&w, 6, 7, CT_ALERT_RESOLVED, CT_ALERT_DEAD, 1);
    world_alert(&w, 7, 8, CT_ALERT_FIRST, CT_ALERT_DEAD, 1);
    world_receiver(&w, 2, 10, "third", true, 60000);
    world_alert(&w, 8, 10, CT_ALERT_FIRST, CT_ALERT_WAITING, 1);
    is_str(untold(&w), "2 alerts wait because 2 receivers fail: mail, third. "
           "2 alerts were given up.", "several, and some were given up");

    world_alert(&w, 5, 0, CT_ALERT_FIRST, CT_ALERT_DEAD, 1);
    world_alert(&w, 8, 0, CT_ALERT_FIRST, CT_ALERT_DEAD, 1);
    is_str(untold(&w), "2 alerts were given up.", "these alone");
    level_is(&w, "attention", "are a reason, too");
    world_alert(&w, 6, 0, CT_ALERT_FIRST, CT_ALERT_DEAD, 1);
    world_alert(&w, 7, 0, CT_ALERT_FIRST, CT_ALERT_DEAD, 1);
    level_is(&w, "ok", "all well again");

    /* without a place, and owed by its finding: to rows 1 and 5 */
    n = world_finding(&w, CT_VERDICT_SERVED, CT_FINDING_ALERTED,
                      CT_BYTES("CN=x"), &name, 1);
    ok(ct_store_finding(w.store, n, &f, NULL), "a finding");
    f.owed = 1 << 1 | 1 << 5;
    ct_store_update(w.store, &f);
    is_str(untold(&w), "1 alert waits because a receiver fails: mail.",
           "what is owed waits as well");
    world_close(&w);
}
