/*
 * ct_snapshot: records of the store as lines of the state file and back;
 * ct_state does the file. Hash members are hex, texts of findings base64:
 * they are bytes, not characters. Logs come before what refers to them, and
 * so do events.
 */

#ifndef CT_SNAPSHOT_H
#define CT_SNAPSHOT_H

#include "ct_json.h"
#include "ct_store.h"

#include <jansson.h>

#define CT_SNAPSHOT_FORMAT 3   /* 1 and 2 can still be read */
#define CT_SNAPSHOT_MARKS  384 /* in one piece of base64, without padding */
#define CT_SNAPSHOT_OWED   4096 /* numbers in one line */


void ct_snapshot_header(ct_json_t *json, const ct_status_t *status);
void ct_snapshot_log(ct_json_t *json, const ct_log_record_t *log);
void ct_snapshot_finding(ct_json_t *json, const ct_finding_t *finding,
    ct_bytes_t text);
void ct_snapshot_alert(ct_json_t *json, const ct_alert_t *alert);
void ct_snapshot_event(ct_json_t *json, const ct_event_t *event);
void ct_snapshot_marks(ct_json_t *json, const uint64_t *marks, size_t n,
    uint64_t sum);
void ct_snapshot_past(ct_json_t *json, const ct_past_t *past);
void ct_snapshot_ack(ct_json_t *json, const ct_ack_t *ack);
void ct_snapshot_channel(ct_json_t *json, const ct_channel_record_t *channel);

/* Findings that this receiver is still owed. */
void ct_snapshot_owed(ct_json_t *json, uint64_t channel,
    const uint64_t *numbers, size_t n);

/* The other way; false for anything that the writer would not have
 * written. The header gives the status' lasting members. */
bool ct_snapshot_read_header(const json_t *line, ct_status_t *status);
bool ct_snapshot_read_log(const json_t *line, ct_store_t *store);
bool ct_snapshot_read_finding(const json_t *line, ct_store_t *store);
bool ct_snapshot_read_event(const json_t *line, ct_store_t *store);
bool ct_snapshot_read_alert(const json_t *line, ct_store_t *store);
bool ct_snapshot_read_marks(const json_t *line, ct_store_t *store);
bool ct_snapshot_read_past(const json_t *line, ct_store_t *store);
bool ct_snapshot_read_ack(const json_t *line, ct_store_t *store);
bool ct_snapshot_read_channel(const json_t *line, ct_store_t *store);
bool ct_snapshot_read_owed(const json_t *line, ct_store_t *store);

#endif
