/*
 * ct_message_slack: blocks, what is escaped, and the link.
 */

#include "sample.h"


static void test_single(void);
static void test_group(void);
static void test_link(void);
static void test_escapes(void);


int
main(void)
{
    test_single();
    test_group();
    test_link();
    test_escapes();
    sample_check(CT_FORMAT_SLACK);

    return done_testing();
}


static void
test_single(void)
{
    json_t     *root;
    letter_t    l;
    const char *text;

    letter_open(&l);
    (void) sample_fill(&l, "finding", 1);
    root = letter_json(&l, CT_FORMAT_SLACK);
    is_str(json_text(root, "text"),
           "Certificate of an unfamiliar CA for shop.example.com", "text");
    is_int(json_array_size(json_at(root, "blocks")), 3, "blocks");
    is_str(json_text(root, "blocks.0.type"), "header", "a header");
    text = json_text(root, "blocks.1.text.text");
    ok(strstr(text, "\n*Names:* `shop.example.com`, `www.stranger.example`\n")
       != NULL, "names are code");
    ok(strstr(text, "\n<https://www.example.com/ct/#f-0100000000000000"
                    "abababababababab|Open on the status page>") != NULL,
       "a link");
    ok(json_is_false(json_at(root, "unfurl_links")), "without a preview");
    is_str(json_text(root, "blocks.2.elements.0.text"),
           "Certificate Transparency monitor of nginx on www1.example.com, "
           "zone ct", "who says so");
    json_decref(root);
    letter_close(&l);
}


static void
test_group(void)
{
    json_t  *root;
    letter_t l;

    letter_open(&l);
    (void) sample_fill(&l, "burst", 10);
    root = letter_json(&l, CT_FORMAT_SLACK);
    is_str(json_text(root, "blocks.0.text.text"), "Certificate for "
           "host0.example.com is not served here and 26 more", "header");
    is_int(json_array_size(json_at(root, "blocks")), 12, "all ten");
    ok(strncmp(json_text(root, "blocks.10.text.text"),
               "*Certificate for host9.example.com is not served here*\n",
               55) == 0, "each with its title");
    ok(strncmp(json_text(root, "blocks.11.elements.0.text"),
               "\xe2\x80\xa6 and 17 more, not listed here\n", 33) == 0,
       "and how many more");
    json_decref(root);
    letter_close(&l);
}


/* Whole or not at all. */
static void
test_link(void)
{
    size_t   len;
    json_t  *root;
    letter_t l;
    char     url[900];
    int      good = 1, with = 0;

    letter_open(&l);
    l.message.url = url;

    for (len = 20; len < sizeof(url); len++) {
        memset(url, '&', sizeof(url));
        memcpy(url, "https://h/", 10);
        url[len] = '\0';
        letter_again(&l);
        (void) sample_fill(&l, "resolved", 1);
        root = letter_json(&l, CT_FORMAT_SLACK);
        with += strchr(json_text(root, "blocks.1.text.text"), '<') != NULL;
        good = good
               && (strchr(json_text(root, "blocks.1.text.text"), '<') == NULL
                   || strstr(json_text(root, "blocks.1.text.text"),
                             "|Open on the status page>") != NULL);
        json_decref(root);
    }

    ok(good, "the link is whole");
    ok(with > 100 && with < 880, "where there is room for it");
    letter_close(&l);
}


static void
test_escapes(void)
{
    json_t     *root;
    letter_t    l;
    const char *text;

    static const char want[] =
        "*What:* &lt;!here&gt; &amp; \xe2\x88\x97" "b\xe2\x88\x97 "
        "_i_ \xe2\x88\xbcs\xe2\x88\xbc 'c' "
        "http[:]//x.test &lt;@U1&gt;\n";

    letter_open(&l);
    letter_event(&l, CT_EVENT_LOG_LAGGING,
                 "<!here> & *b* _i_ ~s~ `c` http://x.test <@U1>");
    root = letter_json(&l, CT_FORMAT_SLACK);
    text = json_text(root, "blocks.1.text.text");
    is_mem(text, sizeof(want) - 1, want, sizeof(want) - 1, "in sentences");
    json_decref(root);
    letter_close(&l);
}
