/*
 * ct_served: what the policy wants to know of a certificate that nginx
 * serves. Names are kept as ct_finding keeps those of a logged one, so that
 * both can be compared as bytes.
 */

#include <string.h>

#include "ct_cert.h"
#include "ct_policy.h"


static ct_rc_t ct_served_names(ct_served_t *served, const ct_cert_t *cert,
    const ct_bytes_t *extra, size_t nextra, ct_arena_t *arena);
static size_t ct_served_count(const ct_cert_t *cert);
static bool ct_served_add(ct_bytes_t *names, size_t *n,
    const ct_name_t *name, ct_arena_t *arena);
static bool ct_served_host(const ct_name_t *name, ct_bytes_t text);


ct_rc_t
ct_served_read(ct_served_t *served, ct_bytes_t der, const ct_bytes_t *extra,
    size_t nextra, ct_arena_t *arena)
{
    ct_rc_t   rc;
    ct_cert_t cert;

    (void) ct_cert_read(der, &cert);

    if (cert.tbs.len == 0) {
        return CT_E_ENCODING;
    }

    rc = ct_cert_identity(&cert, arena, served->identity);
    if (rc != CT_OK) {
        return rc;
    }

    served->der = der;
    served->not_before_ms = 0;
    served->not_after_ms = 0;

    ct_sha256_once(der, served->cert_sha256);
    ct_sha256_once(cert.spki, served->spki_sha256);
    (void) ct_cert_validity(&cert, &served->not_before_ms,
                            &served->not_after_ms);

    return ct_served_names(served, &cert, extra, nextra, arena);
}


static ct_rc_t
ct_served_names(ct_served_t *served, const ct_cert_t *cert,
    const ct_bytes_t *extra, size_t nextra, ct_arena_t *arena)
{
    size_t      i, n;
    ct_name_t   name;
    ct_bytes_t *list;
    ct_names_t  names;

    list = ct_arena_calloc(arena, ct_served_count(cert) + nextra,
                           sizeof(ct_bytes_t));
    if (list == NULL) {
        return CT_E_MEMORY;
    }

    n = 0;
    ct_names_start(&names, cert);

    while (ct_names_next(&names, &name)) {
        if (!ct_served_add(list, &n, &name, arena)) {
            return CT_E_MEMORY;
        }
    }

    served->ncert_names = n;

    for (i = 0; i < nextra; i++) {
        name = (ct_name_t) {.kind = CT_NAME_DNS, .value = extra[i]};

        if (!ct_served_add(list, &n, &name, arena)) {
            return CT_E_MEMORY;
        }
    }

    served->names = list;
    served->nnames = n;

    return CT_OK;
}


/* How many there are at most. */
static size_t
ct_served_count(const ct_cert_t *cert)
{
    size_t     n;
    ct_name_t  name;
    ct_names_t names;

    n = 0;
    ct_names_start(&names, cert);

    while (ct_names_next(&names, &name)) {
        n++;
    }

    return n;
}


/* Unless it is empty or there already. False: memory. */
static bool
ct_served_add(ct_bytes_t *names, size_t *n, const ct_name_t *name,
    ct_arena_t *arena)
{
    size_t     i;
    ct_bytes_t text;

    if (!ct_name_text(name, arena, &text)) {
        return false;
    }

    if (text.len == 0 || !ct_served_host(name, text)) {
        return true;
    }

    for (i = 0; i < *n; i++) {
        if (ct_bytes_equal(names[i], text)) {
            return true;
        }
    }

    names[(*n)++] = text;

    return true;
}


/* Of common names, URIs and mail addresses what could be a host: "Example
 * Ltd" is not. */
static bool
ct_served_host(const ct_name_t *name, ct_bytes_t text)
{
    if (name->kind == CT_NAME_DNS || name->kind == CT_NAME_IP) {
        return true;
    }

    return memchr(text.data, '.', text.len) != NULL
           && memchr(text.data, ' ', text.len) == NULL;
}


const char *
ct_served_place(uint32_t place)
{
    switch (place) {

    case CT_SERVED_HTTP:
        return "http";

    case CT_SERVED_STREAM:
        return "stream";

    case CT_SERVED_MAIL:
        return "mail";
    }

    return "";
}
