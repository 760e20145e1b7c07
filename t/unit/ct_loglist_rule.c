/* ct_loglist_rule: which list may take the place of another. Which logs are
 * followed is in the tests of ct_loglist. */

#include "ct_limits.h"
#include "ct_loglist.h"
#include "data.h"
#include "tap.h"

#define NOW  1795366140000LL /* 2026-11-22 */
#define DAY  86400000LL
#define SOME 16


static void test_time(void);
static void test_shrink(void);
static void test_states(void);
static void test_ended(void);
static void test_real(void);
static void real_change(const ct_loglist_t *before, const ct_loglist_t *list,
    int64_t now, const char *want);
static void change_is(const char *want, const char *what);
static void fill(ct_loglist_t *list, ct_log_t *logs, size_t from, size_t n);


static ct_log_t     logs_before[SOME], logs_after[SOME];
static ct_loglist_t before, after;

static const char back[] = "its timestamp went back";
static const char half[] =
    "more than half of the logs that were followed are gone from it";
static const char all[] = "all logs that were followed are gone from it";


int
main(void)
{
    test_time();
    test_shrink();
    test_states();
    test_ended();
    test_real();

    return done_testing();
}


/* Logs number `from` and the following. */
static void
fill(ct_loglist_t *list, ct_log_t *logs, size_t from, size_t n)
{
    size_t i;

    memset(list, 0, sizeof(*list));
    memset(logs, 0, SOME * sizeof(ct_log_t));
    list->logs = logs;
    list->nlogs = n;
    list->timestamp_ms = NOW;

    for (i = 0; i < n; i++) {
        logs[i].url = "https://log.example/";
        logs[i].state = CT_LOG_USABLE;
        logs[i].id[0] = (uint8_t) (from + i);
    }
}


static void
change_is(const char *want, const char *what)
{
    const char *got;

    got = ct_loglist_refuse_change(&before, &after, NOW);

    if (want == NULL) {
        ok(got == NULL, "%s: %s", what, got != NULL ? got : "taken");
    } else {
        is_str(got != NULL ? got : "taken", want, "%s", what);
    }
}


static void
test_time(void)
{
    fill(&before, logs_before, 0, 3);
    fill(&after, logs_after, 0, 3);

    change_is(NULL, "the same time");
    after.timestamp_ms = NOW + 1;
    change_is(NULL, "later");
    after.timestamp_ms = NOW - 1;
    change_is(back, "earlier");
    after.timestamp_ms = 0;
    change_is("its timestamp is gone", "without a time");
    before.timestamp_ms = 0;
    change_is(NULL, "both without");
    after.timestamp_ms = 1;
    change_is(NULL, "with a time for the first time");
}


static void
test_shrink(void)
{
    size_t i, n, left;
    char   what[64];

    for (n = 0; n <= 9; n++) {
        for (left = 0; left <= n; left++) {
            fill(&before, logs_before, 0, n);
            fill(&after, logs_after, 0, left);

            /* others do not make up for those that are gone */
            for (i = left; i < SOME; i++) {
                logs_after[i] = logs_before[0];
                logs_after[i].url = "https://other.example/";
                logs_after[i].id[0] = (uint8_t) (100 + i);
            }
            after.nlogs = SOME;

            snprintf(what, sizeof(what), "%zu of %zu left", left, n);
            change_is(n > 0 && left == 0 ? all
                      : n >= 4 && 2 * left < n ? half : NULL, what);
        }
    }

    fill(&before, logs_before, 0, 4);
    fill(&after, logs_after, 0, 4);
    for (i = 0; i < 4; i++) {
        logs_after[i].url = "https://moved.example/";
    }
    change_is(NULL, "all have moved");
}


static void
test_states(void)
{
    size_t i;

    fill(&before, logs_before, 0, 8);
    fill(&after, logs_after, 0, 8);

    for (i = 0; i < 5; i++) {
        logs_after[i].state = CT_LOG_READONLY;
    }
    change_is(NULL, "read-only logs are still there");

    for (i = 0; i < 5; i++) {
        logs_after[i].state = CT_LOG_REJECTED;
    }
    change_is(half, "rejected ones are as good as gone");

    for (i = 0; i < 5; i++) {
        logs_before[i].state = CT_LOG_PENDING;
    }
    change_is(NULL, "those that were not followed do not count");
}


static void
test_ended(void)
{
    size_t i;

    fill(&before, logs_before, 0, 8);
    fill(&after, logs_after, 6, 2);
    change_is(half, "six of eight are gone");

    for (i = 0; i < 4; i++) {
        logs_before[i].start_ms = NOW - DAY;
        logs_before[i].end_ms = NOW;
    }
    change_is(NULL, "but the interval of four has ended");

    logs_before[0].end_ms = NOW + 1;
    change_is(half, "of three");
}


/* Seven months of a real list: its year's change of shards is no attack. */
static void
test_real(void)
{
    char        *json[3], why[CT_LIMIT_ERROR];
    size_t       i, len[3];
    ct_arena_t  *arena;
    ct_loglist_t list[3];

    static const char *const files[] = {
        "log-lists/all-53.34-2025-05-05.json",
        "log-lists/chrome-81.14-2026-01-20.json",
        "log-lists/derived-89.25-2026-08-20.json"
    };

    arena = ct_arena_create(16 << 20);

    for (i = 0; i < 3; i++) {
        json[i] = data_read(files[i], &len[i]);
        if (json[i] == NULL) {
            skip("no real data");
            ct_arena_destroy(arena);
            return;
        }
        is_int(ct_loglist_read(ct_bytes(json[i], len[i]), arena, &list[i],
                               why), CT_OK, "%s", files[i]);
        free(json[i]);
    }

    real_change(&list[1], &list[2], list[2].timestamp_ms, NULL);
    real_change(&list[2], &list[1], list[2].timestamp_ms, back);

    len[0] = list[2].nlogs;
    list[2].nlogs = len[0] / 3;
    real_change(&list[1], &list[2], list[2].timestamp_ms, half);
    list[2].nlogs = 0;
    real_change(&list[1], &list[2], list[2].timestamp_ms, all);

    ct_arena_destroy(arena);
}


static void
real_change(const ct_loglist_t *old, const ct_loglist_t *list, int64_t now,
    const char *want)
{
    const char *got;

    got = ct_loglist_refuse_change(old, list, now);
    is_str(got != NULL ? got : "taken", want != NULL ? want : "taken",
           "version %s after %s, %zu logs", list->version, old->version,
           list->nlogs);
}
