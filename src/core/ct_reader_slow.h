/*
 * ct_reader_slow: what ct_reader leaves to jansson, one object or one
 * skipped member at a time. Private to ct_reader.
 */

#ifndef CT_READER_SLOW_H
#define CT_READER_SLOW_H

#include "ct_bytes.h"

#define CT_READER_DEPTH  32   /* of arrays and objects */
#define CT_READER_VALUES 1024 /* of one value that jansson is given */


/* Where the value at the start of `in` ends, which need not be JSON yet.
 * CT_E_SHORT: not in here (a number or word ends where something else
 * begins); CT_E_ENCODING: there is none; CT_E_LIMIT: the two above. */
ct_rc_t ct_reader_slow_value(ct_bytes_t in, ct_bytes_t *value);

/* A value that nobody asked for: is it JSON? */
ct_rc_t ct_reader_slow_skip(ct_bytes_t value);

/* Is it a string, and which? */
ct_rc_t ct_reader_slow_is(ct_bytes_t value, const char *text, bool *is);

/* An object of "entries": both members have to be strings. `leaf_input` is
 * decoded; *len is the room on entry. */
ct_rc_t ct_reader_slow_entry(ct_bytes_t value, uint8_t *leaf, size_t *len);

/* Such an object, or an "extra_data" with its quotes: decoded. */
ct_rc_t ct_reader_slow_extra(ct_bytes_t value, ct_arena_t *arena,
    ct_bytes_t *extra);

#endif
