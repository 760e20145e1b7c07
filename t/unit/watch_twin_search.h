/* watch_twin_search: the slow twin of ct_watch_search. */

#ifndef WATCH_TWIN_SEARCH_H
#define WATCH_TWIN_SEARCH_H

#include "watch_twin.h"


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
        if (twin_in_net(p, raw.data + i, p->address_len)
            && (p->prefix == 128
                || (i > 1 && raw.data[i - 2] == 0x87
                    && raw.data[i - 1] == p->address_len)))
        {
            return true;
        }
    }

    return false;
}


/* Is there what a search would have to convert? */
static inline bool
twin_converts(ct_bytes_t raw)
{
    bool   dot = false;
    size_t i;

    for (i = 0; i < raw.len; i++) {
        if (dot && raw.data[i] >= 0x80) {
            return true;
        }

        dot = raw.data[i] == '.' || (dot && twin_good(raw.data[i]));

        if (dot && i > 0 && raw.data[i] == '.' && raw.data[i - 1] == 0) {
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
        if (raw.data[i] == 0x82 && i + 2 + raw.data[i + 1] <= raw.len
            && twin_any(ct_bytes(raw.data + i + 2, raw.data[i + 1])))
        {
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
