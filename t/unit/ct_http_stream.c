/*
 * ct_http's streams: windows that fill, pause and go on; ceilings of one and
 * of all; clocks that stand still; closed in every state, and stopped.
 */

#include "http.h"


static void
test_stream(const char *path, size_t len, size_t window)
{
    int64_t           until;
    ct_http_stream_t *s;

    s = stream(path, len, window, false);
    until = ct_clock_monotonic() + 3000;

    while (ct_http_stream_unread(s).len < (window < len ? window : len)
           && ct_clock_monotonic() < until)
    {
        ct_http_turn(http, 100);
    }

    ok(ct_http_stream_unread(s).len == (window < len ? window : len),
       "%s: %zu bytes wait", path, ct_http_stream_unread(s).len);
    is_int(read_all(s, window / 2 + 1, window), len, "%s, window %zu", path,
           window);
    ok(ct_http_stream_end(s) != NULL
       && ct_http_stream_end(s)->rc == CT_OK
       && ct_http_stream_end(s)->data == NULL, "ends well");
    is_int(http->bytes, 0, "and holds nothing then");
    ct_http_stream_close(s);
}


static void
test_streams(void)
{
    begin(0);
    test_stream("/fixed/500000", 500000, WINDOW);
    test_stream("/fixed/500000", 500000, 1000000);
    test_stream("/fixed/50000", 50000, 100);
    test_stream("/chunked/300000", 300000, WINDOW);
    test_stream("/gzip-/500000", 500000, WINDOW);
    test_stream("/gzip-/30000", 30000, 100);
    test_stream("/fixed/0", 0, WINDOW);
    end("streams");
}


static void
stream_ends(const char *path, size_t limit, ct_rc_t rc)
{
    int64_t           until;
    ct_http_stream_t *s;

    s = stream(path, limit, WINDOW, false);
    until = ct_clock_monotonic() + PATIENCE;

    while (ct_http_stream_end(s) == NULL && ct_clock_monotonic() < until) {
        ct_http_turn(http, 1000);
        ct_http_stream_eat(s, SIZE_MAX);
    }

    is_int(rc_of(s), rc,
           "%s: how it ends", path);
    ok(rc != CT_E_STATUS || ct_http_stream_unread(s).len == 0,
       "of refusals nothing is shown");
    ct_http_stream_close(s);
}


static void
test_stream_ends(void)
{
    begin(0);
    stream_ends("/fixed/50000", 50000, CT_OK);
    stream_ends("/fixed/50001", 50000, CT_E_LIMIT);
    stream_ends("/gzip-/50001", 50000, CT_E_LIMIT);
    stream_ends("/gzip-cut/50001", 500000, CT_E_NETWORK);
    stream_ends("/endless", 3000000, CT_E_LIMIT);
    stream_ends("/bomb", 30000000, CT_E_LIMIT);
    stream_ends("/close/50000", 500000, CT_E_NETWORK);
    stream_ends("/sorry", 500000, CT_E_STATUS);
    stream_ends("/after-s", 500000, CT_E_STATUS);
    end("ends of streams");
}


/* Found while nothing arrives: in what was kept when the window was full. */
static void
test_late_limit(void)
{
    int64_t           until;
    ct_http_stream_t *s;

    begin(0);
    s = stream("/stall/21000", WINDOW + 500, WINDOW, false);
    until = ct_clock_monotonic() + PATIENCE;

    while (s->request.rest.len < 1000 && ct_clock_monotonic() < until) {
        ct_http_turn(http, 100);
    }

    ok(ct_http_stream_end(s) == NULL && s->request.rest.len == 1000,
       "more than may come has come, and no more will");
    ct_http_stream_eat(s, WINDOW);
    ct_http_turn(http, 100);
    is_int(rc_of(s), CT_E_LIMIT, "it ends at once");
    ct_http_stream_close(s);
    end("a late limit");
}


/* What came before a failure can be read. */
static void
test_unread_at_end(void)
{
    ct_http_stream_t *s;

    begin(0);
    s = stream("/close/15000", 100000, WINDOW, false);
    turns(100);
    ok(ct_http_stream_end(s) != NULL, "it is over");
    is_int(ct_http_stream_unread(s).len, 15000, "what came is there");
    is_int(http->bytes, 15000, "in no more memory than that");
    ct_http_stream_eat(s, 5000);
    ok(httpd_is_pattern(ct_http_stream_unread(s).data, 10000, 5000),
       "and can be eaten");
    ct_http_stream_close(s);
    end("unread at the end");
}


static void
test_ahead(void)
{
    bool              below;
    size_t            i, most;
    ct_http_stream_t *s[12];

    begin(0);
    below = true;
    most = 0;

    for (i = 0; i < 12; i++) {
        s[i] = stream(i % 2 ? "/endless" : "/fixed/3000000", 100000000,
                      1 << 20, true);
    }

    for (i = 0; i < 60; i++) {
        turns(5);
        below = below && http->ahead <= CT_LIMIT_AHEAD
                && http->bytes <= CT_LIMIT_BODIES;
        most = most > http->ahead ? most : http->ahead;
    }

    ok(below, "together they stay below their ceiling");
    is_int(most, CT_LIMIT_AHEAD, "and use it");

    /* the last one's turn comes first */
    ct_http_stream_widen(s[10], 2 << 20);
    is_int(read_all(s[10], WINDOW, 2 << 20), 3000000, "one that may goes on");
    is_int(rc_of(s[10]), CT_OK, "to its end");

    ct_http_stream_close(s[0]);
    ct_http_stream_close(s[1]);
    ct_http_stream_close(s[2]);
    ct_http_stream_eat(s[4], SIZE_MAX);
    is_int(http->ahead < CT_LIMIT_AHEAD, 1, "room was made");
    turns(50);
    is_int(http->ahead, 8 << 20, "the others use it");

    for (i = 3; i < 12; i++) {
        ct_http_stream_close(s[i]);
    }

    end("ahead");
}


#define STREAMS 12
#define SHARE   (CT_LIMIT_BODIES / STREAMS)

/* Together they want more than there is; nobody waits for ever. */
static void
test_bodies(void)
{
    bool              below;
    size_t            i, n, full, ended, eaten[STREAMS];
    int64_t           until;
    ct_http_stream_t *s[STREAMS];

    begin(0);
    memset(eaten, 0, sizeof(eaten));

    for (i = 0; i < STREAMS; i++) {
        s[i] = stream("/fixed/4000000", 4000000, SHARE, false);
    }

    until = ct_clock_monotonic() + PATIENCE;

    for (full = 0; full < STREAMS && ct_clock_monotonic() < until;) {
        ct_http_turn(http, 10);
        for (i = full = 0; i < STREAMS; i++) {
            full += ct_http_stream_unread(s[i]).len == SHARE;
        }
    }

    is_int(http->bytes, STREAMS * SHARE, "no room is left");

    for (i = 0; i < STREAMS; i++) {
        ct_http_stream_widen(s[i], 2 * SHARE);
    }

    /* each is eaten only when it has all it wants */
    for (below = true, ended = 0;
         ended < STREAMS && ct_clock_monotonic() < until;)
    {
        ct_http_turn(http, 10);
        below = below && http->bytes <= CT_LIMIT_BODIES + 2 * SHARE;

        for (i = ended = 0; i < STREAMS; i++) {
            ended += ct_http_stream_end(s[i]) != NULL;
            n = ct_http_stream_end(s[i]) != NULL
                ? ct_http_stream_unread(s[i]).len : 0;
            ct_http_stream_eat(s[i], n);
            eaten[i] += n;
        }
    }

    ok(below, "the ceiling of all is overdrawn by one window at most");

    for (i = 0; i < STREAMS; i++) {
        is_int(eaten[i], 4000000, "stream %zu comes through", i);
        ct_http_stream_close(s[i]);
    }

    end("bodies");
}


#define GUESTS 40

/* All paused but the last, all to one host: it has a connection. */
static void
test_one_host(void)
{
    size_t            i;
    int64_t           until;
    ct_http_stream_t *s[GUESTS];

    begin(0);

    for (i = 0; i < GUESTS; i++) {
        until = ct_clock_monotonic() + 1000;
        s[i] = stream("/fixed/500000", 500000, 100,
                      i < GUESTS - 1);

        while (ct_http_stream_unread(s[i]).len < 100
               && ct_clock_monotonic() < until)
        {
            ct_http_turn(http, 10);
        }
    }

    is_int(ct_http_stream_unread(s[GUESTS - 1]).len, 100,
           "%d streams to one host, none waits for another", GUESTS);

    for (i = 0; i < GUESTS; i++) {
        ct_http_stream_close(s[i]);
    }

    end("one host");
}


/* Streams that wait for what another request brings leave it a place. */
static void
test_spare(void)
{
    size_t            i, n;
    ct_http_stream_t *s[CT_LIMIT_TRANSFERS];

    begin(0);

    for (n = 0; n < CT_LIMIT_TRANSFERS; n++) {
        s[n] = stream("/fixed/500000", 500000, 100, true);

        if (s[n] == NULL) {
            break;
        }
    }

    is_int(n, CT_LIMIT_TRANSFERS - CT_LIMIT_TRANSFERS / 4,
           "so many streams, no more");
    is_whole(get("/fixed/1000", 1000), 1000, "another request");

    for (i = 0; i < n; i++) {
        ct_http_stream_close(s[i]);
    }

    end("spare");
}


/* Clocks stand still while a transfer waits for us. */
static void
test_clocks(void)
{
    ct_http_stream_t *s, *slow, *half;

    begin(0);
    http->connect_ms = 100;
    http->slow_ms = 150;
    http->total_ms = 400;

    s = stream("/fixed/1000000", 1000000, WINDOW, false);
    half = stream("/stall/100000", 1000000, WINDOW, false);
    slow = stream("/drip", 1000000, WINDOW, false);
    turns(270);
    ok(ct_http_stream_end(slow) != NULL
       && ct_http_stream_end(slow)->rc == CT_E_NETWORK, "a drip is cut");
    is_str(ct_http_stream_end(slow) != NULL
           ? ct_http_stream_end(slow)->error : "",
           "the answer came too slowly", "and why");
    ok(turns(250) < 20, "nobody is busy with waiting");
    ok(ct_http_stream_end(s) == NULL && s->request.paused,
       "one that waits for us is not cut");
    ct_http_stream_widen(s, 1000000);
    is_int(read_all(s, 1, 1000000), 1000000, "it goes on");
    is_int(rc_of(s), CT_OK, "to its end");
    ct_http_stream_widen(half, 1000000);
    turns(20);
    ok(rc_of(half) == 1 && !half->request.paused
       && ct_http_stream_unread(half).len == 100000,
       "its clocks go on from where they stood");
    ct_http_stream_close(s);
    ct_http_stream_close(half);
    ct_http_stream_close(slow);

    is_failure(get("/mute", 100), CT_E_NETWORK, "the answer came too slowly");
    http->slow_ms = 10000;
    is_failure(get("/drip", 10000), CT_E_NETWORK, "the answer took too long");
    end("clocks");
}


/* Closed in every state: not begun, arriving, paused, ended. */
static void
test_close(void)
{
    size_t            i;
    ct_http_stream_t *s;

    begin(0);

    static const char *const paths[] = {
        "/fixed/100", "/endless", "/bomb", "/gzip-/900000", "/drip"
    };

    for (i = 0; i < 4 * sizeof(paths) / sizeof(paths[0]); i++) {
        s = stream(paths[i / 4], 10000000, WINDOW, i % 2);
        turns(i % 4 == 0 ? 0 : i % 4 == 1 ? 1 : 30);
        ct_http_stream_eat(s, i % 4 == 3 ? 5000 : 0);
        ct_http_stream_close(s);
    }

    ct_http_stream_close(NULL);
    end("closed");
}


static void
test_stop(void)
{
    int64_t           from;
    ct_http_stream_t *s;

    begin(0);
    s = stream("/bomb", SIZE_MAX, 1 << 20, false);
    from = ct_clock_monotonic();

    while (ct_clock_monotonic() < from + 100) {
        ct_http_turn(http, 100);
        ct_http_stream_eat(s, SIZE_MAX);
    }

    ok(ct_http_stream_end(s) == NULL, "a bomb goes on and on");
    __atomic_store_n(&stop, true, __ATOMIC_RELEASE);
    from = ct_clock_monotonic();

    while (ct_http_stream_end(s) == NULL
           && ct_clock_monotonic() < from + PATIENCE)
    {
        ct_http_turn(http, 100);
        ct_http_stream_eat(s, SIZE_MAX);
    }

    ok(ct_clock_monotonic() - from < 2000, "until it is told to stop");
    is_int(rc_of(s), CT_E_STOPPED, "which it says");
    ct_http_stream_close(s);
    end("stop");
}


int
main(void)
{
    start();

    test_streams();
    test_stream_ends();
    test_late_limit();
    test_unread_at_end();
    test_ahead();
    test_bodies();
    test_one_host();
    test_spare();
    test_clocks();
    test_close();
    test_stop();

    return done_testing();
}
