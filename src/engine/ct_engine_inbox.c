/*
 * ct_engine_inbox: what other processes have put into the store's inbox, in
 * the order in which it came.
 */

#include "ct_engine_part.h"


static void ct_engine_message(ct_engine_t *engine,
    const ct_inbox_message_t *message);


/* As many as there is room for: somebody may go on writing. */
void
ct_engine_inbox(ct_engine_t *engine)
{
    size_t             i;
    uint8_t            room[CT_LIMIT_INBOX_DATA];
    ct_inbox_t        *inbox;
    ct_inbox_message_t message;

    inbox = ct_store_inbox(engine->ctx.store);

    for (i = 0; i < CT_LIMIT_INBOX; i++) {
        if (!ct_inbox_take(inbox, engine->ctx.now_ms, room, &message)) {
            return;
        }

        ct_engine_message(engine, &message);
    }
}


static void
ct_engine_message(ct_engine_t *engine, const ct_inbox_message_t *message)
{
    ct_bytes_t rest, who;

    switch (message->kind) {

    case CT_INBOX_ACKNOWLEDGE:
    case CT_INBOX_FORGET:
        ct_judge_wish(&engine->ctx, message);
        engine->ours_changed = true;
        return;

    case CT_INBOX_TEST:
        rest = message->rest;
        who = ct_bytes(NULL, 0);
        (void) ct_read_vec16(&rest, &who);
        ct_notify_test(engine->notify, who);
        return;

    case CT_INBOX_LEARNED:
        ct_engine_learned(engine, message->rest);
        return;
    }
}
