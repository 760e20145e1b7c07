/*
 * ct_walk: see the header. A finding that cannot be read at the moment is
 * left out, as everywhere.
 */

#include "ct_walk.h"

#include <string.h>


void
ct_walk_start(ct_walk_t *walk, const ct_store_t *store)
{
    size_t blocks, max_blocks;

    walk->store = store;
    walk->below = ct_store_last(store) + 1;
    ct_store_usage(store, &walk->left, &blocks, &max_blocks);
}


bool
ct_walk_next(ct_walk_t *walk, ct_finding_t *finding, ct_buf_t *text)
{
    while (walk->below > 1 && walk->left != 0) {
        walk->below--;

        if (text != NULL) {
            text->len = 0;
        }

        if (ct_store_finding(walk->store, walk->below, finding, text)) {
            walk->left--;
            return true;
        }
    }

    return false;
}


/* Texts are left alone on the way. */
bool
ct_walk_find(const ct_store_t *store, const uint8_t *id,
    ct_finding_t *finding, ct_buf_t *text)
{
    ct_walk_t walk;

    finding->number = 0;
    ct_walk_start(&walk, store);

    while (ct_walk_next(&walk, finding, NULL)) {
        if (memcmp(finding->identity, id, CT_FINDING_ID) == 0) {
            break;
        }

        finding->number = 0;
    }

    if (text == NULL || finding->number == 0) {
        return finding->number != 0;
    }

    text->len = 0;

    return ct_store_finding(store, finding->number, finding, text);
}
