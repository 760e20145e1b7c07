/*
 * ct_utf8: one character of UTF-8 at a time (RFC 3629): no surrogates, no
 * overlong forms, nothing above U+10FFFF.
 */

#ifndef CT_UTF8_H
#define CT_UTF8_H

#include "ct_bytes.h"

#define CT_UTF8_MAX 4 /* bytes of the longest character */


/* The next character; false, with nothing moved, at the end or when the
 * bytes there are not UTF-8. */
bool ct_utf8_read(ct_bytes_t *in, uint32_t *code);

/* Writes `code` and returns its bytes: 1 to 4, 0 when it is no character. */
size_t ct_utf8_write(uint8_t out[CT_UTF8_MAX], uint32_t code);

/* False for what changes a text without being seen in it: controls, line
 * separators, direction and width tricks. */
bool ct_utf8_shown(uint32_t code);

#endif
