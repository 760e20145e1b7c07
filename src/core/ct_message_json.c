/*
 * ct_message_json: our own format. One item is an object as it always was;
 * several come as one of type "group" whose `alerts` are such objects.
 */

#include "ct_message_part.h"
#include "ct_report_part.h"


static void ct_message_json_group(ct_face_t *face);
static void ct_message_json_note(ct_json_t *json,
    const ct_message_item_t *item);


void
ct_message_json(ct_face_t *face)
{
    const ct_message_t *message;

    message = face->message;
    ct_json_object(&face->json, NULL);

    if (message->n == 1 && message->more == 0 && !message->digest) {
        ct_message_json_item(&face->json, message, message->items[0]);
    } else {
        ct_message_json_group(face);
    }

    ct_json_object_end(&face->json);
}


static void
ct_message_json_group(ct_face_t *face)
{
    size_t              i;
    uint8_t             room[CT_LIMIT_MESSAGE_ID];
    int64_t             newest;
    ct_buf_t            id;
    ct_clip_t           clip;
    ct_json_t          *json;
    const ct_message_t *message;

    newest = 0;
    json = &face->json;
    message = face->message;

    for (i = 0; i < message->n; i++) {
        newest = message->items[i]->time_ms > newest
                 ? message->items[i]->time_ms : newest;
    }

    ct_buf_fixed(&id, room, sizeof(room));
    ct_message_id(&id, message);
    ct_face_start(face, &clip, CT_REPORT_SENTENCE);
    ct_message_headline(&clip, message, ct_clip_plain);

    ct_json_string(json, "id", ct_buf_slice(&id));
    ct_json_str(json, "type", message->digest ? "digest" : "group");
    ct_json_u64(json, "version", CT_REPORT_VERSION);
    ct_json_time(json, "time", newest);
    ct_json_str(json, "zone", message->zone);
    ct_face_string(face, "title");
    ct_json_array(json, "alerts");

    for (i = 0; i < message->n; i++) {
        ct_json_object(json, NULL);
        ct_message_json_item(json, message, message->items[i]);
        ct_json_object_end(json);
    }

    ct_json_array_end(json);
    ct_json_u64(json, "more", message->more);
}


void
ct_message_json_item(ct_json_t *json, const ct_message_t *message,
    const ct_message_item_t *item)
{
    ct_json_string(json, "id", item->id);
    ct_json_str(json, "type", ct_message_type_name(item->type));
    ct_json_u64(json, "version", CT_REPORT_VERSION);
    ct_json_time(json, "time", item->time_ms);
    ct_json_str(json, "zone", message->zone);
    ct_json_str(json, "severity",
                ct_severity_name(ct_message_severity(item->type)));
    ct_json_string(json, "title", item->title);
    ct_report_text(json, "url", item->url);

    if (item->finding != NULL) {
        ct_json_object(json, "finding");
        ct_report_finding(json, message->store, item->finding, item->text,
                          message->now_ms);
        ct_json_object_end(json);

    } else if (item->event != NULL) {
        ct_report_event_rest(json, message->store, item->event);

    } else {
        ct_message_json_note(json, item);
    }
}


/* With the members of an event. */
static void
ct_message_json_note(ct_json_t *json, const ct_message_item_t *item)
{
    ct_json_null(json, "log");
    ct_json_string(json, "text", item->note);
    ct_json_null(json, "evidence");
}
