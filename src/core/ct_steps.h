/*
 * ct_steps: what to do about a finding, in plain words, one sentence after
 * the other. Page, JSON and messages tell the same.
 */

#ifndef CT_STEPS_H
#define CT_STEPS_H

#include "ct_finding.h"

#define CT_STEPS_SENTENCE 2048 /* bytes of the longest */

/* Opaque, on the caller's stack. */
typedef struct {
    const ct_finding_t      *finding;
    const ct_finding_text_t *parts;
    int64_t                  now_ms;
    unsigned                 next;
} ct_steps_t;


/* Borrows both until the last step. */
void ct_steps_start(ct_steps_t *steps, const ct_finding_t *finding,
    const ct_finding_text_t *parts, int64_t now_ms);

/* Writes the next sentence, with its stop; false when there is none. Names
 * in it are those of strangers: to be escaped. What needs nobody has none,
 * so what is empty needs nobody. */
bool ct_steps_next(ct_steps_t *steps, ct_buf_t *out);

#endif
