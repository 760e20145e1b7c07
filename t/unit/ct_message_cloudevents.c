/*
 * ct_message_cloudevents: attributes as CloudEvents 1.0 wants them.
 */

#include "sample.h"


static void test_attributes(void);
static void test_source(void);


int
main(void)
{
    test_attributes();
    test_source();
    sample_check(CT_FORMAT_CLOUDEVENTS);

    return done_testing();
}


static void
test_attributes(void)
{
    json_t  *root, *data;
    letter_t l;

    letter_open(&l);
    (void) sample_fill(&l, "finding", 1);
    root = letter_json(&l, CT_FORMAT_CLOUDEVENTS);
    data = letter_json(&l, CT_FORMAT_JSON);
    is_str(json_text(root, "specversion"), "1.0", "specversion");
    is_str(json_text(root, "type"), "certificate.unfamiliar", "type");
    is_str(json_text(root, "id"), "0100000000000000abababababababab", "id");
    is_str(json_text(root, "source"),
           "//www1.example.com/ngx_http_ct_module/ct", "source");
    is_str(json_text(root, "subject"), json_text(root, "id"), "subject");
    is_str(json_text(root, "time"), "2026-11-22T16:48:55Z", "time");
    is_str(json_text(root, "datacontenttype"), "application/json", "type");
    ok(json_equal(json_at(root, "data"), data), "data is our own format");
    json_decref(root);
    json_decref(data);
    letter_close(&l);
}


static void
test_source(void)
{
    json_t  *root;
    letter_t l;

    letter_open(&l);
    l.message.source = "";
    l.message.now_ms = 0;
    l.message.zone = "a b/\xc3\xa9?#%";
    (void) ct_message_note(&l.message, CT_MESSAGE_TEST, 0, CT_BYTES("x"));
    root = letter_json(&l, CT_FORMAT_CLOUDEVENTS);
    is_str(json_text(root, "source"),
           "/ngx_http_ct_module/a%20b%2f%c3%a9%3f%23%25", "a URI reference");
    ok(json_at(root, "time") == NULL, "an attribute is never null");
    json_decref(root);
    letter_close(&l);
}
