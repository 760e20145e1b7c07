/*
 * ct_store: what is written comes back, full means drop, a reader never
 * sees half a record, and a writer killed at any point leaves a store that
 * can be repaired.
 */

#include "store.h"

#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>


static void
test_layout(void)
{
    void       *mem, *mem2;
    size_t      i;
    ct_store_t *store, *other;

    static const size_t sizes[] = {
        CT_STORE_MIN, CT_STORE_MIN + 8, SIZE - 16488, 4 * SIZE, 64 * SIZE
    };

    mem = calloc(1, SIZE);
    ok(ct_store_create(mem, CT_STORE_MIN - 1) == NULL, "too small is refused");
    store = ct_store_create(mem, SIZE);
    ok(store != NULL, "a megabyte will do");
    ok(ct_store_max_findings(store) > 250, "for some hundred findings");
    ok(ct_store_max_logs(store) >= 64, "and all logs of a list");
    ok(ct_store_max_events(store) > 50, "and what happens to them");
    ok((uint8_t *) (ct_store_buckets(store) + ct_store_max_findings(store))
       <= (uint8_t *) mem + SIZE, "all of it within its memory");

    for (i = 0; i < 5; i++) {
        mem2 = calloc(1, sizes[i]);
        other = ct_store_create(mem2, sizes[i]);
        ok(other != NULL
           && (uint8_t *) (ct_store_buckets(other)
                           + ct_store_max_findings(other))
              <= (uint8_t *) mem2 + sizes[i]
           && ct_store_max_logs(other) >= 32
           && ct_store_max_findings(other) >= 100,
           "%u KB: so is all, %u logs, %u findings",
           (unsigned) (sizes[i] / 1024),
           (unsigned) ct_store_max_logs(other),
           (unsigned) ct_store_max_findings(other));
        free(mem2);
    }

    ok(ct_store_attach(mem, SIZE) == store, "it is recognised");
    ok(ct_store_attach(mem, SIZE - 8) == NULL, "but not at another length");
    store->layout++;
    ok(ct_store_attach(mem, SIZE) == NULL, "nor of another layout");
    free(mem);
}


static void
test_findings(void)
{
    char         text[3001];
    size_t       len, used, blocks, max;
    unsigned     i, max_findings, kept, alarms;
    ct_buf_t     out;
    ct_store_t  *store;
    ct_finding_t f;

    store = make(SIZE);
    max_findings = (unsigned) ct_store_max_findings(store);

    for (i = 1; i <= 5; i++) {
        fill(&f, text, &len, i);
        is_int(ct_store_add(store, &f, ct_bytes(text, len)), CT_OK,
               "finding %u is added", i);
        is_int(f.number, i, "under its number");
    }

    ok(get(store, 3, &f, &out) && whole(&f, &out), "and comes back whole");
    is_int(ct_store_find(store, f.identity), 3, "found by identity");
    ok(!get(store, 6, &f, &out) && !get(store, 0, &f, &out), "no others");

    ok(get(store, 3, &f, &out), "read again");
    f.flags = CT_FINDING_ALERTED;
    ct_store_update(store, &f);
    ok(get(store, 3, &f, &out) && f.flags == CT_FINDING_ALERTED
       && whole(&f, &out), "an update keeps the text");

    fill(&f, text, &len, 77);
    memset(f.identity, 0, CT_HASH_LEN);
    f.number = 4;
    ct_store_usage(store, &used, &blocks, &max);
    is_int(ct_store_replace(store, &f, ct_bytes(text, len)), CT_OK,
           "a replacement changes it");
    ok(get(store, 4, &f, &out) && whole(&f, &out), "text and all");

    store = make(SIZE);

    for (i = 1; i <= 6 * max_findings; i++) {
        fill(&f, text, &len, i);
        (void) ct_store_add(store, &f, ct_bytes(text, len));
    }

    kept = 0;
    alarms = 0;

    for (i = 1; i <= ct_store_last(store); i++) {
        if (get(store, i, &f, &out)) {
            kept += whole(&f, &out);
            alarms += f.verdict == CT_VERDICT_UNFAMILIAR;
            if (ct_store_find(store, f.identity) != f.number) {
                kept = 0;
            }
        }
    }

    ct_store_usage(store, &used, &blocks, &max);
    is_int(kept, used, "when full, what is left is whole and found");
    ok(kept - alarms <= 1, "and the silent ones, but the last, went first");
}


static void
test_full(void)
{
    char         text[3001];
    size_t       len;
    unsigned     i, added;
    ct_rc_t      rc;
    ct_alert_t   alert;
    ct_store_t  *store;
    ct_finding_t f;

    store = make(CT_STORE_MIN);
    memset(&alert, 0, sizeof(alert));
    added = 0;
    rc = CT_OK;

    for (i = 3; rc == CT_OK && i < 30000; i += 3) {
        fill(&f, text, &len, i);
        f.flags = CT_FINDING_ALERTED;
        rc = ct_store_add(store, &f, ct_bytes(text, 100));
        alert.finding = f.number;
        alert.channel = 7;

        if (rc == CT_OK && ct_store_queue(store, &alert) == CT_OK) {
            added++;
        }
    }

    is_int(added, ct_store_max_alerts(store), "the outbox has its ceiling");

    for (i = 0; i < added; i++) {
        if (!ct_store_alert(store, i, &alert)
            || !ct_store_finding(store, alert.finding, &f, NULL))
        {
            break;
        }
    }

    is_int(i, added, "no finding goes whose alert is waiting");

    i = (unsigned) alert.finding;
    is_int(ct_store_queue(store, &alert), CT_OK, "queued twice");
    memset(&alert, 0, sizeof(alert));
    ct_store_set_alert(store, 0, &alert);
    ok(!ct_store_alert(store, 0, &alert), "an alert that is done is gone");
}


/* Behind the end there are no alerts, whatever has come and gone. */
static void
test_end(void)
{
    size_t      i, n;
    unsigned    r;
    ct_alert_t  alert, none;
    ct_store_t *store;

    store = make(SIZE);
    memset(&none, 0, sizeof(none));
    is_int(ct_store_end_alert(store), 0, "there is none");

    for (r = 1; r < 2000; r++) {
        memset(&alert, 0, sizeof(alert));
        alert.finding = r * 7 % 40 + 1;
        alert.channel = 7;
        (void) ct_store_queue(store, &alert);

        if (r % 3 != 0) {
            ct_store_set_alert(store, r * 11 % 40, &none);
        }

        n = 0;

        for (i = 0; i < ct_store_max_alerts(store); i++) {
            n = ct_store_alert(store, i, &alert) ? i + 1 : n;
        }

        if (ct_store_end_alert(store) != n) {
            break;
        }
    }

    is_int(r, 2000, "it is always right behind the last");
    store->end_alert = 0;
    ct_store_repair(store);
    ok(n > 0 && ct_store_end_alert(store) == n, "and found again");
    ct_store_clear(store);
    is_int(ct_store_end_alert(store), 0, "all are gone");
}


static void
test_logs(void)
{
    size_t          i, n;
    char            url[32];
    uint8_t         id[CT_HASH_LEN];
    ct_rc_t         rc;
    ct_store_t     *store;
    ct_log_record_t log;

    store = make(SIZE);
    memset(id, 1, sizeof(id));
    is_int(ct_store_log_slot(store, id, "https://a/", &i), CT_OK, "a log");
    is_int(ct_store_log_slot(store, id, "https://b/", &n), CT_OK,
           "the same key at another URL");
    ok(n != i, "is another log");
    is_int(ct_store_log_slot(store, id, "https://a/", &n), CT_OK, "the first");
    ok(n == i, "is found again");

    ok(ct_store_log(store, i, &log), "read");
    log.cursor.verified.size = 42;
    ct_store_set_log(store, i, &log);
    ok(ct_store_log(store, i, &log) && log.cursor.verified.size == 42,
       "what is set comes back");

    rc = CT_OK;

    for (n = 0; rc == CT_OK; n++) {
        (void) snprintf(url, sizeof(url), "https://%zu/", n);
        rc = ct_store_log_slot(store, id, url, &i);
    }

    is_int(rc, CT_E_FULL, "there is an end to logs");
    is_int(ct_store_nlogs(store), ct_store_max_logs(store), "when all are");
}


static void
test_copy(void)
{
    char         text[3001];
    size_t       len, slot;
    unsigned     i, good;
    uint8_t      id[CT_HASH_LEN];
    ct_buf_t     out;
    ct_arena_t  *arena;
    ct_event_t   e;
    ct_alert_t   alert;
    ct_store_t  *from, *to, *small;
    ct_status_t  status;
    ct_finding_t f;

    uint64_t        sum;
    const uint64_t *kept;

    static const uint64_t marks[2] = {4, 9};

    from = make(SIZE);
    to = make(2 * SIZE);
    arena = ct_arena_create(1024 * 1024);
    memset(id, 9, sizeof(id));
    (void) ct_store_log_slot(from, id, "https://a/", &slot);

    for (i = 1; i <= 50; i++) {
        fill(&f, text, &len, i);
        (void) ct_store_add(from, &f, ct_bytes(text, len));
    }

    for (i = 1; i <= 300; i++) {
        event(from, i, 0);
    }

    memset(&alert, 0, sizeof(alert));
    alert.event = 300;
    (void) ct_store_queue(from, &alert);
    alert.event = 0;
    alert.finding = 3;
    (void) ct_store_queue(from, &alert);
    ct_store_set_marks(from, marks, 2, 77);

    ok(ct_store_copy(to, from, arena), "into a larger zone");
    good = 0;

    for (i = 1; i <= 50; i++) {
        good += get(to, i, &f, &out) && whole(&f, &out);
    }

    is_int(good, 50, "goes all of it");
    is_int(ct_store_nlogs(to), 1, "with its logs");
    ok(ct_store_event(to, 300, &e) && e.kind == 300
       && ct_store_last_event(to) == 300, "what happened");
    is_int(alerts(to), 2, "alerts of both kinds");
    ok(ct_store_marks(to, &kept, &sum) == 2 && sum == 77
       && memcmp(kept, marks, sizeof(marks)) == 0, "and its marks");

    /* into a smaller one go the newest events */
    small = make(CT_STORE_MIN);
    (void) ct_store_event(from, 300 - ct_store_max_events(from) + 1, &e);
    memset(&alert, 0, sizeof(alert));
    alert.event = e.number;
    alert.channel = 9;
    (void) ct_store_queue(from, &alert);
    ok(ct_store_copy(small, from, arena), "into a smaller zone");
    ok(ct_store_event(small, 300, &e)
       && !ct_store_event(small, alert.event, &e), "go the newest events");
    is_int(alerts(small), 2, "without the alerts of the others");
    (void) ct_store_status(small, &status);
    is_int(status.alerts_dropped, 1, "which are counted");

    /* its writer is at the marks */
    to = make(SIZE);
    ct_slot_begin(&from->marks_seq);
    ok(ct_store_copy(to, from, arena), "amid a change of marks");
    (void) ct_store_marks(to, &kept, &sum);
    ok(sum != 77 && sum != 0, "the copy knows that it has not got them");
    ct_arena_destroy(arena);
}


static void *
reader(void *arg)
{
    unsigned     i;
    uint8_t      room[CT_LIMIT_FINDING_TEXT];
    ct_buf_t     text;
    ct_store_t  *store;
    ct_finding_t f;
    static long  torn;

    store = arg;

    for (i = 0; i < 60000; i++) {
        ct_buf_fixed(&text, room, sizeof(room));

        if (ct_store_finding(store, ct_store_last(store) - i % 5, &f, &text)
            && !whole(&f, &text))
        {
            torn++;
        }
    }

    return &torn;
}


static void
test_readers(void)
{
    char         text[3001];
    void        *torn;
    size_t       len;
    unsigned     i;
    pthread_t    thread;
    ct_store_t  *store;
    ct_finding_t f;

    store = make(CT_STORE_MIN);
    (void) pthread_create(&thread, NULL, reader, store);

    for (i = 1; i < 60000; i++) {
        fill(&f, text, &len, i);
        (void) ct_store_add(store, &f, ct_bytes(text, len));
    }

    (void) pthread_join(thread, &torn);
    is_int(*(long *) torn, 0, "a reader never sees a torn finding");
}


static void
write_for_ever(ct_store_t *store)
{
    char            text[3001];
    size_t          len, slot;
    unsigned        i;
    uint8_t         id[CT_HASH_LEN];
    uint64_t        marks[2];
    ct_alert_t      alert;
    ct_finding_t    f;
    ct_log_record_t log;

    memset(id, 5, sizeof(id));
    memset(&log, 0, sizeof(log));
    memset(&alert, 0, sizeof(alert));
    (void) ct_store_log_slot(store, id, "https://a/", &slot);

    for (i = 1; /* void */; i++) {
        fill(&f, text, &len, i);
        (void) ct_store_add(store, &f, ct_bytes(text, len));
        (void) ct_store_replace(store, &f, ct_bytes(text, len));

        /* no alarm, which might keep its place */
        event(store, i + 100, 0);
        alert.event = i;
        (void) ct_store_queue(store, &alert);
        alert.event = i > 20 ? i - 20 : 0;
        (void) ct_store_queue(store, &alert);
        marks[0] = marks[1] = i;
        ct_store_set_marks(store, marks, 2, i);

        /* the position follows the finding */
        memcpy(log.id, id, sizeof(id));
        (void) snprintf(log.url, sizeof(log.url), "https://a/");
        memset(&log.cursor, (int) (i % 251), sizeof(log.cursor));
        log.entries = i;
        ct_store_set_log(store, slot, &log);
    }
}


/* Events whose text is not theirs, alerts without their event, marks that
 * do not belong to their sum. */
static int
torn_events(const ct_store_t *store)
{
    int             bad;
    char            text[32];
    size_t          i, n;
    uint64_t        sum;
    ct_event_t      e;
    ct_alert_t      alert;
    const uint64_t *marks;

    bad = 0;

    for (i = 1; i <= ct_store_last_event(store); i++) {
        if (ct_store_event(store, i, &e)) {
            (void) snprintf(text, sizeof(text), "event %u", e.kind);
            bad += strcmp(text, e.text) != 0 || e.kind != i + 100;
        }
    }

    for (i = 0; i < ct_store_max_alerts(store); i++) {
        if (ct_store_alert(store, i, &alert)) {
            bad += alert.event != 0
                   && !ct_store_event(store, alert.event, &e);
        }
    }

    n = ct_store_marks(store, &marks, &sum);

    return bad + (n != 0 && (n != 2 || marks[0] != sum || marks[1] != sum));
}


/* kill -9 at a random instant, again and again. */
static void
test_killed(void)
{
    int             round, bad, status;
    char            room[3001];
    pid_t           pid;
    size_t          len;
    uint64_t        n;
    size_t          i;
    ct_buf_t        text;
    const uint8_t  *p;
    ct_store_t     *store;
    ct_finding_t    f;
    ct_log_record_t log;

    bad = 0;

    for (round = 0; round < 60; round++) {
        store = make(CT_STORE_MIN);
        pid = fork();

        if (pid == 0) {
            write_for_ever(store);
        }

        (void) usleep((useconds_t) (2000 + round * 173));
        (void) kill(pid, SIGKILL);
        (void) waitpid(pid, &status, 0);
        ct_store_repair(store);

        for (n = 1; n <= ct_store_last(store); n++) {
            if (get(store, n, &f, &text)) {
                bad += !whole(&f, &text) || ct_store_find(store, f.identity)
                                            != n;
            }
        }

        bad += torn_events(store);

        if (!ct_store_log(store, 0, &log)) {
            continue;
        }

        p = (const uint8_t *) &log.cursor;

        for (i = 0; i < sizeof(log.cursor); i++) {
            bad += p[i] != log.entries % 251;
        }

        /* the last finding before the position, if there is one yet, is
         * there; a silent one may have given way since */
        fill(&f, room, &len, (unsigned) log.entries);
        bad += log.entries > 0 && ct_verdict_alarms(f.verdict)
               && ct_store_find(store, f.identity) == 0;

        /* and the next writer can go on */
        fill(&f, room, &len, 999999);
        bad += ct_store_add(store, &f, ct_bytes(room, len)) != CT_OK;
        (void) munmap(store, CT_STORE_MIN);
    }

    is_int(bad, 0, "60 writers killed: every record is whole");
}


/* The test of killed writers sees a store that is not repaired. */
static void
test_planted(void)
{
    char         text[3001];
    size_t       len;
    ct_buf_t     out;
    ct_alert_t   alert;
    ct_store_t  *store;
    ct_finding_t f;

    store = make(SIZE);
    fill(&f, text, &len, 1);
    (void) ct_store_add(store, &f, ct_bytes(text, len));
    fill(&f, text, &len, 2);
    (void) ct_store_add(store, &f, ct_bytes(text, len));

    ct_slot_begin(&ct_store_home(store, 1)->seq);
    ok(!get(store, 1, &f, &out), "an odd record is not handed out");
    ct_store_repair(store);
    ok(get(store, 1, &f, &out) && whole(&f, &out), "once repaired it is");

    /* killed amid an update: the journal has what was there before */
    memcpy(store->journal, &ct_store_home(store, 2)->finding,
           sizeof(ct_finding_t));
    store->journal_words = CT_STORE_WORDS(ct_finding_t);
    store->journal_slot = (uint64_t) ((uint8_t *) ct_store_home(store, 2)
                                      - (uint8_t *) store);
    ct_slot_begin(&ct_store_home(store, 2)->seq);
    memset(&ct_store_home(store, 2)->finding, 0xee, 200);
    ct_store_repair(store);
    ok(get(store, 2, &f, &out) && whole(&f, &out), "it is put back");

    /* killed between an event and the alerts of the one before */
    memset(&alert, 0, sizeof(alert));
    alert.event = 5;
    (void) ct_store_queue(store, &alert);
    event(store, 6, 6);
    store->last_event = 0;
    ct_store_repair(store);
    is_int(alerts(store), 0, "an alert whose event is gone is freed");
    is_int(ct_store_last_event(store), 6, "the last event is known again");
}


int
main(void)
{
    test_layout();
    test_findings();
    test_full();
    test_end();
    test_logs();
    test_copy();
    test_readers();
    test_killed();
    test_planted();

    return done_testing();
}
