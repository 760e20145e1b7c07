/*
 * watch_twin: what ct_watch does, done once more the slow way, for the unit
 * test and the fuzzer: every pattern is tried against every name, label by
 * label, and every byte of a raw search. No table, no hash.
 *
 * Where two names meet, the left one counts sometimes; and what a search
 * converts is not done twice. There the twin says what must be found and
 * what may be.
 */

#ifndef WATCH_TWIN_H
#define WATCH_TWIN_H

#include <arpa/inet.h>
#include <string.h>

#include "ct_host.h"
#include "ct_idn.h"
#include "ct_limits.h"
#include "ct_utf8.h"
#include "ct_watch.h"

#define TWIN_LABELS 4096

typedef struct {
    ct_bytes_t name; /* the pattern without mark, prefix, final dot */
    bool       tree;
    size_t     address_len;
    size_t     prefix; /* bits of a net; of an address all */
    uint8_t    address[16];
    uint8_t    ascii[CT_LIMIT_NAME];
} twin_pattern_t;

typedef struct {
    ct_bytes_t label[TWIN_LABELS]; /* rightmost first */
    size_t     n;
} twin_labels_t;


static inline bool
twin_good(uint8_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
           || (c >= '0' && c <= '9') || c == '-' || c == '_';
}


static inline bool
twin_blank(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\v' || c == '\f'
           || c == '\r';
}


static inline size_t
twin_address(ct_bytes_t text, uint8_t out[16])
{
    char copy[64];

    if (text.len == 0 || text.len >= sizeof(copy)
        || memchr(text.data, 0, text.len) != NULL)
    {
        return 0;
    }

    memcpy(copy, text.data, text.len);
    copy[text.len] = '\0';

    if (inet_pton(AF_INET, copy, out) == 1) {
        return 4;
    }

    return inet_pton(AF_INET6, copy, out) == 1 ? 16 : 0;
}


/* An address, with or without the length of a prefix. */
static inline bool
twin_net(ct_bytes_t text, twin_pattern_t *p)
{
    uint64_t   prefix;
    ct_bytes_t head, rest = text;

    p->name = text;
    p->address_len = twin_address(text, p->address);
    p->prefix = p->address_len * 8;

    if (p->address_len == 0 && ct_read_until(&rest, '/', &head)) {
        p->address_len = twin_address(head, p->address);

        if (p->address_len != 0 && ct_parse_decimal(rest, &prefix)) {
            p->prefix = (size_t) prefix;
        }
    }

    return p->address_len != 0;
}


/* May lie in *p. */
static inline void
twin_pattern(twin_pattern_t *p, ct_bytes_t text)
{
    ct_buf_t buf;

    memset(p, 0, sizeof(*p));
    p->tree = text.data[0] != '=';

    if (!p->tree) {
        text = ct_bytes(text.data + 1, text.len - 1);
    }

    if (twin_net(text, p)) {
        return;
    }

    if (p->tree && text.data[0] == '*') {
        text = ct_bytes(text.data + 1, text.len - 1);
    }

    if (p->tree && text.data[0] == '.') {
        text = ct_bytes(text.data + 1, text.len - 1);
    }

    ct_buf_fixed(&buf, p->ascii, sizeof(p->ascii));

    if (ct_idn_name(text, &buf)) {
        text = ct_buf_slice(&buf);
    }

    if (text.data[text.len - 1] == '.') {
        text.len--;
    }

    p->name = text;
}


static inline bool
twin_in_net(const twin_pattern_t *p, const uint8_t *address, size_t len)
{
    size_t i;

    for (i = 0; len == p->address_len && i < p->prefix; i++) {
        if (((address[i / 8] ^ p->address[i / 8]) & (0x80 >> i % 8)) != 0) {
            return false;
        }
    }

    return p->address_len != 0 && len == p->address_len;
}


/* The same of an IPv4 address in IPv6. */
static inline bool
twin_ip(const twin_pattern_t *p, const uint8_t *address, size_t len)
{
    return twin_in_net(p, address, len)
           || (len == 16
               && memcmp(address, "\0\0\0\0\0\0\0\0\0\0\xff\xff", 12) == 0
               && twin_in_net(p, address + 12, 4));
}


static inline void
twin_split(ct_bytes_t name, twin_labels_t *out)
{
    size_t end = name.len, i = name.len;

    out->n = 0;

    for (;;) {
        while (i > 0 && name.data[i - 1] != '.') {
            i--;
        }

        if (out->n < TWIN_LABELS) {
            out->label[out->n++] = ct_bytes(name.data + i, end - i);
        }

        if (i == 0) {
            return;
        }

        end = --i;
    }
}


/* Could a label that is ASCII be anything? */
static inline bool
twin_wild(ct_bytes_t label)
{
    size_t i;

    for (i = 0; i < label.len; i++) {
        if (!twin_good(label.data[i])) {
            return true;
        }
    }

    return label.len == 0
           || (label.len >= 4
               && ct_bytes_equal_nocase(ct_bytes(label.data, 4),
                                        CT_BYTES("xn--"))
               && !ct_idn_sound(label));
}


/* The rule of ct_watch for one name and one pattern. */
static inline bool
twin_covers(const twin_pattern_t *p, ct_bytes_t name)
{
    size_t               i;
    static twin_labels_t n, w;

    twin_split(name, &n);
    twin_split(p->name, &w);

    for (i = 0; i < n.n; i++) {
        if (i == w.n) {
            return p->tree;
        }

        if (twin_wild(n.label[i])) {
            /* what is right of it agrees, and more of it is watched */
            return i > 0 && (i + 1 < n.n || i + 1 == w.n);
        }

        if (!ct_bytes_equal_nocase(n.label[i], w.label[i])) {
            return false;
        }
    }

    return n.n == w.n;
}


static inline ct_bytes_t
twin_trim(ct_bytes_t text)
{
    while (text.len > 0 && twin_blank(text.data[0])) {
        text = ct_bytes(text.data + 1, text.len - 1);
    }

    while (text.len > 0
           && (twin_blank(text.data[text.len - 1])
               || text.data[text.len - 1] == '.'))
    {
        text.len--;
    }

    return text;
}


/* Parts two names: can be printed and is nothing else. */
static inline bool
twin_parts(uint8_t c)
{
    return c >= 0x20 && c < 0x7f && !twin_good(c) && c != '.' && c != '*'
           && c != '?';
}


/* A label read one way, or the other. */
static inline size_t
twin_label(ct_bytes_t label, bool latin1, char *out)
{
    bool       sure, ok;
    size_t     i, n, len, turn;
    uint32_t   codes[128];
    ct_bytes_t rest;

    for (i = 0; i < label.len && twin_good(label.data[i]); i++) {
    }

    if (i == label.len) {
        memcpy(out, label.data, label.len);
        return label.len;
    }

    for (turn = 0; turn < 2; turn++, latin1 = !latin1) {
        rest = label;

        for (n = 0, ok = true; ok && rest.len > 0; n++) {
            ok = n < 128
                 && (latin1 || ct_utf8_read(&rest, &codes[n]));

            if (ok && latin1) {
                codes[n] = rest.data[0];
                rest = ct_bytes(rest.data + 1, rest.len - 1);
            }
        }

        len = ok ? ct_idn_label((uint8_t *) out, codes, n, &sure) : 0;

        if (len != 0 && sure) {
            return len;
        }
    }

    out[0] = '?';

    return 1;
}


/* Is there one of the dots that are not ASCII? */
static inline bool
twin_dot(ct_bytes_t name, size_t i)
{
    return name.len - i >= 3
           && (memcmp(name.data + i, "\xe3\x80\x82", 3) == 0
               || memcmp(name.data + i, "\xef\xbc\x8e", 3) == 0
               || memcmp(name.data + i, "\xef\xbd\xa1", 3) == 0);
}


/* A whole name, label by label from the left. */
static inline ct_bytes_t
twin_ascii(ct_bytes_t name, bool latin1, char *out)
{
    size_t i, from = 0, n = 0, dot;

    for (i = 0; i <= name.len; i += dot == 0) {
        dot = i < name.len && name.data[i] == '.' ? 1
              : !latin1 && i < name.len && twin_dot(name, i) ? 3 : 0;

        if (i < name.len && dot == 0) {
            continue;
        }

        n += twin_label(ct_bytes(name.data + from, i - from), latin1,
                        out + n);

        if (dot != 0) {
            out[n++] = '.';
            i += dot;
            from = i;
        }
    }

    while (n > 0 && out[n - 1] == '.') {
        n--;
    }

    return ct_bytes(out, n);
}


/* A name in which nothing parts two. */
static inline bool
twin_piece(const twin_pattern_t *p, ct_bytes_t name)
{
    size_t      i;
    static char text[1 << 20];

    for (i = 0; i < name.len && name.data[i] < 0x80; i++) {
    }

    if (i == name.len) {
        return name.len > 0 && twin_covers(p, name);
    }

    return name.len < sizeof(text) / 64
           && (twin_covers(p, twin_ascii(name, false, text))
               || twin_covers(p, twin_ascii(name, true, text)));
}


static inline bool
twin_is(const twin_pattern_t *p, ct_bytes_t text)
{
    size_t  len;
    uint8_t address[16];

    len = twin_address(text, address);

    return len != 0 && twin_ip(p, address, len);
}


static inline bool
twin_any(ct_bytes_t text)
{
    return text.len > 0 && text.data[text.len - 1] == '*'
           && (text.len == 1 || text.data[text.len - 2] == '.');
}


/* `may`: all of what is parted, not the right one alone. */
static inline bool
twin_text(const twin_pattern_t *p, ct_bytes_t text, bool dns, bool may)
{
    size_t     i, end;
    ct_bytes_t piece;

    text = twin_trim(text);

    if (dns && twin_any(text)) {
        return true;
    }

    if (twin_is(p, text)) {
        return true;
    }

    for (end = text.len; dns; end = i - 1) {
        for (i = end; i > 0 && !twin_parts(text.data[i - 1]); i--) {
        }

        piece = twin_trim(ct_bytes(text.data + i, end - i));

        if (p->address_len != 0 ? may && twin_is(p, piece)
                                : twin_piece(p, piece))
        {
            return true;
        }

        if (!may || i == 0) {
            break;
        }
    }

    return false;
}


static inline bool
twin_dns(const twin_pattern_t *p, ct_bytes_t value, bool dns, bool may)
{
    const uint8_t *nul;

    nul = value.len > 0 ? memchr(value.data, 0, value.len) : NULL;

    return twin_text(p, value, dns, may)
           || (dns && nul != NULL
               && twin_text(p, ct_bytes(value.data,
                                        (size_t) (nul - value.data)), dns,
                            may));
}


static inline bool
twin_host(const twin_pattern_t *p, ct_bytes_t text, bool may)
{
    size_t i;
    bool   dot = false;

    text = twin_trim(text);

    for (i = 0; i < text.len; i++) {
        if (twin_blank(text.data[i])) {
            return false;
        }

        dot |= text.data[i] == '.' || text.data[i] >= 0x80;
    }

    return twin_dns(p, text, dot, may);
}


static inline bool
twin_has(ct_bytes_t text, uint8_t c)
{
    return text.len > 0 && memchr(text.data, c, text.len) != NULL;
}


static inline bool
twin_free(const twin_pattern_t *p, ct_bytes_t text, bool may)
{
    const uint8_t *nul;

    nul = text.len > 0 ? memchr(text.data, 0, text.len) : NULL;

    return twin_host(p, text, may)
           || ((twin_has(text, '/') || twin_has(text, ':'))
               && twin_host(p, ct_host_uri(twin_trim(text)), may))
           || (nul != NULL
               && twin_free(p, ct_bytes(text.data,
                                        (size_t) (nul - text.data)), may));
}


static inline bool
twin_wide(const twin_pattern_t *p, ct_bytes_t value, size_t unit, bool may)
{
    size_t         i, k, n = value.len / unit, most, len;
    uint32_t       code;
    static uint8_t text[1 << 20];

    most = 2 * CT_LIMIT_NAME;

    if (n > most) {
        return twin_wide(p, ct_bytes(value.data, most * unit), unit, may)
               || twin_wide(p, ct_bytes(value.data + (n - most) * unit,
                                        most * unit), unit, may);
    }

    for (len = 0, i = 0; i < n; i++) {
        for (code = 0, k = 0; k < unit; k++) {
            code = code << 8 | value.data[i * unit + k];
        }

        k = ct_utf8_write(text + len, code);
        text[len] = k == 0 ? '?' : text[len];
        len += k == 0 ? 1 : k;
    }

    return twin_free(p, ct_bytes(text, len), may);
}


/* Does this name of a certificate concern this one pattern? */
static inline bool
twin_match(const twin_pattern_t *p, const ct_name_t *name, bool may)
{
    size_t unit;

    switch (name->kind) {

    case CT_NAME_IP:
        return twin_ip(p, name->value.data, name->value.len);

    case CT_NAME_DNS:
        return twin_dns(p, name->value, true, may);

    case CT_NAME_URI:
    case CT_NAME_MAIL:
        return twin_host(p, name->value, may);

    case CT_NAME_CN:
        break;
    }

    unit = name->tag == CT_DER_BMP ? 2 : name->tag == CT_DER_UNIVERSAL ? 4 : 1;

    return (unit > 1 && twin_wide(p, name->value, unit, may))
           || twin_free(p, name->value, may);
}

#endif
