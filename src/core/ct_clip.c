/*
 * ct_clip: see the header. Before a character is written it is known that
 * either it is the last one or an ellipsis still fits behind it, so nothing
 * is ever taken back.
 */

#include "ct_clip.h"
#include "ct_page.h"
#include "ct_utf8.h"

#define CT_CLIP_ELLIPSIS "\xe2\x80\xa6"
#define CT_CLIP_UNKNOWN  "\xef\xbf\xbd"

/* The longest of several words is cut here. */
#define CT_CLIP_WORD 300

/* " and 4,294,967,295 more" */
#define CT_CLIP_MORE 32

/* A character as it is written. */
typedef struct {
    ct_bytes_t text;
    uint32_t   code;
} ct_clip_piece_t;


static bool ct_clip_piece(ct_bytes_t *in, ct_clip_escape_pt escape,
    ct_clip_piece_t *piece);
static bool ct_clip_fits(const ct_clip_t *clip, ct_bytes_t text,
    ct_clip_escape_pt escape, size_t reserve);
static uint32_t ct_clip_code(ct_bytes_t *in);
static size_t ct_clip_cost(const ct_clip_t *clip, ct_bytes_t text);
static void ct_clip_write(ct_clip_t *clip, ct_bytes_t text);
static size_t ct_clip_word_cost(const ct_clip_t *clip,
    const ct_clip_style_t *style, ct_bytes_t word);
static void ct_clip_span(ct_clip_t *clip, const ct_clip_style_t *style,
    ct_bytes_t word, size_t room);
static void ct_clip_more(ct_clip_t *clip, uint64_t n);


void
ct_clip_start(ct_clip_t *clip, ct_buf_t *out, size_t room)
{
    *clip = (ct_clip_t) {.out = out, .left = room};
}


bool
ct_clip_mark(ct_clip_t *clip, const char *mark)
{
    ct_bytes_t text;

    text = ct_bytes_str(mark);

    if (ct_clip_cost(clip, text) > clip->left) {
        clip->cut = true;
        return false;
    }

    ct_clip_write(clip, text);

    return true;
}


void
ct_clip_text(ct_clip_t *clip, ct_bytes_t text, ct_clip_escape_pt escape,
    size_t reserve)
{
    size_t          ellipsis;
    ct_bytes_t      here;
    ct_clip_piece_t piece;

    ellipsis = sizeof(CT_CLIP_ELLIPSIS) - 1;

    for (;;) {
        here = text;

        if (!ct_clip_piece(&text, escape, &piece)) {
            return;
        }

        if (ct_clip_cost(clip, piece.text) + ellipsis + reserve > clip->left
            && !ct_clip_fits(clip, here, escape, reserve))
        {
            break;
        }

        ct_clip_write(clip, piece.text);
    }

    clip->cut = true;

    if (ellipsis + reserve <= clip->left) {
        ct_clip_write(clip, CT_BYTES(CT_CLIP_ELLIPSIS));
    }
}


/* All that is left of a text: asked only where an ellipsis would not fit. */
static bool
ct_clip_fits(const ct_clip_t *clip, ct_bytes_t text, ct_clip_escape_pt escape,
    size_t reserve)
{
    size_t          cost;
    ct_clip_piece_t piece;

    cost = reserve;

    while (cost <= clip->left && ct_clip_piece(&text, escape, &piece)) {
        cost += ct_clip_cost(clip, piece.text);
    }

    return cost <= clip->left;
}


/* The next character as `escape` wants it. */
static bool
ct_clip_piece(ct_bytes_t *in, ct_clip_escape_pt escape,
    ct_clip_piece_t *piece)
{
    ct_bytes_t  before, rest;
    const char *other;

    if (in->len == 0) {
        return false;
    }

    before = *in;
    piece->code = ct_clip_code(in);
    rest = *in;

    if (!ct_utf8_shown(piece->code)) {
        piece->text = CT_BYTES(CT_CLIP_UNKNOWN);
        return true;
    }

    other = escape(piece->code, rest.len != 0 ? ct_clip_code(&rest) : 0);
    piece->text = other != NULL
                  ? ct_bytes_str(other)
                  : ct_bytes(before.data, before.len - in->len);

    return true;
}


/* 0 for a byte that is not UTF-8. */
static uint32_t
ct_clip_code(ct_bytes_t *in)
{
    uint32_t   code;
    ct_bytes_t skipped;

    if (ct_utf8_read(in, &code)) {
        return code;
    }

    (void) ct_read_bytes(in, 1, &skipped);

    return 0;
}


static size_t
ct_clip_cost(const ct_clip_t *clip, ct_bytes_t text)
{
    size_t  i, cost;
    uint8_t c;

    if (!clip->json) {
        return text.len;
    }

    cost = text.len;

    for (i = 0; i < text.len; i++) {
        c = text.data[i];
        cost += c == '<' || c == '>' || c == '&' ? sizeof("u003c") - 1
                : c == '"' || c == '\\' || c == '\n' ? 1 : 0;
    }

    return cost;
}


static void
ct_clip_write(ct_clip_t *clip, ct_bytes_t text)
{
    clip->left -= ct_clip_cost(clip, text);

    if (clip->out != NULL) {
        ct_buf_bytes(clip->out, text);
    }
}


void
ct_clip_word(ct_clip_t *clip, const ct_clip_style_t *style, ct_bytes_t word)
{
    ct_clip_span(clip, style, word, clip->left);
}


/* At most `room` bytes in all. */
static void
ct_clip_span(ct_clip_t *clip, const ct_clip_style_t *style, ct_bytes_t word,
    size_t room)
{
    size_t    close, kept;
    ct_clip_t least;

    word = word.len != 0 ? word : CT_BYTES("(empty)");
    close = ct_clip_cost(clip, ct_bytes_str(style->close));
    kept = clip->left > room ? clip->left - room : 0;

    /* the word or its first characters */

    least = *clip;
    least.out = NULL;
    least.left = sizeof(CT_CLIP_ELLIPSIS) - 1;
    ct_clip_text(&least, word, style->code, 0);

    if (kept + ct_clip_cost(clip, ct_bytes_str(style->open)) + close
        + sizeof(CT_CLIP_ELLIPSIS) - 1 - least.left > clip->left)
    {
        clip->cut = true;
        return;
    }

    (void) ct_clip_mark(clip, style->open);
    ct_clip_text(clip, word, style->code, kept + close);
    (void) ct_clip_mark(clip, style->close);
}


/* Of a word in a list, cut where it is too long. */
static size_t
ct_clip_word_cost(const ct_clip_t *clip, const ct_clip_style_t *style,
    ct_bytes_t word)
{
    ct_clip_t probe;

    probe = *clip;
    probe.out = NULL;
    probe.left = CT_CLIP_WORD;
    ct_clip_span(&probe, style, word, CT_CLIP_WORD);

    return CT_CLIP_WORD - probe.left;
}


void
ct_clip_words(ct_clip_t *clip, const ct_clip_style_t *style,
    const ct_bytes_t *words, size_t n, uint64_t total)
{
    size_t i, cost, more, comma;

    for (i = 0; i < n; i++) {
        more = total > i + 1 ? CT_CLIP_MORE : 0;
        comma = i != 0 ? 2 : 0;
        cost = ct_clip_word_cost(clip, style, words[i]);

        if (comma + cost + more > clip->left) {
            break;
        }

        (void) ct_clip_mark(clip, comma != 0 ? ", " : "");
        ct_clip_span(clip, style, words[i], cost);
    }

    if (i == 0 && n != 0 && clip->left > CT_CLIP_MORE) {
        ct_clip_span(clip, style, words[0], clip->left - CT_CLIP_MORE);
        i = 1;
    }

    if (total > i) {
        ct_clip_more(clip, total - i);
    }
}


static void
ct_clip_more(ct_clip_t *clip, uint64_t n)
{
    uint8_t  room[CT_CLIP_MORE + 1];
    ct_buf_t text;

    clip->cut = true;

    ct_buf_fixed(&text, room, sizeof(room));
    ct_buf_puts(&text, " and ");
    ct_page_grouped(&text, n);
    ct_buf_puts(&text, " more");
    ct_buf_putc(&text, '\0');

    (void) ct_clip_mark(clip, text.full ? " and more" : (char *) room);
}


const char *
ct_clip_plain(uint32_t code, uint32_t next)
{
    return code == ':' && next == '/' ? "[:]" : NULL;
}
