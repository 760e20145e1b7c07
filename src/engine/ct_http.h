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

/* The end of a request. `body` belongs to the callee only when it takes
 * `data` (malloc memory) and leaves NULL there. */
typedef struct {
    ct_rc_t  rc;             /* CT_OK: the wanted status came, whole */
    int      status;         /* 0: no answer */
    int64_t  retry_after_ms; /* 0: none */
    uint8_t *data;
    size_t   len;
    char     error[CT_LIMIT_ERROR]; /* a clause; empty when CT_OK */
} ct_http_answer_t;

typedef void (*ct_http_done_pt)(void *ctx, ct_http_answer_t *answer);

typedef struct {
    const char     *url;    /* copied */
    const void     *post;   /* JSON body, copied; NULL: GET */
    size_t          post_len;
    size_t          limit;  /* bytes of the answer, decoded */
    void           *ctx;
    ct_http_done_pt done;   /* once, from ct_http_turn or ct_http_destroy */
} ct_http_ask_t;


/* libcurl's one-time initialisation: in the host's thread, before there is
 * another one that could do it at the same time. */
bool ct_http_prepare(void);

/* `trusted`: PEM file; NULL: the system's. `contact` goes into User-Agent;
 * NULL: none. When the descriptor `wake` is readable the wait ends, and when
 * `stop` (atomic) is set no transfer goes on. NULL on failure. */
ct_http_t *ct_http_create(const char *trusted, const char *contact,
    int wake, const bool *stop);

/* Requests in flight end with CT_E_STOPPED. NULL-safe. */
void ct_http_destroy(ct_http_t *http);

/* CT_E_LIMIT: CT_LIMIT_TRANSFERS are in flight, ask again; CT_E_MEMORY. In
 * both cases `done` is not called. */
ct_rc_t ct_http_start(ct_http_t *http, const ct_http_ask_t *ask);

/* Room for another request? */
bool ct_http_room(const ct_http_t *http);

/* Drives transfers, calls `done` of those that ended, then waits until
 * something happens, but no longer than timeout_ms and not at all when
 * something ended. */
void ct_http_turn(ct_http_t *http, int timeout_ms);

#endif
