/*
 * ct_outbox: see the header.
 */

#include "ct_outbox_part.h"
#include "ct_finding.h"

#include <string.h>


#define CT_OUTBOX_OWNED (CT_ON_UNFAMILIAR | CT_ON_UNSERVED                    \
                         | CT_ON_UNPARSABLE | CT_ON_RESOLVED | CT_ON_DIGEST)


static bool ct_outbox_alarms(const ct_finding_t *f);
static uint64_t ct_outbox_wanted(const ct_context_t *ctx, uint32_t event,
    uint32_t owner);
static uint32_t ct_outbox_owner(const ct_context_t *ctx, uint64_t number);
static uint32_t ct_outbox_verdict(uint8_t verdict);
static uint32_t ct_outbox_kind(uint32_t kind);
static void ct_outbox_resolve(ct_context_t *ctx, ct_finding_t *f);
static uint64_t ct_outbox_unsay(ct_context_t *ctx, uint64_t number);
static void ct_outbox_alert(ct_alert_t *alert, const ct_finding_t *f);
static void ct_outbox_queue(ct_context_t *ctx, ct_finding_t *f);
static void ct_outbox_fill(ct_context_t *ctx, size_t row);


size_t
ct_outbox_row(const ct_outbox_t *outbox, size_t i)
{
    return i < CT_LIMIT_CHANNELS ? outbox->of[i] : outbox->nrows;
}


size_t
ct_outbox_held(const ct_outbox_t *outbox, size_t row)
{
    return row < outbox->nrows ? outbox->rows[row].held : 0;
}


void
ct_outbox_finding(ct_context_t *ctx, ct_finding_t *f, bool ready)
{
    if (!ct_outbox_alarms(f)) {
        if (f->flags & CT_FINDING_RESOLVED) {
            ct_outbox_resolve(ctx, f);

        } else if (!(f->flags & CT_FINDING_OVER)) {
            f->owed = 0;
        }

        return;
    }

    if (f->flags & CT_FINDING_ALERTED) {
        return;
    }

    if (f->flags & CT_FINDING_OVER) {
        f->flags &= ~(uint32_t) CT_FINDING_OVER;
        f->owed = 0;
    }

    f->owed |= ct_outbox_wanted(ctx, ct_outbox_verdict(f->verdict),
                                ct_outbox_owner(ctx, f->number));

    if (ready && f->owed != 0) {
        f->flags |= CT_FINDING_ALERTED;
        ct_outbox_queue(ctx, f);
    }
}


static bool
ct_outbox_alarms(const ct_finding_t *f)
{
    return ct_verdict_alarms(f->verdict)
           && !(f->flags & (CT_FINDING_BASELINE | CT_FINDING_ACKNOWLEDGED));
}


/* The rows of those who want to hear of it. `owner`: of a finding; what is
 * nobody's in particular is 0. A server's receivers hear of its findings
 * alone, but of logs and the like if they ask for it. */
static uint64_t
ct_outbox_wanted(const ct_context_t *ctx, uint32_t event, uint32_t owner)
{
    size_t              i, row;
    uint64_t            wanted;
    const ct_channel_t *channel;

    wanted = 0;

    for (i = 0; i < ctx->config->nchannels; i++) {
        channel = &ctx->config->channels[i];
        row = ct_outbox_row(ctx->outbox, i);

        if ((channel->events & event) && row < ctx->outbox->nrows
            && (channel->server == 0 || channel->server == owner
                || !(event & CT_OUTBOX_OWNED)))
        {
            wanted |= (uint64_t) 1 << row;
        }
    }

    return wanted;
}


static uint32_t
ct_outbox_owner(const ct_context_t *ctx, uint64_t number)
{
    size_t            i;
    ct_buf_t          text;
    ct_finding_t      f;
    ct_finding_text_t parts;

    for (i = 0; i < ctx->config->nchannels; i++) {
        if (ctx->config->channels[i].server != 0) {
            break;
        }
    }

    ct_buf_fixed(&text, ctx->outbox->text, CT_LIMIT_FINDING_TEXT);

    if (i == ctx->config->nchannels
        || !ct_store_finding(ctx->store, number, &f, &text)
        || !ct_finding_text_read(ct_buf_slice(&text), &parts))
    {
        return 0;
    }

    return ct_watch_owner(ctx->scan.watch, parts.matched);
}


static uint32_t
ct_outbox_verdict(uint8_t verdict)
{
    switch (verdict) {
    case CT_VERDICT_UNFAMILIAR:
        return CT_ON_UNFAMILIAR;
    case CT_VERDICT_UNSERVED:
        return CT_ON_UNSERVED;
    case CT_VERDICT_UNPARSABLE:
        return CT_ON_UNPARSABLE;
    default:
        return 0;
    }
}


static uint32_t
ct_outbox_kind(uint32_t kind)
{
    switch (kind) {
    case CT_EVENT_LOG_MISBEHAVING:
    case CT_EVENT_LOG_UNREACHABLE:
    case CT_EVENT_LOG_LAGGING:
    case CT_EVENT_LOG_RECOVERED:
        return CT_ON_LOG;
    case CT_EVENT_COVERAGE_LOST:
    case CT_EVENT_COVERAGE_RESTORED:
        return CT_ON_COVERAGE;
    case CT_EVENT_LIST_STALE:
        return CT_ON_LIST;
    case CT_EVENT_ENGINE_RESTARTED:
        return CT_ON_ENGINE;
    default:
        return 0;
    }
}


static void
ct_outbox_resolve(ct_context_t *ctx, ct_finding_t *f)
{
    uint64_t unheard;

    unheard = f->owed | ct_outbox_unsay(ctx, f->number);
    f->owed = ct_outbox_wanted(ctx, CT_ON_RESOLVED,
                               ct_outbox_owner(ctx, f->number))
              & ~unheard;
    f->flags &= ~(uint32_t) CT_FINDING_RESOLVED;
    f->flags |= CT_FINDING_OVER;

    if (f->owed != 0) {
        ct_outbox_queue(ctx, f);
    }
}


/* What nobody can have heard of needs no second word. Rows of such. */
static uint64_t
ct_outbox_unsay(ct_context_t *ctx, uint64_t number)
{
    size_t     i, row;
    uint64_t   unheard;
    ct_alert_t alert;

    unheard = 0;

    for (i = 0; i < ct_store_end_alert(ctx->store); i++) {
        if (!ct_store_alert(ctx->store, i, &alert)
            || alert.finding != number || alert.type != CT_ALERT_FIRST)
        {
            continue;
        }

        row = ct_store_channel(ctx->store, alert.channel);

        if (alert.heard == 0 && row < ctx->outbox->nrows) {
            unheard |= (uint64_t) 1 << row;
        }

        ct_outbox_remove(ctx, i);
    }

    return unheard;
}


static void
ct_outbox_alert(ct_alert_t *alert, const ct_finding_t *f)
{
    memset(alert, 0, sizeof(*alert));
    alert->finding = f->number;
    alert->type = f->flags & CT_FINDING_OVER ? CT_ALERT_RESOLVED
                                             : CT_ALERT_FIRST;
}


/* As many of those it is owed to as have a place. */
static void
ct_outbox_queue(ct_context_t *ctx, ct_finding_t *f)
{
    size_t     row;
    ct_alert_t alert;

    for (row = 0; row < ctx->outbox->nrows; row++) {
        if (!(f->owed >> row & 1)) {
            continue;
        }

        ct_outbox_alert(&alert, f);

        if (ct_outbox_put(ctx, row, &alert)) {
            f->owed &= ~((uint64_t) 1 << row);
        }
    }

    ctx->outbox->behind |= f->owed != 0;
    ct_context_changed(ctx);
}


void
ct_outbox_silent(ct_context_t *ctx, const ct_finding_t *f)
{
    size_t     row;
    uint64_t   wanted;
    ct_alert_t alert;

    wanted = ct_outbox_wanted(ctx, CT_ON_DIGEST,
                              ct_outbox_owner(ctx, f->number));

    for (row = 0; row < ctx->outbox->nrows; row++) {
        if (!(wanted >> row & 1)) {
            continue;
        }

        memset(&alert, 0, sizeof(alert));
        alert.finding = f->number;
        alert.type = CT_ALERT_DIGEST;

        if (!ct_outbox_put(ctx, row, &alert)) {
            ct_outbox_lost(ctx, row, 1);
        }
    }
}


void
ct_outbox_event(ct_context_t *ctx, const ct_event_t *event)
{
    size_t     row;
    uint64_t   wanted;
    ct_alert_t alert;

    wanted = ct_outbox_wanted(ctx, ct_outbox_kind(event->kind), 0);

    for (row = 0; row < ctx->outbox->nrows; row++) {
        if (!(wanted >> row & 1)) {
            continue;
        }

        memset(&alert, 0, sizeof(alert));
        alert.event = event->number;

        if (!ct_outbox_put(ctx, row, &alert)) {
            ct_outbox_lost(ctx, row, 1);
        }
    }
}


/* A finding that has become ours in the meantime closes by itself. */
bool
ct_outbox_stands(const ct_context_t *ctx, const ct_alert_t *alert)
{
    ct_event_t   event;
    ct_finding_t f;

    if (alert->event != 0) {
        return ct_store_event(ctx->store, alert->event, &event);
    }

    if (!ct_store_finding(ctx->store, alert->finding, &f, NULL)) {
        return false;
    }

    return (alert->type == CT_ALERT_FIRST) == ct_outbox_alarms(&f);
}


void
ct_outbox_remove(ct_context_t *ctx, size_t i)
{
    size_t     row;
    ct_alert_t alert, none;

    if (!ct_store_alert(ctx->store, i, &alert)) {
        return;
    }

    memset(&none, 0, sizeof(none));
    ct_store_set_alert(ctx->store, i, &none);
    ct_context_changed(ctx);

    for (row = 0; row < ctx->outbox->nrows; row++) {
        if (ctx->outbox->rows[row].id == alert.channel
            && ctx->outbox->rows[row].held > 0)
        {
            ctx->outbox->rows[row].held--;
        }
    }
}


int64_t
ct_outbox_turn(ct_context_t *ctx)
{
    size_t       row;
    ct_outbox_t *outbox;

    outbox = ctx->outbox;

    if (!outbox->behind) {
        return INT64_MAX;
    }

    if (ctx->now_ms < outbox->fill_ms
        && outbox->fill_ms - ctx->now_ms <= CT_OUTBOX_FILL_MS)
    {
        return outbox->fill_ms;
    }

    outbox->fill_ms = ctx->now_ms + CT_OUTBOX_FILL_MS;
    outbox->behind = false;
    ct_outbox_census(ctx);

    for (row = 0; row < outbox->nrows; row++) {
        if (outbox->rows[row].configured) {
            ct_outbox_fill(ctx, row);
        }
    }

    return outbox->behind ? outbox->fill_ms : INT64_MAX;
}


/* The oldest first. An alarm that is not ready waits for its judge. */
static void
ct_outbox_fill(ct_context_t *ctx, size_t row)
{
    size_t       i, n;
    uint64_t     numbers[64], after;
    ct_alert_t   alert;
    ct_finding_t f;

    after = 0;

    do {
        n = ct_store_owed(ctx->store, row, after, numbers, 64);

        for (i = 0; i < n; i++) {
            after = numbers[i];

            if (!ct_store_finding(ctx->store, after, &f, NULL)
                || !(f.flags & CT_FINDING_ALERTED))
            {
                continue;
            }

            ct_outbox_alert(&alert, &f);

            if (ct_outbox_stands(ctx, &alert)
                && !ct_outbox_put(ctx, row, &alert)) {
                ctx->outbox->behind = true;
                return;
            }

            f.owed &= ~((uint64_t) 1 << row);
            ct_store_update(ctx->store, &f);
            ct_context_changed(ctx);
        }
    } while (n == 64);
}
