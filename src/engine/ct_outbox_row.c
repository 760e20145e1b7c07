/*
 * ct_outbox, rows: each receiver has one for as long as it is configured or
 * something waits for it, and with it a share of the places.
 */

#include "ct_outbox_part.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>


static void ct_outbox_read(ct_context_t *ctx);
static void ct_outbox_strangers(ct_context_t *ctx);
static uint64_t ct_outbox_owing(const ct_context_t *ctx, uint64_t which,
    bool forgive);
static void ct_outbox_park(ct_context_t *ctx);
static bool ct_outbox_parked(ct_context_t *ctx, size_t row, bool owed);
static void ct_outbox_configure(ct_context_t *ctx, size_t i);
static size_t ct_outbox_vacate(ct_context_t *ctx);
static void ct_outbox_drop(ct_context_t *ctx, size_t row);
static void ct_outbox_again(ct_context_t *ctx);


ct_outbox_t *
ct_outbox_create(ct_context_t *ctx)
{
    size_t i, used;

    ctx->outbox = calloc(1, sizeof(ct_outbox_t));

    if (ctx->outbox == NULL) {
        return NULL;
    }

    ctx->outbox->text = malloc(CT_LIMIT_FINDING_TEXT);

    if (ctx->outbox->text == NULL) {
        ct_outbox_destroy(ctx->outbox);
        ctx->outbox = NULL;
        return NULL;
    }

    ctx->outbox->nrows = ct_store_rows(ctx->store, CT_TABLE_CHANNEL);
    ct_outbox_read(ctx);
    ct_outbox_strangers(ctx);
    ct_outbox_park(ctx);

    for (i = 0; i < CT_LIMIT_CHANNELS; i++) {
        ctx->outbox->of[i] = ctx->outbox->nrows;

        if (i < ctx->config->nchannels) {
            ct_outbox_configure(ctx, i);
        }
    }

    used = 0;

    for (i = 0; i < ctx->outbox->nrows; i++) {
        used += ctx->outbox->rows[i].id != 0;
    }

    ctx->outbox->share = ct_store_max_alerts(ctx->store)
                         / (used > 0 ? used : 1);
    ct_outbox_again(ctx);
    ctx->outbox->behind = true;

    return ctx->outbox;
}


void
ct_outbox_destroy(ct_outbox_t *outbox)
{
    if (outbox != NULL) {
        free(outbox->text);
        free(outbox);
    }
}


static void
ct_outbox_read(ct_context_t *ctx)
{
    size_t              row;
    ct_channel_record_t record;

    for (row = 0; row < ctx->outbox->nrows; row++) {
        if (ct_store_row(ctx->store, CT_TABLE_CHANNEL, row, &record)) {
            ctx->outbox->rows[row].id = record.id;
        }
    }

    ct_outbox_census(ctx);
}


void
ct_outbox_census(ct_context_t *ctx)
{
    size_t       i, row;
    ct_alert_t   alert;
    ct_outbox_t *outbox;

    outbox = ctx->outbox;

    for (row = 0; row < outbox->nrows; row++) {
        outbox->rows[row].held = 0;
    }

    for (i = 0; i < ct_store_end_alert(ctx->store); i++) {
        if (!ct_store_alert(ctx->store, i, &alert)) {
            continue;
        }

        for (row = 0; row < outbox->nrows; row++) {
            outbox->rows[row].held += outbox->rows[row].id == alert.channel;
        }
    }
}


/* Alerts of receivers without a row: of a version that had no rows, or of a
 * larger zone. */
static void
ct_outbox_strangers(ct_context_t *ctx)
{
    size_t              i, row;
    ct_alert_t          alert;
    ct_channel_record_t record;

    for (i = 0; i < ct_store_end_alert(ctx->store); i++) {
        if (!ct_store_alert(ctx->store, i, &alert)
            || ct_store_channel(ctx->store, alert.channel)
               < ctx->outbox->nrows)
        {
            continue;
        }

        row = ct_store_free_row(ctx->store, CT_TABLE_CHANNEL);

        if (row == ctx->outbox->nrows) {
            ctx->status.alerts_dropped++;
            ct_outbox_remove(ctx, i);
            continue;
        }

        memset(&record, 0, sizeof(record));
        record.id = alert.channel;
        record.configured = 1;
        (void) snprintf(record.name, sizeof(record.name), "unknown");
        ct_store_set_row(ctx->store, CT_TABLE_CHANNEL, row, &record);
        ctx->outbox->rows[row].id = alert.channel;
    }

    ct_outbox_census(ctx);
}


/* Of these rows, those that findings owe something; with `forgive` they do
 * so no more. */
static uint64_t
ct_outbox_owing(const ct_context_t *ctx, uint64_t which, bool forgive)
{
    uint64_t     n, last, max, owing;
    ct_finding_t f;

    owing = 0;
    last = ct_store_last(ctx->store);
    max = ct_store_max_findings(ctx->store);

    for (n = last > max ? last - max + 1 : 1; n <= last; n++) {
        if (!ct_store_finding(ctx->store, n, &f, NULL)
            || !(f.owed & which))
        {
            continue;
        }

        owing |= f.owed & which;

        if (forgive) {
            f.owed &= ~which;
            ct_store_update(ctx->store, &f);
        }
    }

    return owing;
}


/* Rows of receivers that are configured no more stay while something waits,
 * but not for ever. */
static void
ct_outbox_park(ct_context_t *ctx)
{
    size_t   i, row;
    uint64_t owing;
    bool     known;

    owing = ct_outbox_owing(ctx, UINT64_MAX, false);

    for (row = 0; row < ctx->outbox->nrows; row++) {
        known = ctx->outbox->rows[row].id == 0;

        for (i = 0; i < ctx->config->nchannels && i < CT_LIMIT_CHANNELS; i++)
        {
            known |= ctx->config->channels[i].id
                     == ctx->outbox->rows[row].id;
        }

        if (!known && !ct_outbox_parked(ctx, row, owing >> row & 1)) {
            ct_outbox_drop(ctx, row);
        }
    }
}


/* False: its row is wanted no more. */
static bool
ct_outbox_parked(ct_context_t *ctx, size_t row, bool owed)
{
    ct_channel_record_t record;

    if ((ctx->outbox->rows[row].held == 0 && !owed)
        || !ct_store_row(ctx->store, CT_TABLE_CHANNEL, row, &record))
    {
        return false;
    }

    if (record.configured || record.parked_ms == 0) {
        record.configured = 0;
        record.parked_ms = ctx->now_ms;
        ct_store_set_row(ctx->store, CT_TABLE_CHANNEL, row, &record);
        ct_context_changed(ctx);
    }

    if (ctx->now_ms - record.parked_ms < CT_OUTBOX_PARK_MS) {
        return true;
    }

    ct_lines_say(ctx->lines, CT_LINE_WARN,
                 "alerts for \"%s\", which has not been configured for 30 "
                 "days, were dropped", record.name);

    return false;
}


static void
ct_outbox_configure(ct_context_t *ctx, size_t i)
{
    size_t              row;
    ct_channel_record_t record;
    const ct_channel_t *channel;

    channel = &ctx->config->channels[i];
    row = ct_store_channel(ctx->store, channel->id);

    if (row == ctx->outbox->nrows) {
        row = ct_outbox_vacate(ctx);
    }

    if (row == ctx->outbox->nrows) {
        ct_lines_say(ctx->lines, CT_LINE_ERROR,
                     "the zone \"%s\" is too small for so many receivers, "
                     "\"%s\" gets no alerts", ctx->config->zone,
                     channel->name);
        return;
    }

    if (!ct_store_row(ctx->store, CT_TABLE_CHANNEL, row, &record)) {
        memset(&record, 0, sizeof(record));
    }

    record.id = channel->id;
    record.kind = (uint8_t) channel->kind;
    record.configured = 1;
    record.parked_ms = 0;
    (void) snprintf(record.name, sizeof(record.name), "%s", channel->name);

    /* a new start is a new chance, unless the receiver itself said when */
    record.rest_ms = record.asked ? record.rest_ms : 0;

    ct_store_set_row(ctx->store, CT_TABLE_CHANNEL, row, &record);
    ct_context_changed(ctx);
    ctx->outbox->of[i] = row;
    ctx->outbox->rows[row].id = channel->id;
    ctx->outbox->rows[row].configured = true;
}


/* An empty row, or that of a receiver which has been away longest. */
static size_t
ct_outbox_vacate(ct_context_t *ctx)
{
    size_t              row, oldest;
    int64_t             since;
    ct_channel_record_t record;

    oldest = ct_store_free_row(ctx->store, CT_TABLE_CHANNEL);

    if (oldest < ctx->outbox->nrows) {
        return oldest;
    }

    since = INT64_MAX;

    for (row = 0; row < ctx->outbox->nrows; row++) {
        if (ct_store_row(ctx->store, CT_TABLE_CHANNEL, row, &record)
            && !record.configured && record.parked_ms < since)
        {
            since = record.parked_ms;
            oldest = row;
        }
    }

    if (oldest < ctx->outbox->nrows) {
        ct_outbox_drop(ctx, oldest);
    }

    return oldest;
}


/* The row, and all that waits for it. */
static void
ct_outbox_drop(ct_context_t *ctx, size_t row)
{
    size_t     i;
    ct_alert_t alert;

    for (i = 0; i < ct_store_end_alert(ctx->store); i++) {
        if (ct_store_alert(ctx->store, i, &alert)
            && alert.channel == ctx->outbox->rows[row].id)
        {
            ctx->status.alerts_dropped++;
            ct_outbox_remove(ctx, i);
        }
    }

    (void) ct_outbox_owing(ctx, (uint64_t) 1 << row, true);
    ct_store_set_row(ctx->store, CT_TABLE_CHANNEL, row, NULL);
    memset(&ctx->outbox->rows[row], 0, sizeof(ct_outbox_row_t));
    ct_context_changed(ctx);
}


/* What was given up gets another chance. What was on its way when the last
 * engine ended may have arrived: that was an attempt, and it comes again
 * with those that were on the way with it, before all others. What there are
 * too many of goes back to its findings. */
static void
ct_outbox_again(ct_context_t *ctx)
{
    size_t     i;
    ct_alert_t alert;

    for (i = 0; i < ct_store_end_alert(ctx->store); i++) {
        if (!ct_store_alert(ctx->store, i, &alert)
            || (alert.state != CT_ALERT_DEAD
                && !(alert.heard & CT_HEARD_SENT)))
        {
            continue;
        }

        alert.due_ms = alert.heard & CT_HEARD_SENT ? 0 : ctx->now_ms;

        if (alert.heard & CT_HEARD_SENT) {
            alert.heard = CT_HEARD_MAYBE;
            alert.attempts += alert.attempts == 0;
        }

        alert.state = CT_ALERT_WAITING;
        ct_store_set_alert(ctx->store, i, &alert);
        ct_context_changed(ctx);
    }

    for (i = 0; i < ctx->outbox->nrows; i++) {
        ct_outbox_trim(ctx, i);
    }
}


void
ct_outbox_evicted(ct_context_t *ctx)
{
    size_t row, before[CT_LIMIT_CHANNELS];

    memset(before, 0, sizeof(before));

    for (row = 0; row < ctx->outbox->nrows; row++) {
        before[row] = ctx->outbox->rows[row].held;
    }

    ct_outbox_census(ctx);

    for (row = 0; row < ctx->outbox->nrows; row++) {
        if (before[row] > ctx->outbox->rows[row].held) {
            ct_outbox_lost(ctx, row,
                           before[row] - ctx->outbox->rows[row].held);
        }
    }
}


void
ct_outbox_lost(ct_context_t *ctx, size_t row, size_t n)
{
    ct_channel_record_t record;

    ctx->status.alerts_dropped += n;

    if (ct_store_row(ctx->store, CT_TABLE_CHANNEL, row, &record)) {
        record.dropped += n;
        ct_store_set_row(ctx->store, CT_TABLE_CHANNEL, row, &record);
    }

    ct_context_changed(ctx);
}
