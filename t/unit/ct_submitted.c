/*
 * ct_submitted: pre-certificates and issuers that belong to a leaf, that do
 * not, and that cannot be read.
 */

#include "chain.h"
#include "ct_submitted.h"


static ct_arena_t *scratch;


static ct_entry_t
precert(ct_bytes_t tbs, ct_bytes_t submitted, const uint8_t *key)
{
    return (ct_entry_t) {
        .type = CT_ENTRY_PRECERT, .cert = tbs, .pre_certificate = submitted,
        .issuer_key_hash = ct_bytes(key, CT_HASH_LEN)
    };
}


static void
test_other(void)
{
    uint8_t      key[CT_HASH_LEN];
    ca_cert_t    pre, final, other, psc, by_psc;
    ct_bytes_t   tbs;
    ct_entry_t   entry;
    ca_request_t r = {.issuer = &inter, .san = "DNS:www.example.com",
                      .key = leaf.key, .poison = true};

    ca_key_hash(&inter, key);
    pre = ca_make(&r);
    r.san = "DNS:www.example.net";
    other = ca_make(&r);
    psc = ca_make(&(ca_request_t) {.issuer = &inter, .cn = "PSC", .ca = true,
                                   .eku = "1.3.6.1.4.1.11129.2.4.4"});
    r.san = "DNS:www.example.com";
    r.issuer = &psc;
    by_psc = ca_make(&r);
    r.issuer = &inter;
    r.poison = false;
    final = ca_make(&r);
    tbs = ca_tbs(&final);

    entry = precert(tbs, pre.der, key);
    ok(!ct_submitted_other(&entry, scratch), "its own");
    entry = precert(tbs, by_psc.der, key);
    ok(!ct_submitted_other(&entry, scratch),
       "its own, by a Precertificate Signing Certificate");
    entry = precert(tbs, other.der, key);
    ok(ct_submitted_other(&entry, scratch), "that of another name");
    entry = precert(tbs, CT_BYTES("\x30\x03junk"), key);
    ok(ct_submitted_other(&entry, scratch), "none that can be read");
    entry = precert(tbs, ct_bytes(NULL, 0), key);
    ok(!ct_submitted_other(&entry, scratch), "what is missing is no lie");
    entry = precert(CT_BYTES("\x30\x03junk"), pre.der, key);
    ok(!ct_submitted_other(&entry, scratch),
       "an unreadable leaf contradicts nothing");
    entry = precert(tbs, other.der, key);
    entry.type = CT_ENTRY_X509;
    entry.cert = final.der;
    ok(!ct_submitted_other(&entry, scratch), "a final one has none");

    OPENSSL_free((void *) tbs.data);
    ca_free(&final);
    ca_free(&by_psc);
    ca_free(&psc);
    ca_free(&other);
    ca_free(&pre);
}


static void
test_strangers(void)
{
    uint8_t    key[CT_HASH_LEN];
    ca_cert_t  stranger = ca_root("Stranger Inc", "Stranger Root");
    ct_bytes_t tbs = ca_tbs(&leaf), list[3];
    ct_entry_t entry;

    list[0] = stranger.der;
    list[1] = inter.der;
    list[2] = root.der;
    ca_key_hash(&inter, key);

    entry = precert(tbs, ct_bytes(NULL, 0), key);
    ok(!ct_submitted_strangers(&entry, list, 3), "its issuer is among them");
    ok(ct_submitted_strangers(&entry, list, 1), "only a stranger");
    ok(!ct_submitted_strangers(&entry, list, 0), "nobody at all");

    entry = (ct_entry_t) {.type = CT_ENTRY_X509, .cert = leaf.der};
    ok(!ct_submitted_strangers(&entry, list, 3), "by name for a final one");
    ok(ct_submitted_strangers(&entry, list, 1), "who is not there");
    ok(ct_submitted_strangers(&entry, &list[2], 1), "the root did not do it");
    entry.cert = CT_BYTES("\x30\x03junk");
    ok(!ct_submitted_strangers(&entry, list, 1), "an unreadable leaf");

    list[0] = CT_BYTES("\x30\x03junk");
    entry.cert = leaf.der;
    ok(ct_submitted_strangers(&entry, list, 1), "an unreadable issuer");

    OPENSSL_free((void *) tbs.data);
    ca_free(&stranger);
}


int
main(void)
{
    world_make();
    scratch = ct_arena_create(1024 * 1024);
    test_other();
    test_strangers();
    ct_arena_destroy(scratch);
    world_free();

    return done_testing();
}
