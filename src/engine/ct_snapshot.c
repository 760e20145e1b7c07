/*
 * ct_snapshot: writing. Every member has a name; see ct_snapshot_read.c for
 * the way back. A log's line is in ct_snapshot_log.c, both ways.
 */

#include "ct_snapshot_part.h"

#include <string.h>


static void ct_snapshot_places(ct_json_t *json, const ct_finding_t *finding);
static void ct_mark_bytes(uint64_t mark, uint8_t bytes[8]);


/* Before 1970 and after what 63 bits hold is all the same to us. */
void
ct_snapshot_ms(ct_json_t *json, const char *name, int64_t ms)
{
    ct_json_u64(json, name, ms > 0 ? (uint64_t) ms : 0);
}


void
ct_snapshot_header(ct_json_t *json, const ct_status_t *status)
{
    ct_json_object(json, NULL);
    ct_json_u64(json, "ct_state", CT_SNAPSHOT_FORMAT);
    ct_json_u64(json, "version", status->version);
    ct_json_u64(json, "generation", status->generation);
    ct_snapshot_ms(json, "since_ms", status->since_ms);
    ct_snapshot_ms(json, "heartbeat_ms", status->heartbeat_ms);
    ct_json_u64(json, "coverage", status->coverage);
    ct_snapshot_ms(json, "coverage_ms", status->coverage_ms);
    ct_json_u64(json, "dropped", status->dropped);
    ct_json_u64(json, "alerts_dropped", status->alerts_dropped);
    ct_json_u64(json, "alerts_sent", status->alerts_sent);
    ct_json_u64(json, "alerts_failed", status->alerts_failed);
    ct_json_bool(json, "ended", status->ended != 0);
    ct_json_u64(json, "restarts", status->restarts);
    ct_json_u64(json, "restarts_told", status->restarts_told);
    ct_snapshot_ms(json, "restarted_ms", status->restarted_ms);
    ct_json_object_end(json);
}


void
ct_snapshot_finding(ct_json_t *json, const ct_finding_t *finding,
    ct_bytes_t text)
{
    uint8_t  encoded[4 * ((CT_LIMIT_FINDING_TEXT + 2) / 3) + 4];
    ct_buf_t buf;

    ct_buf_fixed(&buf, encoded, sizeof(encoded));
    ct_buf_base64(&buf, text.data, text.len);

    ct_json_object(json, NULL);
    ct_json_object(json, "finding");
    ct_json_u64(json, "number", finding->number);
    ct_snapshot_ms(json, "first_seen_ms", finding->first_seen_ms);
    ct_snapshot_ms(json, "not_before_ms", finding->not_before_ms);
    ct_snapshot_ms(json, "not_after_ms", finding->not_after_ms);
    ct_snapshot_ms(json, "pending_ms", finding->pending_ms);
    ct_snapshot_ms(json, "judged_ms", finding->judged_ms);
    ct_json_u64(json, "grace_s", finding->grace_s);
    ct_json_hex(json, "identity", finding->identity, CT_HASH_LEN);
    ct_json_hex(json, "cert_sha256", finding->cert_sha256, CT_HASH_LEN);
    ct_json_hex(json, "spki_sha256", finding->spki_sha256, CT_HASH_LEN);
    ct_json_hex(json, "issuer_key", finding->issuer_key, CT_HASH_LEN);
    ct_json_hex(json, "serial", finding->serial, finding->serial_len);
    ct_json_str(json, "verdict",
                ct_verdict_name((ct_verdict_e) finding->verdict));
    ct_json_u64(json, "verdict_code", finding->verdict);
    ct_json_u64(json, "reason", finding->reason);
    ct_json_u64(json, "flags", finding->flags);
    ct_json_u64(json, "nnames", finding->nnames);
    ct_json_u64(json, "nplaces", finding->nplaces);
    ct_snapshot_places(json, finding);
    ct_json_string(json, "text", ct_buf_slice(&buf));
    ct_json_object_end(json);
    ct_json_object_end(json);
}


static void
ct_snapshot_places(ct_json_t *json, const ct_finding_t *finding)
{
    size_t            i;
    const ct_place_t *place;

    ct_json_array(json, "places");

    for (i = 0; i < finding->nplaces && i < CT_LIMIT_FINDING_LOGS; i++) {
        place = &finding->places[i];
        ct_json_object(json, NULL);

        /* the number of the log's line in this file, from 0 */
        ct_json_u64(json, "log", place->log);
        ct_json_u64(json, "index", place->index);
        ct_snapshot_ms(json, "timestamp_ms", place->timestamp_ms);
        ct_json_bool(json, "precertificate", place->precertificate);
        ct_json_object_end(json);
    }

    ct_json_array_end(json);
}


void
ct_snapshot_event(ct_json_t *json, const ct_event_t *event)
{
    ct_json_object(json, NULL);
    ct_json_object(json, "event");
    ct_json_u64(json, "number", event->number);
    ct_snapshot_ms(json, "time_ms", event->time_ms);
    ct_json_u64(json, "kind", event->kind);

    if (event->log == CT_EVENT_NO_LOG) {
        ct_json_null(json, "log");
    } else {
        ct_json_u64(json, "log", event->log);
    }

    ct_json_hex(json, "evidence", event->evidence, CT_HASH_LEN);
    ct_json_string(json, "text",
                   ct_bytes(event->text,
                            strnlen(event->text, sizeof(event->text))));
    ct_json_object_end(json);
    ct_json_object_end(json);
}


void
ct_snapshot_marks(ct_json_t *json, const uint64_t *marks, size_t n,
    uint64_t sum)
{
    size_t   i, at;
    uint8_t  piece[CT_SNAPSHOT_MARKS * 8];
    uint8_t  encoded[4 * ((sizeof(piece) + 2) / 3)];
    ct_buf_t text;

    ct_mark_bytes(sum, piece);
    ct_json_object(json, NULL);
    ct_json_object(json, "watched");
    ct_json_hex(json, "sum", piece, 8);
    ct_json_array(json, "hashes");

    for (i = 0; i < n; i += at) {
        for (at = 0; at < CT_SNAPSHOT_MARKS && i + at < n; at++) {
            ct_mark_bytes(marks[i + at], piece + at * 8);
        }

        ct_buf_fixed(&text, encoded, sizeof(encoded));
        ct_buf_base64(&text, piece, at * 8);
        ct_json_string(json, NULL, ct_buf_slice(&text));
    }

    ct_json_array_end(json);
    ct_json_object_end(json);
    ct_json_object_end(json);
}


/* Big-endian, as on the way back. */
static void
ct_mark_bytes(uint64_t mark, uint8_t bytes[8])
{
    unsigned i;

    for (i = 0; i < 8; i++) {
        bytes[i] = (uint8_t) (mark >> (56 - 8 * i));
    }
}
