/*
 * ct_watch_mark: a number for each watched name that stays the same from
 * one run to the next, so that a reload can tell which names are new.
 */

#ifndef CT_WATCH_MARK_H
#define CT_WATCH_MARK_H

#include "ct_merkle.h"
#include "ct_watch.h"


/* The first eight bytes of SHA-256 over kind and name, for each watched name
 * and address, sorted; from `arena`. NULL when it is full. `*sum` is their
 * sum, and `*n` how many there are. */
uint64_t *ct_watch_marks(const ct_watch_t *watch, ct_arena_t *arena,
    ct_sha256_t *sha, size_t *n, uint64_t *sum);

/* Is one of the sorted `marks` not among the sorted `known`? */
bool ct_watch_marks_new(const uint64_t *marks, size_t n,
    const uint64_t *known, size_t nknown);

#endif
