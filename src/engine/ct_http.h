/*
 * ct_http: bounded HTTP requests on one libcurl multi handle, driven by the
 * engine's thread. Redirects are refused, TLS is always verified, every
 * answer has a ceiling and every wait an end.
 */

#ifndef CT_HTTP_H
#define CT_HTTP_H

#include "ct_bytes.h"
#include "ct_limits.h"

typedef struct ct_http_s ct_http_t;
typedef struct ct_http_stream_s ct_http_stream_t;

/* The end of a request. `body` belongs to the callee only when it takes
 * `data` (malloc memory) and leaves NULL there. */
typedef struct {
    ct_rc_t  rc;             /* CT_OK: the wanted status came, whole */
    int      status;         /* 0: no answer */
    int64_t  retry_after_ms; /* 0: none */
    uint8_t *data;
    size_t   len;
    bool     sent;           /* some of the message that was to be sent */
    uint16_t told;           /* of a mail: recipients who have it */
    bool     unchanged;      /* 304 to a conditional request; rc is CT_OK and
                                there is no body */
    char     etag[CT_LIMIT_TEXT];     /* as it came, quotes too; "" */
    char     modified[CT_LIMIT_TEXT]; /* Last-Modified; "" */
    char     error[CT_LIMIT_ERROR]; /* a clause; empty when CT_OK */
    char     said[CT_LIMIT_TEXT];   /* how the page of a refused POST begins,
                                       printable; "" */
} ct_http_answer_t;

typedef void (*ct_http_done_pt)(void *ctx, ct_http_answer_t *answer);

typedef struct {
    const char     *url;    /* copied */
    const void     *post;   /* body, copied; NULL: GET */
    size_t          post_len;
    const char     *type;   /* Content-Type of the body; NULL: JSON */
    const char *const *headers; /* of a POST: "Name: value", copied */
    size_t          nheaders;
    int64_t         timeout_ms; /* for everything; 0: two minutes */
    size_t          limit;  /* bytes of the answer, decoded */
    const char     *etag;   /* If-None-Match; NULL or "": none; copied */
    const char     *modified; /* If-Modified-Since; the same */
    void           *ctx;
    ct_http_done_pt done;   /* once, from ct_http_turn or ct_http_destroy;
                               not of a stream */
} ct_http_ask_t;


/* libcurl's one-time initialisation: in the host's thread, before there is
 * another one that could do it at the same time. */
bool ct_http_prepare(void);

/* `trusted`: PEM file; NULL: the system's. `contact` goes into User-Agent;
 * NULL: none. `rate`: bytes a second that may be received in all, before
 * decoding; 0: no cap. When the descriptor `wake` is readable the wait ends,
 * and when `stop` (atomic) is set no transfer goes on. NULL on failure. */
ct_http_t *ct_http_create(const char *trusted, const char *contact,
    int64_t rate, int wake, const bool *stop);

/* From now on by way of this proxy, but to this host itself; NULL: directly.
 * False: no memory. */
bool ct_http_proxy(ct_http_t *http, const char *url);

/* To be called before each `done`: time has passed since the turn began. */
void ct_http_tick(ct_http_t *http, void (*tick)(void *ctx), void *ctx);

/* Requests in flight end with CT_E_STOPPED. NULL-safe. */
void ct_http_destroy(ct_http_t *http);

/* CT_E_LIMIT: CT_LIMIT_TRANSFERS are in flight, or of those that send
 * something CT_LIMIT_MESSAGES, ask again; CT_E_MEMORY. In both cases `done`
 * is not called. */
ct_rc_t ct_http_start(ct_http_t *http, const ct_http_ask_t *ask);

/* Room for another request? Not while the bucket of `rate` is overdrawn. */
bool ct_http_room(const ct_http_t *http);

/*
 * A request whose answer is read while it arrives: at most `window` bytes
 * wait unread, then it is paused until some were eaten. All unread bytes of
 * streams with `ahead` together stay below CT_LIMIT_AHEAD: those streams
 * pause as if their window were full. A stream that is not ahead always goes
 * on. ask->limit bounds the whole answer, decoded; ctx and done are unused.
 * NULL: as ct_http_start's CT_E_LIMIT and CT_E_MEMORY.
 */
ct_http_stream_t *ct_http_stream_open(ct_http_t *http,
    const ct_http_ask_t *ask, size_t window, bool ahead);

/* Unread bytes of the body, in a row; only of a 200. Borrowed until the next
 * call for this stream and the next ct_http_turn. */
ct_bytes_t ct_http_stream_unread(const ct_http_stream_t *stream);

/* The first n unread bytes are done with. Goes on when it was paused. */
void ct_http_stream_eat(ct_http_stream_t *stream, size_t n);

/* Its turn has come: not ahead any more, and with another window, for an
 * entry may be larger than the first. */
void ct_http_stream_widen(ct_http_stream_t *stream, size_t window);

/* How it ended (the unread bytes stay, data is NULL); NULL: it goes on. */
const ct_http_answer_t *ct_http_stream_end(const ct_http_stream_t *stream);

/* Breaks it off when it goes on, and frees it. NULL-safe. To be called
 * before ct_http_destroy. */
void ct_http_stream_close(ct_http_stream_t *stream);

/* Bytes received since the beginning, before decoding. */
uint64_t ct_http_received(const ct_http_t *http);

/* Drives transfers, calls `done` of those that ended, then waits until
 * something happens, but no longer than timeout_ms and not at all when
 * something ended. */
void ct_http_turn(ct_http_t *http, int timeout_ms);

#endif
