/*
 * ct_page: the template engine of the page, as small as it can be.
 *
 *   {{name}}               the value, escaped for text and attributes
 *   {{#name}} ... {{/name}} only when the value is not empty or zero
 *   {{^name}} ... {{/name}} only when it is
 *
 * Values are typed and written straight into the output, rows by a function
 * that renders other templates: nothing is ever put in unescaped, so there
 * is no "raw" field to get wrong. An unknown name renders nothing and is
 * counted, in skipped sections too, so that a test can insist on none.
 */

#ifndef CT_PAGE_H
#define CT_PAGE_H

#include "ct_bytes.h"

#define CT_PAGE_FIELDS 96 /* of one template; more are lost, and counted */

typedef struct ct_page_s ct_page_t;
typedef void (*ct_page_rows_pt)(ct_page_t *page, const void *data);

typedef enum {
    CT_FIELD_TEXT,
    CT_FIELD_HEX,
    CT_FIELD_NUMBER, /* 1,234,567 */
    CT_FIELD_STAMP,  /* 2026-11-22T16:49:00Z */
    CT_FIELD_DATE,   /* 2026-11-22 */
    CT_FIELD_TIME,   /* 2026-11-22 16:49 UTC */
    CT_FIELD_AGE,    /* 12 s */
    CT_FIELD_ROWS
} ct_field_e;

typedef struct {
    ct_bytes_t      name;
    ct_bytes_t      text;   /* TEXT, HEX */
    uint64_t        number; /* NUMBER */
    int64_t         ms;     /* STAMP, DATE, TIME, AGE */
    ct_page_rows_pt rows;   /* ROWS */
    const void     *data;   /* for `rows` */
    ct_field_e      kind;
} ct_field_t;

struct ct_page_s {
    ct_buf_t *out;
    size_t   *unknown; /* fields met that nobody filled */
    size_t    nfields;
    ct_field_t field[CT_PAGE_FIELDS];
};


void ct_page_start(ct_page_t *page, ct_buf_t *out, size_t *unknown);

/* A page without fields that writes to the same place: for rows. */
void ct_page_row(ct_page_t *row, const ct_page_t *page);

/* Everything is borrowed until the page is rendered. */
void ct_page_text(ct_page_t *page, const char *name, ct_bytes_t text);
void ct_page_str(ct_page_t *page, const char *name, const char *text);
void ct_page_hex(ct_page_t *page, const char *name, const void *data,
    size_t len);
void ct_page_number(ct_page_t *page, const char *name, uint64_t number);
void ct_page_ms(ct_page_t *page, ct_field_e kind, const char *name,
    int64_t ms);
void ct_page_rows(ct_page_t *page, const char *name, ct_page_rows_pt rows,
    const void *data);

void ct_page_render(const ct_page_t *page, ct_bytes_t template);

/*
 * Escapes for HTML text and quoted attributes. What is not UTF-8, control
 * characters and those that change the direction of the text (a name could
 * read as another one) become U+FFFD.
 */
void ct_page_escape(ct_buf_t *out, ct_bytes_t text);

/* 1,234,567 */
void ct_page_grouped(ct_buf_t *out, uint64_t number);

/* 2026-11-22, with `clock` 2026-11-22 16:49 UTC */
void ct_page_date(ct_buf_t *out, int64_t ms, bool clock);

#endif
