/*
 * ct_watch: patterns are read and compiled here; ct_watch_match.c and
 * ct_watch_search.c use what comes out. The table is sized by a first pass
 * and never grows; hash hits are always confirmed by the text.
 */

#include <arpa/inet.h>
#include <string.h>

#include "ct_watch_table.h"

/* A pattern taken apart. */
typedef struct {
    ct_bytes_t name; /* without mark, prefix and final dot */
    size_t     nlabels;
    unsigned   flag; /* TREE, EXACT or ADDRESS */
    size_t     address_len;
    uint8_t    address[16];
} ct_pattern_t;

const uint8_t ct_watch_fold[256] = {
    ['-'] = '-', ['_'] = '_', ['0'] = '0', ['1'] = '1', ['2'] = '2',
    ['3'] = '3', ['4'] = '4', ['5'] = '5', ['6'] = '6', ['7'] = '7',
    ['8'] = '8', ['9'] = '9', ['A'] = 'a', ['a'] = 'a', ['B'] = 'b',
    ['b'] = 'b', ['C'] = 'c', ['c'] = 'c', ['D'] = 'd', ['d'] = 'd',
    ['E'] = 'e', ['e'] = 'e', ['F'] = 'f', ['f'] = 'f', ['G'] = 'g',
    ['g'] = 'g', ['H'] = 'h', ['h'] = 'h', ['I'] = 'i', ['i'] = 'i',
    ['J'] = 'j', ['j'] = 'j', ['K'] = 'k', ['k'] = 'k', ['L'] = 'l',
    ['l'] = 'l', ['M'] = 'm', ['m'] = 'm', ['N'] = 'n', ['n'] = 'n',
    ['O'] = 'o', ['o'] = 'o', ['P'] = 'p', ['p'] = 'p', ['Q'] = 'q',
    ['q'] = 'q', ['R'] = 'r', ['r'] = 'r', ['S'] = 's', ['s'] = 's',
    ['T'] = 't', ['t'] = 't', ['U'] = 'u', ['u'] = 'u', ['V'] = 'v',
    ['v'] = 'v', ['W'] = 'w', ['w'] = 'w', ['X'] = 'x', ['x'] = 'x',
    ['Y'] = 'y', ['y'] = 'y', ['Z'] = 'z', ['z'] = 'z'
};


static const char *ct_pattern_read(ct_bytes_t text, ct_pattern_t *pattern);
static const char *ct_pattern_labels(ct_pattern_t *pattern);
static bool ct_watch_reserve(ct_watch_t *watch, ct_arena_t *arena,
    const ct_bytes_t *patterns, size_t npatterns);
static void ct_watch_add_name(ct_watch_t *watch, const ct_pattern_t *pattern);
static ct_watch_node_t ct_watch_put_name(ct_watch_t *watch, ct_bytes_t name);
static void ct_watch_add_suffix(ct_watch_t *watch, uint64_t hash,
    const ct_watch_node_t *name, unsigned flags);
static void ct_watch_add_address(ct_watch_t *watch,
    const ct_pattern_t *pattern);
static size_t ct_watch_put(ct_watch_t *watch, ct_bytes_t text);
static uint64_t ct_watch_hash(const ct_watch_t *watch, ct_bytes_t bytes);
static inline ct_watch_node_t *ct_watch_slot(const ct_watch_t *watch,
    uint64_t hash, ct_bytes_t bytes, unsigned *bits);
static bool ct_watch_same(const ct_watch_t *watch,
    const ct_watch_node_t *node, ct_bytes_t bytes);


bool
ct_watch_pattern_ok(ct_bytes_t pattern, const char **why)
{
    const char  *fault;
    ct_pattern_t parts;

    fault = ct_pattern_read(pattern, &parts);
    if (fault == NULL) {
        return true;
    }

    *why = fault;

    return false;
}


/* NULL, or what is wrong with it. */
static const char *
ct_pattern_read(ct_bytes_t text, ct_pattern_t *pattern)
{
    memset(pattern, 0, sizeof(*pattern));
    pattern->flag = CT_WATCH_TREE;

    if (text.len != 0 && text.data[0] == '=') {
        pattern->flag = CT_WATCH_EXACT;
        text = ct_bytes(text.data + 1, text.len - 1);
    }

    pattern->name = text;
    pattern->address_len = ct_watch_address(text, pattern->address);

    if (pattern->address_len != 0) {
        pattern->flag = CT_WATCH_ADDRESS;
        return NULL;
    }

    if (pattern->flag == CT_WATCH_TREE && text.len != 0) {
        if (text.len > 1 && memcmp(text.data, "*.", 2) == 0) {
            text = ct_bytes(text.data + 2, text.len - 2);

        } else if (text.data[0] == '.') {
            text = ct_bytes(text.data + 1, text.len - 1);
        }
    }

    if (text.len != 0 && text.data[text.len - 1] == '.') {
        text.len--;
    }

    pattern->name = text;

    return ct_pattern_labels(pattern);
}


static const char *
ct_pattern_labels(ct_pattern_t *pattern)
{
    bool       digits;
    size_t     i, len;
    uint8_t    c;
    ct_bytes_t name;

    name = pattern->name;

    if (name.len == 0) {
        return "is empty";
    }

    if (name.len > CT_LIMIT_NAME) {
        return "is longer than 253 bytes";
    }

    len = 0;
    digits = true;
    pattern->nlabels = 1;

    for (i = 0; i < name.len; i++) {
        c = name.data[i];

        if (c == '.') {
            if (len == 0) {
                return "has an empty label";
            }

            pattern->nlabels++;
            len = 0;
            digits = true;
            continue;
        }

        if (c >= 0x80) {
            return "is not ASCII: write it as an A-label (xn--...)";
        }

        if (ct_watch_fold[c] == 0) {
            return "may hold only letters, digits, \"-\", \"_\" and dots";
        }

        if (++len > CT_WATCH_LABEL) {
            return "has a label longer than 63 bytes";
        }

        digits = digits && c >= '0' && c <= '9';
    }

    if (len == 0) {
        return "has an empty label";
    }

    if (digits) {
        return "is neither a name nor an address";
    }

    return pattern->nlabels > 1 ? NULL : "needs at least two labels";
}


size_t
ct_watch_address(ct_bytes_t text, uint8_t out[16])
{
    char    copy[INET6_ADDRSTRLEN];
    size_t  i;
    uint8_t c;

    if (text.len < 2 || text.len >= sizeof(copy)) {
        return 0;
    }

    for (i = 0; i < text.len; i++) {
        c = text.data[i];

        /* most names end here: an address has no such letter */
        if (c == '\0' || (c > ':' && ct_watch_fold[c] > 'f')) {
            return 0;
        }
    }

    memcpy(copy, text.data, text.len);
    copy[text.len] = '\0';

    if (inet_pton(AF_INET, copy, out) == 1) {
        return 4;
    }

    return inet_pton(AF_INET6, copy, out) == 1 ? 16 : 0;
}


ct_watch_t *
ct_watch_compile(ct_arena_t *arena, const ct_bytes_t *patterns,
    size_t npatterns, uint64_t seed)
{
    size_t       i;
    ct_watch_t  *watch;
    ct_pattern_t pattern;

    watch = ct_arena_calloc(arena, 1, sizeof(ct_watch_t));
    if (watch == NULL) {
        return NULL;
    }

    watch->seed = seed;

    if (!ct_watch_reserve(watch, arena, patterns, npatterns)) {
        return NULL;
    }

    for (i = 0; i < npatterns; i++) {
        if (ct_pattern_read(patterns[i], &pattern) != NULL) {
            continue;
        }

        if (pattern.flag == CT_WATCH_ADDRESS) {
            ct_watch_add_address(watch, &pattern);
        } else {
            ct_watch_add_name(watch, &pattern);
        }
    }

    return watch;
}


/* At most one node for each label and address, and half as many slots
 * again; one at least is free, which ends every search. */
static bool
ct_watch_reserve(ct_watch_t *watch, ct_arena_t *arena,
    const ct_bytes_t *patterns, size_t npatterns)
{
    size_t       i, nodes, len;
    ct_pattern_t pattern;

    nodes = 0;
    len = 0;

    for (i = 0; i < npatterns; i++) {
        if (ct_pattern_read(patterns[i], &pattern) == NULL) {
            nodes += pattern.address_len != 0 ? 1 : pattern.nlabels;
            len += pattern.name.len + pattern.address_len;
        }
    }

    nodes += nodes / 2 + 1;

    if (nodes > UINT32_MAX || len > UINT32_MAX) {
        return false;
    }

    watch->nnodes = nodes;
    watch->nodes = ct_arena_calloc(arena, nodes, sizeof(ct_watch_node_t));
    watch->text = ct_arena_alloc(arena, len);

    return watch->nodes != NULL && watch->text != NULL;
}


static void
ct_watch_add_name(ct_watch_t *watch, const ct_pattern_t *pattern)
{
    size_t          i, below;
    uint64_t        hash;
    const uint8_t  *p;
    ct_watch_node_t name;

    name = ct_watch_put_name(watch, pattern->name);
    p = watch->text + name.text;

    if (watch->first.len == 0) {
        watch->first = ct_bytes(p, name.full);
    }

    hash = watch->seed;
    below = pattern->nlabels; /* labels between here and the name */

    for (i = name.full; i != 0; i--) {
        if (p[i - 1] == '.') {
            below--;
            name.len = (uint8_t) (name.full - i);
            ct_watch_add_suffix(watch, hash, &name, below == 1
                                ? CT_WATCH_PARENT | CT_WATCH_ANCESTOR
                                : CT_WATCH_ANCESTOR);
        }

        hash = ct_watch_step(hash, p[i - 1]);
    }

    name.len = name.full;
    ct_watch_add_suffix(watch, hash, &name, pattern->flag);
}


/* Puts the text of a name there, lower-cased. */
static ct_watch_node_t
ct_watch_put_name(ct_watch_t *watch, ct_bytes_t name)
{
    size_t          i;
    uint8_t        *p;
    ct_watch_node_t put;

    put = (ct_watch_node_t) {.full = (uint8_t) name.len};
    put.text = (uint32_t) ct_watch_put(watch, name);
    p = watch->text + put.text;

    for (i = 0; i < name.len; i++) {
        p[i] = p[i] == '.' ? '.' : ct_watch_fold[p[i]];
    }

    return put;
}


static void
ct_watch_add_suffix(ct_watch_t *watch, uint64_t hash,
    const ct_watch_node_t *name, unsigned flags)
{
    unsigned         bits, fresh;
    ct_bytes_t       text;
    ct_watch_node_t *node;

    text = ct_bytes(watch->text + name->text + name->full - name->len,
                    name->len);
    bits = 0;
    node = ct_watch_slot(watch, hash, text, &bits);

    if (node->len == 0) {
        *node = *name;
        node->bits = (uint16_t) bits;
    }

    fresh = flags & ~(unsigned) node->bits;
    node->bits |= (uint16_t) flags;

    if ((fresh & (CT_WATCH_TREE | CT_WATCH_EXACT)) != 0) {
        watch->count++;
    }

    /* it stands for a name one label below, if there is one; else for any
     * below; else for itself */

    if ((fresh & (CT_WATCH_PARENT | CT_WATCH_ANCESTOR)) != 0) {
        node->text = name->text;
        node->full = name->full;
    }
}


static void
ct_watch_add_address(ct_watch_t *watch, const ct_pattern_t *pattern)
{
    unsigned         bits;
    ct_bytes_t       address;
    ct_watch_node_t *node;

    address = ct_bytes(pattern->address, pattern->address_len);
    bits = CT_WATCH_ADDRESS;
    node = ct_watch_slot(watch, ct_watch_hash(watch, address), address,
                         &bits);
    if (node->len != 0) {
        return;
    }

    node->text = (uint32_t) ct_watch_put(watch, address);
    node->len = (uint8_t) address.len;
    node->full = (uint8_t) pattern->name.len;
    node->bits = (uint16_t) bits;
    (void) ct_watch_put(watch, pattern->name);

    watch->count++;
    watch->naddresses++;
    watch->nlong += address.len == 16;

    if (watch->first.len == 0) {
        watch->first = ct_watch_address_text(watch, node);
    }
}


/* Appends; there is room by construction. */
static size_t
ct_watch_put(ct_watch_t *watch, ct_bytes_t text)
{
    size_t at;

    at = watch->text_len;
    memcpy(watch->text + at, text.data, text.len);
    watch->text_len += text.len;

    return at;
}


size_t
ct_watch_count(const ct_watch_t *watch)
{
    return watch->count;
}


const ct_watch_node_t *
ct_watch_find(const ct_watch_t *watch, uint64_t hash, ct_bytes_t name)
{
    unsigned               bits;
    const ct_watch_node_t *node;

    bits = 0;
    node = ct_watch_slot(watch, hash, name, &bits);

    return node->len != 0 ? node : NULL;
}


const ct_watch_node_t *
ct_watch_find_address(const ct_watch_t *watch, ct_bytes_t address)
{
    unsigned               bits;
    const ct_watch_node_t *node;

    bits = CT_WATCH_ADDRESS;
    node = ct_watch_slot(watch, ct_watch_hash(watch, address), address,
                         &bits);

    return node->len != 0 ? node : NULL;
}


/* Of bytes in lower case, or raw ones, from the right. */
static uint64_t
ct_watch_hash(const ct_watch_t *watch, ct_bytes_t bytes)
{
    size_t   i;
    uint64_t hash;

    hash = watch->seed;

    for (i = bytes.len; i != 0; i--) {
        hash = ct_watch_step(hash, bytes.data[i - 1]);
    }

    return hash;
}


/*
 * The node of these bytes, or the free slot where it would be. `*bits` has
 * the kind (ADDRESS or 0) on entry and the tag as well on return. The high
 * half of the mixed hash chooses the slot, the low half is the tag.
 */
static inline ct_watch_node_t *
ct_watch_slot(const ct_watch_t *watch, uint64_t hash, ct_bytes_t bytes,
    unsigned *bits)
{
    size_t           i;
    unsigned         ours;
    ct_watch_node_t *node;

    hash = (hash ^ hash >> 32) * CT_WATCH_PRIME;
    i = (size_t) ((hash >> 32) * watch->nnodes >> 32);
    *bits |= (unsigned) (hash & 0xffff) & ~CT_WATCH_FLAGS;

    for (;;) {
        node = &watch->nodes[i];
        ours = node->bits & (~CT_WATCH_FLAGS | CT_WATCH_ADDRESS);

        if (node->len == 0
            || (ours == *bits && ct_watch_same(watch, node, bytes)))
        {
            return node;
        }

        i = i + 1 < watch->nnodes ? i + 1 : 0;
    }
}


static bool
ct_watch_same(const ct_watch_t *watch, const ct_watch_node_t *node,
    ct_bytes_t bytes)
{
    size_t         i;
    const uint8_t *text;

    if (node->len != bytes.len) {
        return false;
    }

    if (node->bits & CT_WATCH_ADDRESS) {
        return memcmp(watch->text + node->text, bytes.data, bytes.len) == 0;
    }

    text = watch->text + node->text + node->full - node->len;

    for (i = 0; i < bytes.len; i++) {
        if (text[i] != bytes.data[i]
            && text[i] != ct_watch_fold[bytes.data[i]])
        {
            return false;
        }
    }

    return true;
}


ct_bytes_t
ct_watch_itself(const ct_watch_t *watch, const ct_watch_node_t *node)
{
    return ct_bytes(watch->text + node->text + node->full - node->len,
                    node->len);
}


ct_bytes_t
ct_watch_below(const ct_watch_t *watch, const ct_watch_node_t *node)
{
    return ct_bytes(watch->text + node->text, node->full);
}


ct_bytes_t
ct_watch_address_text(const ct_watch_t *watch, const ct_watch_node_t *node)
{
    return ct_bytes(watch->text + node->text + node->len, node->full);
}
