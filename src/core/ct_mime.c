/*
 * ct_mime: whatever comes in, no byte of it gets out that could begin a new
 * header or end a body. CR and LF are only ever written by this file itself.
 */

#include "ct_mime.h"
#include "ct_utf8.h"

#include <string.h>

#define CT_MIME_LINE 76

/* Bytes of text in an encoded word: with the name of the header in front of
 * it the line stays below 76. */
#define CT_MIME_WORD 36

/* A header longer than that is encoded, to be folded anywhere. */
#define CT_MIME_PLAIN 900

static const char ct_mime_digits[] = "0123456789ABCDEF";


static bool ct_mime_is_plain(ct_bytes_t text);
static void ct_mime_plain(ct_buf_t *out, size_t column, ct_bytes_t text);
static void ct_mime_encoded(ct_buf_t *out, ct_bytes_t text);
static size_t ct_mime_chunk(ct_bytes_t text);
static void ct_mime_line(ct_buf_t *out, ct_bytes_t line);
static bool ct_mime_literal(ct_bytes_t line, size_t i, size_t column);
static void ct_mime_two(ct_buf_t *out, const uint8_t *digits);


void
ct_mime_header(ct_buf_t *out, const char *name, ct_bytes_t text)
{
    ct_buf_puts(out, name);
    ct_buf_puts(out, ": ");

    if (ct_mime_is_plain(text)) {
        ct_mime_plain(out, strlen(name) + 2, text);
    } else {
        ct_mime_encoded(out, text);
    }

    ct_buf_puts(out, "\r\n");
}


static bool
ct_mime_is_plain(ct_bytes_t text)
{
    size_t i;

    for (i = 0; i < text.len; i++) {
        if (text.data[i] < 0x20 || text.data[i] >= 0x7f
            || (text.data[i] == '=' && i + 1 < text.len
                && text.data[i + 1] == '?'))
        {
            return false;
        }
    }

    return text.len <= CT_MIME_PLAIN;
}


/* Folded before words. A line of blanks only would end the headers for some,
 * so a blank is only folded when a word follows. */
static void
ct_mime_plain(ct_buf_t *out, size_t column, ct_bytes_t text)
{
    size_t i, end;

    for (i = 0; i < text.len; i = end) {
        end = i;

        while (end < text.len && text.data[end] == ' ') {
            end++;
        }

        while (end < text.len && text.data[end] != ' ') {
            end++;
        }

        if (i != 0 && column + (end - i) > CT_MIME_LINE
            && text.data[end - 1] != ' ')
        {
            ct_buf_puts(out, "\r\n");
            column = 0;
        }

        ct_buf_put(out, text.data + i, end - i);
        column += end - i;
    }
}


static void
ct_mime_encoded(ct_buf_t *out, ct_bytes_t text)
{
    ct_bytes_t chunk;

    while (!out->full && text.len != 0
           && ct_read_bytes(&text, ct_mime_chunk(text), &chunk))
    {
        ct_buf_puts(out, "=?UTF-8?B?");
        ct_buf_base64(out, chunk.data, chunk.len);
        ct_buf_puts(out, text.len != 0 ? "?=\r\n " : "?=");
    }
}


/* Whole characters, as many as fit into a word. */
static size_t
ct_mime_chunk(ct_bytes_t text)
{
    size_t n;

    if (text.len <= CT_MIME_WORD) {
        return text.len;
    }

    n = CT_MIME_WORD;

    while (n > CT_MIME_WORD - CT_UTF8_MAX && (text.data[n] & 0xc0) == 0x80) {
        n--;
    }

    return n;
}


void
ct_mime_addresses(ct_buf_t *out, const char *name,
    const char *const *addresses, size_t n)
{
    size_t     i;
    uint8_t    c;
    ct_bytes_t in;

    ct_buf_puts(out, name);
    ct_buf_putc(out, ':');

    for (i = 0; i < n; i++) {
        ct_buf_puts(out, i == 0 ? " " : ",\r\n ");
        in = ct_bytes_str(addresses[i]);

        while (ct_read_u8(&in, &c)) {
            ct_buf_putc(out, c >= 0x20 && c < 0x7f ? c : '?');
        }
    }

    ct_buf_puts(out, "\r\n");
}


void
ct_mime_date(ct_buf_t *out, const char *name, int64_t ms)
{
    int64_t  days;
    size_t   month, day;
    uint8_t  text[sizeof("2026-11-22T16:49:00Z") - 1];
    ct_buf_t stamp;

    static const char weekdays[] = "ThuFriSatSunMonTueWed";
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

    ms = ms > 0 ? ms : 0;
    days = ms / 86400000;
    day = (size_t) (days % 7);

    ct_buf_fixed(&stamp, text, sizeof(text));
    ct_buf_time(&stamp, ms);
    month = (size_t) ((text[5] - '0') * 10 + text[6] - '0' - 1);

    ct_buf_puts(out, name);
    ct_buf_puts(out, ": ");
    ct_buf_put(out, weekdays + day * 3, 3);
    ct_buf_puts(out, ", ");
    ct_mime_two(out, text + 8);
    ct_buf_putc(out, ' ');
    ct_buf_put(out, months + month * 3, 3);
    ct_buf_putc(out, ' ');
    ct_buf_put(out, text, 4);
    ct_buf_putc(out, ' ');
    ct_buf_put(out, text + 11, 8);
    ct_buf_puts(out, " +0000\r\n");
}


static void
ct_mime_two(ct_buf_t *out, const uint8_t *digits)
{
    ct_buf_put(out, digits, 2);
}


void
ct_mime_quoted(ct_buf_t *out, ct_bytes_t text)
{
    ct_bytes_t line;

    while (text.len != 0 && !out->full) {
        if (!ct_read_until(&text, '\n', &line)) {
            line = text;
            text.len = 0;
        }

        ct_mime_line(out, line);
        ct_buf_puts(out, "\r\n");
    }
}


static void
ct_mime_line(ct_buf_t *out, ct_bytes_t line)
{
    size_t  i, column, need;
    uint8_t c;

    column = 0;

    for (i = 0; i < line.len; i++) {
        c = line.data[i];
        need = ct_mime_literal(line, i, column) ? 1 : 3;

        /* room for the "=" of a soft break, after which there is a new line
         * with its own beginning */
        if (column + need >= CT_MIME_LINE) {
            ct_buf_puts(out, "=\r\n");
            column = 0;
            need = ct_mime_literal(line, i, column) ? 1 : 3;
        }

        if (need == 1) {
            ct_buf_putc(out, c);
        } else {
            ct_buf_putc(out, '=');
            ct_buf_putc(out, (uint8_t) ct_mime_digits[c >> 4]);
            ct_buf_putc(out, (uint8_t) ct_mime_digits[c & 15]);
        }

        column += need;
    }
}


/* Blanks at an end, and dots and "From" at a beginning, mean something to
 * programs on the way. */
static bool
ct_mime_literal(ct_bytes_t line, size_t i, size_t column)
{
    uint8_t c;

    c = line.data[i];

    if (c == ' ') {
        return i + 1 < line.len;
    }

    if (column == 0 && (c == '.' || c == 'F')) {
        return false;
    }

    return c > ' ' && c < 0x7f && c != '=';
}


void
ct_mime_domain(ct_buf_t *out, const char *address)
{
    uint8_t    c;
    ct_bytes_t in, before, rest;

    in = ct_bytes_str(address);
    rest = in;

    while (ct_read_until(&in, '@', &before)) {
        rest = in;
    }

    if (rest.data == (const uint8_t *) address) {
        rest.len = 0;
    }

    if (rest.len == 0 || rest.data[0] == '>') {
        ct_buf_puts(out, "localhost");
        return;
    }

    while (ct_read_u8(&rest, &c) && c != '>') {
        ct_buf_putc(out, (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z')
                         || (c >= 'A' && c <= 'Z') || c == '.' || c == '-'
                         ? c : '-');
    }
}
