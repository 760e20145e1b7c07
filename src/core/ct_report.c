/*
 * ct_report: the JSON faces - status and certificates; the others lie beside
 * it - and the one line of health. Members are only ever added, never
 * renamed: the version says so to clients.
 */

#include "ct_cert.h"
#include "ct_report_past.h"

#include <string.h>


static void ct_report_headline(ct_json_t *json, const ct_summary_t *summary,
    const ct_store_t *store);
static void ct_report_counts(ct_json_t *json, const ct_summary_t *summary);
static void ct_report_engine(ct_json_t *json, const ct_summary_t *summary);
static void ct_report_log_counts(ct_json_t *json,
    const ct_summary_t *summary);
static void ct_report_usage(ct_json_t *json, const ct_summary_t *summary,
    const ct_store_t *store);
static void ct_report_alerts(ct_json_t *json, const ct_summary_t *summary,
    const ct_store_t *store);
static void ct_report_coverage(ct_json_t *json, const ct_summary_t *summary);
static void ct_report_loglist(ct_json_t *json, const ct_summary_t *summary);
static void ct_report_certificate(ct_json_t *json,
    const ct_served_t *served);
static size_t ct_report_others(ct_json_t *json, const ct_report_t *report,
    ct_others_t *others);
static void ct_report_other(ct_json_t *json, const ct_past_t *past,
    int64_t now_ms);
static void ct_report_served_by(ct_json_t *json, uint32_t places);
static bool ct_report_sick(const ct_summary_t *summary, ct_buf_t *out);


void
ct_report_token(ct_buf_t *out, uint64_t number)
{
    ct_buf_putc(out, 'n');
    ct_buf_u64(out, number);
}


bool
ct_report_token_read(ct_bytes_t token, uint64_t *number)
{
    uint8_t  mark;
    uint64_t value;

    if (!ct_read_u8(&token, &mark) || mark != 'n'
        || !ct_parse_decimal(token, &value) || value == 0)
    {
        return false;
    }

    *number = value;

    return true;
}


ct_rc_t
ct_report_done(const ct_buf_t *out)
{
    return out->full ? CT_E_MEMORY : CT_OK;
}


ct_rc_t
ct_report_json_status(const ct_report_t *report, ct_buf_t *out)
{
    ct_json_t    json;
    ct_summary_t summary;

    ct_summary_take(&summary, report);

    ct_json_start(&json, out);
    ct_json_object(&json, NULL);
    ct_json_u64(&json, "version", CT_REPORT_VERSION);
    ct_json_str(&json, "zone", report->zone);
    ct_json_time(&json, "time", report->now_ms);
    ct_report_headline(&json, &summary, report->store);
    ct_report_counts(&json, &summary);
    ct_report_engine(&json, &summary);
    ct_report_coverage(&json, &summary);
    ct_report_loglist(&json, &summary);
    ct_report_log_counts(&json, &summary);
    ct_report_usage(&json, &summary, report->store);
    ct_json_u64(&json, "dropped", summary.status.dropped);
    ct_report_alerts(&json, &summary, report->store);
    ct_json_u64(&json, "received", summary.status.received);
    ct_json_u64(&json, "watched", summary.status.watched);
    ct_json_u64(&json, "certificates", report->inventory->nserved);
    ct_json_object_end(&json);

    return ct_report_done(out);
}


static void
ct_report_headline(ct_json_t *json, const ct_summary_t *summary,
    const ct_store_t *store)
{
    uint8_t  room[CT_REPORT_SENTENCE];
    ct_buf_t text;

    ct_json_object(json, "headline");

    ct_buf_fixed(&text, room, sizeof(room));
    ct_summary_headline(summary, &text);
    ct_json_string(json, "text", ct_buf_slice(&text));
    ct_json_str(json, "level",
                ct_summary_level_name(ct_summary_level(summary)));

    ct_buf_fixed(&text, room, sizeof(room));
    ct_summary_following(summary, store, &text);
    ct_json_string(json, "coverage", ct_report_written(&text));

    ct_json_object_end(json);
}


static void
ct_report_counts(ct_json_t *json, const ct_summary_t *summary)
{
    unsigned verdict;

    ct_json_object(json, "counts");
    ct_json_u64(json, "total", summary->findings);
    ct_json_u64(json, "alarming", summary->alarming);
    ct_json_u64(json, "acknowledged", summary->acknowledged);
    ct_json_u64(json, "baseline", summary->baseline);
    ct_json_u64(json, "unverified", summary->unverified);

    for (verdict = CT_VERDICT_SERVED; verdict < CT_SUMMARY_VERDICTS;
         verdict++)
    {
        ct_json_u64(json, ct_verdict_name(verdict),
                    summary->verdicts[verdict]);
    }

    ct_json_object_end(json);
}


static void
ct_report_engine(ct_json_t *json, const ct_summary_t *summary)
{
    const ct_status_t *status;

    status = &summary->status;

    ct_json_object(json, "engine");
    ct_json_bool(json, "running", summary->alive);
    ct_json_u64(json, "generation", status->generation);
    ct_json_u64(json, "pid", status->pid > 0 ? (uint64_t) status->pid : 0);
    ct_json_time(json, "started", status->started_ms);
    ct_json_time(json, "heartbeat", status->heartbeat_ms);
    ct_json_time(json, "saved", status->saved_ms);
    ct_json_time(json, "since", status->since_ms);
    ct_report_text(json, "error", CT_SUMMARY_TEXT(status->error));
    ct_json_object_end(json);
}


static void
ct_report_log_counts(ct_json_t *json, const ct_summary_t *summary)
{
    ct_json_object(json, "logs");
    ct_json_u64(json, "total", summary->logs);
    ct_json_u64(json, "followed", summary->followed);
    ct_json_u64(json, "starting", summary->states[CT_FOLLOW_STARTING]);
    ct_json_u64(json, "following", summary->states[CT_FOLLOW_FOLLOWING]);
    ct_json_u64(json, "catching_up",
                summary->states[CT_FOLLOW_CATCHING_UP]);
    ct_json_u64(json, "lagging", summary->states[CT_FOLLOW_LAGGING]);
    ct_json_u64(json, "unreachable",
                summary->states[CT_FOLLOW_UNREACHABLE]);
    ct_json_u64(json, "rate_limited", summary->states[CT_FOLLOW_LIMITED]);
    ct_json_u64(json, "misbehaving",
                summary->states[CT_FOLLOW_MISBEHAVING]);
    ct_json_u64(json, "final", summary->states[CT_FOLLOW_FINAL]);
    ct_json_u64(json, "skipped", summary->states[CT_FOLLOW_SKIPPED]);
    ct_json_u64(json, "unlisted", summary->states[CT_FOLLOW_UNLISTED]);
    ct_json_u64(json, "failing", summary->failing);
    ct_json_u64(json, "gaps", summary->gaps);
    ct_json_u64(json, "lag", summary->behind);
    ct_json_object_end(json);
}


/* Could a certificate be missed right now? */
static void
ct_report_coverage(ct_json_t *json, const ct_summary_t *summary)
{
    uint8_t            room[CT_REPORT_SENTENCE];
    ct_buf_t           text;
    const ct_status_t *status;

    status = &summary->status;
    ct_buf_fixed(&text, room, sizeof(room));
    ct_summary_coverage(summary, &text);

    ct_json_object(json, "coverage");
    ct_json_str(json, "state", ct_summary_coverage_name(
                                   ct_summary_coverage_of(summary)));
    ct_json_time(json, "since", summary->alive ? status->coverage_ms
                                               : status->heartbeat_ms);
    ct_json_string(json, "text", ct_report_written(&text));
    ct_json_object_end(json);
}


static void
ct_report_loglist(ct_json_t *json, const ct_summary_t *summary)
{
    const ct_status_t *status;

    status = &summary->status;

    ct_json_object(json, "list");
    ct_report_text(json, "text", CT_SUMMARY_TEXT(status->list));
    ct_report_text(json, "error", CT_SUMMARY_TEXT(status->list_error));
    ct_json_time(json, "timestamp", status->list_ms);
    ct_json_time(json, "checked", status->list_checked_ms);
    ct_json_bool(json, "stale", status->list_stale);
    ct_json_object_end(json);

    ct_json_object(json, "ca_list");
    ct_report_text(json, "text", CT_SUMMARY_TEXT(status->calist));
    ct_report_text(json, "error", CT_SUMMARY_TEXT(status->calist_error));
    ct_json_time(json, "checked", status->calist_checked_ms);
    ct_json_u64(json, "rows", status->calist_rows);
    ct_json_object_end(json);
}


static void
ct_report_usage(ct_json_t *json, const ct_summary_t *summary,
    const ct_store_t *store)
{
    ct_json_object(json, "usage");
    ct_json_u64(json, "findings", summary->used_findings);
    ct_json_u64(json, "max_findings", ct_store_max_findings(store));
    ct_json_u64(json, "blocks", summary->used_blocks);
    ct_json_u64(json, "max_blocks", summary->max_blocks);
    ct_json_u64(json, "logs", ct_store_nlogs(store));
    ct_json_u64(json, "max_logs", ct_store_max_logs(store));
    ct_json_u64(json, "acknowledgements", summary->used_acks);
    ct_json_u64(json, "max_acknowledgements", summary->max_acks);
    ct_json_object_end(json);
}


static void
ct_report_alerts(ct_json_t *json, const ct_summary_t *summary,
    const ct_store_t *store)
{
    uint8_t  room[CT_REPORT_SENTENCE];
    ct_buf_t text;

    ct_buf_fixed(&text, room, sizeof(room));
    ct_summary_untold(summary, store, &text);

    ct_json_object(json, "alerts");
    ct_report_text(json, "text", ct_report_written(&text));
    ct_json_u64(json, "waiting", summary->waiting);
    ct_json_u64(json, "sent", summary->status.alerts_sent);
    ct_json_u64(json, "failed", summary->status.alerts_failed);
    ct_json_u64(json, "dropped", summary->status.alerts_dropped);
    ct_json_object_end(json);
}


bool
ct_report_room(const ct_buf_t *out)
{
    return out->ceiling - out->len >= CT_REPORT_ROOM;
}


ct_rc_t
ct_report_json_certificates(const ct_report_t *report, ct_buf_t *out)
{
    size_t                i, n;
    ct_json_t             json;
    ct_others_t           others;
    const ct_inventory_t *inventory;

    inventory = report->inventory;

    if (!ct_others_start(&others, report)) {
        return CT_E_MEMORY;
    }

    ct_json_start(&json, out);
    ct_json_object(&json, NULL);
    ct_json_array(&json, "certificates");

    for (i = 0; i < inventory->nserved; i++) {
        if (i != 0 && !ct_report_room(out)) {
            break;
        }

        ct_json_object(&json, NULL);
        ct_report_certificate(&json, &inventory->served[i]);
        ct_json_object_end(&json);
    }

    n = ct_report_others(&json, report, &others);
    ct_json_array_end(&json);
    ct_json_u64(&json, "total", inventory->nserved + n);
    ct_json_object_end(&json);

    return ct_report_done(out);
}


static void
ct_report_certificate(ct_json_t *json, const ct_served_t *served)
{
    size_t    i;
    uint8_t   room[CT_REPORT_SENTENCE];
    ct_buf_t  issuer;
    ct_cert_t cert;

    memset(&cert, 0, sizeof(cert));
    ct_buf_fixed(&issuer, room, sizeof(room));

    if (ct_cert_read(served->der, &cert) == CT_OK) {
        ct_cert_name_text(&issuer, cert.issuer);
    }

    ct_json_array(json, "names");

    for (i = 0; i < served->nnames; i++) {
        ct_json_string(json, NULL, served->names[i]);
    }

    ct_json_array_end(json);
    ct_json_u64(json, "number_of_certificate_names", served->ncert_names);
    ct_json_string(json, "issuer", ct_report_written(&issuer));
    ct_json_str(json, "file", served->file);
    ct_report_served_by(json, served->places);
    ct_json_hex(json, "serial", cert.serial.data, cert.serial.len);
    ct_json_time(json, "not_before", served->not_before_ms);
    ct_json_time(json, "not_after", served->not_after_ms);
    ct_json_hex(json, "tbs_sha256", served->identity, CT_HASH_LEN);
    ct_json_hex(json, "cert_sha256", served->cert_sha256, CT_HASH_LEN);
    ct_json_hex(json, "spki_sha256", served->spki_sha256, CT_HASH_LEN);
    ct_json_str(json, "source", "configured");
    ct_json_null(json, "ca");
    ct_json_bool(json, "names_cut", false);
    ct_json_null(json, "last_seen");
    ct_json_null(json, "until");
}


/* How many there are, whether or not there is room for all. */
static size_t
ct_report_others(ct_json_t *json, const ct_report_t *report,
    ct_others_t *others)
{
    size_t    n;
    ct_past_t past;

    for (n = 0; ct_others_next(others, &past); n++) {
        if (ct_report_room(json->out)) {
            ct_json_object(json, NULL);
            ct_report_other(json, &past, report->now_ms);
            ct_json_object_end(json);
        }
    }

    return n;
}


/* Of those little more is kept than what is compared. */
static void
ct_report_other(ct_json_t *json, const ct_past_t *past, int64_t now_ms)
{
    ct_bytes_t list, name;

    list = ct_past_list(past);
    ct_json_array(json, "names");

    while (ct_past_name(&list, &name)) {
        ct_json_string(json, NULL, name);
    }

    ct_json_array_end(json);
    ct_json_null(json, "number_of_certificate_names");
    ct_json_null(json, "issuer");
    ct_json_null(json, "file");
    ct_json_array(json, "served_by");
    ct_json_array_end(json);
    ct_json_null(json, "serial");
    ct_json_null(json, "not_before");
    ct_json_time(json, "not_after", past->not_after_ms);
    ct_json_hex(json, "tbs_sha256", past->identity, CT_HASH_LEN);
    ct_json_hex(json, "cert_sha256", past->cert_sha256, CT_HASH_LEN);
    ct_json_hex(json, "spki_sha256", past->spki_sha256, CT_HASH_LEN);
    ct_json_str(json, "source", ct_others_source(past, now_ms));
    ct_report_text(json, "ca", ct_past_owner(past));
    ct_json_bool(json, "names_cut", past->names_cut);
    ct_json_time(json, "last_seen", past->last_ms);
    ct_json_time(json, "until", ct_others_until(past));
}


static void
ct_report_served_by(ct_json_t *json, uint32_t places)
{
    uint32_t place;

    ct_json_array(json, "served_by");

    for (place = CT_SERVED_HTTP; place <= CT_SERVED_MAIL; place <<= 1) {
        if (places & place) {
            ct_json_str(json, NULL, ct_served_place(place));
        }
    }

    ct_json_array_end(json);
}


/* null where there is nothing to say. */
void
ct_report_text(ct_json_t *json, const char *name, ct_bytes_t text)
{
    if (text.len == 0) {
        ct_json_null(json, name);
        return;
    }

    ct_json_string(json, name, text);
}


bool
ct_report_health(const ct_report_t *report, ct_buf_t *out)
{
    ct_summary_t summary;

    ct_summary_take(&summary, report);

    if (ct_report_sick(&summary, out)) {
        return false;
    }

    ct_buf_puts(out, "ok: following ");
    ct_summary_count(out, summary.followed, "log", "logs");

    if (summary.failing != 0) {
        ct_buf_puts(out, " (");
        ct_page_grouped(out, summary.failing);
        ct_buf_puts(out, " failing)");
    }

    ct_buf_puts(out, ", ");
    ct_summary_count(out, summary.alarming, "finding needs you\n",
                     "findings need you\n");

    return true;
}


/* Says why when the monitor does not do its work. Findings are no reason:
 * then it does. */
static bool
ct_report_sick(const ct_summary_t *summary, ct_buf_t *out)
{
    size_t misbehaving;

    misbehaving = summary->states[CT_FOLLOW_MISBEHAVING];

    if (!summary->started) {
        ct_buf_puts(out, "failing: the monitor is starting\n");
        return true;
    }

    if (!summary->alive) {
        ct_buf_puts(out, "failing: the monitor is not running\n");
        return true;
    }

    if (misbehaving != 0) {
        ct_buf_puts(out, "failing: ");
        ct_summary_count(out, misbehaving,
                         "log contradicts what it signs\n",
                         "logs contradict what they sign\n");
        return true;
    }

    if (summary->followed == 0) {
        ct_buf_puts(out, "failing: no log is followed\n");
        return true;
    }

    if (summary->failing != 0
        && summary->failing == summary->followed
                               - summary->states[CT_FOLLOW_FINAL])
    {
        ct_buf_puts(out, "failing: no followed log can be read\n");
        return true;
    }

    return false;
}
