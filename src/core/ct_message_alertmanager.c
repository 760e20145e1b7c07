/*
 * ct_message_alertmanager: what POST /api/v2/alerts takes. An alert is its
 * labels: they hold nothing that can change from its beginning to its end.
 * It is told when it ends, or Alertmanager would end it after minutes; what
 * closes ends every kind of alert that may have been meant.
 */

#include "ct_message_part.h"

#include <string.h>

#define CT_ALERT_VALUE 1000 /* bytes of an annotation, as JSON */

#define CT_ALERT_MINUTE 60000LL
#define CT_ALERT_DAY    (24 * 60 * CT_ALERT_MINUTE)


static void ct_alert_begins(ct_face_t *face, const ct_message_item_t *item);
static void ct_alert_ends(ct_face_t *face, const ct_message_item_t *item);
static bool ct_alert_closed_by(ct_message_type_e closing,
    ct_message_type_e type);
static void ct_alert_labels(ct_face_t *face, const ct_message_item_t *item,
    ct_message_type_e type);
static void ct_alert_name(ct_buf_t *out, ct_message_type_e type);
static int64_t ct_alert_end(const ct_message_item_t *item);
static void ct_alert_annotation(ct_face_t *face, const ct_fact_t *fact);

static const ct_clip_style_t ct_alert_style = {
    .strong = "", .weak = "", .open = "", .close = "",
    .text = ct_clip_plain, .code = ct_clip_plain
};


void
ct_message_alertmanager(ct_face_t *face)
{
    size_t                   i;
    const ct_message_item_t *item;

    ct_json_array(&face->json, NULL);

    for (i = 0; i < face->message->n; i++) {
        item = face->message->items[i];

        if (ct_message_closes(item->type)) {
            ct_alert_ends(face, item);
        } else {
            ct_alert_begins(face, item);
        }
    }

    ct_json_array_end(&face->json);
}


static void
ct_alert_begins(ct_face_t *face, const ct_message_item_t *item)
{
    size_t     i;
    ct_json_t *json;

    json = &face->json;

    ct_json_object(json, NULL);
    ct_alert_labels(face, item, item->type);
    ct_json_object(json, "annotations");
    ct_face_text(face, "summary", item->title, ct_clip_plain,
                 CT_ALERT_VALUE);

    for (i = 0; i < item->nfacts; i++) {
        ct_alert_annotation(face, &item->facts[i]);
    }

    ct_json_object_end(json);

    if (item->time_ms != 0) {
        ct_json_time(json, "startsAt", item->time_ms);
        ct_json_time(json, "endsAt", ct_alert_end(item));
    }

    if (item->url.len != 0) {
        ct_json_string(json, "generatorURL", item->url);
    }

    ct_json_object_end(json);
}


static void
ct_alert_ends(ct_face_t *face, const ct_message_item_t *item)
{
    size_t            type;
    ct_json_t        *json;

    json = &face->json;

    for (type = 0; type < CT_MESSAGE_TYPES; type++) {
        if (!ct_alert_closed_by(item->type, (ct_message_type_e) type)) {
            continue;
        }

        ct_json_object(json, NULL);
        ct_alert_labels(face, item, (ct_message_type_e) type);
        ct_json_object(json, "annotations");
        ct_face_text(face, "summary", item->title, ct_clip_plain,
                     CT_ALERT_VALUE);
        ct_json_object_end(json);

        if (item->time_ms != 0) {
            ct_json_time(json, "endsAt", item->time_ms);
        }

        if (item->url.len != 0) {
            ct_json_string(json, "generatorURL", item->url);
        }

        ct_json_object_end(json);
    }
}


static bool
ct_alert_closed_by(ct_message_type_e closing, ct_message_type_e type)
{
    switch (type) {

    case CT_MESSAGE_UNFAMILIAR:
    case CT_MESSAGE_UNSERVED:
    case CT_MESSAGE_UNPARSABLE:
        return closing == CT_MESSAGE_RESOLVED;

    case CT_MESSAGE_MISBEHAVING:
    case CT_MESSAGE_UNREACHABLE:
    case CT_MESSAGE_LAGGING:
        return closing == CT_MESSAGE_RECOVERED;

    case CT_MESSAGE_LOST:
        return closing == CT_MESSAGE_RESTORED;

    default:
        return false;
    }
}


static void
ct_alert_labels(ct_face_t *face, const ct_message_item_t *item,
    ct_message_type_e type)
{
    uint8_t             room[64];
    ct_buf_t            name;
    ct_json_t          *json;
    const ct_message_t *message;

    json = &face->json;
    message = face->message;
    ct_buf_fixed(&name, room, sizeof(room));
    ct_alert_name(&name, type);

    ct_json_object(json, "labels");
    ct_json_string(json, "alertname", ct_buf_slice(&name));
    ct_json_str(json, "severity",
                ct_severity_name(ct_message_severity(type)));
    ct_face_text(face, "zone", ct_bytes_str(message->zone), ct_clip_plain,
                 CT_ALERT_VALUE);
    ct_face_text(face, "instance", ct_bytes_str(message->source),
                 ct_clip_plain, CT_ALERT_VALUE);
    ct_json_string(json, "id", item->thread);
    ct_json_object_end(json);
}


/* "CtCertificateUnfamiliar" */
static void
ct_alert_name(ct_buf_t *out, ct_message_type_e type)
{
    bool       upper;
    uint8_t    c;
    ct_bytes_t in;

    upper = true;
    in = ct_bytes_str(ct_message_type_name(type));
    ct_buf_puts(out, "Ct");

    while (ct_read_u8(&in, &c)) {
        if (c != '.') {
            ct_buf_putc(out, upper ? (uint8_t) (c - 'a' + 'A') : c);
        }

        upper = c == '.';
    }
}


/* When there is no reason any more to look at it, if nothing closes it. */
static int64_t
ct_alert_end(const ct_message_item_t *item)
{
    int64_t end;

    if (item->type == CT_MESSAGE_TEST || item->type == CT_MESSAGE_RESTARTED) {
        return item->time_ms + 5 * CT_ALERT_MINUTE;
    }

    if (item->finding == NULL) {
        return item->time_ms + 30 * CT_ALERT_DAY;
    }

    end = item->finding->not_after_ms;
    end = end < item->time_ms + 400 * CT_ALERT_DAY
          ? end : item->time_ms + 400 * CT_ALERT_DAY;

    return end > item->time_ms + 7 * CT_ALERT_DAY
           ? end : item->time_ms + 7 * CT_ALERT_DAY;
}


static void
ct_alert_annotation(ct_face_t *face, const ct_fact_t *fact)
{
    ct_clip_t clip;

    ct_face_start(face, &clip, CT_ALERT_VALUE);
    clip.json = true;
    ct_message_value(&clip, &ct_alert_style, fact);
    ct_face_string(face, fact->key);
}
