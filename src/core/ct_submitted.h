/*
 * ct_submitted: does what lies beside a leaf belong to it? Only the leaf is
 * signed; the pre-certificate and the issuers are what the log hands out
 * with it. They may raise suspicion, and never take it away.
 */

#ifndef CT_SUBMITTED_H
#define CT_SUBMITTED_H

#include "ct_entry.h"


/*
 * Is the submitted pre-certificate that of another leaf, or nothing that can
 * be read? False when there is none, or when the leaf itself cannot be read:
 * then nothing contradicts it. CT_E_MEMORY from `scratch` counts as no.
 */
bool ct_submitted_other(const ct_entry_t *entry, ct_arena_t *scratch);

/* Is none of the issuers, all that the log gives with it, the one that the
 * leaf names: by its key in a pre-certificate, by its name otherwise? */
bool ct_submitted_strangers(const ct_entry_t *entry,
    const ct_bytes_t *issuers, size_t nissuers);

#endif
