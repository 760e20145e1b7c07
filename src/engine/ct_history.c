/*
 * ct_history: see the header.
 */

#include "ct_history.h"

#include <string.h>


#define CT_HISTORY_DAY ((int64_t) 24 * 60 * 60 * 1000)


void
ct_history_seen(ct_context_t *ctx, size_t i)
{
    size_t             row, n;
    int64_t            last_ms;
    ct_past_t          is, was = {.last_ms = 0};
    const ct_served_t *served;

    n = ct_store_rows(ctx->store, CT_TABLE_PAST);
    served = &ctx->inventory->served[i];
    row = ct_store_past(ctx->store, served->identity, &was);

    if (row < n && was.source == (uint8_t) served->origin
        && ctx->now_ms - was.last_ms < CT_HISTORY_DAY
        && ctx->now_ms >= was.last_ms)
    {
        return;
    }

    ct_past_take(&is, served, ct_policy_served_owner(ctx->policy, i),
                 ct_policy_served_key(ctx->policy, i), ctx->now_ms);

    if (row < n) {
        is.first_ms = was.first_ms;
    } else {
        row = ct_store_free_row(ctx->store, CT_TABLE_PAST);
    }

    /* one that is served still does not give way: it would come back */
    if (row == n) {
        row = ct_store_past_oldest(ctx->store, &last_ms);

        if (ctx->now_ms - last_ms <= CT_HISTORY_DAY) {
            return;
        }
    }

    ct_store_set_row(ctx->store, CT_TABLE_PAST, row, &is);
    ct_context_changed(ctx);
}


void
ct_history_note(ct_context_t *ctx, const ct_served_t *served)
{
    size_t    row, n;
    ct_past_t past;

    n = ct_store_rows(ctx->store, CT_TABLE_PAST);
    row = ct_store_free_row(ctx->store, CT_TABLE_PAST);

    if (row < n && ct_store_past(ctx->store, served->identity, &past) == n) {
        ct_past_take(&past, served, "", NULL, ctx->now_ms);
        ct_store_set_row(ctx->store, CT_TABLE_PAST, row, &past);
        ct_context_changed(ctx);
    }
}


void
ct_history_sweep(ct_context_t *ctx)
{
    size_t    i, n;
    ct_past_t past;

    n = ct_store_rows(ctx->store, CT_TABLE_PAST);

    for (i = 0; i < n; i++) {
        if (ct_store_row(ctx->store, CT_TABLE_PAST, i, &past)
            && !ct_past_counts(&past, ctx->now_ms))
        {
            ct_store_set_row(ctx->store, CT_TABLE_PAST, i, NULL);
            ct_context_changed(ctx);
        }
    }
}
