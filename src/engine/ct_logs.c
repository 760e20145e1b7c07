/*
 * ct_logs: see the header. A log that is gone from the list may still have
 * answers to come: it leaves when the last one has.
 */

#include "ct_logs.h"
#include "ct_watch_mark.h"

#include <stdlib.h>
#include <string.h>


struct ct_logs_s {
    ct_context_t *ctx;
    size_t        first; /* who begins this turn */
    size_t        n;
    size_t        nleaving;
    ct_follow_t  *follows[CT_LIMIT_LOGS];
    ct_follow_t  *leaving[CT_LIMIT_LOGS];
};


static void ct_logs_unlist(ct_logs_t *logs, const ct_log_t *list, size_t n);
static void ct_logs_leave(ct_logs_t *logs, const ct_log_t *list, size_t n);
static void ct_logs_enter(ct_logs_t *logs, const ct_log_t *log);
static ct_follow_t *ct_logs_find(const ct_logs_t *logs, const ct_log_t *log);
static bool ct_logs_has(const ct_log_t *list, size_t n,
    const uint8_t id[CT_HASH_LEN], const char *url);
static void ct_logs_names(ct_logs_t *logs);
static void ct_logs_names_later(ct_logs_t *logs);
static void ct_logs_free(ct_follow_t *follow);


ct_logs_t *
ct_logs_create(ct_context_t *ctx)
{
    ct_logs_t *logs;

    logs = calloc(1, sizeof(ct_logs_t));

    if (logs != NULL) {
        logs->ctx = ctx;
    }

    return logs;
}


void
ct_logs_drop(ct_logs_t *logs)
{
    size_t i;

    for (i = 0; i < logs->n; i++) {
        ct_follow_drop(logs->follows[i]);
    }

    for (i = 0; i < logs->nleaving; i++) {
        ct_follow_drop(logs->leaving[i]);
    }
}


void
ct_logs_destroy(ct_logs_t *logs)
{
    size_t i;

    if (logs == NULL) {
        return;
    }

    for (i = 0; i < logs->n; i++) {
        ct_logs_free(logs->follows[i]);
    }

    for (i = 0; i < logs->nleaving; i++) {
        ct_logs_free(logs->leaving[i]);
    }

    free(logs);
}


static void
ct_logs_free(ct_follow_t *follow)
{
    ct_follow_close(follow);
    free(follow);
}


void
ct_logs_set(ct_logs_t *logs, const ct_log_t *list, size_t n)
{
    size_t       i;
    ct_follow_t *follow;

    ct_logs_unlist(logs, list, n);
    ct_logs_leave(logs, list, n);

    for (i = 0; i < n; i++) {
        follow = ct_logs_find(logs, &list[i]);

        if (follow != NULL) {
            ct_follow_listed(follow, &list[i]);
        } else {
            ct_logs_enter(logs, &list[i]);
        }
    }

    ct_logs_names(logs);
    ct_context_changed(logs->ctx);
}


/* Until the configuration names a log again its position just rests. */
static void
ct_logs_unlist(ct_logs_t *logs, const ct_log_t *list, size_t n)
{
    size_t          i, nlogs;
    ct_log_record_t log;

    nlogs = ct_store_nlogs(logs->ctx->store);

    for (i = 0; i < nlogs; i++) {
        if (ct_store_log(logs->ctx->store, i, &log)
            && log.state != CT_FOLLOW_UNLISTED
            && !ct_logs_has(list, n, log.id, log.url))
        {
            log.state = CT_FOLLOW_UNLISTED;
            log.error[0] = '\0';
            ct_store_set_log(logs->ctx->store, i, &log);
        }
    }
}


static void
ct_logs_leave(ct_logs_t *logs, const ct_log_t *list, size_t n)
{
    size_t                 i, kept;
    ct_follow_t           *follow;
    const ct_log_record_t *r;

    kept = 0;

    for (i = 0; i < logs->n; i++) {
        follow = logs->follows[i];
        r = &follow->record;

        if (ct_logs_has(list, n, r->id, r->url)
            || logs->nleaving == CT_LIMIT_LOGS)
        {
            logs->follows[kept++] = follow;
            continue;
        }

        (void) ct_follow_rest(follow);
        logs->leaving[logs->nleaving++] = follow;
    }

    logs->n = kept;
}


static void
ct_logs_enter(ct_logs_t *logs, const ct_log_t *log)
{
    ct_rc_t      rc;
    ct_follow_t *follow;

    rc = CT_E_FULL;
    follow = logs->n < CT_LIMIT_LOGS ? malloc(sizeof(ct_follow_t)) : NULL;

    if (follow != NULL) {
        rc = ct_follow_open(follow, logs->ctx, log);
    }

    if (rc == CT_OK) {
        logs->follows[logs->n++] = follow;
        return;
    }

    free(follow);
    ct_lines_say(logs->ctx->lines, CT_LINE_ERROR,
                 "log \"%s\" is not followed: %s", log->description,
                 rc == CT_E_FULL ? "the zone has no room for it"
                                 : ct_strerror(rc));
}


static ct_follow_t *
ct_logs_find(const ct_logs_t *logs, const ct_log_t *log)
{
    size_t i;

    for (i = 0; i < logs->n; i++) {
        if (memcmp(logs->follows[i]->record.id, log->id, CT_HASH_LEN) == 0
            && strcmp(logs->follows[i]->record.url, log->url) == 0)
        {
            return logs->follows[i];
        }
    }

    return NULL;
}


static bool
ct_logs_has(const ct_log_t *list, size_t n, const uint8_t id[CT_HASH_LEN],
    const char *url)
{
    size_t i;

    for (i = 0; i < n; i++) {
        if (memcmp(list[i].id, id, CT_HASH_LEN) == 0
            && strcmp(list[i].url, url) == 0)
        {
            return true;
        }
    }

    return false;
}


/* Names that the logs were not searched for yet are looked up. */
static void
ct_logs_names(ct_logs_t *logs)
{
    bool              fresh;
    size_t            i, nknown;
    uint64_t          known_sum;
    ct_context_t     *ctx;
    const uint64_t   *known;
    ct_watch_marks_t  marks;

    ctx = logs->ctx;
    ct_arena_reset(ctx->scratch);

    if (ct_watch_marks_start(&marks, ctx->scratch) != CT_OK) {
        return;
    }

    while (!ct_watch_marks_turn(&marks, ctx->config->watch)) {
        if (ct_context_stopping(ctx)) {
            return;
        }
    }

    nknown = ct_store_marks(ctx->store, &known, &known_sum);

    if (marks.sum == known_sum) {
        return;
    }

    fresh = ct_watch_marks_new(&marks, known, nknown);

    for (i = 0; i < logs->n && fresh && known_sum != 0; i++) {
        ct_follow_look_back(logs->follows[i]);
    }

    if (fresh && known_sum != 0) {
        ct_logs_names_later(logs);
    }

    ct_store_set_marks(ctx->store, marks.list, marks.n, marks.sum);
}


/* The others, too: the list that has them may be still to come. */
static void
ct_logs_names_later(ct_logs_t *logs)
{
    size_t          i, k, n;
    ct_context_t   *ctx;
    ct_log_record_t log;

    ctx = logs->ctx;
    n = ct_store_nlogs(ctx->store);

    for (i = 0; i < n && ctx->config->since_ms != CT_SINCE_NOW; i++) {
        for (k = 0; k < logs->n && logs->follows[k]->source.slot != i; k++) {
            /* is it followed? */
        }

        if (k == logs->n && ct_store_log(ctx->store, i, &log)
            && ct_backfill_want(&log, ctx->sha, ctx->config->since_ms))
        {
            ct_store_set_log(ctx->store, i, &log);
        }
    }
}


bool
ct_logs_settled(const ct_logs_t *logs)
{
    return logs->nleaving == 0;
}


size_t
ct_logs_count(const ct_logs_t *logs)
{
    size_t i, n;

    n = 0;

    for (i = 0; i < logs->n; i++) {
        n += logs->follows[i]->active;
    }

    return n;
}


int64_t
ct_logs_turn(ct_logs_t *logs)
{
    size_t  i, kept;
    int64_t due, next;

    next = INT64_MAX;
    kept = 0;

    for (i = 0; i < logs->nleaving; i++) {
        if (ct_follow_rest(logs->leaving[i])) {
            ct_logs_free(logs->leaving[i]);
        } else {
            logs->leaving[kept++] = logs->leaving[i];
        }
    }

    logs->nleaving = kept;

    for (i = 0; i < logs->n && !ct_context_stopping(logs->ctx); i++) {
        due = ct_follow_turn(logs->follows[(logs->first + i) % logs->n]);
        next = due < next ? due : next;
    }

    logs->first = logs->n > 0 ? (logs->first + 1) % logs->n : 0;

    return next;
}


void
ct_logs_shift(ct_logs_t *logs, int64_t delta_ms)
{
    size_t i;

    for (i = 0; i < logs->n; i++) {
        ct_follow_shift(logs->follows[i], delta_ms);
    }
}
