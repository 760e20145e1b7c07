/*
 * ct_action: see the header. A form is read strictly: whoever mistypes the
 * name of a field shall hear of it, not acknowledge something else.
 */

#include "ct_ack.h"
#include "ct_action.h"
#include "ct_form.h"
#include "ct_utf8.h"
#include "ct_walk.h"

#include <string.h>

#define CT_ACTION_ONE "exactly one of finding, key and issuer is wanted"


static const char *ct_action_field(ct_action_t *action,
    const ct_form_field_t *field);
static const char *ct_action_scope(ct_action_t *action, ct_ack_scope_e scope,
    ct_bytes_t hex);
static const char *ct_action_reason(ct_action_t *action, ct_bytes_t reason);
static bool ct_action_printable(ct_bytes_t text);
static bool ct_action_find_row(ct_action_t *action, const ct_store_t *store);


const char *
ct_action_read(ct_action_t *action, ct_inbox_kind_e kind, ct_bytes_t form,
    ct_buf_t *room)
{
    ct_rc_t         rc;
    const char     *why;
    ct_form_field_t field;

    memset(action, 0, sizeof(ct_action_t));
    action->kind = kind;

    while ((rc = ct_form_next(&form, room, &field)) == CT_OK) {
        why = kind == CT_INBOX_TEST ? "a test takes no fields"
                                    : ct_action_field(action, &field);
        if (why != NULL) {
            return why;
        }
    }

    if (rc != CT_E_ABSENT) {
        return "the body is not a form, name=value&... is wanted, with "
               "\"%25\" for a percent sign";
    }

    if (kind == CT_INBOX_TEST) {
        return NULL;
    }

    if (action->scope == 0) {
        return CT_ACTION_ONE;
    }

    if (kind == CT_INBOX_ACKNOWLEDGE && action->reason.len == 0) {
        return "a reason is wanted";
    }

    return NULL;
}


static const char *
ct_action_field(ct_action_t *action, const ct_form_field_t *field)
{
    if (ct_bytes_is(field->name, "finding")) {
        return ct_action_scope(action, CT_ACK_FINDING, field->value);
    }

    if (ct_bytes_is(field->name, "key")) {
        return ct_action_scope(action, CT_ACK_KEY, field->value);
    }

    if (ct_bytes_is(field->name, "issuer")) {
        return ct_action_scope(action, CT_ACK_ISSUER, field->value);
    }

    if (ct_bytes_is(field->name, "reason")) {
        return ct_action_reason(action, field->value);
    }

    return "there is a field that is none of finding, key, issuer and reason";
}


static const char *
ct_action_scope(ct_action_t *action, ct_ack_scope_e scope, ct_bytes_t hex)
{
    size_t len;

    static const uint8_t zero[CT_HASH_LEN];

    if (action->scope != 0) {
        return CT_ACTION_ONE;
    }

    action->scope = scope;
    len = scope == CT_ACK_FINDING ? CT_FINDING_ID : CT_HASH_LEN;

    if (ct_parse_hex(hex, action->hash, len)
        && memcmp(action->hash, zero, len) != 0)
    {
        return NULL;
    }

    switch (scope) {
    case CT_ACK_FINDING:
        return "finding is not the id of one, 32 hex digits are wanted";
    case CT_ACK_KEY:
        return "key is not the spki_sha256 of a finding, 64 hex digits are "
               "wanted";
    case CT_ACK_ISSUER:
        break;
    }

    return "issuer is not the issuer_key_sha256 of a finding, 64 hex digits "
           "are wanted";
}


static const char *
ct_action_reason(ct_action_t *action, ct_bytes_t reason)
{
    if (action->reason.len != 0) {
        return "reason is given twice";
    }

    while (reason.len != 0 && reason.data[0] == ' ') {
        reason.data++;
        reason.len--;
    }

    while (reason.len != 0 && reason.data[reason.len - 1] == ' ') {
        reason.len--;
    }

    if (reason.len > CT_LIMIT_REASON) {
        return "reason is too long, at most 120 bytes are kept";
    }

    if (!ct_action_printable(reason)) {
        return "reason is not printable text in UTF-8";
    }

    action->reason = reason;

    return NULL;
}


static bool
ct_action_printable(ct_bytes_t text)
{
    uint32_t code;

    while (text.len != 0) {
        if (!ct_utf8_read(&text, &code) || !ct_utf8_shown(code)) {
            return false;
        }
    }

    return true;
}


bool
ct_action_find(ct_action_t *action, const ct_store_t *store)
{
    ct_finding_t finding;

    if (action->scope != CT_ACK_FINDING) {
        return true;
    }

    if (ct_walk_find(store, action->hash, &finding, NULL)) {
        memcpy(action->hash, finding.identity, CT_HASH_LEN);
        return true;
    }

    return action->kind == CT_INBOX_FORGET
           && ct_action_find_row(action, store);
}


/* What was acknowledged may be there no more. */
static bool
ct_action_find_row(ct_action_t *action, const ct_store_t *store)
{
    size_t   i, n;
    ct_ack_t row;

    n = ct_store_rows(store, CT_TABLE_ACK);

    for (i = 0; i < n; i++) {
        if (ct_store_row(store, CT_TABLE_ACK, i, &row)
            && row.scope == CT_ACK_FINDING
            && memcmp(row.hash, action->hash, CT_FINDING_ID) == 0)
        {
            memcpy(action->hash, row.hash, CT_HASH_LEN);
            return true;
        }
    }

    return false;
}


bool
ct_action_room(const ct_action_t *action, const ct_store_t *store)
{
    return action->kind != CT_INBOX_ACKNOWLEDGE
           || ct_ack_room(store, (uint8_t) action->scope, action->hash);
}


void
ct_action_who(ct_buf_t *out, ct_bytes_t user, ct_bytes_t address)
{
    if (user.len == 0 || !ct_action_printable(user)
        || out->ceiling - out->len < user.len + address.len + 3)
    {
        ct_buf_bytes(out, address);
        return;
    }

    ct_buf_bytes(out, user);
    ct_buf_puts(out, " (");
    ct_buf_bytes(out, address);
    ct_buf_putc(out, ')');
}


bool
ct_action_ask(const ct_action_t *action, ct_inbox_t *inbox, ct_bytes_t who)
{
    uint8_t    scope;
    ct_bytes_t parts[4];

    if (action->kind == CT_INBOX_TEST) {
        return ct_inbox_put(inbox, action->kind, &who, 1, false);
    }

    scope = (uint8_t) action->scope;

    parts[0] = ct_bytes(&scope, 1);
    parts[1] = ct_bytes(action->hash, CT_HASH_LEN);
    parts[2] = action->reason;
    parts[3] = who;

    return ct_inbox_put(inbox, action->kind, parts, 4, false);
}


void
ct_action_json(ct_json_t *json, const ct_action_t *action, ct_bytes_t who)
{
    ct_json_bool(json, "accepted", true);
    ct_json_str(json, "action", ct_action_name(action->kind));

    switch (action->scope) {

    case CT_ACK_FINDING:
        ct_json_hex(json, "finding", action->hash, CT_FINDING_ID);
        break;

    case CT_ACK_KEY:
        ct_json_hex(json, "key", action->hash, CT_HASH_LEN);
        break;

    case CT_ACK_ISSUER:
        ct_json_hex(json, "issuer", action->hash, CT_HASH_LEN);
        break;
    }

    if (action->reason.len != 0) {
        ct_json_string(json, "reason", action->reason);
    }

    ct_json_string(json, "who", who);
}


const char *
ct_action_name(ct_inbox_kind_e kind)
{
    switch (kind) {
    case CT_INBOX_ACKNOWLEDGE:
        return "acknowledge";
    case CT_INBOX_FORGET:
        return "forget";
    case CT_INBOX_TEST:
        return "test";
    case CT_INBOX_LEARNED:
        break;
    }

    return "learned";
}
