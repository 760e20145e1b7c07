/*
 * ctca_cert: builds certificates (RFC 5280) and pre-certificates (RFC 6962,
 * 3.1) in the shape public CAs give them. The final certificate carries an
 * SCT list in the very place of the pre-certificate's poison, so that
 * removing either leaves the same TBSCertificate.
 */

#include "ctca.h"

#include <openssl/rand.h>
#include <openssl/x509v3.h>

#define OID_PRECERT_SIGNING "1.3.6.1.4.1.11129.2.4.4"

static X509 *cert_begin(const request_t *r, EVP_PKEY *key,
    const authority_t *issuer);
static void  cert_subject(X509 *cert, const request_t *r);
static void  cert_serial(X509 *cert, const char *hex);
static void  cert_ext(X509 *cert, X509 *issuer, int nid, const char *value);
static void  cert_ext_raw(X509 *cert, const char *oid, bool critical,
     const void *value, size_t len);
static void  cert_alternative_names(X509 *cert, const request_t *r);
static void  cert_ct_ext(X509 *cert, leaf_kind_e kind);
static void  sct_put(buf_t *list);
static void  cert_asked_ext(X509 *cert, const char *text);
static void  cert_sign(X509 *cert, EVP_PKEY *key);
static void  cert_noise_key(X509 *cert);


X509 *
cert_make_ca(const request_t *r, EVP_PKEY *key, const authority_t *issuer)
{
    authority_t self;
    X509       *cert;
    size_t      i;

    cert = cert_begin(r, key, issuer);
    self = issuer == NULL ? (authority_t){cert, key} : *issuer;

    cert_ext(cert, self.cert, NID_basic_constraints, "critical,CA:TRUE");
    cert_ext(cert, self.cert, NID_key_usage,
        "critical,keyCertSign,cRLSign,digitalSignature");
    cert_ext(cert, self.cert, NID_subject_key_identifier, "hash");
    cert_ext(cert, self.cert, NID_authority_key_identifier, "keyid");
    if (r->psc) {
        cert_ext(cert, self.cert, NID_ext_key_usage, OID_PRECERT_SIGNING);
    }
    for (i = 0; i < r->exts.len; i++) {
        cert_asked_ext(cert, r->exts.item[i]);
    }

    cert_sign(cert, self.key);

    return cert;
}


X509 *
cert_make_leaf(const request_t *r, EVP_PKEY *key, const authority_t *issuer,
    leaf_kind_e kind)
{
    /* certificatePolicies: 2.23.140.1.2.1, domain validated */
    static const uint8_t policies[] = {
        0x30,
        0x0a,
        0x30,
        0x08,
        0x06,
        0x06,
        0x67,
        0x81,
        0x0c,
        0x01,
        0x02,
        0x01,
    };
    char   aia[TOOL_PATH];
    X509  *cert;
    size_t i;

    cert = cert_begin(r, key, issuer);

    cert_ext(cert, issuer->cert, NID_key_usage, "critical,digitalSignature");
    cert_ext(cert, issuer->cert, NID_ext_key_usage, "serverAuth");
    cert_ext(cert, issuer->cert, NID_basic_constraints, "critical,CA:FALSE");
    cert_ext(cert, issuer->cert, NID_subject_key_identifier, "hash");
    cert_ext(cert, issuer->cert, NID_authority_key_identifier, "keyid");
    if (r->aia != NULL) {
        path_make(aia, "caIssuers;URI:%s", r->aia);
        cert_ext(cert, issuer->cert, NID_info_access, aia);
    }
    if (!r->no_san) {
        cert_alternative_names(cert, r);
    }
    cert_ext_raw(cert, "2.5.29.32", false, policies, sizeof(policies));
    cert_ct_ext(cert, kind);

    /* behind the CT extension, so that it stands in the middle */
    for (i = 0; i < r->exts.len; i++) {
        cert_asked_ext(cert, r->exts.item[i]);
    }

    cert_sign(cert, issuer->key);

    return cert;
}


void
cert_change_leaf(X509 *cert, const request_t *r, EVP_PKEY *issuer_key)
{
    X509_NAME *subject;

    subject = X509_get_subject_name(cert);
    while (X509_NAME_entry_count(subject) > 0) {
        X509_NAME_ENTRY_free(X509_NAME_delete_entry(subject, 0));
    }

    cert_subject(cert, r);
    cert_serial(cert, r->serial);
    if (!r->no_san) {
        cert_alternative_names(cert, r);
    }
    if (r->noise_keys) {
        cert_noise_key(cert);
    }
    cert_sign(cert, issuer_key);
}


/* Instead of the public key noise of the same shape: to make real ones would
 * take longer than all the rest. RFC 8017, A.1.1; SEC 1, 2.3.3. */
static void
cert_noise_key(X509 *cert)
{
    enum { RSA_HEAD = 9, RSA_TAIL = 5, EC_HEAD = 1 };
    ASN1_BIT_STRING *bits;
    uint8_t         *p;
    int              len;

    bits = X509_get0_pubkey_bitstr(cert);
    p = bits->data + EC_HEAD;
    len = bits->length - EC_HEAD;
    if (bits->data[0] == 0x30) {
        p = bits->data + RSA_HEAD;
        len = bits->length - RSA_HEAD - RSA_TAIL;
    }

    if (len < 1 || RAND_bytes(p, len) != 1) {
        die_ssl("RAND_bytes");
    }
    p[0] |= 0x80; /* as long as it was, and odd */
    p[len - 1] |= 1;
}


const char *
cert_random_serial(char text[33])
{
    uint8_t bytes[16];
    buf_t   hex = {0};

    if (RAND_bytes(bytes, sizeof(bytes)) != 1) {
        die_ssl("RAND_bytes");
    }
    bytes[0] = (bytes[0] & 0x7f) | 0x40;

    buf_hex(&hex, bytes, sizeof(bytes));
    memcpy(text, buf_str(&hex), 33);
    buf_free(&hex);

    return text;
}


static X509 *
cert_begin(const request_t *r, EVP_PKEY *key, const authority_t *issuer)
{
    X509  *cert;
    X509  *from;
    time_t start;

    cert = X509_new();
    if (cert == NULL || !X509_set_version(cert, X509_VERSION_3)) {
        die_ssl("X509_new");
    }

    cert_subject(cert, r);
    cert_serial(cert, r->serial);

    from = issuer == NULL ? cert : issuer->cert;
    start = (time_t) r->not_before;

    if (!X509_set_issuer_name(cert, X509_get_subject_name(from))
        || !X509_set_pubkey(cert, key)
        || !ASN1_TIME_set(X509_getm_notBefore(cert), start)
        || !ASN1_TIME_set(X509_getm_notAfter(cert),
            start + (time_t) r->days * 86400 - 1))
    {
        die_ssl("certificate fields");
    }

    return cert;
}


static void
cert_subject(X509 *cert, const request_t *r)
{
    X509_NAME  *name;
    const char *value[2];
    int         nid[2];
    int         i;

    name = X509_get_subject_name(cert);
    nid[0] = NID_organizationName;
    value[0] = r->org;
    nid[1] = NID_commonName;
    value[1] = r->cn;

    for (i = 0; i < 2; i++) {
        if (value[i] == NULL || value[i][0] == '\0') {
            continue;
        }
        if (!X509_NAME_add_entry_by_NID(name, nid[i], MBSTRING_UTF8,
                (const uint8_t *) value[i], -1, -1, 0))
        {
            die_ssl("subject");
        }
    }
}


static void
cert_serial(X509 *cert, const char *hex)
{
    BIGNUM *number = NULL;

    if (!BN_hex2bn(&number, hex)
        || !BN_to_ASN1_INTEGER(number, X509_get_serialNumber(cert)))
    {
        die_ssl("serial number");
    }
    BN_free(number);
}


static void
cert_ext(X509 *cert, X509 *issuer, int nid, const char *value)
{
    X509_EXTENSION *ext;
    X509V3_CTX      ctx;

    X509V3_set_ctx(&ctx, issuer, cert, NULL, NULL, 0);
    ext = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
    if (ext == NULL || !X509_add_ext(cert, ext, -1)) {
        die_ssl(value);
    }
    X509_EXTENSION_free(ext);
}


static void
cert_ext_raw(X509 *cert, const char *oid, bool critical, const void *value,
    size_t len)
{
    ASN1_OCTET_STRING *octets;
    X509_EXTENSION    *ext;
    ASN1_OBJECT       *object;

    object = OBJ_txt2obj(oid, 1);
    octets = ASN1_OCTET_STRING_new();
    if (object == NULL || octets == NULL
        || !ASN1_OCTET_STRING_set(octets, value, (int) len))
    {
        die_ssl(oid);
    }

    ext = X509_EXTENSION_create_by_OBJ(NULL, object, critical, octets);
    if (ext == NULL || !X509_add_ext(cert, ext, -1)) {
        die_ssl(oid);
    }

    X509_EXTENSION_free(ext);
    ASN1_OCTET_STRING_free(octets);
    ASN1_OBJECT_free(object);
}


/* Built by hand: OpenSSL's own syntax would trip over commas and blanks. */
static void
cert_alternative_names(X509 *cert, const request_t *r)
{
    GENERAL_NAMES *all;
    GENERAL_NAME  *one;
    ASN1_STRING   *text;
    size_t         i;

    all = GENERAL_NAMES_new();

    for (i = 0; i < r->names.len; i++) {
        one = GENERAL_NAME_new();
        text = ASN1_IA5STRING_new();
        if (!ASN1_STRING_set(text, r->names.item[i], -1)) {
            die_ssl("dNSName");
        }
        GENERAL_NAME_set0_value(one, GEN_DNS, text);
        sk_GENERAL_NAME_push(all, one);
    }

    for (i = 0; i < r->ips.len; i++) {
        one = GENERAL_NAME_new();
        text = a2i_IPADDRESS(r->ips.item[i]);
        if (text == NULL) {
            errx(2, "not an address: \"%s\"", r->ips.item[i]);
        }
        GENERAL_NAME_set0_value(one, GEN_IPADD, text);
        sk_GENERAL_NAME_push(all, one);
    }

    if (sk_GENERAL_NAME_num(all) > 0
        && X509_add1_ext_i2d(cert, NID_subject_alt_name, all, 0,
               X509V3_ADD_REPLACE)
               != 1)
    {
        die_ssl("subjectAltName");
    }
    GENERAL_NAMES_free(all);
}


/* RFC 6962, 3.1: critical poison with NULL; 3.3: SCT list. */
static void
cert_ct_ext(X509 *cert, leaf_kind_e kind)
{
    buf_t list = {0};
    buf_t value = {0};

    if (kind == LEAF_PRECERT) {
        cert_ext_raw(cert, "1.3.6.1.4.1.11129.2.4.3", true, "\x05\x00", 2);
        return;
    }

    sct_put(&list);
    sct_put(&list);

    /* OCTET STRING of SignedCertificateTimestampList */
    buf_uint(&value, 0x0481, 2);
    buf_uint(&value, list.len + 2, 1);
    buf_uint(&value, list.len, 2);
    buf_put(&value, list.data, list.len);
    cert_ext_raw(cert, "1.3.6.1.4.1.11129.2.4.2", false, value.data,
        value.len);

    buf_free(&list);
    buf_free(&value);
}


/* One SerializedSCT of the right shape from a log that does not exist. */
static void
sct_put(buf_t *list)
{
    enum { INTEGER = 31, SIGNATURE = 2 + 2 * (2 + INTEGER) };
    uint8_t noise[32 + 2 * INTEGER];
    int     i;

    if (RAND_bytes(noise, sizeof(noise)) != 1) {
        die_ssl("RAND_bytes");
    }

    buf_uint(list, 1 + 32 + 8 + 2 + 2 + 2 + SIGNATURE, 2);
    buf_uint(list, 0, 1);         /* sct_version */
    buf_put(list, noise, 32);     /* id */
    buf_uint(list, now_ms(), 8);  /* timestamp */
    buf_uint(list, 0, 2);         /* extensions */
    buf_uint(list, 0x0403, 2);    /* sha256, ecdsa */
    buf_uint(list, SIGNATURE, 2); /* Ecdsa-Sig-Value */
    buf_uint(list, 0x3000 + SIGNATURE - 2, 2);

    for (i = 0; i < 2; i++) {
        noise[32 + i * INTEGER] = 0x55;
        buf_uint(list, 0x0200 + INTEGER, 2);
        buf_put(list, noise + 32 + i * INTEGER, INTEGER);
    }
}


/* OID=hex[,critical] */
static void
cert_asked_ext(X509 *cert, const char *text)
{
    const char *equals;
    const char *comma;
    char        oid[128];
    buf_t       value = {0};

    equals = strchr(text, '=');
    if (equals == NULL || (size_t) (equals - text) >= sizeof(oid)) {
        errx(2, "\"%s\": wanted OID=hex[,critical]", text);
    }
    memcpy(oid, text, (size_t) (equals - text));
    oid[equals - text] = '\0';

    comma = strchr(equals, ',');
    if (comma == NULL) {
        comma = equals + strlen(equals);
    } else if (strcmp(comma, ",critical") != 0) {
        errx(2, "\"%s\": wanted OID=hex[,critical]", text);
    }

    buf_unhex(&value, equals + 1, (size_t) (comma - equals - 1));
    cert_ext_raw(cert, oid, *comma != '\0', value.data, value.len);
    buf_free(&value);
}


static void
cert_sign(X509 *cert, EVP_PKEY *key)
{
    if (!X509_sign(cert, key, EVP_sha256())) {
        die_ssl("X509_sign");
    }
}
