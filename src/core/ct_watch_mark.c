/*
 * ct_watch_mark: see the header. The table's own hashes cannot serve: they
 * are seeded anew each time.
 */

#include "ct_limits.h"
#include "ct_watch_mark.h"
#include "ct_watch_table.h"

#include <stdlib.h>
#include <string.h>

#define CT_MARKS_TURN 1024 /* nodes */
#define CT_MARKS_SEED UINT64_C(0x9ae16a3b2f90404f) /* the same for ever */


static void ct_watch_marks_add(ct_watch_marks_t *marks, uint64_t mark);
static void ct_watch_marks_cut(ct_watch_marks_t *marks);
static uint64_t ct_watch_mark(const ct_watch_t *watch,
    const ct_watch_node_t *node);
static int ct_watch_mark_order(const void *a, const void *b);


/* Twice the room, so that it has to be sorted now and then only. */
ct_rc_t
ct_watch_marks_start(ct_watch_marks_t *marks, ct_arena_t *arena)
{
    memset(marks, 0, sizeof(*marks));
    marks->list = ct_arena_calloc(arena, 2 * CT_LIMIT_WATCH_MARKS,
                                  sizeof(uint64_t));

    return marks->list != NULL ? CT_OK : CT_E_MEMORY;
}


bool
ct_watch_marks_turn(ct_watch_marks_t *marks, const ct_watch_t *watch)
{
    size_t                 end;
    const ct_watch_node_t *node;

    end = watch->nnodes - marks->next > CT_MARKS_TURN
          ? marks->next + CT_MARKS_TURN : watch->nnodes;

    for ( ; marks->next < end; marks->next++) {
        node = &watch->nodes[marks->next];

        if (node->len != 0
            && (node->bits & (CT_WATCH_TREE | CT_WATCH_EXACT
                              | CT_WATCH_ADDRESS)) != 0)
        {
            ct_watch_marks_add(marks, ct_watch_mark(watch, node));
        }
    }

    if (end == watch->nnodes) {
        ct_watch_marks_cut(marks);
    }

    return end == watch->nnodes;
}


static void
ct_watch_marks_add(ct_watch_marks_t *marks, uint64_t mark)
{
    marks->all++;
    marks->sum += mark;

    if (marks->n == 2 * CT_LIMIT_WATCH_MARKS) {
        ct_watch_marks_cut(marks);
    }

    marks->list[marks->n++] = mark;
}


static void
ct_watch_marks_cut(ct_watch_marks_t *marks)
{
    qsort(marks->list, marks->n, sizeof(uint64_t), ct_watch_mark_order);

    marks->n = marks->n < CT_LIMIT_WATCH_MARKS ? marks->n
                                               : CT_LIMIT_WATCH_MARKS;
}


static uint64_t
ct_watch_mark(const ct_watch_t *watch, const ct_watch_node_t *node)
{
    size_t         i;
    uint8_t        kind;
    uint64_t       mark;
    const uint8_t *text;

    kind = (uint8_t) (node->bits & (CT_WATCH_TREE | CT_WATCH_EXACT
                                    | CT_WATCH_ADDRESS));

    /* a suffix is the end of its text, an address the beginning */
    text = watch->text + node->text
           + ((kind & CT_WATCH_ADDRESS) ? 0 : node->full - node->len);
    mark = ct_watch_step(CT_MARKS_SEED, kind);

    for (i = 0; i < node->len; i++) {
        mark = ct_watch_step(mark, text[i]);
    }

    /* its higher bits are the better ones, and all are compared */
    mark ^= mark >> 32;
    mark *= CT_WATCH_PRIME;

    return mark ^ mark >> 29;
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
ct_watch_marks_new(const ct_watch_marks_t *marks, const uint64_t *known,
    size_t nknown)
{
    size_t i, k;

    k = 0;

    for (i = 0; i < marks->n; i++) {
        while (k < nknown && known[k] < marks->list[i]) {
            k++;
        }

        if (k == nknown || known[k] != marks->list[i]) {
            return true;
        }
    }

    return marks->all > marks->n;
}
