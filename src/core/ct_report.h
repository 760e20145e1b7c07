/*
 * ct_report: one model, every face - page, JSON, metrics, health, alert.
 * Reads the store and the inventory, writes into a buffer. Whatever comes
 * from a certificate or a log is escaped for where it goes.
 */

#ifndef CT_REPORT_H
#define CT_REPORT_H

#include "ct_finding.h"
#include "ct_json.h"

typedef struct {
    const ct_store_t     *store;
    const ct_inventory_t *inventory;
    ct_arena_t           *arena;   /* scratch for copies of records */
    int64_t               now_ms;
    int64_t               interval_ms; /* ct_interval, for "alive" */
    const char           *zone;    /* its name */
    const char           *links;   /* prefix of links on the page: "" below
                                      "…/ct/", "ct/" at "…/ct" */
    size_t                limit;   /* findings or events; at least 1, at
                                      most CT_LIMIT_PAGE_FINDINGS */
    uint64_t              after;   /* only those numbered below; 0: all */
} ct_report_t;

/* The `next` of api/findings and api/events: opaque to clients. */
void ct_report_token(ct_buf_t *out, uint64_t number);
bool ct_report_token_read(ct_bytes_t token, uint64_t *number);

/* All return CT_OK or CT_E_MEMORY (out->full). */
ct_rc_t ct_report_page(const ct_report_t *report, ct_buf_t *out);
ct_rc_t ct_report_json_status(const ct_report_t *report, ct_buf_t *out);
ct_rc_t ct_report_json_findings(const ct_report_t *report, ct_buf_t *out);
ct_rc_t ct_report_json_logs(const ct_report_t *report, ct_buf_t *out);
ct_rc_t ct_report_json_events(const ct_report_t *report, ct_buf_t *out);
ct_rc_t ct_report_json_certificates(const ct_report_t *report, ct_buf_t *out);
ct_rc_t ct_report_json_channels(const ct_report_t *report, ct_buf_t *out);
ct_rc_t ct_report_json_acknowledgements(const ct_report_t *report,
    ct_buf_t *out);
ct_rc_t ct_report_metrics(const ct_report_t *report, ct_buf_t *out);

/* The certificate that a finding keeps, in PEM, and a name for the file.
 * NULL, or why there is none: a sentence without its stop. */
const char *ct_report_pem(const ct_report_t *report, const uint8_t *id,
    ct_buf_t *out, ct_buf_t *name);

/* One line; true: 200, false: 503. */
bool ct_report_health(const ct_report_t *report, ct_buf_t *out);

/* The members of one finding, into an open JSON object: the API, alerts
 * and the state file share it. */
void ct_report_finding(ct_json_t *json, const ct_store_t *store,
    const ct_finding_t *finding, ct_bytes_t text, int64_t now_ms);

/* Why it has its verdict; long issuers are cut in it. */
void ct_report_reason(ct_buf_t *out, const ct_store_t *store,
    const ct_finding_t *finding, const ct_finding_text_t *parts);

/* The body of an alert: {id, type, version, time, zone, finding}. */
ct_rc_t ct_report_alert(ct_buf_t *out, const ct_store_t *store,
    const char *zone, const ct_finding_t *finding, ct_bytes_t text,
    int64_t now_ms);

/* The body of an alert of an event: {id, type, version, time (of the event),
 * zone, log or null, text, evidence or null}. */
ct_rc_t ct_report_event(ct_buf_t *out, const ct_store_t *store,
    const char *zone, const ct_event_t *event);

/* "log.misbehaving" and so on. */
const char *ct_report_event_type(uint32_t kind);

/* The style sheet of the page, embedded from html/. */
ct_bytes_t ct_report_style(void);

#endif
