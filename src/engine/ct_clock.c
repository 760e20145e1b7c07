/*
 * ct_clock: the system's.
 */

#include "ct_clock.h"

#include <time.h>


static int64_t ct_clock(clockid_t id);


int64_t
ct_clock_wall(void)
{
    return ct_clock(CLOCK_REALTIME);
}


int64_t
ct_clock_monotonic(void)
{
    return ct_clock(CLOCK_MONOTONIC);
}


static int64_t
ct_clock(clockid_t id)
{
    struct timespec now;

    if (clock_gettime(id, &now) != 0) {
        return 0;
    }

    return (int64_t) now.tv_sec * 1000 + now.tv_nsec / 1000000;
}
