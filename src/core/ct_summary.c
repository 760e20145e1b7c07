/*
 * ct_summary: one walk over the store, then sentences. What cannot be read
 * (a record whose writer died in it) is left out; a status that cannot be
 * read counts as an engine that does not run.
 */

#include "ct_ack.h"
#include "ct_page.h"
#include "ct_summary.h"

#include <string.h>

#define CT_SUMMARY_NAMES 3 /* logs named in a sentence */

typedef bool (*ct_summary_log_pt)(const ct_log_record_t *log);


static bool ct_summary_alive(const ct_status_t *status, int64_t now_ms);
static void ct_summary_findings(ct_summary_t *summary,
    const ct_store_t *store);
static void ct_summary_silenced(ct_summary_t *summary,
    const ct_finding_t *finding);
static void ct_summary_logs(ct_summary_t *summary, const ct_store_t *store);
static size_t ct_summary_gaps(const ct_log_record_t *log);
static bool ct_summary_lags(const ct_log_record_t *log);
static void ct_summary_trouble(ct_buf_t *out, size_t n, size_t followed);
static void ct_summary_names(const ct_store_t *store, ct_buf_t *out,
    ct_summary_log_pt is);
static void ct_summary_progress(const ct_summary_t *summary, ct_buf_t *out);


void
ct_summary_take(ct_summary_t *summary, const ct_report_t *report)
{
    memset(summary, 0, sizeof(ct_summary_t));

    summary->started = true;

    if (ct_store_status(report->store, &summary->status)) {
        summary->started = summary->status.started_ms != 0;
        summary->alive = ct_summary_alive(&summary->status, report->now_ms);
    }

    ct_summary_receivers(summary, report->store);
    ct_summary_findings(summary, report->store);
    ct_summary_logs(summary, report->store);
    ct_summary_alerts(summary, report->store);

    ct_store_usage(report->store, &summary->used_findings,
                   &summary->used_blocks, &summary->max_blocks);
    ct_ack_usage(report->store, &summary->used_acks, &summary->max_acks);
}


/* A heartbeat from the future is as old: the clock was set back, and no
 * engine has corrected it since. */
static bool
ct_summary_alive(const ct_status_t *status, int64_t now_ms)
{
    int64_t age, most;

    if (status->started_ms == 0 || status->heartbeat_ms <= 0) {
        return false;
    }

    age = now_ms - status->heartbeat_ms;
    age = age < 0 ? -age : age;
    most = status->running ? CT_SUMMARY_ALIVE_MS : CT_SUMMARY_HANDOVER_MS;

    return age < most;
}


static void
ct_summary_findings(ct_summary_t *summary, const ct_store_t *store)
{
    ct_walk_t    walk;
    ct_finding_t finding;

    ct_walk_start(&walk, store);

    while (ct_walk_next(&walk, &finding, NULL)) {
        summary->findings++;

        if (finding.verdict < CT_SUMMARY_VERDICTS) {
            summary->verdicts[finding.verdict]++;
        }

        if (ct_finding_alarms(&finding)) {
            summary->alarming++;
            summary->copies += finding.reason == CT_REASON_IMPOSTOR;
        } else {
            ct_summary_silenced(summary, &finding);
        }

        if (finding.flags & CT_FINDING_UNVERIFIED) {
            summary->unverified++;
        }

        ct_summary_owed(summary, &finding);
    }
}


/* Its verdict alone would wake somebody up. */
static void
ct_summary_silenced(ct_summary_t *summary, const ct_finding_t *finding)
{
    if (!ct_verdict_alarms((ct_verdict_e) finding->verdict)) {
        return;
    }

    if (finding->flags & CT_FINDING_ACKNOWLEDGED) {
        summary->acknowledged++;
    } else {
        summary->baseline++;
    }
}


static void
ct_summary_logs(ct_summary_t *summary, const ct_store_t *store)
{
    size_t          i;
    ct_log_record_t log;

    for (i = 0; i < ct_store_nlogs(store); i++) {
        if (!ct_store_log(store, i, &log)) {
            continue;
        }

        summary->logs++;

        if (log.state < CT_SUMMARY_STATES) {
            summary->states[log.state]++;
        }

        if (ct_summary_follows(&log)) {
            summary->followed++;
            summary->failing += ct_summary_fails(&log) ? 1 : 0;
            summary->gaps += ct_summary_gaps(&log);
            summary->behind += log.state != CT_FOLLOW_FINAL
                               ? ct_cursor_lag(&log.cursor) : 0;
        }
    }
}


static size_t
ct_summary_gaps(const ct_log_record_t *log)
{
    size_t i, n;

    n = 0;

    for (i = 0; i < CT_LIMIT_GAPS; i++) {
        n += log->gaps[i].to != 0;
    }

    return n;
}


ct_summary_level_e
ct_summary_level(const ct_summary_t *summary)
{
    if (summary->alarming != 0
        || summary->states[CT_FOLLOW_MISBEHAVING] != 0
        || summary->status.coverage == CT_COVERAGE_LOST
        || (summary->started && !summary->alive))
    {
        return CT_SUMMARY_PROBLEM;
    }

    if (!summary->started
        || summary->followed == 0
        || summary->failing != 0
        || summary->states[CT_FOLLOW_LAGGING] != 0
        || summary->gaps != 0
        || summary->status.list_stale
        || summary->status.list_error[0] != '\0'
        || summary->status.calist_error[0] != '\0'
        || summary->status.dropped != 0
        || summary->deaf != 0
        || summary->dead != 0
        || summary->status.error[0] != '\0')
    {
        return CT_SUMMARY_ATTENTION;
    }

    return CT_SUMMARY_OK;
}


const char *
ct_summary_level_name(ct_summary_level_e level)
{
    switch (level) {
    case CT_SUMMARY_OK:
        return "ok";
    case CT_SUMMARY_ATTENTION:
        return "attention";
    case CT_SUMMARY_PROBLEM:
        return "problem";
    }

    return "problem";
}


/* A certificate that needs somebody comes before a monitor that does: it
 * stays true whether or not the engine runs. */
void
ct_summary_headline(const ct_summary_t *summary, ct_buf_t *out)
{
    if (summary->alarming != 0) {
        ct_summary_count(out, summary->alarming, "certificate needs you",
                         "certificates need you");

        if (summary->copies != 0) {
            ct_buf_puts(out, ", ");
            ct_summary_count(out, summary->copies,
                             "copies the name of your CA",
                             "copy the name of your CA");
        }

        return;
    }

    if (!summary->started) {
        ct_buf_puts(out, "The monitor is starting");
        return;
    }

    if (!summary->alive) {
        ct_buf_puts(out, "The monitor is not running");
        return;
    }

    if (summary->findings == 0) {
        ct_buf_puts(out, "No certificate found yet");
        return;
    }

    if (summary->acknowledged + summary->baseline != 0) {
        ct_buf_puts(out, "No certificate needs you");
        return;
    }

    if (summary->findings == 1) {
        ct_buf_puts(out, "1 certificate found, and it is yours");
        return;
    }

    ct_buf_puts(out, "All ");
    ct_summary_count(out, summary->findings, "", "certificates are yours");
}


void
ct_summary_waiting(const ct_summary_t *summary, ct_buf_t *out)
{
    size_t n;

    n = summary->verdicts[CT_VERDICT_EXPECTED];
    if (n == 0) {
        return;
    }

    ct_summary_count(out, n, "is waiting to be installed",
                     "are waiting to be installed");
    ct_buf_puts(out, n == 1
                ? ": your usual CA issued it, but it is not served here yet."
                : ": your usual CA issued them, but they are not served "
                  "here yet.");
}


void
ct_summary_following(const ct_summary_t *summary, const ct_store_t *store,
    ct_buf_t *out)
{
    if (!summary->alive) {
        ct_buf_puts(out, "No log is read at the moment.");
        return;
    }

    if (summary->followed == 0) {
        ct_buf_puts(out, "No log is followed.");

    } else if (summary->failing != 0) {
        ct_summary_trouble(out, summary->failing, summary->followed);
        ct_buf_puts(out, summary->states[CT_FOLLOW_MISBEHAVING] != 0
                         ? " failing or misbehaving: " : " failing: ");
        ct_summary_names(store, out, ct_summary_fails);
        ct_buf_putc(out, '.');

    } else if (summary->states[CT_FOLLOW_LAGGING] != 0) {
        ct_summary_trouble(out, summary->states[CT_FOLLOW_LAGGING],
                           summary->followed);
        ct_buf_puts(out, " lagging: ");
        ct_summary_names(store, out, ct_summary_lags);
        ct_buf_putc(out, '.');

    } else {
        ct_summary_progress(summary, out);
    }
}


/* What the engine found when it last looked; a monitor that has stopped
 * since sees nothing, whatever it was. */
ct_coverage_e
ct_summary_coverage_of(const ct_summary_t *summary)
{
    if (!summary->started) {
        return CT_COVERAGE_STARTING;
    }

    return summary->alive ? (ct_coverage_e) summary->status.coverage
                          : CT_COVERAGE_LOST;
}


const char *
ct_summary_coverage_name(ct_coverage_e coverage)
{
    switch (coverage) {
    case CT_COVERAGE_STARTING:
        return "starting";
    case CT_COVERAGE_CATCHING_UP:
        return "catching up";
    case CT_COVERAGE_COMPLETE:
        return "complete";
    case CT_COVERAGE_LOST:
        return "lost";
    }

    return "lost";
}


void
ct_summary_coverage(const ct_summary_t *summary, ct_buf_t *out)
{
    const ct_status_t *status;

    status = &summary->status;

    if (!summary->started) {
        ct_buf_puts(out, "Starting: nothing is read yet");
        return;
    }

    if (!summary->alive) {
        ct_buf_puts(out, "Certificates may be missed");

        if (status->heartbeat_ms > 0) {
            ct_buf_puts(out, " since ");
            ct_page_date(out, status->heartbeat_ms, true);
        }

        ct_buf_puts(out, ": the monitor is not running");
        return;
    }

    if (status->coverage_why[0] != '\0') {
        ct_buf_bytes(out, CT_SUMMARY_TEXT(status->coverage_why));
        return;
    }

    ct_buf_puts(out, "Starting: the logs have not been looked at yet");
}


static bool
ct_summary_lags(const ct_log_record_t *log)
{
    return log->state == CT_FOLLOW_LAGGING;
}


/* "1 of 3 logs is" */
static void
ct_summary_trouble(ct_buf_t *out, size_t n, size_t followed)
{
    ct_page_grouped(out, n);
    ct_buf_puts(out, " of ");
    ct_summary_count(out, followed, "log", "logs");
    ct_buf_puts(out, n == 1 ? " is" : " are");
}


static void
ct_summary_names(const ct_store_t *store, ct_buf_t *out,
    ct_summary_log_pt is)
{
    size_t          i, n;
    ct_log_record_t log;

    n = 0;

    for (i = 0; i < ct_store_nlogs(store); i++) {
        if (!ct_store_log(store, i, &log) || !is(&log)) {
            continue;
        }

        if (n < CT_SUMMARY_NAMES) {
            ct_buf_puts(out, n != 0 ? ", " : "");
            ct_buf_bytes(out, CT_SUMMARY_TEXT(log.description));
        }

        n++;
    }

    if (n > CT_SUMMARY_NAMES) {
        ct_buf_puts(out, " and ");
        ct_page_grouped(out, n - CT_SUMMARY_NAMES);
        ct_buf_puts(out, " more");
    }
}


static void
ct_summary_progress(const ct_summary_t *summary, ct_buf_t *out)
{
    size_t late;

    late = summary->followed - summary->states[CT_FOLLOW_FOLLOWING]
           - summary->states[CT_FOLLOW_FINAL];

    ct_buf_puts(out, "Following ");
    ct_summary_count(out, summary->followed, "log", "logs");

    if (late == 0) {
        ct_buf_puts(out, summary->followed == 1 ? ", up to date."
                                                : ", all up to date.");
        return;
    }

    if (summary->behind == 0) {
        ct_buf_puts(out, ", ");
        ct_page_grouped(out, late);
        ct_buf_puts(out, " just starting.");
        return;
    }

    ct_buf_puts(out, ", ");
    ct_page_grouped(out, late);
    ct_buf_puts(out, " catching up: ");
    ct_summary_count(out, summary->behind, "entry", "entries");
    ct_buf_puts(out, " to go.");
}


void
ct_summary_count(ct_buf_t *out, uint64_t n, const char *one,
    const char *many)
{
    ct_page_grouped(out, n);
    ct_buf_putc(out, ' ');
    ct_buf_puts(out, n == 1 ? one : many);
}


bool
ct_summary_follows(const ct_log_record_t *log)
{
    return log->state <= CT_FOLLOW_FINAL;
}


bool
ct_summary_fails(const ct_log_record_t *log)
{
    return log->state == CT_FOLLOW_UNREACHABLE
           || log->state == CT_FOLLOW_LIMITED
           || log->state == CT_FOLLOW_MISBEHAVING;
}


const char *
ct_summary_state_name(uint8_t state)
{
    switch (state) {
    case CT_FOLLOW_STARTING:
        return "starting";
    case CT_FOLLOW_FOLLOWING:
        return "following";
    case CT_FOLLOW_CATCHING_UP:
        return "catching up";
    case CT_FOLLOW_LAGGING:
        return "lagging";
    case CT_FOLLOW_UNREACHABLE:
        return "unreachable";
    case CT_FOLLOW_LIMITED:
        return "rate-limited";
    case CT_FOLLOW_MISBEHAVING:
        return "misbehaving";
    case CT_FOLLOW_FINAL:
        return "final";
    case CT_FOLLOW_SKIPPED:
        return "skipped";
    case CT_FOLLOW_UNLISTED:
        return "unlisted";
    default:
        return "unknown";
    }
}


ct_bytes_t
ct_summary_text(const char *text, size_t room)
{
    const char *end;

    end = memchr(text, '\0', room);

    return ct_bytes(text, end != NULL ? (size_t) (end - text) : room);
}
