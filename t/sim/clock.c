/*
 * clock: ct_clock.h for the engine, and dice for its jitter. Time passes
 * only when transport.c says so; the wall clock may be set wrong. Saving the
 * state takes some seconds of a slow disk, measured by clock_gettime, which
 * the linker leads here as well.
 */

#include "sim.h"
#include "ct_clock.h"
#include "ct_context.h"

#include <time.h>


#define CLOCK_DISK_MS 3000

static int64_t clock_true = SIM_BEGIN;
static int64_t clock_skew;
static int64_t clock_disk;
static dice_t  clock_dice = {1};


int __real_clock_gettime(clockid_t id, struct timespec *ts);
int __wrap_clock_gettime(clockid_t id, struct timespec *ts);
uint16_t __wrap_ct_context_jitter(ct_context_t *ctx);


int64_t
sim_now(void)
{
    return clock_true;
}


void
sim_advance(int64_t ms)
{
    clock_true += ms;
}


void
sim_skew(int64_t ms)
{
    clock_skew += ms;
}


int64_t
ct_clock_wall(void)
{
    return clock_true + clock_skew;
}


int64_t
ct_clock_monotonic(void)
{
    return clock_true - SIM_BEGIN + 12345;
}


int
__wrap_clock_gettime(clockid_t id, struct timespec *ts)
{
    if (id != CLOCK_MONOTONIC) {
        return __real_clock_gettime(id, ts);
    }

    clock_disk += CLOCK_DISK_MS;
    ts->tv_sec = clock_disk / 1000;
    ts->tv_nsec = clock_disk % 1000 * 1000000;

    return 0;
}


uint16_t
__wrap_ct_context_jitter(ct_context_t *ctx)
{
    (void) ctx;

    return (uint16_t) dice_roll(&clock_dice, 65536);
}
