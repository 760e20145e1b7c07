/*
 * ct_snapshot: reading. The file is as hostile as any other input: every
 * member is looked at for kind, length and range before it is believed.
 */

#include "ct_snapshot.h"

#include <stdio.h>
#include <string.h>


static bool ct_get_u64(const json_t *o, const char *name, uint64_t max,
    uint64_t *v);
static bool ct_get_ms(const json_t *o, const char *name, int64_t *v);
static bool ct_get_bytes(const json_t *value, uint8_t *out, size_t len);
static bool ct_get_hex(const json_t *o, const char *name, uint8_t *out,
    size_t len);
static bool ct_get_text(const json_t *o, const char *name, char *out,
    size_t room);
static bool ct_get_head(const json_t *o, const char *name, ct_head_t *head);
static bool ct_get_tree(const json_t *o, const char *name,
    ct_merkle_t *tree);
static bool ct_get_cursor(const json_t *o, ct_cursor_t *cursor);
static bool ct_get_finding(const json_t *o, ct_finding_t *f);
static bool ct_get_place(const json_t *o, size_t nlogs, ct_place_t *place);
static bool ct_get_serial(const json_t *o, ct_finding_t *f);


static bool
ct_get_u64(const json_t *o, const char *name, uint64_t max, uint64_t *v)
{
    json_int_t    n;
    const json_t *value;

    value = json_object_get(o, name);
    n = json_integer_value(value);

    if (!json_is_integer(value) || n < 0 || (uint64_t) n > max) {
        return false;
    }

    *v = (uint64_t) n;

    return true;
}


static bool
ct_get_ms(const json_t *o, const char *name, int64_t *v)
{
    uint64_t n;

    if (!ct_get_u64(o, name, INT64_MAX, &n)) {
        return false;
    }

    *v = (int64_t) n;

    return true;
}


static bool
ct_get_bytes(const json_t *value, uint8_t *out, size_t len)
{
    return json_is_string(value)
           && ct_parse_hex(ct_bytes(json_string_value(value),
                                    json_string_length(value)), out, len);
}


static bool
ct_get_hex(const json_t *o, const char *name, uint8_t *out, size_t len)
{
    return ct_get_bytes(json_object_get(o, name), out, len);
}


static bool
ct_get_text(const json_t *o, const char *name, char *out, size_t room)
{
    const json_t *value;

    value = json_object_get(o, name);

    if (!json_is_string(value) || json_string_length(value) >= room) {
        return false;
    }

    memcpy(out, json_string_value(value), json_string_length(value) + 1);

    return true;
}


static bool
ct_get_head(const json_t *o, const char *name, ct_head_t *head)
{
    o = json_object_get(o, name);

    return ct_get_u64(o, "size", CT_LIMIT_TREE_SIZE, &head->size)
           && ct_get_u64(o, "timestamp_ms", INT64_MAX, &head->timestamp_ms)
           && ct_get_hex(o, "root", head->root, CT_HASH_LEN);
}


static bool
ct_get_tree(const json_t *o, const char *name, ct_merkle_t *tree)
{
    size_t        i;
    unsigned      level;
    const json_t *nodes;

    o = json_object_get(o, name);
    nodes = json_object_get(o, "nodes");
    ct_merkle_init(tree);

    if (!ct_get_u64(o, "size", CT_LIMIT_TREE_SIZE - 1, &tree->size)) {
        return false;
    }

    i = 0;

    for (level = 0; level < CT_MERKLE_LEVELS; level++) {
        if ((tree->size >> level & 1)
            && !ct_get_bytes(json_array_get(nodes, i++), tree->node[level],
                             CT_HASH_LEN))
        {
            return false;
        }
    }

    return json_array_size(nodes) == i;
}


bool
ct_snapshot_read_header(const json_t *line, ct_status_t *status)
{
    uint64_t format;

    return ct_get_u64(line, "ct_state", 1, &format)
           && format == 1
           && ct_get_u64(line, "version", INT64_MAX, &status->version)
           && ct_get_u64(line, "generation", INT64_MAX, &status->generation)
           && ct_get_ms(line, "since_ms", &status->since_ms)
           && ct_get_u64(line, "dropped", INT64_MAX, &status->dropped)
           && ct_get_u64(line, "alerts_dropped", INT64_MAX,
                         &status->alerts_dropped)
           && ct_get_u64(line, "alerts_sent", INT64_MAX,
                         &status->alerts_sent)
           && ct_get_u64(line, "alerts_failed", INT64_MAX,
                         &status->alerts_failed);
}


bool
ct_snapshot_read_log(const json_t *line, ct_store_t *store)
{
    size_t          i;
    uint64_t        type, listed;
    const json_t   *o;
    ct_log_record_t log;

    memset(&log, 0, sizeof(log));
    o = json_object_get(line, "log");

    if (!ct_get_hex(o, "id", log.id, CT_HASH_LEN)
        || !ct_get_text(o, "url", log.url, sizeof(log.url))
        || !ct_get_text(o, "description", log.description,
                        sizeof(log.description))
        || !ct_get_text(o, "operator", log.operator_name,
                        sizeof(log.operator_name))
        || !ct_get_u64(o, "type", CT_LOG_RFC6962, &type)
        || !ct_get_u64(o, "listed", CT_LOG_REJECTED, &listed)
        || !ct_get_u64(o, "entries", INT64_MAX, &log.entries)
        || !ct_get_u64(o, "matches", INT64_MAX, &log.matches)
        || !ct_get_u64(o, "malformed", INT64_MAX, &log.malformed)
        || !ct_get_ms(o, "last_success_ms", &log.last_success_ms)
        || !ct_get_cursor(o, &log.cursor))
    {
        return false;
    }

    log.type = (uint8_t) type;
    log.listed = (uint8_t) listed;
    log.state = CT_FOLLOW_UNLISTED;

    if (ct_store_log_slot(store, log.id, log.url, &i) != CT_OK) {
        return false;
    }

    ct_store_set_log(store, i, &log);

    return true;
}


static bool
ct_get_cursor(const json_t *o, ct_cursor_t *cursor)
{
    uint64_t mismatches;

    if (!json_is_boolean(json_object_get(o, "started"))
        || !ct_get_u64(o, "start", CT_LIMIT_TREE_SIZE, &cursor->start)
        || !ct_get_u64(o, "mismatches", UINT32_MAX, &mismatches)
        || !ct_get_ms(o, "verified_ms", &cursor->verified_ms)
        || !ct_get_head(o, "target", &cursor->target)
        || !ct_get_head(o, "latest", &cursor->latest)
        || !ct_get_tree(o, "verified", &cursor->verified)
        || !ct_get_tree(o, "downloaded", &cursor->downloaded))
    {
        return false;
    }

    cursor->mismatches = (uint32_t) mismatches;
    cursor->started = json_is_true(json_object_get(o, "started"));

    /* half-seeded: the first head decides again */
    if (!cursor->started) {
        ct_cursor_init(cursor, false);
    }

    return cursor->verified.size <= cursor->downloaded.size;
}


bool
ct_snapshot_read_finding(const json_t *line, ct_store_t *store)
{
    size_t        i, len, n;
    uint8_t       text[CT_LIMIT_FINDING_TEXT];
    const json_t *o, *places, *value;
    ct_finding_t  f;

    memset(&f, 0, sizeof(f));
    o = json_object_get(line, "finding");
    places = json_object_get(o, "places");
    value = json_object_get(o, "text");
    n = json_array_size(places);
    len = sizeof(text);

    if (!ct_get_finding(o, &f) || !json_is_string(value)
        || n != (f.nplaces < CT_LIMIT_FINDING_LOGS ? f.nplaces
                                                   : CT_LIMIT_FINDING_LOGS)
        || ct_parse_base64(ct_bytes(json_string_value(value),
                                    json_string_length(value)), text, &len)
           != CT_OK)
    {
        return false;
    }

    for (i = 0; i < n; i++) {
        if (!ct_get_place(json_array_get(places, i), ct_store_nlogs(store),
                          &f.places[i]))
        {
            return false;
        }
    }

    return ct_store_add(store, &f, ct_bytes(text, len)) == CT_OK;
}


static bool
ct_get_finding(const json_t *o, ct_finding_t *f)
{
    uint64_t verdict, reason, flags, nnames, nplaces;

    if (!ct_get_u64(o, "number", INT64_MAX, &f->number)
        || f->number == 0
        || !ct_get_ms(o, "first_seen_ms", &f->first_seen_ms)
        || !ct_get_ms(o, "not_before_ms", &f->not_before_ms)
        || !ct_get_ms(o, "not_after_ms", &f->not_after_ms)
        || !ct_get_hex(o, "identity", f->identity, CT_HASH_LEN)
        || !ct_get_hex(o, "cert_sha256", f->cert_sha256, CT_HASH_LEN)
        || !ct_get_hex(o, "spki_sha256", f->spki_sha256, CT_HASH_LEN)
        || !ct_get_hex(o, "issuer_key", f->issuer_key, CT_HASH_LEN)
        || !ct_get_serial(o, f)
        || !ct_get_u64(o, "verdict_code", CT_VERDICT_UNPARSABLE, &verdict)
        || !ct_get_u64(o, "reason", CT_REASON_UNREADABLE, &reason)
        || !ct_get_u64(o, "flags", UINT32_MAX, &flags)
        || !ct_get_u64(o, "nnames", UINT32_MAX, &nnames)
        || !ct_get_u64(o, "nplaces", UINT32_MAX, &nplaces))
    {
        return false;
    }

    f->verdict = (uint8_t) verdict;
    f->reason = (uint8_t) reason;
    f->flags = (uint32_t) flags;
    f->nnames = (uint32_t) nnames;
    f->nplaces = (uint32_t) nplaces;

    return true;
}


static bool
ct_get_serial(const json_t *o, ct_finding_t *f)
{
    size_t        len;
    const json_t *value;

    value = json_object_get(o, "serial");
    len = json_string_length(value) / 2;

    if (len > CT_LIMIT_SERIAL || !ct_get_bytes(value, f->serial, len)) {
        return false;
    }

    f->serial_len = (uint16_t) len;

    return true;
}


static bool
ct_get_place(const json_t *o, size_t nlogs, ct_place_t *place)
{
    uint64_t log;

    if (!ct_get_u64(o, "log", UINT32_MAX, &log)
        || log >= nlogs
        || !ct_get_u64(o, "index", CT_LIMIT_TREE_SIZE, &place->index)
        || !ct_get_ms(o, "timestamp_ms", &place->timestamp_ms)
        || !json_is_boolean(json_object_get(o, "precertificate")))
    {
        return false;
    }

    place->log = (uint32_t) log;
    place->precertificate = json_is_true(json_object_get(o,
                                                         "precertificate"));

    return true;
}


bool
ct_snapshot_read_alert(const json_t *line, ct_store_t *store)
{
    uint64_t      attempts, status;
    ct_alert_t    a;
    const json_t *o;

    memset(&a, 0, sizeof(a));
    o = json_object_get(line, "alert");

    if (!ct_get_u64(o, "finding", INT64_MAX, &a.finding)
        || a.finding == 0
        || !ct_get_hex(o, "channel", (uint8_t *) &a.channel,
                       sizeof(a.channel))
        || !ct_get_ms(o, "due_ms", &a.due_ms)
        || !ct_get_ms(o, "queued_ms", &a.queued_ms)
        || !ct_get_u64(o, "attempts", CT_LIMIT_ATTEMPTS, &attempts)
        || !ct_get_u64(o, "status", 999, &status))
    {
        return false;
    }

    a.attempts = (uint32_t) attempts;
    a.status = (int32_t) status;

    return ct_store_queue(store, &a) == CT_OK;
}
