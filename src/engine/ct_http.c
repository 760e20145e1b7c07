/*
 * ct_http: the life of a request, and the turn in which all of them move.
 */

#include "ct_clock.h"
#include "ct_http_part.h"
#include "ct_version.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>


static void ct_http_limit(ct_http_t *http);
static void ct_http_link(ct_http_request_t *r);
static void ct_http_unlink(ct_http_request_t *r);
static void ct_http_resume(ct_http_t *http);
static void ct_http_unpause(ct_http_request_t *r);
static void ct_http_collect(ct_http_t *http);
static void ct_http_overdue(ct_http_t *http);
static void ct_http_rest(ct_http_t *http, int timeout_ms);
static int ct_http_patience(ct_http_t *http, int timeout_ms);


bool
ct_http_prepare(void)
{
    return curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
}


ct_http_t *
ct_http_create(const char *trusted, const char *contact, int64_t rate,
    int wake, const bool *stop)
{
    ct_http_t *http;

    http = calloc(1, sizeof(ct_http_t));

    if (http == NULL) {
        return NULL;
    }

    http->wake = wake;
    http->stop = stop;
    http->connect_ms = CT_HTTP_CONNECT_MS;
    http->total_ms = CT_HTTP_TOTAL_MS;
    http->slow_ms = CT_HTTP_SLOW_MS;
    http->trusted = trusted != NULL ? strdup(trusted) : NULL;
    http->multi = curl_multi_init();
    ct_bucket_init(&http->bucket, rate, ct_clock_monotonic());

    if (http->multi == NULL || (trusted != NULL && http->trusted == NULL)) {
        ct_http_destroy(http);
        return NULL;
    }

    (void) snprintf(http->agent, sizeof(http->agent),
                    "ngx-http-ct-module/" CT_VERSION " (+" CT_HOMEPAGE "%s%s)",
                    contact != NULL ? "; " : "",
                    contact != NULL ? contact : "");

    ct_http_limit(http);

    return http;
}


static void
ct_http_limit(ct_http_t *http)
{
    (void) curl_multi_setopt(http->multi, CURLMOPT_MAXCONNECTS, 64L);

    /* all may go to one host, as behind a proxy or when operators share one:
     * a request that waits for the connection of a paused stream that waits
     * for it would never go on. ct_pace is who is polite */
    (void) curl_multi_setopt(http->multi, CURLMOPT_MAX_HOST_CONNECTIONS,
                             (long) (CT_LIMIT_TRANSFERS + CT_LIMIT_MESSAGES));

    /* a connection belongs to one request at a time. libcurl 7.88 puts new
     * ones on busy connections of HTTP/1.1 too once a host has shown
     * HTTP/2, and one that is paused stops all others beside it */
    (void) curl_multi_setopt(http->multi, CURLMOPT_PIPELINING,
                             (long) CURLPIPE_NOTHING);
}


bool
ct_http_proxy(ct_http_t *http, const char *url)
{
    free(http->proxy);
    http->proxy = url != NULL ? strdup(url) : NULL;

    return url == NULL || http->proxy != NULL;
}


void
ct_http_tick(ct_http_t *http, void (*tick)(void *ctx), void *ctx)
{
    http->tick = tick;
    http->tick_ctx = ctx;
}


void
ct_http_destroy(ct_http_t *http)
{
    if (http == NULL) {
        return;
    }

    while (http->first != NULL) {
        ct_http_fail(http->first, CT_E_STOPPED, "");
        ct_http_end(http->first);
    }

    if (http->multi != NULL) {
        (void) curl_multi_cleanup(http->multi);
    }

    free(http->trusted);
    free(http->proxy);
    free(http);
}


bool
ct_http_stopped(const ct_http_t *http)
{
    return __atomic_load_n(http->stop, __ATOMIC_ACQUIRE);
}


bool
ct_http_room(const ct_http_t *http)
{
    ct_bucket_t bucket;

    bucket = http->bucket;
    ct_bucket_fill(&bucket, ct_clock_monotonic());

    return ct_http_may(http, false, 0) && ct_bucket_may(&bucket);
}


bool
ct_http_may(const ct_http_t *http, bool message, size_t spare)
{
    return message ? http->nmessages < CT_LIMIT_MESSAGES
                   : http->nrequests - http->nmessages + spare
                     < CT_LIMIT_TRANSFERS;
}


uint64_t
ct_http_received(const ct_http_t *http)
{
    return http->received;
}


ct_rc_t
ct_http_start(ct_http_t *http, const ct_http_ask_t *ask)
{
    ct_http_request_t *r;

    if (!ct_http_may(http, ask->post != NULL, 0)) {
        return CT_E_LIMIT;
    }

    r = calloc(1, sizeof(ct_http_request_t));

    if (r == NULL || !ct_http_begin(http, r, ask)) {
        ct_http_free(r);
        return CT_E_MEMORY;
    }

    return CT_OK;
}


bool
ct_http_begin(ct_http_t *http, ct_http_request_t *r, const ct_http_ask_t *ask)
{
    r->http = http;
    r->ctx = ask->ctx;
    r->done = ask->done;
    r->post = ask->post != NULL;
    r->body.limit = ask->limit < SIZE_MAX ? ask->limit : SIZE_MAX - 1;
    r->easy = curl_easy_init();

    return r->easy != NULL && ct_http_setup(r, ask)
           && ct_http_enter(http, r, ask->timeout_ms);
}


bool
ct_http_enter(ct_http_t *http, ct_http_request_t *r, int64_t timeout_ms)
{
    int64_t now;

    if (curl_multi_add_handle(http->multi, r->easy) != CURLM_OK) {
        return false;
    }

    now = ct_clock_monotonic();
    r->end_ms = now + (timeout_ms > 0 ? timeout_ms : http->total_ms);
    r->slow_ms = now + http->connect_ms + http->slow_ms;
    ct_http_link(r);
    http->nrequests++;
    http->nmessages += r->post || r->mail != NULL;

    return true;
}


static void
ct_http_link(ct_http_request_t *r)
{
    ct_http_t *http;

    http = r->http;
    r->prev = http->last;
    r->next = NULL;

    if (http->first == NULL) {
        http->first = r;

    } else {
        http->last->next = r;
    }

    http->last = r;
}


static void
ct_http_unlink(ct_http_request_t *r)
{
    ct_http_t *http;

    http = r->http;

    if (http->first == r) {
        http->first = r->next;

    } else {
        r->prev->next = r->next;
    }

    if (http->last == r) {
        http->last = r->prev;

    } else {
        r->next->prev = r->prev;
    }
}


void
ct_http_leave(ct_http_request_t *r)
{
    if (r->mail != NULL) {
        ct_mail_leave(r);
    }

    if (r->easy != NULL) {
        (void) curl_multi_remove_handle(r->http->multi, r->easy);
    }

    ct_http_unlink(r);
    r->http->nrequests--;
    r->http->nmessages -= r->post || r->mail != NULL;
    ct_http_release(r);
}


void
ct_http_fail(ct_http_request_t *r, ct_rc_t rc, const char *why)
{
    if (r->answer.rc == CT_OK) {
        r->answer.rc = rc;
        (void) snprintf(r->answer.error, sizeof(r->answer.error), "%s", why);
    }
}


void
ct_http_turn(ct_http_t *http, int timeout_ms)
{
    int running;

    http->news = false;
    ct_http_resume(http);
    (void) curl_multi_perform(http->multi, &running);
    ct_http_collect(http);
    ct_http_overdue(http);

    if (ct_http_depart(http) || http->news) {
        return;
    }

    ct_http_rest(http, timeout_ms);
}


static void
ct_http_rest(ct_http_t *http, int timeout_ms)
{
    unsigned           n;
    ct_http_request_t *r;
    struct curl_waitfd fds[1 + CT_LIMIT_MESSAGES];

    memset(fds, 0, sizeof(fds));
    fds[0].fd = http->wake;
    fds[0].events = CURL_WAIT_POLLIN;
    n = 1;

    for (r = http->first; r != NULL; r = r->next) {
        n += ct_mail_wait(r, &fds[n]) ? 1 : 0;
    }

    (void) curl_multi_poll(http->multi, fds, n,
                           ct_http_patience(http, timeout_ms), NULL);
}


/* Those that waited longest go on first; who did goes to the end. A mail
 * whose connection is made goes on by itself. */
static void
ct_http_resume(ct_http_t *http)
{
    size_t             i, n;
    ct_http_request_t *r, *next;

    r = http->first;
    n = http->nrequests;

    for (i = 0; i < n; i++, r = next) {
        next = r->next;
        ct_http_body_pump(r);

        if (r->mail != NULL) {
            ct_mail_turn(r);
            continue;
        }

        if (r->answer.rc != CT_OK && r->easy != NULL) {
            ct_http_finish(r, CURLE_WRITE_ERROR);

        } else if (r->paused && ct_http_body_may(r)) {
            ct_http_unlink(r);
            ct_http_link(r);
            ct_http_unpause(r);
        }
    }
}


/* libcurl may offer what it kept before it returns, and be paused again. */
static void
ct_http_unpause(ct_http_request_t *r)
{
    int64_t  stood;
    CURLcode code;

    stood = ct_clock_monotonic() - r->paused_ms;
    r->end_ms += stood;
    r->slow_ms += stood;
    r->paused = false;

    code = curl_easy_pause(r->easy, CURLPAUSE_CONT);

    if (code != CURLE_OK) {
        ct_http_finish(r, code);
    }
}


/* What libcurl is done with. */
static void
ct_http_collect(ct_http_t *http)
{
    int                rest;
    CURLMsg           *msg;
    CURLcode           code;
    ct_http_request_t *r;

    while ((msg = curl_multi_info_read(http->multi, &rest)) != NULL) {
        if (msg->msg != CURLMSG_DONE) {
            continue;
        }

        code = msg->data.result;
        r = NULL;
        (void) curl_easy_getinfo(msg->easy_handle, CURLINFO_PRIVATE, &r);

        if (r->mail != NULL && code == CURLE_OK) {
            ct_mail_connected(r);
            continue;
        }

        ct_http_finish(r, code);
    }
}


/* Breaks off what takes too long, or sends so little that it will. */
static void
ct_http_overdue(ct_http_t *http)
{
    int64_t            now;
    ct_http_request_t *r;

    now = ct_clock_monotonic();

    for (r = http->first; r != NULL; r = r->next) {
        if (r->easy == NULL || r->paused) {
            continue;
        }

        if (now >= r->end_ms) {
            ct_http_fail(r, CT_E_NETWORK, "the answer took too long");

        } else if (now < r->slow_ms) {
            continue;

        } else if ((int64_t) (r->came - r->looked) * 1000
                   < http->slow_ms * CT_HTTP_SLOW_BYTES)
        {
            ct_http_fail(r, CT_E_NETWORK, "the answer came too slowly");
        }

        r->looked = r->came;
        r->slow_ms = now + http->slow_ms;

        if (r->answer.rc != CT_OK) {
            ct_http_finish(r, CURLE_OPERATION_TIMEDOUT);
        }
    }
}


/* Until a clock runs out or the bucket has something again. */
static int
ct_http_patience(ct_http_t *http, int timeout_ms)
{
    int64_t            now, until, wait;
    ct_http_request_t *r;

    now = ct_clock_monotonic();
    ct_bucket_fill(&http->bucket, now);
    wait = ct_bucket_wait(&http->bucket);

    until = now + (timeout_ms > 0 ? timeout_ms : 0);
    until = wait > 0 && wait < until - now ? now + wait : until;

    for (r = http->first; r != NULL; r = r->next) {
        if (r->easy != NULL && !r->paused) {
            until = until < r->end_ms ? until : r->end_ms;
            until = until < r->slow_ms ? until : r->slow_ms;
        }
    }

    return until > now ? (int) (until - now) : 0;
}
