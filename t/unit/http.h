/*
 * http: requests and streams against httpd, and what may be said of their
 * ends.
 */

#ifndef HTTP_H
#define HTTP_H

#include "ct_clock.h"
#include "ct_http_part.h"
#include "httpd.h"

#include <sys/eventfd.h>

#define WINDOW   20000
#define PATIENCE 20000 /* ms, with what hangs */

typedef struct {
    unsigned         count;
    ct_http_answer_t answer;
} seen_t;

static ct_http_t *http;
static int        wake;
static bool       stop;


static inline void
begin(int64_t rate)
{
    __atomic_store_n(&stop, false, __ATOMIC_RELEASE);
    http = ct_http_create(NULL, "tests@example.com", rate, wake, &stop);
}


/* Of what it held nothing may be left. */
static inline void
end(const char *what)
{
    ok(http->bytes == 0 && http->ahead == 0 && http->overdraw == NULL
       && http->nrequests == 0, "%s: all memory was given back", what);
    ct_http_destroy(http);
}


static inline ct_http_ask_t
ask_for(const char *path, size_t limit)
{
    ct_http_ask_t ask;
    static char   url[64];

    memset(&ask, 0, sizeof(ask));
    (void) snprintf(url, sizeof(url), "http://127.0.0.1:%u%s", httpd_port,
                    path);
    ask.url = url;
    ask.limit = limit;

    return ask;
}


static inline void
done(void *ctx, ct_http_answer_t *answer)
{
    seen_t *seen;

    seen = ctx;
    free(seen->answer.data);
    seen->count++;
    seen->answer = *answer;
    answer->data = NULL;
}


/* How many it took. */
static inline unsigned
turns(int ms)
{
    int64_t  until;
    unsigned count;

    until = ct_clock_monotonic() + ms;
    count = 0;

    while (ct_clock_monotonic() < until) {
        ct_http_turn(http, (int) (until - ct_clock_monotonic()));
        count++;
    }

    return count;
}


/* One request, to its end. */
static inline const ct_http_answer_t *
fetch(ct_http_ask_t *ask)
{
    int64_t       until;
    static seen_t seen;

    free(seen.answer.data);
    memset(&seen, 0, sizeof(seen));
    ask->ctx = &seen;
    ask->done = done;
    until = ct_clock_monotonic() + PATIENCE;

    if (ct_http_start(http, ask) == CT_OK) {
        while (seen.count == 0 && ct_clock_monotonic() < until) {
            ct_http_turn(http, 1000);
        }
    }

    is_int(seen.count, 1, "%s ends once", ask->url + 17);

    return &seen.answer;
}


static inline const ct_http_answer_t *
get(const char *path, size_t limit)
{
    ct_http_ask_t ask;

    ask = ask_for(path, limit);

    return fetch(&ask);
}


static inline void
is_failure(const ct_http_answer_t *answer, ct_rc_t rc, const char *error)
{
    is_int(answer->rc, rc, "refused");
    is_str(answer->error, error, "and why");
    ok(answer->data == NULL, "nothing is shown");
}


static inline void
is_whole(const ct_http_answer_t *answer, size_t len, const char *what)
{
    is_int(answer->rc, CT_OK, "%s: %s", what, answer->error);
    ok(answer->len == len && httpd_is_pattern(answer->data, len, 0),
       "%s: every byte", what);
}


static inline ct_http_stream_t *
stream(const char *path, size_t limit, size_t window, bool ahead)
{
    ct_http_ask_t ask;

    ask = ask_for(path, limit);

    return ct_http_stream_open(http, &ask, window, ahead);
}


/* 1: it goes on. */
static inline int
rc_of(const ct_http_stream_t *s)
{
    return ct_http_stream_end(s) != NULL ? (int) ct_http_stream_end(s)->rc
                                         : 1;
}


/* Reads it to its end, `bite` bytes at once, at the pace of the turns. */
static inline size_t
read_all(ct_http_stream_t *s, size_t bite, size_t window)
{
    bool       fine;
    size_t     at;
    int64_t    until;
    ct_bytes_t unread;

    at = 0;
    fine = true;
    until = ct_clock_monotonic() + PATIENCE;

    do {
        unread = ct_http_stream_unread(s);
        fine = fine && unread.len <= window
               && httpd_is_pattern(unread.data, unread.len, at);
        bite = bite < unread.len ? bite : unread.len;
        ct_http_stream_eat(s, bite);
        at += bite;
        bite = WINDOW;

        if (unread.len == 0) {
            ct_http_turn(http, 1000);
        }
    } while ((ct_http_stream_end(s) == NULL
              || ct_http_stream_unread(s).len > 0)
             && ct_clock_monotonic() < until);

    ok(fine, "as it was sent, never above the window");

    return at;
}


static inline void
start(void)
{
    wake = eventfd(0, EFD_NONBLOCK);
    httpd_start();
    ok(ct_http_prepare(), "libcurl");
}

#endif
