/*
 * ct_http_part: what the files of ct_http share. A request lives in the list
 * of ct_http_t from its start to its end; the list is also the queue in
 * which paused ones go on. All of it belongs to one thread.
 *
 * ct_http.c        the life of a request, the turn
 * ct_http_end.c    how it ends
 * ct_http_ask.c    what is said to libcurl; the head of the answer
 * ct_http_body.c   the bytes of the answer: ceilings, pauses, gzip
 * ct_http_stream.c requests whose answer is read while it arrives
 * ct_mail.c        requests that are mails, by SMTP
 */

#ifndef CT_HTTP_PART_H
#define CT_HTTP_PART_H

#include "ct_http.h"
#include "ct_pace.h"
#include "ct_smtp.h"

#include <curl/curl.h>
#include <zlib.h>

#define CT_HTTP_CONNECT_MS 10000
#define CT_HTTP_TOTAL_MS   120000
#define CT_HTTP_SLOW_MS    30000
#define CT_HTTP_TAKEN_MS   2000   /* for the page of a message that is taken */
#define CT_HTTP_SLOW_BYTES 200    /* a second, on average over slow_ms */

#define CT_HTTP_NOT_ASKED "the answer has an encoding that was not asked for"

typedef struct ct_http_request_s ct_http_request_t;
typedef struct ct_http_mail_s ct_http_mail_t;

typedef enum {
    CT_HTTP_PLAIN,
    CT_HTTP_GZIP,
    CT_HTTP_STRANGE, /* a coding that was not asked for */
    CT_HTTP_WASTE    /* of another status than wanted: not kept */
} ct_http_coding_e;

/* Unread bytes, in a row. */
typedef struct {
    uint8_t *data;
    size_t   room;
    size_t   at;
    size_t   len;
    size_t   total; /* since the beginning */
    size_t   limit; /* of total */
} ct_http_body_t;

struct ct_http_request_s {
    ct_http_t         *http;
    ct_http_stream_t  *stream; /* NULL: the body is handed over at the end */
    ct_http_mail_t    *mail;   /* NULL: it is HTTP */
    ct_http_request_t *prev;
    ct_http_request_t *next;
    CURL              *easy;   /* NULL: libcurl is done with it */
    struct curl_slist *headers;
    void              *ctx;
    ct_http_done_pt    done;
    bool               post;
    bool               conditional;

    /* while it arrives */
    size_t             head;    /* bytes of it */
    bool               begun;   /* the body has */
    ct_http_coding_e   coding;
    size_t             wasted;
    ct_http_body_t     body;
    z_stream          *inflate;
    bool               whole;   /* the compressed bytes ended as they should */
    bool               more;    /* the decoder has something yet */
    uint8_t           *kept;    /* a piece that had no room */
    ct_bytes_t         rest;    /* of them */

    /* pauses, and the two clocks that stand still meanwhile */
    bool               paused;
    int64_t            paused_ms;
    int64_t            end_ms;
    int64_t            slow_ms; /* next look at the speed */
    uint64_t           came;    /* bytes, before decoding */
    uint64_t           looked;  /* of them, by the last look */

    ct_http_answer_t   answer;  /* rc: set early when we break it off */
    char               error[CURL_ERROR_SIZE];
};

struct ct_http_stream_s {
    ct_http_request_t request; /* the first member: freed by it */
    size_t            window;
    bool              ahead;
    bool              ended;
};

struct ct_http_mail_s {
    ct_http_request_t request; /* the first member: freed by it */
    ct_smtp_t         smtp;
    bool              talks;   /* libcurl has made the connection */
    curl_socket_t     socket;  /* of it */
    ct_bytes_t        out;     /* still to be sent: of one of these */
    uint8_t           command[CT_LIMIT_URL + 32];
    uint8_t          *text;
    size_t            text_len;
};

struct ct_http_s {
    CURLM             *multi;
    ct_http_request_t *first;
    ct_http_request_t *last;
    size_t             nrequests;
    size_t             nmessages; /* of them: POST, and mails */
    size_t             bytes;    /* room of all bodies */
    size_t             ahead;    /* unread bytes of streams ahead */
    ct_http_stream_t  *overdraw; /* may exceed CT_LIMIT_BODIES: the one that
                                    all others wait for; NULL: none */
    ct_bucket_t        bucket;
    uint64_t           received;
    bool               news;     /* a stream has something new */
    void             (*tick)(void *ctx); /* before each `done`; NULL: none */
    void              *tick_ctx;
    int                wake;
    const bool        *stop;
    int64_t            connect_ms;
    int64_t            total_ms;
    int64_t            slow_ms;
    char              *trusted;
    char              *proxy;
    char               agent[CT_LIMIT_TEXT + 96];
};


bool ct_http_stopped(const ct_http_t *http);

/* May another one begin? Messages wait for messages alone, and nothing else
 * for them: many receivers that hang are nobody's trouble. */
bool ct_http_may(const ct_http_t *http, bool message, size_t spare);

/* Begins it; false: no memory, r is as it was. */
bool ct_http_begin(ct_http_t *http, ct_http_request_t *r,
    const ct_http_ask_t *ask);

/* Its easy handle, with all options, joins; false: no memory. */
bool ct_http_enter(ct_http_t *http, ct_http_request_t *r,
    int64_t timeout_ms);

/* libcurl has no part in it any more; bytes may still wait for room. */
void ct_http_finish(ct_http_request_t *r, CURLcode code);

/* Those that are through leave; true: there were some. */
bool ct_http_depart(ct_http_t *http);

/* One that is through leaves, and who has asked is told. */
void ct_http_end(ct_http_request_t *r);

/* Takes it from libcurl and from the list. Only body and answer stay. */
void ct_http_leave(ct_http_request_t *r);

/* It is to be broken off: what and why, unless that is known already. */
void ct_http_fail(ct_http_request_t *r, ct_rc_t rc, const char *why);

/* All options of r->easy. */
bool ct_http_setup(ct_http_request_t *r, const ct_http_ask_t *ask);

/* Gives back all but body and answer; the rest too. The latter is
 * NULL-safe. */
void ct_http_release(ct_http_request_t *r);
void ct_http_free(ct_http_request_t *r);

/* Of the answer's status, the one that was wanted. */
bool ct_http_wanted(const ct_http_request_t *r, int status);

/* libcurl's callbacks. */
size_t ct_http_header(char *data, size_t size, size_t n, void *ctx);
size_t ct_http_write(char *data, size_t size, size_t n, void *ctx);

/* Of a mail: libcurl has connected; what else can be done now; the end; what
 * it waits for, false when for nothing; before libcurl lets it go; at last. */
void ct_mail_connected(ct_http_request_t *r);
void ct_mail_turn(ct_http_request_t *r);
void ct_mail_judge(ct_http_request_t *r, CURLcode code, int status);
bool ct_mail_wait(const ct_http_request_t *r, struct curl_waitfd *fd);
void ct_mail_leave(ct_http_request_t *r);
void ct_mail_free(ct_http_request_t *r);

/* May r go on? */
bool ct_http_body_may(ct_http_request_t *r);

/* Bytes that have come wait for room. */
bool ct_http_body_pending(const ct_http_request_t *r);

/* Takes of them what there is room for. Failures are in r->answer. */
void ct_http_body_pump(ct_http_request_t *r);
void ct_http_body_eat(ct_http_request_t *r, size_t n);

/* Gives back memory that holds nothing. */
void ct_http_body_trim(ct_http_request_t *r);
void ct_http_body_free(ct_http_request_t *r);

#endif
