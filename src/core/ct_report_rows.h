/*
 * ct_report_rows: the parts of the page that repeat; private to
 * ct_report_page.c. Each is a ct_page_rows_pt whose data is the view.
 */

#ifndef CT_REPORT_ROWS_H
#define CT_REPORT_ROWS_H

#include "ct_report_part.h"

#define CT_ROWS_SERVED 100 /* certificates; the rest is in the JSON */
#define CT_ROWS_EVENTS 10  /* so are older events */
#define CT_ROWS_NAMES  8   /* of one certificate; the rest is counted */

/* Numbers of findings to be shown, newest first. */
typedef struct {
    uint64_t numbers[CT_LIMIT_PAGE_FINDINGS];
    size_t   n;
} ct_shown_t;

/* What one rendering knows. */
typedef struct {
    const ct_report_t *report;
    ct_summary_t       summary;
    ct_buf_t          *text; /* of the finding at hand */
    ct_shown_t         urgent;  /* those that need somebody, first page */
    ct_shown_t         found;   /* all others */
    size_t             idle; /* logs that are not followed */
    bool               more; /* there are older findings */
} ct_view_t;


void ct_rows_urgent(ct_page_t *row, const void *data);
void ct_rows_findings(ct_page_t *row, const void *data);
void ct_rows_logs(ct_page_t *row, const void *data);
void ct_rows_idle(ct_page_t *row, const void *data);
void ct_rows_events(ct_page_t *row, const void *data);
void ct_rows_receivers(ct_page_t *row, const void *data);
void ct_rows_served(ct_page_t *row, const void *data);
void ct_rows_others(ct_page_t *row, const void *data);

/* How many others there are. */
size_t ct_rows_others_count(const ct_report_t *report);

/* A name in a list. */
void ct_row_name(ct_page_t *row, ct_bytes_t name);

/* A moment in two fields: for machines, and as `kind` for people. */
void ct_rows_moment(ct_page_t *page, ct_field_e kind, const char *stamp,
    const char *text, int64_t ms);

#endif
