/*
 * ct_mail: see the header. A request like others in the list of ct_http. It
 * ends for libcurl when the connection is made (CURLOPT_CONNECT_ONLY), but
 * its handle stays with the multi handle, or the connection would be lost.
 */

#include "ct_clock.h"
#include "ct_http_part.h"
#include "ct_mail.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>


#define CT_MAIL_CONNECT_MS 60000L /* servers let strangers wait */
#define CT_MAIL_READ       4096


static ct_rc_t ct_mail_begin(ct_http_t *http, ct_http_mail_t *mail,
    const ct_mail_ask_t *ask);
static bool ct_mail_setup(ct_http_mail_t *mail, const ct_mail_ask_t *ask);
static bool ct_mail_setup_tls(CURL *e, const ct_http_t *http, bool tls);
static bool ct_mail_compose(ct_http_mail_t *mail, ct_bytes_t text);
static void ct_mail_say(ct_http_mail_t *mail);
static bool ct_mail_write(ct_http_mail_t *mail);
static bool ct_mail_read(ct_http_mail_t *mail);
static bool ct_mail_fail(ct_http_mail_t *mail, CURLcode code,
    const char *why);


ct_rc_t
ct_mail_start(ct_http_t *http, const ct_mail_ask_t *ask)
{
    ct_rc_t         rc;
    ct_http_mail_t *mail;

    if (!ct_http_may(http, true, 0)) {
        return CT_E_LIMIT;
    }

    mail = calloc(1, sizeof(ct_http_mail_t));

    if (mail == NULL) {
        return CT_E_MEMORY;
    }

    rc = ct_mail_begin(http, mail, ask);

    if (rc != CT_OK) {
        ct_http_free(&mail->request);
    }

    return rc;
}


static ct_rc_t
ct_mail_begin(ct_http_t *http, ct_http_mail_t *mail, const ct_mail_ask_t *ask)
{
    ct_http_request_t *r;

    r = &mail->request;
    r->http = http;
    r->mail = mail;
    r->ctx = ask->ctx;
    r->done = ask->done;
    r->easy = curl_easy_init();
    ct_smtp_init(&mail->smtp, ask->from, ask->to, ask->nto, ask->told);

    if (r->easy == NULL || !ct_mail_setup(mail, ask)
        || !ct_mail_compose(mail, ask->mail) || !ct_http_enter(http, r, 0))
    {
        return CT_E_MEMORY;
    }

    /* it may be silent for as long as it may take */
    r->slow_ms = r->end_ms;

    return CT_OK;
}


static bool
ct_mail_setup(ct_http_mail_t *mail, const ct_mail_ask_t *ask)
{
    int                bad;
    CURL              *e;
    ct_http_request_t *r;

    r = &mail->request;
    e = r->easy;

    bad = curl_easy_setopt(e, CURLOPT_URL, ask->url);
    bad |= curl_easy_setopt(e, CURLOPT_PRIVATE, r);
    bad |= curl_easy_setopt(e, CURLOPT_ERRORBUFFER, r->error);
    bad |= curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, ct_http_write);
    bad |= curl_easy_setopt(e, CURLOPT_WRITEDATA, r);
    bad |= curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L);
    bad |= curl_easy_setopt(e, CURLOPT_CONNECT_ONLY, 1L);
    bad |= curl_easy_setopt(e, CURLOPT_FRESH_CONNECT, 1L);
    bad |= curl_easy_setopt(e, CURLOPT_PROXY, "");
    bad |= curl_easy_setopt(e, CURLOPT_CONNECTTIMEOUT_MS, CT_MAIL_CONNECT_MS);

#if LIBCURL_VERSION_NUM >= 0x075500
    bad |= curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
#else
    bad |= curl_easy_setopt(e, CURLOPT_PROTOCOLS,
                            (long) (CURLPROTO_SMTP | CURLPROTO_SMTPS));
#endif

#if LIBCURL_VERSION_NUM >= 0x075700
    bad |= curl_easy_setopt(e, CURLOPT_QUICK_EXIT, 1L);
#endif

    if (ask->user != NULL) {
        bad |= curl_easy_setopt(e, CURLOPT_USERNAME, ask->user);
        bad |= curl_easy_setopt(e, CURLOPT_PASSWORD, ask->password);
    }

    return bad == 0 && ct_mail_setup_tls(e, r->http, ask->tls);
}


/* Of smtps:// libcurl begins with TLS whatever is said here. */
static bool
ct_mail_setup_tls(CURL *e, const ct_http_t *http, bool tls)
{
    int bad;

    bad = curl_easy_setopt(e, CURLOPT_USE_SSL,
                           (long) (tls ? CURLUSESSL_ALL : CURLUSESSL_NONE));
    bad |= curl_easy_setopt(e, CURLOPT_CAPATH, NULL);

    if (http->trusted != NULL) {
        bad |= curl_easy_setopt(e, CURLOPT_CAINFO, http->trusted);
    }

    return bad == 0;
}


static bool
ct_mail_compose(ct_http_mail_t *mail, ct_bytes_t text)
{
    mail->text_len = ct_smtp_text(text, NULL);
    mail->text = malloc(mail->text_len);

    if (mail->text == NULL) {
        return false;
    }

    (void) ct_smtp_text(text, mail->text);

    return true;
}


void
ct_mail_connected(ct_http_request_t *r)
{
    ct_http_mail_t *mail;

    mail = r->mail;
    mail->socket = CURL_SOCKET_BAD;
    (void) curl_easy_getinfo(r->easy, CURLINFO_ACTIVESOCKET, &mail->socket);

    if (mail->socket == CURL_SOCKET_BAD) {
        ct_http_finish(r, CURLE_COULDNT_CONNECT);
        return;
    }

    mail->talks = true;
    ct_mail_say(mail);
    ct_mail_turn(r);
}


void
ct_mail_turn(ct_http_request_t *r)
{
    bool            more;
    ct_http_mail_t *mail;

    mail = r->mail;
    more = mail->talks;

    while (more && mail->smtp.step != CT_SMTP_END) {
        more = mail->out.len > 0 ? ct_mail_write(mail) : ct_mail_read(mail);
    }

    if (mail->talks && mail->smtp.step == CT_SMTP_END) {
        /* QUIT; whether it arrives does not matter */
        if (mail->out.len > 0) {
            (void) ct_mail_write(mail);
        }

        ct_http_finish(r, CURLE_OK);
    }
}


/* What comes next is to be written: a command, or the mail. */
static void
ct_mail_say(ct_http_mail_t *mail)
{
    ct_buf_t out;

    if (mail->smtp.step == CT_SMTP_TEXT) {
        mail->out = ct_bytes(mail->text, mail->text_len);
        return;
    }

    ct_buf_fixed(&out, mail->command, sizeof(mail->command));
    ct_smtp_say(&mail->smtp, &out);
    mail->out = ct_buf_slice(&out);
}


/* False: not now. */
static bool
ct_mail_write(ct_http_mail_t *mail)
{
    size_t   n;
    CURLcode code;

    n = 0;
    code = curl_easy_send(mail->request.easy, mail->out.data, mail->out.len,
                          &n);

    if (code != CURLE_OK) {
        return ct_mail_fail(mail, code, "the connection broke");
    }

    mail->out = ct_bytes(mail->out.data + n, mail->out.len - n);

    return true;
}


static bool
ct_mail_read(ct_http_mail_t *mail)
{
    size_t     n;
    uint8_t    data[CT_MAIL_READ];
    CURLcode   code;
    ct_bytes_t in;

    n = 0;
    code = curl_easy_recv(mail->request.easy, data, sizeof(data), &n);

    if (code != CURLE_OK) {
        return ct_mail_fail(mail, code, "the connection broke");
    }

    if (n == 0) {
        ct_smtp_fail(&mail->smtp, "the server closed the connection");
        return false;
    }

    in = ct_bytes(data, n);

    if (!ct_smtp_hear(&mail->smtp, &in)) {
        return true;
    }

    /* an answer to what was not said yet could be anybody's */
    if (in.len > 0 && mail->smtp.step != CT_SMTP_END) {
        ct_smtp_fail(&mail->smtp, "the server speaks out of turn");
    }

    ct_mail_say(mail);

    return true;
}


static bool
ct_mail_fail(ct_http_mail_t *mail, CURLcode code, const char *why)
{
    if (code != CURLE_AGAIN) {
        ct_smtp_fail(&mail->smtp, why);
        mail->out = ct_bytes(NULL, 0);
    }

    return false;
}


/* Before there was a connection as wanted libcurl knows what went wrong. */
void
ct_mail_judge(ct_http_request_t *r, CURLcode code, int status)
{
    ct_smtp_t *smtp;

    smtp = &r->mail->smtp;
    r->mail->talks = false;

    if (r->answer.rc != CT_OK) {
        r->answer.status = 0;

    } else if (code != CURLE_OK) {
        r->answer.status = status >= 400 ? status : 0;
        ct_http_fail(r, CT_E_NETWORK, r->error[0] != '\0'
                                      ? r->error : curl_easy_strerror(code));

    } else {
        r->answer.status = smtp->status;
        memcpy(r->answer.error, smtp->error, sizeof(smtp->error));
        r->answer.rc = smtp->ok ? CT_OK
                       : smtp->status != 0 && smtp->known ? CT_E_STATUS
                                                          : CT_E_NETWORK;
    }

    r->answer.sent = smtp->sent;
    r->answer.told = smtp->told;
}


bool
ct_mail_wait(const ct_http_request_t *r, struct curl_waitfd *fd)
{
    const ct_http_mail_t *mail;

    mail = r->mail;

    if (mail == NULL || !mail->talks) {
        return false;
    }

    fd->fd = mail->socket;
    fd->events = mail->out.len > 0 ? CURL_WAIT_POLLIN | CURL_WAIT_POLLOUT
                                   : CURL_WAIT_POLLIN;
    fd->revents = 0;

    return true;
}


/* libcurl says QUIT, if it likes, to nobody: it would wait for an answer. */
void
ct_mail_leave(ct_http_request_t *r)
{
    curl_socket_t socket;

    socket = CURL_SOCKET_BAD;

    if (r->easy != NULL
        && curl_easy_getinfo(r->easy, CURLINFO_ACTIVESOCKET, &socket)
           == CURLE_OK
        && socket != CURL_SOCKET_BAD)
    {
        (void) shutdown(socket, SHUT_RDWR);
    }
}


void
ct_mail_free(ct_http_request_t *r)
{
    free(r->mail->text);
    r->mail->text = NULL;
}
