/*
 * ct_engine_loop: what the thread does - take the store over, then turn:
 * whatever is due, and sleep until the next thing is.
 */

#include "ct_engine_part.h"
#include "ct_clock.h"
#include "ct_outbox.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>


#define CT_ENGINE_TURN_MS     500  /* longest sleep: the heart beats */
#define CT_ENGINE_OWNER_MS    20   /* between two asks for ownership */
#define CT_ENGINE_OWNER_LONG  2000 /* then it is no reload that we wait for */
#define CT_ENGINE_OWNER_SLOW  200  /* and we ask more seldom */
#define CT_ENGINE_LOCK_MS     1000 /* between two tries to lock the file */
#define CT_ENGINE_JUMP_MS     5000 /* more than this is a clock jump */
#define CT_ENGINE_GAP_MS      60000 /* no engine for longer is no reload */
#define CT_ENGINE_RETRY_MS    5000 /* alerts that had no room */
#define CT_ENGINE_ARENA       ((size_t) 256 * 1024 * 1024)
#define CT_ENGINE_SCRATCH     (32 * 1024 * 1024)
#define CT_ENGINE_EXTRA       (4 * CT_LIMIT_ENTRY_TEXT)


static void ct_engine_waits(ct_engine_t *engine);
static void ct_engine_judging(ct_engine_t *engine, bool again);
static ct_anchors_t *ct_engine_anchors(ct_engine_t *engine);
static int64_t ct_engine_save(ct_engine_t *engine);
static void ct_engine_lists(ct_engine_t *engine);
static void ct_engine_beat(ct_engine_t *engine, bool running);
static void ct_engine_clock(ct_engine_t *engine);
static void ct_engine_tick(void *ctx);


bool
ct_engine_prepare(ct_engine_t *engine)
{
    ct_context_t *ctx;

    ctx = &engine->ctx;
    ct_engine_clock(engine);
    ctx->arena = ct_arena_create(CT_ENGINE_ARENA);
    ctx->scratch = ct_arena_create(CT_ENGINE_SCRATCH);
    ctx->extra = ct_arena_create(CT_ENGINE_EXTRA);
    ctx->room = malloc(CT_LIMIT_ENTRY);
    ctx->sha = ct_sha256_create();
    ctx->issuers = ct_issuers_create();
    ctx->operators = ct_operators_create();
    engine->learned = ct_learned_create();
    engine->known = ct_known_create(ctx);
    ctx->http = ct_http_create(ctx->config->trusted, ctx->config->contact,
                               ctx->config->rate, engine->wake,
                               &engine->stop);

    if (ctx->arena == NULL || ctx->scratch == NULL || ctx->extra == NULL
        || ctx->room == NULL || ctx->sha == NULL || ctx->issuers == NULL
        || ctx->operators == NULL || engine->learned == NULL
        || engine->known == NULL || ctx->http == NULL
        || !ct_http_proxy(ctx->http, ctx->config->proxy))
    {
        ct_lines_say(ctx->lines, CT_LINE_ERROR,
                     "the monitor could not start: out of memory");
        return false;
    }

    ct_http_tick(ctx->http, ct_engine_tick, engine);
    ctx->random = (uint64_t) ctx->now_ms << 20 ^ (uint64_t) getpid()
                  ^ (uint64_t) (uintptr_t) engine;
    ct_scan_init(&ctx->scan, ctx->sha, ctx->config->watch);

    return true;
}


void
ct_engine_release(ct_engine_t *engine)
{
    ct_context_t *ctx;

    ctx = &engine->ctx;
    ct_owner_give(&engine->owner);
    ct_http_destroy(ctx->http);
    ct_anchors_free(ctx->anchors);
    ct_operators_destroy(ctx->operators);
    ct_known_destroy(engine->known);
    ct_learned_destroy(engine->learned);
    ct_issuers_destroy(ctx->issuers);
    ct_sha256_destroy(ctx->sha);
    free(ctx->room);
    ct_arena_destroy(engine->policy);
    ct_arena_destroy(ctx->extra);
    ct_arena_destroy(ctx->scratch);
    ct_arena_destroy(ctx->arena);
}


bool
ct_engine_own(ct_engine_t *engine)
{
    bool               told;
    ct_rc_t            rc;
    int64_t            since_ms;
    const ct_config_t *config;

    config = engine->ctx.config;
    since_ms = ct_clock_monotonic();
    told = false;

    while (!ct_context_stopping(&engine->ctx)) {
        rc = ct_owner_take(&engine->owner, config->owner, config->state);

        if (rc == CT_OK) {
            return true;
        }

        if (rc == CT_E_IO) {
            ct_lines_say(&engine->lines, CT_LINE_ERROR,
                         "the lock file \"%s.lock\" cannot be used: %s",
                         config->state, strerror(errno));
            engine->unlocked = true;
            return true;
        }

        if (!told && engine->owner.held
            && ct_clock_monotonic() - since_ms > CT_ENGINE_OWNER_LONG)
        {
            told = true;
            ct_engine_waits(engine);
        }

        ct_http_turn(engine->ctx.http, told ? CT_ENGINE_OWNER_SLOW
                                            : CT_ENGINE_OWNER_MS);
    }

    return false;
}


/* The zone is ours, the state file another nginx's. */
static void
ct_engine_waits(ct_engine_t *engine)
{
    ct_context_t *ctx;

    ctx = &engine->ctx;
    ct_store_repair(ctx->store);
    (void) ct_store_status(ctx->store, &ctx->status);
    ctx->status.running = 0;
    (void) snprintf(ctx->status.error, sizeof(ctx->status.error),
                    "it waits, for another nginx uses the state file");
    ct_store_set_status(ctx->store, &ctx->status);
    ct_lines_say(ctx->lines, CT_LINE_NOTICE,
                 "the state file \"%s\" is used by another nginx, the "
                 "monitor waits until that one ends", ctx->config->state);
}


bool
ct_engine_take_over(ct_engine_t *engine)
{
    ct_rc_t       rc;
    int64_t       away;
    ct_context_t *ctx;

    ctx = &engine->ctx;
    ct_engine_clock(engine);
    ct_store_repair(ctx->store);
    (void) ct_store_status(ctx->store, &ctx->status);
    ctx->version = ctx->status.version;
    ctx->status.error[0] = '\0';
    ctx->status.ended = !ctx->status.running;

    if (engine->state.path != NULL) {
        rc = ct_state_load(&engine->state, ctx);

        if (rc == CT_E_IO) {
            ct_lines_say(ctx->lines, CT_LINE_ERROR,
                         "the state file \"%s\" cannot be read: %s",
                         engine->state.path, strerror(errno));
        }
    }

    away = ctx->status.heartbeat_ms != 0
           ? ctx->now_ms - ctx->status.heartbeat_ms : 0;
    ctx->status.restarts += !ctx->status.ended;
    ctx->status.ended = 0;
    ctx->status.generation++;
    ctx->status.started_ms = ctx->now_ms;
    ctx->status.pid = (int32_t) getpid();
    ctx->status.since_ms = ctx->status.since_ms == 0
                           ? ctx->now_ms : ctx->status.since_ms;
    ct_context_changed(ctx);

    ctx->anchors = ct_engine_anchors(engine);
    engine->calists = ct_calists_create(ctx);
    ctx->outbox = ct_outbox_create(ctx);
    engine->notify = ctx->outbox != NULL ? ct_notify_create(ctx) : NULL;
    engine->lists = ct_lists_create(ctx);
    engine->logs = ct_logs_create(ctx);

    if (engine->calists == NULL || !ct_engine_policy(engine)
        || engine->notify == NULL || engine->lists == NULL
        || engine->logs == NULL)
    {
        if (!ct_context_stopping(ctx)) {
            ct_lines_say(ctx->lines, CT_LINE_ERROR,
                         "the monitor could not start: out of memory");
        }

        return false;
    }

    engine->list_changed = true;
    ct_engine_lists(engine);

    if (away > CT_ENGINE_GAP_MS || away < 0) {
        ct_judge_shift(ctx, away);
    }

    ct_engine_judging(engine, false);
    ct_engine_beat(engine, true);

    ct_lines_say(ctx->lines, CT_LINE_NOTICE,
                 "monitoring %zu logs for %zu names, %zu certificates served, "
                 "%zu trust anchors", ct_logs_count(engine->logs),
                 ct_watch_count(ctx->scan.watch),
                 ctx->config->inventory->nserved,
                 ct_anchors_count(ctx->anchors));

    return true;
}


static void
ct_engine_judging(ct_engine_t *engine, bool again)
{
    if (!engine->judging && ct_calists_settled(engine->calists)) {
        engine->judging = true;
        again = true;
    }

    if (again) {
        ct_judge_again(&engine->ctx);
    }
}


static ct_anchors_t *
ct_engine_anchors(ct_engine_t *engine)
{
    FILE         *file;
    size_t        len, nbad;
    uint8_t      *pem;
    const char   *path;
    ct_anchors_t *anchors;

    path = engine->ctx.config->trusted;
    anchors = NULL;
    nbad = 0;

    if (path == NULL) {
        return NULL;
    }

    pem = malloc(CT_LIMIT_TRUST_BUNDLE);
    file = fopen(path, "re");

    if (pem != NULL && file != NULL) {
        len = fread(pem, 1, CT_LIMIT_TRUST_BUNDLE, file);
        anchors = ct_anchors_read(ct_bytes(pem, len), &nbad);
    }

    if (file != NULL) {
        (void) fclose(file);
    }

    free(pem);

    if (anchors == NULL) {
        ct_lines_say(&engine->lines, CT_LINE_ERROR,
                     "no trust anchor could be read from \"%s\": the CA of a "
                     "certificate cannot be established", path);
    } else if (nbad > 0) {
        ct_lines_say(&engine->lines, CT_LINE_WARN,
                     "%zu certificates of \"%s\" could not be read", nbad,
                     path);
    }

    return anchors;
}


void
ct_engine_turn(ct_engine_t *engine)
{
    bool          changed;
    int64_t       due, next;
    ct_context_t *ctx;

    ctx = &engine->ctx;
    ct_engine_clock(engine);
    next = ctx->now_ms + CT_ENGINE_TURN_MS;
    changed = false;

    ct_engine_inbox(engine);

    due = ct_lists_turn(engine->lists, &changed);
    next = due < next ? due : next;
    engine->list_changed |= changed;
    ct_engine_lists(engine);

    due = ct_known_turn(engine->known, &changed);
    next = due < next ? due : next;
    engine->ours_changed |= changed;

    due = ct_calists_turn(engine->calists, &changed);
    next = due < next ? due : next;

    engine->ours_changed |= changed;
    engine->ours_due_ms = changed ? ctx->now_ms : engine->ours_due_ms;
    changed = ct_engine_ours(engine);

    ct_engine_judging(engine, changed);

    if (engine->judging) {
        due = ct_logs_turn(engine->logs);
        next = due < next ? due : next;
    }
    due = ct_judge_turn(ctx);
    next = due < next ? due : next;

    if (ctx->alerts_blocked && ctx->now_ms >= engine->blocked_due_ms) {
        engine->blocked_due_ms = ctx->now_ms + CT_ENGINE_RETRY_MS;
        ct_judge_queue(ctx);
    }

    ct_engine_news(engine);

    due = ct_outbox_turn(ctx);
    next = due < next ? due : next;
    due = ct_engine_save(engine);
    next = due < next ? due : next;
    due = ct_notify_turn(engine->notify);
    next = due < next ? due : next;

    ct_engine_beat(engine, true);

    if (!ct_context_stopping(ctx)) {
        due = next > ctx->now_ms ? next - ctx->now_ms : 0;
        ct_http_turn(ctx->http, (int) due);
    }
}


/* Not without the lock, once it can be had: somebody else may have it. */
static int64_t
ct_engine_save(ct_engine_t *engine)
{
    ct_rc_t       rc;
    int64_t       due;
    ct_context_t *ctx;

    ctx = &engine->ctx;

    if (engine->unlocked && ctx->now_ms >= engine->lock_due_ms) {
        engine->lock_due_ms = ctx->now_ms + CT_ENGINE_LOCK_MS;
        rc = ct_owner_take(&engine->owner, ctx->config->owner,
                           ctx->config->state);
        engine->unlocked = rc != CT_OK;
        engine->shared = rc == CT_E_FULL;

        if (rc == CT_OK) {
            ctx->status.error[0] = '\0';
        }
    }

    ctx->saved = UINT64_MAX;

    if (!engine->shared) {
        due = ct_state_turn(&engine->state, ctx, false);

        if (engine->state.path != NULL && !engine->state.failing) {
            ctx->saved = engine->state.version;
        }

        return due;
    }

    (void) snprintf(ctx->status.error, sizeof(ctx->status.error),
                    "another nginx uses the state file, nothing is saved");

    return engine->lock_due_ms;
}


/* The logs of a new list are followed at once; those of the one before are
 * let go when nobody refers to it any more. */
static void
ct_engine_lists(ct_engine_t *engine)
{
    size_t          n;
    const ct_log_t *list;

    if (engine->list_changed) {
        engine->list_changed = false;
        list = ct_lists_logs(engine->lists, &n);
        ct_logs_set(engine->logs, list, n);
    }

    if (ct_logs_settled(engine->logs)) {
        ct_lists_release(engine->lists);
    }
}


static void
ct_engine_beat(ct_engine_t *engine, bool running)
{
    ct_context_t *ctx;

    ctx = &engine->ctx;
    ctx->status.heartbeat_ms = ctx->now_ms;
    ctx->status.running = running;
    ctx->status.version = ctx->version;

    if (ctx->http != NULL) {
        ctx->status.received = ct_http_received(ctx->http);
    }

    ct_store_set_status(ctx->store, &ctx->status);
}


/* The wall clock without its jumps; when it has jumped, everything that
 * waits is moved along. */
static void
ct_engine_clock(ct_engine_t *engine)
{
    int64_t mono, delta;

    mono = ct_clock_monotonic();
    delta = ct_clock_wall() - mono - engine->offset_ms;

    if (delta > CT_ENGINE_JUMP_MS || delta < -CT_ENGINE_JUMP_MS) {
        engine->offset_ms += delta;
        engine->ctx.now_ms = mono + engine->offset_ms;
        engine->state.due_ms = engine->ctx.now_ms;
        engine->state.urgent_ms = engine->ctx.now_ms;
        engine->blocked_due_ms = engine->ctx.now_ms;
        engine->news_due_ms = engine->ctx.now_ms;
        engine->lock_due_ms = engine->ctx.now_ms;
        engine->ours_due_ms = engine->ctx.now_ms;
        engine->past_due_ms = engine->ctx.now_ms;

        if (engine->notify != NULL && engine->logs != NULL) {
            ct_operators_shift(engine->ctx.operators, delta);
            ct_lists_shift(engine->lists, delta);
            ct_calists_shift(engine->calists, delta);
            ct_known_shift(engine->known, delta);
            ct_logs_shift(engine->logs, delta);
            ct_judge_shift(&engine->ctx, delta);
            ct_notify_shift(engine->notify, delta);
        }
    }

    engine->ctx.now_ms = mono + engine->offset_ms;
}


/* A Retry-After counts from its answer, not from before this turn. */
static void
ct_engine_tick(void *ctx)
{
    ct_engine_t *engine;

    engine = ctx;
    engine->ctx.now_ms = ct_clock_monotonic() + engine->offset_ms;
}


void
ct_engine_end(ct_engine_t *engine)
{
    if (engine->logs != NULL) {
        ct_logs_drop(engine->logs);
    }

    /* first, for requests in flight point at who asked */
    ct_http_destroy(engine->ctx.http);
    engine->ctx.http = NULL;

    ct_logs_destroy(engine->logs);
    ct_lists_destroy(engine->lists);
    ct_calists_destroy(engine->calists);
    engine->logs = NULL;

    engine->ctx.status.ended = 1;
    ct_context_changed(&engine->ctx);

    if (!engine->shared) {
        (void) ct_state_turn(&engine->state, &engine->ctx, true);
    }

    ct_engine_beat(engine, false);
    ct_notify_destroy(engine->notify);
    engine->notify = NULL;
    ct_outbox_destroy(engine->ctx.outbox);
    engine->ctx.outbox = NULL;
}
