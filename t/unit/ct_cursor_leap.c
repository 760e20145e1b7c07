/*
 * ct_cursor_seek in the midst of a life: leaps over what cannot be had, ends
 * that are given, and restarts on the way.
 */

#include "cursor.h"

static sim_log_t log70k;

static const ct_log_type_e TYPES[] = {CT_LOG_STATIC, CT_LOG_RFC6962};
static const char *const   NAMES[] = {"static", "rfc6962"};


static void test_leap(ct_log_type_e type, const char *name);
static void test_leap_contradicted(ct_log_type_e type, const char *name);
static void test_until(ct_log_type_e type, const char *name);
static void test_until_contradicted(ct_log_type_e type, const char *name);
static void test_resume(ct_log_type_e type, const char *name);


int
main(void)
{
    size_t i;

    log_create(&log70k);

    for (i = 0; i < 2; i++) {
        test_leap(TYPES[i], NAMES[i]);
        test_leap_contradicted(TYPES[i], NAMES[i]);
        test_until(TYPES[i], NAMES[i]);
        test_until_contradicted(TYPES[i], NAMES[i]);
        test_resume(TYPES[i], NAMES[i]);
    }

    log_free(&log70k);

    return done_testing();
}


static void
start(sim_t *s, ct_log_type_e type, ct_from_e from, int64_t since_ms,
    uint64_t index, uint64_t size)
{
    log_honest(&log70k, size);
    sim_init(s, &log70k);
    ct_cursor_init(&s->c, type, from, since_ms, index);
}


/* What has to be read from there on. */
static bool
goes_on(sim_t *s, uint64_t from)
{
    log70k.size += 300;

    return sim_run(s, 4 * SIM_MINUTE) == CT_OK && sim_whole(s)
           && s->entries == log70k.size - from;
}


/* A leaf that is not what was signed, from 300 on: passed over. */
static void
test_leap(ct_log_type_e type, const char *name)
{
    int      good;
    sim_t    s;
    size_t   i;
    ct_ask_t ask;
    uint64_t to;

    static const uint64_t tos[] = {557, 768, 1024, 1111, 2000, 5000};

    for (good = 1, i = 0; i < sizeof(tos) / sizeof(tos[0]); i++) {
        to = tos[i] < 2000 ? tos[i] : 2000;
        start(&s, type, CT_FROM_ZERO, 0, 0, 300);
        good &= sim_settle(&s) == CT_OK;
        log70k.size = 2000;
        log70k.flip_leaf = 555;
        good &= sim_run(&s, 6 * SIM_MINUTE) == CT_E_ROOT;
        good &= s.c.mismatches >= 2 && s.c.verified.size == 300;

        sim_drop(&s);
        ct_cursor_leap(&s.c, tos[i], s.now);
        good &= s.c.phase == CT_CURSOR_SEED && s.c.verified.size == 300;
        good &= ct_cursor_lag(&s.c) == 1700 && !ct_cursor_done(&s.c);
        s.entries = 0;

        while (s.c.phase == CT_CURSOR_SEED && sim_ask(&s, &ask)) {
            sim_answer_small(&s);
        }

        good &= s.c.mismatches == 0 && s.c.verified.size == to;
        good &= sim_settle(&s) == CT_OK && s.broken == 0;
        good &= s.c.start == 0;
        good &= goes_on(&s, to);
    }

    ok(good, "%s: leaps over what contradicts", name);

    ct_cursor_leap(&s.c, 200, s.now);
    ok(s.c.phase == CT_CURSOR_WALK && sim_whole(&s), "%s: never back", name);
}


/* The log is wrong about the other end, too: a new head, the same place. */
static void
test_leap_contradicted(ct_log_type_e type, const char *name)
{
    sim_t s;

    start(&s, type, CT_FROM_ZERO, 0, 0, 300);
    (void) sim_settle(&s);
    log70k.size = 2000;
    log70k.flip_leaf = 555;
    s.now = s.c.head_due_ms;
    (void) sim_settle(&s);
    sim_drop(&s);
    log70k.flip_tile = log70k.tiles + 1;
    log70k.flip_proof = 3;
    ct_cursor_leap(&s.c, 1999, s.now);
    is_int(sim_settle(&s), CT_E_ROOT, "%s: a leap into the wrong", name);
    ok(s.c.mismatches == 2 && s.c.verified.size == 300
       && s.c.phase == CT_CURSOR_START && ct_cursor_lag(&s.c) == 1700,
       "%s: stays where it is", name);

    ct_cursor_resume(&s.c, s.now);
    log70k.flip_proof = SIZE_MAX;
    log70k.size = 2100;
    s.entries = 0;
    ok(sim_run(&s, 4 * SIM_MINUTE) == CT_OK && sim_whole(&s)
       && s.entries == 101 && s.c.start == 0, "%s: and leaps again", name);
}


static void
until(sim_t *s, ct_log_type_e type, ct_from_e from, int64_t since_ms,
    uint64_t index, uint64_t end, bool timed)
{
    ct_head_t head;

    log_honest(&log70k, 70000);
    sim_init(s, &log70k);
    log_head(&log70k, end, &head);
    head.timestamp_ms = timed ? head.timestamp_ms : 0;
    ct_cursor_init_until(&s->c, type, from, since_ms, index, &head);
    s->next = s->c.verified.size;
}


static void
test_until(ct_log_type_e type, const char *name)
{
    int      good, timed;
    sim_t    s;
    size_t   i, k;
    ct_ask_t ask;
    uint64_t from, end;

    static const uint64_t ends[] = {1, 255, 256, 257, 1000, 2000, 65537};

    for (good = 1, i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        end = ends[i];

        for (k = 0; k < 40; k++) {
            from = k == 0 ? 0 : k == 1 ? end : log_random((uint32_t) end);
            from = end - from > 3000 ? end - from % 3000 : from;
            timed = k & 1;
            until(&s, type, CT_FROM_INDEX, 0, from, end, timed);
            log70k.no_partial = k % 3 == 0 && end < 65536;
            from -= type == CT_LOG_STATIC && from != end ? from % 256 : 0;
            good &= !ct_cursor_ended(&s.c) && sim_settle(&s) == CT_OK;
            good &= ct_cursor_ended(&s.c) && ct_cursor_done(&s.c);
            good &= s.broken == 0 && s.entries == end - from;
            good &= s.c.start == from && s.c.verified.size == end;
            good &= log70k.heads == 0 && s.c.mismatches == 0;

            until(&s, type, CT_FROM_TIME,
                  (int64_t) log_time(end - end % 500), 0, end, timed);
            good &= sim_settle(&s) == CT_OK && ct_cursor_ended(&s.c);
            good &= s.broken == 0 && s.c.start <= end - end % 500;
            good &= s.entries == end - s.c.start && s.entries < 800;
        }

        ok(good, "%s: from anywhere to %u and no further", name,
           (unsigned) end);
    }

    until(&s, type, CT_FROM_ZERO, 0, 0, 1000, true);
    ok(sim_settle(&s) == CT_OK && ct_cursor_ended(&s.c)
       && s.entries == 1000, "%s: from 0", name);
    ct_cursor_next(&s.c, s.now, 0, &ask);
    ok(ask.kind == CT_ASK_WAIT && ask.until_ms == INT64_MAX,
       "%s: then nothing more, ever", name);
    until(&s, type, CT_FROM_HEAD, 0, 0, 1000, true);
    ok(sim_settle(&s) == CT_OK && ct_cursor_ended(&s.c)
       && s.entries == 0, "%s: from its end", name);
}


static void
test_until_contradicted(ct_log_type_e type, const char *name)
{
    sim_t s;

    until(&s, type, CT_FROM_INDEX, 0, 1024, 2000, true);
    log70k.flip_leaf = 1500;
    is_int(sim_settle(&s), CT_E_ROOT, "%s: a flipped bit before it", name);
    ok(s.c.mismatches == 1 && s.c.downloaded.size == 1024
       && !ct_cursor_ended(&s.c) && s.c.not_before_ms > s.now + 100000,
       "%s: is read again, later", name);
    log70k.flip_leaf = UINT64_MAX;
    ok(sim_run(&s, 3 * SIM_MINUTE) == CT_OK && ct_cursor_ended(&s.c)
       && s.broken == 0, "%s: and was only a cache", name);

    until(&s, type, CT_FROM_INDEX, 0, 1024, 2000, true);
    log70k.flip_tile = 1;
    log70k.flip_proof = 5;
    is_int(sim_settle(&s), CT_E_ROOT, "%s: a wrong beginning", name);
    ok(s.c.mismatches == 1 && s.c.phase == CT_CURSOR_SEED,
       "%s: is seeded again", name);
    log70k.flip_proof = SIZE_MAX;
    ok(sim_run(&s, 3 * SIM_MINUTE) == CT_OK && ct_cursor_ended(&s.c)
       && s.broken == 0 && s.entries == 976, "%s: and gets there", name);
}


/* Killed after any number of answers on the way. */
static void
test_resume(ct_log_type_e type, const char *name)
{
    int      good, kill, mode, steps;
    sim_t    s;
    ct_ask_t ask;

    for (good = 1, kill = 0; kill < 48; kill++) {
        mode = kill % 4;

        if (mode == 0) {
            start(&s, type, CT_FROM_TIME, (int64_t) log_time(66000), 0,
                  67000);
        } else if (mode == 1) {
            start(&s, type, CT_FROM_INDEX, 0, 66048, 67000);
        } else if (mode == 2) {
            until(&s, type, CT_FROM_TIME, (int64_t) log_time(66000), 0,
                  67000, true);
        } else {
            until(&s, type, CT_FROM_INDEX, 0, 66048, 67000, true);
        }

        for (steps = 0; steps < kill / 4; steps++) {
            (void) sim_ask(&s, &ask);

            if (s.has_head) {
                sim_answer_head(&s);
            } else if (s.has_small) {
                sim_answer_small(&s);
            } else if (s.nranges > 0) {
                sim_answer_range(&s);
            }
        }

        sim_drop(&s);
        ct_cursor_resume(&s.c, s.now);
        s.next = s.c.downloaded.size;
        log70k.size = 67000;
        good &= sim_run(&s, 3 * SIM_MINUTE) == CT_OK && sim_whole(&s);
        good &= s.c.start >= 65700 && s.c.start <= 66048;
        good &= s.entries == 67000 - s.c.start;
        good &= mode < 2 || (ct_cursor_ended(&s.c) && log70k.heads == 0);
    }

    ok(good, "%s: killed while seeking", name);
}
