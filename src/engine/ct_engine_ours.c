/*
 * ct_engine_ours: everything that counts as ours - what the configuration
 * serves, what handshakes have shown, what ct_known_certificate names, and
 * what was served once - and the policy that is made of it.
 */

#include "ct_engine_part.h"

#include "ct_clock.h"
#include "ct_history.h"

#include <string.h>


#define CT_OURS_MEMORY   ((size_t) 256 * 1024 * 1024)
#define CT_OURS_REST_MS  2000 /* at least, between two policies */
#define CT_OURS_PATIENCE 20   /* times as long as the last one took */
#define CT_OURS_DAY_MS   ((int64_t) 24 * 60 * 60 * 1000)


static void ct_ours_note(ct_context_t *ctx);
static ct_policy_t *ct_ours_policy(const ct_context_t *ctx,
    ct_arena_t *arena, const ct_inventory_t *all);
static ct_inventory_t *ct_ours_gather(ct_engine_t *engine,
    ct_arena_t *arena);
static void ct_ours_add(ct_inventory_t *all, ct_served_t *list,
    const ct_served_t *more, size_t n);
static void ct_ours_known(ct_inventory_t *all, ct_served_t *list,
    const ct_served_t *known, size_t n);
static bool ct_ours_past(ct_engine_t *engine, ct_inventory_t *all,
    ct_served_t *list, ct_arena_t *arena);
static void ct_ours_remember(ct_engine_t *engine);
static void ct_ours_seen(ct_context_t *ctx, size_t i);


/* The policy of before stays when there is no memory for another, or no
 * time. */
bool
ct_engine_policy(ct_engine_t *engine)
{
    int64_t           began_ms, took_ms;
    ct_arena_t       *arena;
    ct_policy_t      *policy;
    ct_context_t     *ctx;
    ct_inventory_t   *all;
    const ct_watch_t *watch;

    ctx = &engine->ctx;
    began_ms = ct_clock_monotonic();
    arena = ct_arena_create(CT_OURS_MEMORY);

    if (arena == NULL) {
        return false;
    }

    all = ct_ours_gather(engine, arena);
    policy = all == NULL ? NULL : ct_ours_policy(ctx, arena, all);
    watch = policy == NULL ? NULL : ct_engine_watch(engine, all, arena);

    if (watch == NULL) {
        ct_ours_note(ctx);
        ct_arena_destroy(arena);
        return false;
    }

    ct_arena_destroy(engine->policy);
    engine->policy = arena;
    ctx->policy = policy;
    ctx->inventory = all;
    ctx->scan.watch = watch;
    ctx->status.watched = ct_watch_count(watch);
    ct_known_release(engine->known);
    ct_ours_remember(engine);

    took_ms = ct_clock_monotonic() - began_ms;
    engine->ours_changed = false;
    engine->ours_due_ms = ctx->now_ms + CT_OURS_REST_MS
                          + took_ms * CT_OURS_PATIENCE;

    return true;
}


/* What is served for a moment, between two reloads, was served. */
static void
ct_ours_note(ct_context_t *ctx)
{
    size_t i;

    for (i = 0; i < ctx->config->inventory->nserved; i++) {
        ct_history_note(ctx, &ctx->config->inventory->served[i]);
    }
}


/* NULL: no memory, or it has to stop. */
static ct_policy_t *
ct_ours_policy(const ct_context_t *ctx, ct_arena_t *arena,
    const ct_inventory_t *all)
{
    ct_policy_t *policy;

    policy = ct_policy_start(arena, all, ctx->anchors, ctx->calist,
                             ctx->config->issuers, ctx->config->nissuers);

    while (policy != NULL && !ct_policy_turn(policy)) {
        if (ct_context_stopping(ctx)) {
            return NULL;
        }
    }

    return policy;
}


/* What is served now comes first: the first hit decides. */
static ct_inventory_t *
ct_ours_gather(ct_engine_t *engine, ct_arena_t *arena)
{
    size_t                nlearned, nknown, room;
    ct_served_t          *list;
    ct_inventory_t       *all;
    const ct_served_t    *learned, *known;
    const ct_inventory_t *configured;

    configured = engine->ctx.config->inventory;
    learned = ct_learned_list(engine->learned, &nlearned);
    known = ct_known_list(engine->known, &nknown);
    room = configured->nserved + nlearned + nknown
           + ct_store_rows(engine->ctx.store, CT_TABLE_PAST);

    all = ct_arena_calloc(arena, 1, sizeof(ct_inventory_t));
    list = ct_arena_calloc(arena, room, sizeof(ct_served_t));

    if (all == NULL || list == NULL) {
        return NULL;
    }

    all->served = list;
    ct_ours_add(all, list, configured->served, configured->nserved);
    ct_ours_add(all, list, learned, nlearned);
    ct_ours_known(all, list, known, nknown);

    return ct_ours_past(engine, all, list, arena) ? all : NULL;
}


static void
ct_ours_add(ct_inventory_t *all, ct_served_t *list, const ct_served_t *more,
    size_t n)
{
    if (n > 0) {
        memcpy(list + all->nserved, more, n * sizeof(ct_served_t));
        all->nserved += n;
    }
}


/* Many are those that nginx serves itself: certbot's folder has them all. */
static void
ct_ours_known(ct_inventory_t *all, ct_served_t *list,
    const ct_served_t *known, size_t n)
{
    size_t i, k, served;

    served = all->nserved;

    for (i = 0; i < n; i++) {
        for (k = 0; k < served; k++) {
            if (memcmp(list[k].cert_sha256, known[i].cert_sha256,
                       CT_HASH_LEN) == 0)
            {
                break;
            }
        }

        if (k == served) {
            list[all->nserved++] = known[i];
        }
    }
}


static bool
ct_ours_past(ct_engine_t *engine, ct_inventory_t *all, ct_served_t *list,
    ct_arena_t *arena)
{
    size_t     i, n;
    ct_past_t  row, *past;

    n = ct_store_rows(engine->ctx.store, CT_TABLE_PAST);

    for (i = 0; i < n; i++) {
        if (!ct_store_row(engine->ctx.store, CT_TABLE_PAST, i, &row)
            || !ct_past_counts(&row, engine->ctx.now_ms))
        {
            continue;
        }

        past = ct_arena_alloc(arena, sizeof(ct_past_t));

        if (past == NULL) {
            return false;
        }

        *past = row;

        if (ct_past_served(&list[all->nserved], past, arena) != CT_OK) {
            return false;
        }

        all->nserved++;
    }

    return true;
}


static void
ct_ours_remember(ct_engine_t *engine)
{
    size_t        i, n, configured;
    ct_context_t *ctx;

    ctx = &engine->ctx;
    engine->past_due_ms = ctx->now_ms + CT_OURS_DAY_MS;

    configured = ctx->config->inventory->nserved;
    (void) ct_learned_list(engine->learned, &n);

    for (i = 0; i < ctx->inventory->nserved; i++) {
        if (i < configured || i >= configured + engine->nlearned) {
            ct_ours_seen(ctx, i);
        }
    }

    engine->nlearned = n;
}


static void
ct_ours_seen(ct_context_t *ctx, size_t i)
{
    if (ctx->inventory->served[i].origin != CT_ORIGIN_PAST) {
        ct_history_seen(ctx, i);
    }
}


/* CT_INBOX_LEARNED: a worker repeats it once a day. */
void
ct_engine_learned(ct_engine_t *engine, ct_bytes_t parts)
{
    size_t             i, n;
    ct_bytes_t         name;
    const ct_served_t *list;

    (void) ct_learned_list(engine->learned, &n);

    if (!ct_learned_take(engine->learned, parts, &i)) {
        return;
    }

    if (i < engine->nlearned) {
        ct_history_seen(&engine->ctx,
                        engine->ctx.config->inventory->nserved + i);
    }

    if (i == n) {
        list = ct_learned_list(engine->learned, &n);
        name = list[i].nnames > 0 ? list[i].names[0] : CT_BYTES("nothing");
        engine->ours_changed = true;
        ct_lines_say(&engine->lines, CT_LINE_INFO,
                     "a certificate for \"%.*s\" was learned from a "
                     "handshake", (int) name.len, (const char *) name.data);
    }
}


/* True: everything is to be judged again. */
bool
ct_engine_ours(ct_engine_t *engine)
{
    int64_t now_ms;

    now_ms = engine->ctx.now_ms;

    if (now_ms >= engine->past_due_ms) {
        ct_history_sweep(&engine->ctx);
        engine->ours_changed = true;
    }

    return engine->ours_changed && now_ms >= engine->ours_due_ms
           && ct_engine_policy(engine);
}
