/*
 * ca: a certification authority in memory for the C tests: roots,
 * intermediates, leaves and pre-certificates as DER. What goes wrong here
 * ends the test.
 */

#ifndef CA_H
#define CA_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "ct_bytes.h"
#include "ct_merkle.h"

#define CA_POISON "1.3.6.1.4.1.11129.2.4.3"
#define CA_SCTS   "1.3.6.1.4.1.11129.2.4.2"

typedef struct {
    X509      *cert;
    EVP_PKEY  *key;
    ct_bytes_t der;
} ca_cert_t;

typedef struct {
    const ca_cert_t *issuer; /* NULL: itself */
    EVP_PKEY        *key;    /* NULL: a new one */
    const char      *org;
    const char      *cn;
    const char      *san; /* "DNS:a.example,IP:192.0.2.1" */
    const EVP_MD    *md;  /* NULL: SHA-256 */
    const char      *eku;
    long             serial;
    bool             ca;
    bool             v1;     /* no extensions */
    bool             no_ids; /* no key identifiers */
    bool             longer; /* valid a day longer */
    bool             later;  /* valid from a day later on */
    bool             poison; /* RFC 6962, 3.1 */
    bool             scts;   /* RFC 6962, 3.3 */
} ca_request_t;


static inline void
ca_need(int fine, const char *what)
{
    if (!fine) {
        printf("Bail out! the test's CA: %s\n", what);
        exit(1);
    }
}


static inline EVP_PKEY *
ca_key(void)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");

    ca_need(key != NULL, "key");

    return key;
}


static inline void
ca_name(X509_NAME *name, const char *type, const char *value)
{
    if (value != NULL) {
        ca_need(X509_NAME_add_entry_by_txt(name, type, MBSTRING_UTF8,
                                           (const uint8_t *) value, -1, -1,
                                           0), "name");
    }
}


static inline void
ca_ext(X509 *cert, X509 *issuer, int nid, const char *value)
{
    X509V3_CTX      ctx;
    X509_EXTENSION *ext;

    X509V3_set_ctx(&ctx, issuer, cert, NULL, NULL, 0);
    ext = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
    ca_need(ext != NULL && X509_add_ext(cert, ext, -1), value);
    X509_EXTENSION_free(ext);
}


static inline void
ca_ext_raw(X509 *cert, const char *oid, int critical, const char *value,
    int len)
{
    ASN1_OBJECT       *type = OBJ_txt2obj(oid, 1);
    X509_EXTENSION    *ext;
    ASN1_OCTET_STRING *octets = ASN1_OCTET_STRING_new();

    ca_need(ASN1_OCTET_STRING_set(octets, (const uint8_t *) value, len), oid);
    ext = X509_EXTENSION_create_by_OBJ(NULL, type, critical, octets);
    ca_need(ext != NULL && X509_add_ext(cert, ext, -1), oid);
    X509_EXTENSION_free(ext);
    ASN1_OCTET_STRING_free(octets);
    ASN1_OBJECT_free(type);
}


static inline void
ca_extensions(X509 *cert, X509 *issuer, const ca_request_t *r)
{
    ca_ext(cert, issuer, NID_basic_constraints,
           r->ca ? "critical,CA:TRUE" : "critical,CA:FALSE");

    if (!r->no_ids) {
        ca_ext(cert, issuer, NID_subject_key_identifier, "hash");
    }

    if (r->poison) {
        ca_ext_raw(cert, CA_POISON, 1, "\x05", 2);
    }

    if (r->scts) {
        ca_ext_raw(cert, CA_SCTS, 0, "\x04\x02\x00", 4);
    }

    if (!r->no_ids
        && X509_get_ext_by_NID(issuer, NID_subject_key_identifier, -1) >= 0)
    {
        ca_ext(cert, issuer, NID_authority_key_identifier, "keyid");
    }

    if (r->eku != NULL) {
        ca_ext(cert, issuer, NID_ext_key_usage, r->eku);
    }

    if (r->san != NULL) {
        ca_ext(cert, issuer, NID_subject_alt_name, r->san);
    }
}


/* The same request gives the same TBSCertificate. */
static inline ca_cert_t
ca_make(const ca_request_t *r)
{
    X509     *cert = X509_new(), *issuer;
    uint8_t  *der = NULL;
    int       len;
    EVP_PKEY *key = r->key, *signer;

    if (key == NULL) {
        key = ca_key();
    } else {
        EVP_PKEY_up_ref(key);
    }

    issuer = r->issuer != NULL ? r->issuer->cert : cert;
    signer = r->issuer != NULL ? r->issuer->key : key;

    ca_need(X509_set_version(cert, r->v1 ? 0 : 2) /* v1, v3 */
            && ASN1_INTEGER_set(X509_get_serialNumber(cert), r->serial + 1)
            && ASN1_TIME_set(X509_getm_notBefore(cert),
                             r->later ? 1700086400 : 1700000000)
            && ASN1_TIME_set(X509_getm_notAfter(cert),
                             r->longer ? 1800086400 : 1800000000)
            && X509_set_pubkey(cert, key), "fields");

    ca_name(X509_get_subject_name(cert), "O", r->org);
    ca_name(X509_get_subject_name(cert), "CN", r->cn);
    ca_need(X509_set_issuer_name(cert, X509_get_subject_name(issuer)),
            "issuer");

    if (!r->v1) {
        ca_extensions(cert, issuer, r);
    }

    ca_need(X509_sign(cert, signer, r->md != NULL ? r->md : EVP_sha256())
            > 0, "signature");

    len = i2d_X509(cert, &der);
    ca_need(len > 0, "DER");

    return (ca_cert_t) {cert, key, ct_bytes(der, (size_t) len)};
}


static inline ca_cert_t
ca_root(const char *org, const char *cn)
{
    return ca_make(&(ca_request_t) {.org = org, .cn = cn, .ca = true});
}


static inline ca_cert_t
ca_intermediate(const ca_cert_t *issuer, const char *org, const char *cn)
{
    return ca_make(&(ca_request_t) {.issuer = issuer, .org = org, .cn = cn,
                                    .ca = true});
}


static inline ca_cert_t
ca_leaf(const ca_cert_t *issuer, const char *san)
{
    return ca_make(&(ca_request_t) {.issuer = issuer, .cn = "leaf",
                                    .san = san});
}


static inline void
ca_free(ca_cert_t *c)
{
    X509_free(c->cert);
    EVP_PKEY_free(c->key);
    OPENSSL_free((void *) c->der.data);
    memset(c, 0, sizeof(*c));
}


/* The TBSCertificate; to be freed with OPENSSL_free. */
static inline ct_bytes_t
ca_tbs(const ca_cert_t *c)
{
    int      len;
    uint8_t *der = NULL;

    len = i2d_re_X509_tbs(c->cert, &der);
    ca_need(len > 0, "TBS");

    return ct_bytes(der, (size_t) len);
}


static inline void
ca_key_hash(const ca_cert_t *c, uint8_t out[CT_HASH_LEN])
{
    int      len;
    uint8_t *der = NULL;

    len = i2d_PUBKEY(c->key, &der);
    ca_need(len > 0, "key");
    ct_sha256_once(ct_bytes(der, (size_t) len), out);
    OPENSSL_free(der);
}


/* Adds a certificate to a PEM bundle; the result is in `bundle`. */
static inline ct_bytes_t
ca_pem(BIO *bundle, const ca_cert_t *c)
{
    char *data;
    long  len;

    ca_need(c == NULL || PEM_write_bio_X509(bundle, c->cert), "PEM");
    len = BIO_get_mem_data(bundle, &data);

    return ct_bytes(data, (size_t) len);
}

#endif
