/*
 * ct_watch_match: does a name of a certificate concern a watched name? A
 * name is walked from its right end and looked up at each dot; the first
 * suffix that is not in the table ends the walk. Nothing is copied, unless
 * a common name has characters of two or four bytes.
 *
 * What a name covers: RFC 6125, 6.4, and on the safe side of it, because a
 * client somewhere may be more generous.
 */

#include <string.h>

#include "ct_watch_table.h"

#define CT_WATCH_WIDE (2 * CT_LIMIT_NAME) /* characters narrowed at once */


static bool ct_watch_name(const ct_watch_t *watch, ct_bytes_t name,
    ct_bytes_t *matched);
static bool ct_watch_text(const ct_watch_t *watch, ct_bytes_t text,
    ct_bytes_t *matched);
static bool ct_watch_walk(const ct_watch_t *watch, ct_bytes_t name,
    ct_bytes_t *matched);
static bool ct_watch_wild(const ct_watch_t *watch,
    const ct_watch_node_t *above, const uint8_t *start, const uint8_t *p,
    ct_bytes_t *matched);
static bool ct_watch_ip(const ct_watch_t *watch, ct_bytes_t address,
    ct_bytes_t *matched);
static bool ct_watch_literal(const ct_watch_t *watch, ct_bytes_t text,
    ct_bytes_t *matched);
static bool ct_watch_common(const ct_watch_t *watch, const ct_name_t *name,
    ct_bytes_t *matched);
static bool ct_watch_wide(const ct_watch_t *watch, ct_bytes_t value,
    size_t unit, ct_bytes_t *matched);
static bool ct_watch_narrow(const ct_watch_t *watch, const uint8_t *p,
    size_t n, size_t unit, ct_bytes_t *matched);
static bool ct_watch_url(const ct_watch_t *watch, ct_bytes_t text,
    ct_bytes_t *matched);
static bool ct_watch_host(const ct_watch_t *watch, ct_bytes_t text,
    ct_bytes_t *matched);
static bool ct_prefix_nocase(ct_bytes_t text, ct_bytes_t prefix);
static ct_bytes_t ct_trim(ct_bytes_t text);
static bool ct_blank(uint8_t c);


bool
ct_watch_match(const ct_watch_t *watch, const ct_name_t *name,
    ct_bytes_t *matched)
{
    if (watch->count == 0) {
        return false;
    }

    switch (name->kind) {

    case CT_NAME_DNS:
        return ct_watch_name(watch, name->value, matched);

    case CT_NAME_IP:
        return ct_watch_ip(watch, name->value, matched);

    case CT_NAME_CN:
        return ct_watch_common(watch, name, matched);
    }

    return false;
}


/* The whole of it, and what a client sees that stops at a NUL. */
static bool
ct_watch_name(const ct_watch_t *watch, ct_bytes_t name, ct_bytes_t *matched)
{
    ct_bytes_t rest, head;

    if (ct_watch_text(watch, name, matched)) {
        return true;
    }

    rest = name;

    return ct_read_until(&rest, '\0', &head)
           && ct_watch_text(watch, head, matched);
}


static bool
ct_watch_text(const ct_watch_t *watch, ct_bytes_t text, ct_bytes_t *matched)
{
    text = ct_trim(text);

    if (text.len == 1 && text.data[0] == '*') {
        *matched = watch->first;
        return true;
    }

    return ct_watch_walk(watch, text, matched)
           || ct_watch_literal(watch, text, matched);
}


static bool
ct_watch_walk(const ct_watch_t *watch, ct_bytes_t name, ct_bytes_t *matched)
{
    uint8_t                c;
    uint64_t               hash;
    const uint8_t         *p, *end, *label;
    const ct_watch_node_t *node, *above;

    if (name.len == 0) {
        return false;
    }

    p = name.data + name.len;
    end = p;
    hash = watch->seed;
    above = NULL; /* the suffix to the right of the label, in the table */

    for (;;) {
        label = p;

        while (p != name.data && (c = ct_watch_fold[p[-1]]) != 0) {
            hash = ct_watch_step(hash, c);
            p--;
        }

        if (p == label || (p != name.data && p[-1] != '.')) {
            return ct_watch_wild(watch, above, name.data, p, matched);
        }

        node = ct_watch_find(watch, hash, ct_bytes(p, (size_t) (end - p)));
        if (node == NULL) {
            return false;
        }

        if ((node->bits & CT_WATCH_TREE)
            || (p == name.data && (node->bits & CT_WATCH_EXACT)))
        {
            *matched = ct_watch_itself(watch, node);
            return true;
        }

        if (p == name.data) {
            return false;
        }

        hash = ct_watch_step(hash, *--p);
        above = node;
    }
}


/* A label that is "*", or that nobody can be sure to read, covers what is
 * watched in its place - and below its place, when more labels follow. It
 * is somewhere at `p`; the name begins at `start`. */
static bool
ct_watch_wild(const ct_watch_t *watch, const ct_watch_node_t *above,
    const uint8_t *start, const uint8_t *p, ct_bytes_t *matched)
{
    unsigned wanted;

    while (p != start && p[-1] != '.') {
        p--;
    }

    wanted = p == start ? CT_WATCH_PARENT : CT_WATCH_ANCESTOR;

    if (above == NULL || !(above->bits & wanted)) {
        return false;
    }

    *matched = ct_watch_below(watch, above);

    return true;
}


static bool
ct_watch_ip(const ct_watch_t *watch, ct_bytes_t address, ct_bytes_t *matched)
{
    const ct_watch_node_t *node;

    if (watch->naddresses == 0 || (address.len != 4 && address.len != 16)) {
        return false;
    }

    node = ct_watch_find_address(watch, address);
    if (node == NULL) {
        return false;
    }

    *matched = ct_watch_address_text(watch, node);

    return true;
}


/* An address written as text. */
static bool
ct_watch_literal(const ct_watch_t *watch, ct_bytes_t text,
    ct_bytes_t *matched)
{
    size_t  len;
    uint8_t address[16];

    if (watch->naddresses == 0) {
        return false;
    }

    len = ct_watch_address(text, address);

    return ct_watch_ip(watch, ct_bytes(address, len), matched);
}


/* X.680, 41: BMPString is UTF-16BE, UniversalString UTF-32BE. The bytes as
 * they are count too where they cannot be that. */
static bool
ct_watch_common(const ct_watch_t *watch, const ct_name_t *name,
    ct_bytes_t *matched)
{
    size_t unit;

    unit = name->tag == CT_DER_BMP         ? 2
           : name->tag == CT_DER_UNIVERSAL ? 4
                                           : 1;

    if (unit > 1 && ct_watch_wide(watch, name->value, unit, matched)) {
        return true;
    }

    return (unit == 1 || name->value.len % unit != 0)
           && ct_watch_url(watch, name->value, matched);
}


/* Longer than the buffer is longer than a name: then its beginning counts,
 * where a URL has its host, and its end, where a name has its labels. */
static bool
ct_watch_wide(const ct_watch_t *watch, ct_bytes_t value, size_t unit,
    ct_bytes_t *matched)
{
    size_t n;

    n = value.len / unit;

    if (n <= CT_WATCH_WIDE) {
        return ct_watch_narrow(watch, value.data, n, unit, matched);
    }

    return ct_watch_narrow(watch, value.data, CT_WATCH_WIDE, unit, matched)
           || ct_watch_narrow(watch,
                              value.data + (n - CT_WATCH_WIDE) * unit,
                              CT_WATCH_WIDE, unit, matched);
}


static bool
ct_watch_narrow(const ct_watch_t *watch, const uint8_t *p, size_t n,
    size_t unit, ct_bytes_t *matched)
{
    size_t   i, k;
    uint8_t  text[CT_WATCH_WIDE];
    uint32_t code;

    for (i = 0; i < n; i++) {
        code = 0;

        for (k = 0; k < unit; k++) {
            code = code << 8 | *p++;
        }

        text[i] = code < 0x80 ? (uint8_t) code : '?';
    }

    return ct_watch_url(watch, ct_bytes(text, n), matched);
}


/* A common name is free text: only what could be a host is looked at. */
static bool
ct_watch_url(const ct_watch_t *watch, ct_bytes_t text, ct_bytes_t *matched)
{
    ct_bytes_t host, rest;

    text = ct_trim(text);

    if (ct_prefix_nocase(text, CT_BYTES("http://"))) {
        text = ct_bytes(text.data + 7, text.len - 7);

    } else if (ct_prefix_nocase(text, CT_BYTES("https://"))) {
        text = ct_bytes(text.data + 8, text.len - 8);
    }

    rest = text;

    return ct_watch_host(watch, text, matched)
           || (ct_read_until(&rest, '/', &host)
               && ct_watch_host(watch, host, matched));
}


static bool
ct_watch_host(const ct_watch_t *watch, ct_bytes_t text, ct_bytes_t *matched)
{
    bool   dot;
    size_t i;

    text = ct_trim(text);
    dot = false;

    for (i = 0; i < text.len; i++) {
        if (ct_blank(text.data[i])) {
            return false;
        }

        dot |= text.data[i] == '.';
    }

    return dot ? ct_watch_name(watch, text, matched)
               : ct_watch_literal(watch, text, matched);
}


static bool
ct_prefix_nocase(ct_bytes_t text, ct_bytes_t prefix)
{
    return text.len >= prefix.len
           && ct_bytes_equal_nocase(ct_bytes(text.data, prefix.len), prefix);
}


/* Without blanks at both ends and dots at the right one. */
static ct_bytes_t
ct_trim(ct_bytes_t text)
{
    uint8_t c;

    while (text.len != 0 && ct_blank(text.data[0])) {
        text.data++;
        text.len--;
    }

    while (text.len != 0) {
        c = text.data[text.len - 1];

        if (c != '.' && !ct_blank(c)) {
            break;
        }

        text.len--;
    }

    return text;
}


static bool
ct_blank(uint8_t c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}
