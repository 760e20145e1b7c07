/* ct_identity: poison and SCT list cut out to the byte, in made and in real
 * certificates; everything else left as it was. */

#include "cert.h"
#include "ct_entry.h"
#include "tap.h"


static void splice_is(const char *why, ct_bytes_t extensions,
    ct_bytes_t kept);
static void test_splice(void);
static void test_lengths(void);
static void test_identity(void);
static void test_failures(void);
static void test_precert(void);
static void test_real_final(void);
static void test_real_precert_signer(void);
static void test_real_entries(void);


static const ct_bytes_t absent = {NULL, 0};


int
main(void)
{
    test_splice();
    test_lengths();
    test_identity();
    test_failures();
    test_precert();
    test_real_final();
    test_real_precert_signer();
    test_real_entries();

    return done_testing();
}


static void
splice_is(const char *why, ct_bytes_t extensions, ct_bytes_t kept)
{
    cert_t     c = {.extensions = extensions};
    uint8_t   *guarded;
    ct_cert_t  cert;
    ct_bytes_t got = absent, want, der;

    der = cert_make(&c);
    guarded = tap_guard(der.data, der.len);
    (void) ct_cert_read(ct_bytes(guarded, der.len), &cert);

    is_int(ct_cert_splice(&cert, cert_arena(), &got), CT_OK, "%s", why);

    c.extensions = kept;
    want = cert_tbs(&c);
    is_mem(got.data, got.len, want.data, want.len, "%s: bytes", why);

    if (kept.len == extensions.len && kept.data != NULL) {
        ok(got.data == cert.tbs.data, "%s: borrowed", why);
    }

    tap_unguard(guarded, der.len);
}


static void
test_splice(void)
{
    ct_bytes_t a, b, poison, scts, lax, broken;

    a = cert_san(cert_dns(CT_BYTES("a")));
    b = cert_extension(CT_BYTES("\x55\x1d\x13"), true, CT_BYTES("\x30\x00"));
    poison = cert_extension(OID_POISON, true, CT_BYTES("\x05\x00"));
    scts = cert_extension(OID_SCTS, false, CT_BYTES("\x04\x02\x00\x00"));
    lax = cert_extension(OID_POISON, false, CT_BYTES("anything"));

    splice_is("neither", cert_join(a, b), cert_join(a, b));
    splice_is("no list", absent, absent);
    splice_is("an empty list", NONE, NONE);
    splice_is("poison last", cert_join(a, poison), a);
    splice_is("poison first", cert_join(poison, a), a);
    splice_is("poison between", cert_join(a, cert_join(poison, b)),
              cert_join(a, b));
    splice_is("SCT list", cert_join(a, cert_join(scts, b)), cert_join(a, b));
    splice_is("both, twice",
              cert_join(cert_join(scts, poison),
                        cert_join(a, cert_join(poison, scts))), a);
    splice_is("poison with other contents", cert_join(a, lax), a);
    splice_is("nothing remains", poison, absent);

    /* the OID with one byte more, and one that is not readable */
    b = cert_extension(cert_join(OID_SCTS, CT_BYTES("\x01")), false, NONE);
    splice_is("a longer OID", cert_join(b, scts), b);

    broken = TLV2(CT_DER_SEQUENCE, TLV1(CT_DER_OID, OID_SCTS),
                  CT_BYTES("\x05\x00"));
    splice_is("an unreadable one is kept", cert_join(broken, scts), broken);

    broken = CT_BYTES("\x30\x7f\x06\x00");
    splice_is("what cannot be walked is kept",
              cert_join(a, cert_join(scts, broken)), cert_join(a, broken));

    a = TLV1(CT_DER_SET, ct_bytes(scts.data + 2, scts.len - 2));
    splice_is("a SET is no extension", cert_join(a, scts), a);
}


/* Around every length where a header changes its size. */
static void
test_lengths(void)
{
    size_t     i, n;
    uint8_t   *filler;
    ct_bytes_t a, scts, value;

    static const size_t around[] = {60, 100, 128, 256, 65536};

    filler = ct_arena_calloc(cert_arena(), 1, 70000);
    scts = cert_extension(OID_SCTS, false, CT_BYTES("\x04\x02\x00\x00"));

    for (i = 0; i < sizeof(around) / sizeof(around[0]); i++) {
        for (n = around[i] - 34; n < around[i] + 4; n++) {
            value = ct_bytes(filler, n);
            a = cert_extension(CT_BYTES("\x2a\x03"), false, value);
            splice_is("some length", cert_join(a, scts), a);
        }
    }
}


/* One identity, four forms. */
static void
test_identity(void)
{
    size_t     i;
    cert_t     c = {0};
    uint8_t    want[CT_HASH_LEN], got[CT_HASH_LEN];
    ct_cert_t  cert;
    ct_bytes_t a, tbs[4];

    a = cert_san(cert_dns(CT_BYTES("a")));
    c.extensions = a;
    tbs[0] = cert_tbs(&c);
    ct_sha256_once(tbs[0], want);

    c.extensions = cert_join(a, cert_extension(OID_POISON, true,
                                               CT_BYTES("\x05\x00")));
    tbs[1] = cert_tbs(&c);
    c.extensions = cert_join(a, cert_extension(OID_SCTS, false, NONE));
    tbs[2] = cert_tbs(&c);
    c.extensions = cert_join(cert_extension(OID_SCTS, true, NONE), a);
    tbs[3] = cert_tbs(&c);

    for (i = 0; i < 4; i++) {
        (void) ct_cert_read(cert_sign(tbs[i]), &cert);
        is_int(ct_cert_identity(&cert, cert_arena(), got), CT_OK, "one");
        is_mem(got, sizeof(got), want, sizeof(want), "identity %zu", i);
    }

    c.serial_hex = "0103";
    (void) ct_cert_read_tbs(cert_tbs(&c), &cert);
    (void) ct_cert_identity(&cert, cert_arena(), got);
    ok(memcmp(got, want, sizeof(got)) != 0, "another serial: another one");
}


static void
test_failures(void)
{
    cert_t      c = {.extensions = cert_extension(OID_SCTS, false, NONE)};
    uint8_t     hash[CT_HASH_LEN];
    ct_cert_t   cert;
    ct_arena_t *tiny;

    tiny = ct_arena_create(16);
    (void) ct_cert_read_tbs(cert_tbs(&c), &cert);
    is_int(ct_cert_identity(&cert, tiny, hash), CT_E_MEMORY,
           "an arena too small");

    c.extensions = absent;
    (void) ct_cert_read_tbs(cert_tbs(&c), &cert);
    is_int(ct_cert_identity(&cert, tiny, hash), CT_OK,
           "which does not matter when nothing is spliced");

    (void) ct_cert_read_tbs(NONE, &cert);
    is_int(ct_cert_identity(&cert, tiny, hash), CT_E_ENCODING,
           "a certificate that was not read");
    ct_arena_destroy(tiny);
}


static void
test_precert(void)
{
    size_t    i;
    ct_cert_t cert;

    const struct {
        const char *why;
        ct_bytes_t  extension;
        bool        want;
    } cases[] = {
        {"poison", cert_extension(OID_POISON, true, CT_BYTES("\x05\x00")),
         true},
        {"poison with contents", cert_extension(OID_POISON, true,
                                                CT_BYTES("x")), true},
        {"not critical", cert_extension(OID_POISON, false,
                                        CT_BYTES("\x05\x00")), false},
        {"SCT list", cert_extension(OID_SCTS, true, NONE), false},
        {"nothing", NONE, false},
    };

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        (void) ct_cert_read(cert_make(&(cert_t) {.extensions =
            cert_join(cert_san(cert_dns(CT_BYTES("a"))),
                      cases[i].extension)}), &cert);
        is_int(ct_cert_is_precert(&cert), cases[i].want, "pre-certificate? "
               "%s", cases[i].why);
    }
}


static void
test_real_final(void)
{
    char      *want;
    size_t     len;
    uint8_t    hash[CT_HASH_LEN], wanted[CT_HASH_LEN];
    ct_cert_t  cert;
    ct_bytes_t got;

    want = data_read("azul-sct/cloudflare-tbs-without-sct.der", &len);
    if (want == NULL) {
        skip("no real data");
        return;
    }

    is_int(ct_cert_read(cert_pem("azul-sct/cloudflare.pem", 0), &cert),
           CT_OK, "a real certificate");
    is_int(ct_cert_splice(&cert, cert_arena(), &got), CT_OK, "spliced");
    is_mem(got.data, got.len, want, len, "is what was signed");
    ok(!ct_cert_is_precert(&cert), "no pre-certificate");

    ct_sha256_once(ct_bytes(want, len), wanted);
    is_int(ct_cert_identity(&cert, cert_arena(), hash), CT_OK, "identity");
    is_mem(hash, sizeof(hash), wanted, sizeof(wanted), "of those bytes");
    free(want);
}


/* A pre-certificate under a Precertificate Signing Certificate, and its TBS
 * without poison, issuer not yet exchanged. */
static void
test_real_precert_signer(void)
{
    char      *tbs;
    size_t     len;
    ct_cert_t  precert, cut;
    ct_bytes_t got;

    tbs = data_read("azul-preissuer/preissuer-precert-tbs.der", &len);
    if (tbs == NULL) {
        skip("no real data");
        return;
    }

    is_int(ct_cert_read(cert_pem("azul-preissuer/preissuer-chain.pem", 0),
                        &precert), CT_OK, "pre-certificate");
    ok(ct_cert_is_precert(&precert), "is poisoned");
    is_int(ct_cert_splice(&precert, cert_arena(), &got), CT_OK, "spliced");
    is_mem(got.data, got.len, tbs, len, "to the byte");

    is_int(ct_cert_read_tbs(got, &cut), CT_OK, "readable");
    ok(!ct_cert_is_precert(&cut), "without poison");
    is_int(ct_cert_splice(&cut, cert_arena(), &got), CT_OK, "once more");
    ok(got.data == cut.tbs.data && got.len == len, "changes nothing");
    free(tbs);
}


/* The log's leaf, made by its software, is the oracle for the splice of
 * what was submitted. */
static void
test_real_entries(void)
{
    char       path[64], *data;
    size_t     i, n = 0, len, wrong = 0;
    uint8_t    hash[CT_HASH_LEN], leaf_hash[CT_HASH_LEN];
    uint8_t    wanted[CT_HASH_LEN];
    ct_cert_t  cert, leaf;
    ct_bytes_t in;
    ct_entry_t entry;

    for (i = 0; i < 4; i++) {
        snprintf(path, sizeof(path), "navigli2025h2/tile/data/%03zu", i);
        data = data_read(path, &len);

        if (data == NULL) {
            skip("no real data");
            return;
        }

        in = ct_bytes(data, len);

        while (ct_entry_read(&in, &entry) == CT_OK) {
            n++;
            ct_sha256_once(entry.cert, wanted);
            wrong += ct_cert_read(entry.pre_certificate, &cert) != CT_OK
                     || ct_cert_read_tbs(entry.cert, &leaf) != CT_OK
                     || !ct_cert_is_precert(&cert)
                     || ct_cert_is_precert(&leaf)
                     || ct_cert_identity(&cert, cert_arena(), hash) != CT_OK
                     || ct_cert_identity(&leaf, cert_arena(), leaf_hash)
                        != CT_OK
                     || memcmp(hash, wanted, sizeof(hash)) != 0
                     || memcmp(leaf_hash, wanted, sizeof(hash)) != 0;
        }

        free(data);
    }

    is_int(n, 1024, "entries of a real log");
    is_int(wrong, 0, "pre-certificate and leaf have one identity");
}
