/*
 * ct_cursor_next: how many entries are asked for at once, how far ahead, and
 * what becomes of the tile that still grows.
 */

#include "cursor.h"

static sim_log_t log70k;


static void test_learning(void);
static void test_relearning(void);
static void test_tail(void);
static void test_tail_inside(void);
static void test_tail_absent(void);
static void test_window(void);


int
main(void)
{
    log_create(&log70k);

    test_learning();
    test_relearning();
    test_tail();
    test_tail_inside();
    test_tail_absent();
    test_window();

    log_free(&log70k);

    return done_testing();
}


static void
start(sim_t *s, ct_log_type_e type, uint64_t size)
{
    log_honest(&log70k, size);
    sim_init(s, &log70k);
    ct_cursor_init(&s->c, type, CT_FROM_ZERO, 0, 0);
}


/* Asked and answered: first, count -> n. */
static int
answer(sim_t *s, uint64_t first, uint64_t count, uint64_t n)
{
    bool        verified;
    int         good;
    uint64_t    i;
    ct_ask_t    ask;
    ct_merkle_t tree;

    ct_cursor_next(&s->c, s->now, s->window, &ask);
    good = is_int(ask.kind, CT_ASK_ENTRIES, "entries are asked for")
           && is_int(ask.first, first, "from %u on", (unsigned) first)
           && is_int(ask.count, count, "%u of them", (unsigned) count);
    ct_cursor_asked(&s->c, &ask);
    tree = s->c.downloaded;

    for (i = 0; i < n; i++) {
        (void) ct_merkle_append(&tree, log70k.sha,
                                log70k.level[0][first + i]);
    }

    return good && ct_cursor_entries(&s->c, log70k.sha, &ask, &tree, s->now,
                                     &s->rules, &verified) == CT_OK;
}


static void
test_learning(void)
{
    sim_t    s;
    ct_ask_t ask;

    start(&s, CT_LOG_RFC6962, 60000);
    (void) sim_ask(&s, &ask);
    sim_answer_head(&s);

    answer(&s, 0, 1000, 100);
    is_int(s.c.batch, 0, "one short answer teaches nothing");
    answer(&s, 100, 1000, 156);
    is_int(s.c.batch, 0, "nor another one");
    (void) sim_ask(&s, &ask);
    is_int(ask.count, 1000, "1000 are asked for");
    ct_cursor_next(&s.c, s.now, s.window, &ask);
    is_int(ask.kind, CT_ASK_WAIT, "one range at a time");
    ct_cursor_forget(&s.c);

    answer(&s, 256, 1000, 256);
    answer(&s, 512, 1000, 256);
    is_int(s.c.batch, 256, "the same twice: that is its batch");
    (void) sim_ask(&s, &ask);
    ok(ask.first == 768 && ask.count == 256, "then batches");
    (void) sim_ask(&s, &ask);
    ok(ask.first == 1024 && ask.count == 256, "several in flight");
    ct_cursor_forget(&s.c);

    answer(&s, 768, 256, 5);
    is_int(s.c.batch, 0, "a short answer unlearns");
    answer(&s, 773, 1000, 32);
    answer(&s, 805, 1000, 32);
    is_int(s.c.batch, 32, "another batch is learned");
    answer(&s, 837, 27, 27);
    is_int(s.c.batch, 32, "an aligned answer is no short one");
    answer(&s, 864, 32, 32);

    start(&s, CT_LOG_RFC6962, 2500);
    (void) sim_ask(&s, &ask);
    sim_answer_head(&s);
    answer(&s, 0, 1000, 1000);
    is_int(s.c.batch, 1000, "a full answer of the most is learned at once");
    answer(&s, 1000, 1000, 1000);
    answer(&s, 2000, 500, 500);
    ok(s.c.batch == 1000 && sim_whole(&s), "the end is no short answer");

    start(&s, CT_LOG_RFC6962, 64);
    (void) sim_ask(&s, &ask);
    sim_answer_head(&s);
    answer(&s, 0, 64, 64);
    is_int(s.c.batch, 0, "all there are: nothing is learned");
}


/* What was learned on a bad day does not stay. */
static void
test_relearning(void)
{
    sim_t    s;
    ct_ask_t ask;

    start(&s, CT_LOG_RFC6962, 30000);
    log70k.cut = CUT_1;
    (void) sim_ask(&s, &ask);
    sim_answer_head(&s);
    answer(&s, 0, 1000, 1);
    answer(&s, 1, 1000, 1);
    is_int(s.c.batch, 1, "one at a time, for now");
    log70k.cut = CUT_256_ALIGNED;
    s.next = 2;
    ok(sim_settle(&s) == CT_OK && sim_whole(&s), "later it gives more");
    is_int(s.c.batch, 256, "which is noticed");

    start(&s, CT_LOG_RFC6962, 30000);
    (void) sim_ask(&s, &ask);
    sim_answer_head(&s);
    s.c.batch = 1;
    ct_cursor_fail(&s.c, &ask, s.now, 0, false, 0);
    s.c.fails = 3;
    s.c.not_before_ms = 0;
    ct_cursor_next(&s.c, s.now, s.window, &ask);
    is_int(ask.count, 1, "but not while it fails: small pieces then");
}


static void
test_tail(void)
{
    sim_t    s;
    ct_ask_t ask;

    start(&s, CT_LOG_STATIC, 600);
    is_int(sim_settle(&s), CT_OK, "600 entries of a static log");
    is_int(s.c.verified.size, 600, "at the first time all of them");

    log70k.size = 1100;
    log70k.partials = 0;
    s.now = s.c.head_due_ms;
    is_int(sim_settle(&s), CT_OK, "1100");
    is_int(s.c.verified.size, 1024, "the partial tile is left out");
    is_int(s.c.confirmed_ms, LOG_BEGAN + 1100 * LOG_EVERY,
           "but the head is confirmed");
    ok(ct_cursor_done(&s.c) && s.c.confirmed, "all is done");
    is_int(ct_cursor_lag(&s.c), 76, "76 behind");
    is_int(log70k.partials, 0, "no partial data was asked for");
    ct_cursor_next(&s.c, s.now, s.window, &ask);
    is_int(ask.until_ms, s.c.partial_due_ms < s.c.head_due_ms
                         ? s.c.partial_due_ms : s.c.head_due_ms,
           "it waits for whatever is due first");

    log70k.size = 1101;
    s.now = s.c.head_due_ms;
    s.c.partial_due_ms = s.now + 5000;
    is_int(sim_settle(&s), CT_OK, "one more in the same tile");
    is_int(s.c.partial_due_ms, s.now + 5000, "is awaited no longer");
    is_int(s.c.verified.size, 1024, "but still left out");
    s.now += 5000;
    is_int(sim_settle(&s), CT_OK, "until it is due");
    ok(sim_whole(&s) && log70k.partials == 1, "then it is fetched");

    log70k.size = 1105;
    s.now = s.c.head_due_ms;
    is_int(sim_settle(&s), CT_OK, "four more");
    ok(sim_whole(&s) && s.entries == 1105, "at once, and no entry twice");

    log70k.size = 1300;
    s.now = s.c.head_due_ms;
    is_int(sim_settle(&s), CT_OK, "the next tile");
    is_int(s.c.verified.size, 1280, "has a wait of its own");
    is_int(s.c.partial_due_ms, s.now + SIM_MINUTE, "of one interval");
    s.c.partial_due_ms = s.now + 99 * SIM_MINUTE;
    s.now = s.c.head_due_ms;
    (void) sim_settle(&s);
    is_int(s.c.partial_due_ms, s.now + SIM_MINUTE,
           "even when the clock was wrong");
}


static void
test_tail_inside(void)
{
    sim_t s;

    start(&s, CT_LOG_STATIC, 600);
    s.c.from = CT_FROM_HEAD;
    (void) sim_settle(&s);
    log70k.size = 650;
    s.now = s.c.head_due_ms;
    is_int(sim_settle(&s), CT_OK, "a start inside of a tile that grows");
    ok(s.c.verified.size == 600 && s.c.confirmed && s.entries == 0
       && s.c.confirmed_ms == LOG_BEGAN + 650 * LOG_EVERY,
       "is confirmed by the hashes behind it");
    ok(sim_run(&s, 2 * SIM_MINUTE) == CT_OK && sim_whole(&s)
       && s.entries == 50, "then those come");

    start(&s, CT_LOG_STATIC, 10);
    s.rules.jitter = 0;
    (void) sim_settle(&s);
    log70k.size = 20;
    s.now = s.c.head_due_ms;
    ok(sim_settle(&s) == CT_OK && sim_whole(&s),
       "in a young log they come at once");
}


static void
test_tail_absent(void)
{
    int      good;
    sim_t    s;
    ct_ask_t ask;
    uint64_t size;

    for (good = 1, size = 1000; size < 1300; size += 7) {
        start(&s, CT_LOG_STATIC, 300);
        log70k.no_partial = true;
        good &= sim_settle(&s) == CT_OK && sim_whole(&s);
        log70k.size = size;
        good &= sim_run(&s, 4 * SIM_MINUTE) == CT_OK && sim_whole(&s);
        good &= s.entries == size && s.c.fails == 0;
    }

    ok(good, "partial tiles are gone, the full ones will do");

    start(&s, CT_LOG_STATIC, 300);
    (void) sim_ask(&s, &ask);
    sim_answer_head(&s);
    (void) sim_ask(&s, &ask);
    sim_answer_range(&s);
    (void) sim_ask(&s, &ask);
    ok(ask.tile.width == 44 && ask.count == 44, "a partial tile");
    ct_cursor_fail(&s.c, &ask, s.now, 0, true, 0);
    ct_cursor_next(&s.c, s.now, s.window, &ask);
    ok(ask.kind == CT_ASK_ENTRIES && ask.tile.width == 256
       && ask.count == 44, "is absent: the full one at once");
    ct_cursor_fail(&s.c, &ask, s.now, 0, true, 0);
    ct_cursor_next(&s.c, s.now, s.window, &ask);
    ok(ask.kind == CT_ASK_WAIT && ask.until_ms == s.now + 500,
       "both absent: that is a failure");
    ct_cursor_next(&s.c, s.now + 500, s.window, &ask);
    is_int(ask.tile.width, 44, "then the partial one again");
}


static void
test_window(void)
{
    sim_t    s;
    unsigned n;
    ct_ask_t ask;

    start(&s, CT_LOG_STATIC, 5000);
    s.window = 1000;
    (void) sim_ask(&s, &ask);
    sim_answer_head(&s);

    for (n = 0; sim_ask(&s, &ask); n++) {
        is_int(ask.tile.index, n, "tile %u", n);
    }

    is_int(n, 3, "three tiles fit into 1000 entries");
    is_int(ask.until_ms, s.c.head_due_ms, "then it waits");
    sim_answer_range(&s);
    ok(sim_ask(&s, &ask) && ask.tile.index == 3, "one came, one is asked");

    ct_cursor_forget(&s.c);
    s.window = 0;
    ct_cursor_next(&s.c, s.now, s.window, &ask);
    ok(ask.kind == CT_ASK_ENTRIES && ask.tile.index == 1,
       "one may always be in flight");
    ct_cursor_asked(&s.c, &ask);
    ct_cursor_next(&s.c, s.now, s.window, &ask);
    is_int(ask.kind, CT_ASK_WAIT, "but no other");
}
