/*
 * ct_punycode: code points as letters, digits and hyphens (RFC 3492), as
 * they stand behind "xn--" in a DNS label. Nothing of IDNA: see ct_idn.
 */

#ifndef CT_PUNYCODE_H
#define CT_PUNYCODE_H

#include "ct_bytes.h"

#define CT_PUNYCODE_MAX 63 /* code points or bytes: those of a label */


/* Appends what stands for these code points; false when there are more
 * than CT_PUNYCODE_MAX or one of them is no character. */
bool ct_punycode_encode(ct_buf_t *out, const uint32_t *codes, size_t n);

/* The code points of a text, their number in *n. False when it is not
 * Punycode, is longer than CT_PUNYCODE_MAX, or when what comes out is not a
 * character. Digits may be in either case; basic code points are kept. */
bool ct_punycode_decode(ct_bytes_t text, uint32_t codes[CT_PUNYCODE_MAX],
    size_t *n);

#endif
