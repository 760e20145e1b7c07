/*
 * ct_http_stream: see ct_http.h. Nothing moves here: room that was made is
 * used by the next ct_http_turn, which lets waiting streams go on in turns.
 */

#include "ct_http_part.h"

#include <stdlib.h>


/* Transfers that are not for streams: these may wait, paused, for the issuer
 * that another request has to bring. */
#define CT_HTTP_SPARE (CT_LIMIT_TRANSFERS / 4)


ct_http_stream_t *
ct_http_stream_open(ct_http_t *http, const ct_http_ask_t *ask, size_t window,
    bool ahead)
{
    ct_http_stream_t *s;

    if (!ct_http_may(http, false, CT_HTTP_SPARE)) {
        return NULL;
    }

    s = calloc(1, sizeof(ct_http_stream_t));

    if (s == NULL) {
        return NULL;
    }

    s->request.stream = s;
    s->window = window > 0 ? window : 1;
    s->ahead = ahead;

    if (!ct_http_begin(http, &s->request, ask)) {
        ct_http_free(&s->request);
        return NULL;
    }

    return s;
}


ct_bytes_t
ct_http_stream_unread(const ct_http_stream_t *stream)
{
    const ct_http_body_t *body;

    body = &stream->request.body;

    if (body->len == 0) {
        return ct_bytes(NULL, 0);
    }

    return ct_bytes(body->data + body->at, body->len);
}


void
ct_http_stream_eat(ct_http_stream_t *stream, size_t n)
{
    ct_http_body_eat(&stream->request, n);

    if (stream->ended && stream->request.body.len == 0) {
        ct_http_body_free(&stream->request);
    }
}


void
ct_http_stream_widen(ct_http_stream_t *stream, size_t window)
{
    if (stream->ahead) {
        stream->request.http->ahead -= stream->request.body.len;
        stream->ahead = false;
    }

    stream->window = window > 0 ? window : 1;
}


const ct_http_answer_t *
ct_http_stream_end(const ct_http_stream_t *stream)
{
    return stream->ended ? &stream->request.answer : NULL;
}


void
ct_http_stream_close(ct_http_stream_t *stream)
{
    if (stream == NULL) {
        return;
    }

    if (!stream->ended) {
        ct_http_leave(&stream->request);
    }

    ct_http_body_free(&stream->request);
    ct_http_free(&stream->request);
}
