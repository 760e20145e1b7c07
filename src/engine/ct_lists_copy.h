/*
 * ct_lists_copy: the last good log list on disk. "<state>.list" has its
 * exact bytes, and the time of that file is when it was last found good;
 * "<state>.list.sig" its signature, where one is checked; and
 * "<state>.list.from" where it came from, for a copy of another source says
 * nothing about this one, and what the server called it: a line for each of
 * URL or path, ETag, Last-Modified.
 */

#ifndef CT_LISTS_COPY_H
#define CT_LISTS_COPY_H

#include "ct_context.h"

/* By what a server tells whether it has another one by now. */
typedef struct {
    char etag[CT_LIMIT_TEXT];
    char modified[CT_LIMIT_TEXT];
} ct_lists_tag_t;

/* CT_OK, and it is in malloc memory; CT_E_ABSENT: none of this source;
 * CT_E_SIGNATURE: without a good signature; or what ct_file_read says. */
ct_rc_t ct_lists_copy_load(ct_context_t *ctx, uint8_t **json, size_t *len,
    ct_lists_tag_t *tag, int64_t *checked_ms);

/* False: errno tells why. An empty signature is not kept. */
bool ct_lists_copy_save(ct_context_t *ctx, ct_bytes_t json,
    ct_bytes_t signature, const ct_lists_tag_t *tag);

/* It was found good again. */
void ct_lists_copy_touch(ct_context_t *ctx);

#endif
