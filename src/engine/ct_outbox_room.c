/*
 * ct_outbox, room: who gets a place. A row has at most its share, so there
 * is always one for everybody who is below his.
 */

#include "ct_outbox_part.h"

#include <string.h>


static bool ct_outbox_make_room(ct_context_t *ctx, size_t row,
    const ct_alert_t *alert);
static bool ct_outbox_informs(const ct_context_t *ctx,
    const ct_alert_t *alert);
static size_t ct_outbox_oldest(const ct_context_t *ctx, size_t row);
static size_t ct_outbox_spare(const ct_context_t *ctx, size_t row);


bool
ct_outbox_put(ct_context_t *ctx, size_t row, ct_alert_t *alert)
{
    ct_outbox_row_t *r;

    r = &ctx->outbox->rows[row];

    if (r->held >= ctx->outbox->share
        && !ct_outbox_make_room(ctx, row, alert))
    {
        return false;
    }

    alert->channel = r->id;
    alert->queued_ms = ctx->now_ms;
    alert->due_ms = ctx->now_ms;
    alert->version = ctx->version + 1;

    if (ct_store_queue(ctx->store, alert) != CT_OK) {
        return false;
    }

    r->held++;
    ctx->alerts_due = true;
    ctx->alerts_unsaved = true;
    ct_context_changed(ctx);

    return true;
}


/* A certificate can wait as what its finding owes. News displaces older
 * news; an alarm of coverage displaces, if it must, a certificate. */
static bool
ct_outbox_make_room(ct_context_t *ctx, size_t row, const ct_alert_t *alert)
{
    size_t     i, n;
    ct_event_t event;

    if (alert->event == 0 && alert->type != CT_ALERT_DIGEST) {
        return false;
    }

    n = ct_store_max_alerts(ctx->store);
    i = ct_outbox_oldest(ctx, row);

    if (i < n) {
        ct_outbox_remove(ctx, i);
        ct_outbox_lost(ctx, row, 1);
        return true;
    }

    if (alert->event == 0
        || !ct_store_event(ctx->store, alert->event, &event)
        || event.kind != CT_EVENT_COVERAGE_LOST)
    {
        return false;
    }

    i = ct_outbox_spare(ctx, row);

    if (i == n) {
        return false;
    }

    ct_outbox_take_back(ctx, row, i);

    return true;
}


/* What is nice to know and may be lost, unlike an alarm. */
static bool
ct_outbox_informs(const ct_context_t *ctx, const ct_alert_t *alert)
{
    ct_event_t event;

    if (alert->event == 0) {
        return alert->type == CT_ALERT_DIGEST;
    }

    return !ct_store_event(ctx->store, alert->event, &event)
           || event.kind != CT_EVENT_COVERAGE_LOST;
}


static size_t
ct_outbox_oldest(const ct_context_t *ctx, size_t row)
{
    size_t     i, oldest;
    int64_t    since;
    ct_alert_t alert;

    oldest = ct_store_max_alerts(ctx->store);
    since = INT64_MAX;

    for (i = 0; i < ct_store_end_alert(ctx->store); i++) {
        if (ct_store_alert(ctx->store, i, &alert)
            && alert.channel == ctx->outbox->rows[row].id
            && alert.queued_ms < since && ct_outbox_informs(ctx, &alert))
        {
            since = alert.queued_ms;
            oldest = i;
        }
    }

    return oldest;
}


/* A certificate's, best the one that was queued last. */
static size_t
ct_outbox_spare(const ct_context_t *ctx, size_t row)
{
    size_t     i, newest;
    int64_t    since;
    ct_alert_t alert;

    newest = ct_store_max_alerts(ctx->store);
    since = INT64_MIN;

    for (i = 0; i < ct_store_end_alert(ctx->store); i++) {
        if (ct_store_alert(ctx->store, i, &alert)
            && alert.channel == ctx->outbox->rows[row].id
            && alert.finding != 0 && alert.type != CT_ALERT_DIGEST
            && alert.queued_ms > since)
        {
            since = alert.queued_ms;
            newest = i;
        }
    }

    return newest;
}


void
ct_outbox_take_back(ct_context_t *ctx, size_t row, size_t i)
{
    ct_alert_t   alert;
    ct_finding_t f;

    if (!ct_store_alert(ctx->store, i, &alert)) {
        return;
    }

    if (ct_outbox_stands(ctx, &alert)
        && ct_store_finding(ctx->store, alert.finding, &f, NULL))
    {
        f.owed |= (uint64_t) 1 << row;
        ct_store_update(ctx->store, &f);
        ctx->outbox->behind = true;
    }

    ct_outbox_remove(ctx, i);
}


void
ct_outbox_trim(ct_context_t *ctx, size_t row)
{
    size_t i;

    while (ctx->outbox->rows[row].held > ctx->outbox->share) {
        i = ct_outbox_spare(ctx, row);

        if (i < ct_store_max_alerts(ctx->store)) {
            ct_outbox_take_back(ctx, row, i);
            continue;
        }

        i = ct_outbox_oldest(ctx, row);

        if (i == ct_store_max_alerts(ctx->store)) {
            return;
        }

        ct_outbox_remove(ctx, i);
        ct_outbox_lost(ctx, row, 1);
    }
}
