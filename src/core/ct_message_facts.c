/*
 * ct_message_facts: what there is to say about a certificate, the important
 * things first: formats with little room leave out the last ones.
 */

#include "ct_message_part.h"
#include "ct_notes.h"
#include "ct_page.h"
#include "ct_report_part.h"
#include "ct_steps.h"

#include <string.h>

#define CT_FACTS_STEPS 8


static void ct_item_reason(ct_making_t *making);
static ct_bytes_t ct_item_names(ct_making_t *making,
    const ct_finding_text_t *parts);
static void ct_item_valid(ct_making_t *making);
static void ct_item_notes(ct_making_t *making);
static void ct_item_steps(ct_making_t *making,
    const ct_finding_text_t *parts);
static void ct_item_logged(ct_making_t *making);


void
ct_item_finding_facts(ct_making_t *making, const ct_finding_text_t *parts)
{
    size_t              len;
    uint8_t             room[2 * CT_LIMIT_SERIAL];
    ct_buf_t            serial;
    const ct_finding_t *finding;

    finding = making->item->finding;
    len = finding->serial_len < CT_LIMIT_SERIAL ? finding->serial_len
                                                : CT_LIMIT_SERIAL;
    ct_buf_fixed(&serial, room, sizeof(room));
    ct_buf_hex(&serial, finding->serial, len);

    ct_item_reason(making);
    ct_item_title(making, ct_item_names(making, parts));
    ct_item_one(making, CT_FACT_CODE, "watched", "Watched name",
                parts->matched);
    ct_item_one(making, CT_FACT_GIVEN, "server", "Server", parts->server);
    ct_item_one(making, CT_FACT_CODE, "ca", "CA", parts->ca);
    ct_item_one(making, CT_FACT_CODE, "issuer", "Issuer", parts->issuer);
    ct_item_valid(making);
    ct_item_notes(making);
    ct_item_one(making, CT_FACT_GIVEN, "report_to", "Report to",
                parts->report);
    ct_item_steps(making, parts);
    ct_item_logged(making);
    ct_item_one(making, CT_FACT_CODE, "serial", "Serial",
                ct_item_kept(making, &serial));
    ct_item_hash(making, "cert_sha256",
                 (finding->flags & CT_FINDING_FINAL) != 0
                 ? "Certificate SHA-256" : "Pre-certificate SHA-256",
                 finding->cert_sha256);
    ct_item_hash(making, "spki_sha256", "Public key SHA-256",
                 finding->spki_sha256);
    ct_item_hash(making, "tbs_sha256", "TBS SHA-256", finding->identity);
}


/* Without the names of CA and issuer, which are facts of their own. */
static void
ct_item_reason(ct_making_t *making)
{
    uint8_t           room[CT_REPORT_SENTENCE];
    ct_buf_t          reason;
    ct_finding_text_t nobody;

    memset(&nobody, 0, sizeof(nobody));
    ct_buf_fixed(&reason, room, sizeof(room));
    ct_report_reason(&reason, making->message->store, making->item->finding,
                     &nobody);
    ct_item_one(making, CT_FACT_TEXT, "reason", "Why",
                ct_item_kept(making, &reason));
}


/* Those that made us look come first; returns the first of all. */
static ct_bytes_t
ct_item_names(ct_making_t *making, const ct_finding_text_t *parts)
{
    size_t      n, round;
    ct_bytes_t  names, name, *values;

    values = ct_item_values(making, CT_LIMIT_MESSAGE_NAMES);
    if (values == NULL) {
        return parts->matched;
    }

    n = 0;

    for (round = 0; round < 2; round++) {
        names = parts->names;

        while (n < CT_LIMIT_MESSAGE_NAMES && ct_finding_name(&names, &name)) {
            if (ct_report_related(name, parts->matched) == (round == 0)) {
                values[n++] = name;
            }
        }
    }

    ct_item_fact(making, CT_FACT_CODE, "names", "Names", values, n,
                 making->item->finding->nnames);

    return n != 0 && values[0].len != 0 ? values[0] : parts->matched;
}


static void
ct_item_valid(ct_making_t *making)
{
    uint8_t             room[64];
    ct_buf_t            text;
    const ct_finding_t *finding;

    finding = making->item->finding;

    if (finding->not_before_ms == 0 && finding->not_after_ms == 0) {
        return;
    }

    ct_buf_fixed(&text, room, sizeof(room));
    ct_page_date(&text, finding->not_before_ms, false);
    ct_buf_puts(&text, " to ");
    ct_page_date(&text, finding->not_after_ms, false);
    ct_item_one(making, CT_FACT_TEXT, "valid", "Valid",
                ct_item_kept(making, &text));
}


static void
ct_item_notes(ct_making_t *making)
{
    size_t      n;
    ct_bytes_t *notes;

    notes = ct_item_values(making, CT_NOTES);

    if (notes != NULL) {
        n = ct_notes(making->item->finding, making->message->now_ms, notes);
        ct_item_fact(making, CT_FACT_TEXT, "notes", "Note", notes, n, n);
    }
}


static void
ct_item_steps(ct_making_t *making, const ct_finding_text_t *parts)
{
    size_t      n;
    uint8_t     room[CT_STEPS_SENTENCE];
    ct_buf_t    text;
    ct_bytes_t *values;
    ct_steps_t  steps;

    values = ct_item_values(making, CT_FACTS_STEPS);
    ct_steps_start(&steps, making->item->finding, parts,
                   making->message->now_ms);
    ct_buf_fixed(&text, room, sizeof(room));

    for (n = 0; values != NULL && n < CT_FACTS_STEPS
                && ct_steps_next(&steps, &text); n++)
    {
        values[n] = ct_item_kept(making, &text);
        ct_buf_fixed(&text, room, sizeof(room));
    }

    ct_item_fact(making, CT_FACT_STEPS, "what_to_do", "What to do", values, n,
                 n);
}


/* "Argon 2026h1, entry 1,234,567, 2026-11-22 16:47 UTC" */
static void
ct_item_logged(ct_making_t *making)
{
    size_t              i, n;
    uint8_t             room[CT_REPORT_CUT];
    ct_buf_t            text;
    ct_bytes_t         *values;
    ct_log_record_t     log;
    const ct_place_t   *place;
    const ct_finding_t *finding;

    finding = making->item->finding;
    n = finding->nplaces < CT_LIMIT_FINDING_LOGS ? finding->nplaces
                                                 : CT_LIMIT_FINDING_LOGS;
    values = ct_item_values(making, n + 1);

    for (i = 0; values != NULL && i < n; i++) {
        place = &finding->places[i];

        if (!ct_store_log(making->message->store, place->log, &log)) {
            memset(&log, 0, sizeof(log));
        }

        ct_buf_fixed(&text, room, sizeof(room));
        ct_buf_bytes(&text, CT_SUMMARY_TEXT(log.description));
        ct_buf_puts(&text, log.description[0] == '\0' ? "a log" : "");
        ct_buf_puts(&text, ", entry ");
        ct_page_grouped(&text, place->index);
        ct_buf_puts(&text, ", ");
        ct_page_date(&text, place->timestamp_ms, true);
        values[i] = ct_item_kept(making, &text);
    }

    if (values != NULL && finding->nplaces > n) {
        values[n++] = CT_BYTES("and more");
    }

    ct_item_fact(making, CT_FACT_TEXT, "logged", "Logged", values, n, n);
}
