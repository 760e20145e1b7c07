/* What is said to a mail server, and what its replies lead to. */

#include "ct_smtp.h"

#include "tap.h"

static const char *const two[] = { "a@x.test", "b@y.test" };
static ct_smtp_t         smtp;


static void
begin(size_t nto)
{
    ct_smtp_init(&smtp, "ct@z.test", two, nto, 0);
}


static bool
hear(const char *text)
{
    ct_bytes_t in;

    in = ct_bytes_str(text);

    return ct_smtp_hear(&smtp, &in);
}


static const char *
said(void)
{
    ct_buf_t    out;
    static char text[CT_LIMIT_URL + 33];

    ct_buf_fixed(&out, text, sizeof(text) - 1);
    ct_smtp_say(&smtp, &out);
    text[out.len] = '\0';

    return text;
}


/* All of these replies, one after the other. */
static void
talk(size_t nto, ...)
{
    va_list     args;
    const char *reply;

    begin(nto);
    va_start(args, nto);

    while ((reply = va_arg(args, const char *)) != NULL) {
        ok(hear(reply), "a reply: %.*s", (int) strcspn(reply, "\r\n"), reply);
    }

    va_end(args);
}


static void
is_end(bool good, int status, const char *error)
{
    is_int(smtp.step, CT_SMTP_END, "the end");
    is_int(smtp.ok, good, good ? "taken" : "not taken");
    is_int(smtp.status, status, "status %d", status);
    is_str(smtp.error, error, "%s", error[0] != '\0' ? error : "no error");
}


static void
test_whole(void)
{
    begin(2);
    is_str(said(), "MAIL FROM:<ct@z.test>\r\n", "who sends it");
    ok(hear("250 2.1.0 Ok\r\n"), "that is fine");
    is_str(said(), "RCPT TO:<a@x.test>\r\n", "who gets it");
    ok(!hear("250-fi") && !hear("ne\r\n25") && hear("0 yes\r\n"),
       "in pieces, and in two lines");
    is_str(said(), "RCPT TO:<b@y.test>\r\n", "who else");
    ok(hear("251 forwarded\n"), "a line that ends in LF alone");
    is_str(said(), "DATA\r\n", "now comes the mail");
    ok(hear("354\r\n"), "a number alone is a reply");
    is_int(smtp.step, CT_SMTP_TEXT, "the mail's turn");
    is_str(said(), "", "nothing else");
    ok(hear("250 queued as 1\r\n"), "taken");
    is_end(true, 250, "");
    is_str(said(), "QUIT\r\n", "thank you");
}


static void
test_refused(void)
{
    talk(1, "550 no\r\n", NULL);
    is_end(false, 550, "MAIL FROM:<ct@z.test> was answered with 550 no");
    talk(1, "250 ok\r\n", "550-5.1.1 no\r\n550 such user\r\n", NULL);
    is_end(false, 550, "RCPT TO:<a@x.test> was answered with 550 5.1.1 no "
           "such user");
    talk(1, "250 ok\r\n", "250 ok\r\n", "554 no\r\n", NULL);
    is_end(false, 554, "DATA was answered with 554 no");
    talk(1, "250 ok\r\n", "250 ok\r\n", "250 ok\r\n", NULL);
    is_end(false, 250, "DATA was answered with 250 ok");
    talk(1, "250 ok\r\n", "250 ok\r\n", "354 go\r\n", "552 large\r\n", NULL);
    is_end(false, 552, "the mail was answered with 552 large");
    talk(2, "250 ok\r\n", "421 busy\r\n", NULL);
    is_end(false, 421, "RCPT TO:<a@x.test> was answered with 421 busy");
    talk(1, "354 what\r\n", NULL);
    is_end(false, 354, "MAIL FROM:<ct@z.test> was answered with 354 what");
}


static void
test_some(void)
{
    talk(2, "250 ok\r\n", "550 a\r\n", "250 ok\r\n", "354 go\r\n",
         "250 ok\r\n", NULL);
    is_end(true, 250, "RCPT TO:<a@x.test> was answered with 550 a");
    talk(2, "250 ok\r\n", "550 a\r\n", "451 b\r\n", NULL);
    is_end(false, 451, "RCPT TO:<b@y.test> was answered with 451 b");
    talk(2, "250 ok\r\n", "451 a\r\n", "550 b\r\n", NULL);
    is_end(false, 451, "RCPT TO:<a@x.test> was answered with 451 a");
    is_int(smtp.told, 0, "nobody has it");
}


/* One has the mail, the other may have it later. */
static void
test_later(void)
{
    talk(2, "250 ok\r\n", "451 a\r\n", "250 ok\r\n", "354 go\r\n",
         "250 ok\r\n", NULL);
    is_end(false, 451, "RCPT TO:<a@x.test> was answered with 451 a");
    is_int(smtp.told, 2, "the second has it");

    talk(2, "250 ok\r\n", "451 a\r\n", "250 ok\r\n", "354 go\r\n",
         "452 full\r\n", NULL);
    is_int(smtp.told, 0, "not if the text is not taken");

    ct_smtp_init(&smtp, "ct@z.test", two, 2, 2);
    ok(hear("250 ok\r\n"), "another time");
    is_str(said(), "RCPT TO:<a@x.test>\r\n", "the first is asked for");
    ok(hear("250 ok\r\n"), "and taken");
    is_str(said(), "DATA\r\n", "he alone");
    ok(hear("354 go\r\n") && hear("250 ok\r\n"), "and gets it");
    is_end(true, 250, "");
    is_int(smtp.told, 3, "both have it");

    ct_smtp_init(&smtp, "ct@z.test", two, 2, 2);
    ok(hear("250 ok\r\n") && hear("550 a\r\n"), "or will never have it");
    is_end(true, 550, "RCPT TO:<a@x.test> was answered with 550 a");

    ct_smtp_init(&smtp, "ct@z.test", two, 2, 1);
    ok(hear("250 ok\r\n"), "the last is left");
    is_str(said(), "RCPT TO:<b@y.test>\r\n", "is asked for");
    ok(hear("421 bye\r\n"), "in vain");
    is_end(false, 421, "RCPT TO:<b@y.test> was answered with 421 bye");
    is_int(smtp.told, 1, "nothing is forgotten");
}


static void
test_no_smtp(void)
{
    size_t            i;
    ct_bytes_t        in;
    static char       flood[CT_LIMIT_SMTP_REPLY + 1];
    static const char *const strange[] = {
        "\r\n", "25\r\n", "250x\r\n", "HTTP/1.1 400 Bad Request\r\n",
        "150 ok\r\n", "600 ok\r\n", "-50 ok\r\n", "250-a\r\n251 b\r\n",
        "2 50\r\n"
    };

    for (i = 0; i < sizeof(strange) / sizeof(strange[0]); i++) {
        begin(1);
        ok(hear(strange[i]), "not SMTP: %.*s",
           (int) strcspn(strange[i], "\r\n"), strange[i]);
        is_end(false, 0, "the server does not answer in SMTP");
    }

    begin(1);
    memset(flood, '2', sizeof(flood));
    in = ct_bytes(flood, sizeof(flood));
    ok(ct_smtp_hear(&smtp, &in), "a line without end");
    is_end(false, 0, "the server talks without end");

    begin(1);

    for (i = 0; smtp.step == CT_SMTP_MAIL && i < 10000; i++) {
        (void) hear("250-more\r\n");
    }

    is_end(false, 0, "the server talks without end");
}


static void
test_long(void)
{
    char line[1000];

    memset(line, 'x', sizeof(line));
    memcpy(line, "550 \a", 5);
    memcpy(line + sizeof(line) - 3, "\r\n", 3);
    begin(1);
    ok(hear(line), "a long line");
    is_int(smtp.status, 550, "is understood");
    is_int(strlen(smtp.error), CT_LIMIT_ERROR - 1, "and cut");
    ok(strstr(smtp.error, "550 ?xxx") != NULL, "what is no text is not kept");
}


static void
is_text(const char *mail, const char *want)
{
    size_t  len;
    uint8_t text[256];

    len = ct_smtp_text(ct_bytes_str(mail), NULL);
    is_int(len, strlen(want), "its length");
    is_int(ct_smtp_text(ct_bytes_str(mail), text), len, "as measured");
    is_mem(text, len, want, strlen(want), "its text");
}


static void
test_text(void)
{
    is_text("", ".\r\n");
    is_text("a\r\n", "a\r\n.\r\n");
    is_text("a", "a\r\n.\r\n");
    is_text("a\nb\r\nc\rd", "a\r\nb\r\nc\r\nd\r\n.\r\n");
    is_text(".", "..\r\n.\r\n");
    is_text("a\r\n.\r\nb\n.\n", "a\r\n..\r\nb\r\n..\r\n.\r\n");
    is_text("a\r.\r", "a\r\n..\r\n.\r\n");
    is_text("\n\n\r\n\r\r\n.a.", "\r\n\r\n\r\n\r\n\r\n..a.\r\n.\r\n");
}


int
main(void)
{
    test_whole();
    test_refused();
    test_some();
    test_later();
    test_no_smtp();
    test_long();
    test_text();

    return done_testing();
}
