/*
 * ct_events: see the header.
 */

#include "ct_events.h"
#include "ct_outbox.h"
#include "ct_report.h"

#include <stdio.h>
#include <string.h>


static void ct_events_line(ct_context_t *ctx, const ct_event_t *event);
static ct_level_e ct_events_level(uint32_t kind);


void
ct_events_say(ct_context_t *ctx, ct_event_e kind, uint32_t log,
    const uint8_t *evidence, const char *text)
{
    ct_event_t event;

    memset(&event, 0, sizeof(event));
    event.time_ms = ctx->now_ms;
    event.kind = (uint32_t) kind;
    event.log = log;
    (void) snprintf(event.text, sizeof(event.text), "%s", text);

    if (evidence != NULL) {
        memcpy(event.evidence, evidence, CT_HASH_LEN);
    }

    if (ct_store_add_event(ctx->store, &event) > 0) {
        ct_outbox_evicted(ctx);
    }

    ct_outbox_event(ctx, &event);
    ct_events_line(ctx, &event);
    ct_context_changed(ctx);
}


static void
ct_events_line(ct_context_t *ctx, const ct_event_t *event)
{
    ct_lines_say(ctx->lines, ct_events_level(event->kind), "%s: %s",
                 ct_report_event_type(event->kind), event->text);
}


static ct_level_e
ct_events_level(uint32_t kind)
{
    switch (kind) {
    case CT_EVENT_LOG_MISBEHAVING:
    case CT_EVENT_COVERAGE_LOST:
        return CT_LINE_ERROR;
    case CT_EVENT_LOG_RECOVERED:
    case CT_EVENT_COVERAGE_RESTORED:
    case CT_EVENT_TEST:
        return CT_LINE_NOTICE;
    default:
        return CT_LINE_WARN;
    }
}
