/*
 * ct_watch_search: raw bytes that could not be parsed. Wherever a name
 * could end, its bytes are walked leftwards through the same table; a label
 * that the table does not know ends the walk, so that a walk is at most one
 * label longer than a watched name.
 *
 * DER puts a tag and a length in front of a name and a tag behind it: both
 * may look like a character of the name. Errs on the side of yes: a label
 * with bytes that are not ASCII counts as one that could be anything, so
 * that only a name that ends with such a label has to be converted, and
 * names of two or four bytes a character (ct_watch_search_wide.c).
 */

#include <string.h>

#include "ct_watch_table.h"

/* A walk through one possible name, right to left. */
typedef struct {
    const ct_watch_t      *watch;
    ct_bytes_t             raw;
    size_t                 end;   /* of the name, without dots at its end */
    size_t                 tail;  /* the same with them */
    size_t                 more;  /* bytes it had before it was converted */
    size_t                 at;    /* where the walk has come to */
    uint64_t               hash;
    const ct_watch_node_t *above; /* the suffix right of the label */
    const ct_watch_node_t *node;  /* the suffix it begins, once looked up */
} ct_walk_t;


static bool ct_search_ends(ct_bytes_t raw, size_t end);
static bool ct_search_label(ct_walk_t *walk, ct_bytes_t *matched);
static bool ct_search_length(const ct_walk_t *walk);
static bool ct_search_known(ct_walk_t *walk, ct_bytes_t *matched);
static bool ct_search_unread(const ct_walk_t *walk, bool empty,
    ct_bytes_t *matched);
static bool ct_search_other(const ct_watch_t *watch, ct_bytes_t raw,
    size_t at, ct_bytes_t *matched);
static const ct_watch_node_t *ct_search_address(const ct_watch_t *watch,
    ct_bytes_t address);


bool
ct_watch_search(const ct_watch_t *watch, ct_bytes_t raw, ct_bytes_t *matched)
{
    size_t i;

    if (watch->base != NULL && ct_watch_search(watch->base, raw, matched)) {
        return true;
    }

    if (watch->count == 0) {
        return false;
    }

    for (i = 0; i < raw.len; i++) {
        if (ct_search_other(watch, raw, i, matched)) {
            return true;
        }
    }

    return ct_search_bytes(watch, raw, matched)
           || ct_search_wide(watch, raw, 2, matched)
           || ct_search_wide(watch, raw, 4, matched);
}


bool
ct_search_bytes(const ct_watch_t *watch, ct_bytes_t raw, ct_bytes_t *matched)
{
    size_t i;

    for (i = 0; i < raw.len; i++) {
        if ((raw.data[i] == '.'
             && ct_search_foreign(watch, raw, i, matched))
            || (ct_search_ends(raw, i + 1)
                && ct_search_name(watch, raw, i + 1, 0, matched)))
        {
            return true;
        }
    }

    return false;
}


/* Could a name end before `end`? The tags SEQUENCE and SET, one of which
 * follows the string of a name, are also the digits 0 and 1. */
static bool
ct_search_ends(ct_bytes_t raw, size_t end)
{
    uint8_t c;

    if (end == raw.len) {
        return true;
    }

    c = raw.data[end];

    return (ct_watch_fold[c] == 0 && c != '.') || c == CT_DER_SEQUENCE
           || c == CT_DER_SET;
}


bool
ct_search_name(const ct_watch_t *watch, ct_bytes_t raw, size_t end,
    size_t more, ct_bytes_t *matched)
{
    size_t    label;
    ct_walk_t walk;

    walk = (ct_walk_t) {.watch = watch, .raw = raw, .tail = end,
                        .more = more, .hash = watch->seed};

    while (end != 0 && raw.data[end - 1] == '.') {
        end--;
    }

    walk.end = end;
    walk.at = end;

    for (;;) {
        label = walk.at;

        if (ct_search_label(&walk, matched)) {
            return true;
        }

        if (label == walk.at || label - walk.at > CT_WATCH_LABEL) {
            return label == walk.at && ct_search_unread(&walk, true, matched);
        }

        if (ct_search_known(&walk, matched)) {
            return true;
        }

        if (walk.at == 0 || raw.data[walk.at - 1] != '.') {
            return ct_search_unread(&walk, false, matched);
        }

        if (walk.node == NULL) {
            return false;
        }

        walk.above = walk.node;
        walk.hash = ct_watch_step(walk.hash, raw.data[--walk.at]);
    }
}


/* Goes to the left end of the label, or one byte beyond the longest. True
 * when a watched name is found in between, behind its own length. */
static bool
ct_search_label(ct_walk_t *walk, ct_bytes_t *matched)
{
    size_t  label;
    uint8_t c;

    label = walk->at;

    while (walk->at != 0 && label - walk->at <= CT_WATCH_LABEL) {
        c = ct_watch_fold[walk->raw.data[walk->at - 1]];

        if (c == 0) {
            return false;
        }

        if (ct_search_length(walk) && ct_search_known(walk, matched)) {
            return true;
        }

        walk->hash = ct_watch_step(walk->hash, c);
        walk->at--;
    }

    return false;
}


/* Is the byte to the left the (last) length octet of what was walked? */
static bool
ct_search_length(const ct_walk_t *walk)
{
    size_t c;

    c = walk->raw.data[walk->at - 1];

    return c == walk->end - walk->at + walk->more
           || c == walk->tail - walk->at + walk->more;
}


/* Looks up what was walked: `node`. True when that is a watched name. */
static bool
ct_search_known(ct_walk_t *walk, ct_bytes_t *matched)
{
    ct_bytes_t name;

    name = ct_bytes(walk->raw.data + walk->at, walk->end - walk->at);
    walk->node = ct_watch_find(walk->watch, walk->hash, name);

    if (walk->node == NULL
        || !(walk->node->bits & (CT_WATCH_TREE | CT_WATCH_EXACT)))
    {
        return false;
    }

    *matched = ct_watch_itself(walk->watch, walk->node);

    return true;
}


/* A label that ends at a byte which is no part of one. "*" and what a
 * parser may have put for a character could be anything; others are more
 * likely not part of the name. */
static bool
ct_search_unread(const ct_walk_t *walk, bool empty, ct_bytes_t *matched)
{
    uint8_t c;

    if (walk->above == NULL || !(walk->above->bits & CT_WATCH_ANCESTOR)) {
        return false;
    }

    if (!empty) {
        if (walk->at == 0 || ct_search_length(walk)) {
            return false;
        }

        c = walk->raw.data[walk->at - 1];

        if (c != '*' && c != '?' && c != '\0' && c < 0x80) {
            return false;
        }
    }

    *matched = ct_watch_below(walk->watch, walk->above);

    return true;
}


/* Addresses, and a dNSName that covers all. */
static bool
ct_search_other(const ct_watch_t *watch, ct_bytes_t raw, size_t at,
    ct_bytes_t *matched)
{
    size_t                 left;
    const uint8_t         *p;
    const ct_watch_node_t *node;

    p = raw.data + at;
    left = raw.len - at;
    node = NULL;

    if (left > 2 && p[0] == 0x82 && p[1] <= left - 2 /* [2] dNSName */
        && ct_watch_any(ct_bytes(p + 2, p[1])))
    {
        *matched = watch->first;
        return true;
    }

    if (watch->naddresses != 0 && left > 2 && p[0] == 0x87
        && (p[1] == 4 || p[1] == 16) && left - 2 >= p[1]) /* [7] iPAddress */
    {
        node = ct_search_address(watch, ct_bytes(p + 2, p[1]));
    }

    if (node == NULL && watch->nlong != 0 && left >= 16) {
        node = ct_watch_find_address(watch, ct_bytes(p, 16));
    }

    if (node == NULL) {
        return false;
    }

    *matched = ct_watch_address_text(watch, node);

    return true;
}


static const ct_watch_node_t *
ct_search_address(const ct_watch_t *watch, ct_bytes_t address)
{
    const ct_watch_node_t *node;

    node = ct_watch_find_address(watch, address);

    return node != NULL ? node : ct_watch_find_net(watch, address);
}
