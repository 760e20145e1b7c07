/*
 * ct_idn: labels of internationalized names (U-labels) as DNS has them
 * (A-labels, "xn--..."; RFC 5890, 2.3.2.1), as far as that can be said for
 * sure.
 *
 * What is done: simple lower-casing, and letters and digits that stay as
 * they are, of Latin (Vietnamese included), Greek, Cyrillic, Armenian,
 * Georgian, Hebrew, Arabic, Devanagari, Thai, kana, bopomofo, Hangul and Han;
 * full-width ASCII; superscripts of Latin-1; characters that IDNA drops (soft
 * hyphen, variation selectors). Each is what UTS #46 makes of it.
 *
 * What is not: other scripts, combining marks, so that a decomposed "u" with
 * two dots is no u-umlaut, compatibility forms, joiners, rules for context
 * and direction, nor whether such a label may be registered. A label with any
 * of that is not converted, and whoever asked has to be prepared for
 * anything. So this is no check of names; it is what makes equal ones look
 * equal, and it never makes unequal ones so.
 */

#ifndef CT_IDN_H
#define CT_IDN_H

#include "ct_bytes.h"

#define CT_IDN_LABEL 63 /* RFC 1035, 2.3.4 */


/* A label of these code points as letters, digits, "-" and "_" in lower
 * case: its length, or 0 when it cannot be converted or would be too long.
 * `*sure` is false when there is more than one opinion: sharp s and final
 * sigma are letters of their own here, as in IDNA2008 and in browsers, and
 * were others before (RFC 5894, 7.2). */
size_t ct_idn_label(uint8_t out[CT_IDN_LABEL], const uint32_t *codes,
    size_t n, bool *sure);

/* Is it a separator of labels (RFC 3490, 3.1)? */
bool ct_idn_dot(uint32_t code);

/* A whole name in UTF-8; what is ASCII in it is left alone, right or wrong.
 * False when a label cannot be converted, or the buffer is full. */
bool ct_idn_name(ct_bytes_t name, ct_buf_t *out);

/* Is this label, which begins with "xn--", what stands for some U-label?
 * If not, clients may take it for whatever they like. */
bool ct_idn_sound(ct_bytes_t label);

#endif
