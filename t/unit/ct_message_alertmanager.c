/*
 * ct_message_alertmanager: an alert and its end have the same labels.
 */

#include "sample.h"


static void test_begin(void);
static void test_end(void);
static void test_times(void);


int
main(void)
{
    test_begin();
    test_end();
    test_times();
    sample_check(CT_FORMAT_ALERTMANAGER);

    return done_testing();
}


static void
test_begin(void)
{
    json_t  *root;
    letter_t l;

    letter_open(&l);
    (void) sample_fill(&l, "finding", 1);
    root = letter_json(&l, CT_FORMAT_ALERTMANAGER);
    is_int(json_array_size(root), 1, "an alert");
    is_str(json_text(root, "0.labels.alertname"), "CtCertificateUnfamiliar",
           "alertname");
    is_str(json_text(root, "0.labels.severity"), "critical", "severity");
    is_str(json_text(root, "0.labels.instance"), "www1.example.com", "host");
    is_str(json_text(root, "0.annotations.summary"),
           "Certificate of an unfamiliar CA for shop.example.com", "summary");
    is_str(json_text(root, "0.annotations.names"),
           "shop.example.com, www.stranger.example", "names");
    is_str(json_text(root, "0.startsAt"), "2026-11-22T16:48:55Z", "start");
    ok(strncmp(json_text(root, "0.generatorURL"),
               "https://www.example.com/ct/#f-", 30) == 0, "link");
    json_decref(root);
    letter_close(&l);
}


/* Whatever it was that has begun. */
static void
test_end(void)
{
    json_t      *began, *ended;
    letter_t     l;
    ct_finding_t finding;
    size_t       i, same = 0;

    letter_open(&l);
    (void) sample_fill(&l, "finding", 1);
    began = letter_json(&l, CT_FORMAT_ALERTMANAGER);

    (void) ct_store_finding(l.w.store, 1, &finding, NULL);
    finding.verdict = CT_VERDICT_SERVED;
    ct_store_update(l.w.store, &finding);
    letter_again(&l);
    (void) letter_finding(&l, 1, false);
    ended = letter_json(&l, CT_FORMAT_ALERTMANAGER);

    is_int(json_array_size(ended), 3, "one end for each alarm");

    for (i = 0; i < json_array_size(ended); i++) {
        same += (size_t) json_equal(
            json_at(json_array_get(ended, i), "labels"),
            json_at(began, "0.labels"));
    }

    is_int(same, 1, "of which one has its labels");
    is_str(json_text(ended, "2.endsAt"), "2026-11-22T16:48:55Z", "the end");
    ok(json_at(ended, "2.startsAt") == NULL, "no start");
    json_decref(began);
    json_decref(ended);

    letter_again(&l);
    (void) sample_fill(&l, "log", 1);
    began = letter_json(&l, CT_FORMAT_ALERTMANAGER);
    letter_again(&l);
    (void) sample_fill(&l, "recovered", 1);
    ended = letter_json(&l, CT_FORMAT_ALERTMANAGER);
    ok(json_equal(json_at(began, "0.labels"), json_at(ended, "0.labels")),
       "a log likewise");
    json_decref(began);
    json_decref(ended);

    letter_again(&l);
    letter_event(&l, CT_EVENT_COVERAGE_RESTORED, "well");
    ended = letter_json(&l, CT_FORMAT_ALERTMANAGER);
    is_int(json_array_size(ended), 1, "coverage has one kind");
    json_decref(ended);
    letter_close(&l);
}


static void
test_times(void)
{
    size_t       i;
    json_t      *root;
    letter_t     l;
    ct_finding_t finding;

    static const struct {
        int64_t     not_after_ms;
        const char *want;
    } cases[] = {
        {0, "2026-11-29T16:48:55Z"},
        {INT64_MIN, "2026-11-29T16:48:55Z"},
        {REPORT_NOW + 90 * REPORT_DAY, "2027-02-20T16:49:00Z"},
        {INT64_MAX, "2027-12-27T16:48:55Z"}
    };

    letter_open(&l);

    for (i = 0; i < 4; i++) {
        letter_again(&l);
        memset(&finding, 0, sizeof(finding));
        finding.verdict = CT_VERDICT_UNFAMILIAR;
        finding.not_after_ms = cases[i].not_after_ms;
        (void) ct_message_finding(&l.message, &finding, ct_bytes(NULL, 0),
                                  REPORT_NOW - 5000, false);
        root = letter_json(&l, CT_FORMAT_ALERTMANAGER);
        is_str(json_text(root, "0.endsAt"), cases[i].want, "end %d", (int) i);
        json_decref(root);
    }

    letter_again(&l);
    (void) sample_fill(&l, "test", 1);
    root = letter_json(&l, CT_FORMAT_ALERTMANAGER);
    is_str(json_text(root, "0.endsAt"), "2026-11-22T16:54:00Z",
           "a test is over soon");
    json_decref(root);
    letter_close(&l);
}
