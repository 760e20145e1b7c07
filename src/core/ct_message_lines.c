/*
 * ct_message_lines: a message in words, for the formats that people read.
 */

#include "ct_message_part.h"
#include "ct_page.h"

/* Less than this behind the name of a fact is not worth beginning it. */
#define CT_LINES_LEAST 24

/* " and 4,294,967,295 more" */
#define CT_LINES_MORE 32


static void ct_lines_number(ct_clip_t *clip, const char *before,
    uint64_t number, const char *after);


void
ct_face_start(ct_face_t *face, ct_clip_t *clip, size_t room)
{
    ct_buf_fixed(&face->text, face->room, CT_MESSAGE_SCRATCH);
    ct_clip_start(clip, &face->text,
                  room < CT_MESSAGE_SCRATCH ? room : CT_MESSAGE_SCRATCH);
}


void
ct_face_string(ct_face_t *face, const char *name)
{
    if (face->text.len != 0) {
        ct_json_string(&face->json, name, ct_buf_slice(&face->text));
    }
}


void
ct_face_text(ct_face_t *face, const char *name, ct_bytes_t text,
    ct_clip_escape_pt escape, size_t room)
{
    ct_clip_t clip;

    ct_face_start(face, &clip, room);
    ct_clip_text(&clip, text, escape, 0);
    ct_face_string(face, name);
}


void
ct_message_headline(ct_clip_t *clip, const ct_message_t *message,
    ct_clip_escape_pt escape)
{
    uint64_t more;

    more = message->n - 1 + message->more;

    if (message->digest) {
        ct_lines_number(clip, "New certificates of yours: ", more + 1, "");
        return;
    }

    ct_clip_text(clip, message->items[0]->title, escape,
                 more != 0 ? CT_LINES_MORE : 0);

    if (more != 0) {
        ct_lines_number(clip, " and ", more, " more");
    }
}


static void
ct_lines_number(ct_clip_t *clip, const char *before, uint64_t number,
    const char *after)
{
    uint8_t  room[64];
    ct_buf_t text;

    ct_buf_fixed(&text, room, sizeof(room));
    ct_buf_puts(&text, before);
    ct_page_grouped(&text, number);
    ct_buf_puts(&text, after);
    ct_buf_putc(&text, '\0');

    if (!text.full) {
        (void) ct_clip_mark(clip, (const char *) room);
    }
}


void
ct_message_more(ct_clip_t *clip, const ct_message_t *message)
{
    if (message->more != 0) {
        ct_lines_number(clip, "and ", message->more,
                        " more, not listed here");
    }
}


void
ct_message_sender(ct_clip_t *clip, const ct_message_t *message,
    ct_clip_escape_pt escape)
{
    (void) ct_clip_mark(clip, "Certificate Transparency monitor of nginx");

    if (message->source[0] != '\0') {
        (void) ct_clip_mark(clip, " on ");
        ct_clip_text(clip, ct_bytes_str(message->source), escape,
                     clip->left / 2);
    }

    (void) ct_clip_mark(clip, ", zone ");
    ct_clip_text(clip, ct_bytes_str(message->zone), escape, 0);
}


void
ct_message_lines(ct_clip_t *clip, const ct_clip_style_t *style,
    const ct_message_item_t *item)
{
    size_t           i, need, share;
    ct_clip_t        part;
    const ct_fact_t *fact;

    for (i = 0; i < item->nfacts; i++) {
        fact = &item->facts[i];
        need = 2 + ct_bytes_str(style->strong).len
               + ct_bytes_str(fact->label).len
               + ct_bytes_str(style->weak).len + CT_LINES_LEAST;

        if (need > clip->left) {
            clip->cut = true;
            return;
        }

        (void) ct_clip_mark(clip, i != 0 ? "\n" : "");
        (void) ct_clip_mark(clip, style->strong);
        (void) ct_clip_mark(clip, fact->label);
        (void) ct_clip_mark(clip, style->weak);

        /* one fact leaves room for the others */

        share = clip->left > 4 * CT_LINES_LEAST ? clip->left / 2
                                                : clip->left;
        part = *clip;
        part.left = share;
        ct_message_value(&part, style, fact);
        clip->left -= share - part.left;
        clip->cut = clip->cut || part.cut;
    }
}


void
ct_message_value(ct_clip_t *clip, const ct_clip_style_t *style,
    const ct_fact_t *fact)
{
    size_t          i;
    ct_clip_style_t given;

    if (fact->kind == CT_FACT_GIVEN && style->given != NULL) {
        given = *style;
        given.code = style->given;
        style = &given;
    }

    if (fact->kind == CT_FACT_CODE || fact->kind == CT_FACT_GIVEN) {
        if (fact->total > 1) {
            ct_clip_words(clip, style, fact->values, fact->n, fact->total);
        } else {
            ct_clip_word(clip, style, fact->values[0]);
        }

        return;
    }

    for (i = 0; i < fact->n; i++) {
        if (i != 0
            && !ct_clip_mark(clip, fact->kind == CT_FACT_TEXT ? "; " : " "))
        {
            return;
        }

        ct_clip_text(clip, fact->values[i], style->text, 0);
    }

    if (fact->total > fact->n) {
        ct_lines_number(clip, " and ", fact->total - fact->n, " more");
    }
}
