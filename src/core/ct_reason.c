/*
 * ct_reason: verdicts and reasons in words. The words of a verdict are part
 * of the JSON interface; the sentences are for people and may change.
 */

#include "ct_page.h"
#include "ct_policy.h"


static bool ct_reason_familiar(ct_buf_t *out, ct_reason_e reason,
    ct_bytes_t ca);
static void ct_reason_quoted(ct_buf_t *out, const char *before,
    ct_bytes_t name, const char *otherwise);


const char *
ct_verdict_name(ct_verdict_e verdict)
{
    switch (verdict) {

    case CT_VERDICT_NONE:
        break;

    case CT_VERDICT_SERVED:
        return "served";

    case CT_VERDICT_OURS:
        return "ours";

    case CT_VERDICT_EXPECTED:
        return "expected";

    case CT_VERDICT_UNSERVED:
        return "unserved";

    case CT_VERDICT_UNFAMILIAR:
        return "unfamiliar";

    case CT_VERDICT_UNPARSABLE:
        return "unparsable";
    }

    return "none";
}


bool
ct_verdict_alarms(ct_verdict_e verdict)
{
    return verdict == CT_VERDICT_UNSERVED || verdict == CT_VERDICT_UNFAMILIAR
           || verdict == CT_VERDICT_UNPARSABLE;
}


void
ct_reason_text(ct_buf_t *out, ct_reason_e reason, ct_bytes_t ca,
    ct_bytes_t issuer)
{
    if (ct_reason_familiar(out, reason, ca)) {
        return;
    }

    switch (reason) {

    case CT_REASON_STRANGER:
        ct_reason_quoted(out, "issued by ", ca, "issued by a CA");
        ct_buf_puts(out, ", which has not issued any certificate that nginx "
                         "serves");
        return;

    case CT_REASON_NO_ANCHOR:
        ct_reason_quoted(out, "its issuer ", issuer, "its issuer");
        ct_buf_puts(out, " does not lead to any trusted CA");
        return;

    case CT_REASON_IMPOSTOR:
        ct_reason_quoted(out, "it says that it was issued by ", issuer,
                         "it says that a CA of yours issued it");
        ct_reason_quoted(out, ", a name that your own CA uses, but it was "
                         "issued by ", ca, ", a name that your own CA uses, "
                         "but no trusted CA can be shown to stand behind it");
        return;

    case CT_REASON_NO_CHAIN:
        ct_reason_quoted(out, "it says that it was issued by ", issuer,
                         "it does not say who issued it");
        ct_buf_puts(out, ", but the log did not give the certificates that "
                         "would prove it");
        return;

    case CT_REASON_BYGONE:
        ct_reason_quoted(out, "issued by ", ca, "issued by a CA");
        ct_buf_puts(out, ", one of your CAs, before monitoring began; it has "
                         "expired, or a newer certificate is served in its "
                         "place");
        return;

    case CT_REASON_UNREADABLE:
        ct_buf_puts(out, "it cannot be read in full and may cover a watched "
                         "name");
        return;

    default:
        ct_buf_puts(out, "not judged yet");
    }
}


/* Why it may well be ours; false: that is not why. */
static bool
ct_reason_familiar(ct_buf_t *out, ct_reason_e reason, ct_bytes_t ca)
{
    switch (reason) {

    case CT_REASON_IDENTITY:
        ct_buf_puts(out, "nginx serves this certificate");
        return true;

    case CT_REASON_PAST:
        ct_buf_puts(out, "it was served here once, or in "
                         "ct_known_certificate");
        return true;

    case CT_REASON_KNOWN:
        ct_buf_puts(out, "it is in ct_known_certificate");
        return true;

    case CT_REASON_KEY:
        ct_buf_puts(out, "its key is or was in use here for all of its names");
        return true;

    case CT_REASON_OWNER:
        ct_reason_quoted(out, "issued by ", ca, "issued by a CA");
        ct_buf_puts(out, ", which also issued a certificate that nginx "
                         "serves; it is not served here yet");
        return true;

    case CT_REASON_ISSUER_KEY:
        ct_buf_puts(out, "signed with the same key as a certificate that "
                         "nginx serves; it is not served here yet");
        return true;

    case CT_REASON_CONFIGURED:
        ct_reason_quoted(out, "issued by ", ca, "issued by a CA");
        ct_buf_puts(out, ", which ct_issuer allows; it is not served here "
                         "yet");
        return true;

    default:
        return false;
    }
}


void
ct_reason_unserved(ct_buf_t *out, ct_bytes_t ca, int64_t logged_ms,
    uint32_t grace_s)
{
    ct_reason_quoted(out, "issued by ", ca, "issued by a CA");
    ct_buf_puts(out, ", one of your CAs, and logged on ");
    ct_page_date(out, logged_ms, false);
    ct_buf_puts(out, "; it was never seen to be served here");

    if (grace_s != 0) {
        ct_buf_puts(out, " within ");
        ct_reason_duration(out, grace_s);
    }
}


void
ct_reason_past(ct_buf_t *out, bool known, int64_t until_ms)
{
    ct_buf_puts(out, known ? "it was in ct_known_certificate until "
                           : "nginx served this certificate until ");
    ct_page_date(out, until_ms, false);
}


/* In the largest unit that it is a multiple of; a day is 24 hours. */
void
ct_reason_duration(ct_buf_t *out, uint32_t seconds)
{
    size_t i;

    static const struct {
        uint32_t    seconds;
        uint32_t    least;
        const char *name;
    } units[] = {
        {86400, 2, "day"}, {3600, 1, "hour"}, {60, 1, "minute"},
        {1, 0, "second"}
    };

    for (i = 0; seconds % units[i].seconds != 0
                || seconds / units[i].seconds < units[i].least; i++)
    {
        /* void */
    }

    ct_buf_u64(out, seconds / units[i].seconds);
    ct_buf_putc(out, ' ');
    ct_buf_puts(out, units[i].name);
    ct_buf_puts(out, seconds == units[i].seconds ? "" : "s");
}


/* before "name", or else `otherwise`. */
static void
ct_reason_quoted(ct_buf_t *out, const char *before, ct_bytes_t name,
    const char *otherwise)
{
    if (name.len == 0) {
        ct_buf_puts(out, otherwise);
        return;
    }

    ct_buf_puts(out, before);
    ct_buf_putc(out, '"');
    ct_buf_bytes(out, name);
    ct_buf_putc(out, '"');
}
