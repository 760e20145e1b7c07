/*
 * ct_policy_list: verdicts with a CA list. The world: nginx serves a
 * certificate of "Usual CA Ltd"; the list knows that "The Group" has bought
 * another root, and that one intermediate is somebody else's.
 */

#include "calist.h"
#include "chain.h"
#include "ct_cert.h"
#include "ct_policy.h"

/* anchors: root ("Usual CA Ltd", in chain.h) and bought ("Bought Inc") */
static ca_cert_t bought, stranger, new_inter, sold, copied, foreign;

static ct_arena_t    *arena;
static ct_served_t    served[1];
static ct_inventory_t inventory = {served, 1};
static ct_anchors_t  *both;
static ct_calist_t   *list;


static ct_served_t
serve(const ca_cert_t *c, const ct_bytes_t *chain, size_t nchain)
{
    ct_served_t s = {.file = "test.pem", .chain = chain, .nchain = nchain};

    ca_need(ct_served_read(&s, c->der, NULL, 0, arena) == CT_OK, "served");

    return s;
}


/* A leaf of this issuer, as the engine would judge it. */
static void
judged(const ct_issuer_t *issuers, size_t nissuers, const ca_cert_t *issuer,
    ct_verdict_e verdict, ct_reason_e reason, const char *what)
{
    ct_ca_t      ca;
    ca_cert_t    c = ca_leaf(issuer, "DNS:new.example.com");
    ct_cert_t    cert;
    ct_facts_t   facts;
    ct_served_t  like = serve(&c, NULL, 0);
    ct_reason_e  why_not = CT_REASON_NONE;
    ct_policy_t *policy;

    (void) ct_cert_read(c.der, &cert);
    (void) ct_chain_verify(both, c.der, &issuer->der, 1, &ca);
    ct_calist_learn(list, issuer->der);
    ct_calist_name(list, &ca);

    facts = (ct_facts_t) {
        .identity = like.identity, .spki_sha256 = like.spki_sha256,
        .issuer = cert.issuer, .names = like.names, .nnames = like.nnames,
        .ca = &ca, .issuers = &issuer->der, .nissuers = 1
    };
    policy = ct_policy_create(arena, &inventory, both, list, issuers,
                              nissuers);
    is_int(ct_policy_judge(policy, &facts, &why_not), verdict, "%s", what);
    is_int(why_not, reason, "  its reason");
    ca_free(&c);
}


static void
test_without(void)
{
    list = NULL;
    judged(NULL, 0, &new_inter, CT_VERDICT_EXPECTED, CT_REASON_OWNER,
           "no list: a new intermediate of the same root");
    judged(NULL, 0, &sold, CT_VERDICT_EXPECTED, CT_REASON_OWNER,
           "no list: nobody knows that one was sold");
    judged(NULL, 0, &bought, CT_VERDICT_UNFAMILIAR, CT_REASON_STRANGER,
           "no list: another root is another CA");
    judged(NULL, 0, &copied, CT_VERDICT_UNFAMILIAR, CT_REASON_IMPOSTOR,
           "no list: another root's copy of our CA's name");
    judged(NULL, 0, &foreign, CT_VERDICT_UNFAMILIAR, CT_REASON_IMPOSTOR,
           "no list: nobody's copy of it");
}


static void
test_group(void)
{
    rows_start(HEAD);
    row_of(&root, "The Group", "", "Root");
    row_of(&bought, "The Group", "", "Root");
    row_of(&sold, "The Group", "Somebody Ltd", "Intermediate");
    list = list_of_rows();

    judged(NULL, 0, &new_inter, CT_VERDICT_EXPECTED, CT_REASON_OWNER,
           "a new intermediate, not listed, of a root that is");
    judged(NULL, 0, &bought, CT_VERDICT_EXPECTED, CT_REASON_OWNER,
           "another root of the same owner");
    judged(NULL, 0, &copied, CT_VERDICT_EXPECTED, CT_REASON_OWNER,
           "and what is below it, whatever it is called");
    judged(NULL, 0, &sold, CT_VERDICT_UNFAMILIAR, CT_REASON_IMPOSTOR,
           "an intermediate that somebody else operates");
    judged(NULL, 0, &foreign, CT_VERDICT_UNFAMILIAR, CT_REASON_IMPOSTOR,
           "nobody's is nobody's");
}


static void
test_names(void)
{
    size_t i;

    static const struct {
        const char *name;
        bool        allowed;
    } cases[] = {
        {"Somebody Ltd", true}, {"SOMEBODY ltd", true},
        {"Usual CA Ltd", true}, {"The Group", false}, {"Bought Inc", false}
    };

    for (i = 0; i < COUNT(cases); i++) {
        ct_issuer_t issuer = {.owner = ct_bytes_str(cases[i].name)};

        judged(&issuer, 1, &sold,
               cases[i].allowed ? CT_VERDICT_EXPECTED
                                : CT_VERDICT_UNFAMILIAR,
               cases[i].allowed ? CT_REASON_CONFIGURED : CT_REASON_IMPOSTOR,
               cases[i].name);
    }
}


/* A list that has but one of the intermediates. */
static void
test_partly(void)
{
    ct_policy_t *policy;

    rows_start(HEAD);
    row_of(&inter, "Usual Group", "", "Intermediate");
    list = list_of_rows();
    policy = ct_policy_create(arena, &inventory, both, list, NULL, 0);
    is_str(ct_policy_served_owner(policy, 0), "Usual Group",
           "the owner of what is served is the list's");
    judged(NULL, 0, &new_inter, CT_VERDICT_EXPECTED, CT_REASON_OWNER,
           "one that is not listed is known by its root");
    judged(NULL, 0, &bought, CT_VERDICT_UNFAMILIAR, CT_REASON_STRANGER,
           "another root is not");

    rows_start(HEAD);
    row_of(&new_inter, "New Group", "", "Intermediate");
    list = list_of_rows();
    judged(NULL, 0, &new_inter, CT_VERDICT_UNFAMILIAR, CT_REASON_IMPOSTOR,
           "one that is listed is whose it is");
}


/* The issuer that nginx sends is signed by another than the one in the log,
 * and has the same key. */
static void
test_cross(void)
{
    ca_cert_t cross;

    cross = ca_make(&(ca_request_t) {
        .issuer = &bought, .org = "Usual CA Ltd", .cn = "U1", .ca = true,
        .key = inter.key
    });
    list = NULL;
    judged(NULL, 0, &cross, CT_VERDICT_EXPECTED, CT_REASON_ISSUER_KEY,
           "no list: the same key");

    rows_start(HEAD);
    row_of(&inter, "The Group", "", "Intermediate");
    list = list_of_rows();
    judged(NULL, 0, &cross, CT_VERDICT_EXPECTED, CT_REASON_ISSUER_KEY,
           "a key that is not known yet");
    ct_calist_learn(list, inter.der);
    judged(NULL, 0, &cross, CT_VERDICT_EXPECTED, CT_REASON_OWNER,
           "a key that the served chain has taught");
    ca_free(&cross);
}


/* No anchor, but a certificate that the list vouches for. */
static void
test_no_anchor(void)
{
    rows_start(HEAD);
    row_of(&stranger, "Unknown Root Org", "", "Root");
    list = list_of_rows();
    judged(NULL, 0, &stranger, CT_VERDICT_UNFAMILIAR, CT_REASON_STRANGER,
           "a CA of the list that the bundle does not have");
}


/* What was served before there was a list is remembered by the organization
 * of its root. */
static void
test_past(void)
{
    ct_served_t now = served[0];

    served[0].origin = CT_ORIGIN_PAST;
    served[0].owner = "Usual CA Ltd";

    list = NULL;
    judged(NULL, 0, &new_inter, CT_VERDICT_EXPECTED, CT_REASON_OWNER,
           "past, no list: its CA is ours");

    rows_start(HEAD);
    row_of(&root, "The Group", "", "Root");
    row_of(&bought, "Others", "", "Root");
    row_of(&sold, "The Group", "Somebody Ltd", "Intermediate");
    list = list_of_rows();
    judged(NULL, 0, &new_inter, CT_VERDICT_EXPECTED, CT_REASON_OWNER,
           "past, and then a list: whatever it calls that");
    judged(NULL, 0, &sold, CT_VERDICT_UNFAMILIAR, CT_REASON_IMPOSTOR,
           "but not what somebody else operates");
    judged(NULL, 0, &bought, CT_VERDICT_UNFAMILIAR, CT_REASON_STRANGER,
           "nor another owner's root");

    served[0] = now;
}


int
main(void)
{
    world_make();
    arena = ct_arena_create(64 * 1024 * 1024);

    bought = ca_root("Bought Inc", "Bought Root");
    stranger = ca_root("Stranger Inc", "Stranger Root");
    new_inter = ca_intermediate(&root, "Usual CA Ltd", "U2");
    sold = ca_intermediate(&root, "Usual CA Ltd", "U3");
    copied = ca_intermediate(&bought, "Usual CA Ltd", "U1");
    foreign = ca_intermediate(&stranger, "Usual CA Ltd", "U1");
    both = anchors_of(&root, &bought);
    served[0] = serve(&leaf, &inter.der, 1);

    test_without();
    test_group();
    test_names();
    test_partly();
    test_cross();
    test_no_anchor();
    test_past();

    ca_free(&foreign);
    ca_free(&copied);
    ca_free(&sold);
    ca_free(&new_inter);
    ca_free(&stranger);
    ca_free(&bought);
    ct_anchors_free(both);
    ct_arena_destroy(arena);
    ct_arena_destroy(list_arena);
    world_free();

    return done_testing();
}
