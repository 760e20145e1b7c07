/*
 * ct_report_rows_served: certificates that are ours on the page - those that
 * nginx has loaded, and those that count beside them.
 */

#include "ct_cert.h"
#include "ct_html.h"
#include "ct_report_past.h"
#include "ct_report_rows.h"

#include <string.h>


static void ct_row_served(ct_page_t *row, const ct_view_t *view,
    const ct_served_t *served);
static void ct_row_served_by(ct_page_t *row, uint32_t places);
static void ct_rows_served_names(ct_page_t *row, const void *data);
static void ct_row_other(ct_page_t *row, const ct_past_t *past,
    int64_t now_ms);
static void ct_rows_other_names(ct_page_t *row, const void *data);


void
ct_rows_served(ct_page_t *row, const void *data)
{
    size_t                i;
    const ct_view_t      *view;
    const ct_inventory_t *inventory;

    view = data;
    inventory = view->report->inventory;

    for (i = 0; i < inventory->nserved && i < CT_ROWS_SERVED; i++) {
        ct_page_row(row, row);
        ct_row_served(row, view, &inventory->served[i]);
    }
}


static void
ct_row_served(ct_page_t *row, const ct_view_t *view,
    const ct_served_t *served)
{
    size_t    names;
    uint8_t   room[CT_REPORT_CUT];
    ct_buf_t  issuer;
    ct_cert_t cert;

    ct_buf_fixed(&issuer, room, sizeof(room));

    if (ct_cert_read(served->der, &cert) == CT_OK) {
        ct_cert_name_text(&issuer, cert.issuer);
    }

    names = served->ncert_names;

    ct_page_rows(row, "names", ct_rows_served_names, served);
    ct_page_number(row, "rest", names > CT_ROWS_NAMES
                                ? names - CT_ROWS_NAMES : 0);
    ct_page_text(row, "issuer", ct_report_written(&issuer));
    ct_rows_moment(row, CT_FIELD_DATE, "not_before", "not_before_text",
                   served->not_before_ms);
    ct_rows_moment(row, CT_FIELD_DATE, "not_after", "not_after_text",
                   served->not_after_ms);
    ct_page_number(row, "expired",
                   served->not_after_ms < view->report->now_ms);
    ct_page_str(row, "file", served->file);
    ct_row_served_by(row, served->places);
    ct_page_hex(row, "cert_sha256", served->cert_sha256, CT_HASH_LEN);

    ct_page_render(row, CT_BYTES(ct_html_certificate));
}


static void
ct_row_served_by(ct_page_t *row, uint32_t places)
{
    ct_page_number(row, "http", places & CT_SERVED_HTTP);
    ct_page_number(row, "stream", places & CT_SERVED_STREAM);
    ct_page_number(row, "mail", places & CT_SERVED_MAIL);
}


static void
ct_rows_served_names(ct_page_t *row, const void *data)
{
    size_t             i;
    const ct_served_t *served;

    served = data;

    for (i = 0; i < served->ncert_names && i < CT_ROWS_NAMES; i++) {
        ct_row_name(row, served->names[i]);
    }
}


size_t
ct_rows_others_count(const ct_report_t *report)
{
    size_t      n;
    ct_past_t   past;
    ct_others_t others;

    n = 0;

    if (ct_others_start(&others, report)) {
        while (ct_others_next(&others, &past)) {
            n++;
        }
    }

    return n;
}


void
ct_rows_others(ct_page_t *row, const void *data)
{
    size_t           i;
    ct_past_t        past;
    ct_others_t      others;
    const ct_view_t *view;

    view = data;

    if (!ct_others_start(&others, view->report)) {
        return;
    }

    for (i = 0; i < CT_ROWS_SERVED && ct_others_next(&others, &past); i++) {
        ct_page_row(row, row);
        ct_row_other(row, &past, view->report->now_ms);
    }
}


static void
ct_row_other(ct_page_t *row, const ct_past_t *past, int64_t now_ms)
{
    const char *source;

    source = ct_others_source(past, now_ms);

    ct_page_rows(row, "names", ct_rows_other_names, past);
    ct_page_number(row, "cut", past->names_cut);
    ct_page_text(row, "ca", ct_past_owner(past));
    ct_rows_moment(row, CT_FIELD_DATE, "not_after", "not_after_text",
                   past->not_after_ms);
    ct_page_number(row, "expired", past->not_after_ms < now_ms);
    ct_page_str(row, "source", source);
    ct_page_number(row, "past", strcmp(source, "past") == 0);
    ct_page_number(row, "known", past->source == CT_PAST_KNOWN);
    ct_rows_moment(row, CT_FIELD_DATE, "last", "last_text", past->last_ms);
    ct_rows_moment(row, CT_FIELD_DATE, "until", "until_text",
                   ct_others_until(past));
    ct_page_hex(row, "cert_sha256", past->cert_sha256, CT_HASH_LEN);

    ct_page_render(row, CT_BYTES(ct_html_other));
}


/* As many as there are: few are kept. */
static void
ct_rows_other_names(ct_page_t *row, const void *data)
{
    ct_bytes_t list, name;

    list = ct_past_list(data);

    while (ct_past_name(&list, &name)) {
        ct_row_name(row, name);
    }
}
