/*
 * ct_past: see the header. What comes from a row has passed through a file:
 * lengths are not believed.
 */

#include "ct_past.h"

#include <string.h>


static void ct_past_names(ct_past_t *past, const ct_served_t *served);


void
ct_past_take(ct_past_t *past, const ct_served_t *served, const char *owner,
    const uint8_t *issuer_key, int64_t now_ms)
{
    ct_bytes_t text;

    memset(past, 0, sizeof(*past));
    past->last_ms = now_ms;
    past->first_ms = now_ms;
    past->not_after_ms = served->not_after_ms;
    past->source = (uint8_t) served->origin;

    memcpy(past->identity, served->identity, CT_HASH_LEN);
    memcpy(past->cert_sha256, served->cert_sha256, CT_HASH_LEN);
    memcpy(past->spki_sha256, served->spki_sha256, CT_HASH_LEN);

    if (issuer_key != NULL) {
        memcpy(past->issuer_key, issuer_key, CT_HASH_LEN);
    }

    text = ct_bytes_str(owner);

    if (text.len < sizeof(past->owner)) {
        memcpy(past->owner, owner, text.len);
    }

    ct_past_names(past, served);
}


static void
ct_past_names(ct_past_t *past, const ct_served_t *served)
{
    size_t     i;
    ct_bytes_t name;

    for (i = 0; i < served->nnames; i++) {
        name = served->names[i];

        if (name.len > UINT8_MAX
            || name.len + 1 > sizeof(past->names) - past->names_len)
        {
            past->names_cut = 1;
            continue;
        }

        past->names[past->names_len++] = (uint8_t) name.len;
        memcpy(past->names + past->names_len, name.data, name.len);
        past->names_len += (uint16_t) name.len;
    }
}


ct_rc_t
ct_past_served(ct_served_t *served, const ct_past_t *past, ct_arena_t *arena)
{
    size_t      n;
    ct_bytes_t  list, all, name, *names;

    static const uint8_t none[CT_HASH_LEN];

    all = list = ct_past_list(past);

    for (n = 0; ct_past_name(&list, &name); n++) {
        /* counted */
    }

    names = ct_arena_calloc(arena, n, sizeof(ct_bytes_t));
    if (names == NULL) {
        return CT_E_MEMORY;
    }

    for (n = 0; ct_past_name(&all, &name); n++) {
        names[n] = name;
    }

    memset(served, 0, sizeof(*served));
    served->origin = CT_ORIGIN_PAST;
    served->names = names;
    served->nnames = n;
    served->ncert_names = n;
    served->file = "";
    served->was = past->source <= CT_PAST_KNOWN ? (ct_origin_e) past->source
                                                : CT_ORIGIN_CONFIGURED;
    served->seen_ms = past->last_ms;
    served->not_after_ms = past->not_after_ms;
    served->owner = memchr(past->owner, 0, sizeof(past->owner)) != NULL
                    ? past->owner : "";
    served->issuer_key = memcmp(past->issuer_key, none, CT_HASH_LEN) != 0
                         ? past->issuer_key : NULL;

    memcpy(served->identity, past->identity, CT_HASH_LEN);
    memcpy(served->cert_sha256, past->cert_sha256, CT_HASH_LEN);
    memcpy(served->spki_sha256, past->spki_sha256, CT_HASH_LEN);

    return CT_OK;
}


ct_bytes_t
ct_past_list(const ct_past_t *past)
{
    return ct_bytes(past->names, past->names_len < sizeof(past->names)
                                 ? past->names_len : sizeof(past->names));
}


ct_bytes_t
ct_past_owner(const ct_past_t *past)
{
    const char *end;

    end = memchr(past->owner, 0, sizeof(past->owner));

    return ct_bytes(past->owner, end != NULL ? (size_t) (end - past->owner)
                                             : 0);
}


bool
ct_past_name(ct_bytes_t *list, ct_bytes_t *name)
{
    return ct_read_vec(list, 1, name);
}


bool
ct_past_counts(const ct_past_t *past, int64_t now_ms)
{
    return now_ms - past->last_ms
           <= (int64_t) CT_LIMIT_PAST_DAYS * 24 * 60 * 60 * 1000;
}
