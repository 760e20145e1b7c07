/*
 * ct_report_metrics: the Prometheus face (text format 0.0.4): HELP and TYPE,
 * then all samples of a metric in one piece, no two with the same labels.
 * Times are seconds since 1970, 0 when something has never happened.
 */

#include "ct_report_part.h"
#include "ct_utf8.h"

#include <string.h>

/* What is said of each log, in the order of ct_metrics_logs. */
typedef enum {
    CT_METRIC_TREE_SIZE,
    CT_METRIC_VERIFIED,
    CT_METRIC_LAG,
    CT_METRIC_HEAD,
    CT_METRIC_HEAD_AGE,
    CT_METRIC_CONFIRMED,
    CT_METRIC_GAPS,
    CT_METRIC_FAILING,
    CT_METRIC_LAST_SUCCESS,
    CT_METRIC_ENTRIES,
    CT_METRIC_MATCHES,
    CT_METRIC_MALFORMED,
    CT_METRIC_LOG_COUNT
} ct_metric_log_e;

#define CT_METRIC_PREFIX "nginx_ct_"

static const ct_metric_t ct_metrics_logs[CT_METRIC_LOG_COUNT] = {
    {"log_tree_size", "gauge", "Entries in the latest signed tree head."},
    {"log_verified_entries", "gauge",
     "Entries up to the last confirmed tree head."},
    {"log_lag_entries", "gauge",
     "Entries between the confirmed position and the latest tree head."},
    {"log_tree_head_timestamp_seconds", "gauge",
     "When the latest tree head was signed."},
    {"log_tree_head_age_seconds", "gauge",
     "How old the latest tree head is."},
    {"log_confirmed_timestamp_seconds", "gauge",
     "When the newest tree head was signed that the entries confirmed."},
    {"log_gap_entries", "gauge",
     "Entries that could not be verified though later ones were."},
    {"log_failing", "gauge",
     "Whether the log cannot be followed at the moment."},
    {"log_last_success_timestamp_seconds", "gauge",
     "When the log last gave a good answer."},
    {"log_entries_total", "counter", "Entries that were scanned."},
    {"log_matches_total", "counter",
     "Entries that concern a watched name."},
    {"log_malformed_entries_total", "counter",
     "Scanned entries that could not be parsed."}
};

/* Certificates already written, so that no sample comes twice. */
typedef struct {
    uint32_t *slots; /* number + 1; 0: free */
    size_t    mask;
} ct_seen_t;


static void ct_metric_one(ct_buf_t *out, const char *name, const char *type,
    const char *help, uint64_t value);
static void ct_metric_seconds(ct_buf_t *out, int64_t ms);
static uint64_t ct_metric_past(int64_t ms);
static void ct_metrics_findings(ct_buf_t *out, const ct_summary_t *summary);
static void ct_metrics_coverage(ct_buf_t *out, const ct_summary_t *summary);
static void ct_metrics_calist(ct_buf_t *out, const ct_status_t *status);
static void ct_metrics_states(ct_buf_t *out, const ct_store_t *store);
static void ct_metrics_log(ct_buf_t *out, const ct_report_t *report,
    ct_metric_log_e which);
static void ct_metric_log_labels(ct_buf_t *out, const char *name,
    const ct_log_record_t *log);
static uint64_t ct_metric_log_value(const ct_log_record_t *log,
    ct_metric_log_e which, int64_t now_ms);
static uint64_t ct_metric_gap_entries(const ct_log_record_t *log);
static ct_rc_t ct_metrics_certificates(const ct_report_t *report,
    ct_buf_t *out);
static bool ct_seen_start(ct_seen_t *seen, ct_arena_t *arena, size_t n);
static bool ct_seen_before(ct_seen_t *seen, const ct_inventory_t *inventory,
    size_t i);
static void ct_metrics_alerts(ct_buf_t *out, const ct_summary_t *summary);
static void ct_metrics_zone(ct_buf_t *out, const ct_summary_t *summary,
    const ct_store_t *store);
static void ct_metrics_engine(ct_buf_t *out, const ct_summary_t *summary);


ct_rc_t
ct_report_metrics(const ct_report_t *report, ct_buf_t *out)
{
    ct_rc_t      rc;
    unsigned     which;
    ct_summary_t summary;

    ct_summary_take(&summary, report);

    ct_metric_one(out, "up", "gauge", "Whether the monitor is running.",
                  summary.alive);
    ct_metrics_coverage(out, &summary);
    ct_metrics_calist(out, &summary.status);
    ct_metrics_findings(out, &summary);
    ct_metrics_states(out, report->store);

    for (which = 0; which < CT_METRIC_LOG_COUNT; which++) {
        ct_metrics_log(out, report, which);
    }

    rc = ct_metrics_certificates(report, out);
    if (rc != CT_OK) {
        return rc;
    }

    ct_metrics_alerts(out, &summary);
    ct_report_metrics_channels(report, &summary, out);
    ct_metrics_zone(out, &summary, report->store);
    ct_metrics_engine(out, &summary);
    ct_metric_one(out, "events_total", "counter",
                  "What happened to logs and coverage.",
                  ct_store_last_event(report->store));

    return ct_report_done(out);
}


void
ct_metric_head(ct_buf_t *out, const ct_metric_t *metric)
{
    ct_buf_puts(out, "# HELP " CT_METRIC_PREFIX);
    ct_buf_puts(out, metric->name);
    ct_buf_putc(out, ' ');
    ct_buf_puts(out, metric->help);
    ct_buf_puts(out, "\n# TYPE " CT_METRIC_PREFIX);
    ct_buf_puts(out, metric->name);
    ct_buf_putc(out, ' ');
    ct_buf_puts(out, metric->type);
    ct_buf_putc(out, '\n');
}


/* A metric without labels. */
static void
ct_metric_one(ct_buf_t *out, const char *name, const char *type,
    const char *help, uint64_t value)
{
    ct_metric_t metric;

    metric = (ct_metric_t) {name, type, help};

    ct_metric_head(out, &metric);
    ct_metric_begin(out, name);
    ct_buf_putc(out, ' ');
    ct_buf_u64(out, value);
    ct_buf_putc(out, '\n');
}


void
ct_metric_begin(ct_buf_t *out, const char *name)
{
    ct_buf_puts(out, CT_METRIC_PREFIX);
    ct_buf_puts(out, name);
}


void
ct_metric_label(ct_buf_t *out, const char *before, ct_bytes_t value)
{
    uint32_t   code;
    ct_bytes_t rest, skipped;

    ct_buf_puts(out, before);

    while (value.len != 0 && !out->full) {
        rest = value;

        if (!ct_utf8_read(&value, &code)) {
            (void) ct_read_bytes(&value, 1, &skipped);
            code = 0;
        }

        if (code == '\n') {
            ct_buf_puts(out, "\\n");

        } else if (code < 0x20 || code == 0x7f) {
            ct_buf_puts(out, "\xef\xbf\xbd");

        } else {
            ct_buf_puts(out, code == '"' || code == '\\' ? "\\" : "");
            ct_buf_put(out, rest.data, rest.len - value.len);
        }
    }
}


static void
ct_metric_seconds(ct_buf_t *out, int64_t ms)
{
    if (ms < 0) {
        ct_buf_putc(out, '-');
        ct_buf_u64(out, (uint64_t) -(ms / 1000));
        return;
    }

    ct_buf_u64(out, (uint64_t) ms / 1000);
}


/* Seconds of something that happened here, so never before 1970. */
static uint64_t
ct_metric_past(int64_t ms)
{
    return ms > 0 ? (uint64_t) ms / 1000 : 0;
}


static void
ct_metrics_findings(ct_buf_t *out, const ct_summary_t *summary)
{
    unsigned verdict;

    static const ct_metric_t metric = {
        "findings", "gauge", "Certificates found in logs, by verdict."
    };

    ct_metric_head(out, &metric);

    for (verdict = CT_VERDICT_SERVED; verdict < CT_SUMMARY_VERDICTS;
         verdict++)
    {
        ct_metric_begin(out, metric.name);
        ct_metric_label(out, "{verdict=\"",
                        ct_bytes_str(ct_verdict_name(verdict)));
        ct_buf_puts(out, "\"} ");
        ct_buf_u64(out, summary->verdicts[verdict]);
        ct_buf_putc(out, '\n');
    }

    ct_metric_one(out, "findings_alarming", "gauge",
                  "Findings that need somebody.", summary->alarming);
    ct_metric_one(out, "findings_acknowledged", "gauge",
                  "Findings that would alarm if nobody had acknowledged "
                  "them.", summary->acknowledged);
    ct_metric_one(out, "findings_unverified", "gauge",
                  "Findings that no signed tree head covers yet.",
                  summary->unverified);
    ct_metric_one(out, "findings_dropped_total", "counter",
                  "Findings that had no room in the zone.",
                  summary->status.dropped);
}


/* Could a certificate that browsers trust be missed right now? */
static void
ct_metrics_coverage(ct_buf_t *out, const ct_summary_t *summary)
{
    const ct_status_t *status;

    status = &summary->status;

    ct_metric_one(out, "coverage", "gauge",
                  "Whether every certificate that browsers trust would be "
                  "seen.",
                  ct_summary_coverage_of(summary) == CT_COVERAGE_COMPLETE);
    ct_metric_one(out, "coverage_since_timestamp_seconds", "gauge",
                  "Since when coverage has been what it is.",
                  ct_metric_past(summary->alive ? status->coverage_ms
                                                : status->heartbeat_ms));
    ct_metric_one(out, "log_list_timestamp_seconds", "gauge",
                  "Of when the log list in force is.",
                  ct_metric_past(status->list_ms));
    ct_metric_one(out, "log_list_checked_timestamp_seconds", "gauge",
                  "When the log list was last found good.",
                  ct_metric_past(status->list_checked_ms));
    ct_metric_one(out, "log_list_stale", "gauge",
                  "Whether the log list is too old to rely on.",
                  status->list_stale);
}


/* Nothing about a list that nobody wants. */
static void
ct_metrics_calist(ct_buf_t *out, const ct_status_t *status)
{
    if (status->calist[0] == '\0' && status->calist_error[0] == '\0') {
        return;
    }

    ct_metric_one(out, "ca_list_certificates", "gauge",
                  "Certificates in the CA list in force.",
                  status->calist_rows);
    ct_metric_one(out, "ca_list_checked_timestamp_seconds", "gauge",
                  "When the CA list was last found good.",
                  ct_metric_past(status->calist_checked_ms));
    ct_metric_one(out, "ca_list_failing", "gauge",
                  "Whether the CA list could not be renewed.",
                  status->calist_error[0] != '\0');
}


/* Every log, also those that are not followed. */
static void
ct_metrics_states(ct_buf_t *out, const ct_store_t *store)
{
    size_t          i;
    ct_log_record_t log;

    static const ct_metric_t metric = {
        "log_state", "gauge", "1 for the state that the log is in."
    };

    ct_metric_head(out, &metric);

    for (i = 0; i < ct_store_nlogs(store); i++) {
        if (ct_store_log(store, i, &log)) {
            ct_metric_log_labels(out, metric.name, &log);
            ct_buf_puts(out, "\",state=\"");
            ct_buf_puts(out, ct_summary_state_name(log.state));
            ct_buf_puts(out, "\"} 1\n");
        }
    }
}


/* Logs that are or should be followed. */
static void
ct_metrics_log(ct_buf_t *out, const ct_report_t *report,
    ct_metric_log_e which)
{
    size_t          i;
    ct_log_record_t log;

    ct_metric_head(out, &ct_metrics_logs[which]);

    for (i = 0; i < ct_store_nlogs(report->store); i++) {
        if (!ct_store_log(report->store, i, &log)
            || !ct_summary_follows(&log))
        {
            continue;
        }

        ct_metric_log_labels(out, ct_metrics_logs[which].name, &log);
        ct_buf_puts(out, "\"} ");
        ct_buf_u64(out, ct_metric_log_value(&log, which, report->now_ms));
        ct_buf_putc(out, '\n');
    }
}


/* Up to the value of the last one. The URL tells apart what a log list may
 * well give twice. */
static void
ct_metric_log_labels(ct_buf_t *out, const char *name,
    const ct_log_record_t *log)
{
    ct_metric_begin(out, name);
    ct_metric_label(out, "{log=\"", CT_SUMMARY_TEXT(log->description));
    ct_metric_label(out, "\",operator=\"",
                    CT_SUMMARY_TEXT(log->operator_name));
    ct_buf_puts(out, "\",log_id=\"");
    ct_buf_hex(out, log->id, CT_HASH_LEN);
    ct_metric_label(out, "\",url=\"", CT_SUMMARY_TEXT(log->url));
}


static uint64_t
ct_metric_log_value(const ct_log_record_t *log, ct_metric_log_e which,
    int64_t now_ms)
{
    uint64_t head_ms;

    head_ms = log->cursor.latest.timestamp_ms;

    switch (which) {
    case CT_METRIC_HEAD:
        return head_ms / 1000;
    case CT_METRIC_HEAD_AGE:
        return head_ms != 0 && now_ms > 0 && head_ms < (uint64_t) now_ms
               ? ((uint64_t) now_ms - head_ms) / 1000 : 0;
    case CT_METRIC_CONFIRMED:
        return log->cursor.confirmed_ms / 1000;
    case CT_METRIC_GAPS:
        return ct_metric_gap_entries(log);
    case CT_METRIC_TREE_SIZE:
        return log->cursor.latest.size;
    case CT_METRIC_VERIFIED:
        return log->cursor.verified.size;
    case CT_METRIC_LAG:
        return ct_cursor_lag(&log->cursor);
    case CT_METRIC_FAILING:
        return ct_summary_fails(log);
    case CT_METRIC_LAST_SUCCESS:
        return ct_metric_past(log->last_success_ms);
    case CT_METRIC_ENTRIES:
        return log->entries;
    case CT_METRIC_MATCHES:
        return log->matches;
    case CT_METRIC_MALFORMED:
        return log->malformed;
    case CT_METRIC_LOG_COUNT:
        break;
    }

    return 0;
}


static uint64_t
ct_metric_gap_entries(const ct_log_record_t *log)
{
    size_t          i;
    uint64_t        n;
    const ct_gap_t *gap;

    n = 0;

    for (i = 0; i < CT_LIMIT_GAPS; i++) {
        gap = &log->gaps[i];
        n += gap->to > gap->from ? gap->to - gap->from : 0;
    }

    return n;
}


static ct_rc_t
ct_metrics_certificates(const ct_report_t *report, ct_buf_t *out)
{
    size_t             i;
    ct_seen_t          seen;
    const ct_served_t *served;

    static const ct_metric_t metric = {
        "certificate_not_after_timestamp_seconds", "gauge",
        "When a certificate that nginx serves expires."
    };

    if (!ct_seen_start(&seen, report->arena, report->inventory->nserved)) {
        return CT_E_MEMORY;
    }

    ct_metric_head(out, &metric);

    for (i = 0; i < report->inventory->nserved; i++) {
        if (ct_seen_before(&seen, report->inventory, i)) {
            continue;
        }

        served = &report->inventory->served[i];

        ct_metric_begin(out, metric.name);
        ct_metric_label(out, "{file=\"", ct_bytes_str(served->file));
        ct_buf_puts(out, "\",sha256=\"");
        ct_buf_hex(out, served->cert_sha256, CT_HASH_LEN);
        ct_buf_puts(out, "\"} ");
        ct_metric_seconds(out, served->not_after_ms);
        ct_buf_putc(out, '\n');
    }

    return CT_OK;
}


/* At least twice as many slots as certificates: a search always ends. */
static bool
ct_seen_start(ct_seen_t *seen, ct_arena_t *arena, size_t n)
{
    size_t size;

    for (size = 16; size / 2 < n; size *= 2) {
        /* a power of two */
    }

    seen->mask = size - 1;
    seen->slots = ct_arena_calloc(arena, size, sizeof(uint32_t));

    return seen->slots != NULL;
}


/* Same certificate from the same file: several servers share it. */
static bool
ct_seen_before(ct_seen_t *seen, const ct_inventory_t *inventory, size_t i)
{
    size_t             at;
    uint64_t           hash;
    const ct_served_t *served, *other;

    served = &inventory->served[i];
    memcpy(&hash, served->cert_sha256, sizeof(hash));

    for (at = hash & seen->mask; seen->slots[at] != 0;
         at = (at + 1) & seen->mask)
    {
        other = &inventory->served[seen->slots[at] - 1];

        if (memcmp(other->cert_sha256, served->cert_sha256, CT_HASH_LEN) == 0
            && strcmp(other->file, served->file) == 0)
        {
            return true;
        }
    }

    seen->slots[at] = (uint32_t) (i + 1);

    return false;
}


static void
ct_metrics_alerts(ct_buf_t *out, const ct_summary_t *summary)
{
    ct_metric_one(out, "alerts_waiting", "gauge",
                  "Alerts that are still to be delivered.",
                  summary->waiting);
    ct_metric_one(out, "alerts_sent_total", "counter",
                  "Alerts that a receiver has taken.",
                  summary->status.alerts_sent);
    ct_metric_one(out, "alerts_failed_total", "counter",
                  "Alerts given up after too many attempts.",
                  summary->status.alerts_failed);
    ct_metric_one(out, "alerts_dropped_total", "counter",
                  "Alerts that had no room in the zone.",
                  summary->status.alerts_dropped);
}


static void
ct_metrics_zone(ct_buf_t *out, const ct_summary_t *summary,
    const ct_store_t *store)
{
    ct_metric_one(out, "zone_findings", "gauge", "Findings in the zone.",
                  summary->used_findings);
    ct_metric_one(out, "zone_findings_max", "gauge",
                  "Findings that the zone has room for.",
                  ct_store_max_findings(store));
    ct_metric_one(out, "zone_blocks", "gauge",
                  "Blocks of text in use in the zone.",
                  summary->used_blocks);
    ct_metric_one(out, "zone_blocks_max", "gauge",
                  "Blocks of text that the zone has.", summary->max_blocks);
    ct_metric_one(out, "zone_logs", "gauge", "Log records in the zone.",
                  ct_store_nlogs(store));
    ct_metric_one(out, "zone_logs_max", "gauge",
                  "Logs that the zone has room for.",
                  ct_store_max_logs(store));
}


static void
ct_metrics_engine(ct_buf_t *out, const ct_summary_t *summary)
{
    ct_metric_one(out, "received_bytes_total", "counter",
                  "Bytes received by this engine.",
                  summary->status.received);
    ct_metric_one(out, "watched_names", "gauge", "Names on the watch.",
                  summary->status.watched);
    ct_metric_one(out, "engine_generation", "gauge",
                  "Engines that have worked on this zone.",
                  summary->status.generation);
    ct_metric_one(out, "engine_heartbeat_timestamp_seconds", "gauge",
                  "When the engine last turned.",
                  ct_metric_past(summary->status.heartbeat_ms));
    ct_metric_one(out, "state_saved_timestamp_seconds", "gauge",
                  "When the state file was last written.",
                  ct_metric_past(summary->status.saved_ms));
}
