/* ct_reason: the words for verdicts and reasons. */

#include "ct_policy.h"
#include "tap.h"


static void test_verdicts(void);
static void test_reasons(void);


int
main(void)
{
    test_verdicts();
    test_reasons();

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

    for (i = CT_REASON_NONE; i <= CT_REASON_UNREADABLE; i++) {
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
