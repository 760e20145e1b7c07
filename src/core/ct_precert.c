/*
 * ct_precert: two TBSCertificates side by side, field by field in the order
 * of RFC 5280, 4.1. What cannot be read is not the same.
 */

#include "ct_precert.h"


static bool ct_precert_fields(ct_bytes_t pre, ct_bytes_t leaf);
static bool ct_precert_extensions(ct_bytes_t pre, ct_bytes_t leaf);
static bool ct_precert_extension(ct_bytes_t *in, ct_bytes_t *extension);
static bool ct_precert_adapted(ct_bytes_t oid);


bool
ct_precert_same(const ct_cert_t *pre, const ct_cert_t *leaf)
{
    ct_der_t   a, b;
    ct_bytes_t pre_tbs, leaf_tbs;

    pre_tbs = pre->tbs;
    leaf_tbs = leaf->tbs;

    return ct_der_expect(&pre_tbs, CT_DER_SEQUENCE, &a)
           && ct_der_expect(&leaf_tbs, CT_DER_SEQUENCE, &b)
           && ct_precert_fields(a.value, b.value)
           && ct_precert_extensions(pre->extensions, leaf->extensions);
}


/* All fields but two: the issuer, third after the version, and the
 * extensions. */
static bool
ct_precert_fields(ct_bytes_t pre, ct_bytes_t leaf)
{
    size_t   i;
    ct_der_t a, b;

    i = 0; /* fields from the serial number on */

    while (pre.len != 0 && leaf.len != 0) {
        if (!ct_der_read(&pre, &a) || !ct_der_read(&leaf, &b)
            || a.tag != b.tag)
        {
            return false;
        }

        if (a.tag != CT_DER_EXPLICIT(0)) { /* version */
            i++;
        }

        if (i == 3 || a.tag == CT_DER_EXPLICIT(3)) { /* issuer, extensions */
            continue;
        }

        if (!ct_bytes_equal(a.whole, b.whole)) {
            return false;
        }
    }

    return pre.len == leaf.len;
}


static bool
ct_precert_extensions(ct_bytes_t pre, ct_bytes_t leaf)
{
    ct_bytes_t a, b;

    for (;;) {
        if (!ct_precert_extension(&pre, &a)
            || !ct_precert_extension(&leaf, &b) || !ct_bytes_equal(a, b))
        {
            return false;
        }

        if (a.len == 0) {
            return true;
        }
    }
}


/* The next one that must be the same, empty at the end. */
static bool
ct_precert_extension(ct_bytes_t *in, ct_bytes_t *extension)
{
    ct_der_t       item;
    ct_extension_t parts;

    while (in->len != 0) {
        if (!ct_der_expect(in, CT_DER_SEQUENCE, &item)
            || !ct_extension_parse(item.value, &parts))
        {
            return false;
        }

        if (!ct_precert_adapted(parts.oid)) {
            *extension = item.whole;
            return true;
        }
    }

    *extension = ct_bytes(NULL, 0);

    return true;
}


static bool
ct_precert_adapted(ct_bytes_t oid)
{
    return ct_bytes_equal(oid, CT_BYTES("\x55\x1d\x23")) /* AKI */
           || ct_bytes_equal(oid, CT_BYTES("\x2b\x06\x01\x04\x01\xd6\x79"
                                           "\x02\x04\x03")); /* poison */
}
