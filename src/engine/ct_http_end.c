/*
 * ct_http_end: how a request ends. What libcurl or a ceiling ends is only
 * marked during the turn; it leaves at its end, in one place, because there
 * the callers' functions are called and may start and close others.
 */

#include "ct_http_part.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>


static void ct_http_judge(ct_http_request_t *r, CURLcode code, int status);
static bool ct_http_done_with(ct_http_request_t *r);


void
ct_http_finish(ct_http_request_t *r, CURLcode code)
{
    long status, sent;

    sent = 0;
    status = 0;
    (void) curl_easy_getinfo(r->easy, CURLINFO_RESPONSE_CODE, &status);
    (void) curl_easy_getinfo(r->easy, CURLINFO_REQUEST_SIZE, &sent);

    if (r->mail != NULL) {
        ct_mail_judge(r, code, (int) status);
        ct_mail_leave(r);

    } else {
        r->answer.status = (int) status;
        r->answer.sent = sent > 0;
        ct_http_judge(r, code, (int) status);
    }

    (void) curl_multi_remove_handle(r->http->multi, r->easy);
    curl_easy_cleanup(r->easy);
    r->easy = NULL;
    r->paused = false;
}


static void
ct_http_judge(ct_http_request_t *r, CURLcode code, int status)
{
    char why[64];

    if (r->answer.rc != CT_OK) {
        return;
    }

    (void) snprintf(why, sizeof(why), "answered with status %d", status);

    /* a refusal is one, whatever becomes of its page */
    if (r->begun && r->coding == CT_HTTP_WASTE) {
        ct_http_fail(r, CT_E_STATUS, why);

    } else if (code != CURLE_OK) {
        ct_http_fail(r, CT_E_NETWORK, r->error[0] != '\0'
                                      ? r->error : curl_easy_strerror(code));

    } else if (status == 304 && r->conditional) {
        r->answer.unchanged = true;

    } else if (!ct_http_wanted(r, status)) {
        ct_http_fail(r, CT_E_STATUS, why);
    }
}


/* A callee may have closed any other, so the list is looked through anew each
 * time. */
bool
ct_http_depart(ct_http_t *http)
{
    bool               any;
    ct_http_request_t *r;

    any = false;
    r = http->first;

    while (r != NULL) {
        if (!ct_http_done_with(r)) {
            r = r->next;
            continue;
        }

        ct_http_end(r);
        any = true;
        r = http->first;
    }

    return any;
}


static bool
ct_http_done_with(ct_http_request_t *r)
{
    if (r->easy != NULL
        || (r->answer.rc == CT_OK && ct_http_body_pending(r)))
    {
        return false;
    }

    if (r->inflate != NULL && !r->whole) {
        ct_http_fail(r, CT_E_NETWORK, "the compressed answer is cut short");
    }

    return true;
}


/* Of a stream the answer stays with it; else the body is handed over and
 * the request forgotten. */
void
ct_http_end(ct_http_request_t *r)
{
    long             status;
    void            *ctx;
    ct_http_t       *http;
    ct_http_done_pt  done;
    ct_http_answer_t answer;

    status = 0;
    http = r->http;

    /* broken off: it may be known all the same that it was taken */
    if (r->post && r->easy != NULL) {
        (void) curl_easy_getinfo(r->easy, CURLINFO_RESPONSE_CODE, &status);
        r->answer.status = (int) status;
    }

    ct_http_leave(r);

    if (r->stream != NULL) {
        r->stream->ended = true;
        ct_http_body_trim(r);
        return;
    }

    answer = r->answer;

    if (answer.rc == CT_OK) {
        answer.data = r->body.data;
        answer.len = r->body.len;
        http->bytes -= r->body.room;
        memset(&r->body, 0, sizeof(r->body));
    }

    ctx = r->ctx;
    done = r->done;
    ct_http_body_free(r);
    ct_http_free(r);

    if (http->tick != NULL) {
        http->tick(http->tick_ctx);
    }

    done(ctx, &answer);
    free(answer.data);
}
