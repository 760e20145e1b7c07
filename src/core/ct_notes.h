/*
 * ct_notes: what else is remarkable about a finding, each in a few words.
 * Page and messages tell the same.
 */

#ifndef CT_NOTES_H
#define CT_NOTES_H

#include "ct_finding.h"

#define CT_NOTES 9 /* at most */


/* How many there are; clauses without their stop. */
size_t ct_notes(const ct_finding_t *finding, int64_t now_ms,
    ct_bytes_t notes[CT_NOTES]);

#endif
