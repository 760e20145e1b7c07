/*
 * ct_lists: see the header. Where the list comes from, and its last good
 * copy, is ct_keeper's business; which list may take the place of which is
 * decided here.
 */

#include "ct_lists_part.h"
#include "ct_coverage.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>


static void ct_lists_begin(ct_lists_t *lists);
static void ct_lists_from_configuration(ct_lists_t *lists);
static bool ct_lists_take(void *ctx, ct_bytes_t json, bool copy, char *why);
static bool ct_lists_consider(ct_lists_t *lists, ct_lists_gen_t *gen,
    bool copy, char *why);
static void ct_lists_install(ct_lists_t *lists, ct_lists_gen_t *gen);
static void ct_lists_age(ct_lists_t *lists);


ct_lists_t *
ct_lists_create(ct_context_t *ctx)
{
    ct_lists_t *lists;

    lists = calloc(1, sizeof(ct_lists_t));

    if (lists == NULL) {
        return NULL;
    }

    lists->ctx = ctx;
    lists->gen = ct_lists_gen_create();

    if (lists->gen == NULL || !ct_lists_gen_merge(lists->gen, ctx->config)) {
        ct_lists_destroy(lists);
        return NULL;
    }

    ctx->status.has_list = ctx->config->list != NULL;
    ctx->status.list_stale = 0;
    ctx->status.list_ms = 0;
    ctx->status.list_checked_ms = 0;
    ctx->status.list[0] = '\0';
    ctx->status.list_error[0] = '\0';

    if (ctx->config->list != NULL) {
        ct_lists_begin(lists);
    }

    return lists;
}


static void
ct_lists_begin(ct_lists_t *lists)
{
    ct_kept_t          kept;
    ct_context_t      *ctx;
    const ct_config_t *config;

    ctx = lists->ctx;
    config = ctx->config;

    memset(&kept, 0, sizeof(kept));
    kept.name = "log list";
    kept.suffix = ".list";
    kept.limit = CT_LIMIT_LOG_LIST;
    kept.place = config->list;
    kept.sig = config->list_sig;
    kept.key = config->list_key;
    kept.known = config->list_read != NULL;
    kept.error = ctx->status.list_error;
    kept.checked_ms = &ctx->status.list_checked_ms;
    kept.ctx = lists;
    kept.take = ct_lists_take;

    ct_keeper_begin(&lists->keeper, ctx, &kept);

    if (!lists->keeper.good && config->list_read != NULL) {
        ct_lists_from_configuration(lists);
    }

    ct_lists_release(lists);
    ct_lists_age(lists);
}


/* What the configuration has read of a path was good, and the worker may
 * not be allowed to read the file itself. */
static void
ct_lists_from_configuration(ct_lists_t *lists)
{
    char            why[CT_LIMIT_ERROR];
    ct_lists_gen_t *gen;

    gen = ct_lists_gen_create();

    if (gen == NULL) {
        return;
    }

    gen->list = *lists->ctx->config->list_read;
    gen->has = true;

    if (ct_lists_consider(lists, gen, false, why)) {
        lists->ctx->status.list_checked_ms = lists->ctx->now_ms;
        ct_keeper_replaced(&lists->keeper);
    } else {
        ct_keeper_refused(&lists->keeper, why);
    }
}


void
ct_lists_destroy(ct_lists_t *lists)
{
    if (lists == NULL) {
        return;
    }

    ct_lists_release(lists);
    ct_lists_gen_destroy(lists->gen);
    ct_keeper_end(&lists->keeper);
    free(lists);
}


const ct_log_t *
ct_lists_logs(const ct_lists_t *lists, size_t *n)
{
    *n = lists->gen->nlogs;

    return lists->gen->logs;
}


void
ct_lists_release(ct_lists_t *lists)
{
    ct_lists_gen_t *gen;

    while (lists->old != NULL) {
        gen = lists->old;
        lists->old = gen->next;
        ct_lists_gen_destroy(gen);
    }
}


void
ct_lists_shift(ct_lists_t *lists, int64_t delta_ms)
{
    if (lists->ctx->config->list != NULL) {
        ct_keeper_shift(&lists->keeper, delta_ms);
    }
}


int64_t
ct_lists_turn(ct_lists_t *lists, bool *changed)
{
    int64_t due;

    *changed = false;

    if (lists->ctx->config->list == NULL) {
        return INT64_MAX;
    }

    lists->changed = false;
    due = ct_keeper_turn(&lists->keeper);
    ct_lists_age(lists);
    *changed = lists->changed;

    return due;
}


static bool
ct_lists_take(void *ctx, ct_bytes_t json, bool copy, char *why)
{
    ct_lists_gen_t *gen;

    gen = ct_lists_gen_read(json, why);

    return gen != NULL && ct_lists_consider(ctx, gen, copy, why);
}


/* The last questions; the candidate is in force or gone afterwards. */
static bool
ct_lists_consider(ct_lists_t *lists, ct_lists_gen_t *gen, bool copy,
    char *why)
{
    const char   *no;
    ct_context_t *ctx;

    ctx = lists->ctx;
    no = NULL;

    if (gen->list.nlogs == 0) {
        no = "there is no log in it";

    } else if (gen->list.nlogs + ctx->config->nlogs > CT_LIMIT_LOGS) {
        no = "it has too many logs";

    } else if (lists->gen->has) {
        no = ct_loglist_refuse_change(&lists->gen->list, &gen->list,
                                      ctx->now_ms);
    }

    if (no == NULL && !ct_lists_gen_merge(gen, ctx->config)) {
        no = ct_strerror(CT_E_MEMORY);
    }

    if (no != NULL) {
        (void) snprintf(why, CT_LIMIT_ERROR, "%s", no);
        ct_lists_gen_destroy(gen);
        return false;
    }

    ct_lists_install(lists, gen);

    if (!copy) {
        ct_lines_say(ctx->lines, CT_LINE_NOTICE, "log list: %s",
                     ctx->status.list);
    }

    return true;
}


/* The one of before lasts until it is released. */
static void
ct_lists_install(ct_lists_t *lists, ct_lists_gen_t *gen)
{
    lists->gen->next = lists->old;
    lists->old = lists->gen;
    lists->gen = gen;
    lists->changed = true;
    lists->ctx->status.list_ms = gen->list.timestamp_ms;
    ct_lists_gen_text(gen, lists->ctx->config->list,
                      lists->ctx->status.list);
}


/* A list that nobody has renewed for so long does not name all logs. */
static void
ct_lists_age(ct_lists_t *lists)
{
    bool               stale;
    int64_t            oldest_ms;
    ct_status_t       *status;
    const ct_keeper_t *keeper;

    keeper = &lists->keeper;
    status = &lists->ctx->status;
    oldest_ms = lists->ctx->now_ms
                - (int64_t) CT_COVERAGE_LIST_DAYS * CT_KEEPER_DAY_MS;

    stale = status->list_ms != 0 && status->list_ms < oldest_ms;

    if (keeper->url) {
        stale = stale
                || (keeper->has ? status->list_checked_ms < oldest_ms
                                : keeper->fails > 0);
    }

    status->list_stale = stale;
}
