/*
 * ct_message_mail: headers, threads, both parts. Another MIME parser reads
 * mails back in t/ct_message.t.
 */

#include "sample.h"


static void test_headers(void);
static void test_thread(void);
static void test_bodies(void);
static void test_injection(void);
static const char *say(letter_t *l);


int
main(void)
{
    test_headers();
    test_thread();
    test_bodies();
    test_injection();
    sample_check(CT_FORMAT_MAIL);

    return done_testing();
}


static void
test_headers(void)
{
    letter_t    l;
    const char *mail;

    static const char want[] =
        "Date: Sun, 22 Nov 2026 16:49:00 +0000\r\n"
        "From: Monitor <ct@example.com>\r\n"
        "To: ops@example.com,\r\n Security <sec@example.com>\r\n"
        "Subject: Certificate of an unfamiliar CA for shop.example.com\r\n"
        "Message-ID: <ct.0100000000000000abababababababab"
        ".certificate.unfamiliar.1795366135000@example.com>\r\n"
        "In-Reply-To:\r\n <ct.0100000000000000abababababababab@example.com>"
        "\r\nReferences:\r\n <ct.0100000000000000abababababababab"
        "@example.com>\r\n"
        "Importance: high\r\n"
        "Auto-Submitted: auto-generated\r\n"
        "MIME-Version: 1.0\r\n"
        "Content-Type: multipart/alternative;\r\n"
        " boundary=\"=_ct-0100000000000000abababababababab\"\r\n\r\n";

    letter_open(&l);
    (void) sample_fill(&l, "finding", 1);
    mail = say(&l);
    is_mem(mail, sizeof(want) - 1, want, sizeof(want) - 1, "all headers");

    letter_again(&l);
    (void) sample_fill(&l, "test", 1);
    ok(strstr(say(&l), "\r\nImportance") == NULL, "a test is not important");
    letter_close(&l);
}


/* From the alarm to its end, and across restarts. */
static void
test_thread(void)
{
    size_t       n;
    letter_t     l;
    ct_finding_t finding;
    const char  *mail, *end;

    letter_open(&l);
    (void) sample_fill(&l, "finding", 1);
    (void) ct_store_finding(l.w.store, 1, &finding, NULL);
    finding.verdict = CT_VERDICT_SERVED;
    ct_store_update(l.w.store, &finding);
    letter_again(&l);
    (void) letter_finding(&l, 1, false);
    mail = say(&l);
    ok(strstr(mail, "\r\nReferences:\r\n <ct.0100000000000000"
                    "abababababababab@example.com>\r\n") != NULL,
       "the same thread");
    ok(strstr(mail, "\r\nMessage-ID: <ct.0100000000000000abababababababab"
                    "-resolved.certificate.resolved.") != NULL,
       "another message");

    letter_again(&l);
    (void) sample_fill(&l, "log", 1);
    ok(strstr(say(&l), ".ct.www1-example-com@example.com>\r\n") != NULL,
       "a log's thread is this host's");

    letter_again(&l);
    (void) sample_fill(&l, "burst", CT_LIMIT_GROUP);
    mail = strstr(say(&l), "References:");
    end = strstr(mail, "Importance:");

    for (n = 0; mail < end; mail++) {
        n += *mail == '@';
    }

    is_int(n, 10, "a group belongs to ten threads at most");

    letter_again(&l);
    (void) sample_fill(&l, "digest", 3);
    ok(strstr(say(&l), "References:") == NULL, "a digest to none");
    letter_close(&l);
}


static void
test_bodies(void)
{
    letter_t    l;
    const char *mail;

    letter_open(&l);
    (void) sample_fill(&l, "finding", 1);
    mail = say(&l);
    ok(strstr(mail, "\r\nNames: shop[.]example[.]com, "
                    "www[.]stranger[.]example\r\n") != NULL,
       "names make no links");
    ok(strstr(mail, "\r\nReport to: problems@ca.example\r\n") != NULL,
       "where to report does");
    ok(strstr(mail, "<dt><b>CA</b><dd><code>Some CA</code>\r\n") != NULL,
       "HTML");
    ok(strstr(mail, "<a href=3D\"https://www.example.com/ct/#f-0100") != NULL,
       "and a link");
    letter_close(&l);
}


static void
test_injection(void)
{
    letter_t    l;
    const char *mail;

    static const char *const to[] = {"a@b.c\r\nBcc: x@y.z", "\xc3\xa9@b.c"};

    letter_open(&l);
    l.mail.from = "ct@ex\nample.com";
    l.mail.to = to;
    l.message.zone = "z\r\nX: y";
    l.message.source = "s\r\n\r\nbody";
    (void) sample_fill(&l, "hostile", CT_LIMIT_GROUP);
    letter_event(&l, CT_EVENT_LOG_LAGGING, "t\r\nX: y");
    mail = say(&l);
    ok(fault_mail(ct_bytes_str(mail)) == NULL, "well-formed");
    ok(strstr(mail, "\nBcc") == NULL && strstr(mail, "\nX: y") == NULL,
       "nothing begins a line");
    letter_close(&l);
}


static const char *
say(letter_t *l)
{
    ct_bytes_t mail = letter_say(l, CT_FORMAT_MAIL);

    return ct_arena_strdup(l->arena, mail.data, mail.len);
}
