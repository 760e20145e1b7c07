/*
 * ct_coverage: every rule of a log's grade from both of its sides, then the
 * verdict over many logs and its sentence, word by word.
 */

#include "ct_coverage.h"
#include "tap.h"


#define NOW      1795366140000LL /* 2026-11-22T16:49:00Z */
#define SECOND   1000LL
#define MINUTE   (60 * SECOND)
#define HOUR     (60 * MINUTE)
#define DAY      (24 * HOUR)
#define INTERVAL MINUTE
#define PATIENCE (10 * MINUTE)

typedef struct {
    const char       *what;
    ct_follow_e       want;
    ct_log_type_e     type;
    ct_log_state_e    listed;
    int64_t           head_age; /* -1: no head */
    int64_t           confirmed_age; /* -1: none */
    uint64_t          left;     /* entries not verified */
    int64_t           failing;  /* for so long; 0: not */
    int64_t           end;      /* of the interval, from now; 0: none */
    uint64_t          final;    /* size; 0: none */
    bool              limited, accused, caught_up;
} grade_t;

#define S CT_LOG_STATIC
#define R CT_LOG_RFC6962
#define U CT_LOG_USABLE

/* 1000 entries in every log. */
static const grade_t grades[] = {
    {"nothing known", CT_FOLLOW_STARTING, S, U, -1, -1, 0, 0, 0, 0, 0, 0, 0},
    {"no head, failing a little", CT_FOLLOW_STARTING, S, U, -1, -1, 0,
     PATIENCE, 0, 0, 0, 0, 0},
    {"no head, failing", CT_FOLLOW_UNREACHABLE, S, U, -1, -1, 0,
     PATIENCE + 1, 0, 0, 0, 0, 0},
    {"up to date", CT_FOLLOW_FOLLOWING, S, U, 0, 0, 0, 0, 0, 0, 0, 0, 1},
    {"first walk", CT_FOLLOW_CATCHING_UP, S, U, 0, -1, 9, 0, 0, 0, 0, 0, 0},
    {"first walk takes long", CT_FOLLOW_CATCHING_UP, R, U, 0, 90 * DAY, 9, 0,
     0, 0, 0, 0, 0},
    {"static: head within MMD and patience", CT_FOLLOW_FOLLOWING, S, U,
     MINUTE + PATIENCE, 0, 0, 0, 0, 0, 0, 0, 1},
    {"static: head beyond", CT_FOLLOW_LAGGING, S, U, MINUTE + PATIENCE + 1,
     0, 0, 0, 0, 0, 0, 0, 1},
    {"RFC 6962: head within", CT_FOLLOW_FOLLOWING, R, U, DAY + PATIENCE, 0,
     0, 0, 0, 0, 0, 0, 1},
    {"RFC 6962: head beyond", CT_FOLLOW_LAGGING, R, U, DAY + PATIENCE + 1, 0,
     0, 0, 0, 0, 0, 0, 1},
    {"old head of a log never caught up", CT_FOLLOW_LAGGING, S, U,
     MINUTE + PATIENCE + 1, -1, 9, 0, 0, 0, 0, 0, 0},
    {"a read-only log stands still", CT_FOLLOW_FOLLOWING, S,
     CT_LOG_READONLY, 90 * DAY, 90 * DAY, 0, 0, 0, 0, 0, 0, 1},
    {"a head from the future", CT_FOLLOW_FOLLOWING, S, U, -HOUR, 0, 0, 0, 0,
     0, 0, 0, 1},
    {"we are a little behind", CT_FOLLOW_CATCHING_UP, S, U, 0,
     MINUTE + PATIENCE, 9, 0, 0, 0, 0, 0, 1},
    {"we are behind", CT_FOLLOW_LAGGING, S, U, 0, MINUTE + PATIENCE + 1, 9,
     0, 0, 0, 0, 0, 1},
    {"RFC 6962: we are a little behind", CT_FOLLOW_CATCHING_UP, R, U, 0,
     DAY + PATIENCE, 9, 0, 0, 0, 0, 0, 1},
    {"RFC 6962: we are behind", CT_FOLLOW_LAGGING, R, U, 0,
     DAY + PATIENCE + 1, 9, 0, 0, 0, 0, 0, 1},
    {"failing a little", CT_FOLLOW_FOLLOWING, S, U, 0, 0, 0, PATIENCE, 0, 0,
     0, 0, 1},
    {"failing", CT_FOLLOW_UNREACHABLE, S, U, 0, 0, 0, PATIENCE + 1, 0, 0, 0,
     0, 1},
    {"refusing a little", CT_FOLLOW_FOLLOWING, S, U, 0, 0, 0, PATIENCE, 0, 0,
     1, 0, 1},
    {"refusing", CT_FOLLOW_LIMITED, S, U, 0, 0, 0, PATIENCE + 1, 0, 0, 1, 0,
     1},
    {"failing goes before lagging", CT_FOLLOW_UNREACHABLE, S, U, DAY, DAY, 9,
     HOUR, 0, 0, 0, 0, 1},
    {"accused", CT_FOLLOW_MISBEHAVING, S, U, 0, 0, 0, 0, 0, 0, 0, 1, 1},
    {"accused goes before failing", CT_FOLLOW_MISBEHAVING, S, U, 0, 0, 0,
     HOUR, 0, 0, 0, 1, 1},
    {"accused goes before final", CT_FOLLOW_MISBEHAVING, S, CT_LOG_READONLY,
     0, 0, 0, 0, 0, 1000, 0, 1, 1},
    {"at its final head", CT_FOLLOW_FINAL, S, CT_LOG_READONLY, DAY, DAY, 0,
     0, 0, 1000, 0, 0, 1},
    {"and gone", CT_FOLLOW_FINAL, S, CT_LOG_READONLY, DAY, DAY, 0, DAY, 0,
     1000, 0, 0, 1},
    {"not yet at its final head", CT_FOLLOW_CATCHING_UP, S, CT_LOG_READONLY,
     DAY, -1, 1, 0, 0, 1000, 0, 0, 0},
    {"gone before its final head", CT_FOLLOW_UNREACHABLE, S,
     CT_LOG_READONLY, DAY, -1, 1, DAY, 0, 1000, 0, 0, 0},
    {"retired and done", CT_FOLLOW_FINAL, S, CT_LOG_RETIRED, DAY, DAY, 0, 0,
     0, 0, 0, 0, 1},
    {"retired, not done", CT_FOLLOW_CATCHING_UP, S, CT_LOG_RETIRED, DAY, DAY,
     9, 0, 0, 0, 0, 0, 1},
    {"retired, failing a little", CT_FOLLOW_CATCHING_UP, S, CT_LOG_RETIRED,
     DAY, -1, 9, PATIENCE, DAY, 0, 0, 0, 0},
    {"retired, failing", CT_FOLLOW_FINAL, S, CT_LOG_RETIRED, DAY, -1, 9,
     PATIENCE + 1, DAY, 0, 0, 0, 0},
    {"retired, refusing", CT_FOLLOW_FINAL, S, CT_LOG_RETIRED, DAY, -1, 9,
     PATIENCE + 1, DAY, 0, 1, 0, 0},
    {"retired, never answered", CT_FOLLOW_FINAL, S, CT_LOG_RETIRED, -1, -1,
     0, PATIENCE + 1, DAY, 0, 0, 0, 0},
    {"interval over, failing at once", CT_FOLLOW_FINAL, S, U, DAY, -1, 9, 1,
     -1, 0, 0, 0, 0},
    {"interval ends now", CT_FOLLOW_FINAL, S, CT_LOG_RETIRED, DAY, -1, 9, 1,
     -1, 0, 0, 0, 0},
    {"interval ends soon", CT_FOLLOW_LAGGING, S, U, DAY, -1, 9, 0, 1, 0, 0,
     0, 0},
    {"an old head while it fails", CT_FOLLOW_FOLLOWING, S, U, DAY, DAY, 0, 1,
     0, 0, 0, 0, 1},
};

/* A log of a world: operator, state, caught up, gaps, state of the list. */
typedef struct {
    const char    *operator_name;
    ct_follow_e    state;
    bool           caught_up;
    uint64_t       gap; /* entries */
    ct_log_state_e listed;
    int64_t        age;  /* of the state */
} log_t;

typedef struct {
    const char   *what;
    ct_coverage_e before;
    ct_coverage_e want;
    const char   *why;
    bool          unlisted, stale;
    log_t         logs[8];
} verdict_t;

#define LOST  CT_COVERAGE_LOST
#define FULL  CT_COVERAGE_COMPLETE
#define EARLY CT_COVERAGE_CATCHING_UP
#define FIRST CT_COVERAGE_STARTING

#define GOOD(op) {op, CT_FOLLOW_FOLLOWING, true, 0, U, DAY}
#define LATE(op) {op, CT_FOLLOW_LAGGING, true, 0, U, DAY}
#define GONE(op) {op, CT_FOLLOW_UNREACHABLE, true, 0, U, DAY}
#define NEW(op)  {op, CT_FOLLOW_CATCHING_UP, false, 0, U, HOUR}

#define ALL "Complete: every certificate that browsers trust would be seen"
#define SINCE "Certificates may be missed since 2026-11-22 16:49 UTC: "
#define BEFORE "Certificates may be missed since 2026-11-22 10:00 UTC: "

static const verdict_t verdicts[] = {
    {"no logs yet", FIRST, FIRST, "Starting: there is no log to follow yet",
     0, 0, {{NULL}}},
    {"no logs any more", FULL, LOST, SINCE "no log is followed", 0, 0,
     {{NULL}}},
    {"no answer yet", FIRST, FIRST, "Starting: no log has answered yet", 0,
     0, {{"A", CT_FOLLOW_STARTING, false, 0, U, 1},
         {"B", CT_FOLLOW_STARTING, false, 0, U, 1}}},
    {"on the way", FIRST, EARLY,
     "Catching up: 1 of 3 logs are read to their end, 18 entries to go, about "
     "9 seconds", 0, 0, {GOOD("A"), NEW("B"), NEW("C")}},
    {"one operator is left to read", EARLY, FULL,
     "Complete, though a log of one operator lags (B): a trusted certificate "
     "is in logs of two operators", 0, 0, {GOOD("A"), NEW("B")}},
    {"all read", EARLY, FULL, ALL, 0, 0, {GOOD("A"), GOOD("B")}},
    {"it stays so", FULL, FULL, ALL, 0, 0, {GOOD("A"), GOOD("B")}},
    {"one operator lags with all it has", FULL, FULL,
     "Complete, though logs of one operator lag (Google): a trusted "
     "certificate is in logs of two operators", 0, 0,
     {GOOD("A"), LATE("Google"), GONE("Google"), GONE("Google")}},
    {"two lag", FULL, LOST, SINCE "logs of DigiCert and Sectigo lag", 0, 0,
     {LATE("DigiCert"), GONE("Sectigo"), GOOD("A"), GOOD("Sectigo")}},
    {"they have for a while", LOST, LOST,
     BEFORE "logs of DigiCert and Sectigo lag", 0, 0,
     {LATE("DigiCert"), GONE("Sectigo"), GOOD("A")}},
    {"five lag", FULL, LOST, SINCE "logs of A, B, C and 2 more lag", 0, 0,
     {LATE("A"), LATE("B"), LATE("C"), LATE("D"), LATE("E"), GOOD("F")}},
    {"one is back", LOST, FULL,
     "Complete, though a log of one operator lags (Sectigo): a trusted "
     "certificate is in logs of two operators", 0, 0,
     {GOOD("DigiCert"), GONE("Sectigo")}},
    {"the only operator lags", FULL, LOST, SINCE "a log of A lags", 0, 0,
     {LATE("A"), GOOD("A")}},
    {"a misbehaving one cannot be believed", FULL, LOST,
     SINCE "logs of A and B lag", 0, 0,
     {{"A", CT_FOLLOW_MISBEHAVING, true, 0, U, DAY},
      {"B", CT_FOLLOW_LIMITED, true, 0, U, DAY}, GOOD("C")}},
    {"between two heads nobody is behind", FULL, FULL, ALL, 0, 0,
     {{"A", CT_FOLLOW_CATCHING_UP, true, 0, U, HOUR},
      {"B", CT_FOLLOW_CATCHING_UP, true, 0, U, HOUR}}},
    {"new shards have their time", FULL, FULL, ALL, 0, 0,
     {{"A", CT_FOLLOW_STARTING, false, 0, U, PATIENCE - 1},
      {"B", CT_FOLLOW_CATCHING_UP, false, 0, U, PATIENCE - 1}, GOOD("C")}},
    {"but not for ever", FULL, LOST, SINCE "logs of A and B lag", 0, 0,
     {{"A", CT_FOLLOW_STARTING, false, 0, U, PATIENCE},
      {"B", CT_FOLLOW_CATCHING_UP, false, 0, U, PATIENCE}, GOOD("C")}},
    {"nor while it is lost", LOST, LOST, BEFORE "logs of A and B lag", 0, 0,
     {{"A", CT_FOLLOW_STARTING, false, 0, U, 1},
      {"B", CT_FOLLOW_CATCHING_UP, false, 0, U, 1}, GOOD("C")}},
    {"nor at the beginning", FIRST, EARLY,
     "Catching up: 1 of 3 logs are read to their end, 9 entries to go, about "
     "9 seconds", 0, 0,
     {{"A", CT_FOLLOW_STARTING, false, 0, U, 1},
      {"B", CT_FOLLOW_CATCHING_UP, false, 0, U, 1}, GOOD("C")}},
    {"a gap", FULL, LOST,
     SINCE "256 entries of log 1 could not be verified", 0, 0,
     {GOOD("A"), {"B", CT_FOLLOW_FOLLOWING, true, 256, U, DAY}}},
    {"gaps", EARLY, LOST,
     SINCE "257 entries of 2 logs could not be verified", 0, 0,
     {{"A", CT_FOLLOW_FOLLOWING, true, 256, U, DAY},
      {"B", CT_FOLLOW_FINAL, true, 1, CT_LOG_READONLY, DAY}}},
    {"a gap in a retired log", FULL, FULL, ALL, 0, 0,
     {GOOD("A"), GOOD("B"),
      {"C", CT_FOLLOW_FOLLOWING, true, 256, CT_LOG_RETIRED, DAY}}},
    {"retired ones do not count", FULL, FULL, ALL, 0, 0,
     {GOOD("A"), GOOD("B"),
      {"C", CT_FOLLOW_CATCHING_UP, false, 0, CT_LOG_RETIRED, DAY},
      {"D", CT_FOLLOW_FINAL, false, 0, CT_LOG_RETIRED, DAY}}},
    {"nor do they make up for others", FULL, LOST,
     SINCE "a log of A lags", 0, 0,
     {LATE("A"), {"C", CT_FOLLOW_FINAL, true, 0, CT_LOG_RETIRED, DAY}}},
    {"final ones count as read", FULL, FULL, ALL, 0, 0,
     {GOOD("A"), {"B", CT_FOLLOW_FINAL, true, 0, CT_LOG_READONLY, DAY}}},
    {"skipped and unlisted ones do not count", FULL, FULL, ALL, 0, 0,
     {GOOD("A"), {"B", CT_FOLLOW_SKIPPED, false, 0, U, DAY},
      {"C", CT_FOLLOW_UNLISTED, false, 9, U, DAY}}},
    {"a stale list", FULL, LOST,
     SINCE "the log list is too old, of 2026-09-01", 0, 1,
     {GOOD("A"), GOOD("B")}},
    {"all at once", LOST, LOST,
     BEFORE "logs of A and B lag; 7 entries of log 2 could not be verified; "
     "the log list is too old, of 2026-09-01", 0, 1,
     {LATE("A"), LATE("B"), {"C", CT_FOLLOW_FOLLOWING, true, 7, U, DAY}}},
    {"logs without a list are no promise", EARLY, FULL,
     "Complete for the logs that are configured; others are not read", 1, 0,
     {GOOD("A")}},
    {"nor with one that lags", FULL, FULL,
     "Complete, though a log of one operator lags (A); logs that are not "
     "configured are not read", 1, 0, {LATE("A"), GOOD("B")}},
    {"without an operator the host is one", FULL, FULL, ALL, 0, 0,
     {GOOD(""), GOOD("")}},
    {"the same host, both late", FULL, LOST, SINCE "logs of log.test lag", 0,
     0, {LATE(""), LATE("")}},
};


static void test_patience(void);
static void test_grade(const grade_t *g);
static void test_reasons(void);
static void reason_is(const ct_log_record_t *log, const char *want);
static void test_verdict(const verdict_t *v);
static void put_log(ct_store_t *store, unsigned i, const log_t *l);
static void test_long(void);


int
main(void)
{
    size_t i;

    test_patience();

    for (i = 0; i < sizeof(grades) / sizeof(grades[0]); i++) {
        test_grade(&grades[i]);
    }

    test_reasons();

    for (i = 0; i < sizeof(verdicts) / sizeof(verdicts[0]); i++) {
        test_verdict(&verdicts[i]);
    }

    test_long();

    return done_testing();
}


static void
test_patience(void)
{
    is_int(ct_coverage_patience(MINUTE), PATIENCE, "ten intervals");
    is_int(ct_coverage_patience(1), 10 * SECOND, "at least ten seconds");
    is_int(ct_coverage_patience(0), 10 * SECOND, "whatever it is");
    is_int(ct_coverage_patience(SECOND), 10 * SECOND, "which are ten of a "
           "second");
    is_int(ct_coverage_patience(2 * SECOND), 20 * SECOND, "more of two");
    is_int(ct_coverage_patience(INT64_MAX), INT64_MAX, "no overflow");
}


static void
test_grade(const grade_t *g)
{
    ct_log_record_t log;

    memset(&log, 0, sizeof(log));
    ct_cursor_init(&log.cursor, g->type, CT_FROM_ZERO, 0, 0);
    log.type = (uint8_t) g->type;
    log.listed = (uint8_t) g->listed;
    log.mmd_ms = g->type == S ? MINUTE : DAY;
    log.limited = g->limited;
    log.accused = g->accused;
    log.caught_up = g->caught_up;
    log.failing_ms = g->failing != 0 ? NOW - g->failing : 0;
    log.end_ms = g->end != 0 ? NOW + (g->end == -1 ? 0 : g->end) : 0;
    log.has_final = g->final != 0;
    log.final_size = g->final;

    if (g->head_age != -1) {
        log.cursor.phase = CT_CURSOR_WALK;
        log.cursor.latest.size = 1000;
        log.cursor.latest.timestamp_ms = (uint64_t) (NOW - g->head_age);
        log.cursor.target = log.cursor.latest;
        log.cursor.verified.size = 1000 - g->left;
        log.cursor.downloaded.size = 1000 - g->left;
    }

    if (g->confirmed_age != -1) {
        log.cursor.confirmed_ms = (uint64_t) (NOW - g->confirmed_age);
    }

    is_int(ct_coverage_grade(&log, NOW, INTERVAL), g->want, "%s", g->what);

    /* without an MMD that of its type */
    log.mmd_ms = 0;
    is_int(ct_coverage_grade(&log, NOW, INTERVAL), g->want, "the same");
}


static void
reason_is(const ct_log_record_t *log, const char *want)
{
    char     room[CT_LIMIT_ERROR];
    ct_buf_t out;

    memset(room, 0, sizeof(room));
    ct_buf_fixed(&out, room, sizeof(room) - 1);
    ct_coverage_reason(&out, log, NOW);
    is_str(room, want, "why: %s", want);
}


static void
test_reasons(void)
{
    ct_log_record_t log;

    memset(&log, 0, sizeof(log));
    log.cursor.phase = CT_CURSOR_WALK;
    log.state = CT_FOLLOW_STARTING;
    reason_is(&log, "no tree head has come yet");
    log.state = CT_FOLLOW_FOLLOWING;
    reason_is(&log, "");

    log.cursor.latest.size = log.cursor.target.size = 12345;
    log.state = CT_FOLLOW_CATCHING_UP;
    reason_is(&log, "12,345 entries to go");
    log.speed = 1;
    reason_is(&log, "12,345 entries to go, about 3 hours");
    log.speed = 12345;
    reason_is(&log, "12,345 entries to go, about 1 second");
    log.speed = 100;
    reason_is(&log, "12,345 entries to go, about 2 minutes");

    log.state = CT_FOLLOW_LAGGING;
    log.cursor.latest.timestamp_ms = NOW - 3 * HOUR;
    log.cursor.confirmed_ms = NOW - 2 * DAY;
    reason_is(&log, "the last tree head that was verified is 2 days old");
    log.cursor.confirmed_ms = 0;
    reason_is(&log, "its newest tree head is 3 hours old");
    log.cursor.confirmed_ms = NOW - 2 * DAY;
    log.cursor.verified.size = log.cursor.downloaded.size = 12345;
    reason_is(&log, "its newest tree head is 3 hours old");

    log.state = CT_FOLLOW_UNREACHABLE;
    log.failing_ms = NOW - HOUR;
    reason_is(&log, "there has been no good answer since 2026-11-22 15:49 "
              "UTC");
    memcpy(log.error, "HTTP status 503", 16);
    reason_is(&log, "there has been no good answer since 2026-11-22 15:49 "
              "UTC: HTTP status 503");
    log.state = CT_FOLLOW_LIMITED;
    reason_is(&log, "it has refused requests since 2026-11-22 15:49 UTC: "
              "HTTP status 503");
    log.state = CT_FOLLOW_MISBEHAVING;
    reason_is(&log, "HTTP status 503");
    log.error[0] = '\0';
    reason_is(&log, "what it serves contradicts what it signed");
    log.state = CT_FOLLOW_FINAL;
    reason_is(&log, "nothing more is expected of it, and it does not answer");
    log.failing_ms = 0;
    reason_is(&log, "it is read to its end and grows no more");
    log.state = CT_FOLLOW_SKIPPED;
    memcpy(log.skip, "it is a placeholder", 20);
    reason_is(&log, "it is a placeholder");
    log.state = CT_FOLLOW_UNLISTED;
    reason_is(&log, "it is not configured any more");
}


static void
put_log(ct_store_t *store, unsigned i, const log_t *l)
{
    size_t          at = 0;
    ct_log_record_t log;

    memset(&log, 0, sizeof(log));
    (void) snprintf(log.url, sizeof(log.url), "https://log.test/%u/", i);
    (void) snprintf(log.description, sizeof(log.description), "log %u", i);
    (void) snprintf(log.operator_name, sizeof(log.operator_name), "%s",
                    l->operator_name);
    log.id[0] = (uint8_t) i;
    log.state = (uint8_t) l->state;
    log.state_ms = NOW - l->age;
    log.caught_up = l->caught_up;
    log.listed = (uint8_t) l->listed;
    log.gaps[1].from = 100;
    log.gaps[1].to = 100 + l->gap;

    if (l->state != CT_FOLLOW_STARTING) {
        log.cursor.phase = CT_CURSOR_WALK;
        log.cursor.latest.timestamp_ms = NOW;
        log.cursor.latest.size = 1000;
        log.cursor.verified.size = l->state == CT_FOLLOW_CATCHING_UP ? 991
                                                                     : 1000;
        log.speed = 1;
    }

    (void) ct_store_log_slot(store, log.id, log.url, &at);
    ct_store_set_log(store, at, &log);
}


static void
test_verdict(const verdict_t *v)
{
    unsigned      i;
    ct_store_t   *store;
    ct_status_t   status;
    ct_coverage_t coverage;

    store = ct_store_create(calloc(1, CT_STORE_MIN), CT_STORE_MIN);
    memset(&status, 0, sizeof(status));
    status.coverage = (uint8_t) v->before;
    status.coverage_ms = 1795341600000LL; /* 10:00 */
    status.has_list = !v->unlisted;
    status.list_stale = v->stale;
    status.list_ms = 1788220800000LL; /* 2026-09-01 */

    for (i = 0; i < 8 && v->logs[i].operator_name != NULL; i++) {
        put_log(store, i, &v->logs[i]);
    }

    ct_coverage_take(&coverage, store, &status, NOW);
    is_int(coverage.coverage, v->want, "%s", v->what);
    is_str(coverage.why, v->why, "says so");
    free(store);
}


/* The longest that can be fits, and is cut between characters. */
static void
test_long(void)
{
    char          name[CT_LIMIT_TEXT];
    log_t         log = LATE(name);
    size_t        n;
    unsigned      i;
    ct_store_t   *store;
    ct_status_t   status;
    ct_coverage_t coverage;

    store = ct_store_create(calloc(1, CT_STORE_MIN), CT_STORE_MIN);
    memset(&status, 0, sizeof(status));
    status.coverage = CT_COVERAGE_COMPLETE;
    status.list_stale = 1;
    status.list_ms = NOW;

    for (i = 0; i < ct_store_max_logs(store); i++) {
        memset(name, 'a' + (int) (i % 26), sizeof(name));
        memcpy(name + 23, "\xe2\x82\xac", 3);
        (void) snprintf(name + 40, sizeof(name) - 40, "%u", i);
        log.gap = CT_LIMIT_TREE_SIZE - 100;
        put_log(store, i, &log);
    }

    ct_coverage_take(&coverage, store, &status, NOW);
    n = strlen(coverage.why);
    ok(n < CT_LIMIT_ERROR && n > 20, "%u bytes", (unsigned) n);
    ok(strcmp(coverage.why + n - 15, ", of 2026-11-22") == 0,
       "ends as it should");
    ok(strstr(coverage.why, "aaa, bbb") != NULL
       && strchr(coverage.why, '\xe2') == NULL, "names are cut");
    is_int(coverage.behind, i, "all are behind");
    is_int(coverage.gaps, i, "with gaps");
    free(store);
}
