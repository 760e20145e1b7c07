/* Fuzz target: what is posted. What becomes an action has all that one must
 * have, and nothing that could not be shown. */

#include "ct_action.h"
#include "ct_form.h"
#include "ct_utf8.h"

#include <stdlib.h>
#include <string.h>

#define CHECK(cond) ((cond) ? (void) 0 : abort())

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


static void
check_reason(ct_bytes_t reason)
{
    uint32_t code;

    CHECK(reason.len <= CT_LIMIT_REASON);

    while (reason.len != 0) {
        CHECK(ct_utf8_read(&reason, &code) && ct_utf8_shown(code));
    }
}


static void
check_action(ct_inbox_kind_e kind, ct_bytes_t form, ct_buf_t *room)
{
    ct_action_t action;

    room->len = 0;
    room->full = false;

    if (ct_action_read(&action, kind, form, room) != NULL) {
        return;
    }

    CHECK(action.kind == kind && !room->full);
    CHECK((action.scope == 0) == (kind == CT_INBOX_TEST));
    CHECK(action.scope <= CT_ACK_ISSUER);
    CHECK(action.reason.len != 0 || kind != CT_INBOX_ACKNOWLEDGE);
    check_reason(action.reason);
}


/* Fields are never longer than what they were read from. */
static void
check_fields(ct_bytes_t form, ct_buf_t *room)
{
    ct_rc_t         rc;
    ct_form_field_t field;

    while ((rc = ct_form_next(&form, room, &field)) == CT_OK) {
        CHECK(field.name.data + field.name.len == field.value.data);
    }

    CHECK(rc == CT_E_ABSENT || rc == CT_E_ENCODING);
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t   *copy = malloc(size != 0 ? size : 1);
    ct_buf_t   room;
    ct_bytes_t form = ct_bytes(data, size);

    ct_buf_fixed(&room, copy, size);
    check_fields(form, &room);
    check_action(CT_INBOX_ACKNOWLEDGE, form, &room);
    check_action(CT_INBOX_FORGET, form, &room);
    check_action(CT_INBOX_TEST, form, &room);
    free(copy);

    return 0;
}
