/*
 * ct_report_event: what happened to logs and to the whole, as JSON, in the
 * API and in alerts.
 */

#include "ct_report_part.h"

#include <string.h>


static uint64_t ct_report_event_list(const ct_report_t *report,
    ct_json_t *json);
static void ct_report_event_head(ct_json_t *json, const ct_event_t *event);
static void ct_report_event_log(ct_json_t *json, const ct_store_t *store,
    const ct_event_t *event);


const char *
ct_report_event_type(uint32_t kind)
{
    switch (kind) {
    case CT_EVENT_LOG_MISBEHAVING:
        return "log.misbehaving";
    case CT_EVENT_LOG_UNREACHABLE:
        return "log.unreachable";
    case CT_EVENT_LOG_LAGGING:
        return "log.lagging";
    case CT_EVENT_LOG_RECOVERED:
        return "log.recovered";
    case CT_EVENT_COVERAGE_LOST:
        return "coverage.lost";
    case CT_EVENT_COVERAGE_RESTORED:
        return "coverage.restored";
    case CT_EVENT_LIST_STALE:
        return "list.stale";
    case CT_EVENT_ENGINE_RESTARTED:
        return "engine.restarted";
    case CT_EVENT_TEST:
        return "test";
    default:
        return "unknown";
    }
}


ct_rc_t
ct_report_json_events(const ct_report_t *report, ct_buf_t *out)
{
    uint8_t   token[32];
    uint64_t  next;
    ct_buf_t  word;
    ct_json_t json;

    ct_json_start(&json, out);
    ct_json_object(&json, NULL);
    ct_json_array(&json, "events");
    next = ct_report_event_list(report, &json);
    ct_json_array_end(&json);

    if (next != 0) {
        ct_buf_fixed(&word, token, sizeof(token));
        ct_report_token(&word, next);
        ct_json_string(&json, "next", ct_buf_slice(&word));

    } else {
        ct_json_null(&json, "next");
    }

    ct_json_object_end(&json);

    return ct_report_done(out);
}


/* One page, the newest first; the number of the last one when there are
 * more, else 0. */
static uint64_t
ct_report_event_list(const ct_report_t *report, ct_json_t *json)
{
    size_t     n, left;
    uint64_t   number, last;
    ct_event_t event;

    n = 0;
    last = 0;
    number = ct_store_last_event(report->store);
    left = ct_store_max_events(report->store);

    for (/* void */; number > 0 && left > 0; number--, left--) {
        if ((report->after != 0 && number >= report->after)
            || !ct_store_event(report->store, number, &event))
        {
            continue;
        }

        if (n == report->limit) {
            return last;
        }

        ct_json_object(json, NULL);
        ct_report_event_head(json, &event);
        ct_json_time(json, "time", event.time_ms);
        ct_report_event_rest(json, report->store, &event);
        ct_json_object_end(json);

        last = number;
        n++;
    }

    return 0;
}


/* Numbers begin anew with an empty zone, so the time is part of it. */
void
ct_report_event_id(ct_buf_t *out, const ct_event_t *event)
{
    ct_buf_puts(out, "event-");
    ct_buf_u64(out, event->number);
    ct_buf_putc(out, '-');
    ct_buf_u64(out, event->time_ms > 0 ? (uint64_t) event->time_ms : 0);
}


static void
ct_report_event_head(ct_json_t *json, const ct_event_t *event)
{
    uint8_t  room[64];
    ct_buf_t id;

    ct_buf_fixed(&id, room, sizeof(room));
    ct_report_event_id(&id, event);

    ct_json_string(json, "id", ct_buf_slice(&id));
    ct_json_str(json, "type", ct_report_event_type(event->kind));
}


static void
ct_report_event_log(ct_json_t *json, const ct_store_t *store,
    const ct_event_t *event)
{
    ct_log_record_t log;

    if (event->log == CT_EVENT_NO_LOG
        || !ct_store_log(store, event->log, &log))
    {
        ct_json_null(json, "log");
        return;
    }

    ct_json_object(json, "log");
    ct_json_hex(json, "id", log.id, CT_HASH_LEN);
    ct_json_string(json, "description", CT_SUMMARY_TEXT(log.description));
    ct_json_string(json, "operator", CT_SUMMARY_TEXT(log.operator_name));
    ct_json_string(json, "url", CT_SUMMARY_TEXT(log.url));
    ct_json_object_end(json);
}


void
ct_report_event_rest(ct_json_t *json, const ct_store_t *store,
    const ct_event_t *event)
{
    ct_report_event_log(json, store, event);
    ct_json_string(json, "text", CT_SUMMARY_TEXT(event->text));
    ct_report_hash(json, "evidence", event->evidence);
}


ct_rc_t
ct_report_event(ct_buf_t *out, const ct_store_t *store, const char *zone,
    const ct_event_t *event)
{
    ct_json_t json;

    ct_json_start(&json, out);
    ct_json_object(&json, NULL);
    ct_report_event_head(&json, event);
    ct_json_u64(&json, "version", CT_REPORT_VERSION);
    ct_json_time(&json, "time", event->time_ms);
    ct_json_str(&json, "zone", zone);
    ct_report_event_rest(&json, store, event);
    ct_json_object_end(&json);

    return ct_report_done(out);
}
