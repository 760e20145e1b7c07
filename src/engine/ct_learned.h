/*
 * ct_learned: certificates that workers have sent in handshakes and that no
 * configuration names: by variables, or from another module.
 */

#ifndef CT_LEARNED_H
#define CT_LEARNED_H

#include "ct_context.h"

typedef struct ct_learned_s ct_learned_t;


/* NULL: memory. */
ct_learned_t *ct_learned_create(void);
void ct_learned_destroy(ct_learned_t *learned);

/* CT_INBOX_LEARNED. Its place in the list; false when it cannot be read or
 * has no room. It is new when the list was no
 * longer than that. */
bool ct_learned_take(ct_learned_t *learned, ct_bytes_t parts, size_t *i);

/* All of them; until the next one is taken. */
const ct_served_t *ct_learned_list(const ct_learned_t *learned, size_t *n);

#endif
