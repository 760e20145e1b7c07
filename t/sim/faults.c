/*
 * faults: what goes wrong. Sixteen logs have each an illness of their own,
 * which is to be told of; the others fall ill at random. No log has two
 * faults within some hours, so that each alarm has one cause.
 */

#include "sim.h"

#include <stdio.h>
#include <string.h>


/* The engine's patience of ten intervals, a wait, and a bit. */
#define FAULT_PATIENCE (10 * SIM_INTERVAL + 25 * SIM_MINUTE)

fault_t sim_faults[SIM_FAULTS];
size_t  sim_nfaults;

static bool fault_crash(int64_t at_ms);
static const char *const fault_names[FAULT_KINDS] = {
    "down", "limited", "stale", "fork", "flip", "missing", "unsigned",
    "slow", "cut", "hashes", "issuer", "frozen"
};

#define FAULT_BIT(kind) (1U << (kind))


static fault_t *fault_add(fault_kind_e kind, size_t log, int64_t from_ms,
    int64_t length_ms);
static void faults_special(void);
static void faults_random(size_t log, dice_t *dice);
static void fault_begin(fault_t *fault, const log_t *log);
static const char *fault_cause_of_log(unsigned kinds, const log_t *log,
    int64_t at_ms, int64_t grace_ms);
static const char *fault_cause_of_all(int64_t at_ms);


void
faults_plan(dice_t *dice)
{
    size_t i;

    faults_special();

    for (i = 16; i < sim_nlogs; i++) {
        faults_random(i, dice);
    }
}


const char *
fault_name(fault_kind_e kind)
{
    return fault_names[kind];
}


static fault_t *
fault_add(fault_kind_e kind, size_t log, int64_t from_ms, int64_t length_ms)
{
    fault_t *fault;

    if (sim_nfaults == SIM_FAULTS || log >= sim_nlogs) {
        return NULL;
    }

    fault = &sim_faults[sim_nfaults++];
    memset(fault, 0, sizeof(fault_t));
    fault->kind = kind;
    fault->log = log;
    fault->from_ms = from_ms;
    fault->to_ms = length_ms == SIM_NEVER ? SIM_NEVER : from_ms + length_ms;

    return fault;
}


bool
fault_due(const fault_t *fault)
{
    int64_t      length;
    const log_t *log;

    log = &sim_logs[fault->log];
    length = fault->to_ms == SIM_NEVER ? SIM_NEVER
                                       : fault->to_ms - fault->first_ms;

    if (fault->shown == 0) {
        return false;
    }

    switch (fault->kind) {

    case FAULT_DOWN:
    case FAULT_LIMITED:
    case FAULT_UNSIGNED:
        return length > FAULT_PATIENCE;

    case FAULT_FORK:
        return length >= SIM_HOUR / 2;

    case FAULT_FLIP:
        return length >= SIM_HOUR;

    case FAULT_MISSING:
        return length >= 4 * SIM_HOUR;

    case FAULT_FROZEN:
        return length > log->mmd_ms + FAULT_PATIENCE;

    default:
        return false;
    }
}


static void
faults_special(void)
{
    int64_t begin, early, length, day;
    bool    week;

    length = sim_end_ms - SIM_BEGIN;
    week = length > 3 * SIM_DAY;
    begin = SIM_BEGIN;
    early = begin + length / 8;
    day = week ? SIM_DAY : 3 * SIM_HOUR;

    (void) fault_add(FAULT_FLIP, 0, early, SIM_NEVER);
    (void) fault_add(FAULT_FLIP, 1, early, 2 * SIM_HOUR);
    (void) fault_add(FAULT_MISSING, 2, early, SIM_NEVER);
    (void) fault_add(FAULT_MISSING, 3, early, 7 * SIM_HOUR);
    (void) fault_add(FAULT_FORK, 4, early, 2 * SIM_HOUR);
    (void) fault_add(FAULT_FORK, 5, begin + length / 4, 2 * SIM_HOUR);
    (void) fault_add(FAULT_FLIP, 6, begin + length / 4, 2 * SIM_HOUR);
    (void) fault_add(FAULT_FLIP, 7, begin + length / 2, 25 * SIM_MINUTE);
    (void) fault_add(FAULT_HASHES, 8, early, 6 * SIM_HOUR);
    (void) fault_add(FAULT_FROZEN, 9, early,
                     week ? 60 * SIM_HOUR : 5 * SIM_HOUR);
    (void) fault_add(FAULT_FROZEN, 10, begin + length / 3, 5 * SIM_HOUR);
    (void) fault_add(FAULT_MISSING, 11, begin + length / 4, SIM_NEVER);
    (void) fault_add(FAULT_MISSING, 12, early, 7 * SIM_HOUR);
    (void) fault_add(FAULT_DOWN, 13, begin + length / 3, day);
    (void) fault_add(FAULT_ISSUER, 14, early, 6 * SIM_HOUR);
    (void) fault_add(FAULT_LIMITED, 15, begin + length / 2, 5 * SIM_HOUR);
}


static void
faults_random(size_t log, dice_t *dice)
{
    int64_t      at, last, length;
    unsigned     roll;
    const log_t *l;

    static const fault_kind_e kinds[] = {
        FAULT_DOWN, FAULT_DOWN, FAULT_DOWN, FAULT_LIMITED, FAULT_LIMITED,
        FAULT_STALE, FAULT_UNSIGNED, FAULT_SLOW, FAULT_SLOW, FAULT_CUT,
        FAULT_CUT, FAULT_HASHES, FAULT_ISSUER, FAULT_FROZEN, FAULT_FORK
    };

    l = &sim_logs[log];
    last = l->end_ms < l->unlisted_ms ? l->end_ms : l->unlisted_ms;
    last = last < sim_end_ms ? last - 4 * SIM_HOUR : sim_end_ms;
    last -= 6 * SIM_HOUR;
    at = l->listed_ms + dice_between(dice, SIM_HOUR, 12 * SIM_HOUR);

    for ( ;; ) {
        roll = (unsigned) dice_roll(dice, 100);
        length = roll < 55 ? dice_between(dice, 2 * SIM_MINUTE,
                                          40 * SIM_MINUTE)
                 : roll < 90 ? dice_between(dice, 150 * SIM_MINUTE,
                                            6 * SIM_HOUR)
                 : dice_between(dice, 20 * SIM_HOUR, 26 * SIM_HOUR);

        if (at + length > last) {
            return;
        }

        roll = (unsigned) dice_roll(dice, sizeof(kinds) / sizeof(kinds[0]));
        (void) fault_add(kinds[roll], log, at, length);
        at += length + 6 * SIM_HOUR + dice_between(dice, 0, SIM_DAY);
    }
}


fault_t *
fault_now(const log_t *log, fault_kind_e kind)
{
    size_t   i;
    fault_t *fault;

    for (i = 0; i < sim_nfaults; i++) {
        fault = &sim_faults[i];

        if (fault->kind == kind && fault->log == log->number
            && fault->from_ms <= sim_now() && sim_now() < fault->to_ms)
        {
            fault_begin(fault, log);
            return fault;
        }
    }

    return NULL;
}


/* It befalls an entry that no head covers yet; and filler. */
static void
fault_begin(fault_t *fault, const log_t *log)
{
    if (fault->begun
        || (fault->kind != FAULT_FLIP && fault->kind != FAULT_MISSING))
    {
        return;
    }

    fault->index = fault->index == 0 ? log->tree.size : fault->index;

    while (fault->index < log->tree.size
           && log->planted[fault->index] != 0)
    {
        fault->index++;
    }

    fault->begun = fault->index < log->tree.size;
}


void
fault_shown(fault_t *fault)
{
    fault->last_ms = sim_now();
    fault->first_ms = fault->shown++ == 0 ? sim_now() : fault->first_ms;
}


/* A file that no engine has ended; told within the hour. */
static bool
fault_crash(int64_t at_ms)
{
    size_t i;

    for (i = 0; i < sim_nstops; i++) {
        if (sim_stops[i].how == STOP_CRASH && sim_stops[i].at_ms <= at_ms
            && at_ms - sim_stops[i].at_ms <= 2 * SIM_HOUR)
        {
            return true;
        }
    }

    return false;
}


const char *
fault_cause(ct_event_e kind, const log_t *log, int64_t at_ms)
{
    const list_fault_t *list;

    switch (kind) {

    case CT_EVENT_LOG_MISBEHAVING:
        return fault_cause_of_log(FAULT_BIT(FAULT_FORK)
                                  | FAULT_BIT(FAULT_FLIP)
                                  | FAULT_BIT(FAULT_HASHES),
                                  log, at_ms, SIM_HOUR);

    case CT_EVENT_LOG_UNREACHABLE:
        return fault_cause_of_log(FAULT_BIT(FAULT_DOWN)
                                  | FAULT_BIT(FAULT_LIMITED)
                                  | FAULT_BIT(FAULT_UNSIGNED)
                                  | FAULT_BIT(FAULT_MISSING)
                                  | FAULT_BIT(FAULT_CUT),
                                  log, at_ms, 30 * SIM_MINUTE);

    case CT_EVENT_LOG_LAGGING:
        return fault_cause_of_log(FAULT_BIT(FAULT_FROZEN)
                                  | FAULT_BIT(FAULT_STALE)
                                  | FAULT_BIT(FAULT_DOWN)
                                  | FAULT_BIT(FAULT_LIMITED)
                                  | FAULT_BIT(FAULT_UNSIGNED)
                                  | FAULT_BIT(FAULT_MISSING)
                                  | FAULT_BIT(FAULT_CUT)
                                  | FAULT_BIT(FAULT_SLOW),
                                  log, at_ms, SIM_HOUR);

    /* of an alarm; after it is over, or the alarm had none itself */
    case CT_EVENT_LOG_RECOVERED:
        return fault_cause_of_log(~0U, log, at_ms, 30 * SIM_HOUR);

    case CT_EVENT_ENGINE_RESTARTED:
        return fault_crash(at_ms) ? "a crash" : NULL;

    /* nobody wants one here */
    case CT_EVENT_TEST:
        return NULL;

    case CT_EVENT_LIST_STALE:
        list = list_cause(at_ms);
        return list != NULL ? list->what : NULL;

    case CT_EVENT_COVERAGE_LOST:
    case CT_EVENT_COVERAGE_RESTORED:
        return fault_cause_of_all(at_ms);
    }

    return NULL;
}


/* A refusal silences all logs of the operator. */
static const char *
fault_cause_of_log(unsigned kinds, const log_t *log, int64_t at_ms,
    int64_t grace_ms)
{
    size_t   i;
    fault_t *fault;

    for (i = 0; log != NULL && i < sim_nfaults; i++) {
        fault = &sim_faults[i];

        if (!(kinds & FAULT_BIT(fault->kind)) || fault->shown == 0
            || fault->from_ms > at_ms
            || (fault->to_ms != SIM_NEVER
                && at_ms - fault->to_ms > grace_ms))
        {
            continue;
        }

        if (fault->log == log->number
            || (fault->kind == FAULT_LIMITED
                && sim_logs[fault->log].operator_number
                   == log->operator_number))
        {
            return fault_names[fault->kind];
        }
    }

    return NULL;
}


/* Entries that are missing, or trouble with logs of two operators. */
static const char *
fault_cause_of_all(int64_t at_ms)
{
    size_t   i;
    unsigned operators;
    fault_t *fault;

    operators = 0;

    for (i = 0; i < sim_nfaults; i++) {
        fault = &sim_faults[i];

        if (fault->shown == 0 || fault->from_ms > at_ms
            || (fault->to_ms != SIM_NEVER
                && at_ms - fault->to_ms > 30 * SIM_HOUR))
        {
            continue;
        }

        if (fault->kind == FAULT_FLIP || fault->kind == FAULT_MISSING) {
            return "entries that could not be verified";
        }

        operators |= 1U << sim_logs[fault->log].operator_number;
    }

    return (operators & (operators - 1)) != 0
           ? "trouble with logs of two operators" : NULL;
}
