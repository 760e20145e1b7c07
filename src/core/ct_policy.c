/*
 * ct_policy: is a logged certificate one of ours? First what nginx serves,
 * then who issued it: the CAs that are ours are those behind the served
 * certificates, established by signature like any other, and ct_issuer's.
 */

#include <string.h>

#include "ct_policy_part.h"

static ct_reason_e ct_policy_origin(ct_origin_e origin);
static bool ct_policy_names_served(const ct_policy_t *policy,
    const ct_facts_t *facts);
static bool ct_policy_name_served(const ct_policy_t *policy,
    const uint8_t *spki, ct_bytes_t name);
static bool ct_name_covers(ct_bytes_t served, ct_bytes_t name);
static ct_reason_e ct_policy_expected(const ct_policy_t *policy,
    const ct_facts_t *facts);
static bool ct_policy_bygone(const ct_policy_t *policy,
    const ct_facts_t *facts);
static bool ct_served_covers(const ct_served_t *served,
    const ct_facts_t *facts);
static bool ct_policy_owner(const ct_policy_t *policy, const ct_ca_t *ca);
static bool ct_policy_configured(const ct_policy_t *policy,
    const ct_ca_t *ca);
static bool ct_issuer_is(const ct_issuer_t *issuer, const ct_ca_t *ca);
static bool ct_policy_issuer_key(const ct_policy_t *policy,
    const ct_facts_t *facts);
static bool ct_policy_signed_by(const ct_policy_t *policy,
    ct_bytes_t issuer);
static const ct_bytes_t *ct_facts_issuer(const ct_facts_t *facts);
static ct_reason_e ct_policy_unfamiliar(const ct_policy_t *policy,
    const ct_facts_t *facts);


ct_policy_t *
ct_policy_create(ct_arena_t *arena, const ct_inventory_t *inventory,
    const ct_anchors_t *anchors, ct_calist_t *list,
    const ct_issuer_t *issuers, size_t nissuers)
{
    ct_policy_t *policy;

    policy = ct_policy_start(arena, inventory, anchors, list, issuers,
                             nissuers);

    while (policy != NULL && !ct_policy_turn(policy)) {
        /* go on */
    }

    return policy;
}


ct_policy_t *
ct_policy_start(ct_arena_t *arena, const ct_inventory_t *inventory,
    const ct_anchors_t *anchors, ct_calist_t *list,
    const ct_issuer_t *issuers, size_t nissuers)
{
    ct_policy_t *policy;

    policy = ct_arena_calloc(arena, 1, sizeof(ct_policy_t));
    if (policy == NULL) {
        return NULL;
    }

    policy->anchors = anchors;
    policy->list = list;

    policy->inventory = inventory;
    policy->issuers = issuers;
    policy->nissuers = nissuers;
    policy->familiar = ct_arena_calloc(arena, inventory->nserved,
                                       sizeof(ct_familiar_t));

    return policy->familiar != NULL ? policy : NULL;
}


bool
ct_policy_turn(ct_policy_t *policy)
{
    if (policy->known < policy->inventory->nserved) {
        ct_familiar_learn(policy, policy->known, policy->anchors,
                          policy->list);
        policy->known++;
    }

    return policy->known == policy->inventory->nserved;
}


const char *
ct_policy_served_owner(const ct_policy_t *policy, size_t i)
{
    return i < policy->inventory->nserved ? policy->familiar[i].owner : "";
}


const uint8_t *
ct_policy_served_key(const ct_policy_t *policy, size_t i)
{
    return i < policy->inventory->nserved && policy->familiar[i].issuer_found
           ? policy->familiar[i].issuer_key : NULL;
}


ct_verdict_e
ct_policy_quick(const ct_policy_t *policy, const ct_facts_t *facts,
    ct_reason_e *reason)
{
    size_t                i;
    const ct_inventory_t *inventory;

    inventory = policy->inventory;

    for (i = 0; i < inventory->nserved; i++) {
        if (ct_hash_equal(inventory->served[i].identity, facts->identity)) {
            *reason = ct_policy_origin(inventory->served[i].origin);
            return CT_VERDICT_SERVED;
        }
    }

    if (ct_policy_names_served(policy, facts)) {
        *reason = CT_REASON_KEY;
        return CT_VERDICT_OURS;
    }

    *reason = CT_REASON_NONE;

    return CT_VERDICT_NONE;
}


static ct_reason_e
ct_policy_origin(ct_origin_e origin)
{
    switch (origin) {

    case CT_ORIGIN_CONFIGURED:
    case CT_ORIGIN_LEARNED:
        break;

    case CT_ORIGIN_KNOWN:
        return CT_REASON_KNOWN;

    case CT_ORIGIN_PAST:
        return CT_REASON_PAST;
    }

    return CT_REASON_IDENTITY;
}


bool
ct_policy_our_key(const ct_policy_t *policy, const uint8_t *spki_sha256)
{
    size_t i;

    for (i = 0; i < policy->inventory->nserved; i++) {
        if (ct_hash_equal(policy->inventory->served[i].spki_sha256,
                          spki_sha256))
        {
            return true;
        }
    }

    return false;
}


/* All of its names, with its key. A certificate without any that can be
 * read is nobody's. */
static bool
ct_policy_names_served(const ct_policy_t *policy, const ct_facts_t *facts)
{
    size_t i;

    if (facts->nnames == 0 || facts->names_cut || facts->unreadable) {
        return false;
    }

    for (i = 0; i < facts->nnames; i++) {
        if (!ct_policy_name_served(policy, facts->spki_sha256,
                                   facts->names[i]))
        {
            return false;
        }
    }

    return true;
}


static bool
ct_policy_name_served(const ct_policy_t *policy, const uint8_t *spki,
    ct_bytes_t name)
{
    size_t             i, k;
    const ct_served_t *served;

    for (i = 0; i < policy->inventory->nserved; i++) {
        served = &policy->inventory->served[i];

        if (!ct_hash_equal(served->spki_sha256, spki)) {
            continue;
        }

        for (k = 0; k < served->nnames; k++) {
            if (ct_name_covers(served->names[k], name)) {
                return true;
            }
        }
    }

    return false;
}


/* RFC 6125, 6.4.3: "*" in the first place stands for one label. */
static bool
ct_name_covers(ct_bytes_t served, ct_bytes_t name)
{
    ct_bytes_t label;

    if (ct_bytes_equal(served, name)) {
        return true;
    }

    return served.len > 2 && memcmp(served.data, "*.", 2) == 0
           && ct_read_until(&name, '.', &label) && label.len != 0
           && ct_bytes_equal(ct_bytes(served.data + 2, served.len - 2),
                             name);
}


ct_verdict_e
ct_policy_judge(const ct_policy_t *policy, const ct_facts_t *facts,
    ct_reason_e *reason)
{
    ct_verdict_e verdict;

    verdict = ct_policy_quick(policy, facts, reason);
    if (verdict != CT_VERDICT_NONE) {
        return verdict;
    }

    if (facts->unreadable) {
        *reason = CT_REASON_UNREADABLE;
        return CT_VERDICT_UNPARSABLE;
    }

    *reason = ct_policy_expected(policy, facts);
    if (*reason != CT_REASON_NONE) {
        if (ct_policy_bygone(policy, facts)) {
            *reason = CT_REASON_BYGONE;
        }

        return CT_VERDICT_EXPECTED;
    }

    *reason = ct_policy_unfamiliar(policy, facts);

    return CT_VERDICT_UNFAMILIAR;
}


static ct_reason_e
ct_policy_expected(const ct_policy_t *policy, const ct_facts_t *facts)
{
    if (facts->ca == NULL) {
        return CT_REASON_NONE;
    }

    if (ct_policy_owner(policy, facts->ca)) {
        return CT_REASON_OWNER;
    }

    if (ct_policy_configured(policy, facts->ca)) {
        return CT_REASON_CONFIGURED;
    }

    return ct_policy_issuer_key(policy, facts) ? CT_REASON_ISSUER_KEY
                                               : CT_REASON_NONE;
}


/* Nobody was there to see whether it was served, and it will not be any
 * more: it has expired, or one that is newer has taken its place. */
static bool
ct_policy_bygone(const ct_policy_t *policy, const ct_facts_t *facts)
{
    size_t i;

    if (!facts->before || facts->expired) {
        return facts->before;
    }

    for (i = 0; i < policy->inventory->nserved; i++) {
        if (policy->inventory->served[i].not_before_ms > facts->not_before_ms
            && ct_served_covers(&policy->inventory->served[i], facts))
        {
            return true;
        }
    }

    return false;
}


/* Is every name of it among those of this certificate? */
static bool
ct_served_covers(const ct_served_t *served, const ct_facts_t *facts)
{
    size_t i, k;

    for (i = 0; i < facts->nnames; i++) {
        for (k = 0; k < served->ncert_names; k++) {
            if (ct_name_covers(served->names[k], facts->names[i])) {
                break;
            }
        }

        if (k == served->ncert_names) {
            return false;
        }
    }

    return facts->nnames != 0 && !facts->names_cut;
}


/* One that no list names is known by its anchor's organization; so is a
 * served one then, whatever the list calls that. */
static bool
ct_policy_owner(const ct_policy_t *policy, const ct_ca_t *ca)
{
    size_t i;

    if (ca->owner[0] == '\0') {
        return false;
    }

    for (i = 0; i < policy->inventory->nserved; i++) {
        if (strcmp(policy->familiar[i].owner, ca->owner) == 0
            || strcmp(policy->familiar[i].anchor, ca->owner) == 0)
        {
            return true;
        }
    }

    return false;
}


static bool
ct_policy_configured(const ct_policy_t *policy, const ct_ca_t *ca)
{
    size_t i;

    for (i = 0; i < policy->nissuers; i++) {
        if (ct_issuer_is(&policy->issuers[i], ca)) {
            return true;
        }
    }

    return false;
}


/* Every certificate of the path was verified from below, so a hash may name
 * any of them, anchor or not. */
static bool
ct_issuer_is(const ct_issuer_t *issuer, const ct_ca_t *ca)
{
    size_t i;

    if (issuer->owner.len != 0) {
        return ct_bytes_equal_nocase(issuer->owner, ct_bytes_str(ca->owner))
               || ct_bytes_equal_nocase(issuer->owner,
                                        ct_bytes_str(ca->organization));
    }

    for (i = 0; i < ca->npath; i++) {
        if (ct_hash_equal(issuer->hash, ca->path_key[i])
            || ct_hash_equal(issuer->hash, ca->path_cert[i]))
        {
            return true;
        }
    }

    return false;
}


/* For private CAs, which lead to no anchor. nginx may send no chain with a
 * certificate: then it is asked whether the issuer of this one, which has
 * been verified, has signed that one too. */
static bool
ct_policy_issuer_key(const ct_policy_t *policy, const ct_facts_t *facts)
{
    size_t            i;
    const ct_bytes_t *issuer;

    if (!facts->ca->issuer_found) {
        return false;
    }

    for (i = 0; i < policy->inventory->nserved; i++) {
        if (policy->familiar[i].issuer_found
            && ct_hash_equal(policy->familiar[i].issuer_key,
                             facts->ca->issuer_key))
        {
            return true;
        }
    }

    issuer = ct_facts_issuer(facts);

    return issuer != NULL && ct_policy_signed_by(policy, *issuer);
}


static bool
ct_policy_signed_by(const ct_policy_t *policy, ct_bytes_t issuer)
{
    size_t    i;
    ct_cert_t above, below;

    (void) ct_cert_read(issuer, &above);

    for (i = 0; i < policy->inventory->nserved; i++) {
        (void) ct_cert_read(policy->inventory->served[i].der, &below);

        if (!policy->familiar[i].issuer_found
            && ct_bytes_equal(below.issuer, above.subject)
            && ct_chain_signed_by(policy->inventory->served[i].der, issuer))
        {
            return true;
        }
    }

    return false;
}


/* The certificate of ca->issuer_key among those of the log. */
static const ct_bytes_t *
ct_facts_issuer(const ct_facts_t *facts)
{
    size_t    i;
    uint8_t   key[CT_HASH_LEN];
    ct_cert_t cert;

    for (i = 0; i < facts->nissuers && i < CT_LIMIT_CHAIN; i++) {
        (void) ct_cert_read(facts->issuers[i], &cert);
        ct_sha256_once(cert.spki, key);

        if (ct_hash_equal(key, facts->ca->issuer_key)) {
            return &facts->issuers[i];
        }
    }

    return NULL;
}


static ct_reason_e
ct_policy_unfamiliar(const ct_policy_t *policy, const ct_facts_t *facts)
{
    bool known;

    known = facts->ca != NULL && facts->ca->owner[0] != '\0';

    if (!known && facts->chain_missing) {
        return CT_REASON_NO_CHAIN;
    }

    if (ct_familiar_copied(policy, facts->issuer)) {
        return CT_REASON_IMPOSTOR;
    }

    return known ? CT_REASON_STRANGER : CT_REASON_NO_ANCHOR;
}
