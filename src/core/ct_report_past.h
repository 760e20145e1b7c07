/*
 * ct_report_past: certificates that count as ours besides those that nginx
 * has loaded - learned, known, or served once - as the zone has them.
 * Private to ct_report*.c.
 */

#ifndef CT_REPORT_PAST_H
#define CT_REPORT_PAST_H

#include "ct_past.h"
#include "ct_report_part.h"

/* Walks them; opaque, on the caller's stack. */
typedef struct {
    const ct_report_t *report;
    uint32_t          *slots; /* of those that are loaded: number + 1 */
    size_t             mask;
    size_t             next;
} ct_others_t;


/* False: no memory. */
bool ct_others_start(ct_others_t *others, const ct_report_t *report);
bool ct_others_next(ct_others_t *others, ct_past_t *past);

/* "learned", "known"; "past" when it was not seen any more lately. */
const char *ct_others_source(const ct_past_t *past, int64_t now_ms);

/* How long it counts. */
int64_t ct_others_until(const ct_past_t *past);

#endif
