/* ct_arena: the ceiling, alignment, reuse, and that pieces are apart. */

#include "ct_arena.h"
#include "tap.h"

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#endif


static void test_ceiling(void);
static void test_tiny_pieces(void);
static void test_pieces(void);
static void test_overflow(void);
static void test_reset(void);
static void test_poison(void);


int
main(void)
{
    test_ceiling();
    test_tiny_pieces();
    test_pieces();
    test_overflow();
    test_reset();
    test_poison();
    ct_arena_destroy(NULL);

    return done_testing();
}


static void
test_ceiling(void)
{
    ct_arena_t *arena;

    arena = ct_arena_create(100);
    ok(ct_arena_alloc(arena, 101) == NULL, "one byte above the ceiling");
    is_int(ct_arena_used(arena), 0, "a refusal takes nothing");
    ok(ct_arena_alloc(arena, 100) != NULL, "all of the ceiling at once");
    is_int(ct_arena_used(arena), 100, "and it is charged");
    ok(ct_arena_alloc(arena, 1) == NULL, "then nothing is left");
    ok(ct_arena_alloc(arena, 0) != NULL, "but size 0 is always there");
    ct_arena_destroy(arena);

    arena = ct_arena_create(0);
    ok(ct_arena_alloc(arena, 0) != NULL, "ceiling 0: size 0");
    ok(ct_arena_alloc(arena, 1) == NULL, "ceiling 0: size 1");
    ok(ct_arena_strdup(arena, "", 0) == NULL, "ceiling 0: no room for a NUL");
    ct_arena_destroy(arena);

    arena = ct_arena_create(1000000);
    ok(ct_arena_alloc(arena, 600000) != NULL, "a piece above a chunk");
    ok(ct_arena_alloc(arena, 600000) == NULL, "two of them are too much");
    ok(ct_arena_alloc(arena, 400000) != NULL, "what is left is still there");
    ct_arena_destroy(arena);
}


static void
test_tiny_pieces(void)
{
    size_t      n;
    ct_arena_t *arena;

    arena = ct_arena_create(16 * 1000);

    for (n = 0; n < 2000 && ct_arena_alloc(arena, 1) != NULL; n++) {
        /* until it is full */
    }

    is_int(n, 1000, "a piece of one byte is charged with 16");
    is_int(ct_arena_used(arena), 16 * 1000, "up to the ceiling exactly");
    ct_arena_destroy(arena);
}


/* Pieces of many sizes, each filled with its own byte. */
static void
test_pieces(void)
{
    int         aligned, kept;
    size_t      i, j, size;
    uint8_t    *piece[400];
    ct_arena_t *arena;

    arena = ct_arena_create(64 * 1024 * 1024);
    aligned = 1;
    kept = 1;

    for (i = 0; i < 400; i++) {
        size = 1 + i * i * i % 30011;
        piece[i] = ct_arena_alloc(arena, size);
        aligned &= piece[i] != NULL && (uintptr_t) piece[i] % 16 == 0;
        memset(piece[i], (int) (i % 251), size);
    }

    for (i = 0; i < 400; i++) {
        size = 1 + i * i * i % 30011;

        for (j = 0; j < size; j++) {
            kept &= piece[i][j] == i % 251;
        }
    }

    ok(aligned, "400 pieces on multiples of 16");
    ok(kept, "none overlaps another");

    ct_arena_destroy(arena);
}


static void
test_overflow(void)
{
    char       *s;
    uint8_t    *p, zero[320] = {0};
    ct_arena_t *arena;

    arena = ct_arena_create(SIZE_MAX);
    ok(ct_arena_alloc(arena, SIZE_MAX) == NULL, "SIZE_MAX bytes");
    ok(ct_arena_alloc(arena, SIZE_MAX - 8) == NULL, "nearly as many");
    ok(ct_arena_calloc(arena, SIZE_MAX / 2 + 1, 2) == NULL, "n * size = 0");
    ok(ct_arena_calloc(arena, SIZE_MAX / 4, 8) == NULL, "n * size wraps");
    ok(ct_arena_strdup(arena, "x", SIZE_MAX) == NULL, "len + 1 wraps");
    ok(ct_arena_calloc(arena, 0, 8) != NULL, "calloc of nothing");

    p = ct_arena_alloc(arena, 320);
    memset(p, 0xff, 320);
    ct_arena_reset(arena);
    p = ct_arena_calloc(arena, 40, 8);
    is_mem(p, 320, zero, 320, "calloc zeroes what was used before");

    s = ct_arena_strdup(arena, "abcdef", 3);
    is_str(s, "abc", "strdup copies len bytes and ends them");
    s = ct_arena_strdup(arena, NULL, 0);
    is_str(s, "", "strdup of the empty slice");

    ct_arena_destroy(arena);
}


static void
test_reset(void)
{
    int         round, good;
    size_t      i;
    uint8_t    *first, *again;
    ct_arena_t *arena;

    arena = ct_arena_create(1024 * 1024);
    ct_arena_reset(arena);
    is_int(ct_arena_used(arena), 0, "reset of an unused arena");

    first = ct_arena_alloc(arena, 100);
    ct_arena_reset(arena);
    is_int(ct_arena_used(arena), 0, "reset forgets");
    again = ct_arena_alloc(arena, 100);
    ok(first == again, "and the chunk is used again");

    good = 1;

    for (round = 0; round < 20; round++) {
        ct_arena_reset(arena);

        for (i = 0; i < 1024; i++) {
            again = ct_arena_alloc(arena, 1024);
            good &= again != NULL;
            if (again != NULL) {
                memset(again, round, 1024);
            }
        }

        good &= ct_arena_alloc(arena, 1) == NULL;
    }

    ok(good, "the whole ceiling is there after every reset");
    ct_arena_destroy(arena);
}


static void
test_poison(void)
{
#if defined(__SANITIZE_ADDRESS__)
    uint8_t    *p;
    ct_arena_t *arena;

    arena = ct_arena_create(4096);
    p = ct_arena_alloc(arena, 32);
    (void) ct_arena_alloc(arena, 32);
    ok(!__asan_address_is_poisoned(p + 31), "the last byte may be touched");
    ok(__asan_address_is_poisoned(p + 32), "the one behind it may not");
    ct_arena_reset(arena);
    ok(__asan_address_is_poisoned(p), "nor anything after a reset");
    ct_arena_destroy(arena);
#else
    skip("poisoning needs AddressSanitizer");
#endif
}
