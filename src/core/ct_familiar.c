/*
 * ct_familiar: the CAs that are ours - those behind the served certificates,
 * established by signature like any other.
 */

#include "ct_policy_part.h"

/* X.520: organizationName */
#define CT_OID_ORGANIZATION CT_BYTES("\x55\x04\x0a")


static void ct_familiar_remember(ct_familiar_t *familiar,
    const ct_served_t *served, const ct_anchors_t *anchors,
    const ct_calist_t *list);
static void ct_familiar_copy(char text[CT_LIMIT_TEXT], const char *from);
static bool ct_familiar_known(ct_policy_t *policy, size_t i);
static bool ct_chains_equal(const ct_served_t *a, const ct_served_t *b);
static bool ct_familiar_called(const ct_familiar_t *familiar,
    ct_bytes_t claim);


void
ct_familiar_learn(ct_policy_t *policy, size_t i,
    const ct_anchors_t *anchors, ct_calist_t *list)
{
    size_t             k;
    ct_ca_t            ca;
    ct_buf_t           out;
    ct_cert_t          cert;
    ct_familiar_t     *familiar;
    const ct_served_t *served;

    familiar = &policy->familiar[i];
    served = &policy->inventory->served[i];

    if (served->origin == CT_ORIGIN_PAST) {
        ct_familiar_remember(familiar, served, anchors, list);
        return;
    }

    (void) ct_cert_read(served->der, &cert);
    ct_buf_fixed(&out, familiar->organization,
                 sizeof(familiar->organization) - 1);
    (void) ct_cert_name_attribute(&out, cert.issuer, CT_OID_ORGANIZATION);

    if (ct_familiar_known(policy, i)) {
        return;
    }

    (void) ct_chain_verify(anchors, served->der, served->chain,
                           served->nchain, &ca);

    for (k = 0; k < served->nchain; k++) {
        ct_calist_learn(list, served->chain[k]);
    }

    ct_calist_name(list, &ca);
    memcpy(familiar->owner, ca.owner, sizeof(familiar->owner));
    memcpy(familiar->anchor, ca.organization, sizeof(familiar->anchor));
    memcpy(familiar->issuer_key, ca.issuer_key, CT_HASH_LEN);
    familiar->issuer_found = ca.issuer_found;
}


/* What was established when it was served; maybe before there was a list,
 * which calls that CA something else. */
static void
ct_familiar_remember(ct_familiar_t *familiar, const ct_served_t *served,
    const ct_anchors_t *anchors, const ct_calist_t *list)
{
    const char *owner;

    ct_familiar_copy(familiar->owner, served->owner);
    owner = ct_anchors_owner(anchors, list, familiar->owner);

    if (owner != NULL) {
        ct_familiar_copy(familiar->anchor, owner);
    }

    if (served->issuer_key != NULL) {
        memcpy(familiar->issuer_key, served->issuer_key, CT_HASH_LEN);
        familiar->issuer_found = true;
    }
}


static void
ct_familiar_copy(char text[CT_LIMIT_TEXT], const char *from)
{
    if (strlen(from) < CT_LIMIT_TEXT) {
        memcpy(text, from, strlen(from));
    }
}


/* Hundreds of certificates often have one chain: what is above their direct
 * issuer has been verified with the first of them. */
static bool
ct_familiar_known(ct_policy_t *policy, size_t i)
{
    size_t               k;
    uint8_t              key[CT_HASH_LEN];
    ct_cert_t            issuer;
    ct_familiar_t       *familiar;
    const ct_served_t   *served;
    const ct_familiar_t *other;

    familiar = &policy->familiar[i];
    served = &policy->inventory->served[i];

    if (served->nchain == 0) {
        return false;
    }

    (void) ct_cert_read(served->chain[0], &issuer);
    ct_sha256_once(issuer.spki, key);

    other = NULL;

    for (k = 0; k < i; k++) {
        other = &policy->familiar[k];

        if (other->issuer_found && ct_hash_equal(other->issuer_key, key)
            && ct_chains_equal(&policy->inventory->served[k], served))
        {
            break;
        }
    }

    if (k == i || !ct_chain_signed_by(served->der, served->chain[0])) {
        return false;
    }

    memcpy(familiar->owner, policy->familiar[k].owner,
           sizeof(familiar->owner));
    memcpy(familiar->anchor, policy->familiar[k].anchor,
           sizeof(familiar->anchor));
    memcpy(familiar->issuer_key, key, CT_HASH_LEN);
    familiar->issuer_found = true;

    return true;
}


static bool
ct_chains_equal(const ct_served_t *a, const ct_served_t *b)
{
    size_t i;

    if (a->nchain != b->nchain) {
        return false;
    }

    for (i = 0; i < a->nchain; i++) {
        if (!ct_bytes_equal(a->chain[i], b->chain[i])) {
            return false;
        }
    }

    return true;
}


bool
ct_familiar_copied(const ct_policy_t *policy, ct_bytes_t issuer)
{
    char       text[CT_LIMIT_TEXT];
    size_t     i;
    ct_buf_t   out;
    ct_bytes_t claim;

    ct_buf_fixed(&out, text, sizeof(text) - 1);
    (void) ct_cert_name_attribute(&out, issuer, CT_OID_ORGANIZATION);
    claim = ct_bytes(out.data, out.len);

    if (claim.len == 0) {
        return false;
    }

    for (i = 0; i < policy->inventory->nserved; i++) {
        if (ct_familiar_called(&policy->familiar[i], claim)) {
            return true;
        }
    }

    for (i = 0; i < policy->nissuers; i++) {
        if (ct_bytes_equal_nocase(claim, policy->issuers[i].owner)) {
            return true;
        }
    }

    return false;
}


static bool
ct_familiar_called(const ct_familiar_t *familiar, ct_bytes_t claim)
{
    return ct_bytes_equal_nocase(claim, ct_bytes_str(familiar->organization))
           || ct_bytes_equal_nocase(claim, ct_bytes_str(familiar->owner))
           || ct_bytes_equal_nocase(claim, ct_bytes_str(familiar->anchor));
}
