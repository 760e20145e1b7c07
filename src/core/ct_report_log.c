/*
 * ct_report_log: logs as JSON: how far each is read, what is missing, and
 * why it is in the state that it is in.
 */

#include "ct_coverage.h"
#include "ct_report_part.h"


static void ct_report_log(ct_json_t *json, const ct_log_record_t *log,
    int64_t now_ms);
static void ct_report_state(ct_json_t *json, const ct_log_record_t *log,
    int64_t now_ms);
static void ct_report_position(ct_json_t *json, const ct_cursor_t *cursor);
static void ct_report_speed(ct_json_t *json, const ct_log_record_t *log);
static void ct_report_terms(ct_json_t *json, const ct_log_record_t *log);
static void ct_report_gaps(ct_json_t *json, const ct_log_record_t *log);
static void ct_report_lookback(ct_json_t *json,
    const ct_lookback_t *lookback);


ct_rc_t
ct_report_json_logs(const ct_report_t *report, ct_buf_t *out)
{
    size_t          i;
    ct_json_t       json;
    ct_log_record_t log;

    ct_json_start(&json, out);
    ct_json_object(&json, NULL);
    ct_json_array(&json, "logs");

    for (i = 0; i < ct_store_nlogs(report->store); i++) {
        if (ct_store_log(report->store, i, &log)) {
            ct_json_object(&json, NULL);
            ct_report_log(&json, &log, report->now_ms);
            ct_json_object_end(&json);
        }
    }

    ct_json_array_end(&json);
    ct_json_object_end(&json);

    return ct_report_done(out);
}


static void
ct_report_log(ct_json_t *json, const ct_log_record_t *log, int64_t now_ms)
{
    ct_json_hex(json, "id", log->id, CT_HASH_LEN);
    ct_json_string(json, "description", CT_SUMMARY_TEXT(log->description));
    ct_json_string(json, "operator", CT_SUMMARY_TEXT(log->operator_name));
    ct_json_str(json, "type",
                log->type == CT_LOG_STATIC ? "static" : "rfc6962");
    ct_json_string(json, "url", CT_SUMMARY_TEXT(log->url));
    ct_report_state(json, log, now_ms);
    ct_report_position(json, &log->cursor);
    ct_report_speed(json, log);
    ct_report_gaps(json, log);
    ct_report_lookback(json, &log->lookback);
    ct_report_terms(json, log);
    ct_json_u64(json, "entries", log->entries);
    ct_json_u64(json, "matches", log->matches);
    ct_json_u64(json, "malformed", log->malformed);
    ct_json_u64(json, "evidence", log->evidence);
}


static void
ct_report_state(ct_json_t *json, const ct_log_record_t *log, int64_t now_ms)
{
    uint8_t  room[CT_REPORT_SENTENCE];
    ct_buf_t reason;

    ct_buf_fixed(&reason, room, sizeof(room));
    ct_coverage_reason(&reason, log, now_ms);

    ct_json_str(json, "state", ct_summary_state_name(log->state));
    ct_json_time(json, "state_since", log->state_ms);
    ct_report_text(json, "reason", ct_report_written(&reason));
    ct_json_str(json, "listed", ct_log_state_name(log->listed));
    ct_report_text(json, "skipped", CT_SUMMARY_TEXT(log->skip));
    ct_json_time(json, "last_success", log->last_success_ms);
    ct_json_time(json, "last_error", log->last_error_ms);
    ct_json_time(json, "failing_since", log->failing_ms);
    ct_report_text(json, "error", CT_SUMMARY_TEXT(log->error));
}


static void
ct_report_position(ct_json_t *json, const ct_cursor_t *cursor)
{
    ct_json_u64(json, "tree_size", cursor->latest.size);
    ct_json_time(json, "tree_time", (int64_t) cursor->latest.timestamp_ms);
    ct_json_u64(json, "downloaded", cursor->downloaded.size);
    ct_json_u64(json, "verified", cursor->verified.size);
    ct_json_time(json, "verified_at", cursor->verified_ms);
    ct_json_time(json, "confirmed", (int64_t) cursor->confirmed_ms);
    ct_json_u64(json, "lag", ct_cursor_lag(cursor));

    if (cursor->phase == CT_CURSOR_WALK) {
        ct_json_u64(json, "start", cursor->start);
    } else {
        ct_json_null(json, "start");
    }

    ct_json_u64(json, "failures", cursor->fails);
    ct_json_time(json, "next_poll",
                 cursor->head_due_ms > cursor->not_before_ms
                 ? cursor->head_due_ms : cursor->not_before_ms);
}


/* Entries a second; with it how long it will take. */
static void
ct_report_speed(ct_json_t *json, const ct_log_record_t *log)
{
    uint64_t seconds;

    seconds = ct_coverage_seconds(log);
    ct_json_u64(json, "speed", log->speed);

    if (seconds != 0) {
        ct_json_u64(json, "seconds_to_go", seconds);
    } else {
        ct_json_null(json, "seconds_to_go");
    }
}


static void
ct_report_terms(ct_json_t *json, const ct_log_record_t *log)
{
    ct_json_time(json, "since", log->since_ms);
    ct_json_u64(json, "mmd", log->mmd_ms > 0
                             ? (uint64_t) log->mmd_ms / 1000 : 0);
    ct_json_time(json, "interval_end", log->end_ms);

    if (log->has_final) {
        ct_json_u64(json, "final_size", log->final_size);
    } else {
        ct_json_null(json, "final_size");
    }
}


static void
ct_report_gaps(ct_json_t *json, const ct_log_record_t *log)
{
    size_t          i;
    const ct_gap_t *gap;

    ct_json_array(json, "gaps");

    for (i = 0; i < CT_LIMIT_GAPS; i++) {
        gap = &log->gaps[i];

        if (gap->to <= gap->from) {
            continue;
        }

        ct_json_object(json, NULL);
        ct_json_u64(json, "from", gap->from);
        ct_json_u64(json, "to", gap->to);
        ct_json_str(json, "kind", gap->kind == CT_GAP_CONTRADICTED
                                  ? "contradicted" : "absent");
        ct_json_time(json, "since", gap->since_ms);
        ct_json_time(json, "next_try", gap->due_ms);
        ct_json_u64(json, "tries", gap->tries);
        ct_json_object_end(json);
    }

    ct_json_array_end(json);
}


/* For names that were added later. */
static void
ct_report_lookback(ct_json_t *json, const ct_lookback_t *lookback)
{
    if (lookback->to == 0) {
        ct_json_null(json, "lookback");
        return;
    }

    ct_json_object(json, "lookback");
    ct_json_u64(json, "from", lookback->from);
    ct_json_u64(json, "at", lookback->at);
    ct_json_u64(json, "to", lookback->to);
    ct_json_time(json, "since", lookback->since_ms);
    ct_json_object_end(json);
}
