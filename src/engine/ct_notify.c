/*
 * ct_notify: see the header. The queue itself is in the store, so that it
 * survives; here is only who is being talked to.
 */

#include "ct_notify_part.h"
#include "ct_events.h"
#include "ct_outbox.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>


#define CT_NOTIFY_BUSY_MS 100 /* all connections are in use */

static int64_t ct_notify_channel(ct_notify_channel_t *channel);
static void ct_notify_unsaved(ct_notify_t *notify, const ct_group_t *group);
static void ct_notify_sent(ct_notify_channel_t *channel);
static void ct_notify_test_one(ct_notify_channel_t *channel,
    const ct_event_t *event);


ct_notify_t *
ct_notify_create(ct_context_t *ctx)
{
    size_t               i, row;
    ct_notify_t         *notify;
    ct_channel_record_t  record;
    const ct_channel_t  *config;
    ct_notify_channel_t *channel;

    notify = calloc(1, sizeof(ct_notify_t));

    if (notify == NULL) {
        return NULL;
    }

    notify->ctx = ctx;

    for (i = 0; i < ctx->config->nchannels && i < CT_LIMIT_CHANNELS; i++) {
        config = &ctx->config->channels[i];
        row = ct_outbox_row(ctx->outbox, i);

        if (!ct_store_row(ctx->store, CT_TABLE_CHANNEL, row, &record)) {
            continue;
        }

        channel = &notify->channels[notify->nchannels++];
        channel->notify = notify;
        channel->send.ctx = ctx;
        channel->send.channel = config;
        channel->send.arg = channel;
        channel->send.done = ct_notify_answered;

        /* without memory for it every line fails, and comes again */
        if (config->kind == CT_CHANNEL_LOG) {
            channel->send.log = ct_eventlog_create(config);
        }

        channel->test = channel->send;
        channel->test.done = ct_notify_tested;
        ct_receiver_init(&channel->receiver, config, row,
                         ct_send_most(config), ct_send_people(config));
        ct_receiver_recall(&channel->receiver, &record, ctx->now_ms);
    }

    ctx->alerts_due = true;

    return notify;
}


void
ct_notify_destroy(ct_notify_t *notify)
{
    size_t i;

    if (notify == NULL) {
        return;
    }

    for (i = 0; i < notify->nchannels; i++) {
        ct_group_free(&notify->channels[i].group);
        ct_eventlog_destroy(notify->channels[i].send.log);
    }

    free(notify);
}


/* What waits for company or for a digest keeps its length of time; what
 * waits after a failure need not. */
void
ct_notify_shift(ct_notify_t *notify, int64_t delta_ms)
{
    size_t              i;
    ct_alert_t          alert;
    ct_context_t       *ctx;
    ct_channel_record_t record;

    ctx = notify->ctx;

    for (i = 0; i < notify->nchannels; i++) {
        if (ct_store_row(ctx->store, CT_TABLE_CHANNEL,
                         notify->channels[i].receiver.row, &record))
        {
            ct_receiver_shift(&notify->channels[i].receiver, &record,
                              delta_ms);
            ct_store_set_row(ctx->store, CT_TABLE_CHANNEL,
                             notify->channels[i].receiver.row, &record);
        }
    }

    for (i = 0; i < ct_store_end_alert(ctx->store); i++) {
        if (ct_store_alert(ctx->store, i, &alert)) {
            alert.queued_ms += delta_ms;
            alert.due_ms = ctx->now_ms;
            ct_store_set_alert(ctx->store, i, &alert);
        }
    }

    ctx->alerts_due = true;
}


int64_t
ct_notify_turn(ct_notify_t *notify)
{
    size_t        i;
    int64_t       due;
    ct_context_t *ctx;

    ctx = notify->ctx;

    if (!ctx->alerts_due && notify->saved == ctx->saved
        && ctx->now_ms < notify->due_ms)
    {
        return notify->due_ms;
    }

    ctx->alerts_due = false;
    notify->saved = ctx->saved;
    notify->due_ms = INT64_MAX;

    for (i = 0; i < notify->nchannels; i++) {
        due = ct_notify_channel(&notify->channels[i]);
        notify->due_ms = due < notify->due_ms ? due : notify->due_ms;
    }

    return notify->due_ms;
}


static int64_t
ct_notify_channel(ct_notify_channel_t *channel)
{
    ct_rc_t       rc;
    int64_t       due;
    ct_outcome_t  outcome;
    ct_context_t *ctx;

    ctx = channel->notify->ctx;

    for ( ;; ) {
        due = ct_receiver_ready(&channel->receiver, ctx->now_ms);

        if (channel->busy
            || ct_outbox_held(ctx->outbox, channel->receiver.row) == 0)
        {
            return INT64_MAX;
        }

        if (due > ctx->now_ms) {
            return due;
        }

        due = ct_group_pick(ctx, &channel->receiver, &channel->group);

        if (due != 0) {
            return due;
        }

        ct_notify_unsaved(channel->notify, &channel->group);
        channel->busy = true;
        rc = ct_send_group(&channel->send, &channel->group);

        if (rc == CT_E_LIMIT || rc == CT_E_ABSENT) {
            channel->busy = false;
        }

        if (rc == CT_E_LIMIT) {
            return ctx->now_ms + CT_NOTIFY_BUSY_MS;
        }

        if (rc == CT_OK && channel->busy) {
            ct_notify_sent(channel);
        }

        if (rc != CT_OK && rc != CT_E_ABSENT) {
            memset(&outcome, 0, sizeof(outcome));
            outcome.error = "the message could not be written";
            ct_notify_answered(channel, &outcome);
        }
    }
}


static void
ct_notify_unsaved(ct_notify_t *notify, const ct_group_t *group)
{
    if (group->unsaved && !notify->unsaved) {
        ct_lines_say(notify->ctx->lines, CT_LINE_WARN,
                     "alerts are sent though the state file cannot be "
                     "written; after a crash they may come again");
    }

    notify->unsaved = group->unsaved;
}


/* Before its first byte goes out. The zone knows it from now on, and outlives
 * the engine; of what comes from the file ct_state thinks the worst. */
static void
ct_notify_sent(ct_notify_channel_t *channel)
{
    size_t        i;
    ct_alert_t    alert;
    ct_context_t *ctx;

    ctx = channel->notify->ctx;

    for (i = 0; i < channel->group.n; i++) {
        if (ct_notify_is_there(ctx, &channel->group.items[i], &alert)) {
            alert.heard |= CT_HEARD_SENT;
            ct_store_set_alert(ctx->store, channel->group.items[i].at,
                               &alert);
        }
    }
}


void
ct_notify_test(ct_notify_t *notify, ct_bytes_t who)
{
    char       text[CT_LIMIT_ERROR];
    size_t     i, n;
    ct_event_t event;

    n = who.len < CT_LIMIT_TEXT ? who.len : CT_LIMIT_TEXT - 1;
    (void) snprintf(text, sizeof(text), "a test, wanted by %.*s", (int) n,
                    n > 0 ? (const char *) who.data : "nobody");

    for (i = 0; text[i] != '\0'; i++) {
        text[i] = text[i] < 0x20 || text[i] > 0x7e ? '?' : text[i];
    }

    ct_events_say(notify->ctx, CT_EVENT_TEST, CT_EVENT_NO_LOG, NULL, text);

    if (!ct_store_event(notify->ctx->store,
                        ct_store_last_event(notify->ctx->store), &event))
    {
        return;
    }

    for (i = 0; i < notify->nchannels; i++) {
        ct_notify_test_one(&notify->channels[i], &event);
    }
}


/* One at a time, whoever pushes the button how often. */
static void
ct_notify_test_one(ct_notify_channel_t *channel, const ct_event_t *event)
{
    ct_rc_t      rc;
    ct_outcome_t outcome;

    if (channel->testing) {
        return;
    }

    channel->testing = true;
    channel->test_ms = channel->notify->ctx->now_ms;
    rc = ct_send_event(&channel->test, event);

    if (rc != CT_OK) {
        memset(&outcome, 0, sizeof(outcome));
        outcome.error = rc == CT_E_LIMIT
                        ? "all connections are in use, try again"
                        : "the message could not be written";
        ct_notify_tested(channel, &outcome);
    }
}
