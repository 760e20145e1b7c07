/* ct_cert: fields where they are, lenient and strict in the right places,
 * real certificates read as OpenSSL reads them. */

#include <openssl/x509.h>

#include "cert.h"
#include "tap.h"


static void test_fields(void);
static void test_lenient(void);
static void readable(const char *why, cert_t c);
static void test_strict(void);
static void test_partial(void);
static void test_validity(void);
static void test_every_cut(void);
static void test_real(void);
static void real_agrees(const char *path, ct_bytes_t der);


int
main(void)
{
    test_fields();
    test_lenient();
    test_strict();
    test_partial();
    test_validity();
    test_every_cut();
    test_real();

    return done_testing();
}


static void
test_fields(void)
{
    cert_t     c = {.serial_hex = "00ff01", .extensions = NONE};
    ct_cert_t  cert;
    ct_bytes_t tbs;

    c.subject = cert_rdn(OID_CN, CT_DER_UTF8, CT_BYTES("a.example"));
    c.extensions = cert_san(cert_dns(CT_BYTES("b.example")));
    tbs = cert_tbs(&c);

    is_int(ct_cert_read(cert_sign(tbs), &cert), CT_OK, "a certificate");
    is_mem(cert.tbs.data, cert.tbs.len, tbs.data, tbs.len, "tbs");
    is_mem(cert.serial.data, cert.serial.len, "\x00\xff\x01", (size_t) 3,
           "serial with its sign byte");
    is_int(cert.extensions.len, c.extensions.len, "extensions");
    ok(cert.subject.data[0] == CT_DER_SEQUENCE
       && cert.subject.len == c.subject.len + 2, "subject with its header");
    ok(cert.spki.data[0] == CT_DER_SEQUENCE && cert.spki.len == 27
       && cert.issuer.data[0] == CT_DER_SEQUENCE && cert.issuer.len == 20
       && cert.validity.data[0] == CT_DER_UTC_TIME, "the others");

    is_int(ct_cert_read_tbs(tbs, &cert), CT_OK, "the TBS alone");
    ok(cert.tbs.data == tbs.data && cert.tbs.len == tbs.len, "borrowed");
}


static void
test_lenient(void)
{
    readable("as it should be", (cert_t) {0});
    readable("negative serial", (cert_t) {.serial_hex = "ff01"});
    readable("long serial", (cert_t) {.serial_hex = "0000000000000000000000"
             "000000000000000000000000000000000000000000000000000000000001"});
    readable("empty serial", (cert_t) {.serial_hex = ""});
    readable("dates that are none", (cert_t) {.dates = {"today", "never"}});
    readable("no extensions", (cert_t) {.extensions = {0}});
    readable("an empty list", (cert_t) {.extensions = NONE});
    readable("an extension that is none",
             (cert_t) {.extensions = CT_BYTES("\x05\x00")});
    readable("issuerUniqueID, subjectUniqueID",
             (cert_t) {.tail = CT_BYTES("\x81\x02\x00\x01\x82\x02\x00\x01")});
}


static void
readable(const char *why, cert_t c)
{
    ct_cert_t cert;

    is_int(ct_cert_read(cert_make(&c), &cert), CT_OK, "%s", why);
}


static void
test_strict(void)
{
    size_t     i;
    ct_cert_t  cert;
    ct_bytes_t good = cert_make(&(cert_t) {0});

    const struct {
        const char *why;
        ct_bytes_t  der;
    } bad[] = {
        {"nothing", NONE},
        {"an empty SEQUENCE", CT_BYTES("\x30\x00")},
        {"an empty TBS", TLV1(CT_DER_SEQUENCE, CT_BYTES("\x30\x00"))},
        {"a SET", TLV1(CT_DER_SET, cert_tbs(&(cert_t) {0}))},
        {"a TBS where a certificate should be", cert_tbs(&(cert_t) {0})},
        {"the last byte missing", ct_bytes(good.data, good.len - 1)},
        {"more in the TBS", cert_make(&(cert_t) {.tail = cert_hex("0500")})},
        {"[3] twice", cert_make(&(cert_t) {.extensions = NONE,
                                           .tail = cert_hex("a3023000")})},
        {"[2] before [1]", cert_make(&(cert_t) {.tail =
                                           cert_hex("8202000181020001")})},
        {"two lists in [3]", cert_make(&(cert_t) {.tail =
                                           cert_hex("a30430003000")})},
        {"a SET in [3]", cert_make(&(cert_t) {.tail = cert_hex("a3023100")})},
        {"[3] empty", cert_make(&(cert_t) {.tail = cert_hex("a300")})},
    };

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        memset(&cert, 0x5a, sizeof(cert));
        is_int(ct_cert_read(bad[i].der, &cert), CT_E_ENCODING, "refused: %s",
               bad[i].why);
        ok(cert.tbs.len == 0 && cert.extensions.len == 0
           && cert.subject.len == 0, "and zeroed");
    }

    is_int(ct_cert_read_tbs(good, &cert), CT_E_ENCODING,
           "a certificate where a TBS should be");
}


/* The names are in the TBS: what comes after it must not hide them. */
static void
test_partial(void)
{
    size_t     i;
    ct_rc_t    rc;
    ct_cert_t  cert;
    ct_bytes_t tbs, good;

    static const char *const tails[] = {
        "", "3000", "30000401", "30000500", "3000030200040500",
        "3081000303020004", "0303020004"
    };

    tbs = cert_tbs(&(cert_t) {0});
    good = cert_sign(tbs);

    for (i = 0; i < sizeof(tails) / sizeof(tails[0]); i++) {
        rc = ct_cert_read(TLV2(CT_DER_SEQUENCE, tbs, cert_hex(tails[i])),
                          &cert);
        ok(rc == CT_E_ENCODING && cert.tbs.len == tbs.len
           && cert.spki.len == 27, "filled, then broken: \"%s\"", tails[i]);
    }

    is_int(ct_cert_read(cert_join(good, cert_hex("00")), &cert),
           CT_E_TRAILING, "one byte more");
    is_int(cert.tbs.len, tbs.len, "filled all the same");
    is_int(ct_cert_read_tbs(cert_join(tbs, cert_hex("00")), &cert),
           CT_E_TRAILING, "one byte more after a TBS");
    is_mem(cert.tbs.data, cert.tbs.len, tbs.data, tbs.len,
           "which is not part of it");
}


static void
test_validity(void)
{
    int64_t   from = 7, until = 7;
    ct_cert_t cert;

    ct_cert_read(cert_make(&(cert_t) {.dates = {"260101000000Z",
                                                "2701010000Z"}}), &cert);
    ok(ct_cert_validity(&cert, &from, &until), "dates");
    is_int(from, 1767225600000, "notBefore");
    is_int(until, 1798761600000, "notAfter");

    from = until = 7;
    ct_cert_read(cert_make(&(cert_t) {.dates = {"260101000000Z", "x"}}),
                 &cert);
    ok(!ct_cert_validity(&cert, &from, &until) && from == 7 && until == 7,
       "one bad date, nothing written");

    cert.validity = NONE;
    ok(!ct_cert_validity(&cert, &from, &until), "no dates");
}


/* Every prefix, at the end of the accessible world. */
static void
test_every_cut(void)
{
    size_t     n, wrong = 0;
    cert_t     c = {0};
    uint8_t   *guarded;
    ct_cert_t  cert;
    ct_name_t  name;
    ct_names_t names;
    ct_bytes_t der;

    c.extensions = cert_san(cert_dns(CT_BYTES("b.example")));
    c.subject = cert_rdn(OID_CN, CT_DER_UTF8, CT_BYTES("a.example"));
    der = cert_make(&c);

    for (n = 0; n < der.len; n++) {
        guarded = tap_guard(der.data, n);
        wrong += ct_cert_read(ct_bytes(guarded, n), &cert) == CT_OK;

        ct_names_start(&names, &cert);
        while (ct_names_next(&names, &name)) {
            wrong++;
        }

        tap_unguard(guarded, n);
    }

    is_int(wrong, 0, "none of %zu prefixes is a certificate", der.len);
}


static void
test_real(void)
{
    DIR           *dir;
    char           path[512];
    ct_bytes_t     der;
    struct dirent *entry;

    snprintf(path, sizeof(path), "%s/zlint-names", data_root());
    dir = opendir(path);

    if (dir == NULL) {
        skip("no real data");
        return;
    }

    while ((entry = readdir(dir)) != NULL) {
        snprintf(path, sizeof(path), "zlint-names/%s", entry->d_name);
        der = cert_pem(path, 0);
        if (der.len != 0) {
            real_agrees(path, der);
        }
    }

    closedir(dir);

    real_agrees("azul-sct", cert_pem("azul-sct/cloudflare.pem", 0));
    real_agrees("chain", cert_pem("azul-preissuer/preissuer-chain.pem", 3));
}


static void
real_agrees(const char *path, ct_bytes_t der)
{
    X509          *x;
    int            days, seconds;
    int64_t        from, until;
    uint8_t       *spki = NULL, *subject = NULL, *issuer = NULL;
    size_t         spki_len, subject_len, issuer_len;
    ct_cert_t      cert;
    ASN1_TIME     *epoch;
    const uint8_t *p = der.data;

    x = d2i_X509(NULL, &p, (long) der.len);
    epoch = ASN1_TIME_set(NULL, 0);

    if (x == NULL || epoch == NULL) {
        ok(0, "%s: OpenSSL reads it", path);
        return;
    }

    is_int(ct_cert_read(der, &cert), CT_OK, "%s", path);

    spki_len = (size_t) i2d_X509_PUBKEY(X509_get_X509_PUBKEY(x), &spki);
    subject_len = (size_t) i2d_X509_NAME(X509_get_subject_name(x), &subject);
    issuer_len = (size_t) i2d_X509_NAME(X509_get_issuer_name(x), &issuer);

    ok(ct_bytes_equal(cert.spki, ct_bytes(spki, spki_len))
       && ct_bytes_equal(cert.subject, ct_bytes(subject, subject_len))
       && ct_bytes_equal(cert.issuer, ct_bytes(issuer, issuer_len)),
       "same key and names");

    ok(ct_cert_validity(&cert, &from, &until)
       && ASN1_TIME_diff(&days, &seconds, epoch, X509_get0_notBefore(x))
       && from == ((int64_t) days * 86400 + seconds) * 1000
       && ASN1_TIME_diff(&days, &seconds, epoch, X509_get0_notAfter(x))
       && until == ((int64_t) days * 86400 + seconds) * 1000,
       "same dates");

    OPENSSL_free(spki);
    OPENSSL_free(subject);
    OPENSSL_free(issuer);
    ASN1_TIME_free(epoch);
    X509_free(x);
}
