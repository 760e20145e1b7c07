/* ct_names: the names of real certificates, odd ones most of them: those
 * that a look at each has found in it, and those that OpenSSL finds. */

#include <openssl/x509v3.h>

#include "ct_entry.h"
#include "ct_host.h"
#include "names.h"
#include "tap.h"

typedef struct {
    const char *file;
    int         nth;  /* certificate of it */
    unsigned    n;    /* names in it */
    const char *want; /* they; "..." at the end: and more of the kind */
} real_t;


static const real_t reals[] = {
    {"zlint-names/CNWithoutSANSeptember2021.pem", 0, 1,
     "cn13:www.example.com"},
    {"zlint-names/SANBareSuffix.pem", 0, 3,
     "dns:*.gov.us dns:co.uk cn13:gov.us"},
    {"zlint-names/SANCaseNotMatchingCN.pem", 0, 3,
     "dns:GOV.US dns:*.GOV.us cn13:gov.us"},
    {"zlint-names/SANDNSDuplicate.pem", 0, 3,
     "dns:GOV.us dns:gov.us cn13:gov.us"},
    {"zlint-names/SANDNSNameNotFQDN.pem", 0, 1, "cn13:gov.us broken"},
    {"zlint-names/SANDNSNotIA5String.pem", 0, 3,
     "mail:example.com dns:%c0%a8 cn13:gov.us"},
    {"zlint-names/SANDNSNull.pem", 0, 3,
     "dns:%0c%03%19%00%09 dns:* cn13:gov.us"},
    {"zlint-names/SANDNSPeriod.pem", 0, 2,
     "dns:.example.com cn13:gov.us"},
    {"zlint-names/SANDNSWildcard.pem", 0, 2,
     "dns:*.example.com cn13:gov.us"},
    {"zlint-names/SANEmptyName.pem", 0, 2, "dns:%c0%a8 cn13:gov.us"},
    {"zlint-names/SANIPv6Address.pem", 0, 2,
     "ip:20010db8000000000000000000020001 cn13:2001:db8::2:1"},
    {"zlint-names/SANOtherName.pem", 0, 2, "dns:dns.com cn13:OtherName"},
    {"zlint-names/SANURIHostFQDN.pem", 0, 3,
     "dns:*.example.com uri:www.example.com cn13:SANURIHostFQDN"},
    {"zlint-names/SANWithMissingCN.pem", 0, 3,
     "dns:*.gov.us dns:www.gov.us cn13:gov.us"},
    {"zlint-names/SANWithSpaceDNSBeginning.pem", 0, 4,
     "dns:%20 dns:*.gov.us dns:gov.us cn13:gov.us"},
    {"zlint-names/SANWithSpaceDNSEnd.pem", 0, 4,
     "dns:*.gov.us dns:gov.us dns:%20 cn13:gov.us"},
    {"zlint-names/SANdnsdollarsyntax.pem", 0, 3,
     "dns:totally$fake.net ip:80a82d01 cn13:::"},
    {"zlint-names/commonNamesURL.pem", 0, 3,
     "dns:*.gov.us dns:gov.us cn13:www.youtube.com"},
    {"zlint-names/ctNoSCTs.pem", 0, 2, "dns:zmap.io cn13:zmap.io"},
    {"zlint-names/dNSNameWithUnderscores.pem", 0, 1,
     "dns:with.an_underscore.test"},
    {"zlint-names/dnsNameContainsQuestionMark.pem", 0, 19,
     "dns:?.jpmchase.net dns:?.jpmchase.net dns:?.jpmchase.net "
     "dns:?.jpmchase.net dns:?.?.?.jpmchase.net..."},
    {"zlint-names/dnsNameLabelTooLong.pem", 0, 2,
     "dns:aaaaaaaaaaaaaaaaaaaa..."},
    {"zlint-names/dnsNameProhibitedReservedLabel.pem", 0, 2,
     "dns:xr--rahrah cn0c:Foo"},
    {"zlint-names/dnsNameWildcardIncorrect.pem", 0, 2,
     "dns:a*.co.uk cn13:gov.us"},
    {"zlint-names/dnsNameWildcardNotOnlyInLeftLabel.pem", 0, 2,
     "dns:hello.*.co.uk cn13:gov.us"},
    {"zlint-names/dnsNameXNLabel.pem", 0, 2, "dns:xN--foo cn0c:Foo"},
    {"zlint-names/dnsNamesNotNFKC.pem", 0, 58,
     "dns:xn-----blcihca2aqinbjzlgp0hrd8c.xn--b1addckdrqixje4a..."},
    {"zlint-names/empty_sct_list_ko_01.pem", 0, 2,
     "dns:example.org cn13:example.org"},
    {"zlint-names/explicitTextBMPString.pem", 0, 1, "cn13:gov.us"},
    {"zlint-names/extSANDuplicated.pem", 0, 5,
     "dns:*.gov.us dns:gov.us dns:*.gov.us dns:gov.us cn13:gov.us"},
    {"zlint-names/facebookOnionV3Address.pem", 0, 11,
     "dns:*.facebookwkhpilnemxj7asaniu7vnjjbiltxjqhye3mhbshg7kx5tfyd..."},
    {"zlint-names/gtldcnbad.pem", 0, 2,
     "ip:80a82d01 cn13:www.totallyfake.theresnowaythisisagtld"},
    {"zlint-names/gtlddnsip.pem", 0, 3,
     "dns:192.168.1.1 ip:80a82d01 cn13:www.totallyfake.com"},
    {"zlint-names/idnMalformedUnicode.pem", 0, 2,
     "dns:xN--12311613412431243.com cn0c:Foo"},
    {"zlint-names/precert_with_sct_list_ko.pem", 0, 2,
     "dns:example.org cn13:example.org"},
    {"zlint-names/surnameOver32768.pem", 0, 0, ""},
    {"azul-sct/cloudflare.pem", 0, 3,
     "dns:26d54cff.sni.cloudflaressl.com dns:cloudflare.com "
     "cn13:26d54cff.sni.cloudflaressl.com"},
    {"azul-sct/cloudflare.pem", 1, 1, "cn13:WE1"},
    {"azul-sct/cloudflare.pem", 2, 1, "cn13:GTS%20Root%20R4"},
    {"azul-sct/google-we1.pem", 0, 1, "cn13:WE1"},
    {"azul-sct/cloudflare-tbs-without-sct.der", 0, 3,
     "dns:26d54cff.sni.cloudflaressl.com dns:cloudflare.com "
     "cn13:26d54cff.sni.cloudflaressl.com"},
    {"azul-preissuer/precert-valid.pem", 0, 0, ""},
    {"azul-preissuer/preissuer-chain.pem", 0, 1,
     "dns:flowers-to-the-world.com"},
    {"azul-preissuer/preissuer-chain.pem", 1, 0, ""},
    {"azul-preissuer/preissuer-chain.pem", 2, 1,
     "cn0c:Merge%20Delay%20Intermediate%201"},
    {"azul-preissuer/preissuer-chain.pem", 3, 1,
     "cn0c:Merge%20Delay%20Monitor%20Root"},
    {"azul-preissuer/preissuer-precert-tbs.der", 0, 1,
     "dns:flowers-to-the-world.com"},
    {"azul-preissuer/real-precert-intermediate.pem", 0, 1,
     "cn13:GTS%20CA%201D2"},
    {"azul-preissuer/real-precert-with-eku.pem", 0, 2,
     "dns:certificate.transparency.dev "
     "cn13:certificate.transparency.dev"},
};


static void test_real(void);
static bool real_names(const real_t *real);
static bool real_equal(const char *got, const char *want);
static bool real_read(const real_t *real, ct_cert_t *cert);
static unsigned real_count(const ct_cert_t *cert);
static void test_against_openssl(void);
static bool openssl_disagrees(ct_bytes_t der, unsigned *n);
static void openssl_names(ct_buf_t *buf, const GENERAL_NAMES *san,
    X509_NAME *subject);


int
main(void)
{
    test_real();
    test_against_openssl();

    return done_testing();
}


static void
test_real(void)
{
    char     path[256];
    DIR     *dir;
    size_t   i;
    unsigned wrong = 0;

    snprintf(path, sizeof(path), "%s/zlint-names", data_root());
    dir = opendir(path);

    if (dir == NULL) {
        skip("no real data");
        return;
    }

    closedir(dir);

    for (i = 0; i < sizeof(reals) / sizeof(reals[0]); i++) {
        wrong += !real_names(&reals[i]);
    }

    is_int(wrong, 0, "%zu certificates: no name missed, none made up", i);
}


static bool
real_names(const real_t *real)
{
    bool        good;
    unsigned    n;
    ct_cert_t   cert;
    const char *got;

    if (!real_read(real, &cert)) {
        return ok(false, "%s can be read", real->file);
    }

    n = real_count(&cert);
    got = names_text(&cert);
    good = n == real->n && real_equal(got, real->want);

    ok(good, "%s: %u expected, %u found: %.60s", real->file, real->n, n, got);

    if (!good) {
        printf("#    got %s\n# wanted %s\n", got, real->want);
    }

    return good;
}


static bool
real_equal(const char *got, const char *want)
{
    size_t len = strlen(want);

    if (len > 3 && strcmp(want + len - 3, "...") == 0) {
        return strncmp(got, want, len - 3) == 0;
    }

    return strcmp(got, want) == 0;
}


/* A .pem holds certificates, a .der a TBSCertificate. */
static bool
real_read(const real_t *real, ct_cert_t *cert)
{
    char      *file;
    size_t     len;
    ct_bytes_t tbs;

    if (strstr(real->file, ".pem") != NULL) {
        return ct_cert_read(cert_pem(real->file, real->nth), cert) == CT_OK;
    }

    file = data_read(real->file, &len);
    if (file == NULL) {
        return false;
    }

    tbs = ct_bytes(ct_arena_strdup(cert_arena(), file, len), len);
    free(file);

    return ct_cert_read_tbs(tbs, cert) == CT_OK;
}


static unsigned
real_count(const ct_cert_t *cert)
{
    unsigned   n = 0;
    ct_name_t  name;
    ct_names_t names;

    ct_names_start(&names, cert);

    while (ct_names_next(&names, &name)) {
        n++;
    }

    return n;
}


/* Where OpenSSL finds names, they are exactly these, in this order; where
 * it finds none because of a duplicate or broken SAN, it is not asked. */
static void
test_against_openssl(void)
{
    DIR           *dir;
    char           path[512];
    unsigned       n = 0, wrong = 0;
    ct_bytes_t     tile, der;
    ct_entry_t     entry;
    struct dirent *item;

    snprintf(path, sizeof(path), "%s/zlint-names", data_root());
    dir = opendir(path);

    if (dir == NULL) {
        skip("no real data");
        return;
    }

    while ((item = readdir(dir)) != NULL) {
        snprintf(path, sizeof(path), "zlint-names/%s", item->d_name);
        der = cert_pem(path, 0);
        wrong += der.len != 0 && openssl_disagrees(der, &n);
    }

    closedir(dir);
    ok(n > 20, "%u odd certificates", n);

    tile.data = (uint8_t *) data_read("navigli2025h2/tile/data/000",
                                      &tile.len);
    der = tile;

    while (tile.data != NULL && ct_entry_read(&tile, &entry) == CT_OK) {
        wrong += openssl_disagrees(entry.pre_certificate, &n);
    }

    free((void *) der.data);
    ok(n > 276, "%u certificates", n);
    is_int(wrong, 0, "names are those that OpenSSL finds");
}


static bool
openssl_disagrees(ct_bytes_t der, unsigned *n)
{
    int            crit;
    char           want[8192], got[8192];
    bool           differs = false;
    X509          *x;
    ct_buf_t       buf;
    ct_cert_t      cert;
    const uint8_t *p = der.data;
    GENERAL_NAMES *san;

    x = d2i_X509(NULL, &p, (long) der.len);
    san = X509_get_ext_d2i(x, NID_subject_alt_name, &crit, NULL);

    if (x != NULL && (san != NULL || crit == -1)) {
        ct_buf_fixed(&buf, want, sizeof(want) - 1);
        openssl_names(&buf, san, X509_get_subject_name(x));
        want[buf.len] = '\0';

        (void) ct_cert_read(der, &cert);
        snprintf(got, sizeof(got), "%s", names_text(&cert));

        differs = strcmp(got, want) != 0;
        if (differs) {
            printf("#    got %s\n# wanted %s\n", got, want);
        }
        (*n)++;
    }

    GENERAL_NAMES_free(san);
    X509_free(x);

    return differs;
}


static void
openssl_names(ct_buf_t *buf, const GENERAL_NAMES *san, X509_NAME *subject)
{
    int                i;
    ct_name_t          name;
    ASN1_STRING       *string;
    const GENERAL_NAME *general;

    for (i = 0; i < sk_GENERAL_NAME_num(san); i++) {
        general = sk_GENERAL_NAME_value(san, i);
        string = general->d.ia5;
        switch (general->type) {
        case GEN_DNS:
        case GEN_IPADD:
        case GEN_URI:
        case GEN_EMAIL:
            name.kind = general->type == GEN_DNS     ? CT_NAME_DNS
                        : general->type == GEN_IPADD ? CT_NAME_IP
                        : general->type == GEN_URI   ? CT_NAME_URI
                                                     : CT_NAME_MAIL;
            name.value = ct_bytes(string->data, (size_t) string->length);
            name.value = general->type == GEN_URI   ? ct_host_uri(name.value)
                         : general->type == GEN_EMAIL
                             ? ct_host_mail(name.value) : name.value;

            if (name.value.len != 0 || name.kind == CT_NAME_DNS) {
                name_text(buf, &name);
            }
            break;
        default:
            break;
        }
    }

    i = -1;

    while ((i = X509_NAME_get_index_by_NID(subject, NID_commonName, i)) >= 0)
    {
        string = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, i));
        name.kind = CT_NAME_CN;
        name.tag = (uint8_t) ASN1_STRING_type(string);
        name.value = ct_bytes(string->data, (size_t) string->length);
        name_text(buf, &name);
    }
}
