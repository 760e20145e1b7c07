/*
 * ct_report_past: see the header. What nginx has loaded is remembered as
 * well, and left out here.
 */

#include "ct_report_past.h"

#include <string.h>

/* What is in use is seen once a day. */
#define CT_OTHERS_DAY ((int64_t) 24 * 60 * 60 * 1000)


static size_t ct_others_slot(const ct_others_t *others,
    const uint8_t *identity);


/* At least twice as many slots as certificates: a search always ends. */
bool
ct_others_start(ct_others_t *others, const ct_report_t *report)
{
    size_t                i, size;
    const ct_inventory_t *inventory;

    inventory = report->inventory;

    for (size = 16; size / 2 < inventory->nserved; size *= 2) {
        /* a power of two */
    }

    others->report = report;
    others->next = 0;
    others->mask = size - 1;
    others->slots = ct_arena_calloc(report->arena, size, sizeof(uint32_t));

    if (others->slots == NULL) {
        return false;
    }

    for (i = 0; i < inventory->nserved; i++) {
        others->slots[ct_others_slot(others, inventory->served[i].identity)]
            = (uint32_t) (i + 1);
    }

    return true;
}


/* Where it is, or would be. */
static size_t
ct_others_slot(const ct_others_t *others, const uint8_t *identity)
{
    size_t             at;
    uint64_t           hash;
    const ct_served_t *served;

    memcpy(&hash, identity, sizeof(hash));
    served = others->report->inventory->served;

    for (at = hash & others->mask; others->slots[at] != 0;
         at = (at + 1) & others->mask)
    {
        if (memcmp(served[others->slots[at] - 1].identity, identity,
                   CT_HASH_LEN) == 0)
        {
            break;
        }
    }

    return at;
}


bool
ct_others_next(ct_others_t *others, ct_past_t *past)
{
    size_t             n;
    const ct_report_t *report;

    report = others->report;
    n = ct_store_rows(report->store, CT_TABLE_PAST);

    while (others->next < n) {
        if (ct_store_row(report->store, CT_TABLE_PAST, others->next++, past)
            && ct_past_counts(past, report->now_ms)
            && others->slots[ct_others_slot(others, past->identity)] == 0)
        {
            return true;
        }
    }

    return false;
}


const char *
ct_others_source(const ct_past_t *past, int64_t now_ms)
{
    if (past->source == CT_PAST_CONFIGURED
        || now_ms - past->last_ms > 2 * CT_OTHERS_DAY)
    {
        return "past";
    }

    return past->source == CT_PAST_KNOWN ? "known" : "learned";
}


int64_t
ct_others_until(const ct_past_t *past)
{
    return past->last_ms + CT_LIMIT_PAST_DAYS * CT_OTHERS_DAY;
}
