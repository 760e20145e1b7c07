/*
 * ct_events: something happened to a log or to the whole - kept in the
 * store, said in the host's log, and told to every channel once.
 */

#ifndef CT_EVENTS_H
#define CT_EVENTS_H

#include "ct_context.h"


/* `log` is a record's number or CT_EVENT_NO_LOG; `evidence` the hash that
 * ct_evidence_keep gave, or NULL; `text` one sentence without its stop that
 * names the log itself. */
void ct_events_say(ct_context_t *ctx, ct_event_e kind, uint32_t log,
    const uint8_t *evidence, const char *text);

#endif
