/*
 * ct_message: the words for formats and types, and which format is written
 * by whom. The items are made in ct_message_item.c.
 */

#include "ct_message_part.h"

#include <openssl/evp.h>

#include <string.h>

typedef void (*ct_message_write_pt)(ct_face_t *face);

typedef struct {
    const char         *name;
    const char         *content_type;
    size_t              group;
    ct_message_write_pt write;
} ct_message_format_t;

/* Machines that take one event a request get them one by one; people get no
 * more than a screen shows with the services' limits kept. */
static const ct_message_format_t ct_message_formats[CT_FORMATS] = {
    {"json", "application/json", CT_LIMIT_GROUP, ct_message_json},
    {"cloudevents", "application/cloudevents+json", 1,
     ct_message_cloudevents},
    {"slack", "application/json", 10, ct_message_slack},
    {"discord", "application/json", 10, ct_message_discord},
    {"teams", "application/json", 8, ct_message_teams},
    {"pagerduty", "application/json", 1, ct_message_pagerduty},
    {"alertmanager", "application/json", CT_LIMIT_GROUP,
     ct_message_alertmanager},
    {"mail", "message/rfc822", CT_LIMIT_GROUP, ct_message_mail}
};

static const struct {
    const char   *name;
    ct_severity_e severity;
    bool          closes;
} ct_message_types[CT_MESSAGE_TYPES] = {
    {"certificate.unfamiliar", CT_SEVERITY_CRITICAL, false},
    {"certificate.unserved", CT_SEVERITY_CRITICAL, false},
    {"certificate.unparsable", CT_SEVERITY_WARNING, false},
    {"certificate.resolved", CT_SEVERITY_INFO, true},
    {"certificate.served", CT_SEVERITY_INFO, false},
    {"certificate.ours", CT_SEVERITY_INFO, false},
    {"certificate.expected", CT_SEVERITY_INFO, false},
    {"log.misbehaving", CT_SEVERITY_WARNING, false},
    {"log.unreachable", CT_SEVERITY_WARNING, false},
    {"log.lagging", CT_SEVERITY_WARNING, false},
    {"log.recovered", CT_SEVERITY_INFO, true},
    {"coverage.lost", CT_SEVERITY_WARNING, false},
    {"coverage.restored", CT_SEVERITY_INFO, true},
    {"list.stale", CT_SEVERITY_WARNING, false},
    {"engine.restarted", CT_SEVERITY_INFO, false},
    {"test", CT_SEVERITY_INFO, false}
};


const char *
ct_format_name(ct_format_e format)
{
    return ct_message_formats[format].name;
}


bool
ct_format_read(ct_bytes_t name, ct_format_e *format)
{
    size_t i;

    for (i = 0; i < CT_FORMATS; i++) {
        if (ct_bytes_is(name, ct_message_formats[i].name)) {
            *format = (ct_format_e) i;
            return true;
        }
    }

    return false;
}


const char *
ct_message_type_name(ct_message_type_e type)
{
    return ct_message_types[type].name;
}


bool
ct_message_type_read(ct_bytes_t name, ct_message_type_e *type)
{
    size_t i;

    for (i = 0; i < CT_MESSAGE_TYPES; i++) {
        if (ct_bytes_is(name, ct_message_types[i].name)) {
            *type = (ct_message_type_e) i;
            return true;
        }
    }

    return false;
}


ct_severity_e
ct_message_severity(ct_message_type_e type)
{
    return ct_message_types[type].severity;
}


const char *
ct_severity_name(ct_severity_e severity)
{
    return severity == CT_SEVERITY_CRITICAL  ? "critical"
           : severity == CT_SEVERITY_WARNING ? "warning"
                                             : "info";
}


bool
ct_message_closes(ct_message_type_e type)
{
    return ct_message_types[type].closes;
}


size_t
ct_message_group_max(ct_format_e format)
{
    return ct_message_formats[format].group;
}


const char *
ct_message_content_type(ct_format_e format)
{
    return ct_message_formats[format].content_type;
}


/* The same items make the same id, however often they are sent. */
void
ct_message_id(ct_buf_t *out, const ct_message_t *message)
{
    size_t   i;
    uint8_t  hash[CT_HASH_LEN], room[CT_LIMIT_GROUP * CT_HASH_LEN];
    ct_buf_t hashes;

    if (message->n == 1 && message->more == 0) {
        ct_buf_bytes(out, message->items[0]->id);
        return;
    }

    ct_buf_fixed(&hashes, room, sizeof(room));

    for (i = 0; i < message->n; i++) {
        (void) EVP_Digest(message->items[i]->id.data,
                          message->items[i]->id.len, hash, NULL, EVP_sha256(),
                          NULL);
        ct_buf_put(&hashes, hash, sizeof(hash));
    }

    (void) EVP_Digest(room, hashes.len, hash, NULL, EVP_sha256(), NULL);
    ct_buf_puts(out, "group-");
    ct_buf_hex(out, hash, sizeof(hash) / 2);
}


ct_rc_t
ct_message_render(ct_format_e format, const ct_message_t *message,
    ct_buf_t *out)
{
    ct_face_t face;

    if (message->n == 0 || message->n > ct_message_group_max(format)) {
        return CT_E_LIMIT;
    }

    if (format == CT_FORMAT_MAIL && message->mail == NULL) {
        return CT_E_ABSENT;
    }

    memset(&face, 0, sizeof(face));
    face.message = message;
    face.out = out;
    face.room = ct_arena_alloc(message->arena, CT_MESSAGE_SCRATCH);

    if (face.room == NULL) {
        return CT_E_MEMORY;
    }

    ct_json_start(&face.json, out);
    ct_message_formats[format].write(&face);

    return out->full ? CT_E_MEMORY : CT_OK;
}
