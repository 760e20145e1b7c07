/*
 * ct_identity: one certificate, whether logged before it was issued or
 * after. RFC 6962, 3.1 and 3.3: the pre-certificate has the poison, the
 * final certificate has the SCT list; without both they are the same bytes.
 *
 * Bytes are cut out, never decoded and encoded again: whatever strange form
 * the issuer chose for the rest is kept.
 */

#include <string.h>

#include "ct_cert.h"

#define CT_OID_POISON   "\x2b\x06\x01\x04\x01\xd6\x79\x02\x04\x03"
#define CT_OID_SCT_LIST "\x2b\x06\x01\x04\x01\xd6\x79\x02\x04\x02"


static bool ct_identity_drops(const ct_der_t *item);
static size_t ct_identity_kept(ct_bytes_t extensions);
static void ct_identity_copy(ct_buf_t *out, ct_bytes_t extensions);
static size_t ct_identity_tlv_len(size_t len);


ct_rc_t
ct_cert_identity(const ct_cert_t *cert, ct_arena_t *scratch,
    uint8_t out[CT_HASH_LEN])
{
    ct_rc_t    rc;
    ct_bytes_t tbs;

    rc = ct_cert_splice(cert, scratch, &tbs);
    if (rc == CT_OK) {
        ct_sha256_once(tbs, out);
    }

    return rc;
}


/*
 *   SEQUENCE { version ... subjectPublicKeyInfo ... [3] { SEQUENCE { e* } } }
 *              '------------- before -------------'  '--- wrapped ---'
 */
ct_rc_t
ct_cert_splice(const ct_cert_t *cert, ct_arena_t *scratch, ct_bytes_t *tbs)
{
    size_t     kept, list, wrapped, len;
    uint8_t   *room;
    ct_buf_t   out;
    ct_der_t   item;
    ct_bytes_t before, whole;

    whole = cert->tbs;

    if (!ct_der_expect(&whole, CT_DER_SEQUENCE, &item)) {
        return CT_E_ENCODING;
    }

    kept = ct_identity_kept(cert->extensions);

    if (kept == cert->extensions.len) {
        *tbs = cert->tbs;
        return CT_OK;
    }

    /* extensions come last, and their headers have but one form */
    list = ct_identity_tlv_len(cert->extensions.len);
    before = ct_bytes(item.value.data,
                      item.value.len - ct_identity_tlv_len(list));

    /* RFC 5280, 4.1: SIZE (1..MAX), so an empty list is left out */
    list = ct_identity_tlv_len(kept);
    wrapped = kept != 0 ? ct_identity_tlv_len(list) : 0;
    len = before.len + wrapped;

    room = ct_arena_alloc(scratch, ct_identity_tlv_len(len));
    if (room == NULL) {
        return CT_E_MEMORY;
    }

    ct_buf_fixed(&out, room, ct_identity_tlv_len(len));
    ct_der_header(&out, CT_DER_SEQUENCE, len);
    ct_buf_bytes(&out, before);

    if (kept != 0) {
        ct_der_header(&out, CT_DER_EXPLICIT(3), list);
        ct_der_header(&out, CT_DER_SEQUENCE, kept);
        ct_identity_copy(&out, cert->extensions);
    }

    *tbs = ct_buf_slice(&out);

    return CT_OK;
}


bool
ct_cert_is_precert(const ct_cert_t *cert)
{
    ct_der_t       item;
    ct_bytes_t     in;
    ct_extension_t extension;

    in = cert->extensions;

    while (ct_der_expect(&in, CT_DER_SEQUENCE, &item)) {
        if (ct_extension_parse(item.value, &extension)
            && extension.critical
            && ct_bytes_is(extension.oid, CT_OID_POISON))
        {
            return true;
        }
    }

    return false;
}


static bool
ct_identity_drops(const ct_der_t *item)
{
    ct_extension_t extension;

    return item->tag == CT_DER_SEQUENCE
           && ct_extension_parse(item->value, &extension)
           && (ct_bytes_is(extension.oid, CT_OID_POISON)
               || ct_bytes_is(extension.oid, CT_OID_SCT_LIST));
}


/* Where the list stops being DER, the rest is kept as it is. */
static size_t
ct_identity_kept(ct_bytes_t extensions)
{
    size_t   kept;
    ct_der_t item;

    kept = extensions.len;

    while (ct_der_read(&extensions, &item)) {
        if (ct_identity_drops(&item)) {
            kept -= item.whole.len;
        }
    }

    return kept;
}


static void
ct_identity_copy(ct_buf_t *out, ct_bytes_t extensions)
{
    ct_der_t item;

    while (ct_der_read(&extensions, &item)) {
        if (!ct_identity_drops(&item)) {
            ct_buf_bytes(out, item.whole);
        }
    }

    ct_buf_bytes(out, extensions);
}


static size_t
ct_identity_tlv_len(size_t len)
{
    return ct_der_header_len(len) + len;
}
