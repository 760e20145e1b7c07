/*
 * ct_message_pagerduty: trigger and resolve meet in the dedup_key.
 */

#include "sample.h"


static void test_trigger(void);
static void test_resolve(void);
static void test_keys(void);


int
main(void)
{
    test_trigger();
    test_resolve();
    test_keys();
    sample_check(CT_FORMAT_PAGERDUTY);

    return done_testing();
}


static void
test_trigger(void)
{
    json_t  *root;
    letter_t l;

    letter_open(&l);
    (void) sample_fill(&l, "finding", 1);
    root = letter_json(&l, CT_FORMAT_PAGERDUTY);
    is_str(json_text(root, "routing_key"), "0123456789abcdef0123456789abcdef",
           "routing_key");
    is_str(json_text(root, "event_action"), "trigger", "trigger");
    is_str(json_text(root, "dedup_key"),
           "ct/0100000000000000abababababababab", "dedup_key");
    is_str(json_text(root, "payload.summary"),
           "Certificate of an unfamiliar CA for shop.example.com", "summary");
    is_str(json_text(root, "payload.source"), "www1.example.com", "source");
    is_str(json_text(root, "payload.severity"), "critical", "severity");
    is_str(json_text(root, "payload.class"), "certificate.unfamiliar",
           "class");
    is_str(json_text(root, "payload.custom_details.names"),
           "shop.example.com, www.stranger.example", "names");
    is_str(json_text(root, "payload.custom_details.report_to"),
           "problems@ca.example", "where to report");
    ok(strncmp(json_text(root, "links.0.href"), "https://www.example.com/ct/",
               27) == 0, "a link");
    json_decref(root);

    letter_again(&l);
    l.message.source = l.message.url = "";
    (void) sample_fill(&l, "test", 1);
    root = letter_json(&l, CT_FORMAT_PAGERDUTY);
    is_str(json_text(root, "payload.source"), "ct", "the zone at least");
    ok(json_at(root, "links") == NULL, "no link");
    json_decref(root);
    letter_close(&l);
}


static void
test_resolve(void)
{
    json_t       *root;
    letter_t      l;
    char          key[256];
    ct_finding_t  finding;

    letter_open(&l);
    (void) sample_fill(&l, "finding", 1);
    (void) ct_store_finding(l.w.store, 1, &finding, NULL);
    finding.verdict = CT_VERDICT_SERVED;
    ct_store_update(l.w.store, &finding);
    letter_again(&l);
    (void) letter_finding(&l, 1, false);
    root = letter_json(&l, CT_FORMAT_PAGERDUTY);
    is_str(json_text(root, "event_action"), "resolve", "resolve");
    is_str(json_text(root, "dedup_key"),
           "ct/0100000000000000abababababababab", "by the same key");
    json_decref(root);

    letter_again(&l);
    (void) sample_fill(&l, "log", 1);
    root = letter_json(&l, CT_FORMAT_PAGERDUTY);
    snprintf(key, sizeof(key), "%s", json_text(root, "dedup_key"));
    ok(strstr(key, "/ct/www1.example.com") != NULL, "of this host");
    json_decref(root);

    letter_again(&l);
    (void) sample_fill(&l, "recovered", 1);
    root = letter_json(&l, CT_FORMAT_PAGERDUTY);
    is_str(json_text(root, "event_action"), "resolve", "a log is well again");
    is_str(json_text(root, "dedup_key"), key, "by the same key");
    json_decref(root);
    letter_close(&l);
}


static void
test_keys(void)
{
    json_t  *root;
    letter_t l;
    char     host[600];

    letter_open(&l);
    memset(host, 'h', sizeof(host));
    host[sizeof(host) - 1] = '\0';
    l.message.source = host;
    l.message.zone = host;
    (void) sample_fill(&l, "log", 1);
    root = letter_json(&l, CT_FORMAT_PAGERDUTY);
    ok(strlen(json_text(root, "dedup_key")) <= 255, "a key is never longer");
    json_decref(root);
    letter_close(&l);
}
