/*
 * ct_store, events and marks: a ring of what happened, and the hashes of the
 * names that the logs were searched for.
 */

#include "ct_store_layout.h"

#include <string.h>


static ct_slot_event_t *ct_event_home(const ct_store_t *store,
    uint64_t number);
static uint64_t ct_event_next(const ct_store_t *store);
static bool ct_event_waiting(const ct_store_t *store, uint64_t number);


static ct_slot_event_t *
ct_event_home(const ct_store_t *store, uint64_t number)
{
    return ct_store_events(store) + number % store->max_events;
}


size_t
ct_store_max_events(const ct_store_t *store)
{
    return store->max_events;
}


uint64_t
ct_store_last_event(const ct_store_t *store)
{
    return __atomic_load_n(&store->last_event, __ATOMIC_ACQUIRE);
}


bool
ct_store_event(const ct_store_t *store, uint64_t number, ct_event_t *event)
{
    const ct_slot_event_t *slot;

    slot = ct_event_home(store, number);

    return number != 0
           && ct_slot_read(&slot->seq, &slot->event, event,
                           CT_STORE_WORDS(ct_event_t))
           && event->number == number;
}


bool
ct_store_event_at(const ct_store_t *store, size_t i, ct_event_t *event)
{
    const ct_slot_event_t *slot;

    if (i >= store->max_events) {
        return false;
    }

    slot = ct_store_events(store) + i;

    return ct_slot_read(&slot->seq, &slot->event, event,
                        CT_STORE_WORDS(ct_event_t))
           && event->number != 0;
}


/* Not that of an alarm which is still to be told, unless all are. */
static uint64_t
ct_event_next(const ct_store_t *store)
{
    uint64_t          n;
    const ct_event_t *old;

    for (n = store->last_event + 1;
         n <= store->last_event + store->max_events; n++)
    {
        old = &ct_event_home(store, n)->event;

        if (old->number == 0 || old->kind != CT_EVENT_COVERAGE_LOST
            || !ct_event_waiting(store, old->number))
        {
            return n;
        }
    }

    return store->last_event + 1;
}


static bool
ct_event_waiting(const ct_store_t *store, uint64_t number)
{
    size_t i;

    for (i = 0; i < store->end_alert; i++) {
        if (ct_store_alerts(store)[i].alert.event == number) {
            return true;
        }
    }

    return false;
}


size_t
ct_store_add_event(ct_store_t *store, ct_event_t *event)
{
    size_t           freed;
    uint64_t         old;
    ct_slot_event_t *slot;

    if (event->number == 0) {
        event->number = ct_event_next(store);
    }

    slot = ct_event_home(store, event->number);
    old = slot->event.number;

    ct_slot_write(store, &slot->seq, &slot->event, event,
                  CT_STORE_WORDS(ct_event_t));

    if (event->number > store->last_event) {
        ct_store_publish(&store->last_event, event->number);
    }

    freed = 0;

    if (old != 0 && old != event->number) {
        freed = ct_store_forget_event(store, old);
    }

    return freed;
}


size_t
ct_store_forget_event(ct_store_t *store, uint64_t number)
{
    size_t     i, n;
    ct_alert_t none;

    memset(&none, 0, sizeof(none));
    n = 0;

    for (i = 0; i < store->end_alert; i++) {
        if (ct_store_alerts(store)[i].alert.event == number) {
            ct_store_set_alert(store, i, &none);
            n++;
        }
    }

    return n;
}


void
ct_store_clear_events(ct_store_t *store)
{
    size_t           i;
    ct_event_t       none;
    ct_slot_event_t *slot;

    memset(&none, 0, sizeof(none));

    for (i = 0; i < store->max_events; i++) {
        slot = ct_store_events(store) + i;

        if (slot->event.number != 0) {
            ct_slot_write(store, &slot->seq, &slot->event, &none,
                          CT_STORE_WORDS(ct_event_t));
        }
    }

    ct_store_publish(&store->last_event, 0);
}


size_t
ct_store_marks(const ct_store_t *store, const uint64_t **marks,
    uint64_t *sum)
{
    *marks = ct_store_mark_room(store);
    *sum = store->marks_sum;

    return store->nmarks;
}


void
ct_store_set_marks(ct_store_t *store, const uint64_t *marks, size_t n,
    uint64_t sum)
{
    n = n < store->max_marks ? n : store->max_marks;

    ct_slot_begin(&store->marks_seq);
    ct_words_copy(ct_store_mark_room(store), marks, n);
    ct_store_publish(&store->nmarks, n);
    ct_store_publish(&store->marks_sum, sum);
    ct_slot_end(&store->marks_seq);
}


/* A killed writer may have left any sum, so its complement is another one;
 * 0 could be taken for "never searched". */
void
ct_store_lose_marks(ct_store_t *store)
{
    ct_store_set_marks(store, NULL, 0,
                       store->marks_sum != UINT64_MAX ? ~store->marks_sum
                                                      : 1);
}
