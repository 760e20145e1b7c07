/*
 * ct_message_json: one item as it always was, several in an envelope.
 */

#include "sample.h"


static void test_single(void);
static void test_event(void);
static void test_note(void);
static void test_group(void);
static void test_digest(void);
static void same_members(json_t *old, json_t *new);


int
main(void)
{
    test_single();
    test_event();
    test_note();
    test_group();
    test_digest();
    sample_check(CT_FORMAT_JSON);

    return done_testing();
}


/* All that an alert had before there were messages. */
static void
test_single(void)
{
    json_t      *old, *new;
    letter_t     l;
    ct_buf_t     text, body;
    ct_finding_t finding;

    letter_open(&l);
    (void) sample_fill(&l, "finding", 1);
    new = letter_json(&l, CT_FORMAT_JSON);

    ct_buf_init(&text, l.arena, CT_LIMIT_FINDING_TEXT);
    ct_buf_init(&body, l.arena, CT_LIMIT_MESSAGE);
    (void) ct_store_finding(l.w.store, 1, &finding, &text);
    (void) ct_report_alert(&body, l.w.store, "ct", &finding,
                           ct_buf_slice(&text), REPORT_NOW - 5000);
    old = json_loadb((const char *) body.data, body.len, 0, NULL);

    same_members(old, new);
    is_str(json_text(new, "url"), "https://www.example.com/ct/"
           "#f-0100000000000000abababababababab", "and a link");
    is_str(json_text(new, "severity"), "critical", "and a severity");
    is_str(json_text(new, "title"),
           "Certificate of an unfamiliar CA for shop.example.com",
           "and a title");
    json_decref(old);
    json_decref(new);

    l.message.url = "";
    letter_again(&l);
    (void) sample_fill(&l, "resolved", 1);
    new = letter_json(&l, CT_FORMAT_JSON);
    is_str(json_text(new, "url"), "(null)", "or null");
    is_str(json_text(new, "type"), "certificate.resolved", "resolved");
    is_str(json_text(new, "id"), "0200000000000000abababababababab-resolved",
           "with an id of its own");
    is_str(json_text(new, "finding.id"), "0200000000000000abababababababab",
           "of that finding");
    json_decref(new);
    letter_close(&l);
}


static void
test_event(void)
{
    json_t    *old, *new;
    letter_t   l;
    ct_buf_t   body;
    ct_event_t event;

    letter_open(&l);
    letter_event(&l, CT_EVENT_LOG_MISBEHAVING, "it lies");
    new = letter_json(&l, CT_FORMAT_JSON);
    ct_buf_init(&body, l.arena, CT_LIMIT_MESSAGE);
    (void) ct_store_event(l.w.store, 1, &event);
    (void) ct_report_event(&body, l.w.store, "ct", &event);
    old = json_loadb((const char *) body.data, body.len, 0, NULL);
    same_members(old, new);
    is_str(json_text(new, "url"), "https://www.example.com/ct/", "a link");
    json_decref(old);
    json_decref(new);
    letter_close(&l);
}


static void
test_note(void)
{
    json_t  *root;
    letter_t l;

    letter_open(&l);
    (void) sample_fill(&l, "test", 1);
    root = letter_json(&l, CT_FORMAT_JSON);
    is_str(json_text(root, "type"), "test", "a test");
    is_str(json_text(root, "text"), "sent by hand", "its text");
    is_str(json_text(root, "log"), "(null)", "no log");
    json_decref(root);
    letter_close(&l);
}


static void
test_group(void)
{
    json_t  *root;
    letter_t l;

    letter_open(&l);
    (void) sample_fill(&l, "burst", 3);
    root = letter_json(&l, CT_FORMAT_JSON);
    is_str(json_text(root, "type"), "group", "a group");
    ok(strncmp(json_text(root, "id"), "group-", 6) == 0, "its id");
    is_int(json_number(root, "version"), 1, "version");
    is_str(json_text(root, "zone"), "ct", "zone");
    is_str(json_text(root, "time"), "2026-11-22T16:48:55Z", "time");
    is_str(json_text(root, "title"), "Certificate for host0.example.com is "
           "not served here and 19 more", "title");
    is_int(json_number(root, "more"), 17, "more");
    is_int(json_array_size(json_at(root, "alerts")), 3, "alerts");
    is_str(json_text(root, "alerts.2.finding.names.0"), "host2.example.com",
           "each whole");
    json_decref(root);

    letter_again(&l);
    (void) sample_fill(&l, "finding", 1);
    root = letter_json(&l, CT_FORMAT_JSON);
    is_str(json_text(root, "type"), "group", "one and more are a group");
    json_decref(root);
    letter_close(&l);
}


static void
test_digest(void)
{
    json_t  *root;
    letter_t l;

    letter_open(&l);
    (void) sample_fill(&l, "digest", 9);
    root = letter_json(&l, CT_FORMAT_JSON);
    is_str(json_text(root, "type"), "digest", "a digest");
    is_str(json_text(root, "title"), "New certificates of yours: 3", "title");
    is_str(json_text(root, "alerts.1.type"), "certificate.ours", "an item");
    json_decref(root);
    letter_close(&l);
}


static void
same_members(json_t *old, json_t *new)
{
    json_t     *value;
    const char *key;

    ok(json_object_size(old) > 5, "there are members");

    json_object_foreach(old, key, value) {
        ok(json_equal(value, json_object_get(new, key)), "%s is the same",
           key);
    }
}
