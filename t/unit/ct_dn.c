/* ct_dn: names as text; whatever is in them, the text is harmless UTF-8. */

#include "cert.h"
#include "ct_utf8.h"
#include "tap.h"

#define OID_O CT_BYTES("\x55\x04\x0a")


static void text_is(const char *why, ct_bytes_t rdns, const char *want);
static void value_is(const char *why, unsigned tag, ct_bytes_t value,
    const char *want);
static void test_structure(void);
static void test_types(void);
static void test_values(void);
static void test_attribute(void);
static void test_cut(void);
static void test_any_bytes(void);
static void test_real(void);


int
main(void)
{
    test_structure();
    test_types();
    test_values();
    test_attribute();
    test_cut();
    test_any_bytes();
    test_real();

    return done_testing();
}


static void
text_is(const char *why, ct_bytes_t rdns, const char *want)
{
    char       text[512];
    uint8_t   *guarded;
    ct_buf_t   buf;
    ct_bytes_t name = TLV1(CT_DER_SEQUENCE, rdns);

    guarded = tap_guard(name.data, name.len);
    ct_buf_fixed(&buf, text, sizeof(text));
    ct_cert_name_text(&buf, ct_bytes(guarded, name.len));
    is_mem(text, buf.len, want, strlen(want), "%s", why);
    tap_unguard(guarded, name.len);
}


static void
value_is(const char *why, unsigned tag, ct_bytes_t value, const char *want)
{
    char text[256];

    snprintf(text, sizeof(text), "CN=%s", want);
    text_is(why, cert_rdn(OID_CN, tag, value), text);
}


static void
test_structure(void)
{
    char       text[64];
    ct_buf_t   buf;
    ct_bytes_t c, o, cn;

    c = cert_attribute(CT_BYTES("\x55\x04\x06"), CT_DER_PRINTABLE,
                       CT_BYTES("US"));
    o = cert_attribute(OID_O, CT_DER_UTF8, CT_BYTES("Let's Encrypt"));
    cn = cert_attribute(OID_CN, CT_DER_UTF8, CT_BYTES("E7"));

    text_is("empty", NONE, "");
    text_is("one", TLV1(CT_DER_SET, cn), "CN=E7");
    text_is("three", cert_join(TLV1(CT_DER_SET, c),
                               cert_join(TLV1(CT_DER_SET, o),
                                         TLV1(CT_DER_SET, cn))),
            "C=US, O=Let's Encrypt, CN=E7");
    text_is("two in one RDN", cert_join(TLV1(CT_DER_SET, c),
                                        TLV2(CT_DER_SET, o, cn)),
            "C=US, O=Let's Encrypt + CN=E7");
    text_is("empty RDNs", cert_join(cert_join(CT_BYTES("\x31\x00"),
                                              TLV1(CT_DER_SET, c)),
                                    CT_BYTES("\x31\x00")), "C=US");
    text_is("broken in the middle", cert_join(TLV1(CT_DER_SET, c),
                                              CT_BYTES("\x05\x00")), "C=US");
    text_is("a broken attribute is left out",
            TLV2(CT_DER_SET, CT_BYTES("\x30\x00"), cn), "CN=E7");

    ct_buf_fixed(&buf, text, sizeof(text));
    ct_buf_puts(&buf, "issuer: ");
    ct_cert_name_text(&buf, TLV1(CT_DER_SEQUENCE, TLV1(CT_DER_SET, cn)));
    is_mem(text, buf.len, "issuer: CN=E7", (size_t) 13, "appended");

    buf.len = 0;
    ct_cert_name_text(&buf, CT_BYTES("nothing"));
    is_int(buf.len, 0, "what is no name");
}


static void
test_types(void)
{
    size_t i;

    static const struct {
        const char *oid;
        const char *want;
    } types[] = {
        {"550406", "C=x"}, {"55040a", "O=x"}, {"55040b", "OU=x"},
        {"550403", "CN=x"}, {"550408", "ST=x"}, {"550407", "L=x"},
        {"550405", "serialNumber=x"},
        {"2a864886f70d010901", "emailAddress=x"},
        {"0992268993f22c640119", "DC=x"},
        {"550411", "2.5.4.17=x"}, {"2b0601040182373c020103",
                                   "1.3.6.1.4.1.311.60.2.1.3=x"},
        {"00", "0.0=x"}, {"27", "0.39=x"}, {"28", "1.0=x"},
        {"4f", "1.39=x"}, {"50", "2.0=x"}, {"8837", "2.999=x"},
        {"", "#=x"}, {"5504", "2.5.4=x"}, {"550481", "#550481=x"},
        {"2affffffffffffff7f", "1.2.72057594037927935=x"},
        {"2a81ffffffffffffffff7f", "#2a81ffffffffffffffff7f=x"},
    };

    for (i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        text_is(types[i].want, cert_rdn(cert_hex(types[i].oid), CT_DER_UTF8,
                                        CT_BYTES("x")), types[i].want);
    }
}


static void
test_values(void)
{
    value_is("empty", CT_DER_UTF8, NONE, "");
    value_is("UTF-8", CT_DER_UTF8, CT_BYTES("\xc3\xa9\xf0\x9f\x98\x80"),
             "\xc3\xa9\xf0\x9f\x98\x80");
    value_is("Latin-1 in UTF8String", CT_DER_UTF8, CT_BYTES("\xe9t\xe9"),
             "\\e9t\\e9");
    value_is("8 bits in PrintableString", CT_DER_PRINTABLE,
             CT_BYTES("a\xe9"), "a\\e9");
    value_is("UTF-8 in IA5String", CT_DER_IA5, CT_BYTES("\xc3\xa9"),
             "\xc3\xa9");
    value_is("Teletex is Latin-1", CT_DER_TELETEX, CT_BYTES("a\xe9"),
             "a\xc3\xa9");
    value_is("C1 control", CT_DER_TELETEX, CT_BYTES("\x85"), "\\c2\\85");
    value_is("NUL, newline, escape", CT_DER_UTF8,
             CT_BYTES("a\0b\n\x1b[2J\x7f"), "a\\00b\\0a\\1b[2J\\7f");
    value_is("backslash", CT_DER_UTF8, CT_BYTES("a\\b"), "a\\5cb");
    value_is("quote and markup stay", CT_DER_UTF8, CT_BYTES("\"<a, b>"),
             "\"<a, b>");
    value_is("right-to-left override", CT_DER_UTF8,
             CT_BYTES("a\xe2\x80\xae" "b"), "a\\e2\\80\\aeb");
    value_is("surrogate in UTF-8", CT_DER_UTF8, CT_BYTES("\xed\xa0\x80"),
             "\\ed\\a0\\80");

    value_is("BMP", CT_DER_BMP, CT_BYTES("\0a\x20\xac"), "a\xe2\x82\xac");
    value_is("BMP pair", CT_DER_BMP, CT_BYTES("\xd8\x3d\xde\x00"),
             "\xf0\x9f\x98\x80");
    value_is("BMP odd", CT_DER_BMP, CT_BYTES("\0ab"), "a\\62");
    value_is("BMP high surrogate alone", CT_DER_BMP,
             CT_BYTES("\xd8\x3d\0a"), "\\d8\\3da");
    value_is("BMP low surrogate alone", CT_DER_BMP, CT_BYTES("\xde\0\0a"),
             "\\de\\00a");
    value_is("BMP high surrogate last", CT_DER_BMP, CT_BYTES("\xd8\x3d"),
             "\\d8\\3d");
    value_is("BMP control", CT_DER_BMP, CT_BYTES("\0\n"), "\\0a");

    value_is("Universal", CT_DER_UNIVERSAL, CT_BYTES("\0\0\0a\0\1\xf6\0"),
             "a\xf0\x9f\x98\x80");
    value_is("Universal too high", CT_DER_UNIVERSAL,
             CT_BYTES("\0\x11\0\0\0\0\0a"), "\\00\\11\\00\\00a");
    value_is("Universal surrogate", CT_DER_UNIVERSAL,
             CT_BYTES("\0\0\xd8\0"), "\\00\\00\\d8\\00");
    value_is("Universal cut", CT_DER_UNIVERSAL, CT_BYTES("\0\0\0a\0\0b"),
             "a\\00\\00\\62");

    value_is("VisibleString", 0x1a, CT_BYTES("v"), "v");
    value_is("NumericString", 0x12, CT_BYTES("1 2"), "1 2");
    value_is("BIT STRING", CT_DER_BIT_STRING, CT_BYTES("\0a"), "#03020061");
    value_is("constructed", 0x2c, CT_BYTES("\x0c\x01" "a"),
             "#2c030c0161");
}


static void
test_attribute(void)
{
    char       text[64];
    ct_buf_t   buf;
    ct_bytes_t name, o, p;

    o = cert_attribute(OID_O, CT_DER_TELETEX, CT_BYTES("Caf\xe9"));
    p = cert_attribute(OID_O, CT_DER_UTF8, CT_BYTES("second"));
    name = TLV1(CT_DER_SEQUENCE,
                cert_join(cert_rdn(OID_CN, CT_DER_UTF8, CT_BYTES("x")),
                          TLV2(CT_DER_SET, o, p)));

    ct_buf_fixed(&buf, text, sizeof(text));
    ok(ct_cert_name_attribute(&buf, name, OID_O), "there is an O");
    is_mem(text, buf.len, "Caf\xc3\xa9", (size_t) 5, "the first, in UTF-8");

    buf.len = 0;
    ok(!ct_cert_name_attribute(&buf, name, CT_BYTES("\x55\x04\x0b"))
       && buf.len == 0, "there is no OU");
    ok(!ct_cert_name_attribute(&buf, NONE, OID_O), "nor in nothing");
}


/* At every size the text is a prefix, ends between characters, and the
 * buffer can be used. */
static void
test_cut(void)
{
    char       text[64];
    size_t     room, before, wrong = 0;
    uint32_t   code;
    ct_buf_t   buf;
    ct_bytes_t name, in;

    static const char whole[] = "O=\xe2\x82\xac\xe2\x82\xac\\0a, CN=#0500";

    name = TLV1(CT_DER_SEQUENCE,
                cert_join(cert_rdn(OID_O, CT_DER_BMP,
                                   CT_BYTES("\x20\xac\x20\xac\0\n")),
                          cert_rdn(OID_CN, CT_DER_NULL, NONE)));
    before = 0;

    for (room = 0; room < sizeof(whole) + 2; room++) {
        ct_buf_fixed(&buf, text, room);
        ct_cert_name_text(&buf, name);

        in = ct_buf_slice(&buf);
        wrong += buf.full || in.len > room || in.len < before
                 || memcmp(text, whole, in.len) != 0;
        before = in.len;
        while (ct_utf8_read(&in, &code)) {
            /* void */
        }
        wrong += in.len != 0;
    }

    is_int(before, strlen(whole), "whole where there is room");
    is_int(wrong, 0, "a clean prefix elsewhere");
}


/* All pairs of bytes in all types of string. */
static void
test_any_bytes(void)
{
    char       text[128];
    size_t     i, t, wrong = 0;
    uint8_t   *der;
    uint32_t   code;
    ct_buf_t   buf;
    ct_bytes_t name, in;

    static const uint8_t tags[] = {
        CT_DER_UTF8, CT_DER_PRINTABLE, CT_DER_TELETEX, CT_DER_BMP,
        CT_DER_UNIVERSAL, CT_DER_OCTETS
    };

    name = TLV1(CT_DER_SEQUENCE, cert_rdn(OID_CN, CT_DER_UTF8,
                                          CT_BYTES("\0\0ab")));
    der = ct_arena_alloc(cert_arena(), name.len);
    memcpy(der, name.data, name.len);

    for (t = 0; t < sizeof(tags); t++) {
        der[name.len - 6] = tags[t];

        for (i = 0; i < 0x10000; i++) {
            der[name.len - 2] = (uint8_t) (i >> 8);
            der[name.len - 1] = (uint8_t) i;
            ct_buf_fixed(&buf, text, sizeof(text));
            ct_cert_name_text(&buf, ct_bytes(der, name.len));
            in = ct_buf_slice(&buf);
            while (ct_utf8_read(&in, &code) && code >= 0x20
                   && (code < 0x7f || code > 0x9f))
            {
                /* void */
            }
            wrong += in.len != 0;
        }
    }

    is_int(wrong, 0, "always UTF-8 without controls");
}


static void
test_real(void)
{
    char      text[256];
    ct_buf_t  buf;
    ct_cert_t cert;

    if (ct_cert_read(cert_pem("azul-sct/cloudflare.pem", 0), &cert) != CT_OK)
    {
        skip("no real data");
        return;
    }

    ct_buf_fixed(&buf, text, sizeof(text));
    ct_cert_name_text(&buf, cert.issuer);
    is_mem(text, buf.len, "C=US, O=Google Trust Services, CN=WE1",
           (size_t) 37, "a real issuer");

    (void) ct_cert_read(cert_pem("azul-preissuer/preissuer-chain.pem", 0),
                        &cert);
    buf.len = 0;
    ct_cert_name_text(&buf, cert.subject);
    is_mem(text, buf.len, "C=GB, L=London, O=Google Certificate "
           "Transparency, serialNumber=1519231704392397", (size_t) 80,
           "a real subject");
}
