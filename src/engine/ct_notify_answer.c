/*
 * ct_notify, answers: what was taken leaves the outbox, what was not comes
 * again later or is given up, and the receiver's row says how it fares.
 */

#include "ct_notify_part.h"
#include "ct_outbox.h"

#include <stdio.h>
#include <string.h>


static void ct_notify_taken(ct_notify_channel_t *channel,
    ct_channel_record_t *record, const ct_outcome_t *outcome);
static void ct_notify_failed(ct_notify_channel_t *channel,
    ct_channel_record_t *record, const ct_outcome_t *outcome);
static size_t ct_notify_again(ct_notify_channel_t *channel,
    const ct_outcome_t *outcome, uint16_t jitter);
static const char *ct_notify_kind(const ct_channel_t *channel);


void
ct_notify_answered(void *arg, const ct_outcome_t *outcome)
{
    ct_context_t        *ctx;
    ct_channel_record_t  record;
    ct_notify_channel_t *channel;

    channel = arg;
    ctx = channel->notify->ctx;
    channel->busy = false;
    ctx->alerts_due = true;

    if (!ct_store_row(ctx->store, CT_TABLE_CHANNEL, channel->receiver.row,
                      &record))
    {
        memset(&record, 0, sizeof(record));
    }

    if (ct_receiver_took(outcome->status)) {
        ct_notify_taken(channel, &record, outcome);
    } else {
        ct_notify_failed(channel, &record, outcome);
    }

    ct_store_set_row(ctx->store, CT_TABLE_CHANNEL, channel->receiver.row,
                     &record);
    ct_context_changed(ctx);
}


static void
ct_notify_taken(ct_notify_channel_t *channel, ct_channel_record_t *record,
    const ct_outcome_t *outcome)
{
    size_t        i;
    ct_alert_t    alert;
    ct_context_t *ctx;

    ctx = channel->notify->ctx;

    if (channel->receiver.fails > 0) {
        ct_lines_say(ctx->lines, CT_LINE_NOTICE, "%s \"%s\" takes alerts "
                     "again", ct_notify_kind(channel->receiver.channel),
                     channel->receiver.channel->name);
    }

    ct_receiver_success(&channel->receiver, record, channel->group.n,
                        ctx->now_ms);
    ctx->status.alerts_sent += channel->group.n;

    /* somebody does without: that is no success to be silent about */
    if (outcome->partly) {
        (void) snprintf(record->error, sizeof(record->error), "%s",
                        outcome->error);
        record->dead += channel->group.n;
        ctx->status.alerts_failed += channel->group.n;
    }

    for (i = 0; i < channel->group.n; i++) {
        if (ct_notify_is_there(ctx, &channel->group.items[i], &alert)) {
            ct_outbox_remove(ctx, channel->group.items[i].at);
        }
    }
}


static void
ct_notify_failed(ct_notify_channel_t *channel, ct_channel_record_t *record,
    const ct_outcome_t *outcome)
{
    size_t              dead;
    uint16_t            jitter;
    ct_context_t       *ctx;
    const ct_channel_t *config;

    ctx = channel->notify->ctx;
    config = channel->receiver.channel;
    jitter = ct_context_jitter(ctx);

    if (channel->receiver.fails == 0) {
        ct_lines_say(ctx->lines, CT_LINE_ERROR,
                     "%s \"%s\" did not take an alert, it will be sent "
                     "again: %s", ct_notify_kind(config), config->name,
                     outcome->error);
    }

    ct_receiver_failure(&channel->receiver, record, outcome,
                        channel->group.n, ctx->now_ms, jitter);
    dead = ct_notify_again(channel, outcome, jitter);

    if (dead > 0) {
        ct_lines_say(ctx->lines, CT_LINE_ERROR,
                     "%s \"%s\" did not take %zu alert%s, given up until the "
                     "next reload: %s", ct_notify_kind(config), config->name,
                     dead, dead == 1 ? "" : "s", outcome->error);
        ctx->status.alerts_failed += dead;
        record->dead += dead;
    }
}


/* All of a message with the same due time, so that they come again together;
 * how many do not. */
static size_t
ct_notify_again(ct_notify_channel_t *channel, const ct_outcome_t *outcome,
    uint16_t jitter)
{
    size_t        i, dead;
    ct_alert_t    alert;
    ct_context_t *ctx;

    ctx = channel->notify->ctx;
    dead = 0;

    for (i = 0; i < channel->group.n; i++) {
        if (!ct_notify_is_there(ctx, &channel->group.items[i], &alert)) {
            continue;
        }

        if (ct_receiver_gives_up(&channel->receiver, &alert, outcome,
                                 channel->group.n))
        {
            alert.state = CT_ALERT_DEAD;
            dead++;
        }

        alert.due_ms = ctx->now_ms + ct_receiver_wait(alert.attempts, jitter);
        ct_store_set_alert(ctx->store, channel->group.items[i].at, &alert);
    }

    return dead;
}


bool
ct_notify_is_there(const ct_context_t *ctx, const ct_picked_t *picked,
    ct_alert_t *alert)
{
    return ct_store_alert(ctx->store, picked->at, alert)
           && alert->finding == picked->alert.finding
           && alert->event == picked->alert.event
           && alert->channel == picked->alert.channel
           && alert->type == picked->alert.type;
}


static const char *
ct_notify_kind(const ct_channel_t *channel)
{
    switch (channel->kind) {
    case CT_CHANNEL_MAIL:
        return "mail";
    case CT_CHANNEL_LOG:
        return "event log";
    default:
        return "webhook";
    }
}


void
ct_notify_tested(void *arg, const ct_outcome_t *outcome)
{
    ct_context_t        *ctx;
    ct_channel_record_t  record;
    ct_notify_channel_t *channel;

    channel = arg;
    ctx = channel->notify->ctx;
    channel->testing = false;

    if (!ct_store_row(ctx->store, CT_TABLE_CHANNEL, channel->receiver.row,
                      &record))
    {
        return;
    }

    ct_receiver_tested(&channel->receiver, &record, outcome,
                       ctx->now_ms - channel->test_ms, ctx->now_ms);
    ct_store_set_row(ctx->store, CT_TABLE_CHANNEL, channel->receiver.row,
                     &record);
    ct_lines_say(ctx->lines, record.test_ok ? CT_LINE_NOTICE : CT_LINE_ERROR,
                 "test of %s \"%s\": %s",
                 ct_notify_kind(channel->receiver.channel),
                 channel->receiver.channel->name, record.test_answer);
    ct_context_changed(ctx);
    ctx->alerts_due = true;
}
