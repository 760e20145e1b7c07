/*
 * ct_report_finding: a finding as JSON, in the API, in alerts and wherever
 * else one is handed on. Its text comes from strangers: lengths are those of
 * the store, bytes are escaped by ct_json.
 */

#include "ct_ack.h"
#include "ct_report_part.h"
#include "ct_steps.h"

#include <string.h>


static uint64_t ct_report_list(const ct_report_t *report, ct_json_t *json,
    ct_buf_t *text);
static void ct_report_identity(ct_json_t *json, const ct_finding_t *finding);
static void ct_report_flags(ct_json_t *json, const ct_finding_t *finding,
    int64_t now_ms);
static void ct_report_life(ct_json_t *json, const ct_store_t *store,
    const ct_finding_t *finding);
static void ct_report_ack(ct_json_t *json, const ct_store_t *store,
    const ct_finding_t *finding);
static void ct_report_steps(ct_json_t *json, const ct_finding_t *finding,
    const ct_finding_text_t *parts, int64_t now_ms);
static void ct_report_names(ct_json_t *json, ct_bytes_t names);
static void ct_report_places(ct_json_t *json, const ct_store_t *store,
    const ct_finding_t *finding);


ct_rc_t
ct_report_json_findings(const ct_report_t *report, ct_buf_t *out)
{
    size_t    total, blocks, max_blocks;
    uint8_t   token[32];
    uint64_t  next;
    ct_buf_t  text, word;
    ct_json_t json;
    uint8_t  *room;

    room = ct_arena_alloc(report->arena, CT_REPORT_TEXT);
    if (room == NULL) {
        return CT_E_MEMORY;
    }

    ct_buf_fixed(&text, room, CT_REPORT_TEXT);
    ct_store_usage(report->store, &total, &blocks, &max_blocks);

    ct_json_start(&json, out);
    ct_json_object(&json, NULL);
    ct_json_array(&json, "findings");
    next = ct_report_list(report, &json, &text);
    ct_json_array_end(&json);

    if (next != 0) {
        ct_buf_fixed(&word, token, sizeof(token));
        ct_report_token(&word, next);
        ct_json_string(&json, "next", ct_buf_slice(&word));

    } else {
        ct_json_null(&json, "next");
    }

    ct_json_u64(&json, "total", total);
    ct_json_object_end(&json);

    return ct_report_done(out);
}


/* Writes one page of findings; the number of the last one when there are
 * more, else 0. */
static uint64_t
ct_report_list(const ct_report_t *report, ct_json_t *json, ct_buf_t *text)
{
    size_t       n;
    uint64_t     last;
    ct_walk_t    walk;
    ct_finding_t finding;

    n = 0;
    last = 0;
    ct_walk_start(&walk, report->store);

    while (ct_walk_next(&walk, &finding, text)) {
        if (report->after != 0 && finding.number >= report->after) {
            continue;
        }

        if (n == report->limit || (n != 0 && !ct_report_room(json->out))) {
            return last;
        }

        ct_json_object(json, NULL);
        ct_report_finding(json, report->store, &finding,
                          ct_buf_slice(text), report->now_ms);
        ct_json_object_end(json);

        last = finding.number;
        n++;
    }

    return 0;
}


void
ct_report_finding(ct_json_t *json, const ct_store_t *store,
    const ct_finding_t *finding, ct_bytes_t text, int64_t now_ms)
{
    uint8_t           room[CT_REPORT_SENTENCE];
    ct_buf_t          reason;
    ct_finding_text_t parts;

    if (!ct_finding_text_read(text, &parts)) {
        memset(&parts, 0, sizeof(parts));
    }

    ct_buf_fixed(&reason, room, sizeof(room));
    ct_report_reason(&reason, store, finding, &parts);

    ct_report_identity(json, finding);
    ct_report_flags(json, finding, now_ms);
    ct_json_string(json, "reason", ct_report_written(&reason));
    ct_report_names(json, parts.names);
    ct_json_u64(json, "number_of_names", finding->nnames);
    ct_json_string(json, "matched", parts.matched);
    ct_report_text(json, "server", parts.server);
    ct_json_string(json, "issuer", parts.issuer);
    ct_report_text(json, "ca", parts.ca);
    ct_report_text(json, "report_to", parts.report);
    ct_json_hex(json, "serial", finding->serial,
                finding->serial_len < CT_LIMIT_SERIAL ? finding->serial_len
                                                      : CT_LIMIT_SERIAL);
    ct_json_time(json, "not_before", finding->not_before_ms);
    ct_json_time(json, "not_after", finding->not_after_ms);
    ct_json_hex(json, "tbs_sha256", finding->identity, CT_HASH_LEN);
    ct_report_hash(json, "cert_sha256", finding->cert_sha256);
    ct_json_hex(json, "spki_sha256", finding->spki_sha256, CT_HASH_LEN);
    ct_report_hash(json, "issuer_key_sha256", finding->issuer_key);
    ct_report_places(json, store, finding);
    ct_json_bool(json, "certificate", parts.der.len != 0);
    ct_report_life(json, store, finding);
    ct_report_steps(json, finding, &parts, now_ms);
}


void
ct_report_reason(ct_buf_t *out, const ct_store_t *store,
    const ct_finding_t *finding, const ct_finding_text_t *parts)
{
    ct_past_t past;

    if (finding->verdict == CT_VERDICT_UNSERVED) {
        ct_reason_unserved(out, ct_report_cut(parts->ca, CT_REPORT_CUT),
                           ct_finding_logged(finding), finding->grace_s);
        return;
    }

    if (finding->reason == CT_REASON_PAST
        && ct_store_past(store, finding->identity, &past)
           < ct_store_rows(store, CT_TABLE_PAST))
    {
        ct_reason_past(out, past.source == CT_PAST_KNOWN, past.last_ms);
        return;
    }

    ct_reason_text(out, finding->reason,
                   ct_report_cut(parts->ca, CT_REPORT_CUT),
                   ct_report_cut(parts->issuer, CT_REPORT_CUT));
}


ct_bytes_t
ct_report_cut(ct_bytes_t text, size_t most)
{
    if (text.len <= most) {
        return text;
    }

    while (most > 0 && (text.data[most] & 0xc0) == 0x80) {
        most--;
    }

    return ct_bytes(text.data, most);
}


ct_bytes_t
ct_report_written(const ct_buf_t *buf)
{
    return ct_bytes(buf->data, buf->len);
}


static void
ct_report_identity(ct_json_t *json, const ct_finding_t *finding)
{
    uint8_t  room[2 * CT_HASH_LEN];
    ct_buf_t id;

    ct_buf_fixed(&id, room, sizeof(room));
    ct_finding_id(&id, finding);

    ct_json_string(json, "id", ct_buf_slice(&id));
    ct_json_str(json, "verdict", ct_verdict_name(finding->verdict));
}


static void
ct_report_flags(ct_json_t *json, const ct_finding_t *finding, int64_t now_ms)
{
    uint32_t flags;

    flags = finding->flags;

    ct_json_bool(json, "alarming", ct_finding_alarms(finding));
    ct_json_bool(json, "precertificate",
                 (flags & (CT_FINDING_PRECERT | CT_FINDING_FINAL))
                 == CT_FINDING_PRECERT);
    ct_json_bool(json, "unverified", flags & CT_FINDING_UNVERIFIED);
    ct_json_bool(json, "baseline", flags & CT_FINDING_BASELINE);
    ct_json_bool(json, "foreign_names", flags & CT_FINDING_FOREIGN);
    ct_json_bool(json, "names_cut", flags & CT_FINDING_NAMES_CUT);
    ct_json_bool(json, "wildcard", flags & CT_FINDING_WILDCARD);
    ct_json_bool(json, "expired", ct_finding_expired(finding, now_ms));
    ct_json_bool(json, "our_key", flags & CT_FINDING_OUR_KEY);
    ct_json_bool(json, "contradicted", flags & CT_FINDING_CONTRADICTED);
    ct_json_bool(json, "alerted", flags & CT_FINDING_ALERTED);
    ct_json_bool(json, "resolved", flags & (CT_FINDING_RESOLVED
                                            | CT_FINDING_OVER));
}


static void
ct_report_life(ct_json_t *json, const ct_store_t *store,
    const ct_finding_t *finding)
{
    ct_json_time(json, "first_seen", finding->first_seen_ms);
    ct_json_time(json, "judged", finding->judged_ms);
    ct_json_time(json, "pending_since", finding->pending_ms);
    ct_json_time(json, "serve_by", ct_finding_deadline(finding));
    ct_report_ack(json, store, finding);
}


/* null unless somebody did. */
static void
ct_report_ack(ct_json_t *json, const ct_store_t *store,
    const ct_finding_t *finding)
{
    ct_ack_t ack;

    if (!(finding->flags & CT_FINDING_ACKNOWLEDGED)
        || !ct_ack_find(store, finding, &ack))
    {
        ct_json_null(json, "acknowledged");
        return;
    }

    ct_json_object(json, "acknowledged");
    ct_json_str(json, "scope", ct_ack_scope_name(ack.scope));
    ct_json_string(json, "reason", CT_SUMMARY_TEXT(ack.reason));
    ct_json_string(json, "who", CT_SUMMARY_TEXT(ack.who));
    ct_json_time(json, "time", ack.time_ms);
    ct_json_object_end(json);
}


static void
ct_report_steps(ct_json_t *json, const ct_finding_t *finding,
    const ct_finding_text_t *parts, int64_t now_ms)
{
    uint8_t    room[CT_STEPS_SENTENCE];
    ct_buf_t   sentence;
    ct_steps_t steps;

    ct_steps_start(&steps, finding, parts, now_ms);
    ct_json_array(json, "steps");
    ct_buf_fixed(&sentence, room, sizeof(room));

    while (ct_steps_next(&steps, &sentence)) {
        ct_json_string(json, NULL, ct_report_written(&sentence));
        ct_buf_fixed(&sentence, room, sizeof(room));
    }

    ct_json_array_end(json);
}


static void
ct_report_names(ct_json_t *json, ct_bytes_t names)
{
    ct_bytes_t name;

    ct_json_array(json, "names");

    while (ct_finding_name(&names, &name)) {
        ct_json_string(json, NULL, name);
    }

    ct_json_array_end(json);
}


static void
ct_report_places(ct_json_t *json, const ct_store_t *store,
    const ct_finding_t *finding)
{
    size_t            i;
    ct_log_record_t   log;
    const ct_place_t *place;

    ct_json_array(json, "logs");

    for (i = 0; i < finding->nplaces && i < CT_LIMIT_FINDING_LOGS; i++) {
        place = &finding->places[i];

        if (!ct_store_log(store, place->log, &log)) {
            memset(&log, 0, sizeof(log));
        }

        ct_json_object(json, NULL);
        ct_json_string(json, "log", CT_SUMMARY_TEXT(log.description));
        ct_report_hash(json, "log_id", log.id);
        ct_json_u64(json, "index", place->index);
        ct_json_time(json, "timestamp", place->timestamp_ms);
        ct_json_bool(json, "precertificate", place->precertificate != 0);
        ct_json_object_end(json);
    }

    ct_json_array_end(json);
    ct_json_u64(json, "number_of_logs", ct_finding_places(finding));
}


/* null when it is all zero: not known. */
void
ct_report_hash(ct_json_t *json, const char *name,
    const uint8_t hash[CT_HASH_LEN])
{
    static const uint8_t zero[CT_HASH_LEN];

    if (memcmp(hash, zero, CT_HASH_LEN) == 0) {
        ct_json_null(json, name);
        return;
    }

    ct_json_hex(json, name, hash, CT_HASH_LEN);
}


ct_rc_t
ct_report_alert(ct_buf_t *out, const ct_store_t *store, const char *zone,
    const ct_finding_t *finding, ct_bytes_t text, int64_t now_ms)
{
    uint8_t   room[64], name[64];
    ct_buf_t  id, type;
    ct_json_t json;

    ct_buf_fixed(&id, room, sizeof(room));
    ct_finding_id(&id, finding);

    ct_buf_fixed(&type, name, sizeof(name));
    ct_buf_puts(&type, "certificate.");
    ct_buf_puts(&type, ct_verdict_name(finding->verdict));

    ct_json_start(&json, out);
    ct_json_object(&json, NULL);
    ct_json_string(&json, "id", ct_buf_slice(&id));
    ct_json_string(&json, "type", ct_buf_slice(&type));
    ct_json_u64(&json, "version", CT_REPORT_VERSION);
    ct_json_time(&json, "time", now_ms);
    ct_json_str(&json, "zone", zone);
    ct_json_object(&json, "finding");
    ct_report_finding(&json, store, finding, text, now_ms);
    ct_json_object_end(&json);
    ct_json_object_end(&json);

    return ct_report_done(out);
}
