/*
 * ct_snapshot: reading. The file is as hostile as any other input. A log's
 * line is in ct_snapshot_log.c, both ways.
 */

#include "ct_finding.h"
#include "ct_snapshot_part.h"

#include <stdlib.h>
#include <string.h>


#define CT_SNAPSHOT_OLD_TEXT 8 /* bytes by which one grows on the way */


static bool ct_get_restarts(const json_t *line, ct_status_t *status);
static bool ct_get_finding(const json_t *o, ct_finding_t *f);
static bool ct_get_finding_text(const json_t *o, ct_buf_t *text);
static bool ct_get_place(const json_t *o, size_t nlogs, ct_place_t *place);
static bool ct_get_serial(const json_t *o, ct_finding_t *f);
static bool ct_get_marks(const json_t *pieces, uint64_t *marks, size_t *n);
static uint64_t ct_mark_number(const uint8_t bytes[8]);


bool
ct_snapshot_read_header(const json_t *line, ct_status_t *status)
{
    uint64_t format;

    return ct_get_u64(line, "ct_state", CT_SNAPSHOT_FORMAT, &format)
           && format >= 1
           && (format == 1
               || (ct_get_u8(line, "coverage", CT_COVERAGE_LOST,
                             &status->coverage)
                   && ct_get_ms(line, "coverage_ms", &status->coverage_ms)))
           && ct_get_u64(line, "version", INT64_MAX, &status->version)
           && ct_get_u64(line, "generation", INT64_MAX, &status->generation)
           && ct_get_ms(line, "since_ms", &status->since_ms)
           && (json_object_get(line, "heartbeat_ms") == NULL
               || ct_get_ms(line, "heartbeat_ms", &status->heartbeat_ms))
           && ct_get_u64(line, "dropped", INT64_MAX, &status->dropped)
           && ct_get_u64(line, "alerts_dropped", INT64_MAX,
                         &status->alerts_dropped)
           && ct_get_u64(line, "alerts_sent", INT64_MAX,
                         &status->alerts_sent)
           && ct_get_u64(line, "alerts_failed", INT64_MAX,
                         &status->alerts_failed)
           && ct_get_restarts(line, status);
}


/* Older files do not say how their engine ended: well, then. */
static bool
ct_get_restarts(const json_t *line, ct_status_t *status)
{
    status->ended = !json_is_false(json_object_get(line, "ended"));

    if (json_object_get(line, "restarts") == NULL) {
        return true;
    }

    return ct_get_u64(line, "restarts", INT64_MAX, &status->restarts)
           && ct_get_u64(line, "restarts_told", INT64_MAX,
                         &status->restarts_told)
           && ct_get_ms(line, "restarted_ms", &status->restarted_ms);
}


bool
ct_snapshot_read_finding(const json_t *line, ct_store_t *store)
{
    size_t        i, n;
    uint8_t       room[CT_LIMIT_FINDING_TEXT + CT_SNAPSHOT_OLD_TEXT];
    ct_buf_t      text;
    const json_t *o, *places;
    ct_finding_t  f;

    memset(&f, 0, sizeof(f));
    o = json_object_get(line, "finding");
    places = json_object_get(o, "places");
    n = json_array_size(places);
    ct_buf_fixed(&text, room, sizeof(room));

    if (!ct_get_finding(o, &f) || !ct_get_finding_text(o, &text)
        || n != (f.nplaces < CT_LIMIT_FINDING_LOGS ? f.nplaces
                                                   : CT_LIMIT_FINDING_LOGS))
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

    return ct_store_add(store, &f, ct_buf_slice(&text)) == CT_OK;
}


/* Before format 3 it has issuer, CA and watched name, then the names. */
static bool
ct_get_finding_text(const json_t *o, ct_buf_t *text)
{
    size_t            len;
    uint8_t           room[CT_LIMIT_FINDING_TEXT];
    ct_bytes_t        rest;
    ct_finding_text_t parts;

    len = sizeof(room);

    if (!ct_get_base64(json_object_get(o, "text"), room, &len)) {
        return false;
    }

    if (json_object_get(o, "pending_ms") != NULL) {
        ct_buf_bytes(text, ct_bytes(room, len));
        return true;
    }

    memset(&parts, 0, sizeof(parts));
    rest = ct_bytes(room, len);

    if (!ct_read_vec16(&rest, &parts.issuer)
        || !ct_read_vec16(&rest, &parts.ca)
        || !ct_read_vec16(&rest, &parts.matched))
    {
        return false;
    }

    parts.names = rest;
    ct_finding_text_write(text, &parts);

    return text->len <= CT_LIMIT_FINDING_TEXT;
}


static bool
ct_get_finding(const json_t *o, ct_finding_t *f)
{
    uint64_t verdict, reason, flags, nnames, nplaces, grace;

    grace = 0;

    if (!ct_get_u64(o, "number", INT64_MAX, &f->number)
        || f->number == 0
        || !ct_get_ms(o, "first_seen_ms", &f->first_seen_ms)
        || !ct_get_ms(o, "not_before_ms", &f->not_before_ms)
        || !ct_get_ms(o, "not_after_ms", &f->not_after_ms)
        || (json_object_get(o, "pending_ms") != NULL
            && (!ct_get_ms(o, "pending_ms", &f->pending_ms)
                || !ct_get_ms(o, "judged_ms", &f->judged_ms)
                || !ct_get_u64(o, "grace_s", UINT32_MAX, &grace)))
        || !ct_get_hex(o, "identity", f->identity, CT_HASH_LEN)
        || !ct_get_hex(o, "cert_sha256", f->cert_sha256, CT_HASH_LEN)
        || !ct_get_hex(o, "spki_sha256", f->spki_sha256, CT_HASH_LEN)
        || !ct_get_hex(o, "issuer_key", f->issuer_key, CT_HASH_LEN)
        || !ct_get_serial(o, f)
        || !ct_get_u64(o, "verdict_code", CT_VERDICT_UNPARSABLE, &verdict)
        || !ct_get_u64(o, "reason", CT_REASONS - 1, &reason)
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
    f->grace_s = (uint32_t) grace;

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
ct_snapshot_read_event(const json_t *line, ct_store_t *store)
{
    ct_event_t    event;
    const json_t *o;

    memset(&event, 0, sizeof(event));
    o = json_object_get(line, "event");
    event.log = CT_EVENT_NO_LOG;

    if (!ct_get_u64(o, "number", INT64_MAX, &event.number)
        || event.number == 0
        || !ct_get_ms(o, "time_ms", &event.time_ms)
        || !ct_get_u32(o, "kind", &event.kind)
        || event.kind < CT_EVENT_LOG_MISBEHAVING
        || event.kind > CT_EVENT_TEST
        || !ct_get_hex(o, "evidence", event.evidence, CT_HASH_LEN)
        || !ct_get_text(o, "text", event.text, sizeof(event.text))
        || (!json_is_null(json_object_get(o, "log"))
            && (!ct_get_u32(o, "log", &event.log)
                || event.log >= ct_store_nlogs(store))))
    {
        return false;
    }

    (void) ct_store_add_event(store, &event);

    return true;
}


bool
ct_snapshot_read_marks(const json_t *line, ct_store_t *store)
{
    bool          good;
    size_t        n;
    uint8_t       sum[8];
    uint64_t     *marks;
    const json_t *o;

    o = json_object_get(line, "watched");

    if (!ct_get_hex(o, "sum", sum, sizeof(sum))) {
        return false;
    }

    n = 0;
    marks = malloc(CT_LIMIT_WATCH_MARKS * sizeof(uint64_t));
    good = marks != NULL
           && ct_get_marks(json_object_get(o, "hashes"), marks, &n);

    if (good) {
        ct_store_set_marks(store, marks, n, ct_mark_number(sum));
    }

    free(marks);

    return good;
}


/* In pieces of base64; they ascend. */
static bool
ct_get_marks(const json_t *pieces, uint64_t *marks, size_t *n)
{
    size_t  i, at, len;
    uint8_t piece[CT_SNAPSHOT_MARKS * 8];

    *n = 0;

    for (i = 0; i < json_array_size(pieces); i++) {
        len = sizeof(piece);

        if (!ct_get_base64(json_array_get(pieces, i), piece, &len)
            || len % 8 != 0 || len / 8 > CT_LIMIT_WATCH_MARKS - *n)
        {
            return false;
        }

        for (at = 0; at < len; at += 8, (*n)++) {
            marks[*n] = ct_mark_number(piece + at);

            if (*n > 0 && marks[*n] <= marks[*n - 1]) {
                return false;
            }
        }
    }

    return json_is_array(pieces);
}


static uint64_t
ct_mark_number(const uint8_t bytes[8])
{
    uint64_t   v;
    ct_bytes_t in;

    v = 0;
    in = ct_bytes(bytes, 8);
    (void) ct_read_u64(&in, &v);

    return v;
}
