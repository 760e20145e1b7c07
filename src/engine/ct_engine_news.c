/*
 * ct_engine_news: what the engine has to say of itself and of the whole,
 * once each: that it was started again after a crash, that the log list is
 * no good, that coverage was lost or is there again.
 */

#include "ct_engine_part.h"
#include "ct_coverage.h"
#include "ct_events.h"

#include <stdio.h>
#include <string.h>


#define CT_ENGINE_NEWS_MS     1000
#define CT_ENGINE_RESTARTS_MS (60 * 60 * 1000)
#define CT_ENGINE_STALE_MS    (24 * 60 * 60 * 1000)


static void ct_engine_restarts(ct_engine_t *engine);
static void ct_engine_list_stale(ct_engine_t *engine);
static bool ct_engine_list_said(const ct_engine_t *engine,
    const char *text);
static void ct_engine_coverage(ct_engine_t *engine);
static void ct_engine_covered(ct_engine_t *engine,
    const ct_coverage_t *coverage);


void
ct_engine_news(ct_engine_t *engine)
{
    if (engine->ctx.now_ms < engine->news_due_ms) {
        return;
    }

    engine->news_due_ms = engine->ctx.now_ms + CT_ENGINE_NEWS_MS;
    ct_engine_restarts(engine);
    ct_engine_list_stale(engine);
    ct_engine_coverage(engine);
}


/* At once, and of those that follow once an hour: an engine that crashes
 * again and again does not talk each time. */
static void
ct_engine_restarts(ct_engine_t *engine)
{
    char         text[CT_LIMIT_ERROR];
    int64_t      age;
    uint64_t     n;
    ct_status_t *status;

    status = &engine->ctx.status;
    n = status->restarts - status->restarts_told;
    age = engine->ctx.now_ms - status->restarted_ms;

    if (n == 0 || status->restarts < status->restarts_told
        || (status->restarted_ms != 0 && age >= 0
            && age < CT_ENGINE_RESTARTS_MS))
    {
        return;
    }

    (void) snprintf(text, sizeof(text), "the monitor ended without a word "
                    "and was started again, %llu time%s",
                    (unsigned long long) n, n == 1 ? "" : "s");

    status->restarts_told = status->restarts;
    status->restarted_ms = engine->ctx.now_ms;
    ct_events_say(&engine->ctx, CT_EVENT_ENGINE_RESTARTED, CT_EVENT_NO_LOG,
                  NULL, text);
}


/* Told once, until the list is good again, and once a day at most. */
static void
ct_engine_list_stale(ct_engine_t *engine)
{
    bool         bad;
    char         text[CT_LIMIT_ERROR];
    ct_status_t *status;

    status = &engine->ctx.status;
    bad = status->list_stale || status->list_error[0] != '\0';

    (void) snprintf(text, sizeof(text), "the log list: %.220s",
                    status->list_error[0] != '\0' ? status->list_error
                                                  : "it is too old");

    if (bad && !engine->list_told && !ct_engine_list_said(engine, text)) {
        ct_events_say(&engine->ctx, CT_EVENT_LIST_STALE, CT_EVENT_NO_LOG,
                      NULL, text);
    }

    engine->list_told = bad;
}


/* By the engine before this one? */
static bool
ct_engine_list_said(const ct_engine_t *engine, const char *text)
{
    uint64_t   n, last, max;
    ct_event_t event;

    last = ct_store_last_event(engine->ctx.store);
    max = ct_store_max_events(engine->ctx.store);

    for (n = last; n > 0 && n + max > last; n--) {
        if (ct_store_event(engine->ctx.store, n, &event)
            && event.kind == CT_EVENT_LIST_STALE
            && strcmp(event.text, text) == 0
            && engine->ctx.now_ms - event.time_ms < CT_ENGINE_STALE_MS)
        {
            return true;
        }
    }

    return false;
}


static void
ct_engine_coverage(ct_engine_t *engine)
{
    ct_status_t  *status;
    ct_coverage_t coverage;

    status = &engine->ctx.status;
    ct_coverage_take(&coverage, engine->ctx.store, status,
                     engine->ctx.now_ms);

    if (coverage.coverage != status->coverage) {
        ct_engine_covered(engine, &coverage);
        status->coverage = (uint8_t) coverage.coverage;
        status->coverage_ms = engine->ctx.now_ms;
        ct_context_changed(&engine->ctx);
    }

    memcpy(status->coverage_why, coverage.why, sizeof(coverage.why));
}


static void
ct_engine_covered(ct_engine_t *engine, const ct_coverage_t *coverage)
{
    ct_event_e kind;

    if (coverage->coverage == CT_COVERAGE_LOST) {
        kind = CT_EVENT_COVERAGE_LOST;

    } else if (engine->ctx.status.coverage == CT_COVERAGE_LOST
               && coverage->coverage == CT_COVERAGE_COMPLETE)
    {
        kind = CT_EVENT_COVERAGE_RESTORED;

    } else {
        return;
    }

    ct_events_say(&engine->ctx, kind, CT_EVENT_NO_LOG, NULL, coverage->why);
}
