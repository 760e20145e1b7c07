/*
 * ct_watch_foreign: names with bytes that are not ASCII. Nobody says what
 * they are; what they are most likely is tried, label by label.
 */

#include <string.h>

#include "ct_idn.h"
#include "ct_utf8.h"
#include "ct_watch_table.h"

#define CT_FOREIGN_CODES 128 /* of a label, some of which may be dropped */


static ct_bytes_t ct_foreign_label(ct_bytes_t *name, bool latin1,
    bool *more);
static size_t ct_foreign_dot(ct_bytes_t name, size_t end, bool latin1);
static size_t ct_foreign_ascii(ct_bytes_t label, bool latin1,
    uint8_t out[CT_WATCH_LABEL + 1]);
static size_t ct_foreign_read(ct_bytes_t label, bool latin1,
    uint8_t out[CT_WATCH_LABEL + 1]);


/* Filled from its end, as far as a watched name may reach. */
ct_bytes_t
ct_watch_ascii(ct_bytes_t name, bool latin1, uint8_t room[CT_WATCH_ASCII])
{
    bool       more;
    size_t     n, at;
    uint8_t    text[CT_WATCH_LABEL + 1];
    ct_bytes_t label;

    at = CT_WATCH_ASCII;

    do {
        label = ct_foreign_label(&name, latin1, &more);

        if (at != CT_WATCH_ASCII) {
            room[--at] = '.';

        } else if (label.len == 0) {
            continue; /* a dot at the end */
        }

        n = ct_foreign_ascii(label, latin1, text);
        at -= n;
        memcpy(room + at, text, n);

    } while (more && CT_WATCH_ASCII - at <= CT_LIMIT_NAME);

    return ct_bytes(room + at, CT_WATCH_ASCII - at);
}


/* Takes the rightmost label off, with the dot before it: is there one? */
static ct_bytes_t
ct_foreign_label(ct_bytes_t *name, bool latin1, bool *more)
{
    size_t     i, dot;
    ct_bytes_t label;

    dot = 0;

    for (i = name->len; i != 0; i--) {
        dot = ct_foreign_dot(*name, i, latin1);

        if (dot != 0) {
            break;
        }
    }

    label = ct_bytes(name->data + i, name->len - i);
    *more = dot != 0;
    name->len = i - dot;

    return label;
}


/* Bytes of the dot that ends before `end`; 0: none does. */
static size_t
ct_foreign_dot(ct_bytes_t name, size_t end, bool latin1)
{
    uint32_t   code;
    ct_bytes_t last;

    if (name.data[end - 1] == '.') {
        return 1;
    }

    if (latin1 || end < 3) {
        return 0;
    }

    last = ct_bytes(name.data + end - 3, 3);

    return ct_utf8_read(&last, &code) && last.len == 0 && ct_idn_dot(code)
           ? 3 : 0;
}


/* Of a label that is longer than one may be, the end: it stays too long. */
static size_t
ct_foreign_ascii(ct_bytes_t label, bool latin1,
    uint8_t out[CT_WATCH_LABEL + 1])
{
    size_t i, n;

    for (i = 0; i < label.len && ct_watch_fold[label.data[i]] != 0; i++) {
        /* is it a label already? */
    }

    if (i == label.len) {
        n = i <= CT_WATCH_LABEL ? i : CT_WATCH_LABEL + 1;
        memcpy(out, label.data + i - n, n);
        return n;
    }

    n = ct_foreign_read(label, latin1, out);

    if (n == 0) {
        n = ct_foreign_read(label, !latin1, out);
    }

    if (n == 0) {
        out[n++] = '?';
    }

    return n;
}


/* 0: not that, or there is more than one opinion. */
static size_t
ct_foreign_read(ct_bytes_t label, bool latin1,
    uint8_t out[CT_WATCH_LABEL + 1])
{
    bool     sure;
    size_t   n;
    uint8_t  byte;
    uint32_t codes[CT_FOREIGN_CODES];

    for (n = 0; label.len != 0; n++) {
        if (n == CT_FOREIGN_CODES) {
            return 0;
        }

        if (latin1) {
            (void) ct_read_u8(&label, &byte);
            codes[n] = byte;

        } else if (!ct_utf8_read(&label, &codes[n])) {
            return 0;
        }
    }

    n = ct_idn_label(out, codes, n, &sure);

    return sure ? n : 0;
}
