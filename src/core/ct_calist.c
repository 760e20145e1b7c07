/*
 * ct_calist: the table of owners, by hash and by name. Both are open
 * addressed, at most half full, and a look goes only so far: hashes come
 * from a text, and somebody could have chosen them.
 */

#include "ct_calist_part.h"
#include "ct_cert.h"

#include <string.h>


#define CT_CALIST_NAMES  (4 * CT_LIMIT_CA_OWNERS) /* a power of two */
#define CT_CALIST_PROBES 1024


static ct_calist_claim_t *ct_calist_place(const ct_calist_t *list,
    const uint8_t hash[CT_HASH_LEN]);
static uint16_t *ct_calist_named(const ct_calist_t *list, const char *name);
static const char *ct_calist_claimed(const ct_calist_t *list,
    const ct_calist_claim_t *cert, const ct_calist_claim_t *key);


ct_calist_t *
ct_calist_create(ct_arena_t *arena, size_t n)
{
    size_t       places;
    ct_calist_t *list;

    for (places = 64; places < 2 * n; places *= 2) {
        /* a power of two */
    }

    list = ct_arena_calloc(arena, 1, sizeof(ct_calist_t));

    if (list == NULL) {
        return NULL;
    }

    list->mask = places - 1;
    list->claims = ct_arena_calloc(arena, places, sizeof(ct_calist_claim_t));
    list->owners = ct_arena_calloc(arena, CT_LIMIT_CA_OWNERS + 1,
                                   sizeof(ct_calist_owner_t));
    list->names = ct_arena_calloc(arena, CT_CALIST_NAMES, sizeof(uint16_t));

    return list->claims != NULL && list->owners != NULL
           && list->names != NULL ? list : NULL;
}


uint16_t
ct_calist_intern(ct_calist_t *list, ct_arena_t *arena, const char *name)
{
    char     *copy;
    uint16_t *place;

    place = ct_calist_named(list, name);

    if (*place != 0 || name[0] == '\0'
        || list->nowners == CT_LIMIT_CA_OWNERS)
    {
        return *place;
    }

    copy = ct_arena_strdup(arena, name, strlen(name));

    if (copy != NULL) {
        *place = (uint16_t) ++list->nowners;
        list->owners[*place].name = copy;
    }

    return *place;
}


/* Of this name, or free: there are more places than owners. FNV-1a. */
static uint16_t *
ct_calist_named(const ct_calist_t *list, const char *name)
{
    size_t     i;
    uint32_t   sum;
    ct_bytes_t wanted;

    wanted = ct_bytes_str(name);
    sum = 2166136261U;

    for (i = 0; i < wanted.len; i++) {
        sum ^= wanted.data[i] >= 'A' && wanted.data[i] <= 'Z'
               ? wanted.data[i] | 0x20U : wanted.data[i];
        sum *= 16777619U;
    }

    for (i = sum % CT_CALIST_NAMES; list->names[i] != 0;
         i = (i + 1) % CT_CALIST_NAMES)
    {
        if (ct_bytes_equal_nocase(wanted, ct_bytes_str(
                list->owners[list->names[i]].name)))
        {
            break;
        }
    }

    return &list->names[i];
}


const ct_calist_claim_t *
ct_calist_find(const ct_calist_t *list, const uint8_t hash[CT_HASH_LEN])
{
    const ct_calist_claim_t *claim;

    claim = ct_calist_place(list, hash);

    return claim != NULL && claim->owner != 0 ? claim : NULL;
}


/* Of this hash, or free; NULL: too far away. */
static ct_calist_claim_t *
ct_calist_place(const ct_calist_t *list, const uint8_t hash[CT_HASH_LEN])
{
    size_t             i, at;
    ct_calist_claim_t *claim;

    memcpy(&at, hash, sizeof(at));

    for (i = 0; i < CT_CALIST_PROBES; i++) {
        claim = &list->claims[(at + i) & list->mask];

        if (claim->owner == 0
            || memcmp(claim->hash, hash, CT_HASH_LEN) == 0)
        {
            return claim;
        }
    }

    return NULL;
}


bool
ct_calist_claim(ct_calist_t *list, const uint8_t hash[CT_HASH_LEN],
    uint16_t owner, bool strong)
{
    ct_calist_claim_t *claim;

    claim = ct_calist_place(list, hash);

    if (claim == NULL
        || (claim->owner == 0 && 2 * (list->nclaims + 1) > list->mask + 1))
    {
        return false;
    }

    if (claim->owner == 0) {
        memcpy(claim->hash, hash, CT_HASH_LEN);
        list->nclaims++;

    } else if (claim->strong == strong) {
        claim->disputed |= claim->owner != owner;
        return true;

    } else if (claim->strong) {
        return true;
    }

    claim->owner = owner;
    claim->strong = strong;
    claim->disputed = false;

    return true;
}


size_t
ct_calist_certificates(const ct_calist_t *list)
{
    return list->ncertificates;
}


size_t
ct_calist_owners(const ct_calist_t *list)
{
    return list->nowners;
}


size_t
ct_calist_bad(const ct_calist_t *list)
{
    return list->nbad;
}


const char *
ct_calist_refuse_change(const ct_calist_t *before, const ct_calist_t *list)
{
    if (list->ncertificates < before->ncertificates / 2
                              + before->ncertificates % 2)
    {
        return "more than half of the certificates are gone from it";
    }

    return NULL;
}


const char *
ct_calist_owner(const ct_calist_t *list, const uint8_t hash[CT_HASH_LEN])
{
    const ct_calist_claim_t *claim;

    claim = ct_calist_find(list, hash);

    return claim != NULL && !claim->disputed
           ? list->owners[claim->owner].name : NULL;
}


const char *
ct_calist_report(const ct_calist_t *list, const char *owner)
{
    uint16_t number;

    number = *ct_calist_named(list, owner);

    return number != 0 ? list->owners[number].report : NULL;
}


void
ct_calist_learn(ct_calist_t *list, ct_bytes_t der)
{
    uint8_t                  hash[CT_HASH_LEN], key[CT_HASH_LEN];
    ct_cert_t                cert;
    const ct_calist_claim_t *claim;

    if (list == NULL) {
        return;
    }

    ct_sha256_once(der, hash);
    claim = ct_calist_find(list, hash);

    if (claim != NULL && !claim->disputed
        && ct_cert_read(der, &cert) == CT_OK)
    {
        ct_sha256_once(cert.spki, key);
        (void) ct_calist_claim(list, key, claim->owner, claim->strong);
    }
}


void
ct_calist_name(const ct_calist_t *list, ct_ca_t *ca)
{
    size_t      i;
    const char *owner;

    owner = NULL;

    for (i = 0; list != NULL && owner == NULL && i < ca->npath; i++) {
        owner = ct_calist_claimed(list,
                                  ct_calist_find(list, ca->path_cert[i]),
                                  ct_calist_find(list, ca->path_key[i]));
    }

    if (owner != NULL) {
        memset(ca->owner, 0, sizeof(ca->owner));
        memcpy(ca->owner, owner, strlen(owner));
    }
}


/* The key tells whose it is, when it is told outright; a certificate may
 * have been signed across and be on record as its issuer's. */
static const char *
ct_calist_claimed(const ct_calist_t *list, const ct_calist_claim_t *cert,
    const ct_calist_claim_t *key)
{
    size_t                   i;
    const ct_calist_claim_t *claims[3];

    claims[0] = key != NULL && key->strong ? key : NULL;
    claims[1] = cert;
    claims[2] = key;

    for (i = 0; i < 3; i++) {
        if (claims[i] != NULL && !claims[i]->disputed) {
            return list->owners[claims[i]->owner].name;
        }
    }

    return NULL;
}
