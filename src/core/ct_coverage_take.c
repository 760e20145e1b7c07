/*
 * ct_coverage: the verdict over all logs, and its sentence.
 */

#include "ct_coverage.h"
#include "ct_page.h"
#include "ct_report_part.h"

#include <string.h>


#define CT_COVERAGE_YOUNG_MS (10 * 60 * 1000) /* a new log's time to begin */
#define CT_COVERAGE_NAMES    3  /* operators in the sentence */
#define CT_COVERAGE_NAME     24 /* bytes of each */

typedef struct {
    uint64_t hash;   /* of its name */
    size_t   behind; /* logs */
    size_t   log;    /* the first that is behind */
} ct_operator_t;

typedef struct {
    const ct_store_t  *store;
    const ct_status_t *status;
    int64_t            now_ms;
    ct_operator_t      operators[CT_LIMIT_LOGS];
    size_t             noperators;
    size_t             logs;   /* that count */
    size_t             heads;  /* of them with a tree head */
    uint64_t           to_go;  /* entries */
    uint64_t           seconds; /* of the slowest */
    uint64_t           missing; /* entries in gaps */
    size_t             gappy;  /* logs with gaps */
    size_t             gap_log; /* the last of them */
} ct_take_t;


static void ct_take_log(ct_take_t *take, ct_coverage_t *coverage, size_t i,
    const ct_log_record_t *log);
static bool ct_take_behind(const ct_take_t *take,
    const ct_log_record_t *log);
static ct_operator_t *ct_take_operator(ct_take_t *take,
    const ct_log_record_t *log);
static ct_bytes_t ct_operator_name(const ct_log_record_t *log);
static ct_coverage_e ct_take_verdict(const ct_take_t *take,
    const ct_coverage_t *coverage);
static bool ct_take_blind(const ct_coverage_t *coverage);
static void ct_why(ct_buf_t *out, const ct_take_t *take,
    const ct_coverage_t *coverage);
static void ct_why_complete(ct_buf_t *out, const ct_take_t *take,
    const ct_coverage_t *coverage);
static void ct_why_catching_up(ct_buf_t *out, const ct_take_t *take,
    const ct_coverage_t *coverage);
static void ct_why_lost(ct_buf_t *out, const ct_take_t *take,
    const ct_coverage_t *coverage);
static void ct_why_gaps(ct_buf_t *out, const ct_take_t *take);
static void ct_why_names(ct_buf_t *out, const ct_take_t *take,
    const ct_coverage_t *coverage);
static void ct_why_join(ct_buf_t *out, bool *more);


void
ct_coverage_take(ct_coverage_t *coverage, const ct_store_t *store,
    const ct_status_t *status, int64_t now_ms)
{
    size_t          i;
    ct_buf_t        why;
    ct_take_t       take;
    ct_log_record_t log;

    memset(coverage, 0, sizeof(ct_coverage_t));
    memset(&take, 0, sizeof(take));
    take.store = store;
    take.status = status;
    take.now_ms = now_ms;

    for (i = 0; i < ct_store_nlogs(store); i++) {
        if (ct_store_log(store, i, &log) && ct_summary_follows(&log)
            && !ct_coverage_owes_nothing(&log, now_ms))
        {
            ct_take_log(&take, coverage, i, &log);
        }
    }

    coverage->operators = take.noperators;

    for (i = 0; i < take.noperators; i++) {
        coverage->behind += take.operators[i].behind != 0;
        coverage->logs += take.operators[i].behind;
    }

    coverage->coverage = ct_take_verdict(&take, coverage);

    ct_buf_fixed(&why, coverage->why, sizeof(coverage->why) - 1);
    ct_why(&why, &take, coverage);
    coverage->why[why.len] = '\0';
}


static void
ct_take_log(ct_take_t *take, ct_coverage_t *coverage, size_t i,
    const ct_log_record_t *log)
{
    size_t         n, gaps;
    uint64_t       seconds;
    ct_operator_t *operator;

    operator = ct_take_operator(take, log);
    take->logs++;
    take->heads += log->cursor.latest.timestamp_ms != 0;

    if (ct_take_behind(take, log)) {
        operator->log = operator->behind == 0 ? i : operator->log;
        operator->behind++;
        seconds = ct_coverage_seconds(log);
        take->to_go += ct_cursor_lag(&log->cursor);
        take->seconds = seconds > take->seconds ? seconds : take->seconds;
    }

    gaps = 0;

    for (n = 0; n < CT_LIMIT_GAPS; n++) {
        if (log->gaps[n].to > log->gaps[n].from) {
            gaps++;
            take->missing += log->gaps[n].to - log->gaps[n].from;
        }
    }

    if (gaps != 0) {
        coverage->gaps += gaps;
        take->gappy++;
        take->gap_log = i;
    }
}


static bool
ct_take_behind(const ct_take_t *take, const ct_log_record_t *log)
{
    switch (log->state) {

    case CT_FOLLOW_FOLLOWING:
    case CT_FOLLOW_FINAL:
        return false;

    case CT_FOLLOW_STARTING:
    case CT_FOLLOW_CATCHING_UP:
        if (log->caught_up) {
            return false;
        }

        return take->status->coverage != CT_COVERAGE_COMPLETE
               || take->now_ms - log->state_ms >= CT_COVERAGE_YOUNG_MS;

    default:
        return true;
    }
}


static ct_operator_t *
ct_take_operator(ct_take_t *take, const ct_log_record_t *log)
{
    size_t     i;
    uint64_t   hash;
    ct_bytes_t name;

    name = ct_operator_name(log);
    hash = 0xcbf29ce484222325ULL; /* FNV-1a */

    for (i = 0; i < name.len; i++) {
        hash = (hash ^ name.data[i]) * 0x100000001b3ULL;
    }

    for (i = 0; i < take->noperators; i++) {
        if (take->operators[i].hash == hash) {
            return &take->operators[i];
        }
    }

    /* a store never has more logs than that */
    if (i == CT_LIMIT_LOGS) {
        return &take->operators[i - 1];
    }

    take->operators[i].hash = hash;
    take->noperators++;

    return &take->operators[i];
}


/* Of a log without one, its host. */
static ct_bytes_t
ct_operator_name(const ct_log_record_t *log)
{
    size_t     i;
    ct_bytes_t name, rest;

    name = CT_SUMMARY_TEXT(log->operator_name);

    if (name.len != 0) {
        return name;
    }

    rest = CT_SUMMARY_TEXT(log->url);

    /* https:, nothing, host */
    for (i = 0; i < 3; i++) {
        if (!ct_read_until(&rest, '/', &name)) {
            return CT_SUMMARY_TEXT(log->url);
        }
    }

    return name;
}


static ct_coverage_e
ct_take_verdict(const ct_take_t *take, const ct_coverage_t *coverage)
{
    bool was;

    was = take->status->coverage == CT_COVERAGE_COMPLETE
          || take->status->coverage == CT_COVERAGE_LOST;

    if (coverage->gaps != 0 || take->status->list_stale) {
        return CT_COVERAGE_LOST;
    }

    if (coverage->operators != 0 && !ct_take_blind(coverage)) {
        return CT_COVERAGE_COMPLETE;
    }

    if (was) {
        return CT_COVERAGE_LOST;
    }

    return take->heads != 0 ? CT_COVERAGE_CATCHING_UP : CT_COVERAGE_STARTING;
}


/* All logs of one operator may be behind, if there is another operator. */
static bool
ct_take_blind(const ct_coverage_t *coverage)
{
    return coverage->behind > 1
           || (coverage->behind == 1 && coverage->operators == 1);
}


static void
ct_why(ct_buf_t *out, const ct_take_t *take, const ct_coverage_t *coverage)
{
    switch (coverage->coverage) {

    case CT_COVERAGE_STARTING:
        ct_buf_puts(out, take->logs != 0
                         ? "Starting: no log has answered yet"
                         : "Starting: there is no log to follow yet");
        return;

    case CT_COVERAGE_CATCHING_UP:
        ct_why_catching_up(out, take, coverage);
        return;

    case CT_COVERAGE_COMPLETE:
        ct_why_complete(out, take, coverage);
        return;

    case CT_COVERAGE_LOST:
        ct_why_lost(out, take, coverage);
        return;
    }
}


/* Logs that were named one by one are no promise about all the others. */
static void
ct_why_complete(ct_buf_t *out, const ct_take_t *take,
    const ct_coverage_t *coverage)
{
    bool listed;

    listed = take->status->has_list;

    if (coverage->behind == 0) {
        ct_buf_puts(out, listed
                    ? "Complete: every certificate that browsers trust would "
                      "be seen"
                    : "Complete for the logs that are configured; others are "
                      "not read");
        return;
    }

    ct_buf_puts(out, coverage->logs == 1
                     ? "Complete, though a log of one operator lags ("
                     : "Complete, though logs of one operator lag (");
    ct_why_names(out, take, coverage);
    ct_buf_puts(out, listed
                     ? "): a trusted certificate is in logs of two operators"
                     : "); logs that are not configured are not read");
}


static void
ct_why_catching_up(ct_buf_t *out, const ct_take_t *take,
    const ct_coverage_t *coverage)
{
    ct_buf_puts(out, "Catching up: ");
    ct_page_grouped(out, take->logs - coverage->logs);
    ct_buf_puts(out, " of ");
    ct_summary_count(out, take->logs, "log is read to its end",
                     "logs are read to their end");

    ct_buf_puts(out, take->to_go != 0 ? ", " : "");
    ct_coverage_progress(out, take->to_go, take->seconds);
}


static void
ct_why_lost(ct_buf_t *out, const ct_take_t *take,
    const ct_coverage_t *coverage)
{
    bool               more;
    const ct_status_t *status;

    status = take->status;
    more = false;

    ct_buf_puts(out, "Certificates may be missed since ");
    ct_page_date(out, status->coverage == CT_COVERAGE_LOST
                      && status->coverage_ms != 0
                      ? status->coverage_ms : take->now_ms, true);
    ct_buf_puts(out, ": ");

    if (coverage->operators == 0) {
        ct_why_join(out, &more);
        ct_buf_puts(out, "no log is followed");
    }

    if (ct_take_blind(coverage)) {
        ct_why_join(out, &more);
        ct_buf_puts(out, coverage->logs == 1 ? "a log of " : "logs of ");
        ct_why_names(out, take, coverage);
        ct_buf_puts(out, coverage->logs == 1 ? " lags" : " lag");
    }

    if (coverage->gaps != 0) {
        ct_why_join(out, &more);
        ct_why_gaps(out, take);
    }

    if (status->list_stale) {
        ct_why_join(out, &more);
        ct_buf_puts(out, "the log list is too old");

        if (status->list_ms > 0) {
            ct_buf_puts(out, ", of ");
            ct_page_date(out, status->list_ms, false);
        }
    }
}


static void
ct_why_gaps(ct_buf_t *out, const ct_take_t *take)
{
    ct_log_record_t log;

    ct_summary_count(out, take->missing, "entry of ", "entries of ");

    if (take->gappy == 1 && ct_store_log(take->store, take->gap_log, &log)
        && log.description[0] != '\0')
    {
        ct_buf_bytes(out, ct_report_cut(CT_SUMMARY_TEXT(log.description),
                                        CT_COVERAGE_NAME));
    } else {
        ct_summary_count(out, take->gappy, "log", "logs");
    }

    ct_buf_puts(out, " could not be verified");
}


static void
ct_why_names(ct_buf_t *out, const ct_take_t *take,
    const ct_coverage_t *coverage)
{
    size_t          i, n, shown;
    ct_log_record_t log;

    n = 0;
    shown = coverage->behind <= CT_COVERAGE_NAMES ? coverage->behind
                                                  : CT_COVERAGE_NAMES;

    for (i = 0; i < take->noperators && n < shown; i++) {
        if (take->operators[i].behind == 0) {
            continue;
        }

        if (n != 0) {
            ct_buf_puts(out, n + 1 == coverage->behind ? " and " : ", ");
        }

        n++;

        if (ct_store_log(take->store, take->operators[i].log, &log)) {
            ct_buf_bytes(out, ct_report_cut(ct_operator_name(&log),
                                            CT_COVERAGE_NAME));
        }
    }

    if (coverage->behind > shown) {
        ct_buf_puts(out, " and ");
        ct_buf_u64(out, coverage->behind - shown);
        ct_buf_puts(out, " more");
    }
}


static void
ct_why_join(ct_buf_t *out, bool *more)
{
    ct_buf_puts(out, *more ? "; " : "");
    *more = true;
}
