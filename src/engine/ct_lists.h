/*
 * ct_lists: the log list - read from a file or fetched, refreshed daily,
 * refused when it looks wrong; the last good one is kept beside the state
 * file ("<state>.list") and takes its place. All of it in the engine's
 * thread; the list in force is what the engine follows.
 */

#ifndef CT_LISTS_H
#define CT_LISTS_H

#include "ct_context.h"

typedef struct ct_lists_s ct_lists_t;

/* NULL: out of memory. Reads the last good copy, or the file that is named;
 * does not wait for the network. ctx->status gets what the page says of the
 * list: `list`, `list_error`, `list_ms`, `list_checked_ms`. */
ct_lists_t *ct_lists_create(ct_context_t *ctx);
void ct_lists_destroy(ct_lists_t *lists);

/* Refreshes when due (a file: when it changed, looked at once an interval;
 * a URL: daily with jitter, conditionally; after a failure sooner, with
 * back-off). Returns when it is due next; *changed when there is another
 * list in force. */
int64_t ct_lists_turn(ct_lists_t *lists, bool *changed);

/* The logs in force: those of ct_log, then those of the list; in memory that
 * lasts until *changed is seen and ct_lists_release() is called. */
const ct_log_t *ct_lists_logs(const ct_lists_t *lists, size_t *n);

/* Nobody refers to the logs of before any more. */
void ct_lists_release(ct_lists_t *lists);

/* The clock jumped by so much. */
void ct_lists_shift(ct_lists_t *lists, int64_t delta_ms);

#endif
