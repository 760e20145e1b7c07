/*
 * ct_message_teams: an Adaptive Card 1.4 as the attachment of a message,
 * which is what webhooks and workflows of Teams take. Published limit: 28 KB
 * for the whole message; less has been seen to be refused.
 *
 * All of it is text runs, which know no markdown, so that a name can be no
 * more than a name; mentions would need a list of them, which there is not.
 */

#include "ct_message_part.h"

#define CT_TEAMS_ITEMS 18000 /* all of them, as JSON */
#define CT_TEAMS_TEXT  300
#define CT_TEAMS_FRAME 400   /* what stands around an item's facts */
#define CT_TEAMS_LINE  180   /* what stands around a fact */
#define CT_TEAMS_LEAST 24    /* bytes of a value that are worth it */


static void ct_teams_card(ct_face_t *face);
static void ct_teams_item(ct_face_t *face, const ct_message_item_t *item);
static void ct_teams_facts(ct_face_t *face, const ct_message_item_t *item,
    size_t room);
static void ct_teams_start(ct_face_t *face, ct_clip_t *clip, size_t room);
static void ct_teams_line(ct_face_t *face, const char *weight,
    const char *size);
static void ct_teams_link(ct_json_t *json, ct_bytes_t url);
static const char *ct_teams_container(ct_message_type_e type);
static const char *ct_teams_text(uint32_t code, uint32_t next);

static const ct_clip_style_t ct_teams_style = {
    .strong = "", .weak = "", .open = "", .close = "",
    .text = ct_teams_text, .code = ct_teams_text
};


void
ct_message_teams(ct_face_t *face)
{
    ct_json_t *json;

    json = &face->json;

    ct_json_object(json, NULL);
    ct_json_str(json, "type", "message");
    ct_json_array(json, "attachments");
    ct_json_object(json, NULL);
    ct_json_str(json, "contentType",
                "application/vnd.microsoft.card.adaptive");
    ct_json_null(json, "contentUrl");
    ct_json_object(json, "content");
    ct_teams_card(face);
    ct_json_object_end(json);
    ct_json_object_end(json);
    ct_json_array_end(json);
    ct_json_object_end(json);
}


static void
ct_teams_card(ct_face_t *face)
{
    size_t              i;
    ct_clip_t           clip;
    ct_json_t          *json;
    const ct_message_t *message;

    json = &face->json;
    message = face->message;

    ct_json_str(json, "$schema",
                "http://adaptivecards.io/schemas/adaptive-card.json");
    ct_json_str(json, "type", "AdaptiveCard");
    ct_json_str(json, "version", "1.4");
    ct_json_object(json, "msteams");
    ct_json_str(json, "width", "Full");
    ct_json_object_end(json);

    ct_teams_start(face, &clip, CT_TEAMS_TEXT);
    ct_message_headline(&clip, message, ct_teams_text);
    ct_face_string(face, "fallbackText");

    ct_json_array(json, "body");
    ct_teams_line(face, "Bolder", "Large");

    for (i = 0; i < message->n; i++) {
        ct_teams_item(face, message->items[i]);
    }

    if (message->more != 0) {
        ct_teams_start(face, &clip, CT_TEAMS_TEXT);
        ct_message_more(&clip, message);
        ct_teams_line(face, "Bolder", "Default");
    }

    ct_teams_start(face, &clip, CT_TEAMS_TEXT);
    ct_message_sender(&clip, message, ct_teams_text);
    ct_teams_line(face, "Lighter", "Small");
    ct_json_array_end(json);
}


static void
ct_teams_item(ct_face_t *face, const ct_message_item_t *item)
{
    size_t     room, used, title;
    ct_clip_t  clip;
    ct_json_t *json;

    json = &face->json;
    room = CT_TEAMS_ITEMS / face->message->n;
    used = CT_TEAMS_FRAME + item->url.len;
    title = room / 4 < CT_TEAMS_TEXT ? room / 4 : CT_TEAMS_TEXT;

    ct_json_object(json, NULL);
    ct_json_str(json, "type", "Container");
    ct_json_str(json, "style", ct_teams_container(item->type));
    ct_json_array(json, "items");

    if (face->message->n > 1) {
        ct_teams_start(face, &clip, title);
        ct_clip_text(&clip, item->title, ct_teams_text, 0);
        ct_teams_line(face, "Bolder", "Default");
        used += title;
    }

    ct_teams_facts(face, item, room > used ? room - used : 0);

    if (item->url.len != 0) {
        ct_teams_link(json, item->url);
    }

    ct_json_array_end(json);
    ct_json_object_end(json);
}


/* The important ones, as many as fit. */
static void
ct_teams_facts(ct_face_t *face, const ct_message_item_t *item, size_t room)
{
    size_t           i, share;
    ct_clip_t        clip;
    ct_json_t       *json;
    const ct_fact_t *fact;

    json = &face->json;

    for (i = 0; i < item->nfacts && room > CT_TEAMS_LINE + CT_TEAMS_LEAST;
         i++)
    {
        fact = &item->facts[i];
        room -= CT_TEAMS_LINE;
        share = room > 4 * CT_TEAMS_LEAST ? room / 2 : room;

        ct_json_object(json, NULL);
        ct_json_str(json, "type", "RichTextBlock");
        ct_json_array(json, "inlines");
        ct_json_object(json, NULL);
        ct_json_str(json, "type", "TextRun");
        ct_json_str(json, "text", fact->label);
        ct_json_str(json, "weight", "Bolder");
        ct_json_object_end(json);
        ct_json_object(json, NULL);
        ct_json_str(json, "type", "TextRun");
        ct_json_str(json, "text", ": ");
        ct_json_object_end(json);
        ct_json_object(json, NULL);
        ct_json_str(json, "type", "TextRun");
        ct_teams_start(face, &clip, share);
        ct_message_value(&clip, &ct_teams_style, fact);
        ct_face_string(face, "text");

        if (fact->kind == CT_FACT_CODE || fact->kind == CT_FACT_GIVEN) {
            ct_json_str(json, "fontType", "Monospace");
        }

        ct_json_object_end(json);
        ct_json_array_end(json);
        ct_json_object_end(json);

        room -= share - clip.left;
    }
}


/* What JSON makes of a text counts here. */
static void
ct_teams_start(ct_face_t *face, ct_clip_t *clip, size_t room)
{
    ct_face_start(face, clip, room);
    clip->json = true;
}


/* What is in the scratch, as a line of its own. */
static void
ct_teams_line(ct_face_t *face, const char *weight, const char *size)
{
    ct_json_t *json;

    json = &face->json;

    ct_json_object(json, NULL);
    ct_json_str(json, "type", "RichTextBlock");
    ct_json_array(json, "inlines");
    ct_json_object(json, NULL);
    ct_json_str(json, "type", "TextRun");
    ct_face_string(face, "text");
    ct_json_str(json, "weight", weight);
    ct_json_str(json, "size", size);
    ct_json_object_end(json);
    ct_json_array_end(json);
    ct_json_object_end(json);
}


static void
ct_teams_link(ct_json_t *json, ct_bytes_t url)
{
    ct_json_object(json, NULL);
    ct_json_str(json, "type", "ActionSet");
    ct_json_array(json, "actions");
    ct_json_object(json, NULL);
    ct_json_str(json, "type", "Action.OpenUrl");
    ct_json_str(json, "title", "Open on the status page");
    ct_json_string(json, "url", url);
    ct_json_object_end(json);
    ct_json_array_end(json);
    ct_json_object_end(json);
}


static const char *
ct_teams_container(ct_message_type_e type)
{
    if (ct_message_closes(type)) {
        return "good";
    }

    switch (ct_message_severity(type)) {

    case CT_SEVERITY_CRITICAL:
        return "attention";

    case CT_SEVERITY_WARNING:
        return "warning";

    default:
        return "emphasis";
    }
}


/* Cards put dates in place of {{DATE(...)}}, and templates know ${...}. */
static const char *
ct_teams_text(uint32_t code, uint32_t next)
{
    if ((code == '{' && next == '{') || (code == '$' && next == '{')) {
        return code == '{' ? "{ " : "$ ";
    }

    return ct_clip_plain(code, next);
}
