/*
 * ct_steps: what to do, for every verdict and whatever else changes it: the
 * facts a CA wants are in it, hostile names do no harm, silence has none.
 */

#include "ct_steps.h"
#include "tap.h"


#define NOW 1795366140000LL /* 2026-11-22T16:49:00Z */

static char all[8 * CT_STEPS_SENTENCE];


/* All sentences, one a line. */
static const char *
say(const ct_finding_t *f, const ct_finding_text_t *parts, size_t *n)
{
    size_t     len = 0;
    uint8_t    room[CT_STEPS_SENTENCE];
    ct_buf_t   out;
    ct_steps_t steps;

    *n = 0;
    ct_steps_start(&steps, f, parts, NOW);
    ct_buf_fixed(&out, room, sizeof(room));

    while (ct_steps_next(&steps, &out)) {
        if (out.full || out.len < 20 || out.data[out.len - 1] != '.') {
            ok(0, "a bad sentence: %.*s", (int) out.len,
               (const char *) out.data);
        }

        memcpy(all + len, out.data, out.len);
        len += out.len;
        all[len++] = '\n';
        ct_buf_fixed(&out, room, sizeof(room));
        ++*n;
    }

    all[len] = '\0';

    return all;
}


static ct_finding_t
finding(ct_verdict_e verdict, uint32_t flags)
{
    ct_finding_t f;

    memset(&f, 0, sizeof(f));
    f.verdict = (uint8_t) verdict;
    f.flags = flags;
    f.not_after_ms = NOW + 1000;
    f.nnames = 2;
    f.serial_len = 2;
    memcpy(f.serial, "\x0b\xad", 2);
    memset(f.cert_sha256, 0xce, CT_HASH_LEN);

    return f;
}


static ct_finding_text_t
parts_of(const char *ca, const char *report)
{
    ct_finding_text_t parts;

    memset(&parts, 0, sizeof(parts));
    parts.issuer = CT_BYTES("CN=R1");
    parts.ca = ct_bytes_str(ca);
    parts.report = ct_bytes_str(report);
    parts.matched = CT_BYTES("shop.test");
    parts.names = CT_BYTES("\0\x09shop.test\0\x0dwww.shop.test");

    return parts;
}


static void
test_alarms(void)
{
    size_t            n;
    const char       *text;
    ct_finding_t      f = finding(CT_VERDICT_UNFAMILIAR, 0);
    ct_finding_text_t parts = parts_of("Other CA", "abuse@other.test");

    text = say(&f, &parts, &n);
    is_int(n, 4, "four steps for an unfamiliar one");
    ok(strstr(text, "shop.test and www.shop.test") != NULL, "its names");
    ok(strstr(text, "\"Other CA\" (abuse@other.test)") != NULL,
       "whom to tell");
    ok(strstr(text, "serial number 0bad") != NULL, "the serial number");
    ok(strstr(text, "SHA-256 cececece") != NULL, "the hash");
    ok(strstr(text, "revocation") != NULL, "what to ask for");
    ok(strstr(text, "DNS records, hosting and mailboxes") != NULL,
       "where to look");
    ok(strstr(text, "CAA") != NULL, "how to prevent it");
    ok(strstr(text, "ct_issuer") != NULL, "what may make it harmless");
    ok(strstr(text, "key is one") == NULL, "nothing of its key");

    f = finding(CT_VERDICT_UNFAMILIAR, CT_FINDING_OUR_KEY);
    text = say(&f, &parts, &n);
    ok(n == 5 && strstr(text, "somebody else has that key") != NULL,
       "unless it is ours");

    parts = parts_of("", "");
    text = say(&f, &parts, &n);
    ok(strstr(text, "find out who issued it") != NULL
       && strstr(text, "\"CN=R1\"") != NULL, "a CA that is not known");
    ok(strstr(text, "ct_issuer") == NULL, "cannot be named either");

    parts = parts_of("Usual CA", "");
    f = finding(CT_VERDICT_UNSERVED, 0);
    text = say(&f, &parts, &n);
    ok(n == 4 && strstr(text, "ct_known_certificate") != NULL
       && strstr(text, "accounturi") != NULL, "one that was not served");
    ok(strstr(text, "\"Usual CA\" as") != NULL, "no address is known");

    f.not_after_ms = NOW - 1;
    text = say(&f, &parts, &n);
    ok(strstr(text, "need not be revoked") != NULL, "expired");

    f = finding(CT_VERDICT_UNPARSABLE, 0);
    memset(f.cert_sha256, 0, CT_HASH_LEN);
    f.serial_len = 0;
    text = say(&f, &parts, &n);
    ok(n == 2 && strstr(text, "Download") != NULL, "one that is not readable");
    ok(strstr(text, "SHA-256") == NULL && strstr(text, "serial") == NULL,
       "what is not known is left out");
}


static void
test_silent(void)
{
    int               i;
    size_t            n;
    ct_finding_t      f;
    ct_finding_text_t parts = parts_of("Usual CA", "");

    for (i = CT_VERDICT_NONE; i <= CT_VERDICT_UNPARSABLE; i++) {
        f = finding((ct_verdict_e) i, CT_FINDING_ACKNOWLEDGED);
        f.pending_ms = NOW;
        (void) say(&f, &parts, &n);
        is_int(n, 0, "acknowledged: nothing to do for verdict %d", i);
    }

    f = finding(CT_VERDICT_SERVED, CT_FINDING_OUR_KEY);
    (void) say(&f, &parts, &n);
    is_int(n, 0, "nor for a served one");

    f = finding(CT_VERDICT_EXPECTED, 0);
    (void) say(&f, &parts, &n);
    is_int(n, 0, "nor without a deadline");
    f.pending_ms = NOW;
    f.grace_s = 86400;
    ok(strstr(say(&f, &parts, &n), "before 2026-11-23 16:49 UTC") != NULL
       && n == 1, "one is to be served by then");
    f.flags = CT_FINDING_BASELINE;
    (void) say(&f, &parts, &n);
    is_int(n, 0, "unless it is from before");

    f = finding(CT_VERDICT_UNFAMILIAR, CT_FINDING_BASELINE);
    (void) say(&f, &parts, &n);
    is_int(n, 4, "the old ones may still be looked after");
}


static void
test_names(void)
{
    size_t            n, i;
    char             *long_name;
    ct_finding_t      f = finding(CT_VERDICT_UNFAMILIAR, CT_FINDING_FOREIGN);
    ct_finding_text_t parts = parts_of("Other CA", "");

    ok(strstr(say(&f, &parts, &n), "for shop.test whether") != NULL,
       "with foreign names the watched one is at stake");
    f.flags = 0;
    f.nnames = 90;
    ok(strstr(say(&f, &parts, &n), "for shop.test whether") != NULL,
       "ninety are not listed");

    long_name = malloc(60000);

    for (i = 0; i < 60000; i++) {
        long_name[i] = i % 2 == 0 ? '\xc3' : '\xa4';
    }

    f.nnames = 1;
    parts.names = ct_bytes(NULL, 0);
    parts.matched = ct_bytes(long_name, 60000);
    parts.ca = parts.matched;
    parts.report = parts.matched;
    (void) say(&f, &parts, &n);
    is_int(n, 4, "endless texts are cut");
    parts.ca = ct_bytes(NULL, 0);
    parts.issuer = parts.matched;
    (void) say(&f, &parts, &n);
    is_int(n, 4, "those of an issuer too");
    free(long_name);
}


int
main(void)
{
    test_alarms();
    test_silent();
    test_names();

    return done_testing();
}
