/*
 * store: a store and what is put into it, for the tests of ct_store*.c.
 */

#ifndef STORE_H
#define STORE_H

#include "ct_store_layout.h"
#include "tap.h"

#include <sys/mman.h>

#define SIZE (1024 * 1024)


static inline ct_store_t *
make(size_t size)
{
    void *mem;

    mem = mmap(NULL, size, PROT_READ | PROT_WRITE,
               MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    return ct_store_create(mem, size);
}


/* Finding i: every field follows from i, so that a mixture shows. */
static inline void
fill(ct_finding_t *f, char *text, size_t *len, unsigned i)
{
    memset(f, 0, sizeof(*f));
    memset(f->identity, (int) (i & 0xff), CT_HASH_LEN);
    memcpy(f->identity, &i, sizeof(i));
    memset(f->cert_sha256, (int) (i % 251), CT_HASH_LEN);
    memset(f->spki_sha256, (int) (i % 251), CT_HASH_LEN);
    f->first_seen_ms = i;
    f->verdict = i % 3 == 0 ? CT_VERDICT_UNFAMILIAR : CT_VERDICT_SERVED;

    *len = 1 + i * 37 % 3000;
    memset(text, (int) (i % 251), *len);
}


static inline bool
whole(const ct_finding_t *f, const ct_buf_t *text)
{
    size_t       i, len;
    char         want[3001];
    ct_finding_t g;

    fill(&g, want, &len, (unsigned) f->first_seen_ms);

    for (i = 0; i < CT_HASH_LEN; i++) {
        if (f->cert_sha256[i] != g.cert_sha256[i]
            || f->spki_sha256[i] != g.spki_sha256[i])
        {
            return false;
        }
    }

    return text->len == len && memcmp(text->data, want, len) == 0;
}


static inline bool
get(const ct_store_t *store, uint64_t number, ct_finding_t *f, ct_buf_t *text)
{
    static uint8_t room[CT_LIMIT_FINDING_TEXT];

    ct_buf_fixed(text, room, sizeof(room));

    return ct_store_finding(store, number, f, text);
}


static inline void
event(ct_store_t *store, uint32_t kind, uint64_t number)
{
    ct_event_t e;

    memset(&e, 0, sizeof(e));
    e.number = number;
    e.kind = kind;
    e.log = CT_EVENT_NO_LOG;
    e.time_ms = (int64_t) kind;
    (void) snprintf(e.text, sizeof(e.text), "event %u", kind);
    (void) ct_store_add_event(store, &e);
}


static inline size_t
alerts(const ct_store_t *store)
{
    size_t     i, n;
    ct_alert_t alert;

    n = 0;

    for (i = 0; i < ct_store_max_alerts(store); i++) {
        n += ct_store_alert(store, i, &alert);
    }

    return n;
}

#endif
