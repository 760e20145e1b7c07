/*
 * ct_ack: see the header. There are few rows, so all of them are looked at.
 */

#include "ct_ack.h"
#include "ct_utf8.h"

#include <string.h>


static size_t ct_ack_row(const ct_store_t *store, uint8_t scope,
    const uint8_t hash[CT_HASH_LEN]);
static bool ct_ack_zero(const uint8_t hash[CT_HASH_LEN]);


bool
ct_ack_hash(const ct_finding_t *finding, ct_ack_scope_e scope,
    uint8_t hash[CT_HASH_LEN])
{
    const uint8_t *from;

    switch (scope) {
    case CT_ACK_FINDING:
        from = finding->identity;
        break;
    case CT_ACK_KEY:
        from = finding->spki_sha256;
        break;
    case CT_ACK_ISSUER:
        from = finding->issuer_key;
        break;
    default:
        return false;
    }

    memcpy(hash, from, CT_HASH_LEN);

    return !ct_ack_zero(hash);
}


bool
ct_ack_valid(const ct_ack_t *ack)
{
    return ack->scope >= CT_ACK_FINDING && ack->scope <= CT_ACK_ISSUER
           && !ct_ack_zero(ack->hash) && ack->time_ms != 0;
}


bool
ct_ack_covers(const ct_ack_t *ack, const ct_finding_t *finding)
{
    uint8_t hash[CT_HASH_LEN];

    return ct_ack_hash(finding, (ct_ack_scope_e) ack->scope, hash)
           && memcmp(ack->hash, hash, CT_HASH_LEN) == 0;
}


bool
ct_ack_find(const ct_store_t *store, const ct_finding_t *finding,
    ct_ack_t *ack)
{
    bool     found;
    size_t   i, n;
    ct_ack_t row;

    found = false;
    n = ct_store_rows(store, CT_TABLE_ACK);

    for (i = 0; i < n; i++) {
        if (ct_store_row(store, CT_TABLE_ACK, i, &row)
            && ct_ack_covers(&row, finding)
            && (!found || row.scope < ack->scope))
        {
            *ack = row;
            found = true;
        }
    }

    return found;
}


const char *
ct_ack_scope_name(uint8_t scope)
{
    switch (scope) {
    case CT_ACK_KEY:
        return "key";
    case CT_ACK_ISSUER:
        return "issuer";
    default:
        return "finding";
    }
}


void
ct_ack_usage(const ct_store_t *store, size_t *used, size_t *max)
{
    size_t   i;
    ct_ack_t row;

    *used = 0;
    *max = ct_store_rows(store, CT_TABLE_ACK);

    for (i = 0; i < *max; i++) {
        *used += ct_store_row(store, CT_TABLE_ACK, i, &row);
    }
}


bool
ct_ack_room(const ct_store_t *store, uint8_t scope,
    const uint8_t hash[CT_HASH_LEN])
{
    size_t n;

    n = ct_store_rows(store, CT_TABLE_ACK);

    return ct_ack_row(store, scope, hash) < n
           || ct_store_free_row(store, CT_TABLE_ACK) < n;
}


ct_rc_t
ct_ack_put(ct_store_t *store, const ct_ack_t *ack)
{
    size_t i, n;

    if (!ct_ack_valid(ack)) {
        return CT_E_TYPE;
    }

    n = ct_store_rows(store, CT_TABLE_ACK);
    i = ct_ack_row(store, ack->scope, ack->hash);

    if (i == n) {
        i = ct_store_free_row(store, CT_TABLE_ACK);
    }

    if (i >= n) {
        return CT_E_FULL;
    }

    ct_store_set_row(store, CT_TABLE_ACK, i, ack);

    return CT_OK;
}


bool
ct_ack_remove(ct_store_t *store, ct_ack_scope_e scope,
    const uint8_t hash[CT_HASH_LEN])
{
    size_t i;

    i = ct_ack_row(store, (uint8_t) scope, hash);

    if (i == ct_store_rows(store, CT_TABLE_ACK)) {
        return false;
    }

    ct_store_set_row(store, CT_TABLE_ACK, i, NULL);

    return true;
}


/* The number of rows when there is none. */
static size_t
ct_ack_row(const ct_store_t *store, uint8_t scope,
    const uint8_t hash[CT_HASH_LEN])
{
    size_t   i, n;
    ct_ack_t row;

    n = ct_store_rows(store, CT_TABLE_ACK);

    for (i = 0; i < n; i++) {
        if (ct_store_row(store, CT_TABLE_ACK, i, &row) && row.scope == scope
            && memcmp(row.hash, hash, CT_HASH_LEN) == 0)
        {
            break;
        }
    }

    return i;
}


static bool
ct_ack_zero(const uint8_t hash[CT_HASH_LEN])
{
    static const uint8_t zero[CT_HASH_LEN];

    return memcmp(hash, zero, CT_HASH_LEN) == 0;
}


void
ct_ack_text(char *out, size_t room, ct_bytes_t text)
{
    size_t   at, n;
    uint8_t  bytes[CT_UTF8_MAX];
    uint32_t code;

    at = 0;

    while (text.len > 0) {
        if (!ct_utf8_read(&text, &code)) {
            text.data++;
            text.len--;
            code = '?';
        }

        n = ct_utf8_write(bytes, code < 0x20 || code == 0x7f ? ' ' : code);

        if (at + n >= room) {
            break;
        }

        memcpy(out + at, bytes, n);
        at += n;
    }

    memset(out + at, 0, room - at);
}
