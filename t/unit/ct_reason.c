/* ct_reason: the words for verdicts and reasons. */

#include "ct_policy.h"
#include "tap.h"


static void test_verdicts(void);
static void test_reasons(void);
static void test_unserved(void);


int
main(void)
{
    test_verdicts();
    test_reasons();
    test_unserved();

    return done_testing();
}


static void
test_verdicts(void)
{
    int i;

    static const struct {
        const char *name;
        bool        alarms;
    } words[] = {
        {"none", false}, {"served", false}, {"ours", false},
        {"expected", false}, {"unserved", true}, {"unfamiliar", true},
        {"unparsable", true}, {"none", false}
    };

    for (i = CT_VERDICT_NONE; i <= CT_VERDICT_UNPARSABLE + 1; i++) {
        is_str(ct_verdict_name((ct_verdict_e) i), words[i].name,
               "verdict %d", i);
        is_int(ct_verdict_alarms((ct_verdict_e) i), words[i].alarms,
               "does %s wake somebody up", words[i].name);
    }
}


static const char *
sentence(ct_reason_e reason, const char *ca, const char *issuer)
{
    ct_buf_t    out;
    static char text[512];

    ct_buf_fixed(&out, text, sizeof(text) - 1);
    ct_reason_text(&out, reason, ct_bytes_str(ca), ct_bytes_str(issuer));
    text[out.len] = '\0';

    return text;
}


static void
test_reasons(void)
{
    int         i, k;
    char        with[512], all[16][512];
    const char *text;

    is_str(sentence(CT_REASON_IDENTITY, "", ""),
           "nginx serves this certificate", "identity");
    is_str(sentence(CT_REASON_OWNER, "Usual <CA>", "CN=x"),
           "issued by \"Usual <CA>\", which also issued a certificate that "
           "nginx serves; it is not served here yet", "owner, unescaped");

    is_str(sentence(CT_REASON_IMPOSTOR, "Other", "O=Usual"),
           "it says that it was issued by \"O=Usual\", a name that your own "
           "CA uses, but it was issued by \"Other\"", "another's copy");
    is_str(sentence(CT_REASON_IMPOSTOR, "", "O=Usual"),
           "it says that it was issued by \"O=Usual\", a name that your own "
           "CA uses, but no trusted CA can be shown to stand behind it",
           "nobody's copy");

    for (i = CT_REASON_NONE; i < CT_REASONS; i++) {
        snprintf(with, sizeof(with), "%s",
                 sentence((ct_reason_e) i, "The CA", "The issuer"));
        text = sentence((ct_reason_e) i, "", "");
        ok(strlen(text) > 10 && strchr(text, '"') == NULL
           && strstr(text, "  ") == NULL && text[strlen(text) - 1] != '.',
           "reason %d without names: %s", i, text);
        ok((strcmp(with, text) != 0) == (strchr(with, '"') != NULL),
           "reason %d with names: %s", i, with);

        for (k = 0; k < i; k++) {
            ok(strcmp(all[k], text) != 0, "other than reason %d", k);
        }

        snprintf(all[i], sizeof(all[i]), "%s", text);
    }
}


static void
test_unserved(void)
{
    char     text[256];
    size_t   i;
    ct_buf_t out;

    static const struct {
        uint32_t    seconds;
        const char *text;
    } times[] = {
        {0, "0 seconds"}, {1, "1 second"}, {59, "59 seconds"},
        {60, "1 minute"}, {3600, "1 hour"}, {5400, "90 minutes"},
        {86400, "24 hours"}, {172800, "2 days"}, {90000, "25 hours"},
        {34560000, "400 days"}, {86401, "86401 seconds"}
    };

    for (i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
        ct_buf_fixed(&out, text, sizeof(text) - 1);
        ct_reason_duration(&out, times[i].seconds);
        text[out.len] = '\0';
        is_str(text, times[i].text, "a duration");
    }

    ct_buf_fixed(&out, text, sizeof(text) - 1);
    ct_reason_unserved(&out, CT_BYTES("Usual CA"), 1795366140000, 86400);
    text[out.len] = '\0';
    is_str(text, "issued by \"Usual CA\", one of your CAs, and logged on "
           "2026-11-22; it was never seen to be served here within 24 hours",
           "not served in time");
    ct_buf_fixed(&out, text, sizeof(text) - 1);
    ct_reason_past(&out, false, 1795366140000);
    text[out.len] = '\0';
    is_str(text, "nginx served this certificate until 2026-11-22", "once");
    ct_buf_fixed(&out, text, sizeof(text) - 1);
    ct_reason_past(&out, true, 1795366140000);
    text[out.len] = '\0';
    is_str(text, "it was in ct_known_certificate until 2026-11-22",
           "or known once");

    ct_buf_fixed(&out, text, sizeof(text) - 1);
    ct_reason_unserved(&out, CT_BYTES(""), 0, 0);
    text[out.len] = '\0';
    is_str(text, "issued by a CA, one of your CAs, and logged on 1970-01-01; "
           "it was never seen to be served here", "with little known");
}
