/*
 * ct_report_rows_log: logs on the page - how far each is read, what is
 * missing and why - and what has happened to them.
 */

#include "ct_coverage.h"
#include "ct_html.h"
#include "ct_report_rows.h"


static void ct_row_log(ct_page_t *row, const ct_view_t *view,
    const ct_log_record_t *log);
static void ct_row_log_name(ct_page_t *row, const ct_log_record_t *log);
static void ct_row_lookback(ct_page_t *row, const ct_log_record_t *log);
static void ct_rows_gaps(ct_page_t *row, const void *data);
static bool ct_log_gappy(const ct_log_record_t *log);
static unsigned ct_log_percent(uint64_t start, uint64_t at, uint64_t end);
static const char *ct_log_mood(const ct_log_record_t *log);
static const char *ct_event_mood(const ct_event_t *event);


void
ct_rows_logs(ct_page_t *row, const void *data)
{
    size_t           i;
    ct_log_record_t  log;
    const ct_view_t *view;

    view = data;

    for (i = 0; i < ct_store_nlogs(view->report->store); i++) {
        if (ct_store_log(view->report->store, i, &log)
            && ct_summary_follows(&log))
        {
            ct_page_row(row, row);
            ct_row_log(row, view, &log);
        }
    }
}


static void
ct_row_log(ct_page_t *row, const ct_view_t *view, const ct_log_record_t *log)
{
    uint8_t            room[CT_REPORT_SENTENCE];
    int64_t            age;
    uint64_t           start;
    ct_buf_t           reason;
    const ct_cursor_t *cursor;

    cursor = &log->cursor;
    age = view->report->now_ms - log->last_success_ms;
    start = cursor->phase == CT_CURSOR_WALK ? cursor->start : 0;
    ct_buf_fixed(&reason, room, sizeof(room));
    ct_coverage_reason(&reason, log, view->report->now_ms);

    ct_row_log_name(row, log);
    ct_page_text(row, "reason", ct_report_written(&reason));
    ct_page_number(row, "bad", ct_summary_fails(log)
                               || log->state == CT_FOLLOW_LAGGING);
    ct_page_str(row, "state", ct_summary_state_name(log->state));
    ct_page_str(row, "mood", ct_log_mood(log));
    ct_page_number(row, "verified", cursor->verified.size);
    ct_page_number(row, "size", cursor->latest.size);
    ct_page_number(row, "partly", cursor->verified.size
                                  != cursor->latest.size);
    ct_page_number(row, "percent",
                   ct_log_percent(start, cursor->verified.size,
                                  cursor->latest.size));
    ct_page_number(row, "lag", ct_cursor_lag(cursor));
    ct_page_ms(row, CT_FIELD_STAMP, "success", log->last_success_ms);
    ct_page_ms(row, CT_FIELD_AGE, "success_age", age);
    ct_page_number(row, "gappy", ct_log_gappy(log));
    ct_page_rows(row, "gaps", ct_rows_gaps, log);
    ct_page_number(row, "evidence", log->evidence);
    ct_page_number(row, "many", log->evidence > 1);
    ct_row_lookback(row, log);

    ct_page_render(row, CT_BYTES(ct_html_log));
}


static void
ct_row_log_name(ct_page_t *row, const ct_log_record_t *log)
{
    ct_page_text(row, "description", CT_SUMMARY_TEXT(log->description));
    ct_page_text(row, "operator", CT_SUMMARY_TEXT(log->operator_name));
    ct_page_str(row, "type", log->type == CT_LOG_STATIC ? "static"
                                                        : "RFC 6962");
    ct_page_str(row, "listed", ct_log_state_name(log->listed));
    ct_page_text(row, "url", CT_SUMMARY_TEXT(log->url));
}


static void
ct_row_lookback(ct_page_t *row, const ct_log_record_t *log)
{
    const ct_lookback_t *back;

    back = &log->lookback;

    ct_page_number(row, "lookback", back->to != 0);
    ct_page_number(row, "lookback_percent",
                   ct_log_percent(back->from, back->at, back->to));
}


static void
ct_rows_gaps(ct_page_t *row, const void *data)
{
    size_t                 i;
    uint8_t                room[CT_REPORT_SENTENCE];
    ct_buf_t               text;
    const ct_gap_t        *gap;
    const ct_log_record_t *log;

    log = data;

    for (i = 0; i < CT_LIMIT_GAPS; i++) {
        gap = &log->gaps[i];

        if (gap->to <= gap->from) {
            continue;
        }

        ct_buf_fixed(&text, room, sizeof(room));
        ct_coverage_gap(&text, gap);

        ct_page_row(row, row);
        ct_page_text(row, "gap", ct_report_written(&text));
        ct_rows_moment(row, CT_FIELD_TIME, "since", "since_text",
                       gap->since_ms);
        ct_page_render(row, CT_BYTES(ct_html_gap));
    }
}


static bool
ct_log_gappy(const ct_log_record_t *log)
{
    size_t i;

    for (i = 0; i < CT_LIMIT_GAPS; i++) {
        if (log->gaps[i].to > log->gaps[i].from) {
            return true;
        }
    }

    return false;
}


/* Of the way from where we began: a log may be entered in its middle. */
static unsigned
ct_log_percent(uint64_t start, uint64_t at, uint64_t end)
{
    if (end <= start || at <= start) {
        return 0;
    }

    if (at >= end) {
        return 100;
    }

    return (unsigned) ((double) (at - start) * 100 / (double) (end - start));
}


static const char *
ct_log_mood(const ct_log_record_t *log)
{
    if (ct_summary_fails(log) || ct_log_gappy(log)
        || log->state == CT_FOLLOW_LAGGING)
    {
        return "bad";
    }

    return log->state == CT_FOLLOW_FOLLOWING
           || log->state == CT_FOLLOW_FINAL ? "good" : "busy";
}


void
ct_rows_idle(ct_page_t *row, const void *data)
{
    size_t           i;
    ct_bytes_t       why;
    ct_log_record_t  log;
    const ct_view_t *view;

    view = data;

    for (i = 0; i < ct_store_nlogs(view->report->store); i++) {
        if (!ct_store_log(view->report->store, i, &log)
            || ct_summary_follows(&log))
        {
            continue;
        }

        why = CT_SUMMARY_TEXT(log.skip);

        if (log.state != CT_FOLLOW_SKIPPED || why.len == 0) {
            why = ct_bytes_str(ct_summary_state_name(log.state));
        }

        ct_page_row(row, row);
        ct_row_log_name(row, &log);
        ct_page_text(row, "why", why);
        ct_page_render(row, CT_BYTES(ct_html_idle));
    }
}


/* The newest first. */
void
ct_rows_events(ct_page_t *row, const void *data)
{
    size_t           n, left;
    uint64_t         number;
    ct_event_t       event;
    const ct_view_t *view;

    view = data;
    number = ct_store_last_event(view->report->store);
    left = ct_store_max_events(view->report->store);
    n = 0;

    for (/* void */; number > 0 && left > 0 && n < CT_ROWS_EVENTS;
         number--, left--)
    {
        if (!ct_store_event(view->report->store, number, &event)) {
            continue;
        }

        ct_page_row(row, row);
        ct_page_text(row, "text", CT_SUMMARY_TEXT(event.text));
        ct_page_str(row, "type", ct_report_event_type(event.kind));
        ct_page_str(row, "mood", ct_event_mood(&event));
        ct_rows_moment(row, CT_FIELD_TIME, "time", "time_text",
                       event.time_ms);
        ct_page_render(row, CT_BYTES(ct_html_event));
        n++;
    }
}


static const char *
ct_event_mood(const ct_event_t *event)
{
    return event->kind == CT_EVENT_LOG_RECOVERED
           || event->kind == CT_EVENT_COVERAGE_RESTORED ? "good" : "bad";
}
