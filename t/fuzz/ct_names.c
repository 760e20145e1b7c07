/* Fuzz target: the names of a certificate. Whatever OpenSSL finds as one, in
 * any SAN and in the subject, is found by the walk, and for whatever host
 * OpenSSL takes the certificate, that host is matched; unless something is
 * said to be broken. */

#include "ct_host.h"
#include "ct_watch.h"

#include <openssl/x509v3.h>
#include <stdlib.h>

#define CHECK(cond) ((cond) ? (void) 0 : abort())
#define MOST 64 /* names of one list that are compared */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


static ct_bytes_t
bytes_of(const ASN1_STRING *string)
{
    return ct_bytes(ASN1_STRING_get0_data(string),
                    (size_t) ASN1_STRING_length(string));
}


static void
check_found(const ct_cert_t *cert, ct_name_kind_e kind, ct_bytes_t want)
{
    ct_name_t  name;
    ct_names_t names;
    bool       found = false;

    ct_names_start(&names, cert);

    while (ct_names_next(&names, &name)) {
        found |= name.kind == kind && ct_bytes_equal(name.value, want);
    }

    CHECK(found || names.broken);
}


static void
check_host(const ct_cert_t *cert, ct_name_kind_e kind, ct_bytes_t host)
{
    if (host.len != 0) {
        check_found(cert, kind, host);
    }
}


static void
check_other(const ct_cert_t *cert, const OTHERNAME *other)
{
    ct_host_f        host;
    const ASN1_TYPE *value = other->value;

    switch (OBJ_obj2nid(other->type_id)) {

    case NID_id_on_SmtpUTF8Mailbox:
    case NID_NAIRealm:
    case NID_ms_upn:
        host = ct_host_mail;
        break;

    case NID_XmppAddr:
        host = ct_host_jid;
        break;

    case NID_SRVName:
        host = ct_host_service;
        break;

    default:
        return;
    }

    if (value->type == V_ASN1_UTF8STRING || value->type == V_ASN1_IA5STRING) {
        check_host(cert, CT_NAME_MAIL,
                   host(bytes_of(value->value.asn1_string)));
    }
}


static void
check_general(const ct_cert_t *cert, const GENERAL_NAME *name)
{
    ct_bytes_t value;

    if (name->type == GEN_OTHERNAME) {
        check_other(cert, name->d.otherName);
        return;
    }

    if (name->type != GEN_DNS && name->type != GEN_IPADD
        && name->type != GEN_URI && name->type != GEN_EMAIL)
    {
        return;
    }

    value = bytes_of(name->d.ia5);

    if (name->type == GEN_DNS) {
        check_found(cert, CT_NAME_DNS, value);

    } else if (name->type == GEN_URI) {
        check_host(cert, CT_NAME_URI, ct_host_uri(value));

    } else if (name->type == GEN_EMAIL) {
        check_host(cert, CT_NAME_MAIL, ct_host_mail(value));

    } else if (value.len == 4 || value.len == 16) {
        check_found(cert, CT_NAME_IP, value);
    }
}


static void
check_sans(const ct_cert_t *cert, X509 *x)
{
    int            i, n;
    GENERAL_NAMES *san;

    for (i = -1; (i = X509_get_ext_by_NID(x, NID_subject_alt_name, i)) >= 0; )
    {
        san = X509V3_EXT_d2i(X509_get_ext(x, i));

        for (n = 0; n < sk_GENERAL_NAME_num(san) && n < MOST; n++) {
            check_general(cert, sk_GENERAL_NAME_value(san, n));
        }

        GENERAL_NAMES_free(san);
    }
}


static void
check_subject(const ct_cert_t *cert, X509 *x)
{
    int        i, n;
    X509_NAME *subject = X509_get_subject_name(x);

    for (i = -1, n = 0; n < MOST; n++) {
        i = X509_NAME_get_index_by_NID(subject, NID_commonName, i);

        if (i < 0) {
            break;
        }

        check_found(cert, CT_NAME_CN, bytes_of(X509_NAME_ENTRY_get_data(
                        X509_NAME_get_entry(subject, i))));
    }
}


/* What a client that asks OpenSSL would take it for. */
static void
check_matched(const ct_cert_t *cert, const char *pattern)
{
    bool        found = false;
    ct_name_t   name;
    ct_names_t  names;
    ct_bytes_t  matched, one = ct_bytes_str(pattern);
    ct_arena_t *arena = ct_arena_create(65536);
    ct_watch_t *watch = ct_watch_compile(arena, &one, 1, 1);

    CHECK(watch != NULL);
    ct_names_start(&names, cert);

    while (ct_names_next(&names, &name)) {
        found |= ct_watch_match(watch, &name, &matched);
    }

    CHECK(found || names.broken);
    ct_arena_destroy(arena);
}


static void
check_clients(const ct_cert_t *cert, X509 *x)
{
    if (X509_check_host(x, "www.shop.test", 0, 0, NULL) == 1) {
        check_matched(cert, "=www.shop.test");
    }

    if (X509_check_ip_asc(x, "192.0.2.7", 0) == 1) {
        check_matched(cert, "192.0.2.7");
    }
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    X509      *x = d2i_X509(NULL, &(const uint8_t *) {data}, (long) size);
    ct_cert_t  cert;

    (void) ct_cert_read(ct_bytes(data, size), &cert);

    /* what cannot be read at all is searched */
    if (x != NULL && cert.tbs.len != 0) {
        check_sans(&cert, x);
        check_subject(&cert, x);
        check_clients(&cert, x);
    }

    X509_free(x);

    return 0;
}
