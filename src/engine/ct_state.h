/*
 * ct_state: the snapshot file. Positions, verified tree heads, findings and
 * alerts not yet delivered, together, replaced atomically: a temporary
 * file, fsync, rename, fsync of the directory. So a position is never saved
 * ahead of the findings before it.
 *
 * JSON lines, for people to read and for the next version to understand: a
 * header, a line per log, finding and alert, and at the end the number of
 * lines and the SHA-256 of all bytes before it. A file that is not exactly
 * that is damaged and is set aside.
 */

#ifndef CT_STATE_H
#define CT_STATE_H

#include "ct_context.h"

typedef struct {
    const char *path;
    int64_t     due_ms;    /* next save, when there is something to save */
    int64_t     urgent_ms; /* when an alert waits for it */
    uint64_t    version;   /* saved last */
    bool        failing;   /* told once */
} ct_state_t;


/* Loads the snapshot into the store when it is newer than what is there.
 * CT_E_ABSENT: no file; CT_E_DAMAGED: it was renamed to "<path>.damaged";
 * CT_E_IO. What was in the store stays in these cases. */
ct_rc_t ct_state_load(ct_state_t *state, ct_context_t *ctx);

/* Saves when due, or at once with `now`; returns when it is due next. */
int64_t ct_state_turn(ct_state_t *state, ct_context_t *ctx, bool now);

#endif
