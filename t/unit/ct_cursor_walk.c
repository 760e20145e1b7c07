/*
 * ct_cursor_walk: heads of all kinds, and answers that contradict them.
 */

#include "cursor.h"

static sim_log_t log70k;

static const ct_log_type_e TYPES[] = {CT_LOG_STATIC, CT_LOG_RFC6962};
static const char *const   NAMES[] = {"static", "rfc6962"};


static void test_heads(void);
static void test_latest(ct_log_type_e type, const char *name);
static void test_smaller(void);
static void test_smaller_trouble(void);
static void test_flipped(ct_log_type_e type, const char *name);
static void test_flipped_tail(void);
static void test_wrong_answers(void);


int
main(void)
{
    size_t i;

    log_create(&log70k);

    for (i = 0; i < 2; i++) {
        test_latest(TYPES[i], NAMES[i]);
        test_flipped(TYPES[i], NAMES[i]);
    }

    test_heads();
    test_smaller();
    test_smaller_trouble();
    test_flipped_tail();
    test_wrong_answers();

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
test_heads(void)
{
    sim_t     s;
    ct_ask_t  ask;
    ct_head_t head, other;

    start(&s, CT_LOG_RFC6962, 100);
    s.rules.jitter = 0;
    (void) sim_settle(&s);
    is_int(s.c.head_due_ms, s.now + 54000, "the next one in a minute");
    s.now = s.c.head_due_ms;
    s.rules.jitter = 65535;
    (void) sim_settle(&s);
    ok(s.c.head_due_ms > s.now + 65990 && s.c.head_due_ms <= s.now + 66000,
       "a tenth less or more");
    is_int(s.c.verified_ms, s.now, "the same one again confirms");

    log_head(&log70k, 100, &head);
    head.timestamp_ms += 7;
    head.signature[0] = 9;
    is_int(ct_cursor_head(&s.c, log70k.sha, &head, s.now + 1, &s.rules),
           CT_OK, "signed anew");
    ok(s.c.confirmed_ms == head.timestamp_ms && s.c.verified_ms == s.now + 1
       && memcmp(&s.c.latest, &head, sizeof(head)) == 0
       && memcmp(&s.c.target, &head, sizeof(head)) == 0, "is taken over");

    other = head;
    other.timestamp_ms -= 100;
    is_int(ct_cursor_head(&s.c, log70k.sha, &other, s.now + 2, &s.rules),
           CT_OK, "signed earlier");
    ok(memcmp(&s.c.latest, &head, sizeof(head)) == 0
       && s.c.verified_ms == s.now + 1, "is ignored");

    other = head;
    other.root[5] ^= 1;
    is_int(ct_cursor_head(&s.c, log70k.sha, &other, s.now, &s.rules),
           CT_E_FORK, "same size, other root: a fork");
    ok(memcmp(&s.c.latest, &head, sizeof(head)) == 0
       && s.c.mismatches == 0 && s.c.verified.size == 100,
       "which changes nothing");

    log_head(&log70k, 99, &other);
    is_int(ct_cursor_head(&s.c, log70k.sha, &other, s.now, &s.rules),
           CT_E_SHRUNK, "a smaller tree");
    ok(memcmp(&s.c.latest, &head, sizeof(head)) == 0
       && s.c.verified.size == 100, "changes nothing either");

    head.size = CT_LIMIT_TREE_SIZE;
    is_int(ct_cursor_head(&s.c, log70k.sha, &head, s.now, &s.rules),
           CT_E_LIMIT, "no tree has 2^40 leaves");

    ct_cursor_init(&s.c, CT_LOG_STATIC, CT_FROM_ZERO, 0, 0);
    log_head(&log70k, 0, &head);
    head.root[0] ^= 1;
    is_int(ct_cursor_head(&s.c, log70k.sha, &head, s.now, &s.rules),
           CT_E_ROOT, "no entries, but a root");
    ok(s.c.phase == CT_CURSOR_START && !ct_cursor_done(&s.c),
       "is no beginning");

    ct_cursor_next(&s.c, s.c.head_due_ms, 0, &ask);
    is_int(ask.kind, CT_ASK_HEAD, "another is due");
    ct_cursor_asked(&s.c, &ask);
    ct_cursor_next(&s.c, s.c.head_due_ms, 0, &ask);
    ok(ask.kind == CT_ASK_WAIT && ask.until_ms == INT64_MAX,
       "one at a time");
}


/* Heads that come on the way have to wait for the one walked to. */
static void
test_latest(ct_log_type_e type, const char *name)
{
    sim_t     s;
    ct_ask_t  ask;
    ct_head_t head;

    start(&s, type, 1024);
    (void) sim_ask(&s, &ask);
    sim_answer_head(&s);
    (void) sim_ask(&s, &ask);
    sim_answer_range(&s);
    s.now = s.c.head_due_ms;
    log70k.size = 2000;
    ok(sim_ask(&s, &ask) && ask.kind == CT_ASK_HEAD,
       "%s: a head is asked for on the way", name);
    ok(sim_ask(&s, &ask) && ask.kind == CT_ASK_ENTRIES,
       "%s: which stops nothing", name);
    sim_answer_head(&s);
    ok(s.c.target.size == 1024 && s.c.latest.size == 2000
       && ct_cursor_lag(&s.c) == 2000, "%s: it is the latest", name);

    log_head(&log70k, 1024, &head);
    head.root[0] ^= 1;
    is_int(ct_cursor_head(&s.c, log70k.sha, &head, s.now, &s.rules),
           CT_E_FORK, "%s: a fork of the target is one, too", name);

    while (s.c.verified.size == 0) {
        (void) sim_ask(&s, &ask);
        sim_answer_range(&s);
    }

    ok(s.c.verified.size == 1024 && s.c.target.size == 2000
       && s.c.confirmed_ms == LOG_BEGAN + 1024 * LOG_EVERY
       && !ct_cursor_done(&s.c),
       "%s: and the target when that was reached", name);
    ok(sim_run(&s, 3 * SIM_MINUTE) == CT_OK && sim_whole(&s)
       && s.entries == 2000, "%s: which is reached", name);
}


/* RFC 6962: a smaller head is to be explained. */
static void
test_smaller(void)
{
    sim_t     s;
    ct_ask_t  ask;
    ct_head_t head;

    start(&s, CT_LOG_RFC6962, 500);
    (void) sim_settle(&s);
    log_head(&log70k, 300, &head);
    (void) ct_cursor_head(&s.c, log70k.sha, &head, s.now, &s.rules);
    ct_cursor_next(&s.c, s.now, s.window, &ask);
    ok(ask.kind == CT_ASK_CONSISTENCY && ask.first == 300 && ask.size == 500,
       "a proof from 300 to 500 is asked for");
    is_int(sim_settle(&s), CT_OK, "it explains");
    is_int(log70k.consistencies, 1, "and is not asked for again");

    (void) ct_cursor_head(&s.c, log70k.sha, &head, s.now, &s.rules);
    (void) sim_settle(&s);
    is_int(log70k.consistencies, 1, "nor for the same head again");

    head.root[3] ^= 1;
    is_int(ct_cursor_head(&s.c, log70k.sha, &head, s.now, &s.rules),
           CT_E_SHRUNK, "another one of that size");
    is_int(sim_settle(&s), CT_E_ROOT, "is not explained");
    ok(s.c.mismatches == 0 && s.c.verified.size == 500
       && s.c.not_before_ms <= s.now, "which changes nothing");
    (void) sim_settle(&s);
    is_int(log70k.consistencies, 2, "nor is it asked for again");
    (void) ct_cursor_head(&s.c, log70k.sha, &head, s.now, &s.rules);
    is_int(sim_settle(&s), CT_E_ROOT, "until it comes again");

    start(&s, CT_LOG_STATIC, 500);
    (void) sim_settle(&s);
    log_head(&log70k, 300, &head);
    is_int(ct_cursor_head(&s.c, log70k.sha, &head, s.now, &s.rules),
           CT_E_SHRUNK, "a smaller head of a static log");
    (void) sim_settle(&s);
    is_int(log70k.consistencies, 0, "asks for nothing");
}


static void
test_smaller_trouble(void)
{
    sim_t     s;
    ct_ask_t  ask;
    ct_head_t head;

    start(&s, CT_LOG_RFC6962, 500);
    (void) sim_settle(&s);
    log70k.size = 3000;
    s.now = s.c.head_due_ms;
    (void) sim_ask(&s, &ask);
    sim_answer_head(&s);
    log_head(&log70k, 1200, &head);
    (void) ct_cursor_head(&s.c, log70k.sha, &head, s.now, &s.rules);
    ct_cursor_next(&s.c, s.now, s.window, &ask);
    is_int(ask.kind, CT_ASK_ENTRIES, "not before we know that many");
    is_int(sim_settle(&s), CT_OK, "then we do");
    ok(sim_whole(&s) && log70k.consistencies == 1, "and it is explained");

    log_head(&log70k, 3000, &head);
    s.c.latest.size = 4000;
    s.c.target.size = 4000;
    is_int(ct_cursor_head(&s.c, log70k.sha, &head, s.now, &s.rules),
           CT_E_SHRUNK, "a smaller head is what we have read");
    is_int(s.c.smaller, 0, "that explains it");

    start(&s, CT_LOG_RFC6962, 500);
    (void) sim_settle(&s);
    log_head(&log70k, 300, &head);
    (void) ct_cursor_head(&s.c, log70k.sha, &head, s.now, &s.rules);
    (void) sim_ask(&s, &ask);
    ct_cursor_fail(&s.c, &ask, s.now, 90000, false, 0);
    ct_cursor_next(&s.c, s.now, s.window, &ask);
    ok(ask.kind == CT_ASK_WAIT && s.c.not_before_ms <= s.now
       && s.c.fails == 0, "a proof that does not come stops nothing");
    s.has_small = false;

    (void) ct_cursor_head(&s.c, log70k.sha, &head, s.now, &s.rules);
    (void) sim_ask(&s, &ask);
    is_int(ask.kind, CT_ASK_CONSISTENCY, "asked for with the next");
    log70k.flip_proof = 40;
    sim_answer_small(&s);
    is_int(s.last, CT_E_ROOT, "a wrong proof proves nothing");
    ct_cursor_next(&s.c, s.now, s.window, &ask);
    is_int(ask.kind, CT_ASK_WAIT, "and stops nothing");
}


static void
test_flipped(ct_log_type_e type, const char *name)
{
    sim_t    s;
    int64_t  rest;
    ct_ask_t ask;
    uint32_t entries;

    start(&s, type, 300);
    (void) sim_settle(&s);
    log70k.size = 2048;
    log70k.flip_leaf = 1555;
    s.now = s.c.head_due_ms;
    is_int(sim_settle(&s), CT_E_ROOT, "%s: a flipped bit is noticed", name);
    ok(s.c.verified.size == 300 && s.c.downloaded.size == 300
       && s.c.asked == 300, "%s: back to the last root", name);
    is_int(s.c.mismatches, 1, "%s: once", name);
    ok(s.c.not_before_ms >= s.now + 108000
       && s.c.not_before_ms <= s.now + 132000, "%s: two intervals' rest",
       name);

    ask.kind = CT_ASK_ENTRIES;
    rest = s.c.not_before_ms;
    ct_cursor_fail(&s.c, &ask, s.now, 0, false, 0);
    is_int(s.c.not_before_ms, rest, "%s: no failure makes it shorter", name);

    log70k.size = 2304;
    s.now = s.c.not_before_ms;
    (void) sim_ask(&s, &ask);
    is_int(ask.kind, CT_ASK_HEAD, "%s: a new head first", name);
    sim_answer_head(&s);
    is_int(s.c.target.size, 2304, "%s: which is the target now", name);
    is_int(sim_settle(&s), CT_E_ROOT, "%s: still flipped", name);
    is_int(s.c.mismatches, 2, "%s: twice", name);
    is_int(s.c.verified.size, 300, "%s: still nothing verified", name);

    log70k.flip_leaf = UINT64_MAX;
    s.now = s.c.not_before_ms;
    entries = s.entries;
    is_int(sim_settle(&s), CT_OK, "%s: once the log is right again", name);
    ok(sim_whole(&s) && s.c.mismatches == 0
       && s.entries == entries + 2304 - 300,
       "%s: all is verified and forgiven", name);
}


static void
test_flipped_tail(void)
{
    int    good;
    size_t i;
    sim_t  s;

    for (good = 1, i = 0; i < 88 * CT_HASH_LEN; i += 31) {
        start(&s, CT_LOG_STATIC, 512);
        (void) sim_settle(&s);
        log70k.size = 600;
        log70k.flip_tile = 0;
        log70k.flip_byte = i;
        s.now = s.c.head_due_ms;
        good &= sim_settle(&s) == CT_E_ROOT;
        good &= s.c.mismatches == 1 && !s.c.confirmed && s.c.confirmed_ms
                == LOG_BEGAN + 512 * LOG_EVERY;
        good &= sim_run(&s, 3 * SIM_MINUTE) == CT_OK && sim_whole(&s);
    }

    ok(good, "no flipped hash of the last tile confirms");
}


static void
test_wrong_answers(void)
{
    bool        verified;
    sim_t       s;
    ct_ask_t    ask, wrong;
    ct_merkle_t tree;

    start(&s, CT_LOG_STATIC, 3000);
    (void) sim_ask(&s, &ask);
    sim_answer_head(&s);
    (void) sim_ask(&s, &ask);
    tree = s.c.downloaded;
    is_int(ct_cursor_entries(&s.c, log70k.sha, &ask, &tree, s.now, &s.rules,
                             &verified), CT_E_COUNT, "no entries");
    tree.size = 255;
    is_int(ct_cursor_entries(&s.c, log70k.sha, &ask, &tree, s.now, &s.rules,
                             &verified), CT_E_COUNT, "255 of a tile");
    tree.size = 257;
    is_int(ct_cursor_entries(&s.c, log70k.sha, &ask, &tree, s.now, &s.rules,
                             &verified), CT_E_COUNT, "257");
    wrong = ask;
    wrong.first = 256;
    tree.size = 512;
    is_int(ct_cursor_entries(&s.c, log70k.sha, &wrong, &tree, s.now,
                             &s.rules, &verified), CT_E_COUNT,
           "entries that do not follow");
    wrong = ask;
    wrong.count = 4000;
    tree.size = 4000;
    is_int(ct_cursor_entries(&s.c, log70k.sha, &wrong, &tree, s.now,
                             &s.rules, &verified), CT_E_COUNT,
           "more than the target has");
    ok(s.c.downloaded.size == 0 && s.c.asked == 0, "none of it counts");

    wrong.kind = CT_ASK_HASH_TILE;
    wrong.tile.level = 0;
    is_int(ct_cursor_hash_tile(&s.c, log70k.sha, &wrong,
                               ct_bytes(log70k.level[0], 8192), s.now,
                               &s.rules), CT_E_COUNT,
           "a hash tile nobody asked for");
    wrong.kind = CT_ASK_PROOF;
    is_int(ct_cursor_proof(&s.c, log70k.sha, &wrong, log70k.level[0][0],
                           ct_bytes(NULL, 0), s.now, &s.rules), CT_E_COUNT,
           "a proof nobody asked for");
    wrong.kind = CT_ASK_PROBE;
    is_int(ct_cursor_probe(&s.c, &wrong, 1, &s.rules), CT_E_COUNT,
           "a probe nobody asked for");
    ok(sim_settle(&s) == CT_OK && sim_whole(&s), "it goes on after all that");
}
