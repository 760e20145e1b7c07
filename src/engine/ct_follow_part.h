/*
 * ct_follow_part: what the files of ct_follow share, and nobody else.
 */

#ifndef CT_FOLLOW_PART_H
#define CT_FOLLOW_PART_H

#include "ct_follow.h"


/* ct_follow_head.c */

bool ct_follow_ask_head(void *owner);

/* Remembers a head that was verified. */
void ct_follow_seen_head(ct_follow_t *follow, const ct_head_t *head);

/*
 * The log misbehaves: evidence on disk, an event, and the record says so.
 * `a` and `b` (NULL: none) are signed heads; `root` (NULL: none) is what the
 * entries from `from` on gave instead of a's.
 */
void ct_follow_accuse(ct_follow_t *follow, const char *kind,
    const ct_head_t *a, const ct_head_t *b, const uint8_t *root,
    uint64_t from);

/* Evidence that could not be kept: once more, when it is due. */
void ct_follow_keep_owed(ct_follow_t *follow);


/* ct_follow_grade.c */

/* It gave a good answer. */
void ct_follow_answers(ct_follow_t *follow);

/* It did not. Told once per change, not once per retry. */
void ct_follow_error(ct_follow_t *follow, const char *what, const char *why,
    bool refused);

/* How it stands now; events where that changed. At most once a second. */
void ct_follow_grade(ct_follow_t *follow);


/* ct_follow.c */

void ct_follow_save(ct_follow_t *follow);

#endif
