/*
 * ct_anchors: the trust bundle, decoded once. Anchors are found by their
 * subject; several may share one. That somebody put a certificate into the
 * bundle makes it an anchor, whatever its extensions say (RFC 5280, 6.1.1).
 */

#include <string.h>

#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include "ct_anchors.h"
#include "ct_calist.h"
#include "ct_cert.h"

#define CT_ANCHORS_BUCKETS 1024

struct ct_anchors_s {
    size_t      n;
    size_t      bucket[CT_ANCHORS_BUCKETS]; /* 1 + the first; 0: none */
    ct_anchor_t anchor[CT_LIMIT_ANCHORS];
};


static void ct_anchors_read_all(ct_anchors_t *anchors, BIO *in,
    size_t *nbad);
static bool ct_anchors_wanted(const char *name);
static bool ct_anchors_add(ct_anchors_t *anchors, const uint8_t *der,
    size_t len);
static void ct_anchor_owner(ct_anchor_t *anchor);
static size_t ct_anchors_bucket(const X509_NAME *name);


ct_anchors_t *
ct_anchors_read(ct_bytes_t pem, size_t *nbad)
{
    BIO          *in;
    ct_anchors_t *anchors;

    *nbad = 0;

    if (pem.len == 0 || pem.len > CT_LIMIT_TRUST_BUNDLE) {
        return NULL;
    }

    in = BIO_new_mem_buf(pem.data, (int) pem.len);
    anchors = OPENSSL_zalloc(sizeof(ct_anchors_t));

    if (in != NULL && anchors != NULL) {
        ct_anchors_read_all(anchors, in, nbad);
    }

    BIO_free(in);
    ERR_clear_error();

    if (anchors != NULL && anchors->n == 0) {
        OPENSSL_free(anchors);
        return NULL;
    }

    return anchors;
}


/*
 * PEM blocks (RFC 7468); text around them and blocks that are something
 * else are passed over. The plain reader never asks for a password.
 */
static void
ct_anchors_read_all(ct_anchors_t *anchors, BIO *in, size_t *nbad)
{
    char    *name, *header;
    long     len, left;
    uint8_t *data;

    do {
        name = NULL;
        header = NULL;
        data = NULL;
        left = BIO_pending(in);

        if (PEM_read_bio(in, &name, &header, &data, &len)) {
            if (ct_anchors_wanted(name)
                && !ct_anchors_add(anchors, data, (size_t) len))
            {
                (*nbad)++;
            }

        } else if (ERR_GET_REASON(ERR_peek_last_error())
                   != PEM_R_NO_START_LINE)
        {
            (*nbad)++;
        }

        OPENSSL_free(name);
        OPENSSL_free(header);
        OPENSSL_free(data);
        ERR_clear_error();

    } while (BIO_pending(in) > 0 && BIO_pending(in) < left);
}


/* "TRUSTED CERTIFICATE", OpenSSL's own, has settings behind the certificate
 * that do not matter here. */
static bool
ct_anchors_wanted(const char *name)
{
    return strcmp(name, PEM_STRING_X509) == 0
           || strcmp(name, PEM_STRING_X509_OLD) == 0
           || strcmp(name, PEM_STRING_X509_TRUSTED) == 0;
}


static bool
ct_anchors_add(ct_anchors_t *anchors, const uint8_t *der, size_t len)
{
    X509        *cert;
    size_t      *bucket;
    ct_anchor_t *anchor;

    if (anchors->n == CT_LIMIT_ANCHORS) {
        return false;
    }

    cert = ct_x509_read(ct_bytes(der, len), CT_LIMIT_ISSUER);
    if (cert == NULL) {
        return false;
    }

    anchor = &anchors->anchor[anchors->n++];
    bucket = &anchors->bucket[ct_anchors_bucket(X509_get_subject_name(cert))];

    anchor->cert = cert;
    (void) X509_digest(cert, EVP_sha256(), anchor->hash, NULL);
    anchor->next = *bucket;
    *bucket = anchors->n;

    ct_anchor_owner(anchor);

    return true;
}


/* The organisation, else the CN, else something that no other anchor is
 * called: an owner is what certificates are compared by. */
static void
ct_anchor_owner(ct_anchor_t *anchor)
{
    size_t         len;
    uint8_t        hash[CT_HASH_LEN];
    ct_buf_t       out;
    ct_bytes_t     subject;
    const uint8_t *der;

    ct_buf_fixed(&out, anchor->owner, sizeof(anchor->owner) - 1);

    if (X509_NAME_get0_der(X509_get_subject_name(anchor->cert), &der, &len)) {
        subject = ct_bytes(der, len);

        (void) ct_cert_name_attribute(&out, subject,
                                      CT_BYTES("\x55\x04\x0a")); /* O */
        if (out.len == 0) {
            (void) ct_cert_name_attribute(&out, subject,
                                          CT_BYTES("\x55\x04\x03")); /* CN */
        }
    }

    if (out.len == 0) {
        ct_buf_puts(&out, "CA without a name, key ");
        if (ct_x509_key_hash(anchor->cert, hash)) {
            ct_buf_hex(&out, hash, CT_HASH_LEN);
        }
    }

    anchor->owner[out.len] = '\0';
}


void
ct_anchors_free(ct_anchors_t *anchors)
{
    size_t i;

    if (anchors == NULL) {
        return;
    }

    for (i = 0; i < anchors->n; i++) {
        X509_free(anchors->anchor[i].cert);
    }

    OPENSSL_free(anchors);
}


size_t
ct_anchors_count(const ct_anchors_t *anchors)
{
    return anchors != NULL ? anchors->n : 0;
}


const char *
ct_anchors_organization(const ct_anchors_t *anchors,
    const uint8_t cert[CT_HASH_LEN])
{
    size_t i;

    for (i = 0; anchors != NULL && i < anchors->n; i++) {
        if (memcmp(anchors->anchor[i].hash, cert, CT_HASH_LEN) == 0) {
            return anchors->anchor[i].owner;
        }
    }

    return NULL;
}


void
ct_anchors_teach(const ct_anchors_t *anchors, ct_calist_t *list)
{
    int      len;
    size_t   i;
    uint8_t *der;

    for (i = 0; anchors != NULL && i < anchors->n; i++) {
        der = NULL;
        len = i2d_X509(anchors->anchor[i].cert, &der);

        if (len > 0) {
            ct_calist_learn(list, ct_bytes(der, (size_t) len));
        }

        OPENSSL_free(der);
    }
}


const char *
ct_anchors_owner(const ct_anchors_t *anchors, const ct_calist_t *list,
    const char *organization)
{
    size_t      i;
    const char *owner, *one;

    owner = NULL;

    for (i = 0; anchors != NULL && list != NULL && i < anchors->n; i++) {
        if (strcmp(anchors->anchor[i].owner, organization) != 0) {
            continue;
        }

        one = ct_calist_owner(list, anchors->anchor[i].hash);

        if (owner != NULL && one != NULL && strcmp(owner, one) != 0) {
            return NULL;
        }

        owner = one != NULL ? one : owner;
    }

    return owner;
}


const ct_anchor_t *
ct_anchors_find(const ct_anchors_t *anchors, const X509_NAME *subject,
    const ct_anchor_t *last)
{
    size_t             i;
    const ct_anchor_t *anchor;

    if (anchors == NULL) {
        return NULL;
    }

    i = last != NULL ? last->next
                     : anchors->bucket[ct_anchors_bucket(subject)];

    while (i != 0) {
        anchor = &anchors->anchor[i - 1];

        if (X509_NAME_cmp(X509_get_subject_name(anchor->cert), subject)
            == 0)
        {
            return anchor;
        }

        i = anchor->next;
    }

    return NULL;
}


/* By OpenSSL's canonical form, which is also what X509_NAME_cmp compares. */
static size_t
ct_anchors_bucket(const X509_NAME *name)
{
    return X509_NAME_hash_ex(name, NULL, NULL, NULL) % CT_ANCHORS_BUCKETS;
}


X509 *
ct_x509_read(ct_bytes_t der, size_t limit)
{
    const uint8_t *p;

    if (der.len == 0 || der.len > limit) {
        return NULL;
    }

    p = der.data;

    return d2i_X509(NULL, &p, (long) der.len);
}


bool
ct_x509_key_hash(X509 *cert, uint8_t out[CT_HASH_LEN])
{
    int      len;
    uint8_t *spki;

    spki = NULL;
    len = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(cert), &spki);

    if (len <= 0) {
        return false;
    }

    ct_sha256_once(ct_bytes(spki, (size_t) len), out);
    OPENSSL_free(spki);

    return true;
}
