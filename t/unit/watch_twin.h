/*
 * watch_twin: what ct_watch does, done once more the slow way, for the unit
 * test and the fuzzer: every pattern is tried against every name, label by
 * label, and every byte of a raw search. No table, no hash.
 */

#ifndef WATCH_TWIN_H
#define WATCH_TWIN_H

#include <arpa/inet.h>
#include <string.h>

#include "ct_limits.h"
#include "ct_watch.h"

#define TWIN_LABELS 4096

typedef struct {
    ct_bytes_t name; /* the pattern without mark, prefix, final dot */
    bool       tree;
    size_t     address_len;
    uint8_t    address[16];
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


static inline twin_pattern_t
twin_pattern(ct_bytes_t text)
{
    twin_pattern_t p = {.tree = true};

    if (text.data[0] == '=') {
        p.tree = false;
        text = ct_bytes(text.data + 1, text.len - 1);
    }

    p.name = text;
    p.address_len = twin_address(text, p.address);

    if (p.address_len != 0) {
        return p;
    }

    if (p.tree && text.data[0] == '*') {
        text = ct_bytes(text.data + 1, text.len - 1);
    }

    if (p.tree && text.data[0] == '.') {
        text = ct_bytes(text.data + 1, text.len - 1);
    }

    if (text.data[text.len - 1] == '.') {
        text.len--;
    }

    p.name = text;

    return p;
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


static inline bool
twin_wild(ct_bytes_t label)
{
    size_t i;

    for (i = 0; i < label.len; i++) {
        if (!twin_good(label.data[i])) {
            return true;
        }
    }

    return label.len == 0;
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


static inline bool
twin_text(const twin_pattern_t *p, ct_bytes_t text, bool dns)
{
    size_t  len;
    uint8_t address[16];

    text = twin_trim(text);

    if (dns && text.len == 1 && text.data[0] == '*') {
        return true;
    }

    if (p->address_len != 0) {
        len = twin_address(text, address);
        return len == p->address_len && memcmp(address, p->address, len) == 0;
    }

    return dns && text.len > 0 && twin_covers(p, text);
}


static inline bool
twin_dns(const twin_pattern_t *p, ct_bytes_t value, bool dns)
{
    const uint8_t *nul;

    nul = value.len > 0 ? memchr(value.data, 0, value.len) : NULL;

    return twin_text(p, value, dns)
           || (dns && nul != NULL
               && twin_text(p, ct_bytes(value.data,
                                        (size_t) (nul - value.data)), dns));
}


static inline bool
twin_host(const twin_pattern_t *p, ct_bytes_t text)
{
    size_t i;
    bool   dot = false;

    text = twin_trim(text);

    for (i = 0; i < text.len; i++) {
        if (twin_blank(text.data[i])) {
            return false;
        }

        dot |= text.data[i] == '.';
    }

    return twin_dns(p, text, dot);
}


static inline bool
twin_url(const twin_pattern_t *p, ct_bytes_t text)
{
    size_t         skip = 0;
    const uint8_t *slash;

    text = twin_trim(text);

    if (text.len >= 7
        && ct_bytes_equal_nocase(ct_bytes(text.data, 7),
                                 CT_BYTES("http://")))
    {
        skip = 7;

    } else if (text.len >= 8
               && ct_bytes_equal_nocase(ct_bytes(text.data, 8),
                                        CT_BYTES("https://")))
    {
        skip = 8;
    }

    text = ct_bytes(text.data + skip, text.len - skip);
    slash = text.len > 0 ? memchr(text.data, '/', text.len) : NULL;

    return twin_host(p, text)
           || (slash != NULL
               && twin_host(p, ct_bytes(text.data,
                                        (size_t) (slash - text.data))));
}


static inline bool
twin_wide(const twin_pattern_t *p, ct_bytes_t value, size_t unit)
{
    size_t         i, k, n = value.len / unit, most;
    uint32_t       code;
    static uint8_t text[1 << 20];

    if (n > sizeof(text)) {
        return false;
    }

    for (i = 0; i < n; i++) {
        for (code = 0, k = 0; k < unit; k++) {
            code = code << 8 | value.data[i * unit + k];
        }

        text[i] = code < 0x80 ? (uint8_t) code : '?';
    }

    most = 2 * CT_LIMIT_NAME;

    if (n <= most) {
        return twin_url(p, ct_bytes(text, n));
    }

    return twin_url(p, ct_bytes(text, most))
           || twin_url(p, ct_bytes(text + n - most, most));
}


/* Does this name of a certificate concern this one pattern? */
static inline bool
twin_match(const twin_pattern_t *p, const ct_name_t *name)
{
    size_t unit;

    if (name->kind == CT_NAME_IP) {
        return p->address_len != 0 && name->value.len == p->address_len
               && memcmp(name->value.data, p->address, p->address_len) == 0;
    }

    if (name->kind == CT_NAME_DNS) {
        return twin_dns(p, name->value, true);
    }

    unit = name->tag == CT_DER_BMP ? 2 : name->tag == CT_DER_UNIVERSAL ? 4 : 1;

    if (unit > 1 && twin_wide(p, name->value, unit)) {
        return true;
    }

    return (unit == 1 || name->value.len % unit != 0)
           && twin_url(p, name->value);
}


/* Raw bytes: may a name end before `end`, dots behind it apart? */
static inline bool
twin_ends(ct_bytes_t raw, size_t end, size_t *tail)
{
    while (end < raw.len && raw.data[end] == '.') {
        end++;
    }

    *tail = end;

    return end == raw.len || raw.data[end] == '0' || raw.data[end] == '1'
           || !twin_good(raw.data[end]);
}


/* Is raw[from..] a text that a name may end with? */
static inline bool
twin_here(ct_bytes_t raw, size_t from, ct_bytes_t text, size_t *tail)
{
    return raw.len - from >= text.len
           && ct_bytes_equal_nocase(ct_bytes(raw.data + from, text.len), text)
           && twin_ends(raw, from + text.len, tail);
}


static inline bool
twin_search_name(ct_bytes_t raw, ct_bytes_t name)
{
    size_t  i, len, tail;
    uint8_t c;

    for (i = 0; i < raw.len; i++) {
        if (!twin_here(raw, i, name, &tail)) {
            continue;
        }

        c = i > 0 ? raw.data[i - 1] : 0;
        len = name.len;

        if (i == 0 || !twin_good(c) || c == len || c == tail - i) {
            return true;
        }
    }

    return false;
}


/* `above`, below which something is watched, with an unreadable label. */
static inline bool
twin_search_unread(ct_bytes_t raw, ct_bytes_t above)
{
    size_t  i, k, end, tail;
    uint8_t c;

    for (i = 1; i < raw.len; i++) {
        if (raw.data[i - 1] != '.' || !twin_here(raw, i, above, &tail)) {
            continue;
        }

        end = i + above.len;

        for (k = i - 1; k > 0 && twin_good(raw.data[k - 1]); k--) {
        }

        if (k == i - 1) {
            return true; /* an empty label */
        }

        if (k == 0 || i - 1 - k > 63) {
            continue;
        }

        c = raw.data[k - 1];

        if ((c == '*' || c == '?' || c == 0 || c >= 0x80) && c != end - k
            && c != tail - k)
        {
            return true;
        }
    }

    return false;
}


static inline bool
twin_search_address(ct_bytes_t raw, const twin_pattern_t *p)
{
    size_t i;

    for (i = 0; i + p->address_len <= raw.len; i++) {
        if (memcmp(raw.data + i, p->address, p->address_len) == 0
            && (p->address_len == 16
                || (i > 1 && raw.data[i - 2] == 0x87 && raw.data[i - 1] == 4)))
        {
            return true;
        }
    }

    return false;
}


static inline bool
twin_search(const twin_pattern_t *p, ct_bytes_t raw)
{
    size_t i;

    for (i = 0; i + 3 <= raw.len; i++) {
        if (memcmp(raw.data + i, "\x82\x01*", 3) == 0) {
            return true;
        }
    }

    if (p->address_len != 0) {
        return twin_search_address(raw, p);
    }

    if (twin_search_name(raw, p->name)) {
        return true;
    }

    for (i = 0; i < p->name.len; i++) {
        if (p->name.data[i] == '.'
            && twin_search_unread(raw, ct_bytes(p->name.data + i + 1,
                                                p->name.len - i - 1)))
        {
            return true;
        }
    }

    return false;
}

#endif
