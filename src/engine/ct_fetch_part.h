/*
 * ct_fetch_part: what the files of ct_fetch share, and nobody else.
 */

#ifndef CT_FETCH_PART_H
#define CT_FETCH_PART_H

#include "ct_fetch.h"

#define CT_FETCH_URL (CT_LIMIT_URL + 256)


void ct_fetch_url(const ct_source_t *source, const char *path,
    char url[CT_FETCH_URL]);

/* Reads what has arrived of the first range; when to call again. */
int64_t ct_fetch_read(ct_fetch_t *fetch);

/* The issuer that the judge waits for: asks for it when it is due. Returns
 * when to call again. */
int64_t ct_fetch_issuer(ct_fetch_t *fetch);

/* The first range is over, one way or the other. */
void ct_fetch_end_range(ct_fetch_t *fetch, ct_pace_e end,
    int64_t retry_after_ms);

int64_t ct_fetch_start_leaf(ct_fetch_t *fetch);
void ct_fetch_bad(ct_fetch_t *fetch, const ct_ask_t *ask, ct_rc_t rc);
void ct_fetch_failed(ct_fetch_t *fetch, const ct_ask_t *ask,
    const ct_http_answer_t *answer);

#endif
