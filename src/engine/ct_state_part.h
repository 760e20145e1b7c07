/*
 * ct_state_part: what the two files of ct_state share, and nobody else.
 */

#ifndef CT_STATE_PART_H
#define CT_STATE_PART_H

#include "ct_state.h"


/* Replaces the file; false, with errno, when it could not be, or when the
 * engine is to stop and this is not the last time. */
bool ct_state_save(const char *path, ct_context_t *ctx, bool last);

/* path and suffix into PATH_MAX bytes; false when they do not fit. */
bool ct_state_path(char *out, const char *path, const char *suffix);

#endif
