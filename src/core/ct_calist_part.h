/*
 * ct_calist_part: inside ct_calist - the table, and how it is filled.
 */

#ifndef CT_CALIST_PART_H
#define CT_CALIST_PART_H

#include "ct_calist.h"

typedef struct {
    const char *name;   /* NUL-terminated UTF-8 */
    const char *report; /* NULL: not known */
} ct_calist_owner_t;

/* A certificate or a key. */
typedef struct {
    uint8_t  hash[CT_HASH_LEN];
    uint16_t owner;    /* number; 0: the place is free */
    bool     strong;   /* a root's own record, or a subordinate's */
    bool     disputed; /* as strongly another's */
} ct_calist_claim_t;

struct ct_calist_s {
    ct_calist_claim_t *claims; /* by hash */
    size_t             mask;   /* of their places */
    size_t             nclaims;
    ct_calist_owner_t *owners; /* from number 1 on */
    size_t             nowners;
    uint16_t          *names;  /* numbers, by name */
    size_t             ncertificates;
    size_t             nbad;
};


/* An empty one with room for `n` claims. NULL: memory. */
ct_calist_t *ct_calist_create(ct_arena_t *arena, size_t n);

/* Number of the owner of this name, which is copied when it is new; 0: no
 * room, or no name. */
uint16_t ct_calist_intern(ct_calist_t *list, ct_arena_t *arena,
    const char *name);

/* NULL: nobody claims it. */
const ct_calist_claim_t *ct_calist_find(const ct_calist_t *list,
    const uint8_t hash[CT_HASH_LEN]);

/* False: there is no room. */
bool ct_calist_claim(ct_calist_t *list, const uint8_t hash[CT_HASH_LEN],
    uint16_t owner, bool strong);

#endif
