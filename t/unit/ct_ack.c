/*
 * ct_ack: rows that cover findings - by the finding, its key, its issuer -
 * put, found, replaced, refused and removed.
 */

#include "ct_ack.h"
#include "store.h"


static ct_finding_t
finding(uint8_t identity, uint8_t key, uint8_t issuer)
{
    ct_finding_t f;

    memset(&f, 0, sizeof(f));
    memset(f.identity, identity, CT_HASH_LEN);
    memset(f.spki_sha256, key, CT_HASH_LEN);
    memset(f.issuer_key, issuer, CT_HASH_LEN);

    return f;
}


static ct_ack_t
row(ct_ack_scope_e scope, uint8_t hash, const char *reason)
{
    ct_ack_t ack;

    memset(&ack, 0, sizeof(ack));
    ack.time_ms = 1790000000000;
    ack.scope = (uint8_t) scope;
    memset(ack.hash, hash, CT_HASH_LEN);
    ct_ack_text(ack.reason, sizeof(ack.reason), ct_bytes_str(reason));

    return ack;
}


static void
test_scopes(void)
{
    size_t       used, max;
    ct_ack_t     ack, found;
    ct_store_t  *store;
    ct_finding_t f = finding(1, 2, 3), same_key = finding(9, 2, 9),
                 same_issuer = finding(8, 8, 3), stranger = finding(7, 7, 7);

    store = make(SIZE);
    ok(!ct_ack_find(store, &f, &found), "nobody said anything");

    ack = row(CT_ACK_ISSUER, 3, "ours");
    is_int(ct_ack_put(store, &ack), CT_OK, "an issuer");
    ok(ct_ack_find(store, &f, &found) && found.scope == CT_ACK_ISSUER,
       "covers it");
    ok(ct_ack_find(store, &same_issuer, &found), "and others of the issuer");
    ok(!ct_ack_find(store, &same_key, &found), "not those of other issuers");

    ack = row(CT_ACK_KEY, 2, "the key");
    is_int(ct_ack_put(store, &ack), CT_OK, "a key");
    ok(ct_ack_find(store, &same_key, &found)
       && strcmp(found.reason, "the key") == 0, "covers all that have it");

    ack = row(CT_ACK_FINDING, 1, "this one");
    is_int(ct_ack_put(store, &ack), CT_OK, "a finding");
    ok(ct_ack_find(store, &f, &found) && found.scope == CT_ACK_FINDING,
       "the narrowest is told");
    ok(!ct_ack_find(store, &stranger, &found), "a stranger is not covered");

    ct_ack_usage(store, &used, &max);
    is_int(used, 3, "three rows");
    ack = row(CT_ACK_FINDING, 1, "once more");
    is_int(ct_ack_put(store, &ack), CT_OK, "the same again");
    ct_ack_usage(store, &used, &max);
    is_int(used, 3, "takes the place of the former");
    ok(ct_ack_find(store, &f, &found)
       && strcmp(found.reason, "once more") == 0, "with what is said now");

    ok(ct_ack_remove(store, CT_ACK_FINDING, ack.hash), "removed");
    ok(!ct_ack_remove(store, CT_ACK_FINDING, ack.hash), "once");
    ok(ct_ack_find(store, &f, &found) && found.scope == CT_ACK_KEY,
       "the next narrow one is left");
}


static void
test_refused(void)
{
    size_t       i, n;
    uint8_t      hash[CT_HASH_LEN];
    ct_ack_t     ack, found;
    ct_store_t  *store;
    ct_finding_t none = finding(1, 0, 0);

    store = make(SIZE);
    ack = row(CT_ACK_ISSUER, 0, "any");
    is_int(ct_ack_put(store, &ack), CT_E_TYPE, "no issuer key");
    ack = row((ct_ack_scope_e) 4, 1, "any");
    is_int(ct_ack_put(store, &ack), CT_E_TYPE, "no such scope");
    ack = row((ct_ack_scope_e) 0, 1, "any");
    is_int(ct_ack_put(store, &ack), CT_E_TYPE, "nor this one");
    ack = row(CT_ACK_KEY, 1, "any");
    ack.time_ms = 0;
    is_int(ct_ack_put(store, &ack), CT_E_TYPE, "no time");
    ok(!ct_ack_hash(&none, CT_ACK_ISSUER, hash)
       && !ct_ack_hash(&none, CT_ACK_KEY, hash)
       && ct_ack_hash(&none, CT_ACK_FINDING, hash),
       "what is not known of a finding cannot be acknowledged");

    n = ct_store_rows(store, CT_TABLE_ACK);
    ok(n >= 16, "room for %zu", n);

    for (i = 0; i < n; i++) {
        ack = row(CT_ACK_FINDING, 1, "one of many");
        ack.hash[0] = (uint8_t) i;
        ack.hash[1] = (uint8_t) (i >> 8);
        is_int(ct_ack_put(store, &ack), CT_OK, "row %zu", i);
    }

    ack = row(CT_ACK_KEY, 5, "one too many");
    ok(!ct_ack_room(store, ack.scope, ack.hash), "there is no room");
    is_int(ct_ack_put(store, &ack), CT_E_FULL, "full");
    ack = row(CT_ACK_FINDING, 1, "again");
    ack.hash[0] = 0;
    ack.hash[1] = 0;
    is_int(ct_ack_put(store, &ack), CT_OK, "but not for one that is there");
    memcpy(none.identity, ack.hash, CT_HASH_LEN);
    ok(ct_ack_find(store, &none, &found)
       && strcmp(found.reason, "again") == 0, "which is replaced");
}


static void
test_text(void)
{
    char text[8];

    ct_ack_text(text, sizeof(text), CT_BYTES("short"));
    is_str(text, "short", "a text");
    ct_ack_text(text, sizeof(text), CT_BYTES("much too long"));
    is_str(text, "much to", "cut");
    ct_ack_text(text, sizeof(text), CT_BYTES("123456\xc3\xa4"));
    is_str(text, "123456", "between characters");
    ct_ack_text(text, sizeof(text), CT_BYTES("a\r\n\x7f\xff\x00z"));
    is_str(text, "a   ? z", "without control characters");
    ct_ack_text(text, sizeof(text), CT_BYTES(""));
    is_str(text, "", "empty");
}


int
main(void)
{
    test_scopes();
    test_refused();
    test_text();
    is_str(ct_ack_scope_name(CT_ACK_FINDING), "finding", "a word");
    is_str(ct_ack_scope_name(CT_ACK_KEY), "key", "for each");
    is_str(ct_ack_scope_name(CT_ACK_ISSUER), "issuer", "of them");

    return done_testing();
}
