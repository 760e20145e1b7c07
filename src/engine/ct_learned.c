/*
 * ct_learned: see the header. What a worker sends comes from a handshake of
 * its own, but through memory that others write: it is read like anything
 * else.
 */

#include "ct_learned.h"

#include <stdlib.h>
#include <string.h>


#define CT_LEARNED_MEMORY ((size_t) 128 * 1024 * 1024)

struct ct_learned_s {
    ct_arena_t  *arena;
    ct_served_t *list;
    size_t       n;
    size_t       room;
};


static bool ct_learned_grow(ct_learned_t *learned);
static bool ct_learned_read(ct_learned_t *learned, ct_served_t *served,
    ct_bytes_t der, ct_bytes_t parts);
static bool ct_learned_copy(ct_learned_t *learned, ct_bytes_t *der);


ct_learned_t *
ct_learned_create(void)
{
    ct_learned_t *learned;

    learned = calloc(1, sizeof(ct_learned_t));

    if (learned != NULL) {
        learned->arena = ct_arena_create(CT_LEARNED_MEMORY);
    }

    if (learned == NULL || learned->arena == NULL) {
        ct_learned_destroy(learned);
        return NULL;
    }

    return learned;
}


void
ct_learned_destroy(ct_learned_t *learned)
{
    if (learned != NULL) {
        ct_arena_destroy(learned->arena);
        free(learned->list);
        free(learned);
    }
}


bool
ct_learned_take(ct_learned_t *learned, ct_bytes_t parts, size_t *i)
{
    uint8_t    hash[CT_HASH_LEN];
    ct_bytes_t der;

    if (!ct_read_vec16(&parts, &der)) {
        return false;
    }

    ct_sha256_once(der, hash);

    for (*i = 0; *i < learned->n; (*i)++) {
        if (memcmp(learned->list[*i].cert_sha256, hash, CT_HASH_LEN) == 0) {
            return true;
        }
    }

    if (!ct_learned_grow(learned)
        || !ct_learned_read(learned, &learned->list[*i], der, parts))
    {
        return false;
    }

    learned->n++;

    return true;
}


static bool
ct_learned_grow(ct_learned_t *learned)
{
    size_t       room;
    ct_served_t *list;

    if (learned->n < learned->room) {
        return true;
    }

    room = learned->room == 0 ? 16 : learned->room * 2;

    if (room > CT_LIMIT_LEARNED) {
        return false;
    }

    list = realloc(learned->list, room * sizeof(ct_served_t));

    if (list == NULL) {
        return false;
    }

    learned->list = list;
    learned->room = room;

    return true;
}


static bool
ct_learned_read(ct_learned_t *learned, ct_served_t *served, ct_bytes_t der,
    ct_bytes_t parts)
{
    ct_bytes_t *chain;

    memset(served, 0, sizeof(*served));
    served->origin = CT_ORIGIN_LEARNED;
    served->file = "";
    chain = ct_arena_calloc(learned->arena, CT_LIMIT_CHAIN,
                            sizeof(ct_bytes_t));

    if (chain == NULL || !ct_learned_copy(learned, &der)
        || ct_served_read(served, der, NULL, 0, learned->arena) != CT_OK)
    {
        return false;
    }

    while (served->nchain < CT_LIMIT_CHAIN
           && ct_read_vec16(&parts, &chain[served->nchain]))
    {
        if (!ct_learned_copy(learned, &chain[served->nchain])) {
            return false;
        }

        served->nchain++;
    }

    served->chain = chain;

    return true;
}


static bool
ct_learned_copy(ct_learned_t *learned, ct_bytes_t *der)
{
    void *copy;

    copy = ct_arena_strdup(learned->arena, der->data, der->len);
    *der = ct_bytes(copy, der->len);

    return copy != NULL;
}


const ct_served_t *
ct_learned_list(const ct_learned_t *learned, size_t *n)
{
    *n = learned->n;

    return learned->list;
}
