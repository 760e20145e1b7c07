/*
 * ct_cursor: whole walks over both protocols, at all sizes and with all the
 * manners that logs have; failures and restarts.
 */

#include "cursor.h"

static sim_log_t log70k;

static const ct_log_type_e TYPES[] = {CT_LOG_STATIC, CT_LOG_RFC6962};
static const char *const   NAMES[] = {"static", "rfc6962"};

static const uint64_t SIZES[] = {0, 1, 2, 3, 255, 256, 257, 511, 512, 513,
                                 999, 1000, 1001, 4096, 65535, 65536,
                                 65537, 70000};

#define NSIZES (sizeof(SIZES) / sizeof(SIZES[0]))


static void test_sizes(ct_log_type_e type, const char *name);
static void test_growth(ct_log_type_e type, const char *name);
static void test_cuts(void);
static void test_failures(void);
static void test_resume(ct_log_type_e type, const char *name);
static void test_done(void);
static void test_random(ct_log_type_e type, const char *name);


int
main(void)
{
    size_t i;

    log_create(&log70k);

    for (i = 0; i < 2; i++) {
        test_sizes(TYPES[i], NAMES[i]);
        test_growth(TYPES[i], NAMES[i]);
        test_resume(TYPES[i], NAMES[i]);
        test_random(TYPES[i], NAMES[i]);
    }

    test_cuts();
    test_failures();
    test_done();

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


static void
test_sizes(ct_log_type_e type, const char *name)
{
    sim_t    s;
    size_t   i;
    ct_ask_t ask;

    for (i = 0; i < NSIZES; i++) {
        start(&s, type, SIZES[i]);
        ct_cursor_next(&s.c, s.now, s.window, &ask);
        ok(ask.kind == CT_ASK_HEAD && !ct_cursor_done(&s.c)
           && sim_settle(&s) == CT_OK && sim_whole(&s)
           && ct_cursor_done(&s.c) && ct_cursor_lag(&s.c) == 0
           && s.entries == SIZES[i] && s.next == SIZES[i] && s.c.start == 0
           && s.c.confirmed_ms == LOG_BEGAN + SIZES[i] * LOG_EVERY,
           "%s: %u entries from 0, each once", name, (unsigned) SIZES[i]);
    }

    ok(s.ahead >= 2, "%s: several ranges were in flight", name);
}


/* From each size to each larger one; the data of a partial tile at the end
 * comes when it is due. */
static void
test_growth(ct_log_type_e type, const char *name)
{
    int    good;
    sim_t  s;
    size_t i, k;

    for (i = 0; i < NSIZES; i++) {
        good = 1;

        for (k = i; k < NSIZES; k++) {
            if (SIZES[i] < 4096 && SIZES[k] > 4096) {
                continue;
            }

            start(&s, type, SIZES[i]);
            good &= sim_settle(&s) == CT_OK;
            log70k.size = SIZES[k];
            good &= sim_run(&s, 4 * SIM_MINUTE) == CT_OK && sim_whole(&s);
            good &= s.entries == SIZES[k] && s.c.mismatches == 0;
        }

        ok(good, "%s: grows from %u", name, (unsigned) SIZES[i]);
    }
}


static void
test_cuts(void)
{
    int    cut;
    sim_t  s;
    size_t i;

    static const uint64_t sizes[] = {1, 31, 32, 33, 255, 1000, 1024, 7001};

    for (cut = CUT_1000; cut <= CUT_BYTES; cut++) {
        for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
            start(&s, CT_LOG_RFC6962, 100);
            log70k.cut = (cut_e) cut;
            (void) sim_settle(&s);
            log70k.size = 100 + sizes[i];
            ok(sim_run(&s, 3 * SIM_MINUTE) == CT_OK && sim_whole(&s),
               "answers cut in way %d: 100 and %u entries", cut,
               (unsigned) sizes[i]);
        }
    }
}


static void
test_failures(void)
{
    sim_t    s;
    int64_t  last;
    unsigned i;
    ct_ask_t ask, head = {.kind = CT_ASK_HEAD};

    start(&s, CT_LOG_STATIC, 3000);
    (void) sim_ask(&s, &ask);
    sim_answer_head(&s);
    (void) sim_ask(&s, &ask);
    (void) sim_ask(&s, &ask);
    ct_cursor_fail(&s.c, &ask, s.now, 0, false, 0);
    is_int(s.c.asked, 0, "what failed and what follows is asked again");
    ct_cursor_next(&s.c, s.now, s.window, &ask);
    ok(ask.kind == CT_ASK_WAIT && ask.until_ms == s.now + 500,
       "after half a second");

    for (i = 0, last = 0; i < 40; i++) {
        ask.kind = CT_ASK_ENTRIES;
        ask.tile.width = 256;
        ct_cursor_fail(&s.c, &ask, s.now, 0, true, 65535);
        ok(s.c.not_before_ms >= last, "waits do not shrink (%u)", i);
        last = s.c.not_before_ms;
    }

    ok(last > s.now + 599000 && last <= s.now + 600000, "and have an end");
    ct_cursor_fail(&s.c, &ask, s.now, 3600000, false, 0);
    is_int(s.c.not_before_ms, s.now + 3600000, "Retry-After is obeyed");
    ct_cursor_fail(&s.c, &ask, s.now, INT64_MAX, false, 0);
    is_int(s.c.not_before_ms, s.now + 86400000, "up to a day");

    ct_cursor_next(&s.c, s.c.head_due_ms, s.window, &ask);
    is_int(ask.kind, CT_ASK_HEAD, "heads are asked for all the same");
    ct_cursor_asked(&s.c, &ask);
    ct_cursor_fail(&s.c, &head, s.now, 0, false, 0);
    is_int(s.c.head_due_ms, s.now + 500, "and wait by themselves");
    ct_cursor_fail(&s.c, &head, s.now, 0, false, 0);
    is_int(s.c.head_due_ms, s.now + 1000, "twice as long");
    ct_cursor_fail(&s.c, &head, s.now, 7200000, false, 0);
    is_int(s.c.head_due_ms, s.now + 7200000, "or as told");

    start(&s, CT_LOG_STATIC, 3000);
    (void) sim_ask(&s, &ask);
    sim_answer_head(&s);
    (void) sim_ask(&s, &ask);
    (void) sim_ask(&s, &ask);
    ct_cursor_fail(&s.c, &head, s.now, 3600000, false, 0);
    ct_cursor_next(&s.c, s.now, s.window, &ask);
    ok(ask.kind == CT_ASK_ENTRIES && ask.first == 512 && s.c.fails == 0,
       "a failed head stops no entries, nor what is in flight");
}


static void
test_resume(ct_log_type_e type, const char *name)
{
    int      good;
    sim_t    s;
    ct_ask_t ask;
    unsigned kill, steps;

    for (good = 1, kill = 0; kill < 40; kill++) {
        start(&s, type, 5000);

        for (steps = 0; steps < kill; steps++) {
            if (sim_ask(&s, &ask)) {
                continue;
            }

            if (s.has_head) {
                sim_answer_head(&s);
            } else if (s.nranges > 0) {
                sim_answer_range(&s);
            }
        }

        sim_drop(&s);
        s.has_head = false;
        log70k.size = 5300;
        ct_cursor_resume(&s.c, s.now);
        ct_cursor_next(&s.c, s.now, s.window, &ask);
        good &= ask.kind == CT_ASK_HEAD && s.c.batch == 0;
        s.next = s.c.downloaded.size;
        good &= sim_run(&s, 3 * SIM_MINUTE) == CT_OK && sim_whole(&s);
        good &= s.entries == 5300;
    }

    ok(good, "%s: killed anywhere it goes on from there", name);

    start(&s, type, 5000);
    (void) sim_ask(&s, &ask);
    ct_cursor_fail(&s.c, &ask, s.now, 3600000, false, 0);
    ask.kind = CT_ASK_ENTRIES;
    ct_cursor_fail(&s.c, &ask, s.now, 3600000, false, 0);
    ct_cursor_resume(&s.c, s.now);
    ct_cursor_next(&s.c, s.now, s.window, &ask);
    ok(ask.kind == CT_ASK_HEAD && s.c.not_before_ms <= s.now,
       "%s: waits do not outlive a restart", name);

    start(&s, type, 4096);
    (void) sim_settle(&s);
    memset(&s.c.target, 0, sizeof(s.c.target));
    memset(&s.c.latest, 0, sizeof(s.c.latest));
    s.c.confirmed = 0;
    ct_cursor_resume(&s.c, s.now);
    ok(!ct_cursor_done(&s.c), "%s: its heads were lost", name);
    ok(sim_settle(&s) == CT_OK && sim_whole(&s) && s.entries == 4096
       && ct_cursor_done(&s.c), "%s: the next one agrees", name);
}


static void
test_done(void)
{
    sim_t    s;
    ct_ask_t ask;

    start(&s, CT_LOG_STATIC, 512);
    (void) sim_settle(&s);
    log70k.size = 600;
    s.now = s.c.head_due_ms;
    (void) sim_settle(&s);
    ok(ct_cursor_done(&s.c), "the partial tile is not due yet");
    s.now = s.c.partial_due_ms;
    s.c.head_due_ms = s.now + SIM_MINUTE;
    (void) sim_ask(&s, &ask);
    ok(!ct_cursor_done(&s.c), "it is asked for");
    ct_cursor_fail(&s.c, &ask, s.now, 0, false, 0);
    ok(!ct_cursor_done(&s.c), "it does not come");
    sim_drop(&s);
    s.now += 500;
    ok(sim_settle(&s) == CT_OK && ct_cursor_done(&s.c) && sim_whole(&s),
       "it is there");
}


static void
any_step(sim_t *s)
{
    uint32_t what;
    ct_ask_t ask;

    what = log_random(6);

    if (what == 0 && s->has_head) {
        sim_answer_head(s);

    } else if (what == 1 && s->has_small) {
        sim_answer_small(s);

    } else if ((what == 2 || what == 3) && s->nranges > 0) {
        sim_answer_range(s);

    } else if (what > 3) {
        (void) sim_ask(s, &ask);
    }
}


/* Any order, any failure, any cut: every index once, the frontier right. */
static void
test_random(ct_log_type_e type, const char *name)
{
    int      good;
    sim_t    s;
    unsigned walk, steps;

    for (walk = 0, good = 1; walk < 90; walk++) {
        log_seed = walk + 1;
        start(&s, type, log_random(3000));
        s.window = log_random(5000);
        log70k.fail = log_random(30);

        for (steps = 0; steps < 1200; steps++) {
            log70k.cut = (cut_e) (walk % (CUT_BYTES + 1));
            log70k.no_partial = log_random(8) == 0;
            log70k.size += log_random(30) == 0 ? log_random(400) : 0;
            s.now += log_random(3) == 0 ? log_random(3000) : 0;
            s.rules.jitter = (uint16_t) log_random(65536);

            any_step(&s);
        }

        good &= s.broken == 0 && s.c.mismatches == 0 && s.last == CT_OK;
        log70k.fail = 0;
        log70k.no_partial = false;
        (void) sim_run(&s, 60 * SIM_MINUTE);
        good &= sim_whole(&s) && s.next == log70k.size
                && s.entries == log70k.size && s.last == CT_OK;

        if (!good) {
            break;
        }
    }

    ok(good, "%s: random walks (%u)", name, walk);
}
