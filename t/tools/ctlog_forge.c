/*
 * ctlog_forge: certificates that look like those that real logs hold, a
 * million of them in seconds. The DER is written from its end to its
 * beginning, so that every length is known when it is due; keys, signatures
 * and SCTs are noise. Whatever has to verify is made by ctca and planted.
 * Sizes and numbers of names follow what was measured of real ones: TBS of
 * 0.8 kB, certificates of 1.3 kB, 4.4 names, two certificates above.
 */

#include "ctlog_der.h"

#define OID(der) (der), sizeof(der) - 1

static void     integer_put(der_t *der, dice_t *dice, size_t len);
static void     algorithm_put(der_t *der, bool ec);
static void     signature_put(der_t *der, dice_t *dice, bool ec, size_t rsa);
static void     key_put(der_t *der, dice_t *dice, bool ec, size_t rsa);
static void     name_put(der_t *der, const char *org, const char *cn);
static void     validity_put(der_t *der, uint64_t from, uint64_t seconds);
static void     time_put(der_t *der, uint64_t seconds);
static void     extension_put(der_t *der, const char *oid, size_t len,
        bool critical, size_t end);
static void     extensions_put(der_t *der, const forge_issuer_t *issuer,
        dice_t *dice, char cn[256]);
static void     urls_put(der_t *der, const forge_issuer_t *issuer);
static void     san_put(der_t *der, dice_t *dice, char cn[256]);
static unsigned san_count(dice_t *dice);
static void     host_make(char host[128], dice_t *dice);
static void     scts_put(der_t *der, dice_t *dice);
static void     ca_make(buf_t *out, buf_t *spki, const char *subject,
        const char *above, unsigned turn, dice_t *dice);
static void     cert_make(der_t *der, slice_t head, slice_t extensions,
        slice_t more, buf_t *tbs);

static const char oid_cn[] = "\x06\x03\x55\x04\x03";
static const char oid_org[] = "\x06\x03\x55\x04\x0a";
static const char oid_country[] = "\x06\x03\x55\x04\x06";
static const char oid_ski[] = "\x06\x03\x55\x1d\x0e";
static const char oid_usage[] = "\x06\x03\x55\x1d\x0f";
static const char oid_san[] = "\x06\x03\x55\x1d\x11";
static const char oid_basic[] = "\x06\x03\x55\x1d\x13";
static const char oid_crl[] = "\x06\x03\x55\x1d\x1f";
static const char oid_policies[] = "\x06\x03\x55\x1d\x20";
static const char oid_aki[] = "\x06\x03\x55\x1d\x23";
static const char oid_eku[] = "\x06\x03\x55\x1d\x25";
static const char oid_aia[] = "\x06\x08\x2b\x06\x01\x05\x05\x07\x01\x01";
static const char oid_scts[] = "\x06\x0a\x2b\x06\x01\x04\x01\xd6\x79\x02\x04"
                               "\x02";
static const char poison[] = "\x30\x13\x06\x0a\x2b\x06\x01\x04\x01\xd6\x79"
                             "\x02\x04\x03\x01\x01\xff\x04\x02\x05\x00";

/* Intermediate and organisation; every second one signs with ECDSA. */
static const struct {
    const char *org;
    const char *cn;
    const char *root;
} cas[FORGE_ISSUERS] = {
    {"Open Harbour Trust Foundation", "H7", "Open Harbour Root X1"},
    {"Open Harbour Trust Foundation", "R12", "Open Harbour Root X2"},
    {"Lantern Certification Services", "LC2 EC", "Lantern Root R4"},
    {"Lantern Certification Services", "LC1", "Lantern Root R1"},
    {"Meridian Web Services", "Meridian ECC 256 M04", "Meridian Root CA 3"},
    {"Sexton Limited", "Sexton Public Server Authentication CA DV R36",
        "Sexton Public Server Authentication Root R46"},
    {"Cipher Bureau Inc", "Cipher Bureau Global G3 TLS ECC SHA384 2020 CA1",
        "Cipher Bureau Global Root G3"},
    {"Old Oak Registrar, Inc.", "Old Oak Secure Certificate Authority - G2",
        "Old Oak Root Certificate Authority - G2"},
};


void
forge_issuers(forge_issuer_t issuer[FORGE_ISSUERS], dice_t *dice)
{
    forge_issuer_t *one;
    der_t          *name = grow(NULL, sizeof(*name));
    buf_t           cert = {0};
    buf_t           spki = {0};
    unsigned        i;
    unsigned        above;

    memset(issuer, 0, FORGE_ISSUERS * sizeof(*issuer));

    for (i = 0; i < FORGE_ISSUERS; i++) {
        one = &issuer[i];
        one->ec = i % 2 == 0;
        name->at = DER_ROOM;
        name_put(name, cas[i].org, cas[i].cn);
        buf_slice(&one->name, der_rest(name));

        for (above = 2; above-- > 0; /* void */) {
            memset(&cert, 0, sizeof(cert));
            spki.len = 0;
            ca_make(&cert, &spki, above ? cas[i].root : cas[i].cn, cas[i].root,
                i, dice);
            one->cert[above] = (slice_t){cert.data, cert.len};
            sha256(cert.data, cert.len, one->fingerprint[above]);
        }
        sha256(spki.data, spki.len, one->key_hash);
    }
    buf_free(&spki);
    free(name);
}


void
forge_leaf(forged_t *out, const forge_issuer_t *issuer, dice_t *dice,
    uint64_t timestamp, bool precert)
{
    static der_t head;
    static der_t extensions;
    static der_t scts;
    static der_t cert;
    char         cn[256];
    size_t       end;
    slice_t      more = {(const uint8_t *) poison, sizeof(poison) - 1};

    extensions.at = head.at = cert.at = scts.at = DER_ROOM;
    extensions_put(&extensions, issuer, dice, cn);
    if (!precert) {
        scts_put(&scts, dice);
        more = der_rest(&scts);
    }

    key_put(&head, dice, dice_roll(dice, 100) < 47,
        dice_roll(dice, 100) < 15 ? 512 : 256);
    name_put(&head, dice_roll(dice, 10) == 0 ? "Example Holdings B.V." : NULL,
        cn);
    validity_put(&head, timestamp / 1000 - 3600, 90 * 86400 - 1);
    der_put(&head, issuer->name.data, issuer->name.len);
    algorithm_put(&head, issuer->ec);
    integer_put(&head, dice, 16);
    der_put(&head, "\xa0\x03\x02\x01\x02", 5); /* version 3 */

    out->cert.len = 0;
    out->tbs.len = 0;
    end = cert.at;
    signature_put(&cert, dice, issuer->ec, 256);
    algorithm_put(&cert, issuer->ec);
    cert_make(&cert, der_rest(&head), der_rest(&extensions), more, NULL);
    der_wrap(&cert, 0x30, end);
    buf_slice(&out->cert, der_rest(&cert));

    if (precert) {
        cert.at = DER_ROOM;
        cert_make(&cert, der_rest(&head), der_rest(&extensions), (slice_t){0},
            &out->tbs);
    }
}


/* Positive, and as long as it can be. */
static void
integer_put(der_t *der, dice_t *dice, size_t len)
{
    size_t end = der->at;

    dice_noise(der, dice, len);
    der->byte[der->at] = (der->byte[der->at] & 0x7f) | 0x40;
    der->byte[end - 1] |= 1;
    der_wrap(der, 0x02, end);
}


static void
algorithm_put(der_t *der, bool ec)
{
    static const char ecdsa[] = "\x30\x0a\x06\x08\x2a\x86\x48\xce\x3d\x04\x03"
                                "\x02";
    static const char rsa[] = "\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01"
                              "\x01\x0b\x05\x00";

    if (ec) {
        der_put(der, ecdsa, sizeof(ecdsa) - 1);
    } else {
        der_put(der, rsa, sizeof(rsa) - 1);
    }
}


static void
signature_put(der_t *der, dice_t *dice, bool ec, size_t rsa)
{
    size_t end = der->at;

    if (ec) {
        integer_put(der, dice, 32);
        integer_put(der, dice, 32);
        der_wrap(der, 0x30, end);
    } else {
        dice_noise(der, dice, rsa);
    }
    der_put(der, "", 1);
    der_wrap(der, 0x03, end);
}


static void
key_put(der_t *der, dice_t *dice, bool ec, size_t rsa)
{
    static const char p256[] = "\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01"
                               "\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07";
    static const char rsae[] = "\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01"
                               "\x01\x01\x05\x00";
    size_t            end = der->at;
    size_t            modulus;

    if (ec) {
        dice_noise(der, dice, 64);
        der_put(der, "\x00\x04", 2);
        der_wrap(der, 0x03, end);
        der_put(der, p256, sizeof(p256) - 1);
        der_wrap(der, 0x30, end);
        return;
    }

    der_put(der, "\x02\x03\x01\x00\x01", 5);
    modulus = der->at;
    dice_noise(der, dice, rsa);
    der->byte[der->at] |= 0x80;
    der->byte[modulus - 1] |= 1;
    der_put(der, "", 1);
    der_wrap(der, 0x02, modulus);
    der_wrap(der, 0x30, end);
    der_put(der, "", 1);
    der_wrap(der, 0x03, end);
    der_put(der, rsae, sizeof(rsae) - 1);
    der_wrap(der, 0x30, end);
}


/* C, O and CN; neither O nor C where there is no organisation. */
static void
name_put(der_t *der, const char *org, const char *cn)
{
    size_t end = der->at;
    size_t one = end;

    der_text(der, 0x0c, cn);
    der_put(der, OID(oid_cn));
    der_wrap(der, 0x30, one);
    der_wrap(der, 0x31, one);

    if (org != NULL) {
        one = der->at;
        der_text(der, 0x0c, org);
        der_put(der, OID(oid_org));
        der_wrap(der, 0x30, one);
        der_wrap(der, 0x31, one);
        one = der->at;
        der_text(der, 0x13, "NL");
        der_put(der, OID(oid_country));
        der_wrap(der, 0x30, one);
        der_wrap(der, 0x31, one);
    }
    der_wrap(der, 0x30, end);
}


static void
validity_put(der_t *der, uint64_t from, uint64_t seconds)
{
    size_t end = der->at;

    time_put(der, from + seconds);
    time_put(der, from);
    der_wrap(der, 0x30, end);
}


static void
time_put(der_t *der, uint64_t seconds)
{
    char      text[32];
    struct tm tm;
    time_t    t = (time_t) seconds;

    gmtime_r(&t, &tm);
    strftime(text, sizeof(text), "%y%m%d%H%M%SZ", &tm);
    der_text(der, 0x17, text);
}


/* Around the value that was written since `end`. */
static void
extension_put(der_t *der, const char *oid, size_t len, bool critical,
    size_t end)
{
    der_wrap(der, 0x04, end);
    if (critical) {
        der_put(der, "\x01\x01\xff", 3);
    }
    der_put(der, oid, len);
    der_wrap(der, 0x30, end);
}


/* Everything but poison and SCTs, from the last to the first. */
static void
extensions_put(der_t *der, const forge_issuer_t *issuer, dice_t *dice,
    char cn[256])
{
    static const char policy[] = "\x30\x0a\x30\x08\x06\x06\x67\x81\x0c\x01\x02"
                                 "\x01";
    static const char eku[] = "\x30\x14\x06\x08\x2b\x06\x01\x05\x05\x07\x03"
                              "\x01\x06\x08\x2b\x06\x01\x05\x05\x07\x03\x02";
    size_t            end;

    end = der->at;
    der_put(der, policy, sizeof(policy) - 1);
    extension_put(der, OID(oid_policies), false, end);

    san_put(der, dice, cn);
    urls_put(der, issuer);

    end = der->at;
    der_put(der, issuer->key_hash, 20);
    der_wrap(der, 0x80, end);
    der_wrap(der, 0x30, end);
    extension_put(der, OID(oid_aki), false, end);

    end = der->at;
    dice_noise(der, dice, 20);
    der_wrap(der, 0x04, end);
    extension_put(der, OID(oid_ski), false, end);

    end = der->at;
    der_put(der, "\x30\x00", 2);
    extension_put(der, OID(oid_basic), true, end);

    end = der->at;
    der_put(der, eku, sizeof(eku) - 1);
    extension_put(der, OID(oid_eku), false, end);

    end = der->at;
    der_put(der, "\x03\x02\x05\xa0", 4);
    extension_put(der, OID(oid_usage), true, end);
}


/* Where the issuer's certificate, its OCSP and its CRL would be. */
static void
urls_put(der_t *der, const forge_issuer_t *issuer)
{
    static const char ca_issuers[] = "\x06\x08\x2b\x06\x01\x05\x05\x07\x30"
                                     "\x02";
    static const char ocsp[] = "\x06\x08\x2b\x06\x01\x05\x05\x07\x30\x01";
    char              url[96];
    size_t            end = der->at;
    size_t            one;

    snprintf(url, sizeof(url), "http://c.pki%02x.example/%02x/%u.crl",
        issuer->key_hash[0], issuer->key_hash[1], issuer->key_hash[2] % 120U);
    der_text(der, 0x86, url);
    der_wrap(der, 0xa0, end);
    der_wrap(der, 0xa0, end);
    der_wrap(der, 0x30, end);
    der_wrap(der, 0x30, end);
    extension_put(der, OID(oid_crl), false, end);

    end = der->at;
    snprintf(url, sizeof(url), "http://i.pki%02x.example/",
        issuer->key_hash[0]);
    der_text(der, 0x86, url);
    der_put(der, ca_issuers, sizeof(ca_issuers) - 1);
    der_wrap(der, 0x30, end);
    one = der->at;
    snprintf(url, sizeof(url), "http://o.pki%02x.example/%02x",
        issuer->key_hash[0], issuer->key_hash[1]);
    der_text(der, 0x86, url);
    der_put(der, ocsp, sizeof(ocsp) - 1);
    der_wrap(der, 0x30, one);
    der_wrap(der, 0x30, end);
    extension_put(der, OID(oid_aia), false, end);
}


/* The last name that is written is the first, and the CN. */
static void
san_put(der_t *der, dice_t *dice, char cn[256])
{
    static const char *const labels[] = {"www", "mail", "api", "shop", "dev",
        "staging", "webmail", "cpanel", "autodiscover", "m", "cdn", "static",
        "auth", "vpn", "intranet", "test"};
    char                     host[128];
    size_t                   end = der->at;
    unsigned                 left = san_count(dice);

    host_make(host, dice);
    while (left-- > 1) {
        snprintf(cn, 256, "%s.%s",
            left == 1 ? "www" : labels[dice_roll(dice, 16)], host);
        der_text(der, 0x82, cn);
        if (left > 12) {
            host_make(host, dice);
        }
    }

    snprintf(cn, 256, "%s%s", dice_roll(dice, 12) == 0 ? "*." : "", host);
    der_text(der, 0x82, cn);
    der_wrap(der, 0x30, end);
    extension_put(der, OID(oid_san), false, end);
}


/* Half have one or two names, one in twenty more than a dozen. */
static unsigned
san_count(dice_t *dice)
{
    unsigned roll = (unsigned) dice_roll(dice, 1000);

    return roll < 300   ? 1
           : roll < 660 ? 2
           : roll < 845 ? 3 + (unsigned) dice_roll(dice, 3)
           : roll < 945 ? 6 + (unsigned) dice_roll(dice, 7)
           : roll < 990 ? 13 + (unsigned) dice_roll(dice, 18)
                        : 31 + (unsigned) dice_roll(dice, 70);
}


static void
host_make(char host[128], dice_t *dice)
{
    static const char        consonants[] = "bdfghklmnprstvwz";
    static const char        vowels[] = "aeiou";
    static const char *const ends[] = {"com", "com", "com", "com", "net",
        "org", "de", "nl", "fr", "co.uk", "io", "dev", "com.br", "shop", "xyz",
        "app"};
    size_t                   at = 0;
    uint64_t                 parts = 3 + dice_roll(dice, 4);

    while (parts-- > 0) {
        host[at++] = consonants[dice_roll(dice, 16)];
        host[at++] = vowels[dice_roll(dice, 5)];
        if (dice_roll(dice, 8) == 0 && parts > 0) {
            host[at++] = '-';
        }
    }
    snprintf(host + at, 128 - at, ".%s", ends[dice_roll(dice, 16)]);
}


/* Two SCTs (RFC 6962, 3.2 and 3.3): logs, signatures and all are noise. */
static void
scts_put(der_t *der, dice_t *dice)
{
    size_t   end = der->at;
    size_t   one;
    unsigned i;
    uint8_t  len[2];

    for (i = 0; i < 2; i++) {
        one = der->at;
        integer_put(der, dice, 32);
        integer_put(der, dice, 32);
        der_wrap(der, 0x30, one);
        der_put(der, "\x00\x00\x04\x03\x00\x46", 6); /* extensions, ... */
        dice_noise(der, dice, 5);
        der_put(der, "\x00\x00\x01", 3); /* ... timestamp */
        dice_noise(der, dice, 32);
        der_put(der, "\x00\x75\x00", 3); /* length, version */
    }

    len[0] = (uint8_t) ((end - der->at) >> 8);
    len[1] = (uint8_t) (end - der->at);
    der_put(der, len, 2);
    der_wrap(der, 0x04, end);
    extension_put(der, OID(oid_scts), false, end);
}


/* A CA certificate by `above`, which is itself for a root. */
static void
ca_make(buf_t *out, buf_t *spki, const char *subject, const char *above,
    unsigned turn, dice_t *dice)
{
    static der_t head;
    static der_t extensions;
    static der_t cert;
    size_t       end;
    bool         root = strcmp(subject, above) == 0;

    extensions.at = head.at = cert.at = DER_ROOM;

    end = extensions.at;
    dice_noise(&extensions, dice, 20);
    der_wrap(&extensions, 0x04, end);
    extension_put(&extensions, OID(oid_ski), false, end);
    end = extensions.at;
    der_put(&extensions, "\x30\x03\x01\x01\xff", 5);
    extension_put(&extensions, OID(oid_basic), true, end);
    end = extensions.at;
    der_put(&extensions, "\x03\x02\x01\x86", 4);
    extension_put(&extensions, OID(oid_usage), true, end);

    key_put(&head, dice, turn % 2 == 0 && !root, root ? 512 : 256);
    buf_slice(spki, der_rest(&head));
    name_put(&head, cas[turn].org, subject);
    validity_put(&head, 1600000000, 15ULL * 365 * 86400);
    name_put(&head, cas[turn].org, above);
    algorithm_put(&head, false);
    integer_put(&head, dice, 16);
    der_put(&head, "\xa0\x03\x02\x01\x02", 5);

    end = cert.at;
    signature_put(&cert, dice, false, 512);
    algorithm_put(&cert, false);
    cert_make(&cert, der_rest(&head), der_rest(&extensions), (slice_t){0},
        NULL);
    der_wrap(&cert, 0x30, end);
    buf_slice(out, der_rest(&cert));
}


/* TBSCertificate of its beginning, its extensions, and one more of them. */
static void
cert_make(der_t *der, slice_t head, slice_t extensions, slice_t more,
    buf_t *tbs)
{
    size_t end = der->at;

    der_put(der, more.data, more.len);
    der_put(der, extensions.data, extensions.len);
    der_wrap(der, 0x30, end);
    der_wrap(der, 0xa3, end);
    der_put(der, head.data, head.len);
    der_wrap(der, 0x30, end);
    if (tbs != NULL) {
        buf_slice(tbs, der_rest(der));
    }
}
