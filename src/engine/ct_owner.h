/*
 * ct_owner: one writer at a time, always. A robust process-shared mutex in
 * the zone passes ownership between generations and survives kill -9; an
 * advisory lock on "<state>.lock" does the same between zones and masters
 * (resize, rename, binary upgrade).
 */

#ifndef CT_OWNER_H
#define CT_OWNER_H

#include "ct_rc.h"

#include <stdbool.h>

#define CT_OWNER_SIZE 128 /* bytes, 8-byte aligned, in shared memory */

typedef struct {
    void *zone;    /* the mutex */
    int   file;    /* descriptor of the lock file; -1: none */
    bool  held;    /* the mutex is ours */
    bool  inherited; /* the last owner died with it */
} ct_owner_t;


/* Prepares fresh shared memory, once per zone. */
bool ct_owner_init(void *zone);

/* Never waits. CT_OK: we own it (and `inherited` says whether a dead writer
 * did before); CT_E_FULL: somebody else does, ask again; CT_E_IO: the lock
 * file cannot be used, errno tells why, ownership is by the zone alone. */
ct_rc_t ct_owner_take(ct_owner_t *owner, void *zone, const char *state);
void ct_owner_give(ct_owner_t *owner);

#endif
