/*
 * ct_notify: see the header. The queue itself is in the store, so that it
 * survives; here is only who is being talked to.
 */

#include "ct_notify.h"
#include "ct_finding.h"
#include "ct_outbox.h"
#include "ct_report.h"

#include <stdlib.h>
#include <string.h>


#define CT_NOTIFY_WAIT_MIN 1000
#define CT_NOTIFY_WAIT_MAX (60 * 60 * 1000)
#define CT_NOTIFY_BODY     (1024 * 1024)

typedef struct {
    ct_notify_t *notify;
    const char  *url;
    uint64_t     id;
    bool         busy;
    size_t       alert;  /* in flight: its place */
    ct_alert_t   sent;   /* and what it was: an event may give way, and its
                            place be taken, before the answer comes */
    int64_t      rest_until_ms; /* after a failure, whatever is due */
    uint32_t     fails;
} ct_notify_channel_t;

struct ct_notify_s {
    ct_context_t       *ctx;
    ct_notify_channel_t channels[CT_LIMIT_WEBHOOKS];
    size_t              nchannels;
    int64_t             due_ms; /* nothing to do before, unless alerts_due */
};


static int64_t ct_notify_channel(ct_notify_channel_t *channel);
static bool ct_notify_send(ct_notify_channel_t *channel, ct_alert_t *alert);
static bool ct_notify_body(ct_context_t *ctx, const ct_alert_t *alert,
    ct_buf_t *body);
static void ct_notify_answered(void *ctx, ct_http_answer_t *answer);
static void ct_notify_failed(ct_notify_channel_t *channel, ct_alert_t *alert,
    const ct_http_answer_t *answer);
static void ct_notify_remove(ct_context_t *ctx, size_t i);
static int64_t ct_notify_wait(ct_context_t *ctx, uint32_t attempts);


ct_notify_t *
ct_notify_create(ct_context_t *ctx)
{
    size_t       i;
    ct_notify_t *notify;

    notify = calloc(1, sizeof(ct_notify_t));

    if (notify == NULL) {
        return NULL;
    }

    notify->ctx = ctx;

    for (i = 0; i < ctx->config->nchannels && i < CT_LIMIT_WEBHOOKS; i++) {
        notify->channels[i].notify = notify;
        notify->channels[i].url = ctx->config->channels[i].url;
        notify->channels[i].id = ctx->config->channels[i].id;
        notify->nchannels++;
    }

    ctx->alerts_due = true;

    return notify;
}


void
ct_notify_destroy(ct_notify_t *notify)
{
    free(notify);
}


void
ct_notify_shift(ct_notify_t *notify)
{
    size_t     i, n;
    ct_alert_t alert;

    for (i = 0; i < notify->nchannels; i++) {
        notify->channels[i].rest_until_ms = 0;
    }

    n = ct_store_max_alerts(notify->ctx->store);

    for (i = 0; i < n; i++) {
        if (ct_store_alert(notify->ctx->store, i, &alert)) {
            alert.due_ms = notify->ctx->now_ms;
            ct_store_set_alert(notify->ctx->store, i, &alert);
        }
    }

    notify->ctx->alerts_due = true;
}


int64_t
ct_notify_turn(ct_notify_t *notify)
{
    size_t        i;
    int64_t       due;
    ct_context_t *ctx;

    ctx = notify->ctx;

    if (!ctx->alerts_due && ctx->now_ms < notify->due_ms) {
        return notify->due_ms;
    }

    ctx->alerts_due = false;
    notify->due_ms = INT64_MAX;

    for (i = 0; i < notify->nchannels; i++) {
        due = ct_notify_channel(&notify->channels[i]);
        notify->due_ms = due < notify->due_ms ? due : notify->due_ms;
    }

    return notify->due_ms;
}


/* The alert that has been due longest. */
static int64_t
ct_notify_channel(ct_notify_channel_t *channel)
{
    size_t        i, n, at;
    int64_t       due;
    ct_alert_t    alert, first;
    ct_context_t *ctx;

    ctx = channel->notify->ctx;

    if (channel->busy) {
        return INT64_MAX;
    }

    if (ctx->now_ms < channel->rest_until_ms) {
        return channel->rest_until_ms;
    }

    due = INT64_MAX;
    at = 0;
    n = ct_store_max_alerts(ctx->store);
    memset(&first, 0, sizeof(first));

    for (i = 0; i < n; i++) {
        if (ct_store_alert(ctx->store, i, &alert)
            && alert.channel == channel->id && alert.due_ms < due)
        {
            due = alert.due_ms;
            first = alert;
            at = i;
        }
    }

    if (due > ctx->now_ms) {
        return due;
    }

    channel->alert = at;
    channel->sent = first;

    return ct_notify_send(channel, &first) ? INT64_MAX : ctx->now_ms;
}


static bool
ct_notify_send(ct_notify_channel_t *channel, ct_alert_t *alert)
{
    ct_buf_t      body;
    ct_context_t *ctx;
    ct_http_ask_t ask;

    ctx = channel->notify->ctx;
    ct_arena_reset(ctx->scratch);
    ct_buf_init(&body, ctx->scratch, CT_NOTIFY_BODY);

    if (!ct_notify_body(ctx, alert, &body)) {
        ct_notify_remove(ctx, channel->alert);
        return false;
    }

    if (body.full) {
        ct_lines_say(ctx->lines, CT_LINE_ERROR,
                     "an alert was too large to be sent, it was dropped");
        ctx->status.alerts_failed++;
        ct_notify_remove(ctx, channel->alert);
        return false;
    }

    memset(&ask, 0, sizeof(ask));
    ask.url = channel->url;
    ask.post = body.data;
    ask.post_len = body.len;
    ask.limit = CT_LIMIT_WEBHOOK_ANSWER;
    ask.ctx = channel;
    ask.done = ct_notify_answered;

    channel->busy = ct_http_start(ctx->http, &ask) == CT_OK;

    if (!channel->busy) {
        channel->rest_until_ms = ctx->now_ms + CT_NOTIFY_WAIT_MIN / 10;
    }

    return true;
}


/* False when there is nothing to tell any more: a finding that became ours
 * in the meantime closes by itself. */
static bool
ct_notify_body(ct_context_t *ctx, const ct_alert_t *alert, ct_buf_t *body)
{
    ct_buf_t     text;
    ct_event_t   event;
    ct_finding_t finding;

    if (!ct_outbox_stands(ctx, alert)) {
        return false;
    }

    if (alert->event != 0) {
        if (!ct_store_event(ctx->store, alert->event, &event)) {
            return false;
        }

        (void) ct_report_event(body, ctx->store, ctx->config->zone, &event);

        return true;
    }

    ct_buf_init(&text, ctx->scratch, CT_LIMIT_FINDING_TEXT);

    if (!ct_store_finding(ctx->store, alert->finding, &finding, &text)) {
        return false;
    }

    (void) ct_report_alert(body, ctx->store, ctx->config->zone, &finding,
                           ct_buf_slice(&text), ctx->now_ms);

    return true;
}


static void
ct_notify_answered(void *arg, ct_http_answer_t *answer)
{
    ct_alert_t           alert;
    ct_context_t        *ctx;
    ct_notify_channel_t *channel;

    channel = arg;
    channel->busy = false;
    ctx = channel->notify->ctx;
    ctx->alerts_due = true;

    if (answer->rc == CT_E_STOPPED
        || !ct_store_alert(ctx->store, channel->alert, &alert)
        || alert.finding != channel->sent.finding
        || alert.event != channel->sent.event
        || alert.channel != channel->id)
    {
        return;
    }

    /* an answer that is too long is an answer all the same */
    if (answer->rc != CT_OK
        && !(answer->rc == CT_E_LIMIT && answer->status / 100 == 2))
    {
        ct_notify_failed(channel, &alert, answer);
        return;
    }

    if (channel->fails > 0) {
        ct_lines_say(ctx->lines, CT_LINE_NOTICE,
                     "webhook \"%s\" takes alerts again", channel->url);
    }

    channel->fails = 0;
    ctx->status.alerts_sent++;
    ct_notify_remove(ctx, channel->alert);
}


static void
ct_notify_failed(ct_notify_channel_t *channel, ct_alert_t *alert,
    const ct_http_answer_t *answer)
{
    ct_context_t *ctx;

    ctx = channel->notify->ctx;

    if (channel->fails++ == 0) {
        ct_lines_say(ctx->lines, CT_LINE_ERROR,
                     "webhook \"%s\" did not take an alert, it will be sent "
                     "again: %s", channel->url, answer->error);
    }

    channel->rest_until_ms = ctx->now_ms
                             + ct_notify_wait(ctx, channel->fails - 1);
    if (answer->retry_after_ms > 0
        && channel->rest_until_ms < ctx->now_ms + answer->retry_after_ms)
    {
        channel->rest_until_ms = ctx->now_ms
                                 + (answer->retry_after_ms
                                    < CT_NOTIFY_WAIT_MAX
                                    ? answer->retry_after_ms
                                    : CT_NOTIFY_WAIT_MAX);
    }

    alert->attempts++;
    alert->status = answer->status;
    alert->due_ms = ctx->now_ms + ct_notify_wait(ctx, alert->attempts - 1);

    if (alert->attempts < CT_LIMIT_ATTEMPTS) {
        ct_store_set_alert(ctx->store, channel->alert, alert);
        ct_context_changed(ctx);
        return;
    }

    ct_lines_say(ctx->lines, CT_LINE_ERROR,
                 "webhook \"%s\" did not take an alert in %u attempts, it was "
                 "given up", channel->url, alert->attempts);
    ctx->status.alerts_failed++;
    ct_notify_remove(ctx, channel->alert);
}


static void
ct_notify_remove(ct_context_t *ctx, size_t i)
{
    ct_outbox_remove(ctx, i);
    ctx->alerts_due = true;
}


static int64_t
ct_notify_wait(ct_context_t *ctx, uint32_t attempts)
{
    int64_t wait;

    wait = (int64_t) CT_NOTIFY_WAIT_MIN << (attempts < 12 ? attempts : 12);
    wait = wait < CT_NOTIFY_WAIT_MAX ? wait : CT_NOTIFY_WAIT_MAX;

    return wait / 2 + wait / 2 * ct_context_jitter(ctx) / 65536;
}
