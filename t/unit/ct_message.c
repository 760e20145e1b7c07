/*
 * ct_message: types and formats by name, the items and their facts, ids, and
 * what a message holds.
 */

#include "sample.h"


static void test_words(void);
static void test_finding(void);
static void test_types(void);
static void test_event(void);
static void test_note(void);
static void test_names(void);
static void test_places(void);
static void test_url(void);
static void test_id(void);
static void test_full(void);
static void test_refused(void);
static const ct_fact_t *fact_of(const letter_t *l, const char *key);
static void fact_is(const letter_t *l, const char *key, const char *want);
static void id_is(letter_t *l, const char *want);


int
main(void)
{
    test_words();
    test_finding();
    test_types();
    test_event();
    test_note();
    test_names();
    test_places();
    test_url();
    test_id();
    test_full();
    test_refused();

    return done_testing();
}


static void
test_words(void)
{
    int               i, good = 1;
    ct_format_e       format = CT_FORMAT_MAIL;
    ct_message_type_e type = CT_MESSAGE_TEST;

    for (i = 0; i < CT_FORMATS; i++) {
        good = good
               && ct_format_read(ct_bytes_str(ct_format_name(
                                     (ct_format_e) i)), &format)
               && (int) format == i
               && ct_message_group_max(format) >= 1
               && ct_message_group_max(format) <= CT_LIMIT_GROUP
               && strchr(ct_message_content_type(format), '/') != NULL;
    }

    ok(good, "formats have names");
    ok(!ct_format_read(CT_BYTES("JSON"), &format), "no other ones");

    for (i = 0; i < CT_MESSAGE_TYPES; i++) {
        good = good
               && ct_message_type_read(ct_bytes_str(ct_message_type_name(
                                           (ct_message_type_e) i)), &type)
               && (int) type == i;
    }

    ok(good, "so have types");
    ok(!ct_message_type_read(CT_BYTES("certificate"), &type), "whole ones");
    is_str(ct_severity_name(ct_message_severity(CT_MESSAGE_UNSERVED)),
           "critical", "a certificate is critical");
    is_str(ct_severity_name(ct_message_severity(CT_MESSAGE_LAGGING)),
           "warning", "a log is not");
    is_str(ct_severity_name(ct_message_severity(CT_MESSAGE_TEST)), "info",
           "nor is a test");
    ok(ct_message_closes(CT_MESSAGE_RECOVERED)
       && ct_message_closes(CT_MESSAGE_RESOLVED)
       && ct_message_closes(CT_MESSAGE_RESTORED)
       && !ct_message_closes(CT_MESSAGE_UNFAMILIAR)
       && !ct_message_closes(CT_MESSAGE_SERVED), "three close");
}


static void
test_finding(void)
{
    letter_t                 l;
    const ct_message_item_t *item;

    letter_open(&l);
    (void) sample_fill(&l, "finding", 1);
    item = l.message.items[0];

    is_int(l.message.n, 1, "one item");
    is_int(item->time_ms, REPORT_NOW - 5000, "time");
    is_mem(item->id.data, item->id.len, "0100000000000000abababababababab",
           32, "id");
    is_mem(item->thread.data, item->thread.len, item->id.data, item->id.len,
           "the thread is the finding");
    is_mem(item->title.data, item->title.len,
           "Certificate of an unfamiliar CA for shop.example.com", 52,
           "title");
    is_mem(item->url.data, item->url.len, "https://www.example.com/ct/"
           "#f-0100000000000000abababababababab", 62, "url");
    is_str(item->facts[0].key, "reason", "first of all why");
    is_str(item->facts[1].key, "names", "then the names");

    fact_is(&l, "names", "shop.example.com|www.stranger.example");
    fact_is(&l, "watched", "shop.example.com");
    fact_is(&l, "server", "shop.example.com");
    fact_is(&l, "report_to", "problems@ca.example");
    fact_is(&l, "ca", "Some CA");
    fact_is(&l, "issuer", "C=US, O=Some CA, CN=R1");
    fact_is(&l, "valid", "2026-11-21 to 2026-11-23");
    fact_is(&l, "notes", "it has names that are not watched|only its "
                         "pre-certificate has been seen");
    ok(fact_of(&l, "what_to_do")->n >= 3, "what to do");
    is_int(fact_of(&l, "what_to_do")->kind, CT_FACT_STEPS, "in sentences");
    fact_is(&l, "logged", "Example 'Argon2026h2' log, entry 1,234,567, "
                          "2026-11-22 16:47 UTC");
    fact_is(&l, "serial", "0fa001");
    is_int(fact_of(&l, "cert_sha256")->values[0].len, 64, "SHA-256");
    is_str(fact_of(&l, "cert_sha256")->label, "Pre-certificate SHA-256",
           "of the pre-certificate");
    letter_close(&l);
}


/* The verdict decides, and whether it is a digest. */
static void
test_types(void)
{
    size_t   i;
    letter_t l;

    static const struct {
        ct_verdict_e      verdict;
        ct_message_type_e alarm;
        ct_message_type_e digest;
    } cases[] = {
        {CT_VERDICT_UNFAMILIAR, CT_MESSAGE_UNFAMILIAR, CT_MESSAGE_UNFAMILIAR},
        {CT_VERDICT_UNSERVED, CT_MESSAGE_UNSERVED, CT_MESSAGE_UNSERVED},
        {CT_VERDICT_UNPARSABLE, CT_MESSAGE_UNPARSABLE, CT_MESSAGE_UNPARSABLE},
        {CT_VERDICT_SERVED, CT_MESSAGE_RESOLVED, CT_MESSAGE_SERVED},
        {CT_VERDICT_OURS, CT_MESSAGE_RESOLVED, CT_MESSAGE_OURS},
        {CT_VERDICT_EXPECTED, CT_MESSAGE_RESOLVED, CT_MESSAGE_EXPECTED}
    };

    letter_open(&l);

    for (i = 0; i < 6; i++) {
        letter_again(&l);
        (void) letter_finding(&l, world_simple(&l.w, cases[i].verdict, "a"),
                              false);
        (void) letter_finding(&l, ct_store_last(l.w.store), true);
        l.message.digest = true;
        (void) letter_finding(&l, ct_store_last(l.w.store), false);
        l.message.digest = false;
        is_str(ct_message_type_name(l.message.items[0]->type),
               ct_message_type_name(cases[i].alarm), "%s",
               ct_verdict_name(cases[i].verdict));
        is_str(ct_message_type_name(l.message.items[1]->type),
               "certificate.resolved", "acknowledged");
        is_str(ct_message_type_name(l.message.items[2]->type),
               ct_message_type_name(cases[i].digest), "in a digest");
    }

    ok(ct_bytes_equal(l.message.items[0]->thread, l.message.items[1]->thread)
       && !ct_bytes_equal(l.message.items[2]->id, l.message.items[1]->id),
       "one thread, two ids");
    letter_close(&l);
}


static void
test_event(void)
{
    int        kind, good = 1;
    letter_t   l;
    ct_event_t event = {.kind = 99};

    letter_open(&l);
    letter_event(&l, CT_EVENT_LOG_MISBEHAVING, "it lies");
    is_mem(l.message.items[0]->title.data, l.message.items[0]->title.len,
           "Example 'Argon2026h2' log contradicts what it has signed", 56,
           "title");
    is_int(l.message.items[0]->time_ms, REPORT_NOW - 7000, "time");
    ok(l.message.items[0]->url.len == 27, "the page as it is");
    ok(l.message.items[0]->thread.len == 68, "the thread is the log");
    fact_is(&l, "text", "it lies");
    fact_is(&l, "log", "Example 'Argon2026h2' log");
    fact_is(&l, "operator", "Operator");
    is_int(fact_of(&l, "evidence_sha256")->values[0].len, 64, "evidence");

    for (kind = CT_EVENT_LOG_MISBEHAVING; kind <= CT_EVENT_LIST_STALE; kind++)
    {
        letter_again(&l);
        letter_event(&l, (ct_event_e) kind, "text");
        good = good && l.message.n == 1 && l.message.items[0]->title.len > 10
               && l.message.items[0]->thread.len > 2
               && l.message.items[0]->id.len > 10;
    }

    ok(good, "all kinds of them");
    is_int(ct_message_event(&l.message, &event), CT_E_TYPE, "no other");

    event.kind = CT_EVENT_LOG_LAGGING;
    event.log = 77;
    letter_again(&l);
    is_int(ct_message_event(&l.message, &event), CT_OK, "a log that is gone");
    is_mem(l.message.items[0]->title.data, l.message.items[0]->title.len,
           "A log lags behind", 17, "is a log");
    letter_close(&l);
}


static void
test_note(void)
{
    letter_t l;

    letter_open(&l);
    (void) ct_message_note(&l.message, CT_MESSAGE_TEST, 1234,
                           CT_BYTES("by hand"));
    (void) ct_message_note(&l.message, CT_MESSAGE_RESTARTED, 1234,
                           CT_BYTES("after a crash"));
    is_mem(l.message.items[0]->id.data, l.message.items[0]->id.len,
           "test-1234", 9, "a test");
    is_mem(l.message.items[1]->id.data, l.message.items[1]->id.len,
           "engine-1234", 11, "a start");
    fact_is(&l, "text", "by hand");
    letter_close(&l);
}


/* Those that made us look come first, and all are counted. */
static void
test_names(void)
{
    letter_t   l;
    ct_bytes_t names[] = {CT_BYTES("example.com"), CT_BYTES("x.test"),
                          CT_BYTES("www.example.com"), CT_BYTES("y.test"),
                          CT_BYTES("*.example.com")};

    letter_open(&l);
    (void) letter_finding(&l, letter_names(&l, CT_VERDICT_UNFAMILIAR, names,
                                           5, 5, CT_BYTES("")), false);
    fact_is(&l, "names",
            "example.com|www.example.com|*.example.com|x.test|y.test");
    ok(fact_of(&l, "issuer") == NULL, "what is empty is no fact");

    letter_again(&l);
    (void) sample_fill(&l, "names", 1);
    is_int(fact_of(&l, "names")->n, CT_LIMIT_MESSAGE_NAMES, "some names");
    is_int((int) fact_of(&l, "names")->total, 10000, "of many");
    letter_close(&l);
}


/* In more logs than are kept. */
static void
test_places(void)
{
    letter_t         l;
    uint64_t         n;
    ct_bytes_t       name = CT_BYTES("example.com");
    ct_finding_t     f;
    const ct_fact_t *fact;

    letter_open(&l);
    n = letter_names(&l, CT_VERDICT_UNFAMILIAR, &name, 1, 1, CT_BYTES(""));
    (void) ct_store_finding(l.w.store, n, &f, NULL);
    f.nplaces = 4000;
    ct_store_update(l.w.store, &f);
    (void) letter_finding(&l, n, false);
    fact = fact_of(&l, "logged");
    is_int(fact->n, CT_LIMIT_FINDING_LOGS + 1, "those, and one thing more");
    is_int((int) fact->total, CT_LIMIT_FINDING_LOGS + 1, "no false number");
    ok(ct_bytes_is(fact->values[CT_LIMIT_FINDING_LOGS], "and more"),
       "that there are more");
    letter_close(&l);
}


/* What an operator may have written, and what is no address of the web. */
static void
test_url(void)
{
    size_t   i;
    letter_t l;

    static const struct {
        const char *url;
        const char *want;
    } cases[] = {
        {"https://h/ct/", "https://h/ct/"},
        {"http://h", "http://h"},
        {"https://h/ct/?a=b&c=d", "https://h/ct/?a=b&c=d"},
        {"https://h/ct/#x", "https://h/ct/"},
        {"https://h/a|b>c\"d e\xc3\xa9\n", "https://h/a%7cb%3ec%22d%20e"
                                           "%c3%a9%0a"},
        {"javascript:alert(1)", ""}, {"//h/ct/", ""}, {"", ""},
        {"https://", ""}
    };

    letter_open(&l);

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        letter_again(&l);
        l.message.url = cases[i].url;
        (void) ct_message_note(&l.message, CT_MESSAGE_TEST, 1, CT_BYTES("x"));
        is_mem(l.message.items[0]->url.data, l.message.items[0]->url.len,
               cases[i].want, strlen(cases[i].want), "url %d", (int) i);
    }

    letter_close(&l);
}


static void
test_id(void)
{
    char     a[CT_LIMIT_MESSAGE_ID], b[CT_LIMIT_MESSAGE_ID];
    letter_t l;
    ct_buf_t one, two;

    letter_open(&l);
    (void) ct_message_note(&l.message, CT_MESSAGE_TEST, 1, CT_BYTES("x"));
    id_is(&l, "test-1");

    (void) ct_message_note(&l.message, CT_MESSAGE_TEST, 2, CT_BYTES("x"));
    ct_buf_fixed(&one, a, sizeof(a));
    ct_message_id(&one, &l.message);
    l.message.now_ms++;
    ct_buf_fixed(&two, b, sizeof(b));
    ct_message_id(&two, &l.message);
    is_mem(a, one.len, b, two.len, "a group has one id");
    is_int(one.len, 38, "of its own");
    ok(memchr(a, '.', one.len) == NULL, "that can be signed");

    (void) ct_message_note(&l.message, CT_MESSAGE_TEST, 3, CT_BYTES("x"));
    ct_buf_fixed(&two, b, sizeof(b));
    ct_message_id(&two, &l.message);
    ok(memcmp(a, b, one.len) != 0, "another group has another");
    letter_close(&l);
}


/* By number, and by what it may come to. */
static void
test_full(void)
{
    size_t      i, n;
    ct_rc_t     rc = CT_OK;
    letter_t    l;
    ct_bytes_t  name;
    static char text[30000];

    letter_open(&l);

    for (i = 0; i < CT_LIMIT_GROUP; i++) {
        rc = ct_message_note(&l.message, CT_MESSAGE_TEST, (int64_t) i,
                             CT_BYTES("x"));
    }

    is_int(rc, CT_OK, "%d items", CT_LIMIT_GROUP);
    is_int(ct_message_note(&l.message, CT_MESSAGE_TEST, 1, CT_BYTES("x")),
           CT_E_FULL, "one more");
    ok(letter_say(&l, CT_FORMAT_JSON).len != 0, "can be said");

    letter_again(&l);
    memset(text, 1, sizeof(text));
    name = ct_bytes(text, sizeof(text));

    for (n = 0; n < CT_LIMIT_GROUP; n++) {
        if (letter_finding(&l, letter_names(&l, CT_VERDICT_UNFAMILIAR, &name,
                                            1, 1, CT_BYTES("")), false)
            != CT_OK)
        {
            break;
        }
    }

    ok(n > 2 && n < 10, "%d large ones", (int) n);
    ok(letter_say(&l, CT_FORMAT_JSON).len > n * 12 * sizeof(text),
       "all of them said");
    letter_close(&l);
}


static void
test_refused(void)
{
    size_t      i;
    letter_t    l;
    ct_buf_t    out;
    ct_arena_t *small;
    uint8_t     room[64];

    letter_open(&l);
    ct_buf_init(&out, l.arena, CT_LIMIT_MESSAGE);
    is_int(ct_message_render(CT_FORMAT_JSON, &l.message, &out), CT_E_LIMIT,
           "no item");

    (void) sample_fill(&l, "burst", 2);
    is_int(ct_message_render(CT_FORMAT_PAGERDUTY, &l.message, &out),
           CT_E_LIMIT, "too many");

    l.message.mail = NULL;
    is_int(ct_message_render(CT_FORMAT_MAIL, &l.message, &out), CT_E_ABSENT,
           "no addresses");

    ct_buf_fixed(&out, room, sizeof(room));
    is_int(ct_message_render(CT_FORMAT_JSON, &l.message, &out), CT_E_MEMORY,
           "no room");

    for (i = 0; i < 4096; i += 64) {
        small = ct_arena_create(i);
        l.message.arena = small;
        l.message.n = 0;
        (void) ct_message_note(&l.message, CT_MESSAGE_TEST, 1, CT_BYTES("x"));
        ct_arena_destroy(small);
    }

    ok(l.message.n == 1, "at last there is enough memory");
    letter_close(&l);
}


static void
id_is(letter_t *l, const char *want)
{
    char     room[CT_LIMIT_MESSAGE_ID];
    ct_buf_t id;

    ct_buf_fixed(&id, room, sizeof(room));
    ct_message_id(&id, &l->message);
    is_mem(room, id.len, want, strlen(want), "id %s", want);
}


static const ct_fact_t *
fact_of(const letter_t *l, const char *key)
{
    size_t                   i;
    const ct_message_item_t *item = l->message.items[0];

    for (i = 0; i < item->nfacts; i++) {
        if (strcmp(item->facts[i].key, key) == 0) {
            return &item->facts[i];
        }
    }

    return NULL;
}


/* Its values, with "|" between them. */
static void
fact_is(const letter_t *l, const char *key, const char *want)
{
    size_t           i;
    char             room[1024];
    ct_buf_t         all;
    const ct_fact_t *fact = fact_of(l, key);

    ct_buf_fixed(&all, room, sizeof(room));

    for (i = 0; fact != NULL && i < fact->n; i++) {
        ct_buf_puts(&all, i != 0 ? "|" : "");
        ct_buf_bytes(&all, fact->values[i]);
    }

    is_mem(all.data, all.len, want, strlen(want), "%s", key);
}
