/*
 * ct_keeper_part: inside ct_keeper - the places it looks at
 * (ct_keeper_place.c), how a look at them ends (ct_keeper_look.c), and the
 * last good list on disk (ct_keeper_copy.c).
 */

#ifndef CT_KEEPER_PART_H
#define CT_KEEPER_PART_H

#include "ct_keeper.h"

/* Fills keeper->got, or sets `busy` and does so later; or rests. */
void ct_keeper_get(ct_keeper_t *keeper, const char *place);

/* The files are as they were when they were read last. */
bool ct_keeper_unmoved(ct_keeper_t *keeper);


/* Ends of a look; all of them lead to CT_KEEPER_REST. */
void ct_keeper_found_good(ct_keeper_t *keeper);
void ct_keeper_failed(ct_keeper_t *keeper, const char *what,
    const char *why);
void ct_keeper_rest(ct_keeper_t *keeper, int64_t ms);

/* Give or take a tenth. */
int64_t ct_keeper_about(ct_keeper_t *keeper, int64_t ms);


/*
 * "<state>.list" has the exact bytes of the list, and the time of that file
 * is when it was last found good; "<state>.list.sig" its signature, where
 * one is checked; and "<state>.list.from" where it came from, for a copy of
 * another list says nothing about this one, and what the server called it: a
 * line for each of URL or path, ETag, Last-Modified.
 */

/* CT_OK, and it is in malloc memory, its tag in keeper->tag; CT_E_ABSENT:
 * there is none of this place; CT_E_SIGNATURE: without a good signature; or
 * what ct_file_read says. */
ct_rc_t ct_keeper_copy_load(ct_keeper_t *keeper, uint8_t **data, size_t *len,
    int64_t *checked_ms);

/* With keeper->tag. False: errno tells why. An empty signature is not
 * kept. */
bool ct_keeper_copy_save(ct_keeper_t *keeper, ct_bytes_t list,
    ct_bytes_t signature);

/* It was found good again. */
void ct_keeper_copy_touch(ct_keeper_t *keeper);

#endif
