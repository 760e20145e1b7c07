/*
 * ct_watch_mark: a number for each watched name that stays the same from
 * one run to the next, so that a reload can tell which names are new.
 */

#ifndef CT_WATCH_MARK_H
#define CT_WATCH_MARK_H

#include "ct_watch.h"


/* Hashes of names and addresses, each over kind and text. They are not made to
 * withstand anybody: who can add names to the watch gains nothing. */
typedef struct {
    uint64_t *list; /* the smallest, CT_LIMIT_WATCH_MARKS at most */
    size_t    n;
    size_t    all;  /* how many there are, with those that had no room */
    uint64_t  sum;  /* of all of them */
    size_t    next; /* where the next turn begins */
} ct_watch_marks_t;


/* With a list from `arena`. CT_E_MEMORY when it is full. */
ct_rc_t ct_watch_marks_start(ct_watch_marks_t *marks, ct_arena_t *arena);

/* Some more of them; a million names take about a thousand turns. True once
 * all are there, and the list is sorted. */
bool ct_watch_marks_turn(ct_watch_marks_t *marks, const ct_watch_t *watch);

/* Is there one that is not among the sorted `known`? Errs on the side of yes
 * when there were too many to keep. */
bool ct_watch_marks_new(const ct_watch_marks_t *marks, const uint64_t *known,
    size_t nknown);

#endif
