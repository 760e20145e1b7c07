/*
 * ct_clock: the two clocks of the engine, in ms. Its own file, so that a
 * simulation can put another time in its place.
 */

#ifndef CT_CLOCK_H
#define CT_CLOCK_H

#include <stdint.h>


int64_t ct_clock_wall(void);      /* since 1970; may jump */
int64_t ct_clock_monotonic(void); /* since some time; never jumps */

#endif
