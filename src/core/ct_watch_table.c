/*
 * ct_watch_table: looking things up in it.
 */

#include <string.h>

#include "ct_watch_table.h"

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


static inline ct_watch_node_t *ct_watch_probe(const ct_watch_t *watch,
    uint64_t hash, ct_bytes_t bytes, unsigned *bits);
static bool ct_watch_same(const ct_watch_t *watch,
    const ct_watch_node_t *node, ct_bytes_t bytes);


const ct_watch_node_t *
ct_watch_find(const ct_watch_t *watch, uint64_t hash, ct_bytes_t name)
{
    unsigned               bits;
    const ct_watch_node_t *node;

    bits = 0;
    node = ct_watch_probe(watch, hash, name, &bits);

    return node->len != 0 ? node : NULL;
}


const ct_watch_node_t *
ct_watch_find_address(const ct_watch_t *watch, ct_bytes_t address)
{
    unsigned               bits;
    const ct_watch_node_t *node;

    bits = CT_WATCH_ADDRESS;
    node = ct_watch_probe(watch, ct_watch_hash(watch, address), address,
                         &bits);

    return node->len != 0 ? node : NULL;
}


/* From the longest prefix on. */
const ct_watch_node_t *
ct_watch_find_net(const ct_watch_t *watch, ct_bytes_t address)
{
    size_t                 bits, end;
    uint8_t                net[17];
    const uint64_t        *lengths;
    const ct_watch_node_t *node;

    lengths = watch->nets[address.len == 16];

    if (address.len > 16 || (lengths[0] | lengths[1]) == 0) {
        return NULL;
    }

    memcpy(net, address.data, address.len);
    end = address.len * 8;

    for (bits = end; bits-- != 0;) {
        net[bits / 8] &= (uint8_t) ~(0x80 >> bits % 8);

        if ((lengths[bits / 64] >> bits % 64 & 1) == 0) {
            continue;
        }

        net[address.len] = (uint8_t) bits;
        node = ct_watch_find_address(watch, ct_bytes(net, address.len + 1));

        if (node != NULL) {
            return node;
        }
    }

    return NULL;
}


uint64_t
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


ct_watch_node_t *
ct_watch_slot(const ct_watch_t *watch, uint64_t hash, ct_bytes_t bytes,
    unsigned *bits)
{
    return ct_watch_probe(watch, hash, bytes, bits);
}


/*
 * The node of these bytes, or the free slot where it would be. `*bits` has
 * the kind (ADDRESS or 0) on entry and the tag as well on return. The high
 * half of the mixed hash chooses the slot, the low half is the tag.
 */
static inline ct_watch_node_t *
ct_watch_probe(const ct_watch_t *watch, uint64_t hash, ct_bytes_t bytes,
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
