/*
 * ct_logs: the logs that are followed - opened and closed as the list
 * changes, each in its turn.
 */

#ifndef CT_LOGS_H
#define CT_LOGS_H

#include "ct_follow.h"

typedef struct ct_logs_s ct_logs_t;


ct_logs_t *ct_logs_create(ct_context_t *ctx); /* NULL: out of memory */

/* After ct_logs_drop and ct_http_destroy. NULL-safe. */
void ct_logs_destroy(ct_logs_t *logs);

/* Breaks off all streams. */
void ct_logs_drop(ct_logs_t *logs);

/*
 * These are the logs in force: new ones are opened, the others go on, and
 * those that are gone rest: their positions are kept. `list` is borrowed
 * until the next call has settled.
 */
void ct_logs_set(ct_logs_t *logs, const ct_log_t *list, size_t n);

/* Nobody points into the list of before any more. */
bool ct_logs_settled(const ct_logs_t *logs);

/* Everything that is due, each log in its turn; when to call again. */
int64_t ct_logs_turn(ct_logs_t *logs);

void ct_logs_shift(ct_logs_t *logs, int64_t delta_ms);

/* How many are followed. */
size_t ct_logs_count(const ct_logs_t *logs);

#endif
