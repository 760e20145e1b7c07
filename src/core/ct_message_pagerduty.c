/*
 * ct_message_pagerduty: Events API v2. What closes resolves the incident
 * that the alarm opened, by the same dedup_key. Published limits: 255
 * characters of it, 1,024 of the summary, 512 KB in all.
 */

#include "ct_message_part.h"

#define CT_PAGERDUTY_KEY     255
#define CT_PAGERDUTY_SUMMARY 1000
#define CT_PAGERDUTY_SOURCE  250
#define CT_PAGERDUTY_DETAIL  4000


static void ct_pagerduty_key(ct_face_t *face, const ct_message_item_t *item);
static void ct_pagerduty_payload(ct_face_t *face,
    const ct_message_item_t *item);
static void ct_pagerduty_links(ct_json_t *json,
    const ct_message_item_t *item);

static const ct_clip_style_t ct_pagerduty_style = {
    .strong = "", .weak = "", .open = "", .close = "",
    .text = ct_clip_plain, .code = ct_clip_plain
};


void
ct_message_pagerduty(ct_face_t *face)
{
    bool                     closes;
    ct_json_t               *json;
    const ct_message_item_t *item;

    json = &face->json;
    item = face->message->items[0];
    closes = ct_message_closes(item->type);

    ct_json_object(json, NULL);
    ct_json_str(json, "routing_key", face->message->key);
    ct_json_str(json, "event_action", closes ? "resolve" : "trigger");
    ct_pagerduty_key(face, item);

    if (!closes) {
        ct_pagerduty_payload(face, item);
        ct_json_str(json, "client", "ngx_http_ct_module");

        if (item->url.len != 0) {
            ct_pagerduty_links(json, item);
        }
    }

    ct_json_object_end(json);
}


/* A certificate is the same incident whichever host finds it; the state of
 * logs is each host's own. */
static void
ct_pagerduty_key(ct_face_t *face, const ct_message_item_t *item)
{
    ct_clip_t           clip;
    const ct_message_t *message;

    message = face->message;

    ct_face_start(face, &clip, CT_PAGERDUTY_KEY);
    (void) ct_clip_mark(&clip, "ct/");
    ct_clip_text(&clip, item->thread, ct_clip_plain, 0);

    if (item->finding == NULL) {
        (void) ct_clip_mark(&clip, "/");
        ct_clip_text(&clip, ct_bytes_str(message->zone), ct_clip_plain,
                     clip.left / 2);
        (void) ct_clip_mark(&clip, "/");
        ct_clip_text(&clip, ct_bytes_str(message->source), ct_clip_plain, 0);
    }

    ct_face_string(face, "dedup_key");
}


static void
ct_pagerduty_payload(ct_face_t *face, const ct_message_item_t *item)
{
    size_t              i;
    ct_clip_t           clip;
    ct_json_t          *json;
    const ct_message_t *message;

    json = &face->json;
    message = face->message;

    ct_json_object(json, "payload");
    ct_face_text(face, "summary", item->title, ct_clip_plain,
                 CT_PAGERDUTY_SUMMARY);
    ct_face_text(face, "source",
                 ct_bytes_str(message->source[0] != '\0' ? message->source
                              : message->zone[0] != '\0' ? message->zone
                                                         : "nginx"),
                 ct_clip_plain, CT_PAGERDUTY_SOURCE);
    ct_json_str(json, "severity",
                ct_severity_name(ct_message_severity(item->type)));

    if (item->time_ms != 0) {
        ct_json_time(json, "timestamp", item->time_ms);
    }

    ct_json_str(json, "component", "nginx");
    ct_face_text(face, "group", ct_bytes_str(message->zone), ct_clip_plain,
                 CT_PAGERDUTY_SOURCE);
    ct_json_str(json, "class", ct_message_type_name(item->type));
    ct_json_object(json, "custom_details");
    ct_json_string(json, "id", item->id);

    for (i = 0; i < item->nfacts; i++) {
        ct_face_start(face, &clip, CT_PAGERDUTY_DETAIL);
        ct_message_value(&clip, &ct_pagerduty_style, &item->facts[i]);
        ct_face_string(face, item->facts[i].key);
    }

    ct_json_object_end(json);
    ct_json_object_end(json);
}


static void
ct_pagerduty_links(ct_json_t *json, const ct_message_item_t *item)
{
    ct_json_string(json, "client_url", item->url);
    ct_json_array(json, "links");
    ct_json_object(json, NULL);
    ct_json_string(json, "href", item->url);
    ct_json_str(json, "text", "Status page");
    ct_json_object_end(json);
    ct_json_array_end(json);
}
