/*
 * ct_watch_match: does a name of a certificate concern a watched name? A
 * name is walked from its right end and looked up at each dot; the first
 * suffix that is not in the table ends the walk. Nothing is copied, unless
 * there are characters of several bytes. What a name covers: ct_watch.h.
 */

#include <string.h>

#include "ct_host.h"
#include "ct_idn.h"
#include "ct_utf8.h"
#include "ct_watch_table.h"

#define CT_WATCH_WIDE (2 * CT_LIMIT_NAME) /* characters narrowed at once */

/* What may be in a text. */
#define CT_HAS_BLANK 1U
#define CT_HAS_DOT   2U
#define CT_HAS_URI   4U
#define CT_HAS_NUL   8U

/* What is not ASCII may be a dot. */
static const uint8_t ct_watch_has[256] = {
    ['\0'] = CT_HAS_NUL, [' '] = CT_HAS_BLANK,
    ['\t' ... '\r'] = CT_HAS_BLANK, ['.'] = CT_HAS_DOT,
    [0x80 ... 0xff] = CT_HAS_DOT, ['/'] = CT_HAS_URI, [':'] = CT_HAS_URI
};


static bool ct_watch_name(const ct_watch_t *watch, ct_bytes_t name,
    ct_bytes_t *matched);
static bool ct_watch_text(const ct_watch_t *watch, ct_bytes_t text,
    ct_bytes_t *matched);
static bool ct_watch_walk(const ct_watch_t *watch, ct_bytes_t name,
    ct_bytes_t *matched);
static bool ct_watch_odd(const ct_watch_t *watch,
    const ct_watch_node_t *above, ct_bytes_t name, const uint8_t *p,
    ct_bytes_t *matched);
static bool ct_watch_pieces(const ct_watch_t *watch, ct_bytes_t name,
    ct_bytes_t *matched);
static bool ct_watch_parts(uint8_t c);
static bool ct_watch_foreign(const ct_watch_t *watch, ct_bytes_t name,
    ct_bytes_t *matched);
static bool ct_watch_unknown(const ct_watch_t *watch,
    const ct_watch_node_t *above, ct_bytes_t name, ct_bytes_t label,
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
static bool ct_watch_narrow(const ct_watch_t *watch, ct_bytes_t value,
    size_t unit, ct_bytes_t *matched);
static bool ct_watch_free(const ct_watch_t *watch, ct_bytes_t text,
    ct_bytes_t *matched);
static bool ct_watch_host(const ct_watch_t *watch, ct_bytes_t text,
    ct_bytes_t *matched);
static unsigned ct_watch_look(ct_bytes_t text);
static ct_bytes_t ct_trim(ct_bytes_t text);
static bool ct_blank(uint8_t c);


bool
ct_watch_match(const ct_watch_t *watch, const ct_name_t *name,
    ct_bytes_t *matched)
{
    if (watch->base != NULL && ct_watch_match(watch->base, name, matched)) {
        return true;
    }

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

    case CT_NAME_URI:
    case CT_NAME_MAIL:
        return ct_watch_host(watch, name->value, matched);
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

    if (ct_watch_any(text)) {
        *matched = watch->first;
        return true;
    }

    return ct_watch_walk(watch, text, matched)
           || ct_watch_literal(watch, text, matched);
}


bool
ct_watch_any(ct_bytes_t text)
{
    return text.len > 0 && text.data[text.len - 1] == '*'
           && (text.len == 1 || text.data[text.len - 2] == '.');
}


static bool
ct_watch_walk(const ct_watch_t *watch, ct_bytes_t name, ct_bytes_t *matched)
{
    uint8_t                c;
    uint64_t               hash;
    const uint8_t         *p, *end, *label;
    const ct_watch_node_t *node, *above, *found;

    if (name.len == 0) {
        return false;
    }

    p = name.data + name.len;
    end = p;
    hash = watch->seed;
    above = NULL; /* the suffix to the right of the label, in the table */
    found = NULL;

    for (;;) {
        label = p;

        while (p != name.data && (c = ct_watch_fold[p[-1]]) != 0) {
            hash = ct_watch_step(hash, c);
            p--;
        }

        if (p == label || (p != name.data && p[-1] != '.')) {
            if (found == NULL) {
                return ct_watch_odd(watch, above, name, p, matched);
            }
            break;
        }

        node = ct_watch_find(watch, hash, ct_bytes(p, (size_t) (end - p)));

        if (node == NULL) {
            if (found == NULL) {
                return above != NULL
                       && ct_watch_unknown(watch, above, name,
                                           ct_bytes(p, (size_t) (label - p)),
                                           matched);
            }
            break;
        }

        if ((node->bits & CT_WATCH_TREE)
            || (p == name.data && (node->bits & CT_WATCH_EXACT)))
        {
            found = node;
        }

        if (p == name.data) {
            break;
        }

        hash = ct_watch_step(hash, *--p);
        above = node;
    }

    if (found == NULL) {
        return false;
    }

    *matched = ct_watch_itself(watch, found);

    return true;
}


/* There is something at `p`, left of `above`, that is no label. */
static bool
ct_watch_odd(const ct_watch_t *watch, const ct_watch_node_t *above,
    ct_bytes_t name, const uint8_t *p, ct_bytes_t *matched)
{
    bool   foreign;
    size_t i;

    foreign = false;

    for (i = 0; i < name.len; i++) {
        if (ct_watch_parts(name.data[i])) {
            return ct_watch_pieces(watch, name, matched);
        }

        foreign |= name.data[i] >= 0x80;
    }

    if (foreign) {
        return ct_watch_foreign(watch, name, matched);
    }

    return ct_watch_wild(watch, above, name.data, p, matched);
}


/* Each of several names, which something parts. */
static bool
ct_watch_pieces(const ct_watch_t *watch, ct_bytes_t name, ct_bytes_t *matched)
{
    size_t     i, from;
    ct_bytes_t piece;

    from = 0;

    for (i = 0; i <= name.len; i++) {
        if (i < name.len && !ct_watch_parts(name.data[i])) {
            continue;
        }

        piece = ct_trim(ct_bytes(name.data + from, i - from));
        from = i + 1;

        if (ct_watch_walk(watch, piece, matched)
            || ct_watch_literal(watch, piece, matched))
        {
            return true;
        }
    }

    return false;
}


/* Can be printed, and neither is part of a name nor stands for one. */
static bool
ct_watch_parts(uint8_t c)
{
    return c >= ' ' && c < 0x7f && ct_watch_fold[c] == 0 && c != '.'
           && c != '*' && c != '?';
}


static bool
ct_watch_foreign(const ct_watch_t *watch, ct_bytes_t name,
    ct_bytes_t *matched)
{
    uint8_t room[CT_WATCH_ASCII];

    return ct_watch_walk(watch, ct_watch_ascii(name, false, room), matched)
           || ct_watch_walk(watch, ct_watch_ascii(name, true, room),
                            matched);
}


/* A label that is not in the table is none of ours; unless it only looks
 * like an A-label. */
static bool
ct_watch_unknown(const ct_watch_t *watch, const ct_watch_node_t *above,
    ct_bytes_t name, ct_bytes_t label, ct_bytes_t *matched)
{
    return (label.data[0] | 0x20) == 'x' && label.len >= 4
           && (label.data[1] | 0x20) == 'n' && label.data[2] == '-'
           && label.data[3] == '-' && !ct_idn_sound(label)
           && ct_watch_wild(watch, above, name.data, label.data, matched);
}


/* A label that could be anything covers what is watched in its place - and
 * below its place, when more labels follow. It is somewhere at `p`; the name
 * begins at `start`. */
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
        node = ct_watch_find_net(watch, address);
    }

    if (node == NULL && address.len == 16
        && memcmp(address.data, "\0\0\0\0\0\0\0\0\0\0\xff\xff", 12) == 0)
    {
        address = ct_bytes(address.data + 12, 4); /* RFC 4291, 2.5.5.2 */
        return ct_watch_ip(watch, address, matched);
    }

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


/* X.680, 41: BMPString is UTF-16BE, UniversalString UTF-32BE. They may
 * lie. */
static bool
ct_watch_common(const ct_watch_t *watch, const ct_name_t *name,
    ct_bytes_t *matched)
{
    size_t unit;

    unit = name->tag == CT_DER_BMP         ? 2
           : name->tag == CT_DER_UNIVERSAL ? 4
                                           : 1;

    return (unit > 1 && ct_watch_wide(watch, name->value, unit, matched))
           || ct_watch_free(watch, name->value, matched);
}


/* Longer than the buffer is longer than a name: then its beginning counts,
 * where a URL has its host, and its end, where a name has its labels. */
static bool
ct_watch_wide(const ct_watch_t *watch, ct_bytes_t value, size_t unit,
    ct_bytes_t *matched)
{
    size_t len;

    len = CT_WATCH_WIDE * unit;
    value.len -= value.len % unit;

    if (value.len <= len) {
        return ct_watch_narrow(watch, value, unit, matched);
    }

    return ct_watch_narrow(watch, ct_bytes(value.data, len), unit, matched)
           || ct_watch_narrow(watch, ct_bytes(value.data + value.len - len,
                                              len), unit, matched);
}


/* As UTF-8, with "?" for what is no character. */
static bool
ct_watch_narrow(const ct_watch_t *watch, ct_bytes_t value, size_t unit,
    ct_bytes_t *matched)
{
    size_t     n, len;
    uint8_t    text[CT_WATCH_WIDE * CT_UTF8_MAX];
    uint64_t   code;

    n = 0;

    while (ct_read_uint(&value, unit, &code)) {
        len = code <= UINT32_MAX ? ct_utf8_write(text + n, (uint32_t) code)
                                 : 0;
        if (len == 0) {
            text[n] = '?';
            len = 1;
        }

        n += len;
    }

    return ct_watch_free(watch, ct_bytes(text, n), matched);
}


/* A common name is free text: only what could be a host is looked at. */
static bool
ct_watch_free(const ct_watch_t *watch, ct_bytes_t text, ct_bytes_t *matched)
{
    unsigned   has;
    ct_bytes_t rest, head;

    text = ct_trim(text);
    has = ct_watch_look(text);

    if (!(has & CT_HAS_BLANK)
        && (has & CT_HAS_DOT ? ct_watch_name(watch, text, matched)
                             : ct_watch_literal(watch, text, matched)))
    {
        return true;
    }

    if ((has & CT_HAS_URI)
        && ct_watch_host(watch, ct_host_uri(text), matched))
    {
        return true;
    }

    rest = text;

    return (has & CT_HAS_NUL) && ct_read_until(&rest, '\0', &head)
           && ct_watch_free(watch, head, matched);
}


static bool
ct_watch_host(const ct_watch_t *watch, ct_bytes_t text, ct_bytes_t *matched)
{
    unsigned has;

    text = ct_trim(text);
    has = ct_watch_look(text);

    return !(has & CT_HAS_BLANK)
           && (has & CT_HAS_DOT ? ct_watch_name(watch, text, matched)
                                : ct_watch_literal(watch, text, matched));
}


static unsigned
ct_watch_look(ct_bytes_t text)
{
    size_t   i;
    unsigned has;

    has = 0;

    for (i = 0; i < text.len; i++) {
        has |= ct_watch_has[text.data[i]];
    }

    return has;
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
