/*
 * watcher: takes down what the engine says while it runs - events, which the
 * store keeps for a while only, and lines.
 */

#include "sim.h"

#include <stdio.h>
#include <string.h>


seen_t   sim_events[SIM_EVENTS];
size_t   sim_nevents;
unsigned sim_run;
int      sim_verbose;


static void watcher_lines(ct_engine_t *engine);
static void watcher_event(ct_store_t *store, const ct_event_t *event);
static void watcher_blame(const seen_t *seen);
static const char *watcher_time(int64_t ms);


void
watcher_look(ct_engine_t *engine, ct_store_t *store)
{
    uint64_t   n, last;
    ct_event_t event;

    static unsigned run;
    static uint64_t seen;

    if (run != sim_run) {
        run = sim_run;
        seen = 0;
    }

    watcher_lines(engine);
    last = ct_store_last_event(store);

    for (n = seen + 1; n <= last; n++) {
        if (ct_store_event(store, n, &event)) {
            watcher_event(store, &event);
        }
    }

    seen = last;
}


static void
watcher_lines(ct_engine_t *engine)
{
    ct_line_t line;

    while (ct_engine_line(engine, &line)) {
        if (sim_verbose > 1 || (sim_verbose > 0
                                && line.level <= CT_LINE_WARN))
        {
            (void) printf("# %s [%d] %s\n", watcher_time(sim_now()),
                          line.level, line.text);
        }
    }
}


static void
watcher_event(ct_store_t *store, const ct_event_t *event)
{
    size_t          i;
    seen_t         *seen;
    ct_log_record_t record;

    for (i = 0; i < sim_nevents; i++) {
        if (sim_events[i].event.number == event->number
            && sim_events[i].event.time_ms == event->time_ms)
        {
            return;
        }
    }

    if (sim_nevents == SIM_EVENTS) {
        sim_die("more events than can be");
    }

    seen = &sim_events[sim_nevents++];
    seen->event = *event;
    seen->at_ms = sim_now();
    seen->run = sim_run;
    seen->log = NULL;

    if (event->log != CT_EVENT_NO_LOG
        && ct_store_log(store, event->log, &record))
    {
        seen->log = log_by_url(record.url);
    }

    seen->cause = fault_cause((ct_event_e) event->kind, seen->log,
                              seen->at_ms);
    watcher_blame(seen);

    if (sim_verbose > 0) {
        (void) printf("# %s event %llu kind %u: %s <- %s\n",
                      watcher_time(sim_now()),
                      (unsigned long long) event->number, event->kind,
                      event->text, seen->cause != NULL ? seen->cause : "?");
    }
}


/* The fault that the event is the alarm of. */
static void
watcher_blame(const seen_t *seen)
{
    size_t        i;
    fault_t      *fault;
    list_fault_t *list;

    static const ct_event_e alarms[FAULT_KINDS] = {
        [FAULT_DOWN] = CT_EVENT_LOG_UNREACHABLE,
        [FAULT_LIMITED] = CT_EVENT_LOG_UNREACHABLE,
        [FAULT_UNSIGNED] = CT_EVENT_LOG_UNREACHABLE,
        [FAULT_MISSING] = CT_EVENT_LOG_UNREACHABLE,
        [FAULT_FORK] = CT_EVENT_LOG_MISBEHAVING,
        [FAULT_FLIP] = CT_EVENT_LOG_MISBEHAVING,
        [FAULT_FROZEN] = CT_EVENT_LOG_LAGGING
    };

    if (seen->event.kind == CT_EVENT_LIST_STALE) {
        list = (list_fault_t *) (uintptr_t) list_cause(seen->at_ms);

        if (list != NULL) {
            list->alarms++;
        }
        return;
    }

    for (i = 0; seen->log != NULL && i < sim_nfaults; i++) {
        fault = &sim_faults[i];

        if (fault->log == seen->log->number
            && fault->from_ms <= seen->at_ms
            && (fault->to_ms == SIM_NEVER
                || seen->at_ms < fault->to_ms + 90 * SIM_MINUTE)
            && alarms[fault->kind] == seen->event.kind)
        {
            fault->alarms++;
        }
    }
}


static const char *
watcher_time(int64_t ms)
{
    static char text[32];

    ms -= SIM_BEGIN;
    (void) snprintf(text, sizeof(text), "%lldd%02lld:%02lld:%02lld",
                    (long long) (ms / SIM_DAY),
                    (long long) (ms / SIM_HOUR % 24),
                    (long long) (ms / SIM_MINUTE % 60),
                    (long long) (ms / SIM_SECOND % 60));

    return text;
}
