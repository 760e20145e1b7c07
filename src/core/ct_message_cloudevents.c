/*
 * ct_message_cloudevents: CloudEvents 1.0.2, JSON format in structured mode.
 * `data` is the object of our own format.
 */

#include "ct_message_part.h"


static void ct_cloudevents_part(ct_buf_t *out, const char *text);


void
ct_message_cloudevents(ct_face_t *face)
{
    ct_json_t               *json;
    const ct_message_t      *message;
    const ct_message_item_t *item;

    json = &face->json;
    message = face->message;
    item = message->items[0];

    /* who speaks: a URI reference, so that ids of two hosts differ */

    ct_buf_fixed(&face->text, face->room, CT_MESSAGE_SCRATCH);

    if (message->source[0] != '\0') {
        ct_buf_puts(&face->text, "//");
        ct_cloudevents_part(&face->text, message->source);
    }

    ct_buf_puts(&face->text, "/ngx_http_ct_module/");
    ct_cloudevents_part(&face->text, message->zone);

    ct_json_object(json, NULL);
    ct_json_str(json, "specversion", "1.0");
    ct_json_string(json, "id", item->id);
    ct_face_string(face, "source");
    ct_json_str(json, "type", ct_message_type_name(item->type));
    ct_json_string(json, "subject", item->thread);

    if (item->time_ms != 0) {
        ct_json_time(json, "time", item->time_ms);
    }

    ct_json_str(json, "datacontenttype", "application/json");
    ct_json_object(json, "data");
    ct_message_json_item(json, message, item);
    ct_json_object_end(json);
    ct_json_object_end(json);
}


/* A segment of a path or a host: RFC 3986, 2.3. */
static void
ct_cloudevents_part(ct_buf_t *out, const char *text)
{
    uint8_t    c;
    ct_bytes_t in;

    in = ct_bytes_str(text);

    while (ct_read_u8(&in, &c)) {
        if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z')
            || (c >= 'A' && c <= 'Z') || c == '-' || c == '.' || c == '_')
        {
            ct_buf_putc(out, c);
        } else {
            ct_buf_putc(out, '%');
            ct_buf_hex(out, &c, 1);
        }
    }
}
