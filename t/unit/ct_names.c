/* ct_names: what a certificate covers, however it is written, and what must
 * be said to be broken. */

#include <openssl/x509v3.h>

#include "cert.h"
#include "ct_entry.h"
#include "ct_host.h"
#include "tap.h"


static void names_are(const char *why, cert_t c, const char *want);
static const char *names_text(const ct_cert_t *cert);
static void name_text(ct_buf_t *buf, const ct_name_t *name);
static void test_order(void);
static void test_san(void);
static void test_hosts(void);
static void test_others(void);
static void test_cn(void);
static void test_large(void);
static void test_real(void);
static void real_names(const char *file, const char *want);
static void test_against_openssl(void);
static bool openssl_disagrees(ct_bytes_t der, unsigned *n);
static void openssl_names(ct_buf_t *buf, const GENERAL_NAMES *san,
    X509_NAME *subject);


int
main(void)
{
    test_order();
    test_san();
    test_hosts();
    test_others();
    test_cn();
    test_large();
    test_real();
    test_against_openssl();

    return done_testing();
}


static void
names_are(const char *why, cert_t c, const char *want)
{
    uint8_t   *guarded;
    ct_cert_t  cert;
    ct_bytes_t der = cert_make(&c);

    guarded = tap_guard(der.data, der.len);
    (void) ct_cert_read(ct_bytes(guarded, der.len), &cert);
    is_str(names_text(&cert), want, "%s", why);
    tap_unguard(guarded, der.len);
}


/* "dns:x cn0c:y ip:7f000001 broken" */
static const char *
names_text(const ct_cert_t *cert)
{
    static char text[8192];

    ct_buf_t   buf;
    ct_name_t  name;
    ct_names_t names;

    ct_buf_fixed(&buf, text, sizeof(text) - 1);
    ct_names_start(&names, cert);

    while (ct_names_next(&names, &name)) {
        name_text(&buf, &name);
    }

    if (names.broken) {
        ct_buf_puts(&buf, buf.len ? " broken" : "broken");
    }

    text[buf.len] = '\0';

    return text;
}


/* What is not printable as %xx. */
static void
name_text(ct_buf_t *buf, const ct_name_t *name)
{
    size_t i;

    ct_buf_puts(buf, buf->len ? " " : "");
    ct_buf_puts(buf, name->kind == CT_NAME_DNS    ? "dns:"
                     : name->kind == CT_NAME_IP   ? "ip:"
                     : name->kind == CT_NAME_URI  ? "uri:"
                     : name->kind == CT_NAME_MAIL ? "mail:"
                                                  : "cn");

    if (name->kind == CT_NAME_IP) {
        ct_buf_hex(buf, name->value.data, name->value.len);
        return;
    }

    if (name->kind == CT_NAME_CN) {
        ct_buf_hex(buf, &name->tag, 1);
        ct_buf_puts(buf, ":");
    }

    for (i = 0; i < name->value.len; i++) {
        if (name->value.data[i] > ' ' && name->value.data[i] < 0x7f) {
            ct_buf_putc(buf, name->value.data[i]);
        } else {
            ct_buf_puts(buf, "%");
            ct_buf_hex(buf, name->value.data + i, 1);
        }
    }
}


static void
test_order(void)
{
    cert_t     c = {0};
    ct_bytes_t san;

    names_are("none at all", c, "");

    c.subject = cert_rdn(OID_CN, CT_DER_PRINTABLE, CT_BYTES("cn"));
    names_are("no extensions", c, "cn13:cn");

    san = cert_san(cert_join(cert_dns(CT_BYTES("a")),
                             cert_dns(CT_BYTES("*.b"))));
    c.extensions = cert_extension(CT_BYTES("\x55\x1d\x13"), true,
                                  CT_BYTES("\x30\x00"));
    names_are("another extension", c, "cn13:cn");

    c.extensions = cert_join(c.extensions, san);
    names_are("one SAN", c, "dns:a dns:*.b cn13:cn");

    c.extensions = cert_join(c.extensions,
                             cert_san(cert_dns(CT_BYTES("c"))));
    names_are("two SANs", c, "dns:a dns:*.b dns:c cn13:cn");
}


static void
test_san(void)
{
    size_t i;
    cert_t c = {0};

    static const struct {
        const char *why;
        const char *value; /* of the SAN extension, hex */
        const char *want;
    } cases[] = {
        {"empty list", "3000", ""},
        {"empty name", "30028200", "dns:"},
        {"NUL inside", "3005820361" "0062", "dns:a%00b"},
        {"8 bits", "3003820" "1e9", "dns:%e9"},
        {"IPv4", "300687047f000001", "ip:7f000001"},
        {"IPv6", "30128710" "20010db8000000000000000000000001",
         "ip:20010db8000000000000000000000001"},
        {"other lengths of address", "300a" "8703010203" "8700" "820161",
         "dns:a"},
        {"other kinds",
         "300f" "8100" "a300" "a400" "a500" "8600" "8800" "820161",
         "dns:a"},
        {"otherName without a type", "3005" "a000" "820161", "dns:a broken"},
        {"an element of no kind", "3005" "8900" "820161", "dns:a broken"},
        {"constructed dNSName", "3008" "a203160161" "820161",
         "dns:a broken"},
        {"constructed address", "3005" "a700" "820161", "dns:a broken"},
        {"primitive otherName", "3005" "8000" "820161", "dns:a broken"},
        {"an IA5String", "3006" "160161" "820162", "dns:b broken"},
        {"long tag", "3006" "820161" "1f8101", "dns:a broken"},
        {"element too long", "3006" "820161" "820262", "dns:a broken"},
        {"indefinite length", "3007" "820161" "82800000", "dns:a broken"},
        {"a name in BER", "3007" "820161" "82810162", "dns:a broken"},
        {"bytes behind the list", "3003" "820161" "0500", "dns:a broken"},
        {"a SET", "3103820161", "broken"},
        {"nothing", "", "broken"},
        {"list cut", "3005820161", "broken"},
    };

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        c.extensions = cert_extension(OID_SAN, false,
                                      cert_hex(cases[i].value));
        names_are(cases[i].why, c, cases[i].want);
    }

    c.extensions = cert_join(cert_extension(OID_SAN, true, NONE),
                             cert_san(cert_dns(CT_BYTES("a"))));
    names_are("a broken SAN, then a good one", c, "dns:a broken");

    c.extensions = cert_join(CT_BYTES("\x30\x02\x05\x00"),
                             cert_san(cert_dns(CT_BYTES("a"))));
    names_are("a broken extension, then a SAN", c, "dns:a broken");

    c.extensions = cert_join(cert_san(cert_dns(CT_BYTES("a"))),
                             CT_BYTES("\x31\x00"));
    names_are("something else in the list", c, "dns:a broken");

    c.extensions = cert_join(cert_hex("300a0603551d1124032001a0"),
                             cert_san(cert_dns(CT_BYTES("a"))));
    names_are("constructed OCTET STRING", c, "dns:a broken");

    c.extensions = TLV3(CT_DER_SEQUENCE, TLV1(CT_DER_OID, OID_SAN),
                        CT_BYTES("\x01\x01\x00"),
                        TLV1(CT_DER_OCTETS, cert_hex("3003820161")));
    names_are("DEFAULT FALSE written out", c, "dns:a");
}


/* Of URIs and mail addresses, with and without a NUL. */
static void
test_hosts(void)
{
    size_t     i;
    cert_t     c = {0};
    ct_bytes_t name;

    static const struct {
        unsigned    tag;
        const char *value;
        size_t      len; /* 0: strlen */
        const char *want;
    } cases[] = {
        {6, "https://www.example.com:8443/x", 0, "uri:www.example.com dns:z"},
        {6, "urn:x", 0, "uri:x dns:z"},
        {6, "/x", 0, "dns:z"},
        {6, "https://a.com\0.evil.org/", 23,
         "uri:a.com%00.evil.org uri:a.com dns:z"},
        {6, "https://a.com\0@evil.org/", 23,
         "uri:evil.org uri:a.com dns:z"},
        {6, "https://a.com/\0@evil.org/", 24, "uri:a.com uri:a.com dns:z"},
        {6, "/\0https://a.com", 15, "dns:z"},
        {6, "https://a.com?\0", 15, "uri:a.com uri:a.com dns:z"},
        {1, "you@example.com", 0, "mail:example.com dns:z"},
        {1, "example.com", 0, "mail:example.com dns:z"},
        {1, ".example.com", 0, "mail:.example.com dns:z"},
        {1, "you@a.com\0@evil.org", 19, "mail:evil.org mail:a.com dns:z"},
        {1, "you@a.com\0you@", 14, "mail:a.com dns:z"},
        {1, "you@", 0, "dns:z"},
        {1, "you@b\xfc.de", 0, "mail:b%fc.de dns:z"}
    };

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        name = ct_bytes(cases[i].value, cases[i].len != 0 ? cases[i].len
                        : strlen(cases[i].value));
        name = TLV1(CT_DER_CONTEXT(cases[i].tag), name);
        c.extensions = cert_san(cert_join(name, cert_dns(CT_BYTES("z"))));
        names_are(cases[i].value, c, cases[i].want);
    }

    name = TLV1(CT_DER_CONTEXT(6), CT_BYTES("//a\0@b"));
    c.extensions = cert_san(cert_join(name, name));
    names_are("two of them, and nothing behind", c,
              "uri:b uri:a uri:b uri:a");
}


static void
test_others(void)
{
    size_t     i;
    cert_t     c = {0};
    ct_bytes_t name;

    /* the type's last arc under id-on, the value in its [0], what comes */
    static const struct {
        const char *why;
        const char *type;
        const char *value;
        const char *want;
    } cases[] = {
        {"SmtpUTF8Mailbox", "2b06010505070809",
         "0c0b" "796f75406578c3bc2e6465", "mail:ex%c3%bc.de dns:z"},
        {"XmppAddr", "2b06010505070805", "0c0d" "796f754061612e64652f78407970",
         "mail:aa.de dns:z"},
        {"SRVName", "2b06010505070807", "1608" "5f782e61612e6465",
         "mail:aa.de dns:z"},
        {"NAIRealm", "2b06010505070808", "0c07" "2a2e61612e6465",
         "mail:*.aa.de dns:z"},
        {"principal name", "2b060104018237140203", "0c07" "794061612e6465",
         "mail:aa.de dns:z"},
        {"another", "2b06010505070804", "0c05" "61612e6465", "dns:z"},
        {"nothing in it", "2b06010505070809", "", "dns:z broken"},
        {"no string", "2b06010505070809", "0203" "616263", "dns:z broken"},
        {"cut", "2b06010505070809", "0c05" "6161", "dns:z broken"}
    };

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        name = TLV2(CT_DER_EXPLICIT(0),
                    TLV1(CT_DER_OID, cert_hex(cases[i].type)),
                    TLV1(CT_DER_EXPLICIT(0), cert_hex(cases[i].value)));
        c.extensions = cert_san(cert_join(name, cert_dns(CT_BYTES("z"))));
        names_are(cases[i].why, c, cases[i].want);
    }

    name = TLV1(CT_DER_EXPLICIT(0),
                TLV1(CT_DER_OID, cert_hex("2b06010505070809")));
    c.extensions = cert_san(name);
    names_are("no value", c, "broken");
}


static void
test_cn(void)
{
    size_t     i;
    cert_t     c = {0};
    ct_bytes_t a, b, o;

    static const struct {
        unsigned    tag;
        const char *want;
    } tags[] = {
        {CT_DER_UTF8, "cn0c:x"},      {CT_DER_PRINTABLE, "cn13:x"},
        {CT_DER_TELETEX, "cn14:x"},   {CT_DER_IA5, "cn16:x"},
        {CT_DER_UNIVERSAL, "cn1c:x"}, {CT_DER_BMP, "cn1e:x"},
        {0x12, "cn12:x"},             {0x1a, "cn1a:x"},
        {0x1b, "cn1b:x"},             {CT_DER_BIT_STRING, "broken"},
        {CT_DER_SEQUENCE, "broken"},  {0x2c, "broken"},
        {0x8c, "broken"},             {0x00, "broken"},
        {0x17, "broken"},
    };

    for (i = 0; i < sizeof(tags) / sizeof(tags[0]); i++) {
        c.subject = cert_rdn(OID_CN, tags[i].tag, CT_BYTES("x"));
        names_are("CN of some type", c, tags[i].want);
    }

    a = cert_attribute(OID_CN, CT_DER_UTF8, CT_BYTES("a"));
    b = cert_attribute(OID_CN, CT_DER_IA5, CT_BYTES("b"));
    o = cert_attribute(CT_BYTES("\x55\x04\x0a"), CT_DER_UTF8, CT_BYTES("o"));

    c.subject = TLV3(CT_DER_SET, a, o, b);
    names_are("two CNs in one RDN", c, "cn0c:a cn16:b");

    c.subject = cert_join(TLV1(CT_DER_SET, o), TLV2(CT_DER_SET, o, a));
    c.subject = cert_join(c.subject, TLV1(CT_DER_SET, b));
    names_are("in several RDNs", c, "cn0c:a cn16:b");

    names_are("an empty RDN before",
              (cert_t) {.subject = cert_join(CT_BYTES("\x31\x00"),
                                             TLV1(CT_DER_SET, a))},
              "cn0c:a");
    names_are("an attribute without value",
              (cert_t) {.subject = TLV2(CT_DER_SET,
                                        cert_hex("30050603550403"), a)},
              "cn0c:a broken");
    names_are("an attribute with two",
              (cert_t) {.subject = TLV2(CT_DER_SET,
                               cert_hex("300b06035504030c01610c0162"), a)},
              "cn0c:a broken");
    names_are("a SET as attribute",
              (cert_t) {.subject = cert_join(TLV2(CT_DER_SET,
                                  cert_hex("3100"), a), TLV1(CT_DER_SET, b))},
              "cn16:b broken");
    names_are("a SEQUENCE as RDN",
              (cert_t) {.subject = cert_join(TLV1(CT_DER_SET, b),
                                             TLV1(CT_DER_SEQUENCE, a))},
              "cn16:b broken");
}


/* Thousands of names, and a name of 32 KiB. */
static void
test_large(void)
{
    size_t     n = 0, bytes = 0;
    char       host[32];
    cert_t     c = {0};
    ct_buf_t   list;
    ct_cert_t  cert;
    ct_name_t  name;
    ct_names_t names;
    ct_bytes_t der;

    ct_buf_init(&list, cert_arena(), 1 << 20);

    for (n = 0; n < 10000; n++) {
        snprintf(host, sizeof(host), "%zu.example", n);
        ct_buf_bytes(&list, cert_dns(ct_bytes_str(host)));
    }

    c.extensions = cert_san(ct_buf_slice(&list));
    c.subject = cert_rdn(OID_CN, CT_DER_UTF8, ct_buf_slice(&list));
    der = cert_make(&c);

    is_int(ct_cert_read(der, &cert), CT_OK, "%zu bytes", der.len);
    ct_names_start(&names, &cert);

    for (n = 0; ct_names_next(&names, &name); n++) {
        bytes += name.value.len;
    }

    is_int(n, 10001, "10,000 names and a long one");
    is_int(bytes, list.len + list.len - 20000, "whole");
    ok(!names.broken, "nothing broken");
}


static void
test_real(void)
{
    size_t len;
    char  *present = data_read("README.md", &len);

    if (present == NULL) {
        skip("no real data");
        return;
    }
    free(present);

    real_names("SANDNSNull", "dns:%0c%03%19%00%09 dns:* cn13:gov.us");
    real_names("extSANDuplicated", "dns:*.gov.us dns:gov.us dns:*.gov.us "
                                   "dns:gov.us cn13:gov.us");
    real_names("CNWithoutSANSeptember2021", "cn13:www.example.com");
    real_names("SANIPv6Address",
               "ip:20010db8000000000000000000020001 cn13:2001:db8::2:1");
    real_names("commonNamesURL",
               "dns:*.gov.us dns:gov.us cn13:www.youtube.com");
    real_names("SANDNSNotIA5String",
               "mail:example.com dns:%c0%a8 cn13:gov.us");
    real_names("SANURIHostFQDN", "dns:*.example.com uri:www.example.com "
                                 "cn13:SANURIHostFQDN");
    real_names("SANDNSNameNotFQDN", "cn13:gov.us broken");
}


static void
real_names(const char *file, const char *want)
{
    char      path[256];
    ct_cert_t cert;

    snprintf(path, sizeof(path), "zlint-names/%s.pem", file);
    is_int(ct_cert_read(cert_pem(path, 0), &cert), CT_OK, "%s", path);
    is_str(names_text(&cert), want, "its names");
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
