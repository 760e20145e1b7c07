/*
 * ct_history: see the header.
 */

#include "ct_history.h"

#include <string.h>


#define CT_HISTORY_DAY ((int64_t) 24 * 60 * 60 * 1000)


static size_t ct_history_find(ct_context_t *ctx, const uint8_t *identity,
    ct_past_t *past);
static size_t ct_history_oldest(ct_context_t *ctx);


void
ct_history_seen(ct_context_t *ctx, size_t i)
{
    size_t             row, n;
    ct_past_t          was, is;
    const ct_served_t *served;

    n = ct_store_rows(ctx->store, CT_TABLE_PAST);
    served = &ctx->inventory->served[i];
    row = ct_history_find(ctx, served->identity, &was);

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
        row = row < n ? row : ct_history_oldest(ctx);
    }

    ct_store_set_row(ctx->store, CT_TABLE_PAST, row, &is);
    ct_context_changed(ctx);
}


/* The number of rows when there is none. */
static size_t
ct_history_find(ct_context_t *ctx, const uint8_t *identity, ct_past_t *past)
{
    size_t i, n;

    n = ct_store_rows(ctx->store, CT_TABLE_PAST);

    for (i = 0; i < n; i++) {
        if (ct_store_row(ctx->store, CT_TABLE_PAST, i, past)
            && memcmp(past->identity, identity, CT_HASH_LEN) == 0)
        {
            break;
        }
    }

    return i;
}


static size_t
ct_history_oldest(ct_context_t *ctx)
{
    size_t    i, n, oldest;
    int64_t   oldest_ms;
    ct_past_t past;

    n = ct_store_rows(ctx->store, CT_TABLE_PAST);
    oldest = n;
    oldest_ms = INT64_MAX;

    for (i = 0; i < n; i++) {
        if (ct_store_row(ctx->store, CT_TABLE_PAST, i, &past)
            && past.last_ms < oldest_ms)
        {
            oldest = i;
            oldest_ms = past.last_ms;
        }
    }

    return oldest;
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
