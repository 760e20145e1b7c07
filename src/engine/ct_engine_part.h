/*
 * ct_engine_part: what the files of ct_engine share, and nobody else.
 */

#ifndef CT_ENGINE_PART_H
#define CT_ENGINE_PART_H

#include "ct_calists.h"
#include "ct_known.h"
#include "ct_learned.h"
#include "ct_lists.h"
#include "ct_logs.h"
#include "ct_notify.h"
#include "ct_owner.h"
#include "ct_state.h"

#include <pthread.h>

struct ct_engine_s {
    ct_context_t  ctx;
    ct_lines_t    lines;
    ct_owner_t    owner;
    ct_state_t    state;
    ct_notify_t  *notify;
    ct_calists_t *calists;
    ct_lists_t   *lists;
    ct_arena_t   *policy;     /* memory of ctx.policy */
    ct_learned_t *learned;
    size_t        nlearned;   /* those that ctx.policy knows */
    ct_known_t   *known;
    ct_logs_t    *logs;
    int64_t       offset_ms;  /* wall clock less monotonic clock */
    int64_t       blocked_due_ms;
    int64_t       news_due_ms;
    int64_t       lock_due_ms;
    int64_t       ours_due_ms; /* the next policy, when something changed */
    int64_t       past_due_ms; /* rows of the past are looked at */
    bool          ours_changed;
    bool          shown_full; /* too many names to watch: was said */
    bool          unlocked;   /* the lock file could not be had */
    bool          shared;     /* and now somebody else has it */
    bool          judging;    /* nothing is judged before the CA list has
                                 come, or could not be had */
    bool          list_changed; /* the logs in force are not set yet */
    bool          list_told;    /* that it is stale or refused */
    pthread_t     thread;
    int           wake;       /* eventfd: ends a sleep, for good */
    int           tid;        /* atomic; 0: not running yet */
    bool          stop;       /* atomic */
};


/* ct_engine_loop.c, in this order; false: it goes no further. */

bool ct_engine_prepare(ct_engine_t *engine);

/* Waits until the engine before us has let go. */
bool ct_engine_own(ct_engine_t *engine);
bool ct_engine_take_over(ct_engine_t *engine);
void ct_engine_turn(ct_engine_t *engine);
void ct_engine_end(ct_engine_t *engine);

/* ct_engine_inbox.c: what other processes have to say. */
void ct_engine_inbox(ct_engine_t *engine);

/* Whatever prepare has made. */
void ct_engine_release(ct_engine_t *engine);

/* ct_engine_ours.c: whose a certificate is, as of now. */
bool ct_engine_policy(ct_engine_t *engine);

/* ct_engine_watch.c: the names that are watched when these certificates are
 * ours. NULL: memory. */
const ct_watch_t *ct_engine_watch(ct_engine_t *engine,
    const ct_inventory_t *all, ct_arena_t *arena);

/* A certificate from a handshake. */
void ct_engine_learned(ct_engine_t *engine, ct_bytes_t parts);

/* True: everything is to be judged again. */
bool ct_engine_ours(ct_engine_t *engine);

/* ct_engine_news.c: once a second. */
void ct_engine_news(ct_engine_t *engine);

#endif
