/*
 * ct_mime: pieces of a mail: headers that hold one line whatever is put into
 * them (RFC 5322, RFC 2047), and bodies in quoted-printable (RFC 2045, 6.7).
 * Lines end in CR LF and have 78 bytes at most where it can be done.
 */

#ifndef CT_MIME_H
#define CT_MIME_H

#include "ct_bytes.h"


/* "Name: text" of anything: as it is when it is plain ASCII, else in encoded
 * words; so is what only looks like one of them. */
void ct_mime_header(ct_buf_t *out, const char *name, ct_bytes_t text);

/* "Name: a, b" of addresses, each in a line; what has no place in one is
 * replaced by "?". */
void ct_mime_addresses(ct_buf_t *out, const char *name,
    const char *const *addresses, size_t n);

/* "Date: Sun, 22 Nov 2026 16:49:00 +0000" */
void ct_mime_date(ct_buf_t *out, const char *name, int64_t ms);

/* Text with "\n" at the end of each line, the last one too. */
void ct_mime_quoted(ct_buf_t *out, ct_bytes_t text);

/* The part of an address behind the "@", for message ids; "localhost" when
 * it has none. */
void ct_mime_domain(ct_buf_t *out, const char *address);

#endif
