/*
 * ct_action: what a person asks of the engine - to acknowledge, to forget,
 * to test - from the fields of a form to a message in the inbox.
 */

#ifndef CT_ACTION_H
#define CT_ACTION_H

#include "ct_json.h"
#include "ct_store.h"

typedef struct {
    ct_inbox_kind_e kind;
    ct_ack_scope_e  scope; /* 0 for a test */
    uint8_t         hash[CT_HASH_LEN]; /* of a finding, until
                                          ct_action_find, the first half */
    ct_bytes_t      reason; /* may be empty but to acknowledge */
} ct_action_t;


/*
 * Reads a form of at most CT_LIMIT_FORM bytes. NULL, or what is wrong with
 * it: a sentence without its stop. `room` is as in ct_form_next.
 */
const char *ct_action_read(ct_action_t *action, ct_inbox_kind_e kind,
    ct_bytes_t form, ct_buf_t *room);

/* Completes the hash of a finding, or of an acknowledgement of one that is
 * to be forgotten; false: there is no such thing. */
bool ct_action_find(ct_action_t *action, const ct_store_t *store);

/* Is there room to write it down? */
bool ct_action_room(const ct_action_t *action, const ct_store_t *store);

/* Who says it, as it is kept: "user (address)", or the address alone; a user
 * that is not printable UTF-8, or too long, is left out. */
void ct_action_who(ct_buf_t *out, ct_bytes_t user, ct_bytes_t address);

/* Into the inbox; false: there is no room now. */
bool ct_action_ask(const ct_action_t *action, ct_inbox_t *inbox,
    ct_bytes_t who);

/* {accepted, action, finding or key or issuer, reason, who} */
void ct_action_json(ct_json_t *json, const ct_action_t *action,
    ct_bytes_t who);

/* "acknowledge", "forget", "test" */
const char *ct_action_name(ct_inbox_kind_e kind);

#endif
