/*
 * ct_steps: see the header. Whoever reads this was woken up: what may make
 * it harmless comes first, then what cannot wait.
 */

#include "ct_page.h"
#include "ct_steps.h"

#include <string.h>


#define CT_STEPS_NAMES 3   /* named in a sentence */
#define CT_STEPS_CUT   256 /* bytes of a text in it */

typedef bool (*ct_step_pt)(const ct_steps_t *steps, ct_buf_t *out);


static bool ct_step_install(const ct_steps_t *steps, ct_buf_t *out);
static bool ct_step_ask(const ct_steps_t *steps, ct_buf_t *out);
static bool ct_step_read(const ct_steps_t *steps, ct_buf_t *out);
static bool ct_step_key(const ct_steps_t *steps, ct_buf_t *out);
static bool ct_step_report(const ct_steps_t *steps, ct_buf_t *out);
static void ct_step_receiver(const ct_steps_t *steps, ct_buf_t *out);
static bool ct_step_control(const ct_steps_t *steps, ct_buf_t *out);
static bool ct_step_caa(const ct_steps_t *steps, ct_buf_t *out);
static bool ct_steps_due(const ct_steps_t *steps);
static void ct_steps_names(const ct_steps_t *steps, ct_buf_t *out);
static void ct_steps_text(ct_buf_t *out, ct_bytes_t text);


void
ct_steps_start(ct_steps_t *steps, const ct_finding_t *finding,
    const ct_finding_text_t *parts, int64_t now_ms)
{
    steps->finding = finding;
    steps->parts = parts;
    steps->now_ms = now_ms;
    steps->next = 0;
}


bool
ct_steps_next(ct_steps_t *steps, ct_buf_t *out)
{
    ct_step_pt step;

    static const ct_step_pt all[] = {
        ct_step_install, ct_step_ask, ct_step_read, ct_step_key,
        ct_step_report, ct_step_control, ct_step_caa
    };

    while (steps->next < sizeof(all) / sizeof(all[0])) {
        step = all[steps->next++];

        if (step(steps, out)) {
            return true;
        }
    }

    return false;
}


/* It alarms, or would if it were not that old. */
static bool
ct_steps_due(const ct_steps_t *steps)
{
    return ct_verdict_alarms((ct_verdict_e) steps->finding->verdict)
           && !(steps->finding->flags & CT_FINDING_ACKNOWLEDGED);
}


static bool
ct_step_install(const ct_steps_t *steps, ct_buf_t *out)
{
    if (steps->finding->verdict != CT_VERDICT_EXPECTED
        || ct_finding_deadline(steps->finding) == 0
        || (steps->finding->flags & (CT_FINDING_BASELINE
                                     | CT_FINDING_ACKNOWLEDGED)))
    {
        return false;
    }

    ct_buf_puts(out, "If it was asked for, have it served before ");
    ct_page_date(out, ct_finding_deadline(steps->finding), true);
    ct_buf_puts(out, "; from then on it alarms. If nobody asked for it, do "
                     "not wait: report it to its CA.");

    return true;
}


static bool
ct_step_ask(const ct_steps_t *steps, ct_buf_t *out)
{
    if (!ct_steps_due(steps)
        || steps->finding->verdict == CT_VERDICT_UNPARSABLE)
    {
        return false;
    }

    ct_buf_puts(out, "Ask whoever orders certificates for ");
    ct_steps_names(steps, out);
    ct_buf_puts(out, " whether this one is theirs; if it is, ");

    if (steps->finding->verdict == CT_VERDICT_UNSERVED) {
        ct_buf_puts(out, "have it served, name its file in "
                         "ct_known_certificate, or acknowledge it.");

    } else if (steps->parts->ca.len != 0) {
        ct_buf_puts(out, "acknowledge it, or name its CA in ct_issuer.");

    } else {
        ct_buf_puts(out, "acknowledge it.");
    }

    return true;
}


static bool
ct_step_read(const ct_steps_t *steps, ct_buf_t *out)
{
    if (!ct_steps_due(steps)
        || steps->finding->verdict != CT_VERDICT_UNPARSABLE)
    {
        return false;
    }

    ct_buf_puts(out, "Download it and read it by other means: it may be for ");
    ct_steps_names(steps, out);
    ct_buf_puts(out, ", or be none of your business; then acknowledge it.");

    return true;
}


static bool
ct_step_key(const ct_steps_t *steps, ct_buf_t *out)
{
    if (!ct_steps_due(steps)
        || !(steps->finding->flags & CT_FINDING_OUR_KEY))
    {
        return false;
    }

    ct_buf_puts(out, "Its key is one that is served here: if nobody of yours "
                     "asked for it, somebody else has that key, so replace "
                     "it, and every certificate that has it.");

    return true;
}


static bool
ct_step_report(const ct_steps_t *steps, ct_buf_t *out)
{
    const ct_finding_t *f;

    static const uint8_t zero[CT_HASH_LEN];

    f = steps->finding;

    if (!ct_steps_due(steps)) {
        return false;
    }

    ct_buf_puts(out, "Otherwise ");
    ct_step_receiver(steps, out);

    if (f->serial_len > 0) {
        ct_buf_puts(out, ", serial number ");
        ct_buf_hex(out, f->serial, f->serial_len < CT_LIMIT_SERIAL
                                   ? f->serial_len : CT_LIMIT_SERIAL);
    }

    if (memcmp(f->cert_sha256, zero, CT_HASH_LEN) != 0) {
        ct_buf_puts(out, ", SHA-256 ");
        ct_buf_hex(out, f->cert_sha256, CT_HASH_LEN);
    }

    ct_buf_puts(out, ct_finding_expired(f, steps->now_ms)
                     ? "; it has expired and need not be revoked, but how it "
                       "came about has to be found out."
                     : "; ask for its revocation.");

    return true;
}


static void
ct_step_receiver(const ct_steps_t *steps, ct_buf_t *out)
{
    if (steps->parts->ca.len == 0) {
        ct_buf_puts(out, "find out who issued it, for that could not be "
                         "established");

        if (steps->parts->issuer.len != 0) {
            ct_buf_puts(out, " (it says \"");
            ct_steps_text(out, steps->parts->issuer);
            ct_buf_puts(out, "\")");
        }

        ct_buf_puts(out, ", and report it there");
        return;
    }

    ct_buf_puts(out, "report it to \"");
    ct_steps_text(out, steps->parts->ca);
    ct_buf_putc(out, '"');

    if (steps->parts->report.len != 0) {
        ct_buf_puts(out, " (");
        ct_steps_text(out, steps->parts->report);
        ct_buf_putc(out, ')');
    }

    ct_buf_puts(out, " as issued without leave");
}


static bool
ct_step_control(const ct_steps_t *steps, ct_buf_t *out)
{
    if (!ct_steps_due(steps)
        || steps->finding->verdict == CT_VERDICT_UNPARSABLE)
    {
        return false;
    }

    ct_buf_puts(out, "Check DNS records, hosting and mailboxes of ");
    ct_steps_names(steps, out);
    ct_buf_puts(out, " for changes and for people who should not be there: a "
                     "CA was made to believe that somebody controls them.");

    return true;
}


static bool
ct_step_caa(const ct_steps_t *steps, ct_buf_t *out)
{
    if (!ct_steps_due(steps)
        || steps->finding->verdict == CT_VERDICT_UNPARSABLE)
    {
        return false;
    }

    ct_buf_puts(out, steps->finding->verdict == CT_VERDICT_UNSERVED
                     ? "Set CAA records that name your account at this CA "
                       "(accounturi, RFC 8657), so that it issues to nobody "
                       "else."
                     : "Set CAA records (RFC 8659) that name your CAs, so "
                       "that no other may issue.");

    return true;
}


/* All of them are at stake, or at least the one that is watched. */
static void
ct_steps_names(const ct_steps_t *steps, ct_buf_t *out)
{
    size_t     n;
    ct_bytes_t rest, name;

    n = 0;
    rest = steps->parts->names;

    if ((steps->finding->flags & CT_FINDING_FOREIGN)
        || steps->finding->nnames > CT_STEPS_NAMES)
    {
        rest.len = 0;
    }

    while (ct_finding_name(&rest, &name)) {
        ct_buf_puts(out, n == 0 ? "" : rest.len != 0 ? ", " : " and ");
        ct_steps_text(out, name);
        n++;
    }

    if (n == 0) {
        ct_steps_text(out, steps->parts->matched);
    }
}


/* Not ending inside a character. */
static void
ct_steps_text(ct_buf_t *out, ct_bytes_t text)
{
    size_t len;

    len = text.len;

    if (len > CT_STEPS_CUT) {
        for (len = CT_STEPS_CUT; len > 0 && (text.data[len] & 0xc0) == 0x80;
             len--)
        {
            /* void */
        }
    }

    ct_buf_put(out, text.data, len);
}
