/*
 * ct_report_rows: findings on the page. Long lists and long texts from
 * certificates are cut here; the JSON has them whole.
 */

#include "ct_ack.h"
#include "ct_html.h"
#include "ct_notes.h"
#include "ct_report_rows.h"
#include "ct_steps.h"

#include <string.h>

/* Names picked for display: those that made us look come first. */
typedef struct {
    ct_bytes_t name[CT_ROWS_NAMES];
    size_t     n;
} ct_picked_t;

typedef struct {
    const ct_store_t   *store;
    const ct_finding_t *finding;
} ct_places_t;

/* What notes and steps are about. */
typedef struct {
    const ct_finding_t      *finding;
    const ct_finding_text_t *parts;
    int64_t                  now_ms;
} ct_aside_t;


static void ct_rows_shown(ct_page_t *row, const ct_view_t *view,
    const ct_shown_t *shown);
static void ct_row_finding(ct_page_t *row, const ct_view_t *view,
    const ct_finding_t *finding);
static void ct_row_names(ct_page_t *row, const ct_finding_t *finding,
    const ct_finding_text_t *parts, ct_picked_t *picked);
static void ct_pick_names(ct_picked_t *picked,
    const ct_finding_text_t *parts, bool related);
static bool ct_name_below(ct_bytes_t name, ct_bytes_t above);
static void ct_row_issuer(ct_page_t *row, const ct_finding_text_t *parts);
static void ct_row_life(ct_page_t *row, const ct_finding_t *finding);
static void ct_row_ack(ct_page_t *row, const ct_store_t *store,
    const ct_finding_t *finding, ct_ack_t *ack);
static void ct_row_aside(ct_page_t *row, const ct_aside_t *aside);
static void ct_rows_notes(ct_page_t *row, const void *data);
static void ct_rows_steps(ct_page_t *row, const void *data);
static void ct_row_text(ct_page_t *row, ct_bytes_t text);
static void ct_row_hashes(ct_page_t *row, const ct_finding_t *finding);
static void ct_rows_names(ct_page_t *row, const void *data);
static void ct_rows_places(ct_page_t *row, const void *data);


void
ct_rows_urgent(ct_page_t *row, const void *data)
{
    const ct_view_t *view;

    view = data;

    ct_rows_shown(row, view, &view->urgent);
}


void
ct_rows_findings(ct_page_t *row, const void *data)
{
    const ct_view_t *view;

    view = data;

    ct_rows_shown(row, view, &view->found);
}


static void
ct_rows_shown(ct_page_t *row, const ct_view_t *view, const ct_shown_t *shown)
{
    size_t       i;
    ct_finding_t finding;

    for (i = 0; i < shown->n; i++) {
        view->text->len = 0;

        /* it may have given way to a newer one since the page began */

        if (ct_store_finding(view->report->store, shown->numbers[i],
                             &finding, view->text))
        {
            ct_page_row(row, row);
            ct_row_finding(row, view, &finding);
        }
    }
}


static void
ct_row_finding(ct_page_t *row, const ct_view_t *view,
    const ct_finding_t *finding)
{
    uint8_t           id[2 * CT_HASH_LEN], reason[CT_REPORT_SENTENCE];
    ct_ack_t          ack;
    ct_buf_t          id_buf, reason_buf;
    ct_aside_t        aside;
    ct_picked_t       picked;
    ct_places_t       places;
    ct_finding_text_t parts;

    if (!ct_finding_text_read(ct_buf_slice(view->text), &parts)) {
        memset(&parts, 0, sizeof(parts));
    }

    ct_buf_fixed(&id_buf, id, sizeof(id));
    ct_finding_id(&id_buf, finding);
    ct_buf_fixed(&reason_buf, reason, sizeof(reason));
    ct_report_reason(&reason_buf, view->report->store, finding, &parts);

    ct_page_text(row, "id", ct_report_written(&id_buf));
    ct_page_str(row, "verdict", ct_verdict_name(finding->verdict));
    ct_page_text(row, "reason", ct_report_written(&reason_buf));
    ct_row_names(row, finding, &parts, &picked);
    ct_row_issuer(row, &parts);
    ct_row_life(row, finding);
    ct_row_ack(row, view->report->store, finding, &ack);
    aside = (ct_aside_t) {finding, &parts, view->report->now_ms};
    ct_row_aside(row, &aside);
    ct_row_hashes(row, finding);
    ct_page_str(row, "links", view->report->links);
    ct_page_number(row, "pem", parts.der.len);

    places = (ct_places_t) {view->report->store, finding};
    ct_page_rows(row, "places", ct_rows_places, &places);
    ct_page_number(row, "places_more",
                   finding->nplaces > CT_LIMIT_FINDING_LOGS);

    ct_page_render(row, CT_BYTES(ct_html_finding));
}


/* The first name is the heading; without any, the watched name is. */
static void
ct_row_names(ct_page_t *row, const ct_finding_t *finding,
    const ct_finding_text_t *parts, ct_picked_t *picked)
{
    ct_bytes_t first;

    picked->n = 0;
    ct_pick_names(picked, parts, true);
    ct_pick_names(picked, parts, false);

    first = picked->n != 0 ? picked->name[0] : parts->matched;

    ct_page_text(row, "name", ct_report_cut(first, CT_LIMIT_NAME));
    ct_page_number(row, "name_cut", first.len > CT_LIMIT_NAME);
    ct_page_number(row, "more", picked->n > 1);
    ct_page_rows(row, "names", ct_rows_names, picked);
    ct_page_number(row, "rest", finding->nnames > picked->n
                                ? finding->nnames - picked->n : 0);
}


static void
ct_pick_names(ct_picked_t *picked, const ct_finding_text_t *parts,
    bool related)
{
    ct_bytes_t names, name;

    names = parts->names;

    while (picked->n < CT_ROWS_NAMES && ct_finding_name(&names, &name)) {
        if (ct_report_related(name, parts->matched) == related) {
            picked->name[picked->n++] = name;
        }
    }
}


bool
ct_report_related(ct_bytes_t name, ct_bytes_t matched)
{
    if (ct_bytes_equal(name, matched) || ct_name_below(name, matched)) {
        return true;
    }

    return name.len > 2
           && name.data[0] == '*'
           && name.data[1] == '.'
           && ct_name_below(matched, ct_bytes(name.data + 2, name.len - 2));
}


static bool
ct_name_below(ct_bytes_t name, ct_bytes_t above)
{
    size_t n;

    if (above.len == 0 || name.len <= above.len) {
        return false;
    }

    n = name.len - above.len;

    return name.data[n - 1] == '.'
           && ct_bytes_equal(ct_bytes(name.data + n, above.len), above);
}


static void
ct_row_issuer(ct_page_t *row, const ct_finding_text_t *parts)
{
    ct_page_text(row, "issuer", ct_report_cut(parts->issuer, CT_REPORT_CUT));
    ct_page_number(row, "issuer_cut", parts->issuer.len > CT_REPORT_CUT);
    ct_page_text(row, "ca", ct_report_cut(parts->ca, CT_REPORT_CUT));
}


/* When what began and ends. */
static void
ct_row_life(ct_page_t *row, const ct_finding_t *finding)
{
    bool waits;

    waits = finding->verdict == CT_VERDICT_EXPECTED
            && !(finding->flags & (CT_FINDING_BASELINE
                                   | CT_FINDING_ACKNOWLEDGED));

    ct_rows_moment(row, CT_FIELD_DATE, "not_before", "not_before_text",
                   finding->not_before_ms);
    ct_rows_moment(row, CT_FIELD_DATE, "not_after", "not_after_text",
                   finding->not_after_ms);
    ct_rows_moment(row, CT_FIELD_TIME, "first_seen", "first_seen_text",
                   finding->first_seen_ms);
    ct_rows_moment(row, CT_FIELD_TIME, "serve_by", "serve_by_text",
                   waits ? ct_finding_deadline(finding) : 0);
}


/* Nothing unless somebody did. */
static void
ct_row_ack(ct_page_t *row, const ct_store_t *store,
    const ct_finding_t *finding, ct_ack_t *ack)
{
    if (!(finding->flags & CT_FINDING_ACKNOWLEDGED)
        || !ct_ack_find(store, finding, ack))
    {
        memset(ack, 0, sizeof(*ack));
    }

    ct_rows_moment(row, CT_FIELD_TIME, "ack", "ack_text", ack->time_ms);
    ct_page_number(row, "ack_key", ack->scope == CT_ACK_KEY);
    ct_page_number(row, "ack_issuer", ack->scope == CT_ACK_ISSUER);
    ct_page_text(row, "ack_reason", CT_SUMMARY_TEXT(ack->reason));
    ct_page_text(row, "ack_who", CT_SUMMARY_TEXT(ack->who));
}


/* What is remarkable about it, whom to tell, and what to do. */
static void
ct_row_aside(ct_page_t *row, const ct_aside_t *aside)
{
    bool       alarms, ours;
    uint8_t    room[CT_STEPS_SENTENCE];
    ct_buf_t   sentence;
    ct_bytes_t server, notes[CT_NOTES];
    ct_steps_t steps;

    alarms = ct_finding_alarms(aside->finding);
    ours = aside->finding->verdict == CT_VERDICT_SERVED
           || aside->finding->verdict == CT_VERDICT_OURS;
    server = ct_report_cut(aside->parts->server, CT_REPORT_CUT);
    ct_buf_fixed(&sentence, room, sizeof(room));
    ct_steps_start(&steps, aside->finding, aside->parts, aside->now_ms);

    ct_page_number(row, "alarm", alarms);
    ct_page_text(row, "server", ours ? ct_bytes(NULL, 0) : server);
    ct_page_text(row, "server_quiet", ours ? server : ct_bytes(NULL, 0));
    ct_page_text(row, "report", alarms ? ct_report_cut(aside->parts->report,
                                                       CT_REPORT_CUT)
                                       : ct_bytes(NULL, 0));
    ct_page_number(row, "noted", ct_notes(aside->finding, aside->now_ms,
                                          notes));
    ct_page_rows(row, "notes", ct_rows_notes, aside);
    ct_page_number(row, "todo", ct_steps_next(&steps, &sentence));
    ct_page_rows(row, "steps", ct_rows_steps, aside);
}


static void
ct_rows_notes(ct_page_t *row, const void *data)
{
    size_t            i, n;
    ct_bytes_t        notes[CT_NOTES];
    const ct_aside_t *aside;

    aside = data;
    n = ct_notes(aside->finding, aside->now_ms, notes);

    for (i = 0; i < n; i++) {
        ct_row_text(row, notes[i]);
    }
}


static void
ct_rows_steps(ct_page_t *row, const void *data)
{
    uint8_t           room[CT_STEPS_SENTENCE];
    ct_buf_t          sentence;
    ct_steps_t        steps;
    const ct_aside_t *aside;

    aside = data;
    ct_steps_start(&steps, aside->finding, aside->parts, aside->now_ms);
    ct_buf_fixed(&sentence, room, sizeof(room));

    while (ct_steps_next(&steps, &sentence)) {
        ct_row_text(row, ct_report_written(&sentence));
        ct_buf_fixed(&sentence, room, sizeof(room));
    }
}


static void
ct_row_text(ct_page_t *row, ct_bytes_t text)
{
    ct_page_row(row, row);
    ct_page_text(row, "text", text);
    ct_page_render(row, CT_BYTES(ct_html_item));
}


static void
ct_row_hashes(ct_page_t *row, const ct_finding_t *finding)
{
    size_t len;

    static const uint8_t zero[CT_HASH_LEN];

    len = finding->serial_len < CT_LIMIT_SERIAL ? finding->serial_len
                                                : CT_LIMIT_SERIAL;

    ct_page_hex(row, "serial", finding->serial, len);
    ct_page_hex(row, "cert_sha256", finding->cert_sha256, CT_HASH_LEN);
    ct_page_hex(row, "tbs_sha256", finding->identity, CT_HASH_LEN);
    ct_page_hex(row, "spki_sha256", finding->spki_sha256, CT_HASH_LEN);

    len = memcmp(finding->issuer_key, zero, CT_HASH_LEN) != 0 ? CT_HASH_LEN
                                                              : 0;
    ct_page_hex(row, "issuer_key", finding->issuer_key, len);
    ct_page_number(row, "precertificate",
                   (finding->flags & (CT_FINDING_PRECERT | CT_FINDING_FINAL))
                   == CT_FINDING_PRECERT);
}


/* Those behind the heading. */
static void
ct_rows_names(ct_page_t *row, const void *data)
{
    size_t             i;
    const ct_picked_t *picked;

    picked = data;

    for (i = 1; i < picked->n; i++) {
        ct_row_name(row, picked->name[i]);
    }
}


void
ct_row_name(ct_page_t *row, ct_bytes_t name)
{
    ct_page_row(row, row);
    ct_page_text(row, "name", ct_report_cut(name, CT_LIMIT_NAME));
    ct_page_number(row, "cut", name.len > CT_LIMIT_NAME);
    ct_page_render(row, CT_BYTES(ct_html_name));
}


static void
ct_rows_places(ct_page_t *row, const void *data)
{
    size_t             i;
    ct_log_record_t    log;
    const ct_place_t  *place;
    const ct_places_t *places;

    places = data;

    for (i = 0; i < places->finding->nplaces && i < CT_LIMIT_FINDING_LOGS;
         i++)
    {
        place = &places->finding->places[i];

        if (!ct_store_log(places->store, place->log, &log)) {
            memset(&log, 0, sizeof(log));
        }

        ct_page_row(row, row);
        ct_page_text(row, "log", CT_SUMMARY_TEXT(log.description));
        ct_page_number(row, "index", place->index);
        ct_rows_moment(row, CT_FIELD_TIME, "time", "time_text",
                       place->timestamp_ms);
        ct_page_number(row, "precertificate", place->precertificate != 0);
        ct_page_render(row, CT_BYTES(ct_html_place));
    }
}


void
ct_rows_moment(ct_page_t *page, ct_field_e kind, const char *stamp,
    const char *text, int64_t ms)
{
    ct_page_ms(page, CT_FIELD_STAMP, stamp, ms);
    ct_page_ms(page, kind, text, ms);
}
