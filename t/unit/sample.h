/*
 * sample: one message of each kind, from the everyday one to the hostile.
 */

#ifndef SAMPLE_H
#define SAMPLE_H

#include "message.h"
#include "tap.h"

#define SAMPLE_MANY 10000

typedef struct {
    const char *name;
    void      (*fill)(letter_t *l, size_t most);
} sample_t;


static inline uint64_t
sample_one(letter_t *l, ct_verdict_e verdict, const char *name)
{
    ct_bytes_t names[2];

    names[0] = ct_bytes_str(name);
    names[1] = CT_BYTES("www.stranger.example");

    return letter_names(l, verdict, names, 2, 2,
                        CT_BYTES("C=US, O=Some CA, CN=R1"));
}


/* An unfamiliar one with such names, of `total`. */
static inline void
sample_add(letter_t *l, const ct_bytes_t *names, size_t n, size_t total,
    ct_bytes_t issuer)
{
    (void) letter_finding(l, letter_names(l, CT_VERDICT_UNFAMILIAR, names, n,
                                          (uint32_t) total, issuer), false);
}


static inline void
sample_finding(letter_t *l, size_t most)
{
    uint64_t          number;
    ct_buf_t          text, more;
    ct_finding_t      finding;
    ct_finding_text_t parts;

    (void) most;
    number = sample_one(l, CT_VERDICT_UNFAMILIAR, "shop.example.com");
    ct_buf_init(&text, l->arena, CT_LIMIT_FINDING_TEXT);
    ct_buf_init(&more, l->arena, CT_LIMIT_FINDING_TEXT);
    (void) ct_store_finding(l->w.store, number, &finding, &text);
    (void) ct_finding_text_read(ct_buf_slice(&text), &parts);
    parts.server = CT_BYTES("shop.example.com");
    parts.report = CT_BYTES("problems@ca.example");
    ct_finding_text_write(&more, &parts);
    (void) ct_store_replace(l->w.store, &finding, ct_buf_slice(&more));
    (void) letter_finding(l, number, false);
}


static inline void
sample_resolved(letter_t *l, size_t most)
{
    (void) most;
    (void) letter_finding(l, sample_one(l, CT_VERDICT_SERVED,
                                        "shop.example.com"), false);
}


static inline void
sample_log(letter_t *l, size_t most)
{
    (void) most;
    letter_event(l, CT_EVENT_LOG_MISBEHAVING,
                 "its entries do not hash to the root that it has signed");
}


static inline void
sample_recovered(letter_t *l, size_t most)
{
    (void) most;
    letter_event(l, CT_EVENT_LOG_RECOVERED, "its entries are as signed");
}


static inline void
sample_test(letter_t *l, size_t most)
{
    (void) most;
    (void) ct_message_note(&l->message, CT_MESSAGE_TEST, REPORT_NOW,
                           CT_BYTES("sent by hand"));
}


/* As many as the format takes, and more that a cap has kept back. */
static inline void
sample_burst(letter_t *l, size_t most)
{
    size_t i;
    char   name[64];

    for (i = 0; i < most; i++) {
        snprintf(name, sizeof(name), "host%u.example.com", (unsigned) i);
        (void) letter_finding(l, sample_one(l, CT_VERDICT_UNSERVED, name),
                              false);
    }

    l->message.more = most > 1 ? 17 : 0;
}


static inline void
sample_names(letter_t *l, size_t most)
{
    size_t            i;
    static char       text[SAMPLE_MANY][32];
    static ct_bytes_t names[SAMPLE_MANY];

    (void) most;

    for (i = 0; i < SAMPLE_MANY; i++) {
        snprintf(text[i], sizeof(text[i]), "n%04u.example.com", (unsigned) i);
        names[i] = ct_bytes_str(text[i]);
    }

    sample_add(l, names, 3000, SAMPLE_MANY, CT_BYTES("O=A"));
}


/* Everything that any of the services reads as more than a text. */
static const char *const sample_strange[] = {
    "<!channel> <@U012345> <https://evil.example|click>",
    "@everyone @here <@&1> <#2> [click](https://evil.example)",
    "`code` ```block``` *bold* _it_ ~s~ ||spoiler|| # head",
    "https://evil.example/?a=b&c=<script>alert(1)</script>\"'",
    "a\r\nBcc: victim@example.net\r\n\r\nbody",
    "=?utf-8?q?encoded?= {{DATE(2026-01-01T00:00:00Z)}} ${x} <at>you</at>",
    "\xe2\x80\xaemoc.elpmaxe\xe2\x80\xac \xe2\x80\x8bzero\x01\x02\x7f",
    "\xff\xfe\xc0\xaf\xed\xa0\x80 not utf-8",
    "\xf0\x9f\x98\x80\xf0\x9f\x98\x80 \xe2\x82\xac \xc3\xa9",
    "back\\slash \\` \\* :rotating_light: &amp; &lt;",
    "--=_ct-\r\n.\r\nFrom me", ""
};

#define SAMPLE_HOSTILE (sizeof(sample_strange) / sizeof(sample_strange[0]))


static inline void
sample_hostile(letter_t *l, size_t most)
{
    size_t     i, n = most < SAMPLE_HOSTILE ? most : SAMPLE_HOSTILE;
    ct_bytes_t names[SAMPLE_HOSTILE];

    for (i = 0; i < SAMPLE_HOSTILE; i++) {
        names[i] = ct_bytes_str(sample_strange[i]);
    }

    if (n == 1) {
        sample_add(l, names, SAMPLE_HOSTILE, SAMPLE_HOSTILE, names[0]);
        return;
    }

    for (i = 0; i < n; i++) {
        sample_add(l, &names[i], SAMPLE_HOSTILE - i, 100, names[i]);
    }
}


/* One name that is nearly all that is kept, of what takes most room. */
static inline void
sample_long(letter_t *l, size_t most)
{
    size_t      i;
    ct_bytes_t  name;
    static char text[30000];

    for (i = 0; i < sizeof(text); i++) {
        text[i] = "<&\"`*_\\\xff"[i % 8];
    }

    name = ct_bytes(text, sizeof(text));

    for (i = 0; i < most; i++) {
        sample_add(l, &name, 1, 1, ct_bytes(text, 5000));
    }
}


static inline void
sample_digest(letter_t *l, size_t most)
{
    size_t i;

    l->message.digest = true;

    for (i = 0; i < 3 && i < most; i++) {
        (void) letter_finding(l, sample_one(l, (ct_verdict_e)
                                     (CT_VERDICT_SERVED + i),
                                     "www.example.com"), false);
    }
}


static const sample_t sample_all[] = {
    {"finding", sample_finding}, {"resolved", sample_resolved},
    {"log", sample_log}, {"recovered", sample_recovered},
    {"test", sample_test}, {"burst", sample_burst}, {"names", sample_names},
    {"hostile", sample_hostile}, {"long", sample_long},
    {"digest", sample_digest}
};

#define SAMPLES (sizeof(sample_all) / sizeof(sample_all[0]))


/* Fills a letter with the sample of that name; `most` items. */
static inline bool
sample_fill(letter_t *l, const char *name, size_t most)
{
    size_t i;

    for (i = 0; i < SAMPLES; i++) {
        if (strcmp(name, sample_all[i].name) == 0) {
            sample_all[i].fill(l, most);
            return true;
        }
    }

    return false;
}


/* Every sample in a format, with and without a name of the host and an
 * address of the page: the first that breaks a limit is complained about. */
static inline const char *
sample_fault(ct_format_e format, size_t i, bool bare)
{
    letter_t    l;
    const char *fault;

    letter_open(&l);

    if (bare) {
        l.message.source = l.message.url = "";
    }

    sample_all[i].fill(&l, ct_message_group_max(format));
    fault = fault_of(format, letter_say(&l, format));
    letter_close(&l);

    return fault;
}


static inline void
sample_check(ct_format_e format)
{
    size_t      i;
    const char *fault;

    for (i = 0; i < 2 * SAMPLES; i++) {
        fault = sample_fault(format, i / 2, i % 2 != 0);
        ok(fault == NULL, "%s%s%s%s", sample_all[i / 2].name,
           i % 2 != 0 ? ", bare" : "", fault != NULL ? ": " : "",
           fault != NULL ? fault : "");
    }
}

#endif
