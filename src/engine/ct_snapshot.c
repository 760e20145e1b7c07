/*
 * ct_snapshot: writing. Every member has a name; see ct_snapshot_read.c for
 * the way back.
 */

#include "ct_snapshot.h"


static void ct_snapshot_tree(ct_json_t *json, const char *name,
    const ct_merkle_t *tree);
static void ct_snapshot_head(ct_json_t *json, const char *name,
    const ct_head_t *head);
static void ct_snapshot_places(ct_json_t *json, const ct_finding_t *finding);
static void ct_snapshot_ms(ct_json_t *json, const char *name, int64_t ms);


/* Before 1970 and after what 63 bits hold is all the same to us. */
static void
ct_snapshot_ms(ct_json_t *json, const char *name, int64_t ms)
{
    ct_json_u64(json, name, ms > 0 ? (uint64_t) ms : 0);
}


void
ct_snapshot_header(ct_json_t *json, const ct_status_t *status)
{
    ct_json_object(json, NULL);
    ct_json_u64(json, "ct_state", 1);
    ct_json_u64(json, "version", status->version);
    ct_json_u64(json, "generation", status->generation);
    ct_snapshot_ms(json, "since_ms", status->since_ms);
    ct_json_u64(json, "dropped", status->dropped);
    ct_json_u64(json, "alerts_dropped", status->alerts_dropped);
    ct_json_u64(json, "alerts_sent", status->alerts_sent);
    ct_json_u64(json, "alerts_failed", status->alerts_failed);
    ct_json_object_end(json);
}


void
ct_snapshot_log(ct_json_t *json, const ct_log_record_t *log)
{
    const ct_cursor_t *c;

    c = &log->cursor;

    ct_json_object(json, NULL);
    ct_json_object(json, "log");
    ct_json_hex(json, "id", log->id, CT_HASH_LEN);
    ct_json_str(json, "url", log->url);
    ct_json_str(json, "description", log->description);
    ct_json_str(json, "operator", log->operator_name);
    ct_json_u64(json, "type", log->type);
    ct_json_u64(json, "listed", log->listed);
    ct_json_u64(json, "entries", log->entries);
    ct_json_u64(json, "matches", log->matches);
    ct_json_u64(json, "malformed", log->malformed);
    ct_snapshot_ms(json, "last_success_ms", log->last_success_ms);
    ct_json_bool(json, "started", c->started);
    ct_json_u64(json, "start", c->start);
    ct_json_u64(json, "mismatches", c->mismatches);
    ct_snapshot_ms(json, "verified_ms", c->verified_ms);
    ct_snapshot_head(json, "target", &c->target);
    ct_snapshot_head(json, "latest", &c->latest);
    ct_snapshot_tree(json, "verified", &c->verified);
    ct_snapshot_tree(json, "downloaded", &c->downloaded);
    ct_json_object_end(json);
    ct_json_object_end(json);
}


static void
ct_snapshot_head(ct_json_t *json, const char *name, const ct_head_t *head)
{
    ct_json_object(json, name);
    ct_json_u64(json, "size", head->size);
    ct_snapshot_ms(json, "timestamp_ms", (int64_t) head->timestamp_ms);
    ct_json_hex(json, "root", head->root, CT_HASH_LEN);
    ct_json_object_end(json);
}


/* The nodes that the bits of the size call for, lowest level first. */
static void
ct_snapshot_tree(ct_json_t *json, const char *name, const ct_merkle_t *tree)
{
    unsigned level;

    ct_json_object(json, name);
    ct_json_u64(json, "size", tree->size);
    ct_json_array(json, "nodes");

    for (level = 0; level < CT_MERKLE_LEVELS; level++) {
        if (tree->size >> level & 1) {
            ct_json_hex(json, NULL, tree->node[level], CT_HASH_LEN);
        }
    }

    ct_json_array_end(json);
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
ct_snapshot_alert(ct_json_t *json, const ct_alert_t *alert)
{
    ct_json_object(json, NULL);
    ct_json_object(json, "alert");
    ct_json_u64(json, "finding", alert->finding);
    ct_json_hex(json, "channel", (const uint8_t *) &alert->channel,
                sizeof(alert->channel));
    ct_snapshot_ms(json, "due_ms", alert->due_ms);
    ct_snapshot_ms(json, "queued_ms", alert->queued_ms);
    ct_json_u64(json, "attempts", alert->attempts);
    ct_json_u64(json, "status", alert->status > 0
                                ? (uint64_t) alert->status : 0);
    ct_json_object_end(json);
    ct_json_object_end(json);
}
