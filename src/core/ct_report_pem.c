/*
 * ct_report_pem: a certificate that was found, for whoever reports it or
 * has it revoked. RFC 7468 knows no label for pre-certificates: they are
 * certificates that no client accepts, and the name of the file says so.
 */

#include "ct_cert.h"
#include "ct_report_part.h"

#define CT_PEM_LINE 48 /* bytes that make a line of 64 */


static void ct_pem_put(ct_buf_t *out, ct_bytes_t der);


const char *
ct_report_pem(const ct_report_t *report, const uint8_t *id, ct_buf_t *out,
    ct_buf_t *name)
{
    uint8_t          *room;
    ct_buf_t          text;
    ct_cert_t         cert;
    ct_finding_t      finding;
    ct_finding_text_t parts;

    room = ct_arena_alloc(report->arena, CT_REPORT_TEXT);
    if (room == NULL) {
        return "there is no memory for it now";
    }

    ct_buf_fixed(&text, room, CT_REPORT_TEXT);

    if (!ct_walk_find(report->store, id, &finding, &text)) {
        return "there is no such finding";
    }

    if (!ct_finding_text_read(ct_buf_slice(&text), &parts)
        || parts.der.len == 0)
    {
        return "the certificate of this finding is not kept; the logs that "
               "it was found in have it";
    }

    (void) ct_cert_read(parts.der, &cert);

    if (cert.tbs.len != 0 && ct_cert_is_precert(&cert)) {
        ct_buf_puts(name, "pre");
    }

    ct_buf_puts(name, "certificate-");
    ct_finding_id(name, &finding);
    ct_buf_puts(name, ".pem");
    ct_pem_put(out, parts.der);

    return NULL;
}


static void
ct_pem_put(ct_buf_t *out, ct_bytes_t der)
{
    size_t     n;
    ct_bytes_t line;

    ct_buf_puts(out, "-----BEGIN CERTIFICATE-----\n");

    while (der.len != 0) {
        n = der.len < CT_PEM_LINE ? der.len : CT_PEM_LINE;
        (void) ct_read_bytes(&der, n, &line);
        ct_buf_base64(out, line.data, line.len);
        ct_buf_putc(out, '\n');
    }

    ct_buf_puts(out, "-----END CERTIFICATE-----\n");
}
