/*
 * transport: ct_http.h without a network. What is asked is answered by the
 * world at once, but comes after a while and in pieces; ct_http_turn lets
 * time pass until the next piece, or as long as the engine wants to sleep.
 */

#include "sim.h"

#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>


#define TRANSPORT_LATENCY 120         /* ms, at most */
#define TRANSPORT_PIECE   (48 * 1024) /* bytes, at most */
#define TRANSPORT_LEAST   4096
#define TRANSPORT_PAUSE   40          /* ms between two pieces, at most */
#define TRANSPORT_STUCK   100000      /* turns in which nothing moves */

typedef struct request_s request_t;

struct request_s {
    request_t       *next;
    ct_http_t       *http;
    log_t           *log;     /* NULL: list, hook */
    ct_http_stream_t *stream; /* NULL: an ask */
    void            *ctx;
    ct_http_done_pt  done;
    size_t           limit;
    dice_t           dice;
    reply_t          reply;
    size_t           came;    /* bytes of its body */
    int64_t          due_ms;  /* next piece */
    bool             ended;
};

struct ct_http_stream_s {
    request_t        request;
    size_t           eaten;
    size_t           window;
    bool             ahead;
    ct_http_answer_t answer;
};

struct ct_http_s {
    request_t  *first;
    size_t      n;
    const bool *stop;
    uint64_t    received;
    void      (*tick)(void *ctx);
    void       *tick_ctx;
};

uint64_t sim_requests, sim_turns, sim_idle_turns;
unsigned sim_impatient, sim_crowds;

static dice_t       transport_dice = {4711};
static ct_engine_t *transport_engine;
static ct_store_t  *transport_store;
static int64_t      transport_until_ms;
static int64_t      transport_looked_ms;
static bool         transport_begun;
static sem_t        transport_go, transport_there;


static void request_begin(request_t *r, ct_http_t *http,
    const ct_http_ask_t *ask);
static void request_polite(const ct_http_t *http, const log_t *log,
    const char *url);
static void transport_note(const char *what, const char *url);
static bool request_piece(request_t *r);
static size_t request_room(const request_t *r);
static void request_end(request_t *r);
static void request_leave(request_t *r);
static bool transport_deliver(ct_http_t *http);
static int64_t transport_next(const ct_http_t *http);
static void transport_wait(const ct_http_t *http);
static void transport_sleep(void);


/* Called by the host's thread, which then waits for the time to come. */
void
transport_run(ct_engine_t *engine, ct_store_t *store, int64_t until_ms)
{
    transport_engine = engine;
    transport_store = store;
    transport_until_ms = until_ms;

    (void) sem_post(&transport_go);

    while (sem_wait(&transport_there) != 0) {
        /* a signal */
    }
}


void
transport_stop(ct_engine_t *engine)
{
    ct_engine_stop(engine);
    (void) sem_post(&transport_go);
}


bool
ct_http_prepare(void)
{
    static bool ready;

    if (!ready) {
        ready = sem_init(&transport_go, 0, 0) == 0
                && sem_init(&transport_there, 0, 0) == 0;
    }

    transport_begun = false;

    return ready;
}


ct_http_t *
ct_http_create(const char *trusted, const char *contact, int64_t rate,
    int wake, const bool *stop)
{
    ct_http_t *http;

    (void) trusted;
    (void) contact;
    (void) rate;
    (void) wake;
    http = calloc(1, sizeof(ct_http_t));

    if (http != NULL) {
        http->stop = stop;
    }

    return http;
}


bool
ct_http_proxy(ct_http_t *http, const char *url)
{
    (void) http;

    return url == NULL;
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
    request_t *r;

    if (http == NULL) {
        return;
    }

    while ((r = http->first) != NULL) {
        if (r->stream != NULL) {
            sim_die("a stream is open while its ct_http is destroyed");
        }

        r->reply.rc = CT_E_STOPPED;
        r->reply.status = 0;
        r->reply.body.len = 0;
        request_end(r);
    }

    free(http);
}


static void
request_begin(request_t *r, ct_http_t *http, const ct_http_ask_t *ask)
{
    sim_requests++;
    r->http = http;
    r->log = log_by_url(ask->url);
    r->ctx = ask->ctx;
    r->done = ask->done;
    r->limit = ask->limit;
    r->dice.state = dice_roll(&transport_dice, 0);
    request_polite(http, r->log, ask->url);
    world_answer(ask, &r->reply);

    r->due_ms = sim_now() + r->reply.wait_ms
                + dice_between(&r->dice, 10, TRANSPORT_LATENCY);
    r->next = http->first;
    http->first = r;
    http->n++;
}


static void
request_polite(const ct_http_t *http, const log_t *log, const char *url)
{
    size_t           n;
    const request_t *r;

    n = 1;

    for (r = http->first; r != NULL && log != NULL; r = r->next) {
        n += !r->ended && r->log != NULL
             && r->log->operator_number == log->operator_number;
    }

    /* an issuer that all the others wait for goes before them */
    if (n > CT_LIMIT_OPERATOR && strstr(url, "/issuer/") == NULL) {
        sim_crowds++;
        transport_note("a crowd", url);
    }

    /* each log has a host of its own here */
    if (log != NULL && sim_now() + SIM_SECOND < log->silent_ms
        && sim_run == log->silent_run)
    {
        sim_impatient++;
        transport_note("impatient", url);
    }
}


static void
transport_note(const char *what, const char *url)
{
    printf("# %s, hour %.3f: %s\n", what,
           (double) (sim_now() - SIM_BEGIN) / (double) SIM_HOUR, url);
}


ct_rc_t
ct_http_start(ct_http_t *http, const ct_http_ask_t *ask)
{
    request_t *r;

    if (!ct_http_room(http)) {
        return CT_E_LIMIT;
    }

    r = calloc(1, sizeof(request_t));

    if (r == NULL) {
        return CT_E_MEMORY;
    }

    request_begin(r, http, ask);

    return CT_OK;
}


bool
ct_http_room(const ct_http_t *http)
{
    return http->n < CT_LIMIT_TRANSFERS;
}


ct_http_stream_t *
ct_http_stream_open(ct_http_t *http, const ct_http_ask_t *ask, size_t window,
    bool ahead)
{
    ct_http_stream_t *s;

    s = ct_http_room(http) ? calloc(1, sizeof(ct_http_stream_t)) : NULL;

    if (s == NULL) {
        return NULL;
    }

    s->request.stream = s;
    s->window = window > 0 ? window : 1;
    s->ahead = ahead;
    request_begin(&s->request, http, ask);

    return s;
}


ct_bytes_t
ct_http_stream_unread(const ct_http_stream_t *stream)
{
    return ct_bytes(stream->request.reply.body.data + stream->eaten,
                    stream->request.came - stream->eaten);
}


void
ct_http_stream_eat(ct_http_stream_t *stream, size_t n)
{
    if (n > stream->request.came - stream->eaten) {
        sim_die("more was eaten than there is");
    }

    stream->eaten += n;
}


void
ct_http_stream_widen(ct_http_stream_t *stream, size_t window)
{
    stream->ahead = false;
    stream->window = window > 0 ? window : 1;
}


const ct_http_answer_t *
ct_http_stream_end(const ct_http_stream_t *stream)
{
    return stream->request.ended ? &stream->answer : NULL;
}


void
ct_http_stream_close(ct_http_stream_t *stream)
{
    if (stream == NULL) {
        return;
    }

    if (!stream->request.ended) {
        request_leave(&stream->request);
    }

    free(stream->request.reply.body.data);
    free(stream);
}


uint64_t
ct_http_received(const ct_http_t *http)
{
    return http->received;
}


void
ct_http_turn(ct_http_t *http, int timeout_ms)
{
    int64_t next, until;

    static unsigned stuck;

    sim_turns++;
    transport_wait(http);

    if (__atomic_load_n(http->stop, __ATOMIC_ACQUIRE)) {
        return;
    }

    if (transport_deliver(http)) {
        stuck = 0;
        return;
    }

    until = sim_now() + timeout_ms;
    next = transport_next(http);
    until = next < until ? next : until;
    until = until < transport_until_ms ? until : transport_until_ms;

    if (until > sim_now()) {
        sim_advance(until - sim_now());
        stuck = 0;

    } else {
        /* a real clock would not stand still */
        sim_advance(1);
        sim_idle_turns++;
        stuck++;
    }

    if (stuck > TRANSPORT_STUCK) {
        sim_die("the engine turns and turns, and nothing moves");
    }

    (void) transport_deliver(http);
}


/* Until the host has said until when; at that time it may do something. */
static void
transport_wait(const ct_http_t *http)
{
    if (!transport_begun) {
        transport_begun = true;
        transport_sleep();
    }

    if (sim_now() - transport_looked_ms >= SIM_SECOND) {
        transport_looked_ms = sim_now();
        world_tick();
        watcher_look(transport_engine, transport_store);
    }

    while (!__atomic_load_n(http->stop, __ATOMIC_ACQUIRE)
           && sim_now() >= transport_until_ms)
    {
        (void) sem_post(&transport_there);
        transport_sleep();
    }
}


static void
transport_sleep(void)
{
    while (sem_wait(&transport_go) != 0) {
        /* a signal */
    }
}


/* All pieces that have come; true: somebody may want to know. */
static bool
transport_deliver(ct_http_t *http)
{
    bool       news;
    request_t *r;

    news = false;

    for ( ;; ) {
        r = http->first;

        while (r != NULL && (r->due_ms > sim_now() || request_room(r) == 0)) {
            r = r->next;
        }

        if (r == NULL) {
            return news;
        }

        news |= request_piece(r);
    }
}


/* Bytes that may come now; 1 when the end is all that is to come. */
static size_t
request_room(const request_t *r)
{
    size_t           left, unread, ahead;
    const request_t *other;

    left = r->reply.body.len - r->came;

    if (r->stream == NULL || left == 0) {
        return left + 1;
    }

    unread = r->came - r->stream->eaten;

    if (unread >= r->stream->window) {
        return 0;
    }

    ahead = 0;

    for (other = r->http->first; other != NULL && r->stream->ahead;
         other = other->next)
    {
        if (other->stream != NULL && other->stream->ahead) {
            ahead += other->came - other->stream->eaten;
        }
    }

    if (ahead >= CT_LIMIT_AHEAD) {
        return 0;
    }

    return r->stream->window - unread < left ? r->stream->window - unread
                                             : left;
}


static bool
request_piece(request_t *r)
{
    size_t left, room, piece;

    left = r->reply.body.len - r->came;

    if (left == 0) {
        request_end(r);
        return true;
    }

    room = request_room(r);
    room = room < left ? room : left;
    piece = TRANSPORT_LEAST + dice_roll(&r->dice, TRANSPORT_PIECE);
    piece = piece < room ? piece : room;
    r->came += piece;
    r->http->received += piece;
    r->due_ms = sim_now() + dice_between(&r->dice, 0, TRANSPORT_PAUSE);

    return r->stream != NULL;
}


static void
request_end(request_t *r)
{
    ct_http_answer_t answer;

    memset(&answer, 0, sizeof(answer));
    answer.rc = r->reply.rc;
    answer.status = r->reply.status;
    answer.retry_after_ms = r->reply.retry_after_ms;
    answer.unchanged = r->reply.unchanged;
    answer.len = r->reply.body.len;
    memcpy(answer.etag, r->reply.etag, sizeof(r->reply.etag));
    memcpy(answer.error, r->reply.error, sizeof(r->reply.error));

    if (r->reply.cut) {
        answer.rc = CT_E_NETWORK;
        (void) snprintf(answer.error, sizeof(answer.error), "%s",
                        "transfer closed with bytes outstanding");

    } else if (r->stream == NULL && answer.len > r->limit) {
        answer.rc = CT_E_LIMIT;
        (void) snprintf(answer.error, sizeof(answer.error), "too large");
    }

    if (r->log != NULL && r->reply.retry_after_ms > 0) {
        r->log->silent_ms = sim_now() + r->reply.retry_after_ms;
        r->log->silent_run = sim_run;
    }

    request_leave(r);
    r->ended = true;

    if (r->stream != NULL) {
        r->stream->answer = answer;
        return;
    }

    if (answer.rc == CT_OK && answer.len > 0) {
        answer.data = r->reply.body.data;
        r->reply.body.data = NULL;
    }

    r->http->tick(r->http->tick_ctx);
    r->done(r->ctx, &answer);
    free(answer.data);
    free(r->reply.body.data);
    free(r);
}


static void
request_leave(request_t *r)
{
    request_t **at;

    for (at = &r->http->first; *at != NULL; at = &(*at)->next) {
        if (*at == r) {
            *at = r->next;
            r->http->n--;
            return;
        }
    }
}


static int64_t
transport_next(const ct_http_t *http)
{
    int64_t          next;
    const request_t *r;

    next = INT64_MAX;

    for (r = http->first; r != NULL; r = r->next) {
        if (r->due_ms < next && request_room(r) > 0) {
            next = r->due_ms;
        }
    }

    return next;
}
