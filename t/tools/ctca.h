/*
 * ctca.h: the two halves of ctca: what is asked for (ctca.c reads it from
 * the command line) and how a certificate is built from it (ctca_cert.c).
 */

#ifndef CTCA_H
#define CTCA_H

#include "tool.h"

typedef struct {
    const char *cn; /* NULL: the default; "": none */
    const char *org;
    const char *issuer;     /* path without suffix */
    const char *pre_issuer; /* path of a Precertificate Signing CA */
    const char *key_type;
    const char *key_file;
    const char *serial;      /* hexadecimal; NULL: random */
    const char *aia;         /* caIssuers URL */
    const char *name_format; /* with one %d or %05d, for --count */
    texts_t     names;
    texts_t     ips;
    texts_t     exts; /* OID=hex[,critical] */
    int64_t     days;
    int64_t     not_before; /* seconds since 1970; 0: an hour ago */
    int64_t     count;
    int64_t     start;
    bool        no_san;
    bool        psc;    /* the intermediate signs precertificates */
    bool        finals; /* --count writes final certificates */
    bool        noise_keys; /* whose public keys are noise */
} request_t;

typedef struct {
    X509     *cert;
    EVP_PKEY *key;
} authority_t;

/* What the CT extension of a leaf is. */
typedef enum { LEAF_PRECERT, LEAF_FINAL } leaf_kind_e;


/* A CA certificate; `issuer` NULL makes it a root. */
X509 *cert_make_ca(const request_t *r, EVP_PKEY *key,
    const authority_t *issuer);

/* A leaf. Two calls with the same request, which must have its serial and
 * not_before set, differ in the CT extension (and the signature) alone. */
X509 *cert_make_leaf(const request_t *r, EVP_PKEY *key,
    const authority_t *issuer, leaf_kind_e kind);

/* Gives a leaf another serial number and other names and signs it again:
 * ten times faster than making one. */
void cert_change_leaf(X509 *cert, const request_t *r, EVP_PKEY *issuer_key);

/* A random positive serial number of 16 bytes, in hexadecimal. */
const char *cert_random_serial(char text[33]);

#endif
