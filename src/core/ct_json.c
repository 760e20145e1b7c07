/*
 * ct_json: the writing half of RFC 8259. Members are written as they come;
 * that objects and arrays nest is the caller's care, that every byte of
 * every string is harmless is taken care of here.
 */

#include "ct_json.h"
#include "ct_utf8.h"


static void ct_json_begin(ct_json_t *json, const char *name);
static void ct_json_open(ct_json_t *json, const char *name, uint8_t c);
static void ct_json_close(ct_json_t *json, uint8_t c);
static void ct_json_quote(ct_buf_t *out, ct_bytes_t text);
static void ct_json_escape(ct_buf_t *out, uint8_t c);
static bool ct_json_plain(uint8_t c);


void
ct_json_start(ct_json_t *json, ct_buf_t *out)
{
    json->out = out;
    json->comma = false;
}


void
ct_json_object(ct_json_t *json, const char *name)
{
    ct_json_open(json, name, '{');
}


void
ct_json_object_end(ct_json_t *json)
{
    ct_json_close(json, '}');
}


void
ct_json_array(ct_json_t *json, const char *name)
{
    ct_json_open(json, name, '[');
}


void
ct_json_array_end(ct_json_t *json)
{
    ct_json_close(json, ']');
}


void
ct_json_string(ct_json_t *json, const char *name, ct_bytes_t value)
{
    ct_json_begin(json, name);
    ct_json_quote(json->out, value);
}


void
ct_json_str(ct_json_t *json, const char *name, const char *value)
{
    ct_json_string(json, name, ct_bytes_str(value));
}


void
ct_json_u64(ct_json_t *json, const char *name, uint64_t value)
{
    ct_json_begin(json, name);
    ct_buf_u64(json->out, value);
}


void
ct_json_bool(ct_json_t *json, const char *name, bool value)
{
    ct_json_begin(json, name);
    ct_buf_puts(json->out, value ? "true" : "false");
}


void
ct_json_null(ct_json_t *json, const char *name)
{
    ct_json_begin(json, name);
    ct_buf_puts(json->out, "null");
}


void
ct_json_hex(ct_json_t *json, const char *name, const uint8_t *data,
    size_t len)
{
    ct_json_begin(json, name);
    ct_buf_putc(json->out, '"');
    ct_buf_hex(json->out, data, len);
    ct_buf_putc(json->out, '"');
}


void
ct_json_time(ct_json_t *json, const char *name, int64_t ms)
{
    if (ms == 0) {
        ct_json_null(json, name);
        return;
    }

    ct_json_begin(json, name);
    ct_buf_putc(json->out, '"');
    ct_buf_time(json->out, ms);
    ct_buf_putc(json->out, '"');
}


/* What stands before any value. */
static void
ct_json_begin(ct_json_t *json, const char *name)
{
    if (json->comma) {
        ct_buf_putc(json->out, ',');
    }

    json->comma = true;

    if (name != NULL) {
        ct_json_quote(json->out, ct_bytes_str(name));
        ct_buf_putc(json->out, ':');
    }
}


static void
ct_json_open(ct_json_t *json, const char *name, uint8_t c)
{
    ct_json_begin(json, name);
    ct_buf_putc(json->out, c);
    json->comma = false;
}


static void
ct_json_close(ct_json_t *json, uint8_t c)
{
    ct_buf_putc(json->out, c);
    json->comma = true;
}


/* Copies runs of what needs no escape; a stray byte becomes U+FFFD. */
static void
ct_json_quote(ct_buf_t *out, ct_bytes_t text)
{
    size_t     n;
    uint8_t    c;
    uint32_t   code;
    ct_bytes_t run, rest;

    ct_buf_putc(out, '"');

    while (text.len != 0 && !out->full) {
        rest = text;
        n = 0;

        while (n < text.len && ct_json_plain(text.data[n])) {
            n++;
        }

        if (n == 0 && text.data[0] >= 0x80 && ct_utf8_read(&rest, &code)) {
            n = text.len - rest.len;
        }

        if (n != 0 && ct_read_bytes(&text, n, &run)) {
            ct_buf_bytes(out, run);
            continue;
        }

        (void) ct_read_u8(&text, &c);
        ct_json_escape(out, c);
    }

    ct_buf_putc(out, '"');
}


/* RFC 8259, 7, for what is ASCII; anything else is not UTF-8 here. */
static void
ct_json_escape(ct_buf_t *out, uint8_t c)
{
    switch (c) {
    case '"':
        ct_buf_puts(out, "\\\"");
        return;
    case '\\':
        ct_buf_puts(out, "\\\\");
        return;
    case '\n':
        ct_buf_puts(out, "\\n");
        return;
    }

    if (c >= 0x80) {
        ct_buf_puts(out, "\xef\xbf\xbd");
        return;
    }

    ct_buf_puts(out, "\\u00");
    ct_buf_hex(out, &c, 1);
}


static bool
ct_json_plain(uint8_t c)
{
    return c >= 0x20 && c < 0x7f && c != '"' && c != '\\' && c != '<'
           && c != '>' && c != '&';
}
