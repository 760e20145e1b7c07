/*
 * ct_http: see the header. The options that matter and why: QUICK_EXIT, or
 * libcurl joins a hanging resolver thread; CAPATH NULL, or the bundle is
 * parsed anew for every connection; a cap of our own in the write callback,
 * because MAXFILESIZE knows nothing of compressed bodies.
 */

#include "ct_http.h"
#include "ct_version.h"

#include <curl/curl.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>


#define CT_HTTP_CONNECT_MS 10000L
#define CT_HTTP_TIMEOUT_MS 120000L
#define CT_HTTP_SLOW_BYTES 200L /* a second, on average over */
#define CT_HTTP_SLOW_S     30L
#define CT_HTTP_FIRST      (16 * 1024)

typedef struct ct_http_request_s ct_http_request_t;

struct ct_http_request_s {
    ct_http_t          *http;
    CURL               *easy;
    struct curl_slist  *headers;
    ct_http_request_t  *next;
    ct_http_request_t **back;
    void               *ctx;
    ct_http_done_pt     done;
    uint8_t            *data;
    size_t              len;
    size_t              room;
    size_t              limit;
    ct_rc_t             rc; /* set when the write callback refuses */
    bool                post;
    char                error[CURL_ERROR_SIZE];
};

struct ct_http_s {
    CURLM             *multi;
    ct_http_request_t *requests;
    size_t             nrequests;
    size_t             bytes; /* room of all bodies */
    int                wake;
    const bool        *stop;
    char              *trusted;
    char               agent[CT_LIMIT_TEXT + 96];
};


static bool ct_http_setup(ct_http_request_t *r, const ct_http_ask_t *ask);
static bool ct_http_headers(ct_http_request_t *r, const ct_http_ask_t *ask);
static size_t ct_http_write(char *data, size_t size, size_t n, void *ctx);
static bool ct_http_grow(ct_http_request_t *r, size_t wanted);
static bool ct_http_finished(ct_http_t *http);
static void ct_http_answer(ct_http_request_t *r, CURLcode code,
    ct_http_answer_t *answer);
static void ct_http_end(ct_http_request_t *r, ct_http_answer_t *answer);
static void ct_http_free(ct_http_request_t *r);


bool
ct_http_prepare(void)
{
    return curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
}


ct_http_t *
ct_http_create(const char *trusted, const char *contact, int wake,
    const bool *stop)
{
    ct_http_t *http;

    http = calloc(1, sizeof(ct_http_t));

    if (http == NULL) {
        return NULL;
    }

    http->wake = wake;
    http->stop = stop;
    http->trusted = trusted != NULL ? strdup(trusted) : NULL;
    http->multi = curl_multi_init();

    if (http->multi == NULL || (trusted != NULL && http->trusted == NULL)) {
        ct_http_destroy(http);
        return NULL;
    }

    (void) snprintf(http->agent, sizeof(http->agent),
                    "ngx-http-ct-module/" CT_VERSION " (+" CT_HOMEPAGE "%s%s)",
                    contact != NULL ? "; " : "",
                    contact != NULL ? contact : "");

    (void) curl_multi_setopt(http->multi, CURLMOPT_MAXCONNECTS, 64L);

    return http;
}


void
ct_http_destroy(ct_http_t *http)
{
    ct_http_answer_t answer;

    if (http == NULL) {
        return;
    }

    while (http->requests != NULL) {
        memset(&answer, 0, sizeof(answer));
        answer.rc = CT_E_STOPPED;
        ct_http_end(http->requests, &answer);
    }

    if (http->multi != NULL) {
        (void) curl_multi_cleanup(http->multi);
    }

    free(http->trusted);
    free(http);
}


bool
ct_http_room(const ct_http_t *http)
{
    return http->nrequests < CT_LIMIT_TRANSFERS;
}


ct_rc_t
ct_http_start(ct_http_t *http, const ct_http_ask_t *ask)
{
    ct_http_request_t *r;

    if (!ct_http_room(http)) {
        return CT_E_LIMIT;
    }

    r = calloc(1, sizeof(ct_http_request_t));

    if (r == NULL) {
        return CT_E_MEMORY;
    }

    r->http = http;
    r->ctx = ask->ctx;
    r->done = ask->done;
    r->limit = ask->limit;
    r->post = ask->post != NULL;
    r->easy = curl_easy_init();

    if (r->easy == NULL || !ct_http_setup(r, ask)
        || curl_multi_add_handle(http->multi, r->easy) != CURLM_OK)
    {
        ct_http_free(r);
        return CT_E_MEMORY;
    }

    r->next = http->requests;
    r->back = &http->requests;
    if (r->next != NULL) {
        r->next->back = &r->next;
    }
    http->requests = r;
    http->nrequests++;

    return CT_OK;
}


static bool
ct_http_setup(ct_http_request_t *r, const ct_http_ask_t *ask)
{
    CURL *e;
    bool  ok;

    e = r->easy;

    ok = curl_easy_setopt(e, CURLOPT_URL, ask->url) == CURLE_OK
         && curl_easy_setopt(e, CURLOPT_PRIVATE, r) == CURLE_OK
         && curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, ct_http_write)
            == CURLE_OK
         && curl_easy_setopt(e, CURLOPT_WRITEDATA, r) == CURLE_OK
         && curl_easy_setopt(e, CURLOPT_ERRORBUFFER, r->error) == CURLE_OK
         && curl_easy_setopt(e, CURLOPT_USERAGENT, r->http->agent)
            == CURLE_OK
         && curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L) == CURLE_OK
         && curl_easy_setopt(e, CURLOPT_FOLLOWLOCATION, 0L) == CURLE_OK
         && curl_easy_setopt(e, CURLOPT_CONNECTTIMEOUT_MS,
                             CT_HTTP_CONNECT_MS) == CURLE_OK
         && curl_easy_setopt(e, CURLOPT_TIMEOUT_MS, CT_HTTP_TIMEOUT_MS)
            == CURLE_OK
         && curl_easy_setopt(e, CURLOPT_LOW_SPEED_LIMIT, CT_HTTP_SLOW_BYTES)
            == CURLE_OK
         && curl_easy_setopt(e, CURLOPT_LOW_SPEED_TIME, CT_HTTP_SLOW_S)
            == CURLE_OK
         && curl_easy_setopt(e, CURLOPT_CAPATH, NULL) == CURLE_OK;

    if (ok && r->http->trusted != NULL) {
        ok = curl_easy_setopt(e, CURLOPT_CAINFO, r->http->trusted)
             == CURLE_OK;
    }

    /* a static log may send gzip unasked: then it must be asked for */
    if (ok && !r->post) {
        ok = curl_easy_setopt(e, CURLOPT_ACCEPT_ENCODING, "gzip")
             == CURLE_OK;
    }

#if LIBCURL_VERSION_NUM >= 0x075500
    ok = ok && curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, "http,https")
               == CURLE_OK;
#else
    ok = ok && curl_easy_setopt(e, CURLOPT_PROTOCOLS,
                                (long) (CURLPROTO_HTTP | CURLPROTO_HTTPS))
               == CURLE_OK;
#endif

#if LIBCURL_VERSION_NUM >= 0x075700
    ok = ok && curl_easy_setopt(e, CURLOPT_QUICK_EXIT, 1L) == CURLE_OK;
#endif

    return ok && ct_http_headers(r, ask);
}


static bool
ct_http_headers(ct_http_request_t *r, const ct_http_ask_t *ask)
{
    struct curl_slist *more;

    if (!r->post) {
        return true;
    }

    r->headers = curl_slist_append(NULL, "Content-Type: application/json");

    if (r->headers == NULL) {
        return false;
    }

    /* without it curl waits a second for "100 Continue" */
    more = curl_slist_append(r->headers, "Expect:");

    return more != NULL
           && curl_easy_setopt(r->easy, CURLOPT_HTTPHEADER, r->headers)
              == CURLE_OK
           && curl_easy_setopt(r->easy, CURLOPT_POST, 1L) == CURLE_OK
           && curl_easy_setopt(r->easy, CURLOPT_POSTFIELDSIZE_LARGE,
                               (curl_off_t) ask->post_len) == CURLE_OK
           && curl_easy_setopt(r->easy, CURLOPT_COPYPOSTFIELDS, ask->post)
              == CURLE_OK;
}


static size_t
ct_http_write(char *data, size_t size, size_t n, void *ctx)
{
    ct_http_request_t *r;

    r = ctx;
    n *= size;

    /* a bomb of gzip keeps curl busy for longer than a stop may take */
    if (__atomic_load_n(r->http->stop, __ATOMIC_ACQUIRE)) {
        r->rc = CT_E_STOPPED;
        return 0;
    }

    if (n > r->limit - r->len) {
        r->rc = CT_E_LIMIT;
        return 0;
    }

    if (!ct_http_grow(r, r->len + n)) {
        r->rc = CT_E_MEMORY;
        return 0;
    }

    memcpy(r->data + r->len, data, n);
    r->len += n;

    return n;
}


static bool
ct_http_grow(ct_http_request_t *r, size_t wanted)
{
    size_t   room;
    uint8_t *data;

    if (wanted <= r->room) {
        return true;
    }

    room = r->room == 0 ? CT_HTTP_FIRST : r->room * 2;
    room = room < wanted ? wanted : room;
    room = room > r->limit ? r->limit : room;

    if (r->http->bytes - r->room + room > CT_LIMIT_BODIES) {
        return false;
    }

    data = realloc(r->data, room);

    if (data == NULL) {
        return false;
    }

    r->http->bytes += room - r->room;
    r->data = data;
    r->room = room;

    return true;
}


void
ct_http_turn(ct_http_t *http, int timeout_ms)
{
    int                running;
    struct curl_waitfd wake;

    (void) curl_multi_perform(http->multi, &running);

    if (!ct_http_finished(http)) {
        memset(&wake, 0, sizeof(wake));
        wake.fd = http->wake;
        wake.events = CURL_WAIT_POLLIN;
        (void) curl_multi_poll(http->multi, &wake, 1, timeout_ms, NULL);
    }
}


static bool
ct_http_finished(ct_http_t *http)
{
    int                rest;
    bool               any;
    CURLMsg           *msg;
    CURLcode           code;
    ct_http_answer_t   answer;
    ct_http_request_t *r;

    any = false;

    while ((msg = curl_multi_info_read(http->multi, &rest)) != NULL) {
        if (msg->msg != CURLMSG_DONE) {
            continue;
        }

        code = msg->data.result;
        r = NULL;
        (void) curl_easy_getinfo(msg->easy_handle, CURLINFO_PRIVATE, &r);

        ct_http_answer(r, code, &answer);
        ct_http_end(r, &answer);
        any = true;
    }

    return any;
}


static void
ct_http_answer(ct_http_request_t *r, CURLcode code, ct_http_answer_t *answer)
{
    long       status;
    curl_off_t after;

    memset(answer, 0, sizeof(ct_http_answer_t));

    status = 0;
    after = 0;
    (void) curl_easy_getinfo(r->easy, CURLINFO_RESPONSE_CODE, &status);
    (void) curl_easy_getinfo(r->easy, CURLINFO_RETRY_AFTER, &after);

    answer->status = (int) status;
    answer->retry_after_ms = after > 0 && after < 1000000 ? after * 1000 : 0;

    if (r->rc != CT_OK) {
        answer->rc = r->rc;
        (void) snprintf(answer->error, sizeof(answer->error), "%s",
                        r->rc == CT_E_LIMIT
                        ? "the answer is larger than it may be"
                        : "there are too many bytes of answers at once");

    } else if (code != CURLE_OK) {
        answer->rc = CT_E_NETWORK;
        (void) snprintf(answer->error, sizeof(answer->error), "%s",
                        r->error[0] != '\0' ? r->error
                                            : curl_easy_strerror(code));

    } else if (status != 200 && !(r->post && status / 100 == 2)) {
        answer->rc = CT_E_STATUS;
        (void) snprintf(answer->error, sizeof(answer->error),
                        "answered with status %ld", status);
    }
}


/* Hands the body over and forgets the request. */
static void
ct_http_end(ct_http_request_t *r, ct_http_answer_t *answer)
{
    void           *ctx;
    ct_http_t      *http;
    ct_http_done_pt done;

    http = r->http;
    ctx = r->ctx;
    done = r->done;

    answer->data = r->data;
    answer->len = r->len;
    http->bytes -= r->room;
    r->data = NULL;

    (void) curl_multi_remove_handle(http->multi, r->easy);
    *r->back = r->next;
    if (r->next != NULL) {
        r->next->back = r->back;
    }
    http->nrequests--;
    ct_http_free(r);

    done(ctx, answer);
    free(answer->data);
    answer->data = NULL;
}


static void
ct_http_free(ct_http_request_t *r)
{
    if (r->easy != NULL) {
        curl_easy_cleanup(r->easy);
    }

    curl_slist_free_all(r->headers);
    free(r->data);
    free(r);
}
