/*
 * ct_message_discord: the body of a webhook. Published limits: 2,000
 * characters of content, ten embeds, 256 in a title, 4,096 in a description,
 * 2,048 in a footer, 6,000 in all embeds together.
 *
 * Nobody is ever mentioned: allowed_mentions is empty. Strangers' words are
 * code, and in sentences every character of Discord's markdown is escaped.
 */

#include "ct_message_part.h"

#define CT_DISCORD_CONTENT     300
#define CT_DISCORD_EMBEDS      5600 /* all of them, without the footer */
#define CT_DISCORD_TITLE       240
#define CT_DISCORD_DESCRIPTION 4000
#define CT_DISCORD_FOOTER      250


static const char *ct_discord_code(uint32_t code, uint32_t next);
static const char *ct_discord_words(uint32_t code, uint32_t next);
static void ct_discord_item(ct_face_t *face, const ct_message_item_t *item,
    bool last);
static uint64_t ct_discord_color(ct_message_type_e type);

static const ct_clip_style_t ct_discord_style = {
    .strong = "**", .weak = ":** ", .open = "`", .close = "`",
    .text = ct_discord_words, .code = ct_discord_code
};


void
ct_message_discord(ct_face_t *face)
{
    size_t              i;
    ct_clip_t           clip;
    ct_json_t          *json;
    const ct_message_t *message;

    json = &face->json;
    message = face->message;

    ct_json_object(json, NULL);

    if (message->n > 1 || message->more != 0) {
        ct_face_start(face, &clip, CT_DISCORD_CONTENT);
        ct_message_headline(&clip, message, ct_discord_words);
        ct_face_string(face, "content");
    }

    ct_json_object(json, "allowed_mentions");
    ct_json_array(json, "parse");
    ct_json_array_end(json);
    ct_json_object_end(json);

    ct_json_array(json, "embeds");

    for (i = 0; i < message->n; i++) {
        ct_discord_item(face, message->items[i], i == message->n - 1);
    }

    ct_json_array_end(json);
    ct_json_object_end(json);
}


static void
ct_discord_item(ct_face_t *face, const ct_message_item_t *item, bool last)
{
    size_t     share, title;
    ct_clip_t  clip;
    ct_json_t *json;

    json = &face->json;
    share = CT_DISCORD_EMBEDS / face->message->n;
    title = share / 3 < CT_DISCORD_TITLE ? share / 3 : CT_DISCORD_TITLE;
    share -= title;

    ct_json_object(json, NULL);
    ct_face_text(face, "title", item->title, ct_discord_words, title);

    if (item->url.len != 0) {
        ct_json_string(json, "url", item->url);
    }

    ct_face_start(face, &clip,
                  share < CT_DISCORD_DESCRIPTION ? share
                                                 : CT_DISCORD_DESCRIPTION);
    ct_message_lines(&clip, &ct_discord_style, item);
    ct_face_string(face, "description");
    ct_json_u64(json, "color", ct_discord_color(item->type));

    if (item->time_ms != 0) {
        ct_json_time(json, "timestamp", item->time_ms);
    }

    if (last) {
        ct_face_start(face, &clip, CT_DISCORD_FOOTER);

        if (face->message->more != 0) {
            ct_message_more(&clip, face->message);
            (void) ct_clip_mark(&clip, " \xc2\xb7 ");
        }

        ct_message_sender(&clip, face->message, ct_clip_plain);
        ct_json_object(json, "footer");
        ct_face_string(face, "text");
        ct_json_object_end(json);
    }

    ct_json_object_end(json);
}


static uint64_t
ct_discord_color(ct_message_type_e type)
{
    if (ct_message_closes(type)) {
        return 0x2e7d32;
    }

    switch (ct_message_severity(type)) {

    case CT_SEVERITY_CRITICAL:
        return 0xd32f2f;

    case CT_SEVERITY_WARNING:
        return 0xf9a825;

    default:
        return 0x607d8b;
    }
}


/* A backtick would end the code. */
static const char *
ct_discord_code(uint32_t code, uint32_t next)
{
    (void) next;

    return code == '`' ? "'" : NULL;
}


static const char *
ct_discord_words(uint32_t code, uint32_t next)
{
    size_t i;

    static const char marks[] = "\\*_~`|<>[]#@:";

    static const char escaped[sizeof(marks) - 1][3] = {
        "\\\\", "\\*", "\\_", "\\~", "\\`", "\\|", "\\<", "\\>", "\\[",
        "\\]", "\\#", "\\@", "\\:"
    };

    /* no emoji, but a time of day */
    if (code == ':' && next >= '0' && next <= '9') {
        return NULL;
    }

    for (i = 0; i < sizeof(marks) - 1; i++) {
        if (code == (uint8_t) marks[i]) {
            return escaped[i];
        }
    }

    return NULL;
}
