/*
 * ct_arena: memory with a ceiling, given back all at once.
 *
 * The core allocates from the arena it is handed and from nowhere else, so
 * whoever made the arena has bounded it. Not for threads: one owner.
 */

#ifndef CT_ARENA_H
#define CT_ARENA_H

#include <stddef.h>

typedef struct ct_arena_s ct_arena_t;


/* NULL when the system has no memory. `ceiling` counts payload bytes, each
 * piece rounded up to 16 as long as there is that much left. */
ct_arena_t *ct_arena_create(size_t ceiling);

/* NULL-safe. Everything ever taken from the arena goes with it. */
void ct_arena_destroy(ct_arena_t *arena);

/* 16-byte aligned, not zeroed; NULL above the ceiling or out of memory.
 * Size 0 gives a valid pointer. */
void *ct_arena_alloc(ct_arena_t *arena, size_t size);

/* The same, zeroed; NULL also when n * size overflows. */
void *ct_arena_calloc(ct_arena_t *arena, size_t n, size_t size);

/* A copy of `len` bytes with a NUL behind it. */
char *ct_arena_strdup(ct_arena_t *arena, const void *data, size_t len);

/* Forgets everything taken, keeps the largest chunk for reuse. */
void ct_arena_reset(ct_arena_t *arena);

/* Payload bytes taken since creation or reset. */
size_t ct_arena_used(const ct_arena_t *arena);

#endif
