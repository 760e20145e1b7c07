/*
 * ct_summary: what findings, logs and the engine's age come to. Sentences
 * are compared word by word.
 */

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


static void test_case(unsigned i, const case_t *c);


int
main(void)
{
    unsigned i;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        test_case(i, &cases[i]);
    }

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
