/*
 * ct_http_ask: what libcurl is told to ask, and the head of what comes back.
 * The options that matter and why: QUICK_EXIT, or libcurl joins a hanging
 * resolver thread; CAPATH NULL, or the bundle is parsed anew for every
 * connection; no time-outs of libcurl's but for connecting, because its
 * clocks run on while a transfer is paused.
 */

#include "ct_clock.h"
#include "ct_date.h"
#include "ct_http_part.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>


#define CT_HTTP_HEAD_MAX (64 * 1024) /* bytes of all header lines */
#define CT_HTTP_BUFFER   (64 * 1024L)

/* never by way of a proxy; both spellings, for libcurl knows networks since
 * 7.86 only */
#define CT_HTTP_HERE "localhost,127.0.0.0/8,127.0.0.1,::1"


static bool ct_http_setup_version(ct_http_request_t *r);
static bool ct_http_setup_tls(ct_http_request_t *r);
static bool ct_http_setup_proxy(ct_http_request_t *r);
static bool ct_http_setup_post(ct_http_request_t *r,
    const ct_http_ask_t *ask);
static bool ct_http_setup_condition(ct_http_request_t *r, const char *name,
    const char *value);
static bool ct_http_headline(ct_http_request_t *r, const char *line);
static bool ct_http_sendable(ct_bytes_t value);
static void ct_http_forget(ct_http_request_t *r);
static void ct_http_taken(ct_http_request_t *r);
static void ct_http_learn(ct_http_request_t *r, ct_bytes_t name,
    ct_bytes_t value);
static ct_bytes_t ct_http_strip(ct_bytes_t value);
static void ct_http_note(char note[CT_LIMIT_TEXT], ct_bytes_t value);
static ct_http_coding_e ct_http_coding(ct_bytes_t value);


bool
ct_http_setup(ct_http_request_t *r, const ct_http_ask_t *ask)
{
    int   bad;
    CURL *e;

    e = r->easy;

    bad = curl_easy_setopt(e, CURLOPT_URL, ask->url);
    bad |= curl_easy_setopt(e, CURLOPT_PRIVATE, r);
    bad |= curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, ct_http_write);
    bad |= curl_easy_setopt(e, CURLOPT_WRITEDATA, r);
    bad |= curl_easy_setopt(e, CURLOPT_HEADERFUNCTION, ct_http_header);
    bad |= curl_easy_setopt(e, CURLOPT_HEADERDATA, r);
    bad |= curl_easy_setopt(e, CURLOPT_ERRORBUFFER, r->error);
    bad |= curl_easy_setopt(e, CURLOPT_USERAGENT, r->http->agent);
    bad |= curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L);
    bad |= curl_easy_setopt(e, CURLOPT_FOLLOWLOCATION, 0L);
    bad |= curl_easy_setopt(e, CURLOPT_TCP_KEEPALIVE, 1L);
    bad |= curl_easy_setopt(e, CURLOPT_CONNECTTIMEOUT_MS,
                            (long) r->http->connect_ms);

    if (bad != 0 || !ct_http_setup_version(r) || !ct_http_setup_tls(r)
        || !ct_http_setup_proxy(r))
    {
        return false;
    }

    if (r->post) {
        return ct_http_setup_post(r, ask);
    }

    /* a static log may send gzip unasked: then it must be asked for */
    return ct_http_headline(r, "Accept-Encoding: gzip")
           && ct_http_setup_condition(r, "If-None-Match", ask->etag)
           && ct_http_setup_condition(r, "If-Modified-Since", ask->modified)
           && curl_easy_setopt(r->easy, CURLOPT_HTTPHEADER, r->headers)
              == CURLE_OK;
}


/* HTTP/2 where it is offered, but not for streams: of a paused one the
 * window of TCP closes, while of HTTP/2 libcurl has promised 32 MiB. */
static bool
ct_http_setup_version(ct_http_request_t *r)
{
    int   bad;
    CURL *e;

    e = r->easy;

    if (r->stream != NULL) {
        bad = curl_easy_setopt(e, CURLOPT_HTTP_VERSION,
                               (long) CURL_HTTP_VERSION_1_1);
        bad |= curl_easy_setopt(e, CURLOPT_BUFFERSIZE, CT_HTTP_BUFFER);

    } else {
        bad = curl_easy_setopt(e, CURLOPT_HTTP_VERSION,
                               (long) CURL_HTTP_VERSION_2TLS);
    }

    bad |= curl_easy_setopt(e, CURLOPT_HTTP_CONTENT_DECODING, 0L);

#if LIBCURL_VERSION_NUM >= 0x075500
    bad |= curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, "http,https");
#else
    bad |= curl_easy_setopt(e, CURLOPT_PROTOCOLS,
                            (long) (CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif

#if LIBCURL_VERSION_NUM >= 0x075700
    bad |= curl_easy_setopt(e, CURLOPT_QUICK_EXIT, 1L);
#endif

    return bad == 0;
}


static bool
ct_http_setup_tls(ct_http_request_t *r)
{
    return curl_easy_setopt(r->easy, CURLOPT_CAPATH, NULL) == CURLE_OK
           && (r->http->trusted == NULL
               || curl_easy_setopt(r->easy, CURLOPT_CAINFO, r->http->trusted)
                  == CURLE_OK);
}


/* Without one the environment has no say either. */
static bool
ct_http_setup_proxy(ct_http_request_t *r)
{
    int   bad;
    CURL *e;

    e = r->easy;

    bad = curl_easy_setopt(e, CURLOPT_PROXY,
                           r->http->proxy != NULL ? r->http->proxy : "");
    bad |= curl_easy_setopt(e, CURLOPT_NOPROXY, CT_HTTP_HERE);
    bad |= curl_easy_setopt(e, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);

    return bad == 0;
}


static bool
ct_http_setup_post(ct_http_request_t *r, const ct_http_ask_t *ask)
{
    int    bad;
    char   type[CT_LIMIT_TEXT];
    CURL  *e;
    size_t i;

    e = r->easy;
    (void) snprintf(type, sizeof(type), "Content-Type: %s",
                    ask->type != NULL ? ask->type : "application/json");

    /* without the second curl waits a second for "100 Continue" */
    if (!ct_http_headline(r, type) || !ct_http_headline(r, "Expect:")) {
        return false;
    }

    for (i = 0; i < ask->nheaders; i++) {
        if (!ct_http_headline(r, ask->headers[i])) {
            return false;
        }
    }

    bad = curl_easy_setopt(e, CURLOPT_HTTPHEADER, r->headers);
    bad |= curl_easy_setopt(e, CURLOPT_POST, 1L);
    bad |= curl_easy_setopt(e, CURLOPT_POSTFIELDSIZE_LARGE,
                            (curl_off_t) ask->post_len);
    bad |= curl_easy_setopt(e, CURLOPT_COPYPOSTFIELDS, ask->post);

    return bad == 0;
}


/* What cannot be sent is left out: then the whole answer comes. */
static bool
ct_http_setup_condition(ct_http_request_t *r, const char *name,
    const char *value)
{
    char line[CT_LIMIT_TEXT + 32];

    if (value == NULL || !ct_http_sendable(ct_bytes_str(value))) {
        return true;
    }

    r->conditional = true;
    (void) snprintf(line, sizeof(line), "%s: %s", name, value);

    return ct_http_headline(r, line);
}


static bool
ct_http_headline(ct_http_request_t *r, const char *line)
{
    struct curl_slist *more;

    more = curl_slist_append(r->headers, line);

    if (more == NULL) {
        return false;
    }

    r->headers = more;

    return true;
}


/* It goes into a header line, and into the state file before that. */
static bool
ct_http_sendable(ct_bytes_t value)
{
    size_t i;

    if (value.len == 0 || value.len >= CT_LIMIT_TEXT) {
        return false;
    }

    for (i = 0; i < value.len; i++) {
        if (value.data[i] < 0x20 || value.data[i] > 0x7e) {
            return false;
        }
    }

    return true;
}


void
ct_http_release(ct_http_request_t *r)
{
    if (r->easy != NULL) {
        curl_easy_cleanup(r->easy);
        r->easy = NULL;
    }

    if (r->inflate != NULL) {
        (void) inflateEnd(r->inflate);
        free(r->inflate);
        r->inflate = NULL;
    }

    if (r->mail != NULL) {
        ct_mail_free(r);
    }

    curl_slist_free_all(r->headers);
    r->headers = NULL;
    free(r->kept);
    r->kept = NULL;
}


void
ct_http_free(ct_http_request_t *r)
{
    if (r == NULL) {
        return;
    }

    ct_http_release(r);
    free(r);
}


bool
ct_http_wanted(const ct_http_request_t *r, int status)
{
    return status == 200 || (r->post && status / 100 == 2);
}


/* One header line with its end (RFC 9112, 5), the status line too, and those
 * of interim answers before the real one. */
size_t
ct_http_header(char *data, size_t size, size_t n, void *ctx)
{
    ct_bytes_t         line, name;
    ct_http_request_t *r;

    r = ctx;
    n *= size;
    r->head += n;

    if (r->head > CT_HTTP_HEAD_MAX) {
        ct_http_fail(r, CT_E_LIMIT, "the head of the answer is larger than "
                     "it may be");
        return 0;
    }

    line = ct_bytes(data, n);

    /* behind the body there are only trailers */
    if (r->begun) {
        return n;
    }

    if (n >= 5 && memcmp(data, "HTTP/", 5) == 0) {
        ct_http_forget(r);

    } else if (data[0] == '\r' || data[0] == '\n') {
        ct_http_taken(r);

    } else if (ct_read_until(&line, ':', &name)) {
        ct_http_learn(r, name, ct_http_strip(line));
    }

    return r->answer.rc == CT_OK ? n : 0;
}


static void
ct_http_forget(ct_http_request_t *r)
{
    r->answer.etag[0] = '\0';
    r->answer.modified[0] = '\0';
    r->answer.retry_after_ms = 0;
    r->coding = CT_HTTP_PLAIN;
}


/* The head is whole. The page behind that of a message which was taken does
 * not matter, and is only waited for so that the connection can be used
 * again. */
static void
ct_http_taken(ct_http_request_t *r)
{
    long    status;
    int64_t end_ms;

    status = 0;
    (void) curl_easy_getinfo(r->easy, CURLINFO_RESPONSE_CODE, &status);
    end_ms = ct_clock_monotonic() + CT_HTTP_TAKEN_MS;

    if (r->post && status / 100 == 2 && end_ms < r->end_ms) {
        r->end_ms = end_ms;
    }
}


/* The last one of a name wins. */
static void
ct_http_learn(ct_http_request_t *r, ct_bytes_t name, ct_bytes_t value)
{
    if (ct_bytes_equal_nocase(name, CT_BYTES("etag"))) {
        ct_http_note(r->answer.etag, value);

    } else if (ct_bytes_equal_nocase(name, CT_BYTES("last-modified"))) {
        ct_http_note(r->answer.modified, value);

    } else if (ct_bytes_equal_nocase(name, CT_BYTES("retry-after"))) {
        r->answer.retry_after_ms = ct_date_retry_after(value, ct_clock_wall());

    } else if (ct_bytes_equal_nocase(name, CT_BYTES("content-encoding"))) {
        r->coding = ct_http_coding(value);

    } else if (ct_bytes_equal_nocase(name, CT_BYTES("transfer-encoding"))
               && !ct_bytes_equal_nocase(value, CT_BYTES("chunked"))
               && !ct_bytes_equal_nocase(value, CT_BYTES("identity")))
    {
        /* libcurl would decode that itself, asked for or not */
        ct_http_fail(r, CT_E_NETWORK, CT_HTTP_NOT_ASKED);
    }
}


static ct_bytes_t
ct_http_strip(ct_bytes_t value)
{
    while (value.len > 0 && (value.data[0] == ' ' || value.data[0] == '\t')) {
        value = ct_bytes(value.data + 1, value.len - 1);
    }

    while (value.len > 0 && memchr(" \t\r\n", value.data[value.len - 1], 4)) {
        value.len--;
    }

    return value;
}


/* What could not be sent back is not kept. */
static void
ct_http_note(char note[CT_LIMIT_TEXT], ct_bytes_t value)
{
    note[0] = '\0';

    if (ct_http_sendable(value)) {
        memcpy(note, value.data, value.len);
        note[value.len] = '\0';
    }
}


/* RFC 9110, 8.4.1.3: x-gzip is gzip. */
static ct_http_coding_e
ct_http_coding(ct_bytes_t value)
{
    if (ct_bytes_equal_nocase(value, CT_BYTES("gzip"))
        || ct_bytes_equal_nocase(value, CT_BYTES("x-gzip")))
    {
        return CT_HTTP_GZIP;
    }

    if (value.len == 0
        || ct_bytes_equal_nocase(value, CT_BYTES("identity")))
    {
        return CT_HTTP_PLAIN;
    }

    return CT_HTTP_STRANGE;
}
