/*
 * ct_cert: the frame of a certificate (RFC 5280, 4.1). Every field of the
 * TBSCertificate is found, in the order of the RFC, but looked into only
 * where this project needs it.
 */

#include <string.h>

#include "ct_cert.h"


static bool ct_cert_tbs_fields(ct_bytes_t in, ct_cert_t *cert);
static bool ct_cert_extensions(const ct_der_t *explicit, ct_cert_t *cert);


ct_rc_t
ct_cert_read(ct_bytes_t der, ct_cert_t *cert)
{
    ct_rc_t    rc;
    ct_der_t   item;
    ct_bytes_t in, tbs;

    memset(cert, 0, sizeof(*cert));

    if (!ct_der_expect(&der, CT_DER_SEQUENCE, &item)) {
        return CT_E_ENCODING;
    }

    in = item.value;

    if (!ct_der_expect(&in, CT_DER_SEQUENCE, &item)) {
        return CT_E_ENCODING;
    }

    tbs = item.whole;

    rc = ct_cert_read_tbs(tbs, cert);
    if (rc != CT_OK) {
        return rc;
    }

    /* RFC 5280, 4.1: Certificate, behind tbsCertificate */
    if (!ct_der_expect(&in, CT_DER_SEQUENCE, &item)      /* signatureAlgo.. */
        || !ct_der_expect(&in, CT_DER_BIT_STRING, &item) /* signatureValue */
        || in.len != 0)
    {
        return CT_E_ENCODING;
    }

    return der.len == 0 ? CT_OK : CT_E_TRAILING;
}


ct_rc_t
ct_cert_read_tbs(ct_bytes_t tbs, ct_cert_t *cert)
{
    ct_der_t item;

    memset(cert, 0, sizeof(*cert));

    if (!ct_der_expect(&tbs, CT_DER_SEQUENCE, &item)
        || !ct_cert_tbs_fields(item.value, cert))
    {
        memset(cert, 0, sizeof(*cert));
        return CT_E_ENCODING;
    }

    cert->tbs = item.whole;

    return tbs.len == 0 ? CT_OK : CT_E_TRAILING;
}


static bool
ct_cert_tbs_fields(ct_bytes_t in, ct_cert_t *cert)
{
    ct_der_t serial, issuer, validity, subject, spki, explicit, skipped;

    /* RFC 5280, 4.1: TBSCertificate */
    if (!ct_der_optional(&in, CT_DER_EXPLICIT(0), &skipped) /* version */
        || !ct_der_expect(&in, CT_DER_INTEGER, &serial)     /* serialNumber */
        || !ct_der_expect(&in, CT_DER_SEQUENCE, &skipped)   /* signature */
        || !ct_der_expect(&in, CT_DER_SEQUENCE, &issuer)    /* issuer */
        || !ct_der_expect(&in, CT_DER_SEQUENCE, &validity)  /* validity */
        || !ct_der_expect(&in, CT_DER_SEQUENCE, &subject)   /* subject */
        || !ct_der_expect(&in, CT_DER_SEQUENCE, &spki)      /* subjectPubl.. */
        || !ct_der_optional(&in, CT_DER_CONTEXT(1), &skipped) /* issuerUni.. */
        || !ct_der_optional(&in, CT_DER_CONTEXT(2), &skipped) /* subjectUn.. */
        || !ct_der_optional(&in, CT_DER_EXPLICIT(3), &explicit) /* extensi.. */
        || in.len != 0)
    {
        return false;
    }

    cert->serial = serial.value;
    cert->issuer = issuer.whole;
    cert->validity = validity.value;
    cert->subject = subject.whole;
    cert->spki = spki.whole;

    return explicit.whole.len == 0 || ct_cert_extensions(&explicit, cert);
}


static bool
ct_cert_extensions(const ct_der_t *explicit, ct_cert_t *cert)
{
    ct_der_t   list;
    ct_bytes_t in;

    in = explicit->value;

    if (!ct_der_expect(&in, CT_DER_SEQUENCE, &list) || in.len != 0) {
        return false;
    }

    cert->extensions = list.value;

    return true;
}


bool
ct_extension_parse(ct_bytes_t in, ct_extension_t *extension)
{
    ct_der_t oid, critical, value;

    /* RFC 5280, 4.1: Extension */
    if (!ct_der_expect(&in, CT_DER_OID, &oid)                 /* extnID */
        || !ct_der_optional(&in, CT_DER_BOOLEAN, &critical)   /* critical */
        || !ct_der_expect(&in, CT_DER_OCTETS, &value)         /* extnValue */
        || in.len != 0)
    {
        return false;
    }

    extension->oid = oid.value;
    extension->value = value.value;
    extension->critical = critical.value.len == 1
                          && critical.value.data[0] != 0; /* DEFAULT FALSE */

    return true;
}


bool
ct_attribute_parse(ct_bytes_t in, ct_attribute_t *attribute)
{
    ct_der_t oid, value;

    /* RFC 5280, 4.1.2.4: AttributeTypeAndValue */
    if (!ct_der_expect(&in, CT_DER_OID, &oid) /* type */
        || !ct_der_read(&in, &value)          /* value */
        || in.len != 0)
    {
        return false;
    }

    attribute->oid = oid.value;
    attribute->value = value;

    return true;
}


bool
ct_cert_validity(const ct_cert_t *cert, int64_t *not_before_ms,
    int64_t *not_after_ms)
{
    int64_t    from, until;
    ct_der_t   not_before, not_after;
    ct_bytes_t in;

    in = cert->validity;

    /* RFC 5280, 4.1.2.5: Validity */
    if (!ct_der_read(&in, &not_before)   /* notBefore */
        || !ct_der_read(&in, &not_after) /* notAfter */
        || in.len != 0
        || !ct_der_time(&not_before, &from)
        || !ct_der_time(&not_after, &until))
    {
        return false;
    }

    *not_before_ms = from;
    *not_after_ms = until;

    return true;
}
