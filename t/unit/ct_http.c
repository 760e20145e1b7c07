/*
 * ct_http against a server that behaves or does not: answers whole, cut,
 * compressed, conditional, refused; the cap of all bytes; its ends.
 */

#include "http.h"


static bool
has(const ct_http_answer_t *answer, const char *text)
{
    size_t i, len;

    len = strlen(text);

    for (i = 0; i + len <= answer->len; i++) {
        if (memcmp(answer->data + i, text, len) == 0) {
            return true;
        }
    }

    return false;
}


static void
test_answers(void)
{
    const ct_http_answer_t *a;

    begin(0);
    is_whole(get("/fixed/0", 10), 0, "empty");
    is_whole(get("/fixed/100000", 100000), 100000, "of a length");
    is_whole(a = get("/chunked/100000", 100000), 100000, "in chunks");
    is_str(a->etag, "\"head\"", "a trailer does not count");
    is_whole(get("/gzip-/300000", 300000), 300000, "two members of gzip");
    is_whole(get("/gzip-x/9", 9), 9, "x-gzip");
    is_whole(get("/gzip-/0", 9), 0, "nothing, compressed");
    is_whole(get("/said/5000", 5000), 5000, "gzip only by its name");
    is_int(httpd_accepted, 1, "all of it on one connection");

    is_failure(get("/fixed/100001", 100000), CT_E_LIMIT,
               "the answer is larger than it may be");
    is_failure(get("/gzip-/100001", 100000), CT_E_LIMIT,
               "the answer is larger than it may be");
    is_failure(get("/endless", 100000), CT_E_LIMIT,
               "the answer is larger than it may be");
    is_failure(get("/endless", SIZE_MAX), CT_E_MEMORY,
               "there are too many bytes of answers at once");
    is_failure(get("/bomb", 1000000), CT_E_LIMIT,
               "the answer is larger than it may be");
    is_failure(get("/gzip-cut/50000", 50000), CT_E_NETWORK,
               "the compressed answer is cut short");
    is_failure(get("/gzip-bad/50000", 50000), CT_E_NETWORK,
               "the answer is not the gzip it claims to be");
    is_failure(get("/br", 100), CT_E_NETWORK,
               "the answer has an encoding that was not asked for");
    is_failure(get("/te", 100), CT_E_NETWORK,
               "the answer has an encoding that was not asked for");
    a = get("/close/5000", 100000);
    is_int(a->rc, CT_E_NETWORK, "closed in the middle: %s", a->error);
    end("answers");
}


static void
test_statuses(void)
{
    int64_t                 before;
    const ct_http_answer_t *a;

    begin(0);
    is_failure(a = get("/nothing", 100), CT_E_STATUS,
               "answered with status 404");
    is_int(a->status, 404, "the status too");
    is_failure(a = get("/moved", 100), CT_E_STATUS,
               "answered with status 302");
    before = (int64_t) ct_http_received(http);
    is_failure(a = get("/sorry", 100), CT_E_STATUS,
               "answered with status 503");
    is_int(a->retry_after_ms, 7000, "after how long to try again");
    ok((int64_t) ct_http_received(http) - before <= 80 * 1024,
       "of an endless apology 64 KiB are read, and one piece");

    is_int(get("/after-s", 100)->retry_after_ms, 90000,
           "Retry-After in seconds, blanks, the last one");
    a = get("/after-date", 100);
    ok(a->retry_after_ms > 80000 && a->retry_after_ms <= 90000, "as a date");
    a = get("/after-utc", 100);
    ok(a->retry_after_ms > 80000 && a->retry_after_ms <= 90000,
       "as a date of UTC");
    is_failure(get("/heads", 100), CT_E_LIMIT,
               "the head of the answer is larger than it may be");
    end("statuses");
}


static void
test_conditions(void)
{
    char                    etag[CT_LIMIT_TEXT];
    ct_http_ask_t           ask;
    const ct_http_answer_t *a;

    begin(0);
    a = get("/condition", 100);
    ok(a->rc == CT_OK && !a->unchanged && a->len == 4, "the body");
    is_str(a->etag, HTTPD_ETAG, "its tag, not that of the hints before");
    is_str(a->modified, HTTPD_DATE, "its date");

    ask = ask_for("/condition", 100);
    ask.etag = HTTPD_ETAG;
    ask.modified = HTTPD_DATE;
    a = fetch(&ask);
    ok(a->rc == CT_OK && a->unchanged && a->status == 304 && a->len == 0,
       "the same again: unchanged");
    is_str(a->etag, HTTPD_ETAG, "with its tag");

    ask.etag = "\"v-1\"\r\nX-Evil: 1";
    a = fetch(&ask);
    ok(a->rc == CT_OK && !a->unchanged, "no lines are smuggled in");

    memset(etag, 'e', sizeof(etag));
    etag[sizeof(etag) - 1] = '\0';
    ask = ask_for("/echo", 2000);
    ask.etag = "a\nX-Evil: 1";
    ask.modified = "";
    a = fetch(&ask);
    ok(!has(a, "Evil")
       && !has(a, "If-"), "nor sent");
    ok(has(a, "Accept-Encoding: gzip\r\n"),
       "gzip is asked for");
    ok(has(a, "tests@example.com"),
       "and who asks is told");
    ask.etag = etag;
    ok(has(fetch(&ask), etag), "a long tag is");

    a = get("/long", 100);
    ok(a->rc == CT_OK && a->len == 2, "10,000 bytes of one header line");
    is_str(a->etag, "", "which is too long to be kept");
    end("conditions");
}


static int64_t ticked;


static void
tick(void *ctx)
{
    (void) ctx;
    ticked = ct_clock_monotonic();
}


/* What it does takes time, too. */
static void
slowly(void *ctx, ct_http_answer_t *answer)
{
    ok(ct_clock_monotonic() - ticked < 100, "it knows what time it is");
    (void) usleep(200 * 1000);
    done(ctx, answer);
}


static void
test_tick(void)
{
    size_t        i;
    seen_t        seen[2];
    int64_t       until;
    ct_http_ask_t ask;

    begin(0);
    memset(seen, 0, sizeof(seen));
    ct_http_tick(http, tick, NULL);
    ask = ask_for("/condition", 100);
    ask.done = slowly;
    until = ct_clock_monotonic() + PATIENCE;

    for (i = 0; i < 2; i++) {
        ask.ctx = &seen[i];
        (void) ct_http_start(http, &ask);
    }

    while ((seen[0].count == 0 || seen[1].count == 0)
           && ct_clock_monotonic() < until)
    {
        /* both have come when the first is told */
        (void) usleep(50 * 1000);
        ct_http_turn(http, 1000);
    }

    is_int(seen[0].count + seen[1].count, 2, "both end");
    free(seen[0].answer.data);
    free(seen[1].answer.data);
    end("the time");
}


static void
test_destroy(void)
{
    size_t            i, n;
    seen_t            seen[CT_LIMIT_TRANSFERS + CT_LIMIT_MESSAGES];
    ct_http_ask_t     ask;
    ct_http_stream_t *s;

    begin(0);
    memset(seen, 0, sizeof(seen));
    ask = ask_for("/drip", 1000);
    ask.done = done;

    for (i = 0; ct_http_room(http) && i < CT_LIMIT_TRANSFERS; i++) {
        ask.ctx = &seen[i];
        is_int(ct_http_start(http, &ask), CT_OK, "request %zu", i + 1);
    }

    is_int(i, CT_LIMIT_TRANSFERS, "so many, no more");
    is_int(ct_http_start(http, &ask), CT_E_LIMIT, "not one");
    s = stream("/drip", 1000, WINDOW, false);
    ok(s == NULL, "nor a stream");
    ask.post = "{}";
    ask.post_len = 2;

    for (n = i; n < i + CT_LIMIT_MESSAGES + 1; n++) {
        ask.ctx = &seen[n];

        if (ct_http_start(http, &ask) != CT_OK) {
            break;
        }
    }

    is_int(n - i, CT_LIMIT_MESSAGES, "messages have room of their own");
    turns(50);
    ct_http_destroy(http);

    for (i = 0; i < n; i++) {
        if (seen[i].count != 1 || seen[i].answer.rc != CT_E_STOPPED) {
            break;
        }
    }

    is_int(i, n, "all of them were told that it stops");
    ct_http_destroy(NULL);
}


static void
test_wake(void)
{
    int64_t from;

    begin(0);
    from = ct_clock_monotonic();
    ct_http_turn(http, 60);
    ok(ct_clock_monotonic() - from >= 50, "nothing to do: it waits");

    (void) eventfd_write(wake, 1);
    from = ct_clock_monotonic();
    ct_http_turn(http, 5000);
    ok(ct_clock_monotonic() - from < 2000, "woken: it does not");
    (void) eventfd_read(wake, &(eventfd_t) {0});
    end("wake");
}


#define RATE 400000

static void
test_rate(void)
{
    size_t            i, got[3], least, most;
    seen_t            seen;
    int64_t           from, spent, before, came;
    ct_http_ask_t     ask;
    ct_http_stream_t *s[3];

    begin(RATE);
    memset(got, 0, sizeof(got));
    ok(ct_http_room(http), "room in the beginning");

    /* what was saved up is the first one's */
    ct_bucket_take(&http->bucket, RATE);

    for (i = 0; i < 3; i++) {
        s[i] = stream("/endless", SIZE_MAX, 1 << 20, i == 1);
    }

    /* measured from when all are at it, not in whose thread is awake */
    from = ct_clock_monotonic();

    while ((ct_http_stream_unread(s[0]).len == 0
            || ct_http_stream_unread(s[1]).len == 0
            || ct_http_stream_unread(s[2]).len == 0)
           && ct_clock_monotonic() < from + PATIENCE)
    {
        ct_http_turn(http, 1000);
    }

    for (i = 0; i < 3; i++) {
        ct_http_stream_eat(s[i], SIZE_MAX);
    }

    before = (int64_t) ct_http_received(http);
    from = ct_clock_monotonic();

    while ((spent = ct_clock_monotonic() - from) < 1200) {
        ct_http_turn(http, 2000);
        for (i = 0; i < 3; i++) {
            got[i] += ct_http_stream_unread(s[i]).len;
            ct_http_stream_eat(s[i], SIZE_MAX);
        }
    }

    came = (int64_t) ct_http_received(http) - before;
    ok(came < RATE * spent / 1000 + 65536, "%lld bytes in %lld ms: not above",
       (long long) came, (long long) spent);
    ok(came > RATE * spent / 1000 - 65536, "nor far below");
    is_int(got[0] + got[1] + got[2], came, "all of it came");

    least = got[0] < got[1] ? got[0] : got[1];
    least = least < got[2] ? least : got[2];
    most = got[0] > got[1] ? got[0] : got[1];
    most = most > got[2] ? most : got[2];
    ok(least * 2 >= most, "fair: %zu, %zu, %zu", got[0], got[1], got[2]);

    ct_bucket_take(&http->bucket, RATE);
    ok(!ct_http_room(http), "overdrawn: no room");

    memset(&seen, 0, sizeof(seen));
    ask = ask_for("/hook", 100);
    ask.post = "{}";
    ask.post_len = 2;
    from = ct_clock_monotonic();
    is_int(fetch(&ask)->rc, CT_OK, "an alert is sent all the same");
    ok(ct_clock_monotonic() - from < 900 && !ct_http_room(http), "at once");

    for (i = 0; i < 3; i++) {
        ct_http_stream_close(s[i]);
    }

    from = ct_clock_monotonic();
    ct_http_turn(http, 10000);
    ok(ct_clock_monotonic() - from < 3000 && ct_http_room(http),
       "the wait ends when there is room");
    end("rate");
}


/* Plain requests wait as well, and how long they do is not held against
 * them. */
static void
test_rate_plain(void)
{
    int64_t from;

    begin(100000);
    http->connect_ms = 100;
    http->slow_ms = 100;
    http->total_ms = 300;
    ct_bucket_take(&http->bucket, 150000);
    from = ct_clock_monotonic();
    is_whole(get("/fixed/30000", 30000), 30000, "after a while");
    ok(ct_clock_monotonic() - from >= 500, "of half a second at least");
    end("rate of plain ones");
}


int
main(void)
{
    start();

    test_answers();
    test_statuses();
    test_conditions();
    test_tick();
    test_destroy();
    test_wake();
    test_rate();
    test_rate_plain();

    return done_testing();
}
