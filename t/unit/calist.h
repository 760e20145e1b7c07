/*
 * calist: what the tests of ct_calist share - CA certificates, and rows
 * about them as in the CCADB's reports.
 */

#ifndef CALIST_H
#define CALIST_H

#include "ca.h"
#include "ct_calist.h"
#include "tap.h"

#define HEAD "\"CA Owner\",\"Certificate Name\",\"Certificate Record Type\"," \
             "\"Subordinate CA Owner\",\"SHA-256 Fingerprint\"\n"

static char        rows[1 << 20]; /* the text of the list */
static ct_buf_t    row_buf;
static ct_arena_t *list_arena;
static char        why[CT_LIMIT_ERROR];


static inline void
hex_of(const ca_cert_t *cert, char out[2 * CT_HASH_LEN + 1])
{
    size_t   i;
    uint8_t  hash[CT_HASH_LEN];

    ct_sha256_once(cert->der, hash);

    for (i = 0; i < CT_HASH_LEN; i++) {
        snprintf(out + 2 * i, 3, "%02X", hash[i]);
    }
}


static inline void
rows_start(const char *head)
{
    ct_buf_fixed(&row_buf, rows, sizeof(rows));
    ct_buf_puts(&row_buf, head);
}


static inline void
row_of(const ca_cert_t *cert, const char *owner, const char *sub,
    const char *type)
{
    char hex[2 * CT_HASH_LEN + 1], row[1024];

    hex_of(cert, hex);
    snprintf(row, sizeof(row), "\"%s\",\"a, name\",\"%s Certificate\","
             "\"%s\",\"%s\"\n", owner, type, sub, hex);
    ct_buf_puts(&row_buf, row);
}


/* NULL: refused, and `why` tells. The one before is gone. */
static inline ct_calist_t *
list_read(ct_bytes_t text)
{
    ct_calist_t *list;

    ct_arena_destroy(list_arena);
    list_arena = ct_arena_create(16 * 1024 * 1024);
    why[0] = '\0';
    list = NULL;

    if (ct_calist_read(text, list_arena, &list, why) != CT_OK
        && (list != NULL || why[0] == '\0'))
    {
        ok(0, "refused with a reason and nothing else");
    }

    return list;
}


static inline ct_calist_t *
list_of_rows(void)
{
    return list_read(ct_buf_slice(&row_buf));
}


static inline void
owner_is(const ct_calist_t *list, const ca_cert_t *cert, const char *want,
    const char *what)
{
    uint8_t     hash[CT_HASH_LEN];
    const char *owner;

    ct_sha256_once(cert->der, hash);
    owner = ct_calist_owner(list, hash);
    is_str(owner != NULL ? owner : "(none)", want, "%s", what);
}


static inline void
key_is(const ct_calist_t *list, const ca_cert_t *cert, const char *want,
    const char *what)
{
    uint8_t     hash[CT_HASH_LEN];
    const char *owner;

    ca_key_hash(cert, hash);
    owner = ct_calist_owner(list, hash);
    is_str(owner != NULL ? owner : "(none)", want, "%s", what);
}

#endif
