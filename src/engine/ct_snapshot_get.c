/*
 * ct_snapshot: one member of a line at a time, looked at for kind, length
 * and range before it is believed.
 */

#include "ct_snapshot_part.h"

#include <string.h>


bool
ct_get_u64(const json_t *o, const char *name, uint64_t max, uint64_t *v)
{
    json_int_t    n;
    const json_t *value;

    value = json_object_get(o, name);
    n = json_integer_value(value);

    if (!json_is_integer(value) || n < 0 || (uint64_t) n > max) {
        return false;
    }

    *v = (uint64_t) n;

    return true;
}


bool
ct_get_ms(const json_t *o, const char *name, int64_t *v)
{
    uint64_t n;

    if (!ct_get_u64(o, name, INT64_MAX, &n)) {
        return false;
    }

    *v = (int64_t) n;

    return true;
}


bool
ct_get_bytes(const json_t *value, uint8_t *out, size_t len)
{
    return json_is_string(value)
           && ct_parse_hex(ct_bytes(json_string_value(value),
                                    json_string_length(value)), out, len);
}


bool
ct_get_hex(const json_t *o, const char *name, uint8_t *out, size_t len)
{
    return ct_get_bytes(json_object_get(o, name), out, len);
}


bool
ct_get_text(const json_t *o, const char *name, char *out, size_t room)
{
    size_t        len;
    const json_t *value;

    value = json_object_get(o, name);

    if (!json_is_string(value)) {
        return false;
    }

    len = json_string_length(value);
    len = len < room ? len : room - 1;
    memcpy(out, json_string_value(value), len);
    out[len] = '\0';

    return true;
}


bool
ct_get_bool(const json_t *o, const char *name, uint8_t *v)
{
    const json_t *value;

    value = json_object_get(o, name);
    *v = json_is_true(value);

    return json_is_boolean(value);
}


bool
ct_get_u8(const json_t *o, const char *name, uint8_t max, uint8_t *v)
{
    uint64_t n;

    if (!ct_get_u64(o, name, max, &n)) {
        return false;
    }

    *v = (uint8_t) n;

    return true;
}


bool
ct_get_u32(const json_t *o, const char *name, uint32_t *v)
{
    uint64_t n;

    if (!ct_get_u64(o, name, UINT32_MAX, &n)) {
        return false;
    }

    *v = (uint32_t) n;

    return true;
}


bool
ct_get_base64(const json_t *value, uint8_t *out, size_t *len)
{
    return json_is_string(value)
           && ct_parse_base64(ct_bytes(json_string_value(value),
                                       json_string_length(value)), out, len)
              == CT_OK;
}
