/*
 * ct_calists: see the header.
 */

#include "ct_calists.h"
#include "ct_keeper.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>


#define CT_CALISTS_ARENA (16 * 1024 * 1024)


struct ct_calists_s {
    ct_context_t *ctx;
    ct_arena_t   *arena; /* of the one in force */
    ct_keeper_t   keeper;
    bool          changed;
};


static void ct_calists_begin(ct_calists_t *lists);
static bool ct_calists_take(void *ctx, ct_bytes_t csv, bool copy, char *why);
static const char *ct_calists_refuse(const ct_context_t *ctx,
    const ct_calist_t *list);
static void ct_calists_install(ct_calists_t *lists, ct_arena_t *arena,
    ct_calist_t *list);


ct_calists_t *
ct_calists_create(ct_context_t *ctx)
{
    ct_calists_t *lists;

    lists = calloc(1, sizeof(ct_calists_t));

    if (lists == NULL) {
        return NULL;
    }

    lists->ctx = ctx;
    ctx->status.calist_checked_ms = 0;
    ctx->status.calist_rows = 0;
    ctx->status.calist[0] = '\0';
    ctx->status.calist_error[0] = '\0';

    if (ctx->config->calist != NULL) {
        ct_calists_begin(lists);
    }

    return lists;
}


static void
ct_calists_begin(ct_calists_t *lists)
{
    ct_kept_t     kept;
    ct_context_t *ctx;

    ctx = lists->ctx;

    memset(&kept, 0, sizeof(kept));
    kept.name = "CA list";
    kept.suffix = ".calist";
    kept.limit = CT_LIMIT_CA_LIST;
    kept.place = ctx->config->calist;
    kept.error = ctx->status.calist_error;
    kept.checked_ms = &ctx->status.calist_checked_ms;
    kept.ctx = lists;
    kept.take = ct_calists_take;

    ct_keeper_begin(&lists->keeper, ctx, &kept);
}


void
ct_calists_destroy(ct_calists_t *lists)
{
    if (lists == NULL) {
        return;
    }

    lists->ctx->calist = NULL;
    ct_arena_destroy(lists->arena);
    ct_keeper_end(&lists->keeper);
    free(lists);
}


bool
ct_calists_settled(const ct_calists_t *lists)
{
    return lists->ctx->config->calist == NULL || lists->ctx->calist != NULL
           || lists->ctx->status.calist_error[0] != '\0';
}


int64_t
ct_calists_turn(ct_calists_t *lists, bool *changed)
{
    int64_t due;

    *changed = false;

    if (lists->ctx->config->calist == NULL) {
        return INT64_MAX;
    }

    lists->changed = false;
    due = ct_keeper_turn(&lists->keeper);
    *changed = lists->changed;

    return due;
}


void
ct_calists_shift(ct_calists_t *lists, int64_t delta_ms)
{
    if (lists->ctx->config->calist != NULL) {
        ct_keeper_shift(&lists->keeper, delta_ms);
    }
}


static bool
ct_calists_take(void *data, ct_bytes_t csv, bool copy, char *why)
{
    const char   *no;
    ct_arena_t   *arena;
    ct_calist_t  *list;
    ct_calists_t *lists;

    lists = data;
    arena = ct_arena_create(CT_CALISTS_ARENA);

    if (arena == NULL) {
        (void) snprintf(why, CT_LIMIT_ERROR, "%s", ct_strerror(CT_E_MEMORY));
        return false;
    }

    if (ct_calist_read(csv, arena, &list, why) != CT_OK) {
        ct_arena_destroy(arena);
        return false;
    }

    no = ct_calists_refuse(lists->ctx, list);

    if (no != NULL) {
        (void) snprintf(why, CT_LIMIT_ERROR, "%s", no);
        ct_arena_destroy(arena);
        return false;
    }

    ct_calists_install(lists, arena, list);

    if (!copy) {
        ct_lines_say(lists->ctx->lines, CT_LINE_NOTICE, "CA list: %s",
                     lists->ctx->status.calist);
    }

    return true;
}


static const char *
ct_calists_refuse(const ct_context_t *ctx, const ct_calist_t *list)
{
    return ctx->calist != NULL ? ct_calist_refuse_change(ctx->calist, list)
                               : NULL;
}


static void
ct_calists_install(ct_calists_t *lists, ct_arena_t *arena, ct_calist_t *list)
{
    char          more[64];
    size_t        n, owners;
    ct_context_t *ctx;

    ctx = lists->ctx;
    n = ct_calist_certificates(list);
    owners = ct_calist_owners(list);
    ctx->calist = list;
    ct_arena_destroy(lists->arena);
    lists->arena = arena;
    lists->changed = true;

    ct_anchors_teach(ctx->anchors, list);
    ctx->status.calist_rows = n;
    more[0] = '\0';

    if (ct_calist_bad(list) > 0) {
        (void) snprintf(more, sizeof(more), ", %zu rows could not be read",
                        ct_calist_bad(list));
    }

    (void) snprintf(ctx->status.calist, CT_LIMIT_ERROR,
                    "%zu certificate%s of %zu owner%s%s, from %s", n,
                    n == 1 ? "" : "s", owners, owners == 1 ? "" : "s", more,
                    ctx->config->calist);
}
