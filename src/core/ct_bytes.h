/*
 * ct_bytes: a borrowed slice, a bounded cursor over it, and a bounded
 * output buffer. Every parser of this project reads through the cursor and
 * every renderer writes through the buffer.
 *
 * A read moves the cursor only when it succeeds; on failure cursor and
 * output are untouched. Integers are big-endian (RFC 8446, 3.1).
 */

#ifndef CT_BYTES_H
#define CT_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ct_arena.h"
#include "ct_rc.h"

#define CT_HASH_LEN 32

typedef struct {
    const uint8_t *data; /* borrowed; may be NULL when len is 0 */
    size_t         len;
} ct_bytes_t;

#define CT_BYTES(s) ((ct_bytes_t) {(const uint8_t *) (s), sizeof(s) - 1})


static inline ct_bytes_t
ct_bytes(const void *data, size_t len)
{
    return (ct_bytes_t) {data, len};
}


ct_bytes_t ct_bytes_str(const char *s); /* NULL gives the empty slice */
bool ct_bytes_equal(ct_bytes_t a, ct_bytes_t b);
bool ct_bytes_is(ct_bytes_t a, const char *s);

/* ASCII case folded; anything else is compared as it is. */
bool ct_bytes_equal_nocase(ct_bytes_t a, ct_bytes_t b);


/* Inline: each entry of a log is taken apart by these. */
static inline bool
ct_read_uint(ct_bytes_t *in, size_t n, uint64_t *v)
{
    size_t   i;
    uint64_t value;

    if (in->len < n) {
        return false;
    }

    value = 0;

#pragma GCC unroll 8
    for (i = 0; i < n; i++) {
        value = value << 8 | in->data[i];
    }

    in->data += n;
    in->len -= n;
    *v = value;

    return true;
}


static inline bool
ct_read_u8(ct_bytes_t *in, uint8_t *v)
{
    uint64_t n;

    if (!ct_read_uint(in, 1, &n)) {
        return false;
    }

    *v = (uint8_t) n;

    return true;
}


static inline bool
ct_read_u16(ct_bytes_t *in, uint16_t *v)
{
    uint64_t n;

    if (!ct_read_uint(in, 2, &n)) {
        return false;
    }

    *v = (uint16_t) n;

    return true;
}


static inline bool
ct_read_u24(ct_bytes_t *in, uint32_t *v)
{
    uint64_t n;

    if (!ct_read_uint(in, 3, &n)) {
        return false;
    }

    *v = (uint32_t) n;

    return true;
}


static inline bool
ct_read_u40(ct_bytes_t *in, uint64_t *v)
{
    return ct_read_uint(in, 5, v);
}


static inline bool
ct_read_u64(ct_bytes_t *in, uint64_t *v)
{
    return ct_read_uint(in, 8, v);
}


static inline bool
ct_read_bytes(ct_bytes_t *in, size_t n, ct_bytes_t *v)
{
    if (in->len < n) {
        return false;
    }

    *v = ct_bytes(in->data, n);

    if (n != 0) {
        in->data += n;
        in->len -= n;
    }

    return true;
}


/* A length of `n` bytes, then so many bytes (RFC 8446, 3.4). */
static inline bool
ct_read_vec(ct_bytes_t *in, size_t n, ct_bytes_t *v)
{
    uint64_t   len;
    ct_bytes_t rest;

    rest = *in;

    if (!ct_read_uint(&rest, n, &len)
        || !ct_read_bytes(&rest, (size_t) len, v))
    {
        return false;
    }

    *in = rest;

    return true;
}


static inline bool
ct_read_vec16(ct_bytes_t *in, ct_bytes_t *v) /* opaque <0..2^16-1> */
{
    return ct_read_vec(in, 2, v);
}


static inline bool
ct_read_vec24(ct_bytes_t *in, ct_bytes_t *v) /* opaque <0..2^24-1> */
{
    return ct_read_vec(in, 3, v);
}


/* Up to `c`, which is eaten but not part of `v`; false when it is absent. */
bool ct_read_until(ct_bytes_t *in, uint8_t c, ct_bytes_t *v);

/* The whole slice as a decimal without sign, blanks or leading zero. */
bool ct_parse_decimal(ct_bytes_t in, uint64_t *v);

/* The whole slice as lower or upper case hex; exactly 2 * len digits. */
bool ct_parse_hex(ct_bytes_t in, uint8_t *out, size_t len);

/* Standard alphabet, padded (RFC 4648, 4), no blanks. *out_len is the room
 * on entry and the bytes written on return; CT_E_ENCODING or CT_E_LIMIT. */
ct_rc_t ct_parse_base64(ct_bytes_t in, uint8_t *out, size_t *out_len);


/*
 * Output. Born with its ceiling; what does not fit sets `full`, and from
 * then on nothing is written: check once, at the end.
 */
typedef struct {
    uint8_t    *data;
    size_t      len;
    size_t      room;    /* bytes at data */
    size_t      ceiling; /* room never grows beyond */
    ct_arena_t *arena;   /* NULL: fixed room, owned by the caller */
    bool        full;
} ct_buf_t;


void ct_buf_fixed(ct_buf_t *buf, void *data, size_t room);
void ct_buf_init(ct_buf_t *buf, ct_arena_t *arena, size_t ceiling);
void ct_buf_put(ct_buf_t *buf, const void *data, size_t len);
void ct_buf_puts(ct_buf_t *buf, const char *s);
void ct_buf_putc(ct_buf_t *buf, uint8_t c);
void ct_buf_bytes(ct_buf_t *buf, ct_bytes_t bytes);
void ct_buf_u64(ct_buf_t *buf, uint64_t v); /* decimal */
void ct_buf_hex(ct_buf_t *buf, const void *data, size_t len);
void ct_buf_base64(ct_buf_t *buf, const void *data, size_t len);

/* Milliseconds since 1970 as "2026-11-22T16:49:00Z"; years 0..9999, what
 * lies outside is clamped. Fractions are cut. */
void ct_buf_time(ct_buf_t *buf, int64_t ms);

/* The written slice; empty when full. */
ct_bytes_t ct_buf_slice(const ct_buf_t *buf);

#endif
