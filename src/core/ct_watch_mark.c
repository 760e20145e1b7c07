/*
 * ct_watch_mark: see the header. The table's own hashes cannot serve: they
 * are seeded anew each time.
 */

#include "ct_watch_mark.h"
#include "ct_watch_table.h"

#include <stdlib.h>
#include <string.h>


static uint64_t ct_watch_mark(const ct_watch_t *watch,
    const ct_watch_node_t *node, ct_sha256_t *sha);
static int ct_watch_mark_order(const void *a, const void *b);


uint64_t *
ct_watch_marks(const ct_watch_t *watch, ct_arena_t *arena, ct_sha256_t *sha,
    size_t *n, uint64_t *sum)
{
    size_t                 i;
    uint64_t              *marks;
    const ct_watch_node_t *node;

    *n = 0;
    *sum = 0;
    marks = ct_arena_calloc(arena, watch->count + 1, sizeof(uint64_t));

    if (marks == NULL) {
        return NULL;
    }

    for (i = 0; i < watch->nnodes && *n < watch->count; i++) {
        node = &watch->nodes[i];

        if (node->len != 0
            && (node->bits & (CT_WATCH_TREE | CT_WATCH_EXACT
                              | CT_WATCH_ADDRESS)) != 0)
        {
            marks[*n] = ct_watch_mark(watch, node, sha);
            *sum += marks[(*n)++];
        }
    }

    qsort(marks, *n, sizeof(uint64_t), ct_watch_mark_order);

    return marks;
}


static uint64_t
ct_watch_mark(const ct_watch_t *watch, const ct_watch_node_t *node,
    ct_sha256_t *sha)
{
    uint8_t    kind, hash[CT_HASH_LEN];
    uint64_t   mark;
    ct_bytes_t parts[2];

    kind = (uint8_t) (node->bits & (CT_WATCH_TREE | CT_WATCH_EXACT
                                    | CT_WATCH_ADDRESS));
    parts[0] = ct_bytes(&kind, 1);

    /* a suffix is the end of its text, an address the beginning */
    parts[1] = ct_bytes(watch->text + node->text
                        + ((kind & CT_WATCH_ADDRESS) ? 0
                           : node->full - node->len), node->len);

    ct_sha256(sha, parts, 2, hash);
    memcpy(&mark, hash, sizeof(mark));

    return mark;
}


static int
ct_watch_mark_order(const void *a, const void *b)
{
    uint64_t x, y;

    memcpy(&x, a, sizeof(x));
    memcpy(&y, b, sizeof(y));

    return x < y ? -1 : x > y;
}


bool
ct_watch_marks_new(const uint64_t *marks, size_t n, const uint64_t *known,
    size_t nknown)
{
    size_t i, k;

    k = 0;

    for (i = 0; i < n; i++) {
        while (k < nknown && known[k] < marks[i]) {
            k++;
        }

        if (k == nknown || known[k] != marks[i]) {
            return true;
        }
    }

    return false;
}
