/*
 * ct_eventlog: a line of JSON per event, to a file or a syslog server. Lines
 * are written by the engine's thread itself, for a disk may be slow.
 *
 * A file that was renamed is written on until there is a new one at its
 * path, as when the host reopens its logs.
 */

#ifndef CT_EVENTLOG_H
#define CT_EVENTLOG_H

#include "ct_engine.h"

typedef struct ct_eventlog_s ct_eventlog_t;


/* Of a channel of kind CT_CHANNEL_LOG, which must outlive it. NULL: no
 * memory. */
ct_eventlog_t *ct_eventlog_create(const ct_channel_t *channel);
void ct_eventlog_destroy(ct_eventlog_t *log);

/* One line, without its end. CT_E_NETWORK or CT_E_IO and why, a clause, in
 * `error`: it was not written, or not wholly, and may be tried again. */
ct_rc_t ct_eventlog_write(ct_eventlog_t *log, ct_bytes_t line,
    int64_t now_ms, char error[CT_LIMIT_ERROR]);

#endif
