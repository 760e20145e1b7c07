/*
 * ct_arena: a list of chunks, filled from the newest. A chunk is never
 * larger than what the ceiling still allows, so an arena of 1 KiB costs
 * about 1 KiB. Each piece is charged with its size rounded up to 16, so
 * that many tiny pieces cannot outgrow the ceiling either.
 *
 * Under AddressSanitizer everything not handed out is poisoned, with a gap
 * behind each piece: an overrun faults as it would with malloc().
 */

#include "ct_arena.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#if defined(__SANITIZE_ADDRESS__)
#define CT_ARENA_GAP 16
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define CT_ARENA_GAP 16
#endif
#endif

#ifdef CT_ARENA_GAP
#include <sanitizer/asan_interface.h>
#else
#define CT_ARENA_GAP                       0
#define ASAN_POISON_MEMORY_REGION(p, n)    ((void) (p), (void) (n))
#define ASAN_UNPOISON_MEMORY_REGION(p, n)  ((void) (p), (void) (n))
#endif

#define CT_ARENA_FIRST 4096
#define CT_ARENA_LAST  (1024 * 1024)

typedef struct ct_chunk_s ct_chunk_t;

struct ct_chunk_s {
    ct_chunk_t *next;
    size_t      room;
    size_t      taken;

    _Alignas(16) uint8_t data[];
};

struct ct_arena_s {
    ct_chunk_t *chunks; /* newest first; only the first is filled */
    size_t      ceiling;
    size_t      used;
    size_t      grow; /* room of the next ordinary chunk */
};


static size_t ct_round16(size_t size);
static ct_chunk_t *ct_chunk_add(ct_arena_t *arena, size_t need);
static void ct_chunks_free(ct_chunk_t *chunk, const ct_chunk_t *keep);


ct_arena_t *
ct_arena_create(size_t ceiling)
{
    ct_arena_t *arena;

    arena = malloc(sizeof(ct_arena_t));
    if (arena == NULL) {
        return NULL;
    }

    arena->chunks = NULL;
    arena->ceiling = ceiling < SIZE_MAX / 4 ? ceiling : SIZE_MAX / 4;
    arena->used = 0;
    arena->grow = CT_ARENA_FIRST;

    return arena;
}


void
ct_arena_destroy(ct_arena_t *arena)
{
    if (arena == NULL) {
        return;
    }

    ct_chunks_free(arena->chunks, NULL);
    free(arena);
}


void *
ct_arena_alloc(ct_arena_t *arena, size_t size)
{
    size_t      left, need, charge;
    uint8_t    *p;
    ct_chunk_t *chunk;

    if (size == 0) {
        return arena; /* valid, aligned, and nothing may be written there */
    }

    left = arena->ceiling - arena->used;
    if (size > left) {
        return NULL;
    }

    charge = ct_round16(size);
    need = charge + CT_ARENA_GAP;
    chunk = arena->chunks;

    if (chunk == NULL || need > chunk->room - chunk->taken) {
        chunk = ct_chunk_add(arena, need);
        if (chunk == NULL) {
            return NULL;
        }
    }

    p = chunk->data + chunk->taken;
    chunk->taken += need;
    arena->used += charge < left ? charge : left;

    ASAN_UNPOISON_MEMORY_REGION(p, size);

    return p;
}


void *
ct_arena_calloc(ct_arena_t *arena, size_t n, size_t size)
{
    void *p;

    if (size != 0 && n > SIZE_MAX / size) {
        return NULL;
    }

    p = ct_arena_alloc(arena, n * size);
    if (p != NULL && n * size != 0) {
        memset(p, 0, n * size);
    }

    return p;
}


char *
ct_arena_strdup(ct_arena_t *arena, const void *data, size_t len)
{
    char *p;

    if (len == SIZE_MAX) {
        return NULL;
    }

    p = ct_arena_alloc(arena, len + 1);
    if (p == NULL) {
        return NULL;
    }

    if (len != 0) {
        memcpy(p, data, len);
    }

    p[len] = '\0';

    return p;
}


void
ct_arena_reset(ct_arena_t *arena)
{
    ct_chunk_t *chunk, *keep;

    keep = arena->chunks;
    arena->used = 0;

    if (keep == NULL) {
        return;
    }

    for (chunk = keep->next; chunk != NULL; chunk = chunk->next) {
        if (chunk->room > keep->room) {
            keep = chunk;
        }
    }

    ct_chunks_free(arena->chunks, keep);

    keep->next = NULL;
    keep->taken = 0;
    arena->chunks = keep;

    ASAN_POISON_MEMORY_REGION(keep->data, keep->room);
}


size_t
ct_arena_used(const ct_arena_t *arena)
{
    return arena->used;
}


static size_t
ct_round16(size_t size)
{
    return (size + 15) & ~(size_t) 15;
}


/*
 * A chunk with room for `need`. A piece larger than an ordinary chunk gets
 * one of its own behind the first, which goes on being filled.
 */
static ct_chunk_t *
ct_chunk_add(ct_arena_t *arena, size_t need)
{
    size_t      left, room;
    ct_chunk_t *chunk, *first;

    left = ct_round16(arena->ceiling - arena->used) + CT_ARENA_GAP;
    room = arena->grow < left ? arena->grow : left;
    room = need > room ? need : room;

    chunk = malloc(sizeof(ct_chunk_t) + room);
    if (chunk == NULL) {
        return NULL;
    }

    chunk->room = room;
    chunk->taken = 0;
    ASAN_POISON_MEMORY_REGION(chunk->data, room);

    first = arena->chunks;

    if (first != NULL && need == room) {
        chunk->next = first->next;
        first->next = chunk;
        return chunk;
    }

    if (arena->grow < CT_ARENA_LAST) {
        arena->grow *= 2;
    }

    chunk->next = first;
    arena->chunks = chunk;

    return chunk;
}


static void
ct_chunks_free(ct_chunk_t *chunk, const ct_chunk_t *keep)
{
    ct_chunk_t *next;

    while (chunk != NULL) {
        next = chunk->next;

        if (chunk != keep) {
            free(chunk);
        }

        chunk = next;
    }
}
