/*
 * world: who is there, and what is going to happen when.
 */

#include "sim.h"

#include <stdio.h>
#include <string.h>


typedef struct {
    int64_t at_ms;
    int64_t by_ms;
    bool    done;
} skew_t;

int64_t sim_end_ms, sim_since_ms;
stop_t  sim_stops[32];
size_t  sim_nstops;

static skew_t world_skews[4];


static void world_logs(dice_t *dice, size_t n);
static void world_habits(log_t *log, dice_t *dice);
static void world_shards(dice_t *dice);
static int64_t world_hour(int64_t percent);
static void world_stops(unsigned days);
static void world_skew(void);


/* Everything is drawn before anything happens. */
void
world_plan(uint64_t seed, unsigned days, size_t logs)
{
    dice_t dice;

    dice.state = seed;
    sim_end_ms = SIM_BEGIN + days * SIM_DAY;
    sim_since_ms = SIM_BEGIN + (days > 3 ? SIM_DAY : 2 * SIM_HOUR);

    world_stops(days);
    world_skew();
    world_logs(&dice, logs);
    world_shards(&dice);
    lists_plan();
    faults_plan(&dice);
    planted_plan(&dice);
}


/* Every operator has logs of both kinds. */
static void
world_logs(dice_t *dice, size_t n)
{
    log_t *log;

    while (sim_nlogs < n && sim_nlogs < SIM_LOGS) {
        log = &sim_logs[sim_nlogs];
        log_create(log, sim_nlogs % 2 == 0 ? CT_LOG_STATIC : CT_LOG_RFC6962,
                   (unsigned) (sim_nlogs / 2 % SIM_OPERATORS), dice);
        world_habits(log, dice);
        sim_nlogs++;
    }
}


/* How many entries it gives at once. */
static void
world_habits(log_t *log, dice_t *dice)
{
    switch (dice_roll(dice, 6)) {

    case 0:
        log->batch = 32;
        break;

    case 1:
        log->batch = 256;
        break;

    case 2:
        log->batch = 256;
        log->aligned = true;
        break;

    case 3:
        log->batch = 100;
        log->ragged = true;
        break;

    case 4:
        log->batch = 64;
        log->aligned = true;
        break;

    default:
        log->batch = 1000;
        break;
    }

    log->no_entry_and_proof = dice_chance(dice, 40);

    if (log->type == CT_LOG_RFC6962 && dice_chance(dice, 20)) {
        log->mmd_ms = 2 * SIM_HOUR;
    }
}


/* Of the last logs some end, and some come later: with entries already. */
static void
world_shards(dice_t *dice)
{
    size_t i, n;
    log_t *log;

    n = sim_nlogs / 12;

    for (i = 0; i < n; i++) {
        log = &sim_logs[sim_nlogs - 1 - i];
        log->listed_ms = world_hour(dice_between(dice, 10, 55));
        log->since_ms = i % 2 == 0 ? SIM_BEGIN - 2 * SIM_DAY
                                   : log->listed_ms - 4 * SIM_HOUR;
    }

    for (i = n; i < 2 * n; i++) {
        log = &sim_logs[sim_nlogs - 1 - i];
        log->end_ms = world_hour(dice_between(dice, 50, 85))
                      + 13 * SIM_MINUTE;
    }

    /* what never heals is given up in the end */
    for (i = 0; i < sim_nlogs && i < 12; i++) {
        if (i == 0 || i == 2 || i == 11) {
            sim_logs[i].unlisted_ms = sim_stops[sim_nstops - 2].at_ms
                                      - SIM_HOUR;
        }
    }
}


static int64_t
world_hour(int64_t percent)
{
    int64_t ms;

    ms = (sim_end_ms - SIM_BEGIN) * percent / 100;

    return SIM_BEGIN + ms - ms % SIM_HOUR;
}


/* The last one but the end lets the engine look at the list again. */
static void
world_stops(unsigned days)
{
    size_t i, n;

    n = days > 3 ? (size_t) days + 1 : 3;

    for (i = 0; i < n; i++) {
        sim_stops[i].at_ms = SIM_BEGIN + 17 * SIM_MINUTE
                             + (sim_end_ms - SIM_BEGIN - 5 * SIM_HOUR)
                               * (int64_t) (i + 1) / (int64_t) n;
        sim_stops[i].how = i % 3 == 0 ? STOP_CRASH
                           : i % 3 == 1 ? STOP_SAME : STOP_FRESH;
    }

    sim_stops[n / 3].names = true;
    sim_stops[n].at_ms = sim_end_ms;
    sim_stops[n].how = STOP_END;
    sim_nstops = n + 1;
}


static void
world_skew(void)
{
    size_t i;

    static const int percent[4] = {15, 22, 58, 66};
    static const int hours[4] = {1, -1, -1, 1};

    for (i = 0; i < 4; i++) {
        world_skews[i].at_ms = world_hour(percent[i]) + 29 * SIM_MINUTE;
        world_skews[i].by_ms = hours[i] * SIM_HOUR;
    }
}


void
world_tick(void)
{
    size_t i;

    for (i = 0; i < 4; i++) {
        if (!world_skews[i].done && sim_now() >= world_skews[i].at_ms) {
            world_skews[i].done = true;
            sim_skew(world_skews[i].by_ms);
        }
    }
}


unsigned
world_restarts(int64_t from_ms, int64_t to_ms)
{
    size_t   i;
    unsigned n;

    n = 0;

    for (i = 0; i + 1 < sim_nstops; i++) {
        n += sim_stops[i].at_ms >= from_ms && sim_stops[i].at_ms <= to_ms;
    }

    return n;
}


void
world_answer(const ct_http_ask_t *ask, reply_t *reply)
{
    log_t *log;

    log = log_by_url(ask->url);

    if (log != NULL) {
        log_answer(log, ask->url + strlen(log->url), reply);

    } else if (strcmp(ask->url, SIM_LIST) == 0) {
        list_answer(ask, reply);

    } else if (strcmp(ask->url, SIM_HOOK) == 0) {
        hook_answer(ask, reply);

    } else {
        log_status(reply, 404);
    }
}
