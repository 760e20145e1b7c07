/*
 * ct_watch: patterns are compiled here; ct_watch_pattern.c takes them apart,
 * ct_watch_match.c and ct_watch_search.c use what comes out. The table is
 * sized beforehand and never grows; hash hits are always confirmed by the
 * text.
 */

#include <string.h>

#include "ct_watch_table.h"

#define CT_WATCH_MANY   65536 /* labels: of fewer, sharing saves little */
#define CT_WATCH_SAMPLE 16


static bool ct_watch_reserve(ct_watch_t *watch, ct_arena_t *arena,
    const ct_bytes_t *patterns, size_t npatterns, size_t *most);
static size_t ct_watch_estimate(const ct_watch_t *watch,
    const ct_bytes_t *patterns, size_t npatterns, size_t most);
static size_t ct_watch_sample(uint8_t *bits, size_t nbits, uint64_t seed,
    const ct_pattern_t *pattern);
static bool ct_watch_table(ct_watch_t *watch, ct_arena_t *arena,
    size_t nodes, bool owned);
static bool ct_watch_fill(ct_watch_t *watch, const ct_bytes_t *patterns,
    const uint32_t *owners, size_t npatterns);
static bool ct_watch_add_name(ct_watch_t *watch, const ct_pattern_t *pattern,
    uint32_t owner);
static ct_watch_node_t ct_watch_put_name(ct_watch_t *watch, ct_bytes_t name);
static bool ct_watch_add_suffix(ct_watch_t *watch, uint64_t hash,
    const ct_watch_node_t *name, unsigned flags, uint32_t owner);
static bool ct_watch_add_address(ct_watch_t *watch,
    const ct_pattern_t *pattern, uint32_t owner);
static void ct_watch_add_net(ct_watch_t *watch, const ct_pattern_t *pattern);
static void ct_watch_own(ct_watch_t *watch, const ct_watch_node_t *node,
    uint32_t owner);
static size_t ct_watch_put(ct_watch_t *watch, ct_bytes_t text);


ct_watch_t *
ct_watch_compile(ct_arena_t *arena, const ct_bytes_t *patterns,
    size_t npatterns, uint64_t seed)
{
    return ct_watch_compile_owned(arena, patterns, NULL, npatterns, seed);
}


/* The estimate is wrong once in the life of the universe; even so. */
ct_watch_t *
ct_watch_compile_owned(ct_arena_t *arena, const ct_bytes_t *patterns,
    const uint32_t *owners, size_t npatterns, uint64_t seed)
{
    size_t      most, nodes;
    ct_watch_t *watch;

    watch = ct_arena_calloc(arena, 1, sizeof(ct_watch_t));
    if (watch == NULL) {
        return NULL;
    }

    watch->seed = seed;

    if (!ct_watch_reserve(watch, arena, patterns, npatterns, &most)) {
        return NULL;
    }

    nodes = ct_watch_estimate(watch, patterns, npatterns, most);

    while (ct_watch_table(watch, arena, nodes, owners != NULL)) {
        if (ct_watch_fill(watch, patterns, owners, npatterns)) {
            return watch;
        }

        nodes = most;
    }

    return NULL;
}


/* Room for all texts, if it is not all of it needed, without reading them;
 * and how many nodes there are at most, one for each label and address. */
static bool
ct_watch_reserve(ct_watch_t *watch, ct_arena_t *arena,
    const ct_bytes_t *patterns, size_t npatterns, size_t *most)
{
    size_t   i, k, len;
    uint8_t  c;
    unsigned has;

    *most = 0;
    len = 0;

    for (i = 0; i < npatterns; i++) {
        has = 0;
        c = 0;

        for (k = 0; k < patterns[i].len; k++) {
            c = patterns[i].data[k];
            has |= c | (c == ':' || c == '/' ? 0x100U : 0U);
            *most += c == '.';
        }

        *most += 1;
        len += patterns[i].len;

        if (has & 0x80) {
            len += CT_LIMIT_NAME; /* A-labels are longer, */
            *most += CT_LIMIT_NAME / 2; /* and there are other dots */
        }

        if ((has & 0x100) || (c >= '0' && c <= '9')) {
            len += 17; /* an address or a net */
        }
    }

    if (*most > UINT32_MAX / 2 || len > UINT32_MAX) {
        return false;
    }

    watch->text_len = len;
    watch->text = ct_arena_alloc(arena, len);

    return watch->text != NULL;
}


/*
 * How many different suffixes there are, most of which are shared in a long
 * list. Each of a sample, by its hash, sets a bit in the memory that is to
 * have the texts; what of them fell together is guessed, on the safe side.
 */
static size_t
ct_watch_estimate(const ct_watch_t *watch, const ct_bytes_t *patterns,
    size_t npatterns, size_t most)
{
    size_t       i, nbits, ones;
    ct_pattern_t pattern;

    if (most < CT_WATCH_MANY) {
        return most;
    }

    /* there are two bytes at least for each label */
    nbits = most & ~(size_t) 7;
    ones = 0;
    memset(watch->text, 0, nbits / 8);

    for (i = 0; i < npatterns; i++) {
        if (ct_pattern_read(patterns[i], &pattern) == NULL) {
            ones += ct_watch_sample(watch->text, nbits, watch->seed,
                                    &pattern);
        }
    }

    /* below 1/2, x (1 + x) is more than -ln(1 - x); and a sample may be too
     * small by chance */
    ones += ones * ones / nbits + ones / 16;

    return ones * CT_WATCH_SAMPLE < most ? ones * CT_WATCH_SAMPLE : most;
}


/* The number of bits that were not set. */
static size_t
ct_watch_sample(uint8_t *bits, size_t nbits, uint64_t seed,
    const ct_pattern_t *pattern)
{
    size_t     i, at, fresh;
    uint64_t   hash, mixed;
    ct_bytes_t name;

    fresh = 0;
    hash = seed;
    name = pattern->name;

    for (i = name.len + 1; i-- != 0;) {
        if (i == 0 || (name.data[i - 1] == '.'
                       && pattern->flag != CT_WATCH_ADDRESS))
        {
            mixed = (hash ^ hash >> 32) * CT_WATCH_PRIME;
            at = (size_t) ((mixed >> 32) * nbits >> 32);

            if (mixed % CT_WATCH_SAMPLE == 0) {
                fresh += !(bits[at / 8] >> at % 8 & 1);
                bits[at / 8] |= (uint8_t) (1U << at % 8);
            }
        }

        if (i != 0) {
            hash = ct_watch_step(hash, name.data[i - 1] | 0x20);
        }
    }

    return fresh;
}


/* Half as many slots again as nodes; one at least is free, which ends every
 * search. */
static bool
ct_watch_table(ct_watch_t *watch, ct_arena_t *arena, size_t nodes,
    bool owned)
{
    if (watch->nnodes > nodes) {
        return false; /* tried already */
    }

    watch->nnodes = nodes + nodes / 2 + 1;
    watch->nodes = ct_arena_calloc(arena, watch->nnodes,
                                   sizeof(ct_watch_node_t));

    if (owned) {
        watch->owners = ct_arena_calloc(arena, watch->nnodes,
                                        sizeof(uint32_t));
    }

    return watch->nodes != NULL && (!owned || watch->owners != NULL);
}


/* False when the table is too small. */
static bool
ct_watch_fill(ct_watch_t *watch, const ct_bytes_t *patterns,
    const uint32_t *owners, size_t npatterns)
{
    bool         added;
    size_t       i;
    uint32_t     owner;
    ct_pattern_t pattern;

    watch->text_len = 0;
    watch->count = 0;
    watch->used = 0;
    watch->naddresses = 0;
    watch->nlong = 0;

    for (i = 0; i < npatterns; i++) {
        if (ct_pattern_read(patterns[i], &pattern) != NULL) {
            continue;
        }

        owner = owners != NULL ? owners[i] : 0;

        if (pattern.flag == CT_WATCH_ADDRESS) {
            added = ct_watch_add_address(watch, &pattern, owner);
        } else {
            added = ct_watch_add_name(watch, &pattern, owner);
        }

        if (!added) {
            return false;
        }
    }

    return true;
}


static bool
ct_watch_add_name(ct_watch_t *watch, const ct_pattern_t *pattern,
    uint32_t owner)
{
    size_t          i, below;
    uint64_t        hash;
    const uint8_t  *p;
    ct_watch_node_t name;

    name = ct_watch_put_name(watch, pattern->name);
    p = watch->text + name.text;

    if (watch->count == 0) {
        watch->first = ct_bytes(p, name.full);
    }

    hash = watch->seed;
    below = pattern->nlabels; /* labels between here and the name */

    for (i = name.full; i != 0; i--) {
        if (p[i - 1] == '.') {
            below--;
            name.len = (uint8_t) (name.full - i);

            if (!ct_watch_add_suffix(watch, hash, &name, below == 1
                                     ? CT_WATCH_PARENT | CT_WATCH_ANCESTOR
                                     : CT_WATCH_ANCESTOR, 0))
            {
                return false;
            }
        }

        hash = ct_watch_step(hash, p[i - 1]);
    }

    name.len = name.full;

    return ct_watch_add_suffix(watch, hash, &name, pattern->flag, owner);
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


/* False when there is no slot for it. */
static bool
ct_watch_add_suffix(ct_watch_t *watch, uint64_t hash,
    const ct_watch_node_t *name, unsigned flags, uint32_t owner)
{
    unsigned         bits, fresh;
    ct_bytes_t       text;
    ct_watch_node_t *node;

    text = ct_bytes(watch->text + name->text + name->full - name->len,
                    name->len);
    bits = 0;
    node = ct_watch_slot(watch, hash, text, &bits);

    if (node->len == 0) {
        if (++watch->used == watch->nnodes) {
            return false;
        }

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

    ct_watch_own(watch, node, owner);

    return true;
}


/* An address or a net. */
static bool
ct_watch_add_address(ct_watch_t *watch, const ct_pattern_t *pattern,
    uint32_t owner)
{
    unsigned         bits;
    ct_bytes_t       address;
    ct_watch_node_t *node;

    address = ct_bytes(pattern->address, pattern->address_len);
    bits = CT_WATCH_ADDRESS;
    node = ct_watch_slot(watch, ct_watch_hash(watch, address), address,
                         &bits);

    if (node->len == 0) {
        if (++watch->used == watch->nnodes) {
            return false;
        }

        node->text = (uint32_t) ct_watch_put(watch, address);
        node->len = (uint8_t) address.len;
        node->full = (uint8_t) pattern->name.len;
        node->bits = (uint16_t) bits;
        (void) ct_watch_put(watch, pattern->name);

        if (watch->count == 0) {
            watch->first = ct_watch_address_text(watch, node);
        }

        ct_watch_add_net(watch, pattern);
        watch->count++;
    }

    ct_watch_own(watch, node, owner);

    return true;
}


/* Which lengths of prefixes there are, and how many long addresses. */
static void
ct_watch_add_net(ct_watch_t *watch, const ct_pattern_t *pattern)
{
    size_t bits, len;

    watch->naddresses++;
    watch->nlong += pattern->address_len == 16;
    len = pattern->address_len & ~(size_t) 3;

    if (pattern->address_len != len) {
        bits = pattern->address[len];
        watch->nets[len == 16][bits / 64] |= 1ULL << bits % 64;
    }
}


/* The first owner keeps it. */
static void
ct_watch_own(ct_watch_t *watch, const ct_watch_node_t *node, uint32_t owner)
{
    size_t i;

    i = (size_t) (node - watch->nodes);

    if (owner != 0 && watch->owners[i] == 0) {
        watch->owners[i] = owner;
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


ct_watch_t *
ct_watch_extend(ct_arena_t *arena, const ct_watch_t *base,
    const ct_bytes_t *patterns, size_t npatterns)
{
    ct_watch_t *watch;

    watch = ct_watch_compile(arena, patterns, npatterns, base->seed);

    if (watch != NULL) {
        watch->base = base;
    }

    return watch;
}


size_t
ct_watch_count(const ct_watch_t *watch)
{
    return watch->count
           + (watch->base != NULL ? ct_watch_count(watch->base) : 0);
}


uint32_t
ct_watch_owner(const ct_watch_t *watch, ct_bytes_t matched)
{
    ct_pattern_t           pattern;
    const ct_watch_node_t *node;

    if (watch->base != NULL) {
        return ct_watch_owner(watch->base, matched);
    }

    if (watch->owners == NULL || ct_pattern_read(matched, &pattern) != NULL) {
        return 0;
    }

    if (pattern.flag == CT_WATCH_ADDRESS) {
        node = ct_watch_find_address(watch, ct_bytes(pattern.address,
                                                     pattern.address_len));
    } else {
        node = ct_watch_find(watch, ct_watch_hash(watch, matched), matched);
    }

    return node != NULL ? watch->owners[node - watch->nodes] : 0;
}
