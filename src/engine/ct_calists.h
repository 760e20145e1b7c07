/*
 * ct_calists: the CA list - read from a file or fetched, refreshed daily,
 * refused when it looks wrong; the last good one is kept beside the state
 * file ("<state>.calist") and takes its place. The one in force is in
 * ctx->calist.
 */

#ifndef CT_CALISTS_H
#define CT_CALISTS_H

#include "ct_context.h"

typedef struct ct_calists_s ct_calists_t;

/* NULL: out of memory. Reads the last good copy, or the file that is named;
 * does not wait for the network. ctx->anchors are there already. ctx->status
 * gets what the page says of the list: `calist`, `calist_error`,
 * `calist_checked_ms`, `calist_rows`. */
ct_calists_t *ct_calists_create(ct_context_t *ctx);
void ct_calists_destroy(ct_calists_t *lists);

/* There is no list to wait for: it is in force, or could not be had, or is
 * not wanted. Until then nothing should be judged. */
bool ct_calists_settled(const ct_calists_t *lists);

/* As ct_lists_turn. When *changed, whatever the one of before has named is
 * named anew: its own memory is gone. */
int64_t ct_calists_turn(ct_calists_t *lists, bool *changed);

/* The clock jumped by so much. */
void ct_calists_shift(ct_calists_t *lists, int64_t delta_ms);

#endif
