/*
 * ct_scan: which entries concern a watched name, readable or not, and which
 * become the next leaf.
 */

#include "ct_limits.h"
#include "ct_scan.h"
#include "cert.h"
#include "tap.h"

static ct_sha256_t *sha;
static ct_watch_t  *watch;


static void test_found(void);
static void test_unreadable(void);
static void test_append(void);
static ct_entry_t entry_of(ct_entry_type_e type, ct_bytes_t cert);
static ct_bytes_t cert_for(const char *name, ct_bytes_t more);


int
main(void)
{
    const ct_bytes_t pattern = CT_BYTES("example.com");
    const uint32_t   owner = 3;

    sha = ct_sha256_create();
    watch = ct_watch_compile_owned(cert_arena(), &pattern, &owner, 1, 7);

    test_found();
    test_unreadable();
    test_append();

    ct_sha256_destroy(sha);

    return done_testing();
}


static void
test_found(void)
{
    cert_t     c = {.subject = NONE};
    ct_scan_t  scan;
    ct_entry_t entry;
    ct_match_t match;

    ct_scan_init(&scan, sha, watch);
    entry = entry_of(CT_ENTRY_X509, cert_for("www.example.com", NONE));
    ok(ct_scan_entry(&scan, &entry, 77, false, &match), "a certificate");
    ok(match.index == 77 && match.entry.cert.data == entry.cert.data
       && ct_bytes_is(match.matched, "example.com") && match.owner == 3
       && !match.unparsable, "what is said of it");

    entry = entry_of(CT_ENTRY_X509, cert_for("www.example.org", NONE));
    ok(!ct_scan_entry(&scan, &entry, 78, false, &match), "of somebody else");

    c.extensions = cert_san(cert_dns(CT_BYTES("example.com")));
    entry = entry_of(CT_ENTRY_PRECERT, cert_tbs(&c));
    ok(ct_scan_entry(&scan, &entry, 79, false, &match), "a precert");
    ok(!match.unparsable, "is read");
    is_int(scan.entries, 3, "three entries");
    is_int(scan.malformed, 0, "all in order");

    ok(ct_scan_entry(&scan, &entry, 79, true, &match) && !match.unparsable,
       "a wrong frame around a readable one");
    is_int(scan.malformed, 1, "is counted");
}


static void
test_unreadable(void)
{
    ct_scan_t  scan;
    ct_entry_t entry;
    ct_match_t match;

    ct_scan_init(&scan, sha, watch);
    entry = entry_of(CT_ENTRY_X509, CT_BYTES("\1\2www.example.com\3"));
    ok(ct_scan_entry(&scan, &entry, 5, false, &match), "a name in a mess");
    ok(match.unparsable && match.index == 5 && match.owner == 3
       && match.entry.cert.data == entry.cert.data, "is told as such");

    entry.cert = CT_BYTES("\1\2www.example.org\3");
    ok(!ct_scan_entry(&scan, &entry, 6, false, &match), "another name");
    ok(!ct_scan_entry(&scan, &entry, 6, true, &match), "in a broken frame");
    entry.cert = CT_BYTES("");
    ok(!ct_scan_entry(&scan, &entry, 6, true, &match), "nothing at all");
    is_int(scan.malformed, 4, "each is counted once");
    is_int(scan.entries, 4, "and is an entry");

    /* one name that can be read, behind it what cannot */
    entry = entry_of(CT_ENTRY_X509,
                     cert_for("www.example.org",
                              cert_extension(OID_SAN, false,
                                             CT_BYTES("\x30\x20x"))));
    ok(!ct_scan_entry(&scan, &entry, 7, false, &match), "half of the names");
    is_int(scan.malformed, 5, "are counted");

    entry = entry_of(CT_ENTRY_X509,
                     cert_for("www.example.org",
                              cert_extension(OID_SAN, false,
                                             CT_BYTES("\x30\x20"
                                                      "example.com"))));
    ok(ct_scan_entry(&scan, &entry, 8, false, &match) && match.unparsable,
       "and searched");
}


static void
test_append(void)
{
    uint8_t     hash[CT_HASH_LEN];
    ct_scan_t   scan;
    ct_entry_t  entry = entry_of(CT_ENTRY_X509, CT_BYTES("x"));
    ct_merkle_t tree, want;

    ct_scan_init(&scan, sha, watch);
    ct_merkle_init(&tree);
    ct_merkle_init(&want);
    ct_entry_leaf_hash(sha, &entry, hash);
    ct_merkle_append(&want, sha, hash);

    is_int(ct_scan_append(&scan, &tree, &entry), CT_OK, "without an index");
    ok(tree.size == 1 && memcmp(&tree, &want, sizeof(tree)) == 0,
       "its hash is a leaf");

    entry.leaf_index = 2;
    is_int(ct_scan_append(&scan, &tree, &entry), CT_E_INDEX, "of elsewhere");
    entry.leaf_index = 0;
    is_int(ct_scan_append(&scan, &tree, &entry), CT_E_INDEX, "of before");
    is_int(tree.size, 1, "are no leaves");
    entry.leaf_index = 1;
    is_int(ct_scan_append(&scan, &tree, &entry), CT_OK, "of here");
    is_int(tree.size, 2, "is one");

    tree.size = CT_LIMIT_TREE_SIZE - 1;
    entry.leaf_index = CT_ENTRY_NO_INDEX;
    is_int(ct_scan_append(&scan, &tree, &entry), CT_E_LIMIT, "no more");
}


static ct_entry_t
entry_of(ct_entry_type_e type, ct_bytes_t cert)
{
    return (ct_entry_t) {.type = type, .leaf_index = CT_ENTRY_NO_INDEX,
                         .leaf = cert, .cert = cert};
}


/* With one name in a SAN, and another extension. */
static ct_bytes_t
cert_for(const char *name, ct_bytes_t more)
{
    cert_t c = {.subject = NONE};

    c.extensions = cert_join(cert_san(cert_dns(ct_bytes_str(name))), more);

    return cert_make(&c);
}
