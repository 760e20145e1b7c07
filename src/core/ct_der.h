/*
 * ct_der: DER tag-length-value, strict and bounded (X.690, 8.1, 10.1):
 * definite, minimal lengths; single-byte tags. Reads through ct_bytes; no
 * recursion, no allocation. Reading is inline: half of the time an entry
 * takes beside its hash goes by here.
 */

#ifndef CT_DER_H
#define CT_DER_H

#include "ct_bytes.h"

#define CT_DER_BOOLEAN    0x01
#define CT_DER_INTEGER    0x02
#define CT_DER_BIT_STRING 0x03
#define CT_DER_OCTETS     0x04
#define CT_DER_NULL       0x05
#define CT_DER_OID        0x06
#define CT_DER_UTF8       0x0c
#define CT_DER_PRINTABLE  0x13
#define CT_DER_TELETEX    0x14
#define CT_DER_IA5        0x16
#define CT_DER_UTC_TIME   0x17
#define CT_DER_GEN_TIME   0x18
#define CT_DER_UNIVERSAL  0x1c
#define CT_DER_BMP        0x1e
#define CT_DER_SEQUENCE   0x30
#define CT_DER_SET        0x31
#define CT_DER_CONTEXT(n) (0x80 | (n)) /* primitive */
#define CT_DER_EXPLICIT(n) (0xa0 | (n)) /* constructed */

typedef struct {
    uint8_t    tag;
    ct_bytes_t value; /* contents */
    ct_bytes_t whole; /* tag, length and contents */
} ct_der_t;

typedef struct {
    size_t head; /* bytes of tag and length; 0: not DER */
    size_t len;  /* bytes of contents */
} ct_der_extent_t;


/* For ct_der_read alone: an element with a length of several octets, of
 * which the first two bytes are there. By value, so that cursors can live
 * in registers. */
ct_der_extent_t ct_der_long_extent(const uint8_t *p, size_t room);


/* The next element; false at the end or when it is not DER. */
static inline bool
ct_der_read(ct_bytes_t *in, ct_der_t *item)
{
    const uint8_t  *p = in->data;
    ct_der_extent_t extent;

    /* all five tag bits set announce a number in the octets behind */
    if (in->len < 2 || (p[0] & 0x1f) == 0x1f) {
        return false;
    }

    extent = (ct_der_extent_t) {2, p[1]};

    if (extent.len > 0x7f) {
        extent = ct_der_long_extent(p, in->len);

        if (extent.head == 0) {
            return false;
        }

    } else if (extent.len > in->len - 2) {
        return false;
    }

    item->tag = p[0];
    item->value.data = p + extent.head;
    item->value.len = extent.len;
    item->whole.data = p;
    item->whole.len = extent.head + extent.len;

    in->data = p + item->whole.len;
    in->len -= item->whole.len;

    return true;
}


/* The next element, if it has this tag. */
static inline bool
ct_der_expect(ct_bytes_t *in, uint8_t tag, ct_der_t *item)
{
    return in->len != 0 && in->data[0] == tag && ct_der_read(in, item);
}


/* The next element if it has this tag; otherwise true with an empty
 * `whole` and nothing moved. False only when it has the tag and is broken. */
static inline bool
ct_der_optional(ct_bytes_t *in, uint8_t tag, ct_der_t *item)
{
    if (in->len != 0 && in->data[0] == tag) {
        return ct_der_read(in, item);
    }

    *item = (ct_der_t) {0};

    return true;
}


/* Bytes of tag + minimal length octets for contents of `len` bytes. */
size_t ct_der_header_len(size_t len);

/* Appends tag and minimal length. */
void ct_der_header(ct_buf_t *out, uint8_t tag, size_t len);

/* UTCTime or GeneralizedTime of RFC 5280, 4.1.2.5, in UTC ("Z"), seconds
 * optional; ms since 1970. */
bool ct_der_time(const ct_der_t *item, int64_t *ms);

#endif
