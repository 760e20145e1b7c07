/*
 * ct_engine: the thread's loop - what is due, until when to sleep, when to
 * stop - and its beginning and end.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* pthread_timedjoin_np */
#endif

#include "ct_engine.h"
#include "ct_follow.h"
#include "ct_notify.h"
#include "ct_owner.h"
#include "ct_state.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>


#define CT_ENGINE_TURN_MS    500  /* longest sleep: the heart beats */
#define CT_ENGINE_OWNER_MS   20   /* between two asks for ownership */
#define CT_ENGINE_JUMP_MS    5000 /* more than this is a clock jump */
#define CT_ENGINE_RETRY_MS   5000 /* alerts that had no room */
#define CT_ENGINE_ARENA      ((size_t) 256 * 1024 * 1024)
#define CT_ENGINE_SCRATCH    (32 * 1024 * 1024)

struct ct_engine_s {
    ct_context_t  ctx;
    ct_lines_t    lines;
    ct_owner_t    owner;
    ct_state_t    state;
    ct_notify_t  *notify;
    ct_follow_t **follows;
    size_t        nfollows;
    int64_t       offset_ms;  /* wall clock less monotonic clock */
    int64_t       blocked_due_ms;
    pthread_t     thread;
    bool          owner_told;
    int           wake;       /* eventfd: ends a sleep, for good */
    int           tid;        /* atomic; 0: not running yet */
    bool          stop;       /* atomic */
};


static bool ct_engine_spawn(ct_engine_t *engine);
static void *ct_engine_main(void *arg);
static void ct_engine_humble(void);
static void ct_engine_hurry(int tid);
static bool ct_engine_prepare(ct_engine_t *engine);
static bool ct_engine_own(ct_engine_t *engine);
static bool ct_engine_take_over(ct_engine_t *engine);
static ct_anchors_t *ct_engine_anchors(ct_engine_t *engine);
static void ct_engine_unlist(ct_engine_t *engine);
static void ct_engine_open_logs(ct_engine_t *engine);
static void ct_engine_turn(ct_engine_t *engine);
static void ct_engine_beat(ct_engine_t *engine, bool running);
static void ct_engine_clock(ct_engine_t *engine);
static int64_t ct_engine_wall(clockid_t clock);
static void ct_engine_end(ct_engine_t *engine);


uint64_t
ct_channel_id(const char *url)
{
    uint8_t  hash[CT_HASH_LEN];
    uint64_t id;

    ct_sha256_once(ct_bytes_str(url), hash);
    memcpy(&id, hash, sizeof(id));

    return id;
}


ct_engine_t *
ct_engine_start(const ct_config_t *config)
{
    ct_engine_t *engine;

    engine = calloc(1, sizeof(ct_engine_t));

    if (engine == NULL) {
        return NULL;
    }

    engine->ctx.config = config;
    engine->ctx.store = config->store;
    engine->ctx.lines = &engine->lines;
    engine->ctx.stop = &engine->stop;
    engine->state.path = config->state;
    engine->owner.file = -1;

    engine->wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);

    if (!ct_lines_init(&engine->lines) || engine->wake == -1
        || !ct_http_prepare() || !ct_engine_spawn(engine))
    {
        ct_engine_free(engine);
        return NULL;
    }

    return engine;
}


/* All signals stay with the host's threads; those that libcurl starts
 * inherit the mask. */
static bool
ct_engine_spawn(ct_engine_t *engine)
{
    int      rc;
    sigset_t all, before;

    (void) sigfillset(&all);
    rc = pthread_sigmask(SIG_SETMASK, &all, &before);

    if (rc == 0) {
        rc = pthread_create(&engine->thread, NULL, ct_engine_main, engine);
        (void) pthread_sigmask(SIG_SETMASK, &before, NULL);
    }

    errno = rc;

    return rc == 0;
}


int
ct_engine_fd(const ct_engine_t *engine)
{
    return engine->lines.fd;
}


bool
ct_engine_line(ct_engine_t *engine, ct_line_t *line)
{
    return ct_lines_next(&engine->lines, line);
}


void
ct_engine_stop(ct_engine_t *engine)
{
    uint64_t one;

    one = 1;
    __atomic_store_n(&engine->stop, true, __ATOMIC_RELEASE);

    (void) !write(engine->wake, &one, sizeof(one));
    ct_engine_hurry(__atomic_load_n(&engine->tid, __ATOMIC_ACQUIRE));
}


bool
ct_engine_join(ct_engine_t *engine, int timeout_ms)
{
    struct timespec until;

    if (clock_gettime(CLOCK_REALTIME, &until) != 0) {
        return false;
    }

    until.tv_sec += timeout_ms / 1000;
    until.tv_nsec += (long) (timeout_ms % 1000) * 1000000;

    if (until.tv_nsec >= 1000000000) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000;
    }

    return pthread_timedjoin_np(engine->thread, NULL, &until) == 0;
}


void
ct_engine_free(ct_engine_t *engine)
{
    ct_lines_close(&engine->lines);

    if (engine->wake != -1) {
        (void) close(engine->wake);
    }

    free(engine);
}


static void *
ct_engine_main(void *arg)
{
    ct_engine_t *engine;

    engine = arg;
    ct_engine_humble();
    __atomic_store_n(&engine->tid, (int) syscall(SYS_gettid),
                     __ATOMIC_RELEASE);


    if (ct_engine_prepare(engine) && ct_engine_own(engine)) {
        if (ct_engine_take_over(engine)) {
            while (!ct_context_stopping(&engine->ctx)) {
                ct_engine_turn(engine);
            }
        }

        ct_engine_end(engine);
    }

    ct_owner_give(&engine->owner);
    ct_http_destroy(engine->ctx.http);
    ct_anchors_free(engine->ctx.anchors);
    ct_issuers_destroy(engine->ctx.issuers);
    ct_sha256_destroy(engine->ctx.sha);
    ct_arena_destroy(engine->ctx.scratch);
    ct_arena_destroy(engine->ctx.arena);

    return NULL;
}


/* Only what requests leave over: on a busy core a thread at nice 19 still
 * makes requests wait, one of SCHED_IDLE does not. */
static void
ct_engine_humble(void)
{
    struct sched_param param;

    memset(&param, 0, sizeof(param));

#ifdef SCHED_IDLE
    if (sched_setscheduler(0, SCHED_IDLE, &param) == 0) {
        return;
    }
#endif

    (void) setpriority(PRIO_PROCESS, (id_t) syscall(SYS_gettid), 19);
}


/* Somebody waits for its end, and on a busy machine SCHED_IDLE would make
 * him wait long. Wants RLIMIT_NICE or CAP_SYS_NICE; without them the end
 * comes when there is time for it. */
static void
ct_engine_hurry(int tid)
{
    struct sched_param param;

    memset(&param, 0, sizeof(param));

    if (tid != 0) {
        (void) sched_setscheduler(tid, SCHED_OTHER, &param);
    }
}


static bool
ct_engine_prepare(ct_engine_t *engine)
{
    ct_context_t *ctx;

    ctx = &engine->ctx;
    ctx->arena = ct_arena_create(CT_ENGINE_ARENA);
    ctx->scratch = ct_arena_create(CT_ENGINE_SCRATCH);
    ctx->sha = ct_sha256_create();
    ctx->issuers = ct_issuers_create();
    ctx->http = ct_http_create(ctx->config->trusted, ctx->config->contact,
                               engine->wake, &engine->stop);

    if (ctx->arena == NULL || ctx->scratch == NULL || ctx->sha == NULL
        || ctx->issuers == NULL || ctx->http == NULL)
    {
        ct_lines_say(ctx->lines, CT_LINE_ERROR,
                     "the monitor could not start: out of memory");
        return false;
    }

    ct_engine_clock(engine);
    ctx->random = (uint64_t) ctx->now_ms << 20 ^ (uint64_t) getpid()
                  ^ (uint64_t) (uintptr_t) engine;
    ct_scan_init(&ctx->scan, ctx->sha, ctx->config->watch);

    return true;
}


/* Waits until the engine before us has let go. */
static bool
ct_engine_own(ct_engine_t *engine)
{
    ct_rc_t            rc;
    const ct_config_t *config;

    config = engine->ctx.config;

    while (!ct_context_stopping(&engine->ctx)) {
        rc = ct_owner_take(&engine->owner, config->owner, config->state);

        if (rc == CT_OK) {
            return true;
        }

        if (rc == CT_E_IO) {
            ct_lines_say(&engine->lines, CT_LINE_ERROR,
                         "the lock file \"%s.lock\" cannot be used: %s",
                         config->state, strerror(errno));
            return true;
        }

        ct_http_turn(engine->ctx.http, CT_ENGINE_OWNER_MS);
    }

    return false;
}


static bool
ct_engine_take_over(ct_engine_t *engine)
{
    ct_rc_t       rc;
    ct_context_t *ctx;

    ctx = &engine->ctx;
    ct_engine_clock(engine);
    ct_store_repair(ctx->store);
    (void) ct_store_status(ctx->store, &ctx->status);
    ctx->version = ctx->status.version;
    ctx->status.error[0] = '\0';

    if (engine->state.path != NULL) {
        rc = ct_state_load(&engine->state, ctx);

        if (rc == CT_E_IO) {
            ct_lines_say(ctx->lines, CT_LINE_ERROR,
                         "the state file \"%s\" cannot be read: %s",
                         engine->state.path, strerror(errno));
        }
    }

    ctx->status.generation++;
    ctx->status.started_ms = ctx->now_ms;
    ctx->status.pid = (int32_t) getpid();
    ctx->status.watched = ct_watch_count(ctx->config->watch);
    ctx->status.since_ms = ctx->status.since_ms == 0
                           ? ctx->now_ms : ctx->status.since_ms;
    (void) snprintf(ctx->status.list, sizeof(ctx->status.list), "%s",
                    ctx->config->list);
    ct_context_changed(ctx);

    ctx->anchors = ct_engine_anchors(engine);
    ctx->policy = ct_policy_create(ctx->arena, ctx->config->inventory,
                                   ctx->anchors, ctx->config->issuers,
                                   ctx->config->nissuers);
    engine->notify = ct_notify_create(ctx);

    if (ctx->policy == NULL || engine->notify == NULL) {
        ct_lines_say(ctx->lines, CT_LINE_ERROR,
                     "the monitor could not start: out of memory");
        return false;
    }

    ct_engine_unlist(engine);
    ct_engine_open_logs(engine);
    ct_judge_again(ctx);
    ct_engine_beat(engine, true);

    ct_lines_say(ctx->lines, CT_LINE_NOTICE,
                 "monitoring %zu logs for %zu names, %zu certificates served, "
                 "%zu trust anchors", engine->nfollows,
                 ct_watch_count(ctx->config->watch),
                 ctx->config->inventory->nserved,
                 ct_anchors_count(ctx->anchors));

    return true;
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


/* Until the configuration names a log again its position just rests. */
static void
ct_engine_unlist(ct_engine_t *engine)
{
    size_t          i, n;
    ct_store_t     *store;
    ct_log_record_t log;

    store = engine->ctx.store;
    n = ct_store_nlogs(store);

    for (i = 0; i < n; i++) {
        if (ct_store_log(store, i, &log)) {
            log.state = CT_FOLLOW_UNLISTED;
            log.error[0] = '\0';
            ct_store_set_log(store, i, &log);
        }
    }
}


static void
ct_engine_open_logs(ct_engine_t *engine)
{
    size_t             i;
    ct_rc_t            rc;
    ct_follow_t       *follow;
    const ct_config_t *config;

    config = engine->ctx.config;
    engine->follows = ct_arena_calloc(engine->ctx.arena, config->nlogs + 1,
                                      sizeof(ct_follow_t *));

    for (i = 0; engine->follows != NULL && i < config->nlogs; i++) {
        follow = ct_arena_alloc(engine->ctx.arena, sizeof(ct_follow_t));
        rc = follow != NULL ? ct_follow_open(follow, &engine->ctx,
                                             &config->logs[i])
                            : CT_E_MEMORY;
        if (rc == CT_OK) {
            engine->follows[engine->nfollows++] = follow;
            continue;
        }

        ct_lines_say(&engine->lines, CT_LINE_ERROR,
                     "log \"%s\" is not followed: %s",
                     config->logs[i].description,
                     rc == CT_E_FULL ? "the zone has no room for it"
                                     : ct_strerror(rc));
    }
}


static void
ct_engine_turn(ct_engine_t *engine)
{
    size_t        i;
    int64_t       due, next;
    ct_context_t *ctx;

    ctx = &engine->ctx;
    ct_engine_clock(engine);
    next = ctx->now_ms + CT_ENGINE_TURN_MS;

    for (i = 0; i < engine->nfollows && !ct_context_stopping(ctx); i++) {
        due = ct_follow_turn(engine->follows[i]);
        next = due < next ? due : next;
    }

    if (ctx->alerts_blocked && ctx->now_ms >= engine->blocked_due_ms) {
        engine->blocked_due_ms = ctx->now_ms + CT_ENGINE_RETRY_MS;
        ct_judge_queue(ctx);
    }

    due = ct_notify_turn(engine->notify);
    next = due < next ? due : next;
    due = ct_state_turn(&engine->state, ctx, false);
    next = due < next ? due : next;

    ct_engine_beat(engine, true);

    if (!ct_context_stopping(ctx)) {
        ct_http_turn(ctx->http,
                     next > ctx->now_ms ? (int) (next - ctx->now_ms) : 0);
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
    ct_store_set_status(ctx->store, &ctx->status);
}


/* The wall clock without its jumps; when it has jumped, everything that
 * waits is moved along. */
static void
ct_engine_clock(ct_engine_t *engine)
{
    size_t  i;
    int64_t wall, mono, delta;

    wall = ct_engine_wall(CLOCK_REALTIME);
    mono = ct_engine_wall(CLOCK_MONOTONIC);
    delta = wall - mono - engine->offset_ms;

    if (delta > CT_ENGINE_JUMP_MS || delta < -CT_ENGINE_JUMP_MS) {
        engine->offset_ms += delta;
        engine->ctx.now_ms = mono + engine->offset_ms;
        engine->state.due_ms = engine->ctx.now_ms;
        engine->blocked_due_ms = engine->ctx.now_ms;

        for (i = 0; i < engine->nfollows; i++) {
            ct_follow_shift(engine->follows[i], delta);
        }

        if (engine->notify != NULL) {
            ct_notify_shift(engine->notify);
        }
    }

    engine->ctx.now_ms = mono + engine->offset_ms;
}


static int64_t
ct_engine_wall(clockid_t clock)
{
    struct timespec now;

    if (clock_gettime(clock, &now) != 0) {
        return 0;
    }

    return (int64_t) now.tv_sec * 1000 + now.tv_nsec / 1000000;
}


static void
ct_engine_end(ct_engine_t *engine)
{
    size_t i;

    /* first, for requests in flight point at who asked */
    ct_http_destroy(engine->ctx.http);
    engine->ctx.http = NULL;

    for (i = 0; i < engine->nfollows; i++) {
        ct_follow_close(engine->follows[i]);
    }

    engine->nfollows = 0;
    (void) ct_state_turn(&engine->state, &engine->ctx, true);
    ct_engine_beat(engine, false);
    ct_notify_destroy(engine->notify);
    engine->notify = NULL;
}
