/*
 * ct_store, events and marks: a ring that forgets the oldest with its
 * alerts, and a list that is whole or none.
 */

#include "store.h"


static void
test_events(void)
{
    unsigned    i, max;
    ct_event_t  e;
    ct_alert_t  alert;
    ct_store_t *store;

    store = make(SIZE);
    max = (unsigned) ct_store_max_events(store);
    is_int(ct_store_last_event(store), 0, "nothing has happened");
    ok(!ct_store_event(store, 0, &e) && !ct_store_event(store, 1, &e),
       "so there is no event");

    event(store, 1, 0);
    event(store, 2, 0);
    is_int(ct_store_last_event(store), 2, "two events");
    ok(ct_store_event(store, 1, &e) && e.kind == 1 && e.number == 1
       && strcmp(e.text, "event 1") == 0, "come back");

    memset(&alert, 0, sizeof(alert));
    alert.event = 1;
    alert.channel = 7;
    is_int(ct_store_queue(store, &alert), CT_OK, "an alert of an event");
    alert.channel = 8;
    (void) ct_store_queue(store, &alert);
    (void) ct_store_queue(store, &alert);
    is_int(alerts(store), 2, "once per channel");
    alert.event = 2;
    (void) ct_store_queue(store, &alert);
    is_int(alerts(store), 3, "one of another event is another");
    (void) ct_store_forget_event(store, 2);
    is_int(alerts(store), 2, "and can be forgotten");
    alert.event = 0;
    alert.finding = 1;
    (void) ct_store_queue(store, &alert);
    is_int(alerts(store), 3, "that of finding 1 is another");

    for (i = 3; i <= max; i++) {
        event(store, i, 0);
    }

    ok(ct_store_event(store, 1, &e), "the ring is full");
    is_int(alerts(store), 3, "nothing was freed so far");
    memset(&e, 0, sizeof(e));
    e.kind = max + 1;
    is_int(ct_store_add_event(store, &e), 2, "the oldest gives way, and two "
           "alerts with it");
    is_int(e.number, max + 1, "it has the next number");
    ok(!ct_store_event(store, 1, &e), "the first is gone");
    ok(ct_store_event(store, 2, &e) && ct_store_event(store, max + 1, &e),
       "the others are there");
    is_int(alerts(store), 1, "the finding's alert stays");

    ct_store_clear(store);
    is_int(ct_store_last_event(store), 0, "cleared");
    ok(!ct_store_event(store, 2, &e), "of all of them");
}


static void
test_marks(void)
{
    size_t          i, n, max;
    uint64_t        sum, *marks;
    ct_store_t     *store;
    const uint64_t *kept;

    store = make(CT_STORE_MIN);
    is_int(ct_store_marks(store, &kept, &sum), 0, "no marks");
    is_int(sum, 0, "and no sum: never searched");

    max = CT_LIMIT_WATCH_MARKS + 1;
    marks = calloc(max, sizeof(uint64_t));

    for (i = 0; i < max; i++) {
        marks[i] = i * 3;
    }

    ct_store_set_marks(store, marks, 100, 12345);
    n = ct_store_marks(store, &kept, &sum);
    ok(n == 100 && sum == 12345 && memcmp(kept, marks, 800) == 0,
       "marks come back");

    ct_store_set_marks(store, marks, max, 999);
    n = ct_store_marks(store, &kept, &sum);
    ok(n >= 1000 && n < max && sum == 999
       && memcmp(kept, marks, n * 8) == 0, "of too many the lowest %u stay",
       (unsigned) n);
    ok((const uint8_t *) (kept + n) <= (uint8_t *) ct_store_buckets(store),
       "within their room");

    /* killed amid it */
    ct_slot_begin(&store->marks_seq);
    ct_store_repair(store);
    is_int(ct_store_marks(store, &kept, &sum), 0, "half a list is no list");
    ok(sum != 999 && sum != 0, "and its sum is that of none");

    store = make(SIZE);
    ct_store_set_marks(store, marks, CT_LIMIT_WATCH_MARKS, 5);
    ct_store_clear(store);
    ok(ct_store_marks(store, &kept, &sum) == 0 && sum == 0, "cleared");
    free(marks);
}


int
main(void)
{
    test_events();
    test_marks();

    return done_testing();
}
