/* ct_watch_mark: marks do not depend on the seed, and tell what is new. */

#include "ct_limits.h"
#include "ct_watch_mark.h"
#include "tap.h"

#include <stdlib.h>
#include <string.h>

#define MANY 50000


typedef struct {
    ct_arena_t *arena;
} world_t;

static ct_watch_marks_t marks_of(const world_t *w, const char *names,
    uint64_t seed);
static size_t take(const world_t *w, const ct_watch_t *watch,
    ct_watch_marks_t *marks);
static void test_stable(const world_t *w);
static void test_new(const world_t *w);
static void test_many(const world_t *w);
static int order(const void *a, const void *b);


int
main(void)
{
    world_t w;

    w.arena = ct_arena_create(64 * 1024 * 1024);

    test_stable(&w);
    test_new(&w);
    test_many(&w);

    ct_arena_destroy(w.arena);

    return done_testing();
}


/* `names` with blanks between. */
static ct_watch_marks_t
marks_of(const world_t *w, const char *names, uint64_t seed)
{
    size_t            np;
    ct_bytes_t        in, all[16];
    ct_watch_t       *watch;
    ct_watch_marks_t  marks;

    in = ct_bytes_str(names);
    np = 0;

    while (ct_read_until(&in, ' ', &all[np])) {
        np++;
    }

    all[np++] = in;
    watch = ct_watch_compile(w->arena, all, np, seed);
    take(w, watch, &marks);

    return marks;
}


static size_t
take(const world_t *w, const ct_watch_t *watch, ct_watch_marks_t *marks)
{
    size_t turns;

    is_int(ct_watch_marks_start(marks, w->arena), CT_OK, "started");

    for (turns = 1; !ct_watch_marks_turn(marks, watch); turns++) {
        /* go on */
    }

    return turns;
}


static void
test_stable(const world_t *w)
{
    ct_watch_marks_t a, b, c;

    a = marks_of(w, "a.test =b.test 192.0.2.1 2001:db8::1 x.y.z.test", 1);
    b = marks_of(w, "x.y.z.test 2001:db8::1 =b.test 192.0.2.1 A.test", 99);

    ok(a.n == 5 && b.n == 5 && a.all == 5, "one for each name");
    ok(memcmp(a.list, b.list, a.n * sizeof(uint64_t)) == 0 && a.sum == b.sum,
       "whatever seed, order and case");
    ok(a.list[0] < a.list[1] && a.list[1] < a.list[2]
       && a.list[3] < a.list[4], "sorted");

    c = marks_of(w, "=a.test b.test 192.0.2.1 2001:db8::1 x.y.z.test", 1);
    ok(c.sum != a.sum, "a tree is not a name alone");
}


static void
test_new(const world_t *w)
{
    ct_watch_marks_t few, more, none;

    few = marks_of(w, "a.test b.test c.test", 1);
    more = marks_of(w, "c.test d.test a.test b.test", 2);
    memset(&none, 0, sizeof(none));

    ok(ct_watch_marks_new(&more, few.list, few.n), "one more is new");
    ok(!ct_watch_marks_new(&few, more.list, more.n), "one less is not");
    ok(!ct_watch_marks_new(&few, few.list, few.n), "the same are not");
    ok(ct_watch_marks_new(&few, few.list, 0), "all are, at first");
    ok(!ct_watch_marks_new(&none, few.list, few.n), "none is none");
}


/* More than are kept: the smallest are, the sum is over all. */
static void
test_many(const world_t *w)
{
    char             *text;
    size_t            i, turns;
    uint64_t          largest;
    ct_bytes_t       *all;
    ct_watch_t       *watch;
    ct_watch_marks_t  one, two, part;

    all = calloc(MANY, sizeof(ct_bytes_t));
    text = calloc(MANY, 16);

    for (i = 0; i < MANY; i++) {
        snprintf(text + i * 16, 16, "n%zu.test", i);
        all[i] = ct_bytes_str(text + i * 16);
    }

    watch = ct_watch_compile(w->arena, all, MANY, 1);
    turns = take(w, watch, &one);
    (void) take(w, ct_watch_compile(w->arena, all, MANY, 2), &two);
    ok(turns > MANY / 1024 / 2, "in %zu turns", turns);
    ok(one.all == MANY && one.n == CT_LIMIT_WATCH_MARKS, "some are kept");
    ok(one.sum == two.sum
       && memcmp(one.list, two.list, one.n * sizeof(uint64_t)) == 0,
       "the same ones each time");

    largest = one.list[one.n - 1];
    (void) take(w, ct_watch_compile(w->arena, all, 1000, 3), &part);

    for (i = 0; i < part.n && part.list[i] < largest; i++) {
        if (bsearch(&part.list[i], one.list, one.n, sizeof(uint64_t), order)
            == NULL)
        {
            break;
        }
    }

    ok(i > 0 && (i == part.n || part.list[i] >= largest),
       "the smallest of all");
    ok(ct_watch_marks_new(&one, one.list, one.n),
       "whether one of the others is new cannot be told");

    free(text);
    free(all);
}


static int
order(const void *a, const void *b)
{
    uint64_t x, y;

    memcpy(&x, a, sizeof(x));
    memcpy(&y, b, sizeof(y));

    return x < y ? -1 : x > y;
}
