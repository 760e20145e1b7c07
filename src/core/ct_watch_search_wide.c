/*
 * ct_watch_search_wide: names in raw bytes that are not ASCII to their end,
 * or not in characters of one byte. Both are converted and then searched as
 * the others are.
 */

#include <string.h>

#include "ct_idn.h"
#include "ct_utf8.h"
#include "ct_watch_table.h"

#define CT_SEARCH_LABEL  (4 * CT_WATCH_LABEL) /* bytes that may be one */
#define CT_SEARCH_ENDS   4    /* places where it may end */
#define CT_SEARCH_WINDOW 1024 /* characters right of a dot */


static bool ct_search_tag(uint32_t code);
static size_t ct_search_run(ct_bytes_t text, bool latin1, uint32_t *codes,
    size_t *ends);
static bool ct_search_label_is(const ct_watch_t *watch, ct_bytes_t raw,
    size_t at, const uint32_t *codes, size_t n, size_t len,
    ct_bytes_t *matched);
static bool ct_search_window(const ct_watch_t *watch, ct_bytes_t raw,
    size_t unit, ct_bytes_t *matched);


/* Read as UTF-8, then as Latin-1. What follows the label may look like a
 * part of it. */
bool
ct_search_foreign(const ct_watch_t *watch, ct_bytes_t raw, size_t at,
    ct_bytes_t *matched)
{
    bool       latin1;
    size_t     i, n, tried, ends[CT_WATCH_LABEL];
    uint32_t   codes[CT_WATCH_LABEL];
    ct_bytes_t text;

    text = ct_bytes(raw.data + at + 1, raw.len - at - 1);
    latin1 = false;

    do {
        n = ct_search_run(text, latin1, codes, ends);
        tried = 0;

        for (i = n; i != 0 && tried < CT_SEARCH_ENDS; i--) {
            if (i < n && !ct_search_tag(codes[i])) {
                continue;
            }

            tried++;

            if (ct_search_label_is(watch, raw, at, codes, i, ends[i - 1],
                                   matched))
            {
                return true;
            }
        }

        latin1 = !latin1;

    } while (latin1);

    return false;
}


/* SEQUENCE and SET are the digits 0 and 1; with the length behind them they
 * may have become one character. */
static bool
ct_search_tag(uint32_t code)
{
    code = code < 0x100 ? code : code >> 8;

    return code == CT_DER_SEQUENCE || code == CT_DER_SET;
}


/* The characters that may be a label, and where each of them ends; none
 * when they are all ASCII. */
static size_t
ct_search_run(ct_bytes_t text, bool latin1, uint32_t *codes, size_t *ends)
{
    bool       foreign;
    size_t     n;
    uint8_t    c;
    uint32_t   code;
    ct_bytes_t rest;

    rest = text;
    foreign = false;

    for (n = 0; n < CT_WATCH_LABEL && rest.len != 0; n++) {
        c = rest.data[0];

        if (c < 0x80 && ct_watch_fold[c] == 0) {
            break;
        }

        if (c < 0x80 || latin1) {
            (void) ct_read_u8(&rest, &c);
            code = c;

        } else if (!ct_utf8_read(&rest, &code)) {
            break;
        }

        if (latin1 && code >= 0x80 && code < 0xc0) {
            break; /* no letters; tags of what comes next are among them */
        }

        foreign |= code >= 0x80;
        codes[n] = code;
        ends[n] = (size_t) (rest.data - text.data);
    }

    return foreign ? n : 0;
}


/* Is something watched below this label, and is it here? The label has
 * `len` bytes behind the dot at `at`. */
static bool
ct_search_label_is(const ct_watch_t *watch, ct_bytes_t raw, size_t at,
    const uint32_t *codes, size_t n, size_t len, ct_bytes_t *matched)
{
    bool                   sure;
    size_t                 left, ascii;
    uint8_t                text[CT_LIMIT_NAME + 1 + CT_IDN_LABEL];
    const ct_watch_node_t *node;

    left = at < CT_LIMIT_NAME ? at : CT_LIMIT_NAME;
    ascii = ct_idn_label(text + left + 1, codes, n, &sure);

    if (ascii == 0) {
        return false;
    }

    node = ct_watch_find(watch, ct_watch_hash(watch, ct_bytes(text + left + 1,
                                                              ascii)),
                         ct_bytes(text + left + 1, ascii));

    if (node == NULL || !(node->bits & CT_WATCH_ANCESTOR)) {
        return false;
    }

    memcpy(text, raw.data + at - left, left + 1);

    /* the difference may be negative: sums wrap around and back */
    return ct_search_name(watch, ct_bytes(text, left + 1 + ascii),
                          left + 1 + ascii, len - ascii, matched);
}


/* Around each dot; dots near it are in the same window. */
bool
ct_search_wide(const ct_watch_t *watch, ct_bytes_t raw, size_t unit,
    ct_bytes_t *matched)
{
    size_t     i, left, right, align;
    uint64_t   code;
    ct_bytes_t at;

    for (align = 0; align < unit; align++) {
        for (i = align; i + unit <= raw.len; i += unit) {
            at = ct_bytes(raw.data + i, unit);

            if (!ct_read_uint(&at, unit, &code) || code != '.') {
                continue;
            }

            left = (i - align) / unit;
            left = left < CT_LIMIT_NAME ? left : CT_LIMIT_NAME;
            right = (raw.len - i) / unit;
            right = right < CT_SEARCH_WINDOW ? right : CT_SEARCH_WINDOW;

            if (ct_search_window(watch, ct_bytes(raw.data + i - left * unit,
                                                 (left + right) * unit),
                                 unit, matched))
            {
                return true;
            }

            /* all dots from which a name reaches no further were seen */
            right -= right < CT_SEARCH_WINDOW ? 0 : CT_LIMIT_NAME;
            i += (right - 1) * unit;
        }
    }

    return false;
}


/* As UTF-8. What is no character parts names. */
static bool
ct_search_window(const ct_watch_t *watch, ct_bytes_t raw, size_t unit,
    ct_bytes_t *matched)
{
    size_t   n, len;
    uint8_t  text[(CT_LIMIT_NAME + CT_SEARCH_WINDOW) * CT_UTF8_MAX];
    uint64_t code;

    n = 0;

    while (ct_read_uint(&raw, unit, &code)) {
        len = code <= UINT32_MAX ? ct_utf8_write(text + n, (uint32_t) code)
                                 : 0;
        if (len == 0) {
            text[n] = '\1';
            len = 1;
        }

        n += len;
    }

    return ct_search_bytes(watch, ct_bytes(text, n), matched);
}
