/*
 * ct_engine: the thread, as its host sees it - start, lines, stop, join.
 * What it does is in ct_engine_loop.c.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* pthread_timedjoin_np */
#endif

#include "ct_engine_part.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>


static bool ct_engine_spawn(ct_engine_t *engine);
static void *ct_engine_main(void *arg);
static void ct_engine_humble(void);
static void ct_engine_hurry(int tid);


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

    ct_engine_release(engine);

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
