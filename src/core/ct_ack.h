/*
 * ct_ack: "that is all right" - rows of the store that keep findings from
 * alarming, because somebody said so of the finding, its key or its issuer.
 * State, not configuration; taken back by forgetting.
 */

#ifndef CT_ACK_H
#define CT_ACK_H

#include "ct_store.h"


/* What `finding` can be acknowledged by; false: that is not known of it. */
bool ct_ack_hash(const ct_finding_t *finding, ct_ack_scope_e scope,
    uint8_t hash[CT_HASH_LEN]);

/* The row that covers a finding, the narrowest one first; false: none.
 * Any reader. */
bool ct_ack_find(const ct_store_t *store, const ct_finding_t *finding,
    ct_ack_t *ack);

/* A scope that there is, a hash that is not all zero, and a time. */
bool ct_ack_valid(const ct_ack_t *ack);

bool ct_ack_covers(const ct_ack_t *ack, const ct_finding_t *finding);

/* "finding", "key", "issuer" */
const char *ct_ack_scope_name(uint8_t scope);

/* Rows in use, and in all. */
void ct_ack_usage(const ct_store_t *store, size_t *used, size_t *max);

/* Would there be room for one of this scope and hash? */
bool ct_ack_room(const ct_store_t *store, uint8_t scope,
    const uint8_t hash[CT_HASH_LEN]);


/* The writer. A row of the same scope and hash is replaced. CT_E_FULL: no
 * room; CT_E_TYPE: it is not valid. */
ct_rc_t ct_ack_put(ct_store_t *store, const ct_ack_t *ack);

/* Removes the row of this scope and hash; false: there is none. */
bool ct_ack_remove(ct_store_t *store, ct_ack_scope_e scope,
    const uint8_t hash[CT_HASH_LEN]);

/* A text for reason or who, from anywhere: cut between characters, without
 * control characters, and NUL-terminated. */
void ct_ack_text(char *out, size_t room, ct_bytes_t text);

#endif
