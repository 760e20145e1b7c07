/*
 * ct_lists_end: how a look at the list ends - what is told of it, and when
 * the next one is due.
 */

#include "ct_lists_part.h"
#include "ct_coverage.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>


#define CT_LISTS_RETRY_MS  (60 * 1000)
#define CT_LISTS_RETRY_MAX (60 * 60 * 1000)


static void ct_lists_retry(ct_lists_t *lists);


void
ct_lists_found_good(ct_lists_t *lists)
{
    ct_context_t *ctx;

    ctx = lists->ctx;

    if (ctx->status.list_error[0] != '\0') {
        ct_lines_say(ctx->lines, CT_LINE_NOTICE,
                     "log list \"%s\" is in order again", ctx->config->list);
    }

    ctx->status.list_error[0] = '\0';
    ctx->status.list_checked_ms = ctx->now_ms;
    lists->good = true;
    lists->again = false;
    lists->fails = 0;

    if (!lists->url) {
        ct_lists_rest(lists, ctx->config->interval_ms);
        return;
    }

    if (lists->saved) {
        ct_lists_copy_touch(ctx);
    }

    ct_lists_rest(lists, ct_lists_about(lists, CT_LISTS_DAY_MS));
}


void
ct_lists_refused(ct_lists_t *lists, const char *why)
{
    ct_lists_failed(lists, lists->gen->has ? "a newer list was refused"
                                           : "the list was refused", why);
}


/* Told once: as long as it is the same. */
void
ct_lists_failed(ct_lists_t *lists, const char *what, const char *why)
{
    char          error[CT_LIMIT_ERROR];
    ct_context_t *ctx;

    ctx = lists->ctx;

    if (!lists->quiet) {
        (void) snprintf(error, sizeof(error), "%s: %.160s", what, why);

        if (strcmp(error, ctx->status.list_error) != 0) {
            ct_lines_say(ctx->lines, CT_LINE_WARN, "log list \"%s\": %s",
                         ctx->config->list, error);
        }

        memcpy(ctx->status.list_error, error, sizeof(error));
    }

    lists->good = false;
    lists->again = false;
    ct_lists_retry(lists);
}


/* Files are looked at anyway, and read when they change. */
static void
ct_lists_retry(ct_lists_t *lists)
{
    uint32_t           i;
    int64_t            wait_ms;
    const ct_config_t *config;

    config = lists->ctx->config;

    if (!lists->url && !ct_lists_is_url(config->list_sig)) {
        ct_lists_rest(lists, config->interval_ms);
        return;
    }

    wait_ms = CT_LISTS_RETRY_MS;

    for (i = 0; i < lists->fails && wait_ms < CT_LISTS_RETRY_MAX; i++) {
        wait_ms *= 2;
    }

    if (wait_ms > CT_LISTS_RETRY_MAX) {
        wait_ms = CT_LISTS_RETRY_MAX;
    }

    lists->fails++;
    lists->mark.size = -1;
    ct_lists_rest(lists, ct_lists_about(lists, wait_ms));
}


void
ct_lists_rest(ct_lists_t *lists, int64_t ms)
{
    free(lists->got.data);
    free(lists->json);
    lists->got.data = NULL;
    lists->json = NULL;
    lists->step = CT_LISTS_REST;
    lists->due_ms = lists->ctx->now_ms + ms;
}


/* A list that nobody has renewed for so long does not name all logs. */
void
ct_lists_age(ct_lists_t *lists)
{
    bool         stale;
    int64_t      oldest_ms;
    ct_status_t *status;

    status = &lists->ctx->status;
    oldest_ms = lists->ctx->now_ms
                - (int64_t) CT_COVERAGE_LIST_DAYS * CT_LISTS_DAY_MS;

    stale = status->list_ms != 0 && status->list_ms < oldest_ms;

    if (lists->url) {
        stale = stale
                || (lists->gen->has ? status->list_checked_ms < oldest_ms
                                    : lists->fails > 0);
    }

    status->list_stale = stale;
}


int64_t
ct_lists_about(ct_lists_t *lists, int64_t ms)
{
    return ms - ms / 10 + ms / 5 * ct_context_jitter(lists->ctx) / 65536;
}
