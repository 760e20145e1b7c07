/*
 * ct_report_part: what the faces share; private to ct_report*.c, and to the
 * test that asks whether every field of every template is filled.
 */

#ifndef CT_REPORT_PART_H
#define CT_REPORT_PART_H

#include "ct_page.h"
#include "ct_summary.h"

#define CT_REPORT_VERSION 1

typedef struct {
    const char *name; /* without the prefix that all of them have */
    const char *type;
    const char *help;
} ct_metric_t;

/* The longest finding, record or certificate in JSON: every byte of a text
 * as a \u escape. An answer ends before the next might not fit, and `next`
 * leads on: nobody can make the list unreadable by what he puts into it. */
#define CT_REPORT_ROOM ((size_t) (8 * CT_LIMIT_FINDING_TEXT))

/* Room for the text of a finding. */
#define CT_REPORT_TEXT ((size_t) CT_LIMIT_FINDING_TEXT)

#define CT_REPORT_SENTENCE 1024 /* bytes of one */
#define CT_REPORT_CUT      256  /* bytes of a text inside one */


ct_rc_t ct_report_done(const ct_buf_t *out);

/* Is there room for one more of the longest? */
bool ct_report_room(const ct_buf_t *out);

/* A string; null where there is nothing to say. */
void ct_report_text(ct_json_t *json, const char *name, ct_bytes_t text);

/* null when it is all zero. */
void ct_report_hash(ct_json_t *json, const char *name,
    const uint8_t hash[CT_HASH_LEN]);

/* The watched name, one below it, or a wildcard that covers it. */
bool ct_report_related(ct_bytes_t name, ct_bytes_t matched);

/* "event-7-1795366140000"; all members but type, version, time and zone. */
void ct_report_event_id(ct_buf_t *out, const ct_event_t *event);
void ct_report_event_rest(ct_json_t *json, const ct_store_t *store,
    const ct_event_t *event);

/* At most `most` bytes, not ending inside a character. */
ct_bytes_t ct_report_cut(ct_bytes_t text, size_t most);

/* The text as it was before it was full: for fixed buffers, display. */
ct_bytes_t ct_report_written(const ct_buf_t *buf);

/* HELP and TYPE of a metric; then its samples: the name, labels (`before` is
 * what stands in front of the value: {log=" or ",operator="), the value. */
void ct_metric_head(ct_buf_t *out, const ct_metric_t *metric);
void ct_metric_begin(ct_buf_t *out, const char *name);
void ct_metric_label(ct_buf_t *out, const char *before, ct_bytes_t value);

/* Of each receiver of alerts. */
void ct_report_metrics_channels(const ct_report_t *report,
    const ct_summary_t *summary, ct_buf_t *out);

/* "webhook", "mail", "event log"; "idle", "sending", "failing", "parked". */
const char *ct_channel_kind(uint8_t kind);
const char *ct_channel_state(const ct_channel_record_t *channel,
    const ct_queue_t *queue);

/* ct_report_page, counting fields of templates that nobody fills. */
ct_rc_t ct_report_page_check(const ct_report_t *report, ct_buf_t *out,
    size_t *unknown);

#endif
