/*
 * ct_known: the certificates of ct_known_certificate. Their files are looked
 * for when it is made and once an interval, and read when they have changed.
 */

#ifndef CT_KNOWN_H
#define CT_KNOWN_H

#include "ct_context.h"

typedef struct ct_known_s ct_known_t;


/* NULL: memory. */
ct_known_t *ct_known_create(ct_context_t *ctx);
void ct_known_destroy(ct_known_t *known);

/* Looks when it is time to. *changed: there is another list. Returns when
 * it wants to be called again. */
int64_t ct_known_turn(ct_known_t *known, bool *changed);
void ct_known_shift(ct_known_t *known, int64_t delta_ms);

/* All of them. The list is for now; what it points to stays until it is not
 * in the list any more and ct_known_release was called. */
const ct_served_t *ct_known_list(const ct_known_t *known, size_t *n);

/* Nobody refers to what is not in the list any more. */
void ct_known_release(ct_known_t *known);

#endif
