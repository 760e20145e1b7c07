/*
 * verdict: in the end, what was found against what was planted, what was
 * said against what went wrong, and how polite it all was.
 */

#include "sim.h"
#include "ct_finding.h"
#include "../unit/tap.h"


#define VERDICT_REQUESTS 1500 /* of a log in a day */

typedef struct {
    unsigned planted;
    unsigned found;
    unsigned missed;
    unsigned doubled;
    unsigned strange;   /* findings of nothing that was to be found */
    unsigned misplaced; /* places missing, or too many */
    unsigned unverified;
    unsigned due;
    unsigned sent;
    unsigned unsent;
    unsigned twice;     /* alerts, with a restart in between */
    unsigned spam;      /* without */
} count_t;


static void verdict_findings(ct_store_t *store, count_t *count);
static void verdict_finding(ct_store_t *store, const ct_finding_t *finding,
    count_t *count);
static void verdict_places(ct_store_t *store, const ct_finding_t *finding,
    const plant_t *plant, count_t *count);
static bool verdict_may_lack(const place_t *place);
static bool verdict_has(ct_store_t *store, const ct_finding_t *finding,
    const place_t *place);
static void verdict_alert(const ct_finding_t *finding, count_t *count);
static void verdict_plants(count_t *count);
static unsigned verdict_events(unsigned *causeless);
static unsigned verdict_faults(unsigned *doubled, unsigned *due);
static bool verdict_ill(const fault_t *fault);
static unsigned verdict_logs(ct_store_t *store);
static void verdict_gaps(const log_t *log, const ct_log_record_t *record);
static uint32_t verdict_requests(uint64_t *entries);


int
verdict(ct_store_t *store, double real)
{
    count_t     count;
    unsigned    causeless, events, untold, doubled, due, behind;
    uint32_t    most;
    uint64_t    entries;
    ct_status_t status;

    memset(&count, 0, sizeof(count));
    verdict_findings(store, &count);
    verdict_plants(&count);
    events = verdict_events(&causeless);
    untold = verdict_faults(&doubled, &due);
    behind = verdict_logs(store);
    most = verdict_requests(&entries);
    memset(&status, 0, sizeof(status));
    (void) ct_store_status(store, &status);

    printf("# simulated      %.1f days, %zu logs, %zu engines\n"
           "# requests       %llu, at most %u of a log in a day\n"
           "# entries        %llu\n"
           "# planted        %u to be found: %u found, %u missed, "
           "%u doubled; %u strange\n"
           "# alerts         %u due: %u sent, %u not, %u twice over a "
           "restart, %u twice without\n"
           "# events         %u, %u without a cause\n"
           "# faults         %zu, %u alarms due, %u not told, %u told more "
           "than once\n"
           "# turns          %llu, %llu for nothing\n"
           "# took           %.1f s\n",
           (double) (sim_end_ms - SIM_BEGIN) / (double) SIM_DAY, sim_nlogs,
           sim_nstops, (unsigned long long) sim_requests, most,
           (unsigned long long) entries, count.planted, count.found,
           count.missed, count.doubled, count.strange, count.due, count.sent,
           count.unsent, count.twice, count.spam, events, causeless,
           sim_nfaults, due, untold, doubled,
           (unsigned long long) sim_turns,
           (unsigned long long) sim_idle_turns, real);

    ok(count.planted > 0, "certificates were planted");
    is_int(count.missed, 0, "every one that was to be found was found");
    is_int(count.doubled, 0, "and once");
    is_int(count.strange, 0, "and no other");
    is_int(count.misplaced, 0, "with all places where it was logged");
    is_int(count.unverified, 0, "all of them under a signed root");
    is_int(count.unsent, 0, "an alert was sent for each");
    is_int(count.spam, 0, "and once, but where a restart fell between");
    is_int(causeless, 0, "every event had a cause");
    is_int(untold, 0, "everything that was to be told was told");
    is_int(doubled, 0, "and once for each time it happened");
    is_int(behind, 0, "every log was read to its last head");
    is_int(status.coverage, CT_COVERAGE_COMPLETE,
           "coverage is complete: %s", status.coverage_why);
    is_int(status.dropped + status.alerts_dropped + status.alerts_failed, 0,
           "nothing was dropped or given up");
    ok(most < VERDICT_REQUESTS, "no log was asked more than %u times a day",
       VERDICT_REQUESTS);
    is_int(sim_impatient, 0, "Retry-After was obeyed");
    is_int(sim_crowds, 0, "no operator had more than %d requests at once",
           CT_LIMIT_OPERATOR);
    ok(sim_idle_turns < sim_turns / 50, "the engine did not spin");

    return done_testing();
}


static void
verdict_findings(ct_store_t *store, count_t *count)
{
    uint64_t     n, last;
    ct_finding_t finding;

    last = ct_store_last(store);

    for (n = 1; n <= last; n++) {
        if (ct_store_finding(store, n, &finding, NULL)) {
            verdict_finding(store, &finding, count);
        }
    }
}


static void
verdict_finding(ct_store_t *store, const ct_finding_t *finding,
    count_t *count)
{
    plant_t *plant;

    plant = planted_by_serial(finding->serial, finding->serial_len);

    if (plant == NULL || plant->kind == PLANT_ELSEWHERE
        || plant->kind == PLANT_BEFORE)
    {
        count->strange++;
        printf("# strange: finding %llu%s\n",
               (unsigned long long) finding->number,
               plant == NULL ? ", not planted" : "");
        return;
    }

    if (plant->found++ > 0) {
        printf("# doubled: plant %zu\n", (size_t) (plant - sim_plants));
        count->doubled++;
    }

    if (finding->verdict != CT_VERDICT_UNFAMILIAR) {
        printf("# plant %zu is %s\n", (size_t) (plant - sim_plants),
               ct_verdict_name(finding->verdict));
        count->strange++;
    }

    verdict_places(store, finding, plant, count);
    verdict_alert(finding, count);
}


static void
verdict_places(ct_store_t *store, const ct_finding_t *finding,
    const plant_t *plant, count_t *count)
{
    bool         must;
    size_t       i, have;
    const log_t *log;

    have = 0;
    must = false;

    for (i = 0; i < plant->nplaces; i++) {
        log = &sim_logs[plant->places[i].log];

        if (verdict_has(store, finding, &plant->places[i])) {
            have++;
            must |= log->unlisted_ms == SIM_NEVER
                    && log->end_ms == SIM_NEVER;

        } else if (!verdict_may_lack(&plant->places[i])) {
            printf("# plant %zu of kind %d was not found in log %zu at "
                   "%llu, hour %.2f\n", (size_t) (plant - sim_plants),
                   (int) plant->kind, plant->places[i].log,
                   (unsigned long long) plant->places[i].index,
                   (double) (plant->places[i].at_ms - SIM_BEGIN)
                   / (double) SIM_HOUR);
            count->misplaced++;
        }
    }

    if (have != finding->nplaces) {
        printf("# plant %zu has %u places, not %zu\n",
               (size_t) (plant - sim_plants), finding->nplaces, have);
        count->misplaced++;
    }

    if (must && (finding->flags & CT_FINDING_UNVERIFIED)) {
        printf("# plant %zu is not verified (log %u)\n",
               (size_t) (plant - sim_plants), finding->places[0].log);
        count->unverified++;
    }
}


/* Not logged before the end, or where an entry never comes. */
static bool
verdict_may_lack(const place_t *place)
{
    size_t         i;
    const fault_t *fault;

    if (!place->logged) {
        return true;
    }

    /* a log that is listed after ct_since was set begins there */
    if (sim_logs[place->log].listed_ms > SIM_BEGIN
        && place->at_ms < sim_since_ms)
    {
        return true;
    }

    for (i = 0; i < sim_nfaults; i++) {
        fault = &sim_faults[i];

        if (fault->log == place->log && fault->kind == FAULT_MISSING
            && fault->to_ms == SIM_NEVER
            && sim_logs[fault->log].type == CT_LOG_STATIC
            && fault->index / 256 == place->index / 256)
        {
            return true;
        }
    }

    return false;
}


static bool
verdict_has(ct_store_t *store, const ct_finding_t *finding,
    const place_t *place)
{
    size_t          i;
    ct_log_record_t log;

    for (i = 0; i < finding->nplaces && i < CT_LIMIT_FINDING_LOGS; i++) {
        if (place->logged && finding->places[i].index == place->index
            && ct_store_log(store, finding->places[i].log, &log)
            && log_by_url(log.url) == &sim_logs[place->log])
        {
            return true;
        }
    }

    return false;
}


static void
verdict_alert(const ct_finding_t *finding, count_t *count)
{
    char          id[40];
    ct_buf_t      buf;
    const post_t *post;

    ct_buf_fixed(&buf, id, sizeof(id) - 1);
    ct_finding_id(&buf, finding);
    id[buf.len] = '\0';
    post = hook_find(id);
    count->due++;

    if (post == NULL) {
        printf("# no alert of finding %llu\n",
               (unsigned long long) finding->number);
        count->unsent++;
        return;
    }

    count->sent++;

    if (post->count == 1) {
        return;
    }

    if (world_restarts(post->first_ms, post->last_ms)) {
        count->twice++;
        return;
    }

    printf("# alert %s was sent %u times\n", id, post->count);
    count->spam++;
}


static void
verdict_plants(count_t *count)
{
    bool     due;
    size_t   i, k;
    plant_t *plant;

    for (i = 0; i < sim_nplants; i++) {
        plant = &sim_plants[i];
        due = false;

        for (k = 0; k < plant->nplaces; k++) {
            due |= !verdict_may_lack(&plant->places[k]);
        }

        if (!due || plant->kind == PLANT_ELSEWHERE
            || plant->kind == PLANT_BEFORE)
        {
            continue;
        }

        count->planted++;
        count->found += plant->found > 0;

        if (plant->found == 0) {
            printf("# missed: plant %zu, kind %d, in log %zu at %llu\n", i,
                   (int) plant->kind, plant->places[0].log,
                   (unsigned long long) plant->places[0].index);
            count->missed++;
        }
    }
}


static unsigned
verdict_events(unsigned *causeless)
{
    size_t        i;
    const seen_t *seen;

    *causeless = 0;

    for (i = 0; i < sim_nevents; i++) {
        seen = &sim_events[i];

        if (seen->cause == NULL) {
            (*causeless)++;
            printf("# without a cause, after %.2f hours, kind %u: %s\n",
                   (double) (seen->at_ms - SIM_BEGIN) / (double) SIM_HOUR,
                   seen->event.kind, seen->event.text);
        }
    }

    return (unsigned) sim_nevents;
}


static unsigned
verdict_faults(unsigned *doubled, unsigned *due)
{
    size_t        i;
    unsigned      untold;
    const fault_t *fault;

    untold = 0;
    *due = 0;
    *doubled = 0;

    for (i = 0; i < sim_nfaults; i++) {
        fault = &sim_faults[i];
        *due += fault_due(fault);

        if (fault->alarms == 1
            || (fault->alarms == 0
                && (!fault_due(fault) || verdict_ill(fault))))
        {
            continue;
        }

        untold += fault->alarms == 0;
        *doubled += fault->alarms > 1;
        printf("# %s of log %zu from hour %.1f to %.1f: told %u times%s\n",
               fault_name(fault->kind), fault->log,
               (double) (fault->from_ms - SIM_BEGIN) / (double) SIM_HOUR,
               fault->to_ms == SIM_NEVER ? -1
               : (double) (fault->to_ms - SIM_BEGIN) / (double) SIM_HOUR,
               fault->alarms,
               world_restarts(fault->from_ms, fault->to_ms)
               ? ", with a restart" : "");
    }

    for (i = 0; i < sim_nlist_faults; i++) {
        *due += sim_list_faults[i].seen_ms != 0;
        untold += sim_list_faults[i].seen_ms != 0
                  && sim_list_faults[i].alarms == 0;
        *doubled += sim_list_faults[i].alarms
                    > 1 + world_restarts(sim_list_faults[i].seen_ms,
                                         sim_list_faults[i].to_ms);
        printf("# list %s: told %u times\n", sim_list_faults[i].what,
               sim_list_faults[i].alarms);
    }

    return untold;
}


/* It was told of another illness when this one came, and had not got over
 * that. */
static bool
verdict_ill(const fault_t *fault)
{
    bool          ill;
    size_t        i;
    const seen_t *seen;

    ill = false;

    for (i = 0; i < sim_nevents; i++) {
        seen = &sim_events[i];

        if (seen->log == &sim_logs[fault->log]
            && seen->at_ms < fault->first_ms + 2 * SIM_HOUR)
        {
            ill = seen->event.kind != CT_EVENT_LOG_RECOVERED;
        }
    }

    return ill;
}


static unsigned
verdict_logs(ct_store_t *store)
{
    size_t          i;
    unsigned        behind;
    const log_t    *log;
    ct_log_record_t record;

    behind = 0;

    for (i = 0; i < ct_store_nlogs(store); i++) {
        if (!ct_store_log(store, i, &record)) {
            continue;
        }

        log = log_by_url(record.url);

        if (log == NULL) {
            printf("# a strange log: %s\n", record.url);
            behind++;
            continue;
        }

        if (log->unlisted_ms < sim_end_ms || log->end_ms < sim_end_ms) {
            continue;
        }

        verdict_gaps(log, &record);

        if (!ct_cursor_done(&record.cursor)
            || record.cursor.latest.size != log->heads[0].size)
        {
            printf("# log %zu: state %u, %llu verified of %llu, head %llu, "
                   "error %s\n", log->number, record.state,
                   (unsigned long long) record.cursor.verified.size,
                   (unsigned long long) record.cursor.latest.size,
                   (unsigned long long) log->heads[0].size, record.error);
            behind++;
        }
    }

    return behind;
}


/* There should be none that are still open. */
static void
verdict_gaps(const log_t *log, const ct_log_record_t *record)
{
    size_t          i;
    const ct_gap_t *gap;

    for (i = 0; i < CT_LIMIT_GAPS; i++) {
        gap = &record->gaps[i];

        if (gap->to != 0) {
            printf("# log %zu has a gap from %llu to %llu\n", log->number,
                   (unsigned long long) gap->from,
                   (unsigned long long) gap->to);
        }
    }

    if (record->lookback.to != 0) {
        printf("# log %zu still looks back, at %llu of %llu\n", log->number,
               (unsigned long long) record->lookback.at,
               (unsigned long long) record->lookback.to);
    }
}


static uint32_t
verdict_requests(uint64_t *entries)
{
    size_t   i, day;
    uint32_t most;

    most = 0;
    *entries = 0;

    for (i = 0; i < sim_nlogs; i++) {
        *entries += sim_logs[i].tree.size;

        for (day = 0; day < SIM_DAYS; day++) {
            if (sim_logs[i].requests[day] >= VERDICT_REQUESTS) {
                printf("# log %zu, batch %u%s%s: %u requests on day %zu\n",
                       i, sim_logs[i].batch,
                       sim_logs[i].aligned ? " aligned" : "",
                       sim_logs[i].ragged ? " ragged" : "",
                       sim_logs[i].requests[day], day);
            }

            most = sim_logs[i].requests[day] > most
                   ? sim_logs[i].requests[day] : most;
        }
    }

    return most;
}
