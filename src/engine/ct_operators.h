/*
 * ct_operators: the pace of each host that is asked (ct_pace.h), and of the
 * operator above it: a refusal silences the host, and all hosts of an
 * operator share the requests in flight.
 */

#ifndef CT_OPERATORS_H
#define CT_OPERATORS_H

#include "ct_loglist.h"
#include "ct_pace.h"

typedef struct ct_operators_s ct_operators_t;


ct_operators_t *ct_operators_create(void); /* NULL: out of memory */
void ct_operators_destroy(ct_operators_t *operators);

/* That of the log's host; as long as `operators`. When there are more than
 * CT_LIMIT_LOGS, the last is shared. */
ct_pace_t *ct_operators_pace(ct_operators_t *operators, const ct_log_t *log);

/* The clock jumped by so much. */
void ct_operators_shift(ct_operators_t *operators, int64_t delta_ms);

#endif
