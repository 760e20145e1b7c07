/*
 * ct_reader_slow: JSON (RFC 8259) as it may be and hardly ever is. The end
 * of a value is found by counting brackets outside of strings; jansson then
 * is given exactly that, so a body is never a tree in memory. jansson makes
 * some 100 bytes of every value, so the values are counted before.
 */

#include <jansson.h>
#include <string.h>

#include "ct_reader_slow.h"

/* numbers that nobody reads may be large */
#define CT_READER_FLAGS                                             \
    (JSON_DECODE_ANY | JSON_DECODE_INT_AS_REAL | JSON_ALLOW_NUL)


static bool ct_reader_slow_ends(uint8_t c);
static size_t ct_reader_slow_string(ct_bytes_t in);
static ct_rc_t ct_reader_slow_leaf(const json_t *json, uint8_t *leaf,
    size_t *len);
static ct_rc_t ct_reader_slow_decode(const json_t *text, ct_arena_t *arena,
    ct_bytes_t *out);
static json_t *ct_reader_slow_load(ct_bytes_t value, size_t flags);
static ct_bytes_t ct_reader_slow_text(const json_t *text);


ct_rc_t
ct_reader_slow_value(ct_bytes_t in, ct_bytes_t *value)
{
    size_t  i, n, depth, values;
    uint8_t c;

    depth = 0;
    values = 0;

    for (i = 0; i < in.len; i += n) {
        n = 1;
        c = in.data[i];

        if (depth == 0 && ct_reader_slow_ends(c)) {
            *value = ct_bytes(in.data, i);
            return i != 0 ? CT_OK : CT_E_ENCODING;
        }

        depth += c == '{' || c == '[';
        values += c == '{' || c == '[' || c == ',';
        depth -= c == '}' || c == ']';

        if (depth > CT_READER_DEPTH || values > CT_READER_VALUES) {
            return CT_E_LIMIT;
        }

        if (c == '"') {
            n = ct_reader_slow_string(ct_bytes(in.data + i, in.len - i));

            if (n == 0) {
                return CT_E_SHORT;
            }
        }

        if (depth == 0 && (c == '"' || c == '}' || c == ']')) {
            *value = ct_bytes(in.data, i + n);
            return CT_OK;
        }
    }

    return CT_E_SHORT;
}


/* What may follow a number or a word. */
static bool
ct_reader_slow_ends(uint8_t c)
{
    return c == ',' || c == '}' || c == ']' || c == ' ' || c == '\t'
           || c == '\n' || c == '\r';
}


/* The bytes of the string that begins here, with its quotes; 0: its end is
 * not in here. A quote behind an odd number of backslashes is not it. */
static size_t
ct_reader_slow_string(ct_bytes_t in)
{
    size_t         escapes;
    ct_bytes_t     text, part;
    const uint8_t *p;

    text = ct_bytes(in.data + 1, in.len - 1);

    while (ct_read_until(&text, '"', &part)) {
        p = text.data - 1;

        for (escapes = 0; p[-1] == '\\'; p--) {
            escapes++;
        }

        if (escapes % 2 == 0) {
            return (size_t) (text.data - in.data);
        }
    }

    return 0;
}


ct_rc_t
ct_reader_slow_skip(ct_bytes_t value)
{
    json_t *json;

    json = ct_reader_slow_load(value, 0);
    json_decref(json);

    return json != NULL ? CT_OK : CT_E_ENCODING;
}


ct_rc_t
ct_reader_slow_is(ct_bytes_t value, const char *text, bool *is)
{
    json_t *json;

    json = ct_reader_slow_load(value, 0);

    if (!json_is_string(json)) {
        json_decref(json);
        return CT_E_ENCODING;
    }

    *is = ct_bytes_is(ct_reader_slow_text(json), text);
    json_decref(json);

    return CT_OK;
}


/* A member that is there twice is there for two readers to differ. */
ct_rc_t
ct_reader_slow_entry(ct_bytes_t value, uint8_t *leaf, size_t *len)
{
    json_t *json;
    ct_rc_t rc;

    json = ct_reader_slow_load(value, JSON_REJECT_DUPLICATES);
    rc = ct_reader_slow_leaf(json, leaf, len);
    json_decref(json);

    return rc;
}


static ct_rc_t
ct_reader_slow_leaf(const json_t *json, uint8_t *leaf, size_t *len)
{
    const json_t *text;

    text = json_object_get(json, "leaf_input");

    if (!json_is_string(text)
        || !json_is_string(json_object_get(json, "extra_data")))
    {
        return CT_E_ENCODING;
    }

    return ct_parse_base64(ct_reader_slow_text(text), leaf, len);
}


ct_rc_t
ct_reader_slow_extra(ct_bytes_t value, ct_arena_t *arena, ct_bytes_t *extra)
{
    json_t       *json;
    ct_rc_t       rc;
    const json_t *text;

    json = ct_reader_slow_load(value, 0);
    text = json_is_object(json) ? json_object_get(json, "extra_data") : json;
    rc = ct_reader_slow_decode(text, arena, extra);
    json_decref(json);

    return rc;
}


static ct_rc_t
ct_reader_slow_decode(const json_t *text, ct_arena_t *arena, ct_bytes_t *out)
{
    size_t     len;
    ct_rc_t    rc;
    uint8_t   *data;
    ct_bytes_t in;

    if (!json_is_string(text)) {
        return CT_E_ENCODING;
    }

    in = ct_reader_slow_text(text);
    len = in.len / 4 * 3;

    data = ct_arena_alloc(arena, len);
    if (data == NULL) {
        return CT_E_MEMORY;
    }

    rc = ct_parse_base64(in, data, &len);
    if (rc == CT_OK) {
        *out = ct_bytes(data, len);
    }

    return rc;
}


/* NULL when it is not JSON; json_decref() takes that too. */
static json_t *
ct_reader_slow_load(ct_bytes_t value, size_t flags)
{
    return json_loadb((const char *) value.data, value.len,
                      CT_READER_FLAGS | flags, NULL);
}


static ct_bytes_t
ct_reader_slow_text(const json_t *text)
{
    return ct_bytes(json_string_value(text), json_string_length(text));
}
