/*
 * ct_policy_part: inside ct_policy - the CAs that are ours (ct_familiar.c).
 */

#ifndef CT_POLICY_PART_H
#define CT_POLICY_PART_H

#include <string.h>

#include "ct_cert.h"
#include "ct_policy.h"

/* The CA of one served certificate. */
typedef struct {
    char    owner[CT_LIMIT_TEXT];        /* empty: unknown */
    char    anchor[CT_LIMIT_TEXT];       /* its organization; or empty */
    char    organization[CT_LIMIT_TEXT]; /* that its issuer claims to be */
    uint8_t issuer_key[CT_HASH_LEN];
    bool    issuer_found;
} ct_familiar_t;

struct ct_policy_s {
    const ct_inventory_t *inventory;
    const ct_issuer_t    *issuers;
    size_t                nissuers;
    ct_familiar_t        *familiar; /* one for each served certificate */
    size_t                known;    /* the first of them that are */
    const ct_anchors_t   *anchors;
    ct_calist_t          *list;
};


static inline bool
ct_hash_equal(const uint8_t *a, const uint8_t *b)
{
    return memcmp(a, b, CT_HASH_LEN) == 0;
}


/* The CA of served certificate i becomes known. */
void ct_familiar_learn(ct_policy_t *policy, size_t i,
    const ct_anchors_t *anchors, ct_calist_t *list);

/* Does this issuer call itself what an issuer of ours does, or is? */
bool ct_familiar_copied(const ct_policy_t *policy, ct_bytes_t issuer);

#endif
