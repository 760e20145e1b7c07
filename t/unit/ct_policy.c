/*
 * ct_policy: every verdict and every reason, with the CAs of ca.h. The
 * world: nginx serves a certificate of a public CA with its chain, one of
 * a private CA with its chain, and one of another private CA without.
 */

#include "chain.h"
#include "ct_cert.h"
#include "ct_policy.h"

static void test_served(void);
static void test_ours(void);
static void test_ours_by_union(void);
static void test_expected_by_owner(void);
static void test_expected_by_key(void);
static void test_configured(void);
static void test_unfamiliar(void);
static void test_impostor(void);
static void test_forged_familiar(void);
static void test_bygone(void);
static void test_unreadable(void);
static void test_owners(void);
static void test_cache(void);
static void test_nothing_served(void);
static void test_memory(void);

/* anchors: root ("Usual CA Ltd", in chain.h) and stranger */
static ca_cert_t stranger, private1, private2, below1, below2;

static ct_arena_t    *arena;
static ct_served_t    served[3];
static ct_inventory_t inventory = {served, 3};
static ct_anchors_t  *both;
static ct_policy_t   *policy;


static ct_served_t
serve(const ca_cert_t *c, const ct_bytes_t *chain, size_t nchain)
{
    ct_served_t s = {.file = "test.pem", .chain = chain, .nchain = nchain};

    ca_need(ct_served_read(&s, c->der, NULL, 0, arena) == CT_OK, "served");

    return s;
}


/* What the engine would know of `c` in a log. */
static void
facts_of(ct_facts_t *facts, const ca_cert_t *c, const ct_bytes_t *issuers,
    size_t nissuers, ct_ca_t *ca)
{
    ct_cert_t    cert;
    ct_served_t *like = ct_arena_calloc(arena, 1, sizeof(ct_served_t));

    *like = serve(c, NULL, 0);
    (void) ct_cert_read(c->der, &cert);
    (void) ct_chain_verify(both, c->der, issuers, nissuers, ca);

    *facts = (ct_facts_t) {
        .identity = like->identity, .spki_sha256 = like->spki_sha256,
        .issuer = cert.issuer, .names = like->names,
        .nnames = like->nnames, .ca = ca, .issuers = issuers,
        .nissuers = nissuers
    };
}


static void
judged(const ct_policy_t *p, const ct_facts_t *facts, ct_verdict_e verdict,
    ct_reason_e reason, const char *what)
{
    ct_reason_e why = CT_REASON_UNREADABLE;

    is_int(ct_policy_judge(p, facts, &why), verdict, "%s: verdict", what);
    is_int(why, reason, "%s: reason", what);
}


static void
judged_cert(const ca_cert_t *c, const ct_bytes_t *issuers, size_t nissuers,
    ct_verdict_e verdict, ct_reason_e reason, const char *what)
{
    ct_ca_t    ca;
    ct_facts_t facts;

    facts_of(&facts, c, issuers, nissuers, &ca);
    judged(policy, &facts, verdict, reason, what);
}


int
main(void)
{
    world_make();
    arena = ct_arena_create(16 * 1024 * 1024);

    stranger = ca_root("Stranger Inc", "Stranger Root");
    private1 = ca_root("Private One", "P1");
    private2 = ca_root("Private Two", "P2");
    below1 = ca_leaf(&private1, "DNS:in.example.com");
    below2 = ca_leaf(&private2, "DNS:two.example.com");
    both = anchors_of(&root, &stranger);

    served[0] = serve(&leaf, &inter.der, 1);
    served[1] = serve(&below1, &private1.der, 1);
    served[2] = serve(&below2, NULL, 0);
    policy = ct_policy_create(arena, &inventory, both, NULL, NULL, 0);

    test_served();
    test_ours();
    test_ours_by_union();
    test_expected_by_owner();
    test_expected_by_key();
    test_configured();
    test_unfamiliar();
    test_impostor();
    test_forged_familiar();
    test_bygone();
    test_unreadable();
    test_owners();
    test_cache();
    test_nothing_served();
    test_memory();

    ca_free(&below2);
    ca_free(&below1);
    ca_free(&private2);
    ca_free(&private1);
    ca_free(&stranger);
    ct_anchors_free(both);
    ct_arena_destroy(arena);
    world_free();

    return done_testing();
}


static void
test_served(void)
{
    ct_ca_t      ca;
    ca_cert_t    pre;
    ct_facts_t   facts;
    ct_reason_e  reason;
    ca_request_t r = {.issuer = &inter, .cn = "leaf", .key = leaf.key,
                      .san = "DNS:www.example.com", .poison = true};

    pre = ca_make(&r);
    facts_of(&facts, &pre, NULL, 0, &ca);
    judged(policy, &facts, CT_VERDICT_SERVED, CT_REASON_IDENTITY,
           "the pre-certificate of a served one");
    is_int(ct_policy_quick(policy, &facts, &reason), CT_VERDICT_SERVED,
           "which is seen at once");
    ca_free(&pre);

    judged_cert(&below2, NULL, 0, CT_VERDICT_SERVED, CT_REASON_IDENTITY,
                "one without a chain");
}


static void
quick_is(const ca_cert_t *key, const char *san, ct_verdict_e verdict,
    const ct_policy_t *p, const char *what)
{
    ct_ca_t     ca;
    ca_cert_t   c;
    ct_facts_t  facts;
    ct_reason_e reason;

    c = ca_make(&(ca_request_t) {.issuer = &stranger, .cn = "other",
                                 .key = key->key, .san = san});
    facts_of(&facts, &c, NULL, 0, &ca);
    is_int(ct_policy_quick(p, &facts, &reason), verdict, "%s", what);
    is_int(reason, verdict == CT_VERDICT_OURS ? CT_REASON_KEY
                                              : CT_REASON_NONE,
           "%s: reason", what);
    ca_free(&c);
}


static void
test_ours(void)
{
    ct_ca_t     ca;
    ca_cert_t   c;
    ct_facts_t  facts;
    ct_reason_e reason;

    quick_is(&leaf, "DNS:www.example.com", CT_VERDICT_OURS, policy,
             "our key, our name");
    quick_is(&leaf, "DNS:WWW.example.com", CT_VERDICT_OURS, policy,
             "in capitals");
    quick_is(&leaf, "DNS:www.example.com,DNS:x.example.com",
             CT_VERDICT_NONE, policy, "our key, one more name");
    quick_is(&leaf, "DNS:in.example.com", CT_VERDICT_NONE, policy,
             "a name of another key of ours");
    quick_is(&leaf, "DNS:*.example.com", CT_VERDICT_NONE, policy,
             "a wildcard above our name");
    quick_is(&leaf, NULL, CT_VERDICT_NONE, policy, "no name at all");
    quick_is(&inter, "DNS:www.example.com", CT_VERDICT_NONE, policy,
             "our name, not our key");

    c = ca_make(&(ca_request_t) {.issuer = &stranger, .key = leaf.key,
                                 .san = "DNS:www.example.com"});
    facts_of(&facts, &c, NULL, 0, &ca);
    facts.names_cut = true;
    is_int(ct_policy_quick(policy, &facts, &reason), CT_VERDICT_NONE,
           "our key, our name, and names nobody knows");
    ca_free(&c);
}


/* One key in two certificates, one of them a wildcard, and server names. */
static void
test_ours_by_union(void)
{
    ca_cert_t      wild, plain;
    ct_bytes_t     extra = CT_BYTES("Extra.example.net");
    ct_served_t    list[2];
    ct_policy_t   *p;
    ct_inventory_t two = {list, 2};

    wild = ca_make(&(ca_request_t) {.issuer = &inter, .key = leaf.key,
                                    .san = "DNS:*.example.org"});
    plain = ca_make(&(ca_request_t) {
        .issuer = &inter, .key = leaf.key,
        .san = "DNS:example.org,IP:192.0.2.1,IP:2001:db8::1"
    });
    list[0] = serve(&wild, NULL, 0);
    list[1] = (ct_served_t) {.file = "plain.pem"};
    ca_need(ct_served_read(&list[1], plain.der, &extra, 1, arena) == CT_OK,
            "served");
    p = ct_policy_create(arena, &two, both, NULL, NULL, 0);

    quick_is(&leaf, "DNS:example.org,DNS:a.example.org,DNS:*.example.org",
             CT_VERDICT_OURS, p, "names of both");
    quick_is(&leaf, "DNS:extra.example.net", CT_VERDICT_OURS, p,
             "the name of a server");
    quick_is(&leaf, "IP:192.0.2.1,IP:2001:db8:0::1", CT_VERDICT_OURS, p,
             "addresses");
    quick_is(&leaf, "DNS:a.b.example.org", CT_VERDICT_NONE, p,
             "two labels below the wildcard");
    quick_is(&leaf, "DNS:.example.org", CT_VERDICT_NONE, p,
             "an empty label below the wildcard");
    quick_is(&leaf, "DNS:*.a.example.org", CT_VERDICT_NONE, p,
             "a wildcard below the wildcard");
    quick_is(&leaf, "IP:192.0.2.2", CT_VERDICT_NONE, p, "another address");

    ca_free(&wild);
    ca_free(&plain);
}


static void
test_expected_by_owner(void)
{
    ca_cert_t  next, c;
    ct_bytes_t list[1];

    /* a new intermediate of the same owner */
    next = ca_intermediate(&root, "Usual CA Ltd", "U2");
    c = ca_leaf(&next, "DNS:www.example.com");
    list[0] = next.der;
    judged_cert(&c, list, 1, CT_VERDICT_EXPECTED, CT_REASON_OWNER,
                "our CA, another intermediate");
    judged_cert(&c, NULL, 0, CT_VERDICT_UNFAMILIAR, CT_REASON_IMPOSTOR,
                "the same, but nobody shows the intermediate");
    ca_free(&c);
    ca_free(&next);
}


static void
test_expected_by_key(void)
{
    ca_cert_t c;

    c = ca_leaf(&private1, "DNS:new.example.com");
    judged_cert(&c, &private1.der, 1, CT_VERDICT_EXPECTED,
                CT_REASON_ISSUER_KEY, "the private CA, which nginx sends");
    judged_cert(&c, NULL, 0, CT_VERDICT_UNFAMILIAR, CT_REASON_IMPOSTOR,
                "the private CA, without proof");
    ca_free(&c);

    c = ca_leaf(&private2, "DNS:new.example.com");
    judged_cert(&c, &private2.der, 1, CT_VERDICT_EXPECTED,
                CT_REASON_ISSUER_KEY, "the private CA that the log has");
    ca_free(&c);
}


static void
test_configured(void)
{
    size_t      i;
    ct_ca_t     ca;
    ca_cert_t   sub, c;
    ct_facts_t  facts;
    ct_issuer_t issuer[5] = {{.owner = CT_BYTES("STRANGER inc")}};
    ct_bytes_t  chain[1];

    static const char *what[] = {
        "its owner", "the direct issuer", "the direct issuer's key",
        "the anchor", "another hash"
    };

    sub = ca_intermediate(&stranger, "Reseller", "R1");
    c = ca_leaf(&sub, "DNS:www.example.com");
    chain[0] = sub.der;
    facts_of(&facts, &c, chain, 1, &ca);

    ct_sha256_once(sub.der, issuer[1].hash);
    ca_key_hash(&sub, issuer[2].hash);
    ct_sha256_once(stranger.der, issuer[3].hash);
    ct_sha256_once(root.der, issuer[4].hash);

    for (i = 0; i < 5; i++) {
        judged(ct_policy_create(arena, &inventory, both, NULL, &issuer[i], 1),
               &facts, i < 4 ? CT_VERDICT_EXPECTED : CT_VERDICT_UNFAMILIAR,
               i < 4 ? CT_REASON_CONFIGURED : CT_REASON_STRANGER, what[i]);
    }

    judged(ct_policy_create(arena, &inventory, both, NULL, issuer, 5), &facts,
           CT_VERDICT_EXPECTED, CT_REASON_CONFIGURED, "any of them");

    issuer[0].owner = CT_BYTES("Reseller");
    judged(ct_policy_create(arena, &inventory, both, NULL, issuer, 1), &facts,
           CT_VERDICT_UNFAMILIAR, CT_REASON_IMPOSTOR,
           "an intermediate's own text");

    /* no anchor: the path is good as far as it goes */
    facts.ca = &ca;
    (void) ct_chain_verify(NULL, c.der, chain, 1, &ca);
    judged(ct_policy_create(arena, &inventory, both, NULL, &issuer[1], 1),
           &facts, CT_VERDICT_EXPECTED, CT_REASON_CONFIGURED,
           "the direct issuer, without an anchor");
    issuer[0].owner = CT_BYTES("Stranger Inc");
    judged(ct_policy_create(arena, &inventory, both, NULL, issuer, 1), &facts,
           CT_VERDICT_UNFAMILIAR, CT_REASON_NO_ANCHOR,
           "the owner, without an anchor");

    ca_free(&c);
    ca_free(&sub);
}


static void
test_unfamiliar(void)
{
    ct_ca_t    ca;
    ca_cert_t  c, unknown;
    ct_facts_t facts;

    c = ca_leaf(&stranger, "DNS:www.example.com");
    judged_cert(&c, NULL, 0, CT_VERDICT_UNFAMILIAR, CT_REASON_STRANGER,
                "a trusted stranger");

    facts_of(&facts, &c, NULL, 0, &ca);
    facts.ca = NULL;
    judged(policy, &facts, CT_VERDICT_UNFAMILIAR, CT_REASON_NO_ANCHOR,
           "its CA was not looked for");
    facts.chain_missing = true;
    judged(policy, &facts, CT_VERDICT_UNFAMILIAR, CT_REASON_NO_CHAIN,
           "its issuers are not to be had");
    ca_free(&c);

    unknown = ca_root("Nobody", "N1");
    c = ca_leaf(&unknown, "DNS:www.example.com");
    judged_cert(&c, &unknown.der, 1, CT_VERDICT_UNFAMILIAR,
                CT_REASON_NO_ANCHOR, "an untrusted stranger");
    facts_of(&facts, &c, NULL, 0, &ca);
    facts.issuer = ct_bytes(NULL, 0);
    judged(policy, &facts, CT_VERDICT_UNFAMILIAR, CT_REASON_NO_ANCHOR,
           "an issuer that cannot be read");
    ca_free(&c);
    ca_free(&unknown);
}


static void
test_impostor(void)
{
    ct_ca_t    ca;
    ca_cert_t  fake_root, fake, c;
    ct_bytes_t list[2];
    ct_facts_t facts;

    /* all the right names, and none of the keys */
    fake_root = ca_root("Usual CA Ltd", "Usual Root");
    fake = ca_intermediate(&fake_root, "Usual CA Ltd", "U1");
    c = ca_leaf(&fake, "DNS:www.example.com");
    list[0] = fake.der;
    list[1] = fake_root.der;

    judged_cert(&c, list, 2, CT_VERDICT_UNFAMILIAR, CT_REASON_IMPOSTOR,
                "a copy of our CA");

    facts_of(&facts, &c, list, 2, &ca);
    facts.chain_missing = true;
    judged(policy, &facts, CT_VERDICT_UNFAMILIAR, CT_REASON_NO_CHAIN,
           "which cannot be told while issuers are missing");
    ca_free(&c);
    ca_free(&fake);

    fake = ca_intermediate(&fake_root, "USUAL ca ltd", "U9");
    c = ca_leaf(&fake, "DNS:www.example.com");
    list[0] = fake.der;
    judged_cert(&c, list, 2, CT_VERDICT_UNFAMILIAR, CT_REASON_IMPOSTOR,
                "in capitals");
    ca_free(&c);
    ca_free(&fake);
    ca_free(&fake_root);
}


/* The signature on what nginx serves is public: a key made to fit it must
 * not pass for the key that issued it. Here with a curve written out. */
static void
test_forged_familiar(void)
{
    ca_cert_t      made_up, issued, c;
    EVP_PKEY      *key = NULL;
    char           group[] = "P-256", explicit[] = "explicit";
    ct_ca_t        ca;
    ct_facts_t     facts;
    OSSL_PARAM     params[] = {
        OSSL_PARAM_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, 5),
        OSSL_PARAM_utf8_string(OSSL_PKEY_PARAM_EC_ENCODING, explicit, 8),
        OSSL_PARAM_END
    };
    ct_served_t    list[1];
    ct_policy_t   *p;
    EVP_PKEY_CTX  *ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
    ct_inventory_t one = {list, 1};

    ca_need(EVP_PKEY_keygen_init(ctx) == 1
            && EVP_PKEY_CTX_set_params(ctx, params) == 1
            && EVP_PKEY_keygen(ctx, &key) == 1, "key");
    EVP_PKEY_CTX_free(ctx);

    made_up = ca_make(&(ca_request_t) {.cn = "P3", .ca = true, .key = key});
    issued = ca_leaf(&made_up, "DNS:three.example.com");
    c = ca_leaf(&made_up, "DNS:www.example.com");
    ok(X509_verify(issued.cert, key) == 1, "the signature fits");

    list[0] = serve(&issued, &made_up.der, 1);
    p = ct_policy_create(arena, &one, both, NULL, NULL, 0);
    facts_of(&facts, &c, &made_up.der, 1, &ca);

    /* as if a careless check of the logged chain had believed it */
    ca.issuer_found = true;
    ca_key_hash(&made_up, ca.issuer_key);
    judged(p, &facts, CT_VERDICT_UNFAMILIAR, CT_REASON_NO_ANCHOR,
           "but makes nobody familiar");

    ca_free(&c);
    ca_free(&issued);
    ca_free(&made_up);
    EVP_PKEY_free(key);
}


static void
test_owners(void)
{
    is_str(ct_policy_served_owner(policy, 0), "Usual CA Ltd",
           "owner of the first");
    is_str(ct_policy_served_owner(policy, 1), "", "private");
    is_str(ct_policy_served_owner(policy, 2), "", "private, no chain");
    is_str(ct_policy_served_owner(policy, 3), "", "beyond the last");
}


/* Certificates with one chain are told apart all the same. */
static void
test_cache(void)
{
    ca_cert_t      second, wrong;
    ct_served_t    list[3];
    ct_policy_t   *p;
    ct_inventory_t three = {list, 3};

    second = ca_leaf(&inter, "DNS:second.example.com");
    wrong = ca_leaf(&stranger, "DNS:wrong.example.com");
    list[0] = serve(&leaf, &inter.der, 1);
    list[1] = serve(&second, &inter.der, 1);
    list[2] = serve(&wrong, &inter.der, 1);

    p = ct_policy_create(arena, &three, both, NULL, NULL, 0);
    is_str(ct_policy_served_owner(p, 0), "Usual CA Ltd", "first");
    is_str(ct_policy_served_owner(p, 1), "Usual CA Ltd", "same chain");
    is_str(ct_policy_served_owner(p, 2), "Stranger Inc",
           "the same chain, which is not its own");

    ca_free(&second);
    ca_free(&wrong);
}


static void
test_nothing_served(void)
{
    ct_ca_t        ca;
    ct_facts_t     facts;
    ct_policy_t   *p;
    ct_inventory_t none = {NULL, 0};

    p = ct_policy_create(arena, &none, NULL, NULL, NULL, 0);
    facts_of(&facts, &leaf, &inter.der, 1, &ca);
    judged(p, &facts, CT_VERDICT_UNFAMILIAR, CT_REASON_STRANGER,
           "nothing is served");
    is_str(ct_policy_served_owner(p, 0), "", "no owner");
}


static void
test_memory(void)
{
    ct_arena_t *small = ct_arena_create(256);

    ok(ct_policy_create(small, &inventory, both, NULL, NULL, 0) == NULL,
       "a policy above the ceiling");
    ct_arena_destroy(small);
}


/* Of our CA, from before anybody looked. */
static void
test_bygone(void)
{
    ct_ca_t     ca;
    ca_cert_t   c;
    ct_facts_t  facts;

    c = ca_leaf(&inter, "DNS:www.example.com");
    facts_of(&facts, &c, &inter.der, 1, &ca);
    facts.not_before_ms = served[0].not_before_ms - 1;
    judged(policy, &facts, CT_VERDICT_EXPECTED, CT_REASON_OWNER,
           "logged since, older than the one that is served");
    facts.before = true;
    judged(policy, &facts, CT_VERDICT_EXPECTED, CT_REASON_BYGONE,
           "logged before, older");
    facts.not_before_ms = served[0].not_before_ms;
    judged(policy, &facts, CT_VERDICT_EXPECTED, CT_REASON_OWNER,
           "logged before, as old");
    facts.expired = true;
    judged(policy, &facts, CT_VERDICT_EXPECTED, CT_REASON_BYGONE,
           "logged before, expired");
    facts.before = false;
    judged(policy, &facts, CT_VERDICT_EXPECTED, CT_REASON_OWNER,
           "logged since, expired");
    ca_free(&c);

    c = ca_leaf(&inter, "DNS:www.example.com,DNS:b.example.com");
    facts_of(&facts, &c, &inter.der, 1, &ca);
    facts.not_before_ms = 1;
    facts.before = true;
    judged(policy, &facts, CT_VERDICT_EXPECTED, CT_REASON_OWNER,
           "with a name that no newer one has");
    ca_free(&c);

    c = ca_leaf(&stranger, "DNS:www.example.com");
    facts_of(&facts, &c, &stranger.der, 1, &ca);
    facts.before = true;
    facts.expired = true;
    judged(policy, &facts, CT_VERDICT_UNFAMILIAR, CT_REASON_STRANGER,
           "strangers are not bygone");
    ca_free(&c);
}


static void
test_unreadable(void)
{
    ct_ca_t     ca;
    ca_cert_t   c;
    ct_facts_t  facts;

    facts_of(&facts, &leaf, &inter.der, 1, &ca);
    facts.unreadable = true;
    judged(policy, &facts, CT_VERDICT_SERVED, CT_REASON_IDENTITY,
           "what is served need not be readable");

    c = ca_make(&(ca_request_t) {.issuer = &inter, .key = leaf.key,
                                 .san = "DNS:www.example.com"});
    facts_of(&facts, &c, &inter.der, 1, &ca);
    facts.unreadable = true;
    judged(policy, &facts, CT_VERDICT_UNPARSABLE, CT_REASON_UNREADABLE,
           "our key and CA, but there may be other names");
    ok(ct_policy_our_key(policy, facts.spki_sha256), "it is our key");
    ok(!ct_policy_our_key(policy, facts.identity), "that is none");
    ca_free(&c);
}
