/*
 * ct_coverage: how logs stand; see the header for the rules.
 */

#include "ct_coverage.h"
#include "ct_page.h"
#include "ct_summary.h"

#include <string.h>


#define CT_GRADE_PATIENCE 10    /* intervals */
#define CT_GRADE_SHORTEST 10000 /* ms */


static bool ct_grade_head(const ct_cursor_t *cursor);
static int64_t ct_grade_age(uint64_t timestamp_ms, int64_t now_ms);
static bool ct_grade_final(const ct_log_record_t *log, int64_t now_ms,
    int64_t patience);
static int64_t ct_grade_mmd(const ct_log_record_t *log);
static void ct_reason_failing(ct_buf_t *out, const ct_log_record_t *log);
static void ct_reason_lagging(ct_buf_t *out, const ct_log_record_t *log,
    int64_t now_ms);
static void ct_reason_span(ct_buf_t *out, uint64_t seconds);


int64_t
ct_coverage_patience(int64_t interval_ms)
{
    int64_t patience;

    patience = interval_ms < INT64_MAX / CT_GRADE_PATIENCE
               ? interval_ms * CT_GRADE_PATIENCE : INT64_MAX;

    return patience > CT_GRADE_SHORTEST ? patience : CT_GRADE_SHORTEST;
}


ct_follow_e
ct_coverage_grade(const ct_log_record_t *log, int64_t now_ms,
    int64_t interval_ms)
{
    bool               still;
    int64_t            patience, late;
    const ct_cursor_t *c;

    c = &log->cursor;
    patience = ct_coverage_patience(interval_ms);

    if (log->accused) {
        return CT_FOLLOW_MISBEHAVING;
    }

    if (ct_grade_final(log, now_ms, patience)) {
        return CT_FOLLOW_FINAL;
    }

    if (log->failing_ms != 0 && now_ms - log->failing_ms > patience) {
        return log->limited ? CT_FOLLOW_LIMITED : CT_FOLLOW_UNREACHABLE;
    }

    if (!ct_grade_head(c)) {
        return CT_FOLLOW_STARTING;
    }

    late = ct_grade_mmd(log);
    late = patience < INT64_MAX - late ? late + patience : INT64_MAX;

    /* while it fails the patience above decides, and says why */
    still = log->failing_ms != 0 || ct_coverage_owes_nothing(log, now_ms);

    if (!still && log->listed != CT_LOG_READONLY
        && ct_grade_age(c->latest.timestamp_ms, now_ms) > late)
    {
        return CT_FOLLOW_LAGGING;
    }

    if (ct_cursor_done(c)) {
        return CT_FOLLOW_FOLLOWING;
    }

    return log->caught_up && !still
           && ct_grade_age(c->confirmed_ms, now_ms) > late
           ? CT_FOLLOW_LAGGING : CT_FOLLOW_CATCHING_UP;
}


static bool
ct_grade_head(const ct_cursor_t *cursor)
{
    return cursor->latest.timestamp_ms != 0 || cursor->latest.size != 0;
}


/* A signed time may be any number. */
static int64_t
ct_grade_age(uint64_t timestamp_ms, int64_t now_ms)
{
    if (now_ms < 0 || timestamp_ms >= (uint64_t) now_ms) {
        return 0;
    }

    return now_ms - (int64_t) timestamp_ms;
}


static int64_t
ct_grade_mmd(const ct_log_record_t *log)
{
    if (log->mmd_ms > 0) {
        return log->mmd_ms;
    }

    return log->type == CT_LOG_STATIC ? CT_LOG_MMD_STATIC
                                      : CT_LOG_MMD_RFC6962;
}


static bool
ct_grade_final(const ct_log_record_t *log, int64_t now_ms, int64_t patience)
{
    if (log->has_final && log->cursor.verified.size >= log->final_size) {
        return true;
    }

    if (!ct_coverage_owes_nothing(log, now_ms)) {
        return false;
    }

    if (ct_grade_head(&log->cursor) && ct_cursor_done(&log->cursor)) {
        return true;
    }

    return log->failing_ms != 0
           && (now_ms - log->failing_ms > patience
               || (log->end_ms != 0 && log->end_ms <= now_ms));
}


bool
ct_coverage_owes_nothing(const ct_log_record_t *log, int64_t now_ms)
{
    return log->listed == CT_LOG_RETIRED
           || (log->end_ms != 0 && log->end_ms <= now_ms);
}


uint64_t
ct_coverage_seconds(const ct_log_record_t *log)
{
    uint64_t lag;

    lag = ct_cursor_lag(&log->cursor);

    if (log->speed == 0 || lag == 0) {
        return 0;
    }

    return lag / log->speed + (lag % log->speed != 0);
}


void
ct_coverage_progress(ct_buf_t *out, uint64_t entries, uint64_t seconds)
{
    if (entries == 0) {
        return;
    }

    ct_summary_count(out, entries, "entry", "entries");
    ct_buf_puts(out, " to go");

    if (seconds != 0) {
        ct_buf_puts(out, ", about ");
        ct_reason_span(out, seconds);
    }
}


/* One unit, rounded down: "3 hours". */
static void
ct_reason_span(ct_buf_t *out, uint64_t seconds)
{
    size_t i;

    static const struct {
        uint64_t    unit;
        const char *one;
        const char *many;
    } units[] = {
        {86400, "day", "days"},
        {3600, "hour", "hours"},
        {60, "minute", "minutes"},
        {1, "second", "seconds"}
    };

    for (i = 0; i < 3 && seconds < units[i].unit; i++) {
        /* the last one is below them all */
    }

    ct_summary_count(out, seconds / units[i].unit, units[i].one,
                     units[i].many);
}


void
ct_coverage_gap(ct_buf_t *out, const ct_gap_t *gap)
{
    ct_summary_count(out, gap->to - gap->from, "entry", "entries");
    ct_buf_puts(out, " from ");
    ct_page_grouped(out, gap->from);
    ct_buf_puts(out, gap->to - gap->from == 1 ? " on is" : " on are");
    ct_buf_puts(out, gap->kind == CT_GAP_CONTRADICTED
                     ? " not verified, the log gives others than it signed"
                     : " missing, the log does not give them");
}


void
ct_coverage_reason(ct_buf_t *out, const ct_log_record_t *log, int64_t now_ms)
{
    switch (log->state) {

    case CT_FOLLOW_STARTING:
        ct_buf_puts(out, "no tree head has come yet");
        return;

    case CT_FOLLOW_CATCHING_UP:
        ct_coverage_progress(out, ct_cursor_lag(&log->cursor),
                             ct_coverage_seconds(log));
        return;

    case CT_FOLLOW_LAGGING:
        ct_reason_lagging(out, log, now_ms);
        return;

    case CT_FOLLOW_UNREACHABLE:
    case CT_FOLLOW_LIMITED:
        ct_reason_failing(out, log);
        return;

    case CT_FOLLOW_MISBEHAVING:
        if (log->error[0] != '\0') {
            ct_buf_bytes(out, CT_SUMMARY_TEXT(log->error));
            return;
        }
        ct_buf_puts(out, "what it serves contradicts what it signed");
        return;

    case CT_FOLLOW_FINAL:
        ct_buf_puts(out, log->failing_ms != 0
                         ? "nothing more is expected of it, and it does not "
                           "answer"
                         : "it is read to its end and grows no more");
        return;

    case CT_FOLLOW_SKIPPED:
        ct_buf_bytes(out, CT_SUMMARY_TEXT(log->skip));
        return;

    case CT_FOLLOW_UNLISTED:
        ct_buf_puts(out, "it is not configured any more");
        return;

    default:
        return;
    }
}


static void
ct_reason_failing(ct_buf_t *out, const ct_log_record_t *log)
{
    ct_buf_puts(out, log->state == CT_FOLLOW_LIMITED
                     ? "it has refused requests since "
                     : "there has been no good answer since ");
    ct_page_date(out, log->failing_ms, true);

    if (log->error[0] != '\0') {
        ct_buf_puts(out, ": ");
        ct_buf_bytes(out, CT_SUMMARY_TEXT(log->error));
    }
}


static void
ct_reason_lagging(ct_buf_t *out, const ct_log_record_t *log, int64_t now_ms)
{
    int64_t            age;
    const ct_cursor_t *c;

    c = &log->cursor;

    if (ct_cursor_done(c) || c->confirmed_ms == 0
        || c->confirmed_ms >= c->latest.timestamp_ms)
    {
        age = ct_grade_age(c->latest.timestamp_ms, now_ms);
        ct_buf_puts(out, "its newest tree head is ");

    } else {
        age = ct_grade_age(c->confirmed_ms, now_ms);
        ct_buf_puts(out, "the last tree head that was verified is ");
    }

    ct_reason_span(out, (uint64_t) age / 1000);
    ct_buf_puts(out, " old");
}
