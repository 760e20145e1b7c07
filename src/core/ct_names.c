/*
 * ct_names: the names a certificate covers, for every entry of every log:
 * the hot path. Slices of the input, no memory of its own.
 *
 * What cannot be read is never passed over in silence: it sets `broken`, and
 * the caller then treats the certificate as one that could cover anything.
 */

#include <string.h>

#include "ct_cert.h"
#include "ct_host.h"

/* X.680, 8.4: the string types an attribute value may have, by number. */
#define CT_NAMES_STRINGS                                                     \
    (1U << CT_DER_UTF8 | 1U << CT_DER_PRINTABLE | 1U << CT_DER_TELETEX       \
     | 1U << CT_DER_IA5 | 1U << CT_DER_UNIVERSAL | 1U << CT_DER_BMP          \
     | 1U << 0x12 /* Numeric */ | 1U << 0x15 /* Videotex */                  \
     | 1U << 0x19 /* Graphic */ | 1U << 0x1a /* Visible */                   \
     | 1U << 0x1b /* General */)


static bool ct_names_next_san(ct_names_t *names, ct_name_t *name);
static bool ct_names_open_san(ct_names_t *names);
static bool ct_names_general(ct_names_t *names, const ct_der_t *item,
    ct_name_t *name);
static bool ct_names_other(ct_names_t *names, const ct_der_t *item,
    ct_name_t *name);
static ct_host_f ct_names_other_host(ct_bytes_t oid);
static bool ct_names_host(ct_names_t *names, const ct_der_t *item,
    ct_host_f host, ct_name_t *name);
static bool ct_names_again(ct_names_t *names, ct_name_t *name);
static bool ct_names_next_cn(ct_names_t *names, ct_name_t *name);
static bool ct_names_open_rdn(ct_names_t *names);
static bool ct_names_common(ct_names_t *names, const ct_der_t *item,
    ct_name_t *name);
static bool ct_names_string(uint8_t tag);
static bool ct_names_step(ct_names_t *names, ct_bytes_t *in, uint8_t tag,
    ct_der_t *item);


void
ct_names_start(ct_names_t *names, const ct_cert_t *cert)
{
    ct_der_t   item;
    ct_bytes_t subject;

    names->extensions = cert->extensions;
    names->san.len = 0;
    names->subject.len = 0;
    names->rdn.len = 0;
    names->again.value.len = 0;
    names->broken = false;

    subject = cert->subject;

    if (ct_names_step(names, &subject, CT_DER_SEQUENCE, &item)) {
        names->subject = item.value;
    }
}


bool
ct_names_next(ct_names_t *names, ct_name_t *name)
{
    if (names->again.value.len != 0) {
        return ct_names_again(names, name);
    }

    return ct_names_next_san(names, name) || ct_names_next_cn(names, name);
}


/* RFC 5280, 4.2.1.6: GeneralNames of one SAN, then of the next. */
static bool
ct_names_next_san(ct_names_t *names, ct_name_t *name)
{
    ct_der_t item;

    do {
        while (names->san.len != 0) {
            if (!ct_der_read(&names->san, &item)) {
                names->broken = true;
                names->san.len = 0;
                break;
            }

            if (ct_names_general(names, &item, name)) {
                return true;
            }
        }
    } while (ct_names_open_san(names));

    return false;
}


/* Goes on to the next subjectAltName extension. */
static bool
ct_names_open_san(ct_names_t *names)
{
    ct_der_t       item;
    ct_extension_t extension;

    while (names->extensions.len != 0
           && ct_names_step(names, &names->extensions, CT_DER_SEQUENCE, &item))
    {
        if (!ct_extension_parse(item.value, &extension)) {
            names->broken = true;
            continue;
        }

        if (extension.oid.len != 3
            || memcmp(extension.oid.data, "\x55\x1d\x11", 3) != 0)
        {
            continue;
        }

        if (ct_names_step(names, &extension.value, CT_DER_SEQUENCE, &item)) {
            names->broken |= extension.value.len != 0;
            names->san = item.value;
            return true;
        }
    }

    return false;
}


static bool
ct_names_general(ct_names_t *names, const ct_der_t *item, ct_name_t *name)
{
    switch (item->tag) {

    case CT_DER_CONTEXT(2): /* dNSName */
        name->kind = CT_NAME_DNS;
        break;

    case CT_DER_CONTEXT(7): /* iPAddress */
        if (item->value.len != 4 && item->value.len != 16) {
            return false;
        }
        name->kind = CT_NAME_IP;
        break;

    case CT_DER_CONTEXT(1): /* rfc822Name */
        name->kind = CT_NAME_MAIL;
        return ct_names_host(names, item, ct_host_mail, name);

    case CT_DER_CONTEXT(6): /* uniformResourceIdentifier */
        name->kind = CT_NAME_URI;
        return ct_names_host(names, item, ct_host_uri, name);

    case CT_DER_EXPLICIT(0): /* otherName */
        return ct_names_other(names, item, name);

    case CT_DER_EXPLICIT(3): /* x400Address */
    case CT_DER_EXPLICIT(4): /* directoryName */
    case CT_DER_EXPLICIT(5): /* ediPartyName */
    case CT_DER_CONTEXT(8):  /* registeredID */
        return false;

    default:
        names->broken = true;
        return false;
    }

    name->tag = item->tag;
    name->value = item->value;

    return true;
}


/* RFC 5280, 4.2.1.6: a type, and a value of it in an explicit [0]. */
static bool
ct_names_other(ct_names_t *names, const ct_der_t *item, ct_name_t *name)
{
    ct_der_t   type, explicit, value;
    ct_host_f  host;
    ct_bytes_t rest, inner;

    rest = item->value;

    if (!ct_der_expect(&rest, CT_DER_OID, &type)) {
        names->broken = true;
        return false;
    }

    host = ct_names_other_host(type.value);

    if (host == NULL) {
        return false;
    }

    if (!ct_der_expect(&rest, CT_DER_EXPLICIT(0), &explicit)) {
        names->broken = true;
        return false;
    }

    inner = explicit.value;

    if (!ct_der_read(&inner, &value) || !ct_names_string(value.tag)) {
        names->broken = true;
        return false;
    }

    name->kind = CT_NAME_MAIL;

    return ct_names_host(names, &value, host, name);
}


/* NULL: none that names a host. */
static ct_host_f
ct_names_other_host(ct_bytes_t oid)
{
    size_t i;

    static const struct {
        ct_bytes_t oid;
        ct_host_f  host;
    } types[] = {
        {{(const uint8_t *) "\x2b\x06\x01\x05\x05\x07\x08\x05", 8},
         ct_host_jid}, /* XmppAddr */
        {{(const uint8_t *) "\x2b\x06\x01\x05\x05\x07\x08\x07", 8},
         ct_host_service}, /* SRVName */
        {{(const uint8_t *) "\x2b\x06\x01\x05\x05\x07\x08\x08", 8},
         ct_host_mail}, /* NAIRealm */
        {{(const uint8_t *) "\x2b\x06\x01\x05\x05\x07\x08\x09", 8},
         ct_host_mail}, /* SmtpUTF8Mailbox */
        {{(const uint8_t *) "\x2b\x06\x01\x04\x01\x82\x37\x14\x02\x03",
          10}, ct_host_mail} /* userPrincipalName */
    };

    for (i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        if (ct_bytes_equal(oid, types[i].oid)) {
            return types[i].host;
        }
    }

    return NULL;
}


/* A client may stop at a NUL, wherever it stands: then there are two. */
static bool
ct_names_host(ct_names_t *names, const ct_der_t *item, ct_host_f host,
    ct_name_t *name)
{
    ct_bytes_t rest, head;

    name->tag = item->tag;
    name->value = host(item->value);
    rest = item->value;

    if (ct_read_until(&rest, '\0', &head)) {
        names->again = *name;
        names->again.value = host(head);
    }

    return name->value.len != 0 || ct_names_again(names, name);
}


static bool
ct_names_again(ct_names_t *names, ct_name_t *name)
{
    if (names->again.value.len == 0) {
        return false;
    }

    *name = names->again;
    names->again.value.len = 0;

    return true;
}


/* RFC 5280, 4.1.2.4: RDNs of the subject, attributes of each RDN. */
static bool
ct_names_next_cn(ct_names_t *names, ct_name_t *name)
{
    ct_der_t item;

    do {
        while (names->rdn.len != 0
               && ct_names_step(names, &names->rdn, CT_DER_SEQUENCE, &item))
        {
            if (ct_names_common(names, &item, name)) {
                return true;
            }
        }
    } while (ct_names_open_rdn(names));

    return false;
}


static bool
ct_names_open_rdn(ct_names_t *names)
{
    ct_der_t item;

    if (names->subject.len == 0
        || !ct_names_step(names, &names->subject, CT_DER_SET, &item))
    {
        return false;
    }

    names->rdn = item.value;

    return true;
}


static bool
ct_names_common(ct_names_t *names, const ct_der_t *item, ct_name_t *name)
{
    ct_attribute_t attribute;

    if (!ct_attribute_parse(item->value, &attribute)) {
        names->broken = true;
        return false;
    }

    if (attribute.oid.len != 3
        || memcmp(attribute.oid.data, "\x55\x04\x03", 3) != 0)
    {
        return false;
    }

    if (!ct_names_string(attribute.value.tag)) {
        names->broken = true;
        return false;
    }

    name->kind = CT_NAME_CN;
    name->tag = attribute.value.tag;
    name->value = attribute.value.value;

    return true;
}


static bool
ct_names_string(uint8_t tag)
{
    return tag <= 0x1e && (CT_NAMES_STRINGS >> tag & 1) != 0;
}


/* The next element of a list. What is left of a list whose frame is broken
 * cannot be found, so it is given up. */
static bool
ct_names_step(ct_names_t *names, ct_bytes_t *in, uint8_t tag, ct_der_t *item)
{
    if (ct_der_expect(in, tag, item)) {
        return true;
    }

    names->broken = true;
    in->len = 0;

    return false;
}
