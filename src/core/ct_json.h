/*
 * ct_json: writes JSON (RFC 8259) into a ct_buf_t. Strings are escaped so
 * that the result is valid UTF-8 whatever bytes came in: what is not UTF-8
 * becomes U+FFFD. "<", ">", "&" are written as \u escapes, so that JSON is
 * harmless inside HTML too. Reading is left to jansson.
 */

#ifndef CT_JSON_H
#define CT_JSON_H

#include "ct_bytes.h"

typedef struct {
    ct_buf_t *out;
    bool      comma; /* the next member needs one */
} ct_json_t;


void ct_json_start(ct_json_t *json, ct_buf_t *out);

/* `name` is NULL inside arrays and at the top. */
void ct_json_object(ct_json_t *json, const char *name);
void ct_json_object_end(ct_json_t *json);
void ct_json_array(ct_json_t *json, const char *name);
void ct_json_array_end(ct_json_t *json);
void ct_json_string(ct_json_t *json, const char *name, ct_bytes_t value);
void ct_json_str(ct_json_t *json, const char *name, const char *value);
void ct_json_u64(ct_json_t *json, const char *name, uint64_t value);
void ct_json_bool(ct_json_t *json, const char *name, bool value);
void ct_json_null(ct_json_t *json, const char *name);
void ct_json_hex(ct_json_t *json, const char *name, const uint8_t *data,
    size_t len);

/* Milliseconds since 1970 as an RFC 3339 string; null when 0. */
void ct_json_time(ct_json_t *json, const char *name, int64_t ms);

#endif
