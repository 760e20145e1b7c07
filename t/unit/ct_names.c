/* ct_names: what a certificate covers, however it is written, and what must
 * be said to be broken. Real certificates: ct_names_real.c. */

#include "names.h"
#include "tap.h"


static void names_are(const char *why, cert_t c, const char *want);
static void test_order(void);
static void test_san(void);
static void test_hosts(void);
static void test_others(void);
static void test_cn(void);
static void test_large(void);


int
main(void)
{
    test_order();
    test_san();
    test_hosts();
    test_others();
    test_cn();
    test_large();

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
