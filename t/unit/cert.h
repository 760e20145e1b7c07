/*
 * cert: certificates for the C tests, right or wrong in every part, put
 * together from DER; and real ones from PEM files. All memory lives until
 * the program ends.
 */

#ifndef CERT_H
#define CERT_H

#include <dirent.h>
#include <openssl/bio.h>
#include <openssl/pem.h>
#include <stdarg.h>

#include "ct_cert.h"
#include "data.h"

#define TLV1(tag, a) cert_tlv(tag, 1, a)
#define TLV2(tag, a, b) cert_tlv(tag, 2, a, b)
#define TLV3(tag, a, b, c) cert_tlv(tag, 3, a, b, c)
#define NONE CT_BYTES("")

#define OID_CN     CT_BYTES("\x55\x04\x03")
#define OID_SAN    CT_BYTES("\x55\x1d\x11")
#define OID_POISON CT_BYTES("\x2b\x06\x01\x04\x01\xd6\x79\x02\x04\x03")
#define OID_SCTS   CT_BYTES("\x2b\x06\x01\x04\x01\xd6\x79\x02\x04\x02")

/* What is not set is something ordinary. */
typedef struct {
    const char *serial_hex;
    const char *dates[2];
    ct_bytes_t  subject;    /* RDNs */
    ct_bytes_t  extensions; /* Extensions; without data: no [3] */
    ct_bytes_t  tail;       /* raw, at the end of the TBS */
} cert_t;


static inline ct_arena_t *
cert_arena(void)
{
    static ct_arena_t *arena;

    if (arena == NULL) {
        arena = ct_arena_create(256 << 20);
    }

    return arena;
}


static inline ct_bytes_t
cert_tlv(unsigned tag, int n, ...)
{
    int        i;
    size_t     len = 0;
    va_list    args;
    ct_buf_t   buf;
    ct_bytes_t parts[3];

    va_start(args, n);
    for (i = 0; i < n; i++) {
        parts[i] = va_arg(args, ct_bytes_t);
        len += parts[i].len;
    }
    va_end(args);

    ct_buf_init(&buf, cert_arena(), len + 16);
    ct_der_header(&buf, (uint8_t) tag, len);
    for (i = 0; i < n; i++) {
        ct_buf_bytes(&buf, parts[i]);
    }

    return ct_buf_slice(&buf);
}


static inline ct_bytes_t
cert_join(ct_bytes_t a, ct_bytes_t b)
{
    ct_buf_t buf;

    ct_buf_init(&buf, cert_arena(), a.len + b.len + 1);
    ct_buf_bytes(&buf, a);
    ct_buf_bytes(&buf, b);

    return ct_buf_slice(&buf);
}


static inline ct_bytes_t
cert_hex(const char *hex)
{
    size_t   len = strlen(hex) / 2;
    uint8_t *out = ct_arena_alloc(cert_arena(), len);

    if (!ct_parse_hex(ct_bytes_str(hex), out, len)) {
        abort();
    }

    return ct_bytes(out, len);
}


static inline ct_bytes_t
cert_attribute(ct_bytes_t oid, unsigned tag, ct_bytes_t value)
{
    return TLV2(CT_DER_SEQUENCE, TLV1(CT_DER_OID, oid), TLV1(tag, value));
}


/* A single-valued RDN. */
static inline ct_bytes_t
cert_rdn(ct_bytes_t oid, unsigned tag, ct_bytes_t value)
{
    return TLV1(CT_DER_SET, cert_attribute(oid, tag, value));
}


static inline ct_bytes_t
cert_extension(ct_bytes_t oid, bool critical, ct_bytes_t value)
{
    return TLV3(CT_DER_SEQUENCE, TLV1(CT_DER_OID, oid),
                critical ? CT_BYTES("\x01\x01\xff") : NONE,
                TLV1(CT_DER_OCTETS, value));
}


/* A SAN extension around its GeneralNames. */
static inline ct_bytes_t
cert_san(ct_bytes_t names)
{
    return cert_extension(OID_SAN, false, TLV1(CT_DER_SEQUENCE, names));
}


static inline ct_bytes_t
cert_dns(ct_bytes_t name)
{
    return TLV1(CT_DER_CONTEXT(2), name);
}


static inline ct_bytes_t
cert_tbs(const cert_t *c)
{
    ct_bytes_t algorithm, dates, spki, first, middle, last;

    algorithm = cert_hex("300a06082a8648ce3d040302");
    spki = cert_hex("301306072a8648ce3d020106082a8648ce3d030107");
    spki = TLV2(CT_DER_SEQUENCE, spki, cert_hex("03020004"));
    dates = TLV2(CT_DER_SEQUENCE,
                 TLV1(CT_DER_UTC_TIME, ct_bytes_str(
                     c->dates[0] ? c->dates[0] : "260101000000Z")),
                 TLV1(CT_DER_UTC_TIME, ct_bytes_str(
                     c->dates[1] ? c->dates[1] : "270101000000Z")));

    first = cert_join(cert_hex("a003020102"),
                      TLV1(CT_DER_INTEGER,
                           cert_hex(c->serial_hex ? c->serial_hex : "0102")));
    first = cert_join(first, algorithm);

    middle = TLV1(CT_DER_SEQUENCE,
                  cert_rdn(OID_CN, CT_DER_UTF8, CT_BYTES("Test CA")));
    middle = cert_join(middle, dates);
    middle = cert_join(middle, TLV1(CT_DER_SEQUENCE, c->subject));
    middle = cert_join(middle, spki);

    last = c->extensions.data == NULL ? NONE
           : TLV1(CT_DER_EXPLICIT(3),
                  TLV1(CT_DER_SEQUENCE, c->extensions));

    return TLV3(CT_DER_SEQUENCE, first, middle, cert_join(last, c->tail));
}


static inline ct_bytes_t
cert_sign(ct_bytes_t tbs)
{
    return TLV3(CT_DER_SEQUENCE, tbs, cert_hex("300a06082a8648ce3d040302"),
                cert_hex("03050030020500"));
}


static inline ct_bytes_t
cert_make(const cert_t *c)
{
    return cert_sign(cert_tbs(c));
}


/* The nth certificate of a .pem file of the test data; empty: none. */
static inline ct_bytes_t
cert_pem(const char *path, int nth)
{
    BIO        *bio;
    char       *text, *name, *header;
    long        der_len;
    size_t      len;
    uint8_t    *der;
    ct_bytes_t  out = NONE;

    text = strstr(path, ".pem") != NULL ? data_read(path, &len) : NULL;
    if (text == NULL) {
        return out;
    }

    bio = BIO_new_mem_buf(text, (int) len);

    while (nth-- >= 0
           && PEM_read_bio(bio, &name, &header, &der, &der_len) == 1)
    {
        if (nth < 0) {
            out = ct_bytes(ct_arena_strdup(cert_arena(), der,
                                           (size_t) der_len),
                           (size_t) der_len);
        }
        OPENSSL_free(name);
        OPENSSL_free(header);
        OPENSSL_free(der);
    }

    BIO_free(bio);
    free(text);

    return out;
}

#endif
