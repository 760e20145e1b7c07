/*
 * ct_date: dates of HTTP (RFC 9110, 5.6.7) read as generously as servers
 * write them: IMF-fixdate, RFC 850 and asctime forms, any case, the zone as
 * "GMT", "UTC", "UT", "Z", "+0000" or "-0500", or none at all.
 */

#ifndef CT_DATE_H
#define CT_DATE_H

#include "ct_bytes.h"


bool ct_date_read(ct_bytes_t text, int64_t *ms);

/* Retry-After (RFC 9110, 10.2.3): seconds or a date, as ms from now on; 0
 * when it is neither, or over; cut at one day. */
int64_t ct_date_retry_after(ct_bytes_t text, int64_t now_ms);

#endif
