/*
 * ct_message_slack: the body of an incoming webhook. Published limits: 50
 * blocks, 150 characters in a header, 3,000 in a section; beyond some 13,000
 * in all blocks together Slack refuses them, which is published nowhere.
 *
 * Three characters are escaped everywhere; `verbatim` keeps Slack from
 * making mentions and links of plain words, and strangers' words are code.
 */

#include "ct_message_part.h"

#define CT_SLACK_HEADER   150
#define CT_SLACK_TEXT     300
#define CT_SLACK_SECTION  2900
#define CT_SLACK_SECTIONS 10000 /* all of them */
#define CT_SLACK_URL      1500
#define CT_SLACK_OPEN     "|Open on the status page>"


static const char *ct_slack_code(uint32_t code, uint32_t next);
static const char *ct_slack_words(uint32_t code, uint32_t next);
static const char *ct_slack_header(uint32_t code, uint32_t next);
static const char *ct_slack_url(uint32_t code, uint32_t next);
static void ct_slack_item(ct_face_t *face, const ct_message_item_t *item);
static void ct_slack_link(ct_clip_t *clip, ct_bytes_t url);
static void ct_slack_mrkdwn(ct_face_t *face, const char *name);
static void ct_slack_context(ct_face_t *face);

static const ct_clip_style_t ct_slack_style = {
    .strong = "*", .weak = ":* ", .open = "`", .close = "`",
    .text = ct_slack_words, .code = ct_slack_code
};


void
ct_message_slack(ct_face_t *face)
{
    size_t              i;
    ct_clip_t           clip;
    ct_json_t          *json;
    const ct_message_t *message;

    json = &face->json;
    message = face->message;

    ct_json_object(json, NULL);

    /* for notifications */
    ct_face_start(face, &clip, CT_SLACK_TEXT);
    ct_message_headline(&clip, message, ct_slack_words);
    ct_face_string(face, "text");
    ct_json_bool(json, "unfurl_links", false);
    ct_json_bool(json, "unfurl_media", false);

    ct_json_array(json, "blocks");
    ct_json_object(json, NULL);
    ct_json_str(json, "type", "header");
    ct_json_object(json, "text");
    ct_json_str(json, "type", "plain_text");
    ct_json_bool(json, "emoji", false);
    ct_face_start(face, &clip, CT_SLACK_HEADER);
    ct_message_headline(&clip, message, ct_slack_header);
    ct_face_string(face, "text");
    ct_json_object_end(json);
    ct_json_object_end(json);

    for (i = 0; i < message->n; i++) {
        ct_slack_item(face, message->items[i]);
    }

    ct_slack_context(face);
    ct_json_array_end(json);
    ct_json_object_end(json);
}


static void
ct_slack_item(ct_face_t *face, const ct_message_item_t *item)
{
    size_t    room, link;
    ct_clip_t clip;

    room = CT_SLACK_SECTIONS / face->message->n;
    room = room < CT_SLACK_SECTION ? room : CT_SLACK_SECTION;

    /* the link is known to fit, whole, before anything else is written */

    ct_face_start(face, &clip, CT_SLACK_URL);
    clip.out = NULL;
    ct_slack_link(&clip, item->url);
    link = CT_SLACK_URL - clip.left;
    link = !clip.cut && link < room / 2 ? link : 0;

    ct_face_start(face, &clip, room - link);

    if (face->message->n > 1) {
        (void) ct_clip_mark(&clip, "*");
        ct_clip_text(&clip, item->title, ct_slack_words, room / 2);
        (void) ct_clip_mark(&clip, "*\n");
    }

    ct_message_lines(&clip, &ct_slack_style, item);

    if (link != 0) {
        clip.left = link;
        ct_slack_link(&clip, item->url);
    }

    ct_json_object(&face->json, NULL);
    ct_json_str(&face->json, "type", "section");
    ct_slack_mrkdwn(face, "text");
    ct_json_object_end(&face->json);
}


static void
ct_slack_link(ct_clip_t *clip, ct_bytes_t url)
{
    if (url.len == 0) {
        return;
    }

    (void) ct_clip_mark(clip, "\n<");
    ct_clip_text(clip, url, ct_slack_url, sizeof(CT_SLACK_OPEN) - 1);
    (void) ct_clip_mark(clip, CT_SLACK_OPEN);
}


/* What is in the scratch, as a text object. */
static void
ct_slack_mrkdwn(ct_face_t *face, const char *name)
{
    ct_json_object(&face->json, name);
    ct_json_str(&face->json, "type", "mrkdwn");
    ct_json_bool(&face->json, "verbatim", true);
    ct_face_string(face, "text");
    ct_json_object_end(&face->json);
}


static void
ct_slack_context(ct_face_t *face)
{
    ct_clip_t clip;

    ct_face_start(face, &clip, CT_SLACK_TEXT);

    if (face->message->more != 0) {
        (void) ct_clip_mark(&clip, "… ");
        ct_message_more(&clip, face->message);
        (void) ct_clip_mark(&clip, "\n");
    }

    ct_message_sender(&clip, face->message, ct_slack_words);

    ct_json_object(&face->json, NULL);
    ct_json_str(&face->json, "type", "context");
    ct_json_array(&face->json, "elements");
    ct_slack_mrkdwn(face, NULL);
    ct_json_array_end(&face->json);
    ct_json_object_end(&face->json);
}


/* All that Slack asks to be escaped. */
static const char *
ct_slack_url(uint32_t code, uint32_t next)
{
    (void) next;

    switch (code) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    default:
        return NULL;
    }
}


/* A backtick would end the code. */
static const char *
ct_slack_code(uint32_t code, uint32_t next)
{
    return code == '`' ? "'" : ct_slack_url(code, next);
}


/* There is no escape for what makes bold and the like: other characters that
 * look the same stand in for it. Not so for "_", of which names of
 * directives are made: italics are the worst that comes of it. */
static const char *
ct_slack_words(uint32_t code, uint32_t next)
{
    switch (code) {
    case '*':
        return "\xe2\x88\x97";
    case '~':
        return "\xe2\x88\xbc";
    case ':':
        return next == '/' ? "[:]" : NULL;
    default:
        return ct_slack_code(code, next);
    }
}


/* Plain text, where entities may be shown or not. */
static const char *
ct_slack_header(uint32_t code, uint32_t next)
{
    (void) next;

    switch (code) {
    case '&':
        return "+";
    case '<':
        return "\xe2\x80\xb9";
    case '>':
        return "\xe2\x80\xba";
    default:
        return NULL;
    }
}
