/*
 * ct_page: renders a template in one walk. Sections nest; a section is not
 * put into one of its own name. Templates are ours and known when the
 * module is built, values are anybody's.
 */

#include "ct_page.h"
#include "ct_utf8.h"

#include <string.h>

#define CT_PAGE_OPEN "{{"

/* A piece of a template: text, then a tag. */
typedef struct {
    ct_bytes_t text; /* before the tag */
    ct_bytes_t name; /* empty: the template has ended */
    uint8_t    sign; /* '#', '^' or 0 */
} ct_piece_t;


static ct_field_t *ct_page_field(ct_page_t *page, const char *name,
    ct_field_e kind);
static void ct_page_walk(const ct_page_t *page, ct_bytes_t template,
    bool silent);
static void ct_page_piece(ct_bytes_t *in, ct_piece_t *piece);
static size_t ct_page_find(ct_bytes_t in, const char *mark);
static bool ct_page_section(ct_bytes_t *in, ct_bytes_t name,
    ct_bytes_t *inner);
static const ct_field_t *ct_page_lookup(const ct_page_t *page,
    ct_bytes_t name);
static bool ct_field_empty(const ct_field_t *field);
static void ct_page_value(const ct_page_t *page, const ct_field_t *field);
static void ct_page_rows_value(const ct_page_t *page,
    const ct_field_t *field);
static void ct_page_age(ct_buf_t *out, int64_t ms);
static const char *ct_page_entity(uint32_t code);


void
ct_page_start(ct_page_t *page, ct_buf_t *out, size_t *unknown)
{
    page->out = out;
    page->unknown = unknown;
    page->nfields = 0;
}


void
ct_page_row(ct_page_t *row, const ct_page_t *page)
{
    ct_page_start(row, page->out, page->unknown);
}


void
ct_page_text(ct_page_t *page, const char *name, ct_bytes_t text)
{
    ct_page_field(page, name, CT_FIELD_TEXT)->text = text;
}


void
ct_page_str(ct_page_t *page, const char *name, const char *text)
{
    ct_page_text(page, name, ct_bytes_str(text));
}


void
ct_page_hex(ct_page_t *page, const char *name, const void *data, size_t len)
{
    ct_page_field(page, name, CT_FIELD_HEX)->text = ct_bytes(data, len);
}


void
ct_page_number(ct_page_t *page, const char *name, uint64_t number)
{
    ct_page_field(page, name, CT_FIELD_NUMBER)->number = number;
}


void
ct_page_ms(ct_page_t *page, ct_field_e kind, const char *name, int64_t ms)
{
    ct_page_field(page, name, kind)->ms = ms;
}


void
ct_page_rows(ct_page_t *page, const char *name, ct_page_rows_pt rows,
    const void *data)
{
    ct_field_t *field;

    field = ct_page_field(page, name, CT_FIELD_ROWS);
    field->rows = rows;
    field->data = data;
}


/* Without room the last field gives way, and shows up as unknown. */
static ct_field_t *
ct_page_field(ct_page_t *page, const char *name, ct_field_e kind)
{
    ct_field_t *field;

    if (page->nfields < CT_PAGE_FIELDS) {
        page->nfields++;
    }

    field = &page->field[page->nfields - 1];
    *field = (ct_field_t) {.name = ct_bytes_str(name), .kind = kind};

    return field;
}


void
ct_page_render(const ct_page_t *page, ct_bytes_t template)
{
    ct_page_walk(page, template, false);
}


/* `silent`: only looks for names that nobody knows. */
static void
ct_page_walk(const ct_page_t *page, ct_bytes_t template, bool silent)
{
    bool              skip;
    ct_bytes_t        inner;
    ct_piece_t        piece;
    const ct_field_t *field;

    for (;;) {
        ct_page_piece(&template, &piece);

        if (!silent) {
            ct_buf_bytes(page->out, piece.text);
        }

        if (piece.name.len == 0) {
            return;
        }

        field = ct_page_lookup(page, piece.name);

        if (field == NULL) {
            ++*page->unknown;
        }

        if (piece.sign == 0) {
            if (field != NULL && !silent) {
                ct_page_value(page, field);
            }
            continue;
        }

        if (!ct_page_section(&template, piece.name, &inner)) {
            ++*page->unknown;
            continue;
        }

        skip = field == NULL || ct_field_empty(field) == (piece.sign == '#');
        ct_page_walk(page, inner, silent || skip);
    }
}


/* Takes the text up to the next tag and the tag. */
static void
ct_page_piece(ct_bytes_t *in, ct_piece_t *piece)
{
    size_t     n;
    ct_bytes_t mark;

    n = ct_page_find(*in, CT_PAGE_OPEN);

    *piece = (ct_piece_t) {.sign = 0};
    (void) ct_read_bytes(in, n, &piece->text);

    if (in->len == 0) {
        return;
    }

    (void) ct_read_bytes(in, sizeof(CT_PAGE_OPEN) - 1, &mark);

    if (in->len != 0 && (in->data[0] == '#' || in->data[0] == '^')) {
        (void) ct_read_u8(in, &piece->sign);
    }

    if (ct_read_until(in, '}', &piece->name)) {
        (void) ct_read_bytes(in, in->len != 0 ? 1 : 0, &mark);
    }
}


/* Where `mark` begins, or the end. */
static size_t
ct_page_find(ct_bytes_t in, const char *mark)
{
    size_t         left;
    ct_bytes_t     want;
    const uint8_t *p, *end;

    want = ct_bytes_str(mark);
    end = in.data + in.len;

    for (p = in.data; p != end; p++) {
        p = memchr(p, *mark, (size_t) (end - p));

        if (p == NULL) {
            break;
        }

        left = (size_t) (end - p);

        if (left >= want.len && memcmp(p, mark, want.len) == 0) {
            return (size_t) (p - in.data);
        }
    }

    return in.len;
}


/* The rest of the section `name`, whose closing tag is eaten. */
static bool
ct_page_section(ct_bytes_t *in, ct_bytes_t name, ct_bytes_t *inner)
{
    size_t     n;
    ct_bytes_t rest, tag;

    rest = *in;

    for (;;) {
        n = ct_page_find(rest, "{{/");

        if (!ct_read_bytes(&rest, n + 3, &tag)
            || !ct_read_until(&rest, '}', &tag))
        {
            return false;
        }

        if (ct_bytes_equal(tag, name)) {
            break;
        }
    }

    *inner = ct_bytes(in->data, (size_t) (tag.data - in->data) - 3);
    (void) ct_read_bytes(&rest, rest.len != 0 ? 1 : 0, &tag);
    *in = rest;

    return true;
}


static const ct_field_t *
ct_page_lookup(const ct_page_t *page, ct_bytes_t name)
{
    size_t i;

    for (i = 0; i < page->nfields; i++) {
        if (ct_bytes_equal(name, page->field[i].name)) {
            return &page->field[i];
        }
    }

    return NULL;
}


static bool
ct_field_empty(const ct_field_t *field)
{
    return field->text.len == 0 && field->number == 0 && field->ms == 0
           && field->rows == NULL;
}


static void
ct_page_value(const ct_page_t *page, const ct_field_t *field)
{
    switch (field->kind) {

    case CT_FIELD_TEXT:
        ct_page_escape(page->out, field->text);
        return;

    case CT_FIELD_HEX:
        ct_buf_hex(page->out, field->text.data, field->text.len);
        return;

    case CT_FIELD_NUMBER:
        ct_page_grouped(page->out, field->number);
        return;

    case CT_FIELD_STAMP:
        ct_buf_time(page->out, field->ms);
        return;

    case CT_FIELD_DATE:
        ct_page_date(page->out, field->ms, false);
        return;

    case CT_FIELD_TIME:
        ct_page_date(page->out, field->ms, true);
        return;

    case CT_FIELD_AGE:
        ct_page_age(page->out, field->ms);
        return;

    case CT_FIELD_ROWS:
        ct_page_rows_value(page, field);
        return;
    }
}


static void
ct_page_rows_value(const ct_page_t *page, const ct_field_t *field)
{
    ct_page_t row;

    if (field->rows != NULL) {
        ct_page_row(&row, page);
        field->rows(&row, field->data);
    }
}


void
ct_page_date(ct_buf_t *out, int64_t ms, bool clock)
{
    uint8_t  text[sizeof("2026-11-22T16:49:00Z") - 1];
    ct_buf_t stamp;

    ct_buf_fixed(&stamp, text, sizeof(text));
    ct_buf_time(&stamp, ms);

    ct_buf_put(out, text, 10);

    if (clock) {
        ct_buf_putc(out, ' ');
        ct_buf_put(out, text + 11, 5);
        ct_buf_puts(out, " UTC");
    }
}


/* One unit is enough to tell fresh from stale. */
static void
ct_page_age(ct_buf_t *out, int64_t ms)
{
    size_t   i;
    uint64_t seconds;

    static const struct {
        uint64_t    below; /* seconds */
        uint64_t    unit;
        const char *name;
    } steps[] = {
        {120, 1, " s"},
        {UINT64_C(120) * 60, 60, " min"},
        {UINT64_C(48) * 3600, 3600, " h"},
        {UINT64_MAX, 86400, " days"},
    };

    seconds = ms > 0 ? (uint64_t) ms / 1000 : 0;

    for (i = 0; seconds >= steps[i].below; i++) {
        /* the last one is above them all */
    }

    ct_page_grouped(out, seconds / steps[i].unit);
    ct_buf_puts(out, steps[i].name);
}


void
ct_page_grouped(ct_buf_t *out, uint64_t number)
{
    size_t   i;
    uint8_t  text[20];
    ct_buf_t digits;

    ct_buf_fixed(&digits, text, sizeof(text));
    ct_buf_u64(&digits, number);

    for (i = 0; i < digits.len; i++) {
        if (i != 0 && (digits.len - i) % 3 == 0) {
            ct_buf_putc(out, ',');
        }
        ct_buf_putc(out, text[i]);
    }
}


void
ct_page_escape(ct_buf_t *out, ct_bytes_t text)
{
    uint32_t    code;
    ct_bytes_t  before, skipped;
    const char *entity;

    while (text.len != 0 && !out->full) {
        before = text;

        if (!ct_utf8_read(&text, &code)) {
            (void) ct_read_bytes(&text, 1, &skipped);
            code = 0;
        }

        entity = ct_page_entity(code);

        if (entity != NULL) {
            ct_buf_puts(out, entity);
        } else {
            ct_buf_put(out, before.data, before.len - text.len);
        }
    }
}


static const char *
ct_page_entity(uint32_t code)
{
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
        return ct_utf8_shown(code) ? NULL : "\xef\xbf\xbd";
    }
}
