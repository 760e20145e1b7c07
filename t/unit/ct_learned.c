/* ct_learned: what workers hand over, read and kept once. */

#include "chain.h"
#include "ct_learned.h"

static ct_bytes_t message(const ct_bytes_t *parts, size_t n);
static void test_take(void);
static void test_bad(void);

static uint8_t room[65536];


int
main(void)
{
    world_make();

    test_take();
    test_bad();

    world_free();

    return done_testing();
}


static ct_bytes_t
message(const ct_bytes_t *parts, size_t n)
{
    size_t   i;
    ct_buf_t buf;

    ct_buf_fixed(&buf, room, sizeof(room));

    for (i = 0; i < n; i++) {
        ct_buf_putc(&buf, (uint8_t) (parts[i].len >> 8));
        ct_buf_putc(&buf, (uint8_t) parts[i].len);
        ct_buf_bytes(&buf, parts[i]);
    }

    return ct_buf_slice(&buf);
}


static void
test_take(void)
{
    size_t             i, n;
    ct_bytes_t         parts[2] = {leaf.der, inter.der};
    ct_learned_t      *learned;
    const ct_served_t *list;

    learned = ct_learned_create();
    ok(ct_learned_take(learned, message(parts, 2), &i) && i == 0, "the first");
    ok(ct_learned_take(learned, message(parts, 2), &i) && i == 0, "again");
    parts[0] = inter.der;
    ok(ct_learned_take(learned, message(parts, 1), &i) && i == 1, "another");

    memset(room, 0, sizeof(room));
    list = ct_learned_list(learned, &n);
    is_int(n, 2, "two in all");
    ok(ct_bytes_equal(list[0].der, leaf.der), "copied");
    ok(list[0].nchain == 1 && ct_bytes_equal(list[0].chain[0], inter.der),
       "with its chain");
    is_int(list[0].origin, CT_ORIGIN_LEARNED, "and where from");
    is_int(list[1].nchain, 0, "or without one");
    ct_learned_destroy(learned);
}


static void
test_bad(void)
{
    size_t        i, n;
    ct_bytes_t    parts[40];
    ct_learned_t *learned;

    learned = ct_learned_create();
    ok(!ct_learned_take(learned, ct_bytes(NULL, 0), &i), "nothing");
    ok(!ct_learned_take(learned, CT_BYTES("\xff\xff"), &i), "cut");
    ok(!ct_learned_take(learned, CT_BYTES("\0\3abc"), &i), "no certificate");
    (void) ct_learned_list(learned, &n);
    is_int(n, 0, "none of them is kept");

    for (i = 0; i < 40; i++) {
        parts[i] = i == 0 ? leaf.der : CT_BYTES("x");
    }

    ok(ct_learned_take(learned, message(parts, 40), &i), "a chain of 39");
    is_int(ct_learned_list(learned, &n)->nchain, CT_LIMIT_CHAIN, "is cut");
    ct_learned_destroy(learned);
    ct_learned_destroy(NULL);
}
