/*
 * ct_report_page: the face for people. The words are in html/ (embedded as
 * ct_html.h when the module is configured), the judgement is ct_summary's;
 * this file only carries values to where the templates want them.
 */

#include "ct_html.h"
#include "ct_report_rows.h"

#include <string.h>

#define CT_PAGE_IDLE     5 /* more logs than that are folded */
#define CT_PAGE_SENTENCE CT_REPORT_SENTENCE

/* A sentence on its way to a field. */
typedef struct {
    ct_buf_t buf;
    uint8_t  room[CT_PAGE_SENTENCE];
} ct_line_buf_t;


/* Those of the header. */
typedef struct {
    ct_line_buf_t headline;
    ct_line_buf_t coverage;
    ct_line_buf_t waiting;
    ct_line_buf_t following;
    ct_line_buf_t untold;
} ct_lines_buf_t;


static void ct_view_plan(ct_view_t *view);
static bool ct_view_show(ct_shown_t *shown, size_t limit, uint64_t number);
static void ct_page_header(ct_page_t *page, const ct_view_t *view,
    ct_lines_buf_t *lines);
static ct_buf_t *ct_line_start(ct_line_buf_t *line);
static void ct_page_coverage(ct_page_t *page, const ct_view_t *view);
static void ct_page_engine(ct_page_t *page, const ct_view_t *view);
static ct_bytes_t ct_line_counted(ct_line_buf_t *line, uint64_t n,
    const char *one, const char *many);
static void ct_page_sections(ct_page_t *page, const ct_view_t *view);
static void ct_page_alerts(ct_page_t *page, const ct_view_t *view);
static void ct_page_ours(ct_page_t *page, const ct_view_t *view);
static const char *ct_page_empty(const ct_view_t *view);
static void ct_page_monitor(ct_page_t *page, const ct_view_t *view);


ct_bytes_t
ct_report_style(void)
{
    return CT_BYTES(ct_html_ct);
}


ct_rc_t
ct_report_page(const ct_report_t *report, ct_buf_t *out)
{
    size_t unknown;

    return ct_report_page_check(report, out, &unknown);
}


ct_rc_t
ct_report_page_check(const ct_report_t *report, ct_buf_t *out,
    size_t *unknown)
{
    uint8_t       *room;
    ct_buf_t       text;
    ct_page_t      page;
    ct_view_t      view;
    ct_line_buf_t  unverified, dropped, idle, older;
    ct_lines_buf_t lines;

    *unknown = 0;

    room = ct_arena_alloc(report->arena, CT_REPORT_TEXT);
    if (room == NULL) {
        return CT_E_MEMORY;
    }

    ct_buf_fixed(&text, room, CT_REPORT_TEXT);
    memset(&view, 0, sizeof(view));
    view.report = report;
    view.text = &text;

    ct_summary_take(&view.summary, report);
    ct_view_plan(&view);

    ct_page_start(&page, out, unknown);
    ct_page_header(&page, &view, &lines);
    ct_page_engine(&page, &view);

    ct_page_text(&page, "unverified",
                 ct_line_counted(&unverified, view.summary.unverified,
                     "finding is not verified yet: no signed tree head "
                     "covers it so far.",
                     "findings are not verified yet: no signed tree head "
                     "covers them so far."));
    ct_page_text(&page, "dropped",
                 ct_line_counted(&dropped, view.summary.status.dropped,
                                 "certificate was",
                                 "certificates were"));
    ct_page_text(&page, "idle",
                 ct_line_counted(&idle, view.idle, "log is not followed",
                                 "logs are not followed"));

    (void) ct_line_start(&older);

    if (view.more && view.found.n != 0) {
        ct_report_token(&older.buf, view.found.numbers[view.found.n - 1]);
    }

    ct_page_text(&page, "older", ct_report_written(&older.buf));
    ct_page_sections(&page, &view);
    ct_page_monitor(&page, &view);
    ct_page_render(&page, CT_BYTES(ct_html_page));

    return ct_report_done(out);
}


/*
 * Which findings this page shows, and whether there are older ones. What
 * needs somebody comes first, however old, and there is no paging to it;
 * beyond the limit it takes its turn among the others.
 */
static void
ct_view_plan(ct_view_t *view)
{
    bool               first;
    ct_walk_t          walk;
    ct_finding_t       finding;
    const ct_report_t *report;

    report = view->report;
    first = report->after == 0;
    ct_walk_start(&walk, report->store);

    while (ct_walk_next(&walk, &finding, NULL)) {
        if (!first && finding.number >= report->after) {
            continue;
        }

        if (first && ct_finding_alarms(&finding)
            && ct_view_show(&view->urgent, report->limit, finding.number))
        {
            continue;
        }

        if (!ct_view_show(&view->found, report->limit, finding.number)) {
            view->more = true;
        }
    }

    view->idle = view->summary.logs - view->summary.followed;
}


static bool
ct_view_show(ct_shown_t *shown, size_t limit, uint64_t number)
{
    if (shown->n >= limit || shown->n >= CT_LIMIT_PAGE_FINDINGS) {
        return false;
    }

    shown->numbers[shown->n++] = number;

    return true;
}


static void
ct_page_header(ct_page_t *page, const ct_view_t *view, ct_lines_buf_t *lines)
{
    ct_summary_level_e level;

    level = ct_summary_level(&view->summary);

    ct_summary_headline(&view->summary, ct_line_start(&lines->headline));
    ct_summary_waiting(&view->summary, ct_line_start(&lines->waiting));
    ct_summary_coverage(&view->summary, ct_line_start(&lines->coverage));
    ct_summary_following(&view->summary, view->report->store,
                         ct_line_start(&lines->following));
    ct_summary_untold(&view->summary, view->report->store,
                      ct_line_start(&lines->untold));

    ct_page_str(page, "links", view->report->links);
    ct_page_str(page, "zone", view->report->zone);
    ct_page_text(page, "headline", ct_report_written(&lines->headline.buf));
    ct_page_text(page, "waiting", ct_report_written(&lines->waiting.buf));
    ct_page_text(page, "coverage", ct_report_written(&lines->coverage.buf));
    ct_page_text(page, "following", ct_report_written(&lines->following.buf));
    ct_page_text(page, "untold", ct_report_written(&lines->untold.buf));
    ct_page_coverage(page, view);
    ct_page_str(page, "level", ct_summary_level_name(level));
    ct_page_number(page, "ok", level == CT_SUMMARY_OK);
    ct_page_number(page, "attention", level == CT_SUMMARY_ATTENTION);
    ct_page_number(page, "problem", level == CT_SUMMARY_PROBLEM);
    ct_rows_moment(page, CT_FIELD_TIME, "now", "now_text",
                   view->report->now_ms);
}


/* The sentence says since when it is lost; for the others it stands beside
 * it. */
static void
ct_page_coverage(ct_page_t *page, const ct_view_t *view)
{
    bool                lost;
    const ct_summary_t *summary;

    summary = &view->summary;
    lost = ct_summary_coverage_of(summary) == CT_COVERAGE_LOST;

    ct_page_number(page, "lost", lost);
    ct_rows_moment(page, CT_FIELD_TIME, "covered", "covered_text",
                   lost || !summary->started ? 0
                                             : summary->status.coverage_ms);
    ct_page_text(page, "list_error",
                 CT_SUMMARY_TEXT(summary->status.list_error));
    ct_page_text(page, "calist_error",
                 CT_SUMMARY_TEXT(summary->status.calist_error));
}


/* A monitor that does not run is said here when the headline is taken by a
 * certificate. */
static void
ct_page_engine(ct_page_t *page, const ct_view_t *view)
{
    bool                dead;
    const ct_summary_t *summary;

    summary = &view->summary;
    dead = summary->started && !summary->alive;

    ct_page_number(page, "stopped", dead && summary->alarming != 0);
    ct_page_number(page, "silent", dead && summary->alarming == 0
                                   && summary->status.heartbeat_ms != 0);
    ct_rows_moment(page, CT_FIELD_TIME, "heartbeat", "heartbeat_text",
                   summary->status.heartbeat_ms);
    ct_page_text(page, "error", CT_SUMMARY_TEXT(summary->status.error));
}


static ct_buf_t *
ct_line_start(ct_line_buf_t *line)
{
    ct_buf_fixed(&line->buf, line->room, CT_PAGE_SENTENCE);

    return &line->buf;
}


/* Empty when there is nothing to count. */
static ct_bytes_t
ct_line_counted(ct_line_buf_t *line, uint64_t n, const char *one,
    const char *many)
{
    (void) ct_line_start(line);

    if (n != 0) {
        ct_summary_count(&line->buf, n, one, many);
    }

    return ct_report_written(&line->buf);
}


static void
ct_page_sections(ct_page_t *page, const ct_view_t *view)
{
    const ct_summary_t *summary;

    summary = &view->summary;

    ct_page_number(page, "found", summary->findings > view->urgent.n
                                  ? summary->findings - view->urgent.n : 0);
    ct_page_number(page, "urgent", view->urgent.n);
    ct_page_rows(page, "urgent_rows", ct_rows_urgent, view);
    ct_page_str(page, "empty", ct_page_empty(view));
    ct_page_rows(page, "findings", ct_rows_findings, view);
    ct_page_number(page, "newest", view->report->after != 0);
    ct_page_number(page, "pages", view->report->after != 0 || view->more);

    ct_page_number(page, "followed", summary->followed);
    ct_page_ms(page, CT_FIELD_AGE, "interval", view->report->interval_ms);
    ct_page_rows(page, "log_rows", ct_rows_logs, view);
    ct_page_number(page, "idle_few", view->idle <= CT_PAGE_IDLE);
    ct_page_rows(page, "idle_rows", ct_rows_idle, view);
    ct_page_number(page, "events",
                   ct_store_last_event(view->report->store));
    ct_page_rows(page, "event_rows", ct_rows_events, view);
    ct_page_alerts(page, view);
    ct_page_ours(page, view);
}


/* An engine that has not turned yet has not said who its receivers are. */
static void
ct_page_alerts(ct_page_t *page, const ct_view_t *view)
{
    bool   nobody;
    size_t i, known;

    known = 0;

    for (i = 0; i < CT_LIMIT_CHANNELS; i++) {
        known += view->summary.queues[i].id != 0;
    }

    nobody = view->summary.alive && view->summary.receivers == 0;

    ct_page_number(page, "alerts", nobody || known != 0);
    ct_page_number(page, "nobody", nobody);
    ct_page_number(page, "receivers", known);
    ct_page_rows(page, "receiver_rows", ct_rows_receivers, view);
}


static void
ct_page_ours(ct_page_t *page, const ct_view_t *view)
{
    size_t nserved, others;

    nserved = view->report->inventory->nserved;
    others = ct_rows_others_count(view->report);

    ct_page_number(page, "nserved", nserved);
    ct_page_number(page, "ours", nserved + others);
    ct_page_rows(page, "served_rows", ct_rows_served, view);
    ct_page_number(page, "served_more", nserved > CT_ROWS_SERVED
                                        ? nserved - CT_ROWS_SERVED : 0);
    ct_page_number(page, "others", others);
    ct_page_rows(page, "other_rows", ct_rows_others, view);
    ct_page_number(page, "others_more", others > CT_ROWS_SERVED
                                        ? others - CT_ROWS_SERVED : 0);
}


/* Nothing is silence only while somebody listens. */
static const char *
ct_page_empty(const ct_view_t *view)
{
    if (view->found.n != 0) {
        return "";
    }

    if (view->report->after != 0) {
        return "There are no older ones.";
    }

    if (view->urgent.n != 0) {
        return "No other certificate has been found.";
    }

    if (view->summary.alive && view->summary.followed != 0) {
        return "No certificate for the watched names has turned up in the "
               "followed logs so far.";
    }

    return "Nothing is known yet.";
}


static void
ct_page_monitor(ct_page_t *page, const ct_view_t *view)
{
    size_t              max, percent, blocks;
    const ct_status_t  *status;
    const ct_summary_t *summary;

    summary = &view->summary;
    status = &summary->status;

    max = ct_store_max_findings(view->report->store);
    percent = max != 0 ? summary->used_findings * 100 / max : 100;
    blocks = summary->max_blocks != 0
             ? summary->used_blocks * 100 / summary->max_blocks : 100;

    ct_page_number(page, "watched", status->watched);
    ct_rows_moment(page, CT_FIELD_DATE, "since", "since_text",
                   status->since_ms);
    ct_page_number(page, "alerts_sent", status->alerts_sent);
    ct_page_number(page, "alerts_waiting", summary->waiting);
    ct_page_number(page, "alerts_failed", status->alerts_failed);
    ct_page_number(page, "alerts_dropped", status->alerts_dropped);
    ct_page_number(page, "usage", percent > blocks ? percent : blocks);
    ct_page_number(page, "used_findings", summary->used_findings);
    ct_page_number(page, "max_findings", max);
    ct_page_number(page, "used_blocks", summary->used_blocks);
    ct_page_number(page, "max_blocks", summary->max_blocks);
    ct_page_number(page, "dropped_count", status->dropped);
    ct_rows_moment(page, CT_FIELD_TIME, "saved", "saved_text",
                   status->saved_ms);
    ct_page_text(page, "list", CT_SUMMARY_TEXT(status->list));
    ct_rows_moment(page, CT_FIELD_DATE, "list_time", "list_time_text",
                   status->list_ms);
    ct_rows_moment(page, CT_FIELD_TIME, "checked", "checked_text",
                   status->list_checked_ms);
    ct_page_text(page, "calist", CT_SUMMARY_TEXT(status->calist));
    ct_rows_moment(page, CT_FIELD_TIME, "calist_checked",
                   "calist_checked_text", status->calist_checked_ms);
    ct_page_number(page, "received", status->received / 1000000);
}
