/*
 * ct_judge_list: what becomes of findings when there is a CA list, another
 * one, or none any more.
 */

#include "judge.h"
#include "calist.h"
#include "chain.h"

/* anchors: root ("Usual CA Ltd", in chain.h) and bought ("Bought Inc") */
static ca_cert_t     bought, middle, site, renewed, stranger, copied;
static ct_anchors_t *both;


/* A list with these owners of the two roots; NULL: none. */
static void
list_is(const char *usual, const char *other, const char *report)
{
    char row[512];

    const ca_cert_t *served[1] = {&site};

    ctx.calist = NULL;

    if (usual != NULL) {
        rows_start(HEAD);
        row_of(&root, usual, "", "Root");
        row_of(&bought, other, "", "Root");
        snprintf(row, sizeof(row), "CA Owner,Problem Reporting Mechanism\n"
                 "%s,%s\n", other, report);
        ct_buf_puts(&row_buf, row);
        ctx.calist = list_of_rows();
        ca_need(ctx.calist != NULL, why);
    }

    serving(served, 1, &inter, both);
    ct_judge_again(&ctx);
}


static void
is_now(uint64_t number, ct_verdict_e verdict, const char *owner,
    const char *report, const char *what)
{
    ct_finding_text_t parts = text_of(number);

    is_int(finding(number).verdict, verdict, "%s: verdict", what);
    ok(ct_bytes_is(parts.ca, owner), "%s: owner %.*s", what,
       (int) parts.ca.len, (const char *) parts.ca.data);
    ok(ct_bytes_is(parts.report, report), "%s: reports to %.*s", what,
       (int) parts.report.len, (const char *) parts.report.data);
}


static void
test_change(void)
{
    setup();
    list_is(NULL, NULL, NULL);
    (void) logged(&stranger, &middle, 1, START);
    (void) logged(&renewed, &inter, 2, START);
    is_now(1, CT_VERDICT_UNFAMILIAR, "Bought Inc", "", "no list");
    is_now(2, CT_VERDICT_EXPECTED, "Usual CA Ltd", "", "no list, ours");

    list_is("The Group", "Another", "abuse@another.test");
    is_now(1, CT_VERDICT_UNFAMILIAR, "Another", "abuse@another.test",
           "a list");
    is_now(2, CT_VERDICT_EXPECTED, "The Group", "", "a list, ours");

    list_is("The Group", "The Group", "a@group.test");
    is_now(1, CT_VERDICT_EXPECTED, "The Group", "a@group.test",
           "one owner");
    list_is("The Group", "The Group", "b@group.test");
    is_now(1, CT_VERDICT_EXPECTED, "The Group", "b@group.test",
           "reports go elsewhere");
    is_now(2, CT_VERDICT_EXPECTED, "The Group", "b@group.test", "ours too");

    list_is("The Group", "Another", "");
    is_now(1, CT_VERDICT_UNFAMILIAR, "Another", "", "two owners again");
    is_int(finding(1).reason, CT_REASON_STRANGER, "reason");

    list_is(NULL, NULL, NULL);
    is_now(1, CT_VERDICT_UNFAMILIAR, "Bought Inc", "", "no list any more");
    is_now(2, CT_VERDICT_EXPECTED, "Usual CA Ltd", "", "nor for ours");
    teardown();
}


/* Found with a list, which tells where to go at once. */
static void
test_found(void)
{
    setup();
    list_is("The Group", "Another", "abuse@another.test");
    (void) logged(&stranger, &middle, 1, START);
    is_now(1, CT_VERDICT_UNFAMILIAR, "Another", "abuse@another.test",
           "found");
    (void) logged(&copied, &middle, 2, START);
    teardown();
}


/* A copied name is still told when the list has made it a stranger's. */
static void
test_impostor(void)
{
    ca_cert_t sub, leafs;

    sub = ca_intermediate(&bought, "Usual CA Ltd", "U1");
    leafs = ca_leaf(&sub, "DNS:shop.test");
    setup();
    list_is("The Group", "The Group", "");
    (void) logged(&leafs, &sub, 1, START);
    is_now(1, CT_VERDICT_EXPECTED, "The Group", "", "one owner");
    list_is("The Group", "Another", "");
    is_now(1, CT_VERDICT_UNFAMILIAR, "Another", "", "two");
    is_int(finding(1).reason, text_of(1).der.len > 0
                              ? CT_REASON_IMPOSTOR : CT_REASON_STRANGER,
           "reason");
    teardown();
    ca_free(&leafs);
    ca_free(&sub);
}


int
main(void)
{
    world_make();
    bought = ca_root("Bought Inc", "Bought Root");
    middle = ca_intermediate(&bought, "Bought Inc", "B1");
    site = ca_leaf(&inter, "DNS:shop.test");
    renewed = ca_make(&(ca_request_t) {.issuer = &inter, .cn = "leaf",
                                       .san = "DNS:shop.test", .serial = 7});
    stranger = ca_leaf(&middle, "DNS:shop.test");
    copied = ca_leaf(&middle, "DNS:www.shop.test");
    both = anchors_of(&root, &bought);

    test_change();
    test_found();
    test_impostor();

    ca_free(&copied);
    ca_free(&stranger);
    ca_free(&renewed);
    ca_free(&site);
    ca_free(&middle);
    ca_free(&bought);
    ct_anchors_free(both);
    ct_arena_destroy(list_arena);
    world_free();

    return done_testing();
}
