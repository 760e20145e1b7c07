/*
 * ct_notes: see the header. What goes without saying of a certificate that
 * is served here is not said.
 */

#include "ct_notes.h"


static bool ct_note_precertificate(const ct_finding_t *finding);
static bool ct_note_baseline(const ct_finding_t *finding);


size_t
ct_notes(const ct_finding_t *finding, int64_t now_ms,
    ct_bytes_t notes[CT_NOTES])
{
    bool     ours;
    size_t   i, n;
    uint32_t flags;

    flags = finding->flags;
    ours = finding->verdict == CT_VERDICT_SERVED
           || finding->verdict == CT_VERDICT_OURS;

    const struct {
        bool        is;
        const char *note;
    } all[CT_NOTES] = {
        {(flags & CT_FINDING_UNVERIFIED) != 0,
         "it is not verified yet: no signed tree head covers this log entry "
         "so far"},
        {(flags & CT_FINDING_FOREIGN) != 0,
         "it has names that are not watched"},
        {(flags & CT_FINDING_OUR_KEY) && !ours,
         "it has a key that is or was served here"},
        {(flags & CT_FINDING_CONTRADICTED) != 0,
         "what was submitted beside it is of another certificate"},
        {(flags & CT_FINDING_WILDCARD) && !ours, "it has a wildcard"},
        {(flags & CT_FINDING_NAMES_CUT) != 0,
         "it has more names than could be kept"},
        {ct_note_precertificate(finding) && !ours,
         "only its pre-certificate has been seen"},
        {ct_finding_expired(finding, now_ms), "it has expired"},
        {ct_note_baseline(finding),
         "it was logged before monitoring began and does not alarm"}
    };

    for (n = 0, i = 0; i < CT_NOTES; i++) {
        if (all[i].is) {
            notes[n++] = ct_bytes_str(all[i].note);
        }
    }

    return n;
}


static bool
ct_note_precertificate(const ct_finding_t *finding)
{
    return (finding->flags & (CT_FINDING_PRECERT | CT_FINDING_FINAL))
           == CT_FINDING_PRECERT;
}


static bool
ct_note_baseline(const ct_finding_t *finding)
{
    return ct_verdict_alarms((ct_verdict_e) finding->verdict)
           && (finding->flags & (CT_FINDING_BASELINE
                                 | CT_FINDING_ACKNOWLEDGED))
              == CT_FINDING_BASELINE;
}
