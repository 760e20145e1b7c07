/*
 * ct_time: a point in time as text (RFC 3339, 5.6).
 */

#ifndef CT_TIME_H
#define CT_TIME_H

#include "ct_bytes.h"


/* The whole slice: "2026-01-20T12:54:10Z", with a fraction (dropped) or an
 * offset if need be. ms since 1970; false and untouched when it is not one,
 * leap seconds and lower case included. */
bool ct_time_rfc3339(ct_bytes_t in, int64_t *ms);

#endif
