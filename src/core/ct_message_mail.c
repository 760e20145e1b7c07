/*
 * ct_message_mail: a mail with a text and an HTML part. All mails about one
 * finding refer to the same message, which nobody has sent: that makes them
 * one thread. Names are written with "[.]" in the bodies, so that no mail
 * program makes links of what a stranger has put into a certificate.
 */

#include "ct_message_part.h"
#include "ct_mime.h"

#define CT_MAIL_SUBJECT 250
#define CT_MAIL_TEXT    300
#define CT_MAIL_LEAST   1200  /* an item in a large group */
#define CT_MAIL_ITEMS   60000 /* all of them */
#define CT_MAIL_REFER   10    /* threads that a group belongs to */


static void ct_mail_headers(ct_face_t *face, ct_bytes_t boundary);
static void ct_mail_message_id(ct_face_t *face);
static void ct_mail_references(ct_face_t *face);
static void ct_mail_reference(ct_buf_t *out, const ct_message_t *message,
    const ct_message_item_t *item);
static void ct_mail_part(ct_face_t *face, ct_bytes_t boundary,
    const char *type);
static void ct_mail_text(ct_face_t *face);
static void ct_mail_html(ct_face_t *face);
static void ct_mail_html_item(ct_face_t *face,
    const ct_message_item_t *item);
static void ct_mail_flush(ct_face_t *face);
static void ct_mail_word(ct_buf_t *out, const char *text);
static const char *ct_mail_plain(uint32_t code, uint32_t next);
static const char *ct_mail_same(uint32_t code, uint32_t next);
static const char *ct_mail_entity(uint32_t code, uint32_t next);
static const char *ct_mail_escape(uint32_t code, uint32_t next);
static bool ct_mail_links(uint32_t code, uint32_t next);

static const ct_clip_style_t ct_mail_text_style = {
    .strong = "", .weak = ": ", .open = "", .close = "",
    .text = ct_mail_plain, .code = ct_mail_plain, .given = ct_mail_same
};

/* dt and dd need no end tags */
static const ct_clip_style_t ct_mail_html_style = {
    .strong = "<dt><b>", .weak = "</b><dd>", .open = "<code>",
    .close = "</code>", .text = ct_mail_escape, .code = ct_mail_escape,
    .given = ct_mail_entity
};


void
ct_message_mail(ct_face_t *face)
{
    uint8_t    room[CT_LIMIT_MESSAGE_ID];
    ct_buf_t   boundary;
    ct_bytes_t mark;

    /* quoted-printable never has "=_" in it */
    ct_buf_fixed(&boundary, room, sizeof(room));
    ct_buf_puts(&boundary, "=_ct-");
    ct_message_id(&boundary, face->message);
    mark = ct_bytes(room, boundary.len < 60 ? boundary.len : 60);

    ct_mail_headers(face, mark);
    ct_mail_part(face, mark, "text/plain");
    ct_mail_text(face);
    ct_mail_part(face, mark, "text/html");
    ct_mail_html(face);

    ct_buf_puts(face->out, "\r\n--");
    ct_buf_bytes(face->out, mark);
    ct_buf_puts(face->out, "--\r\n");
}


static void
ct_mail_headers(ct_face_t *face, ct_bytes_t boundary)
{
    size_t              i;
    ct_buf_t           *out;
    ct_clip_t           clip;
    ct_severity_e       severity;
    const ct_message_t *message;

    out = face->out;
    message = face->message;
    severity = CT_SEVERITY_INFO;

    for (i = 0; i < message->n; i++) {
        if (ct_message_severity(message->items[i]->type) > severity) {
            severity = ct_message_severity(message->items[i]->type);
        }
    }

    ct_mime_date(out, "Date", message->now_ms);
    ct_mime_addresses(out, "From", &message->mail->from, 1);
    ct_mime_addresses(out, "To", message->mail->to, message->mail->nto);

    ct_face_start(face, &clip, CT_MAIL_SUBJECT);
    ct_message_headline(&clip, message, ct_mail_same);
    ct_mime_header(out, "Subject", ct_buf_slice(&face->text));

    ct_mail_message_id(face);
    ct_mail_references(face);

    if (severity == CT_SEVERITY_CRITICAL) {
        ct_buf_puts(out, "Importance: high\r\n");
    }

    ct_buf_puts(out, "Auto-Submitted: auto-generated\r\n"
                     "MIME-Version: 1.0\r\n"
                     "Content-Type: multipart/alternative;\r\n"
                     " boundary=\"");
    ct_buf_bytes(out, boundary);
    ct_buf_puts(out, "\"\r\n");
}


/* The same when it is sent again, another when there is something new. */
static void
ct_mail_message_id(ct_face_t *face)
{
    size_t                   i;
    int64_t                  newest;
    const ct_message_t      *message;
    const ct_message_item_t *item;

    newest = 0;
    message = face->message;

    for (i = 0; i < message->n; i++) {
        item = message->items[i];
        newest = item->time_ms > newest ? item->time_ms : newest;
    }

    ct_buf_puts(face->out, "Message-ID: <ct.");
    ct_message_id(face->out, message);
    ct_buf_putc(face->out, '.');
    ct_buf_puts(face->out, message->n == 1 ? ct_message_type_name(
                                                 message->items[0]->type)
                                           : "group");
    ct_buf_putc(face->out, '.');
    ct_buf_u64(face->out, (uint64_t) newest);
    ct_buf_putc(face->out, '@');
    ct_mime_domain(face->out, message->mail->from);
    ct_buf_puts(face->out, ">\r\n");
}


static void
ct_mail_references(ct_face_t *face)
{
    size_t              i;
    ct_buf_t           *out;
    const ct_message_t *message;

    out = face->out;
    message = face->message;

    if (message->digest) {
        return;
    }

    ct_buf_puts(out, "In-Reply-To:\r\n ");
    ct_mail_reference(out, message, message->items[0]);
    ct_buf_puts(out, "\r\nReferences:");

    for (i = 0; i < message->n && i < CT_MAIL_REFER; i++) {
        ct_buf_puts(out, "\r\n ");
        ct_mail_reference(out, message, message->items[i]);
    }

    ct_buf_puts(out, "\r\n");
}


static void
ct_mail_reference(ct_buf_t *out, const ct_message_t *message,
    const ct_message_item_t *item)
{
    ct_buf_puts(out, "<ct.");
    ct_buf_bytes(out, item->thread);

    if (item->finding == NULL) {
        ct_buf_putc(out, '.');
        ct_mail_word(out, message->zone);
        ct_buf_putc(out, '.');
        ct_mail_word(out, message->source[0] != '\0' ? message->source
                                                     : "nginx");
    }

    ct_buf_putc(out, '@');
    ct_mime_domain(out, message->mail->from);
    ct_buf_putc(out, '>');
}


/* Of what may stand in a message id; at most 100 bytes of it. */
static void
ct_mail_word(ct_buf_t *out, const char *text)
{
    size_t     n;
    uint8_t    c;
    ct_bytes_t in;

    in = ct_bytes_str(text);

    for (n = 0; n < 100 && ct_read_u8(&in, &c); n++) {
        ct_buf_putc(out, (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z')
                         || (c >= 'A' && c <= 'Z') ? c : '-');
    }
}


static void
ct_mail_part(ct_face_t *face, ct_bytes_t boundary, const char *type)
{
    ct_buf_puts(face->out, "\r\n--");
    ct_buf_bytes(face->out, boundary);
    ct_buf_puts(face->out, "\r\nContent-Type: ");
    ct_buf_puts(face->out, type);
    ct_buf_puts(face->out, "; charset=utf-8\r\n"
                           "Content-Transfer-Encoding: quoted-printable\r\n"
                           "\r\n");
}


static void
ct_mail_text(ct_face_t *face)
{
    size_t                   i, room;
    ct_clip_t                clip;
    const ct_message_t      *message;
    const ct_message_item_t *item;

    message = face->message;
    room = CT_MAIL_ITEMS / message->n;
    room = room > CT_MAIL_LEAST ? room : CT_MAIL_LEAST;

    for (i = 0; i < message->n; i++) {
        item = message->items[i];

        ct_face_start(face, &clip, room);
        ct_clip_text(&clip, item->title, ct_mail_plain, room / 2);
        (void) ct_clip_mark(&clip, "\n\n");
        ct_message_lines(&clip, &ct_mail_text_style, item);
        ct_buf_putc(&face->text, '\n');

        if (item->url.len != 0) {
            ct_buf_puts(&face->text, "Status page: ");
            ct_buf_bytes(&face->text, item->url);
            ct_buf_putc(&face->text, '\n');
        }

        ct_buf_puts(&face->text, "\n\n");
        ct_mail_flush(face);
    }

    ct_face_start(face, &clip, CT_MAIL_TEXT);
    ct_message_more(&clip, message);
    ct_buf_puts(&face->text, message->more != 0 ? "\n\n-- \n" : "-- \n");
    ct_message_sender(&clip, message, ct_mail_same);
    ct_buf_putc(&face->text, '\n');
    ct_mail_flush(face);
}


static void
ct_mail_html(ct_face_t *face)
{
    size_t              i;
    ct_clip_t           clip;
    const ct_message_t *message;

    message = face->message;

    ct_face_start(face, &clip, CT_MAIL_TEXT);
    ct_buf_puts(&face->text, "<!DOCTYPE html>\n<meta charset=\"utf-8\">\n"
                             "<title>");
    ct_message_headline(&clip, message, ct_mail_escape);
    ct_buf_puts(&face->text, "</title>\n"
                             "<div style=\"font-family: sans-serif\">\n");
    ct_mail_flush(face);

    for (i = 0; i < message->n; i++) {
        ct_mail_html_item(face, message->items[i]);
    }

    ct_face_start(face, &clip, CT_MAIL_TEXT);
    ct_buf_puts(&face->text, "<p>");
    ct_message_more(&clip, message);
    ct_buf_puts(&face->text, message->more != 0 ? "</p>\n<p>" : "");
    ct_buf_puts(&face->text, "<small>");
    ct_message_sender(&clip, message, ct_mail_escape);
    ct_buf_puts(&face->text, "</small></p>\n</div>\n");
    ct_mail_flush(face);
}


static void
ct_mail_html_item(ct_face_t *face, const ct_message_item_t *item)
{
    size_t    room;
    ct_clip_t clip;

    room = CT_MAIL_ITEMS / face->message->n;
    room = room > CT_MAIL_LEAST ? room : CT_MAIL_LEAST;

    ct_face_start(face, &clip, room);
    ct_buf_puts(&face->text, "<h3>");
    ct_clip_text(&clip, item->title, ct_mail_escape, room / 2);
    ct_buf_puts(&face->text, "</h3>\n<dl>\n");
    ct_message_lines(&clip, &ct_mail_html_style, item);
    ct_buf_puts(&face->text, "\n</dl>\n");

    if (item->url.len != 0) {
        ct_buf_puts(&face->text, "<p><a href=\"");
        clip.left = CT_MAIL_ITEMS;
        ct_clip_text(&clip, item->url, ct_mail_entity, 0);
        ct_buf_puts(&face->text, "\">Open on the status page</a></p>\n");
    }

    ct_mail_flush(face);
}


/* What is in the scratch goes out; it ends with a line. */
static void
ct_mail_flush(ct_face_t *face)
{
    ct_mime_quoted(face->out, ct_buf_slice(&face->text));
}


/* The subject makes no links anyway. */
static const char *
ct_mail_same(uint32_t code, uint32_t next)
{
    (void) code;
    (void) next;

    return NULL;
}


static const char *
ct_mail_plain(uint32_t code, uint32_t next)
{
    if (code == '@') {
        return "[at]";
    }

    return ct_mail_links(code, next) ? "[.]" : ct_clip_plain(code, next);
}


static const char *
ct_mail_entity(uint32_t code, uint32_t next)
{
    (void) next;

    switch (code) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}


static const char *
ct_mail_escape(uint32_t code, uint32_t next)
{
    const char *entity;

    entity = ct_mail_entity(code, next);

    return entity != NULL ? entity : ct_mail_plain(code, next);
}


/* A dot amid a name, not one that ends a sentence. */
static bool
ct_mail_links(uint32_t code, uint32_t next)
{
    return code == '.' && next > ' ' && next != '.' && next != ','
           && next != ';' && next != '"' && next != ')';
}
