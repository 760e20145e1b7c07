/*
 * ct_loglist_part: inside ct_loglist - what the list and one of its logs
 * have in common.
 */

#ifndef CT_LOGLIST_PART_H
#define CT_LOGLIST_PART_H

#include <jansson.h>

#include "ct_loglist.h"

#define CT_LOGLIST_MS_MAX 253402300799999LL /* the end of year 9999 */


/* One log of `operator_name`; log->type is set. CT_E_MEMORY; anything else:
 * it is left out. */
ct_rc_t ct_loglist_log(ct_arena_t *arena, const char *operator_name,
    const json_t *json, ct_log_t *log);

/* A string member; the empty slice when there is none or it is not one. */
ct_bytes_t ct_loglist_member(const json_t *json, const char *name);

/* Cut to CT_LIMIT_TEXT between characters, control characters blanked: it
 * goes to log lines and pages. NULL when the arena is full. */
char *ct_loglist_text(ct_arena_t *arena, ct_bytes_t text);

/* RFC 3339 in Chrome's list, milliseconds in Android's. */
bool ct_loglist_time(const json_t *json, int64_t *ms);

#endif
