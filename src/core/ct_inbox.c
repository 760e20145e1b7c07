/*
 * ct_inbox: see the header. A slot is claimed with a ticket and handed over
 * only under the same one, so who was too late and lost it does no harm; if
 * he wrote into somebody else's message, its sum does not fit and it is
 * thrown away.
 */

#include "ct_inbox.h"

#include <string.h>


#define CT_INBOX_FREE    0U
#define CT_INBOX_CLAIMED 1U
#define CT_INBOX_READY   2U
#define CT_INBOX_STATES  3U


static ct_inbox_slot_t *ct_inbox_claim(ct_inbox_t *inbox, uint64_t *state);
static bool ct_inbox_fill(ct_inbox_slot_t *slot, const ct_bytes_t *parts,
    size_t nparts, bool cut);
static uint64_t ct_inbox_sum(uint32_t kind, const uint8_t *data,
    uint32_t len);
static bool ct_inbox_move(ct_inbox_slot_t *slot, uint64_t from,
    uint64_t to);
static ct_inbox_slot_t *ct_inbox_oldest(ct_inbox_t *inbox, int64_t now_ms,
    uint64_t *state);
static void ct_inbox_expire(ct_inbox_slot_t *slot, uint64_t state,
    int64_t now_ms);


bool
ct_inbox_put(ct_inbox_t *inbox, ct_inbox_kind_e kind,
    const ct_bytes_t *parts, size_t nparts, bool cut)
{
    bool             whole;
    uint64_t         state;
    ct_inbox_slot_t *slot;

    slot = ct_inbox_claim(inbox, &state);

    if (slot == NULL) {
        (void) __atomic_add_fetch(&inbox->refused, 1, __ATOMIC_RELAXED);
        return false;
    }

    slot->kind = (uint32_t) kind;
    whole = ct_inbox_fill(slot, parts, nparts, cut);
    slot->sum = ct_inbox_sum(slot->kind, slot->data, slot->len);

    return ct_inbox_move(slot, state,
                         whole ? state + 1 : state & ~(uint64_t) 3)
           && whole;
}


static ct_inbox_slot_t *
ct_inbox_claim(ct_inbox_t *inbox, uint64_t *state)
{
    size_t           i;
    uint64_t         seen;
    ct_inbox_slot_t *slot;

    *state = __atomic_add_fetch(&inbox->tickets, 1, __ATOMIC_RELAXED) << 2
             | CT_INBOX_CLAIMED;

    for (i = 0; i < CT_LIMIT_INBOX; i++) {
        slot = &inbox->slots[i];
        seen = __atomic_load_n(&slot->state, __ATOMIC_RELAXED);

        if ((seen & CT_INBOX_STATES) == CT_INBOX_FREE
            && ct_inbox_move(slot, seen, *state))
        {
            return slot;
        }
    }

    return NULL;
}


static bool
ct_inbox_fill(ct_inbox_slot_t *slot, const ct_bytes_t *parts, size_t nparts,
    bool cut)
{
    size_t i, at;

    at = 0;

    for (i = 0; i < nparts; i++) {
        if (parts[i].len > UINT16_MAX
            || parts[i].len + 2 > CT_LIMIT_INBOX_DATA - at)
        {
            break;
        }

        slot->data[at++] = (uint8_t) (parts[i].len >> 8);
        slot->data[at++] = (uint8_t) parts[i].len;

        if (parts[i].len > 0) {
            memcpy(slot->data + at, parts[i].data, parts[i].len);
            at += parts[i].len;
        }
    }

    slot->len = (uint32_t) at;

    return i == nparts || (cut && i > 0);
}


/* Against accidents: FNV-1a. */
static uint64_t
ct_inbox_sum(uint32_t kind, const uint8_t *data, uint32_t len)
{
    uint32_t i;
    uint64_t sum;

    sum = 0xcbf29ce484222325ULL ^ kind ^ (uint64_t) len << 32;

    for (i = 0; i < len; i++) {
        sum = (sum ^ data[i]) * 0x100000001b3ULL;
    }

    return sum;
}


static bool
ct_inbox_move(ct_inbox_slot_t *slot, uint64_t from, uint64_t to)
{
    return __atomic_compare_exchange_n(&slot->state, &from, to, false,
                                       __ATOMIC_ACQ_REL, __ATOMIC_RELAXED);
}


bool
ct_inbox_take(ct_inbox_t *inbox, int64_t now_ms,
    uint8_t room[CT_LIMIT_INBOX_DATA], ct_inbox_message_t *message)
{
    uint32_t         kind, len;
    uint64_t         state, sum;
    ct_inbox_slot_t *slot;

    while ((slot = ct_inbox_oldest(inbox, now_ms, &state)) != NULL) {
        kind = slot->kind;
        len = slot->len;
        sum = slot->sum;
        len = len < CT_LIMIT_INBOX_DATA ? len : CT_LIMIT_INBOX_DATA;
        memcpy(room, slot->data, len);

        if (ct_inbox_move(slot, state, state & ~(uint64_t) 3)
            && ct_inbox_sum(kind, room, len) == sum)
        {
            message->kind = (ct_inbox_kind_e) kind;
            message->rest = ct_bytes(room, len);
            return true;
        }
    }

    return false;
}


static ct_inbox_slot_t *
ct_inbox_oldest(ct_inbox_t *inbox, int64_t now_ms, uint64_t *state)
{
    size_t           i;
    uint64_t         seen;
    ct_inbox_slot_t *slot, *oldest;

    oldest = NULL;
    *state = UINT64_MAX;

    for (i = 0; i < CT_LIMIT_INBOX; i++) {
        slot = &inbox->slots[i];
        seen = __atomic_load_n(&slot->state, __ATOMIC_ACQUIRE);

        if ((seen & CT_INBOX_STATES) == CT_INBOX_READY
            && seen < *state)
        {
            oldest = slot;
            *state = seen;
        }

        ct_inbox_expire(slot, seen, now_ms);
    }

    return oldest;
}


/* Seen twice with the same ticket, and long apart. A clock that was set back
 * counts as well. */
static void
ct_inbox_expire(ct_inbox_slot_t *slot, uint64_t state, int64_t now_ms)
{
    int64_t age;

    if ((state & CT_INBOX_STATES) != CT_INBOX_CLAIMED) {
        return;
    }

    if (slot->watched != state) {
        slot->watched = state;
        slot->watched_ms = now_ms;
        return;
    }

    age = now_ms - slot->watched_ms;

    if (age > CT_INBOX_PATIENCE || age < -CT_INBOX_PATIENCE) {
        (void) ct_inbox_move(slot, state, state & ~(uint64_t) 3);
    }
}


uint64_t
ct_inbox_refused(const ct_inbox_t *inbox)
{
    return __atomic_load_n(&inbox->refused, __ATOMIC_RELAXED);
}
