/* ct_calist: whose a certificate, a key and a path are. */

#include "calist.h"

static ca_cert_t root, inter, other, cross;


static void
path_of(ct_ca_t *ca, const ca_cert_t *first, const ca_cert_t *second)
{
    memset(ca, 0, sizeof(*ca));
    snprintf(ca->organization, sizeof(ca->organization), "Anchor Ltd");
    snprintf(ca->owner, sizeof(ca->owner), "Anchor Ltd");
    ca_key_hash(first, ca->path_key[0]);
    ct_sha256_once(first->der, ca->path_cert[0]);
    ca_key_hash(second, ca->path_key[1]);
    ct_sha256_once(second->der, ca->path_cert[1]);
    ca->npath = 2;
}


static void
named(const ct_calist_t *list, const ca_cert_t *first,
    const ca_cert_t *second, const char *want, const char *what)
{
    ct_ca_t ca;

    path_of(&ca, first, second);
    ct_calist_name(list, &ca);
    is_str(ca.owner, want, "%s", what);
    ok(strcmp(ca.organization, "Anchor Ltd") == 0,
       "and the anchor is what it was");
}


static void
test_name(void)
{
    ct_ca_t      ca;
    ct_calist_t *list;

    named(NULL, &inter, &root, "Anchor Ltd", "no list");

    rows_start(HEAD);
    row_of(&other, "Other", "", "Root");
    list = list_of_rows();
    named(list, &inter, &root, "Anchor Ltd", "nothing of the path is listed");

    rows_start(HEAD);
    row_of(&root, "The Group", "", "Root");
    list = list_of_rows();
    named(list, &inter, &root, "The Group", "its root is");

    rows_start(HEAD);
    row_of(&root, "The Group", "", "Root");
    row_of(&inter, "The Group", "Somebody else", "Intermediate");
    list = list_of_rows();
    named(list, &inter, &root, "Somebody else", "the nearest one counts");
    named(list, &root, &inter, "The Group", "whichever that is");

    memset(&ca, 0, sizeof(ca));
    ct_calist_name(list, &ca);
    is_str(ca.owner, "", "without a path nobody is named");
}


/* `cross` has the key of `inter` and is signed by `other`. */
static void
test_keys(void)
{
    ct_calist_t *list;

    rows_start(HEAD);
    row_of(&inter, "The Group", "", "Intermediate");
    list = list_of_rows();
    key_is(list, &inter, "(none)", "of the key nothing is known");
    named(list, &cross, &other, "Anchor Ltd", "nor of another certificate");

    ct_calist_learn(list, cross.der);
    key_is(list, &inter, "(none)", "what is not listed teaches nothing");
    ct_calist_learn(list, inter.der);
    key_is(list, &inter, "The Group", "what is listed teaches its key");
    named(list, &cross, &other, "The Group", "so the other one is known too");
    ct_calist_learn(list, inter.der);
    key_is(list, &inter, "The Group", "twice is once");
    ct_calist_learn(NULL, inter.der);
    ct_calist_learn(list, ct_bytes(NULL, 0));
    is_int(ct_calist_certificates(list), 1, "it lists no more than it did");
}


/* Whoever signed across is the plain owner of what he signed. */
static void
test_disputed(void)
{
    ca_cert_t    anchor;
    ct_calist_t *list;

    rows_start(HEAD);
    row_of(&cross, "Other", "", "Intermediate");
    row_of(&inter, "The Group", "", "Intermediate");
    list = list_of_rows();
    ct_calist_learn(list, cross.der);
    key_is(list, &inter, "Other", "one of two");
    ct_calist_learn(list, inter.der);
    key_is(list, &inter, "(none)", "a key that two have is nobody's");
    named(list, &inter, &root, "The Group", "a certificate is somebody's");
    named(list, &cross, &other, "Other", "and so is the other");

    rows_start(HEAD);
    row_of(&cross, "Other", "", "Intermediate");
    row_of(&inter, "Other", "The Group", "Intermediate");
    list = list_of_rows();
    ct_calist_learn(list, inter.der);
    ct_calist_learn(list, cross.der);
    key_is(list, &inter, "The Group", "a subordinate's is the subordinate's");
    named(list, &cross, &other, "The Group", "whoever signed it");

    /* a root of its own, and that root signed by another */
    anchor = ca_make(&(ca_request_t) {.org = "Young", .ca = true,
                                      .key = inter.key});
    rows_start(HEAD);
    row_of(&anchor, "Young", "", "Root");
    row_of(&cross, "Other", "", "Intermediate");
    list = list_of_rows();
    ct_calist_learn(list, cross.der);
    key_is(list, &inter, "Other", "before the root was seen");
    ct_calist_learn(list, anchor.der);
    named(list, &cross, &other, "Young", "a root's key is the root's");

    rows_start(HEAD);
    row_of(&anchor, "Young", "", "Root");
    row_of(&inter, "Old", "The Group", "Intermediate");
    row_of(&cross, "Other", "", "Intermediate");
    list = list_of_rows();
    ct_calist_learn(list, anchor.der);
    ct_calist_learn(list, inter.der);
    ct_calist_learn(list, cross.der);
    key_is(list, &inter, "(none)", "two that are sure: nobody's");
    ca_free(&anchor);
}


static void
test_twice(void)
{
    ct_calist_t *list;

    rows_start(HEAD);
    row_of(&inter, "The Group", "", "Intermediate");
    row_of(&inter, "THE GROUP", "", "Intermediate");
    row_of(&root, "the group", "", "Root");
    list = list_of_rows();
    owner_is(list, &inter, "The Group", "listed twice, in another case");
    owner_is(list, &root, "The Group", "the first spelling is the owner's");
    is_int(ct_calist_certificates(list), 2, "two certificates");
    is_int(ct_calist_owners(list), 1, "one owner");

    row_of(&inter, "Other", "", "Intermediate");
    list = list_of_rows();
    owner_is(list, &inter, "(none)", "listed as another's: nobody's");
    named(list, &inter, &root, "The Group", "then the next one counts");
}


static void
test_change(void)
{
    size_t       i;
    ct_arena_t  *kept;
    ct_calist_t *four, *list;

    const ca_cert_t *all[4] = {&root, &inter, &other, &cross};

    rows_start(HEAD);
    for (i = 0; i < 4; i++) {
        row_of(all[i], "A", "", "Root");
    }
    four = list_of_rows();
    kept = list_arena;
    list_arena = NULL;

    for (i = 1; i <= 4; i++) {
        rows_start(HEAD);
        for (size_t k = 0; k < i; k++) {
            row_of(all[k], "A", "", "Root");
        }
        list = list_of_rows();
        ok((ct_calist_refuse_change(four, list) == NULL) == (i >= 2),
           "%zu of four", i);
        ok(ct_calist_refuse_change(list, four) == NULL, "it may grow");
    }

    ct_arena_destroy(kept);
}


/* As large as they come, and larger. */
static void
test_many(void)
{
    char         row[256], hex[65];
    size_t       i, n, found;
    uint8_t      hash[CT_HASH_LEN];
    ct_buf_t     text;
    ct_arena_t  *arena;
    ct_calist_t *list;

    n = CT_LIMIT_CA_ROWS;
    arena = ct_arena_create(32 * 1024 * 1024);
    ct_buf_init(&text, arena, 16 * 1024 * 1024);
    ct_buf_puts(&text, "SHA-256 Fingerprint,CA Owner\n");

    for (i = 0; i < n; i++) {
        ct_sha256_once(ct_bytes(&i, sizeof(i)), hash);
        for (size_t k = 0; k < CT_HASH_LEN; k++) {
            snprintf(hex + 2 * k, 3, "%02x", hash[k]);
        }
        snprintf(row, sizeof(row), "%s,owner %zu\n", hex,
                 i % CT_LIMIT_CA_OWNERS);
        ct_buf_puts(&text, row);
    }

    list = list_read(ct_buf_slice(&text));
    ok(list != NULL, "%zu rows: %s", n, why);

    for (i = 0, found = 0; list != NULL && i < n; i++) {
        ct_sha256_once(ct_bytes(&i, sizeof(i)), hash);
        snprintf(row, sizeof(row), "owner %zu", i % CT_LIMIT_CA_OWNERS);
        found += ct_calist_owner(list, hash) != NULL
                 && strcmp(ct_calist_owner(list, hash), row) == 0;
    }

    is_int(found, n, "all of them are found");
    is_int(ct_calist_owners(list), CT_LIMIT_CA_OWNERS, "owners");

    ct_buf_puts(&text, rows);
    ct_buf_puts(&text, "00,x\n");
    ok(list_read(ct_buf_slice(&text)) == NULL, "one more: %s", why);
    ct_arena_destroy(arena);
}


int
main(void)
{
    root = ca_root("Anchor Ltd", "Root");
    inter = ca_intermediate(&root, "Anchor Ltd", "I1");
    other = ca_root("Other", "Other Root");
    cross = ca_make(&(ca_request_t) {
        .issuer = &other, .org = "Anchor Ltd", .cn = "I1", .ca = true,
        .key = inter.key
    });

    test_name();
    test_keys();
    test_disputed();
    test_twice();
    test_change();
    test_many();

    ca_free(&cross);
    ca_free(&other);
    ca_free(&inter);
    ca_free(&root);
    ct_arena_destroy(list_arena);

    return done_testing();
}
