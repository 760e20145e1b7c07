/* Mail to a server in a thread that answers well, badly or not at all. */

#include "ct_mail.h"

#include "http.h"

#include <signal.h>

#define SECOND 1000

/* How the server behaves. */
static const char *hang_at;   /* the command it is silent after */
static const char *close_at;  /* or hangs up */
static const char *odd;       /* a command that has another reply */
static const char *odd_reply;
static const char *offers;    /* lines of the reply to EHLO, or NULL */

static unsigned port;
static char     reached[32];  /* the last command; atomic enough for a look */
static char     heard[65536]; /* all of the last connection */
static size_t   nheard;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;


static void
reach(const char *command)
{
    (void) pthread_mutex_lock(&lock);
    (void) snprintf(reached, sizeof(reached), "%s", command);
    (void) pthread_mutex_unlock(&lock);
}


static bool
has_reached(const char *command)
{
    bool yes;

    (void) pthread_mutex_lock(&lock);
    yes = strcmp(reached, command) == 0;
    (void) pthread_mutex_unlock(&lock);

    return yes;
}


/* False: hang up. */
static bool
reply(int fd, const char *command, const char *good)
{
    char byte;

    reach(command);

    if (close_at != NULL && strcmp(close_at, command) == 0) {
        return false;
    }

    if (hang_at != NULL && strcmp(hang_at, command) == 0) {
        while (read(fd, &byte, 1) > 0) {
            /* void */
        }

        return false;
    }

    return httpd_say(fd, odd != NULL && strcmp(odd, command) == 0
                         ? odd_reply : good);
}


/* One line, with its end; false when there is none. */
static bool
line_of(int fd, char *line, size_t room)
{
    size_t n;

    n = 0;

    while (n + 1 < room && read(fd, line + n, 1) == 1) {
        if (nheard < sizeof(heard) - 1) {
            heard[nheard++] = line[n];
            heard[nheard] = '\0';
        }

        if (line[n++] == '\n') {
            line[n] = '\0';
            return true;
        }
    }

    return false;
}


static bool
converse(int fd, char *line)
{
    char ehlo[256];

    if (strncmp(line, "EHLO", 4) == 0 || strncmp(line, "HELO", 4) == 0) {
        (void) snprintf(ehlo, sizeof(ehlo), "250-mx.test\r\n%s250 HELP\r\n",
                        offers != NULL ? offers : "");
        return reply(fd, "EHLO", ehlo);
    }

    if (strncmp(line, "AUTH", 4) == 0) {
        return httpd_say(fd, "334 \r\n")
               && line_of(fd, ehlo, sizeof(ehlo))
               && reply(fd, "AUTH", "235 welcome\r\n");
    }

    if (strncmp(line, "STARTTLS", 8) == 0) {
        return reply(fd, "STARTTLS", "454 not now\r\n");
    }

    if (strncmp(line, "MAIL", 4) == 0) {
        return reply(fd, "MAIL", "250 ok\r\n");
    }

    if (strncmp(line, "RCPT", 4) == 0) {
        return reply(fd, strstr(line, "b@") != NULL ? "RCPT b" : "RCPT",
                     "250 ok\r\n");
    }

    if (strncmp(line, "DATA", 4) == 0) {
        return reply(fd, "DATA", "354 go\r\n");
    }

    if (strcmp(line, ".\r\n") == 0) {
        return reply(fd, "text", "250 queued\r\n");
    }

    if (strncmp(line, "QUIT", 4) == 0) {
        return reply(fd, "QUIT", "221 bye\r\n");
    }

    return true;
}


static void *
smtpd(void *arg)
{
    int  fd;
    char line[4096];

    fd = (int) (intptr_t) arg;
    nheard = 0;

    if (reply(fd, "greeting", "220 mx.test ESMTP\r\n")) {
        while (line_of(fd, line, sizeof(line)) && converse(fd, line)) {
            /* void */
        }
    }

    (void) close(fd);

    return NULL;
}


static void *
smtpd_accept(void *arg)
{
    int       fd;
    pthread_t thread;

    while ((fd = accept((int) (intptr_t) arg, NULL, NULL)) != -1) {
        if (pthread_create(&thread, NULL, smtpd, (void *) (intptr_t) fd)
            == 0)
        {
            (void) pthread_detach(thread);
        }
    }

    return NULL;
}


static void
smtpd_start(void)
{
    int                fd;
    pthread_t          thread;
    socklen_t          len;
    struct sockaddr_in addr;

    memset(&addr, 0, sizeof(addr));
    addr.sin_family = AF_INET;
    addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    len = sizeof(addr);
    fd = socket(AF_INET, SOCK_STREAM, 0);

    ok(fd != -1 && bind(fd, (struct sockaddr *) &addr, len) == 0
       && listen(fd, 64) == 0
       && getsockname(fd, (struct sockaddr *) &addr, &len) == 0
       && pthread_create(&thread, NULL, smtpd_accept,
                         (void *) (intptr_t) fd) == 0, "a mail server");
    port = ntohs(addr.sin_port);
}


static void
behave(const char *hang, const char *hang_up, const char *command,
    const char *text)
{
    hang_at = hang;
    close_at = hang_up;
    odd = command;
    odd_reply = text;
    offers = NULL;
    reach("");
}


static ct_mail_ask_t
letter(size_t nto)
{
    ct_mail_ask_t            ask;
    static char              url[64];
    static const char *const to[] = { "a@x.test", "b@x.test" };

    memset(&ask, 0, sizeof(ask));
    (void) snprintf(url, sizeof(url), "smtp://127.0.0.1:%u", port);
    ask.url = url;
    ask.from = "ct@x.test";
    ask.to = to;
    ask.nto = nto;
    ask.mail = CT_BYTES("Subject: x\r\n\r\n.\r\nend\r\n");

    return ask;
}


static const ct_http_answer_t *
post(ct_mail_ask_t *ask)
{
    int64_t       until;
    static seen_t seen;

    memset(&seen, 0, sizeof(seen));
    ask->ctx = &seen;
    ask->done = done;
    until = ct_clock_monotonic() + PATIENCE;

    if (ct_mail_start(http, ask) == CT_OK) {
        while (seen.count == 0 && ct_clock_monotonic() < until) {
            ct_http_turn(http, SECOND);
        }
    }

    is_int(seen.count, 1, "it ends once");

    return &seen.answer;
}


static void
is_answer(const ct_http_answer_t *answer, ct_rc_t rc, int status,
    const char *error)
{
    is_int(answer->rc, rc, "what became of it");
    is_int(answer->status, status, "status %d", status);
    ok(strstr(answer->error, error) != NULL, "why: %s", answer->error);
}


static void
test_taken(void)
{
    ct_mail_ask_t ask;

    behave(NULL, NULL, NULL, NULL);
    begin(0);
    ask = letter(2);
    is_answer(post(&ask), CT_OK, 250, "");

    while (!has_reached("QUIT")) {
        httpd_rest(10);
    }

    ok(strstr(heard, "MAIL FROM:<ct@x.test>\r\nRCPT TO:<a@x.test>\r\n"
                     "RCPT TO:<b@x.test>\r\nDATA\r\nSubject: x\r\n\r\n..\r\n"
                     "end\r\n.\r\nQUIT\r\n") != NULL, "as it should be");
    end("taken");
}


static void
test_refused(void)
{
    size_t        i;
    ct_mail_ask_t ask;

    static const struct {
        const char *command;
        const char *text;
        ct_rc_t     rc;
        int         status;
        const char *error;
    } rows[] = {
        { "greeting", "554 no\r\n", CT_E_NETWORK, 554, "" },
        { "EHLO", "421 busy\r\n", CT_E_NETWORK, 421, "" },
        { "MAIL", "550 no\r\n", CT_E_NETWORK, 550, "MAIL FROM:<ct@x.test> "
          "was answered with 550 no" },
        { "RCPT", "550 no\r\n", CT_OK, 250, "RCPT TO:<a@x.test> was answered "
          "with 550 no" },
        { "RCPT", "450 wait\r\n", CT_E_STATUS, 450, "RCPT TO:<a@x.test> was "
          "answered with 450 wait" },
        { "DATA", "451 later\r\n", CT_E_STATUS, 451, "DATA was answered" },
        { "text", "552 large\r\n", CT_E_STATUS, 552, "the mail was answered" },
        { "MAIL", "hello\r\n", CT_E_NETWORK, 0, "does not answer in SMTP" },
        { "MAIL", "250 a\r\n250 b\r\n", CT_E_NETWORK, 0, "out of turn" },
        { "text", "250 a\r\n250 b\r\n", CT_OK, 250, "" }
    };

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        behave(NULL, NULL, rows[i].command, rows[i].text);
        begin(0);
        ask = letter(2);
        is_answer(post(&ask), rows[i].rc, rows[i].status, rows[i].error);
        end(rows[i].command);
    }
}


static void
test_login(void)
{
    ct_mail_ask_t ask;

    behave(NULL, NULL, NULL, NULL);
    offers = "250-AUTH PLAIN\r\n";
    begin(0);
    ask = letter(1);
    ask.user = "ct";
    ask.password = "word";
    is_answer(post(&ask), CT_OK, 250, "");
    ok(strstr(heard, "AUTH PLAIN") != NULL, "who it is was said");

    odd = "AUTH";
    odd_reply = "535 no\r\n";
    is_answer(post(&ask), CT_E_NETWORK, 535, "denied");
    ok(strstr(heard, "MAIL") == NULL, "nothing more was");

    ask.user = NULL;
    ask.tls = true;
    is_answer(post(&ask), CT_E_NETWORK, 0, "STARTTLS");
    ok(strstr(heard, "MAIL") == NULL, "no mail without TLS");

    offers = "250-STARTTLS\r\n";
    is_answer(post(&ask), CT_E_NETWORK, 454, "STARTTLS");
    ok(strstr(heard, "MAIL") == NULL, "nor when it fails");
    end("login");
}


static void
test_closed(void)
{
    size_t            i;
    ct_mail_ask_t     ask;
    static const char *const at[] = {
        "greeting", "EHLO", "MAIL", "RCPT", "DATA", "text"
    };

    for (i = 0; i < sizeof(at) / sizeof(at[0]); i++) {
        behave(NULL, at[i], NULL, NULL);
        begin(0);
        ask = letter(1);
        is_answer(post(&ask), CT_E_NETWORK, 0, "");
        end(at[i]);
    }

    behave(NULL, NULL, NULL, NULL);
    begin(0);
    ask = letter(1);
    ask.url = "smtp://127.0.0.1:1";
    is_answer(post(&ask), CT_E_NETWORK, 0, "connect");
    end("nobody there");
}


/* It hangs everywhere, and nobody waits for it: neither other requests nor
 * who wants to stop. */
static void
test_hanging(void)
{
    size_t            i;
    seen_t            seen;
    int64_t           began, until;
    ct_mail_ask_t     ask;
    static const char *const at[] = {
        "greeting", "EHLO", "AUTH", "MAIL", "RCPT", "DATA", "text", "QUIT"
    };

    for (i = 0; i < sizeof(at) / sizeof(at[0]); i++) {
        behave(at[i], NULL, NULL, NULL);
        offers = "250-AUTH PLAIN\r\n";
        begin(0);
        memset(&seen, 0, sizeof(seen));
        ask = letter(1);
        ask.user = "ct";
        ask.password = "word";
        ask.ctx = &seen;
        ask.done = done;
        is_int(ct_mail_start(http, &ask), CT_OK, "a mail");
        until = ct_clock_monotonic() + PATIENCE;

        while (!has_reached(at[i]) && ct_clock_monotonic() < until) {
            ct_http_turn(http, 20);
        }

        ok(has_reached(at[i]), "it hangs after %s", at[i]);
        began = ct_clock_monotonic();
        is_whole(get("/fixed/1000", 10000), 1000, "another request");
        ok(ct_clock_monotonic() - began < SECOND, "does not wait");
        began = ct_clock_monotonic();
        ct_http_destroy(http);
        ok(ct_clock_monotonic() - began < SECOND / 5, "nor does the end");
        is_int(seen.count, 1, "it ended");
        is_int(seen.answer.rc, i == 7 ? CT_OK : CT_E_STOPPED, "as it was");
    }
}


static void
test_patience(void)
{
    size_t            i;
    int64_t           began;
    ct_mail_ask_t     ask;
    static const char *const at[] = { "greeting", "EHLO", "MAIL", "text" };

    for (i = 0; i < sizeof(at) / sizeof(at[0]); i++) {
        behave(at[i], NULL, NULL, NULL);
        begin(0);
        http->total_ms = SECOND / 2;
        ask = letter(1);
        began = ct_clock_monotonic();
        is_answer(post(&ask), CT_E_NETWORK, 0, "took too long");
        ok(ct_clock_monotonic() - began < 2 * SECOND, "it is given up");
        end(at[i]);
    }
}


static void
test_many(void)
{
    size_t        i;
    seen_t        seen[CT_LIMIT_MESSAGES];
    int64_t       until;
    unsigned      n;
    ct_mail_ask_t ask;

    behave("MAIL", NULL, NULL, NULL);
    begin(0);
    ask = letter(1);
    memset(seen, 0, sizeof(seen));
    ask.done = done;

    for (i = 0; i < CT_LIMIT_MESSAGES; i++) {
        ask.ctx = &seen[i];
        is_int(ct_mail_start(http, &ask), CT_OK, "mail %zu", i);
    }

    is_int(ct_mail_start(http, &ask), CT_E_LIMIT, "and no more");
    until = ct_clock_monotonic() + SECOND / 2;

    while (ct_clock_monotonic() < until) {
        ct_http_turn(http, 50);
    }

    ct_http_destroy(http);

    for (i = 0, n = 0; i < CT_LIMIT_MESSAGES; i++) {
        n += seen[i].count;
    }

    is_int(n, CT_LIMIT_MESSAGES, "all of them end");
}


int
main(void)
{
    (void) signal(SIGPIPE, SIG_IGN);
    start();
    smtpd_start();

    test_taken();
    test_refused();
    test_login();
    test_closed();
    test_hanging();
    test_patience();
    test_many();

    return done_testing();
}
