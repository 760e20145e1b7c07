/* ct_watch_mark: marks do not depend on the seed, and tell what is new. */

#include "ct_watch_mark.h"
#include "tap.h"

#include <string.h>


typedef struct {
    ct_arena_t  *arena;
    ct_sha256_t *sha;
} world_t;

static uint64_t *marks_of(const world_t *w, const char *names, uint64_t seed,
    size_t *n, uint64_t *sum);
static void test_stable(const world_t *w);
static void test_new(const world_t *w);


int
main(void)
{
    world_t w;

    w.arena = ct_arena_create(1024 * 1024);
    w.sha = ct_sha256_create();

    test_stable(&w);
    test_new(&w);

    ct_sha256_destroy(w.sha);
    ct_arena_destroy(w.arena);

    return done_testing();
}


/* `names` with blanks between. */
static uint64_t *
marks_of(const world_t *w, const char *names, uint64_t seed, size_t *n,
    uint64_t *sum)
{
    size_t     np;
    ct_bytes_t in, all[16];

    in = ct_bytes_str(names);
    np = 0;

    while (ct_read_until(&in, ' ', &all[np])) {
        np++;
    }

    all[np++] = in;

    return ct_watch_marks(ct_watch_compile(w->arena, all, np, seed),
                          w->arena, w->sha, n, sum);
}


static void
test_stable(const world_t *w)
{
    size_t    n, m;
    uint64_t  sum, other, *a, *b;

    a = marks_of(w, "a.test =b.test 192.0.2.1 2001:db8::1 x.y.z.test", 1, &n,
                 &sum);
    b = marks_of(w, "x.y.z.test 2001:db8::1 =b.test 192.0.2.1 A.test", 99,
                 &m, &other);

    ok(n == 5 && m == 5, "one for each name");
    ok(memcmp(a, b, n * sizeof(*a)) == 0 && sum == other,
       "whatever seed, order and case");
    ok(a[0] < a[1] && a[1] < a[2] && a[3] < a[4], "sorted");

    (void) marks_of(w, "=a.test b.test 192.0.2.1 2001:db8::1 x.y.z.test", 1,
                    &m, &other);
    ok(sum != other, "a tree is not a name alone");
}


static void
test_new(const world_t *w)
{
    size_t    n, m;
    uint64_t  sum, *few, *more;

    few = marks_of(w, "a.test b.test c.test", 1, &n, &sum);
    more = marks_of(w, "c.test d.test a.test b.test", 2, &m, &sum);

    ok(ct_watch_marks_new(more, m, few, n), "one more is new");
    ok(!ct_watch_marks_new(few, n, more, m), "one less is not");
    ok(!ct_watch_marks_new(few, n, few, n), "the same are not");
    ok(ct_watch_marks_new(few, n, few, 0), "all are, at first");
    ok(!ct_watch_marks_new(few, 0, few, n), "none is none");
}
