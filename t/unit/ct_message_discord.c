/*
 * ct_message_discord: embeds, escapes, and nobody mentioned.
 */

#include "sample.h"


static void test_single(void);
static void test_group(void);
static void test_escapes(void);


int
main(void)
{
    test_single();
    test_group();
    test_escapes();
    sample_check(CT_FORMAT_DISCORD);

    return done_testing();
}


static void
test_single(void)
{
    json_t  *root;
    letter_t l;

    letter_open(&l);
    (void) sample_fill(&l, "finding", 1);
    root = letter_json(&l, CT_FORMAT_DISCORD);
    ok(json_at(root, "content") == NULL, "the embed says it");
    is_str(json_text(root, "embeds.0.title"),
           "Certificate of an unfamiliar CA for shop.example.com", "title");
    is_str(json_text(root, "embeds.0.url"), "https://www.example.com/ct/"
           "#f-0100000000000000abababababababab", "url");
    is_str(json_text(root, "embeds.0.timestamp"), "2026-11-22T16:48:55Z",
           "time");
    is_int(json_number(root, "embeds.0.color"), 0xd32f2f, "red");
    ok(strstr(json_text(root, "embeds.0.description"),
              "\n**Names:** `shop.example.com`, `www.stranger.example`\n")
       != NULL, "names are code");
    ok(strstr(json_text(root, "embeds.0.description"), ", 2026-11-22 16:47 ")
       != NULL, "a time needs no escape");
    is_str(json_text(root, "embeds.0.footer.text"),
           "Certificate Transparency monitor of nginx on www1.example.com, "
           "zone ct", "who says so");
    json_decref(root);

    letter_again(&l);
    (void) sample_fill(&l, "recovered", 1);
    root = letter_json(&l, CT_FORMAT_DISCORD);
    is_int(json_number(root, "embeds.0.color"), 0x2e7d32, "green");
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
    root = letter_json(&l, CT_FORMAT_DISCORD);
    is_str(json_text(root, "content"), "Certificate for host0.example.com is "
           "not served here and 26 more", "content");
    is_int(json_array_size(json_at(root, "embeds")), 10, "all ten");
    ok(json_at(root, "embeds.0.footer") == NULL, "one footer");
    ok(strncmp(json_text(root, "embeds.9.footer.text"),
               "and 17 more, not listed here", 28) == 0, "how many more");
    json_decref(root);
    letter_close(&l);
}


static void
test_escapes(void)
{
    json_t  *root;
    letter_t l;

    static const char want[] =
        "**What:** \\@everyone \\<\\@1\\> \\[a\\](https\\://x.test) "
        "\\`c\\` \\*b\\* \\\\ \\:x\\: \\# 12:30\n";

    letter_open(&l);
    letter_event(&l, CT_EVENT_LOG_LAGGING,
                 "@everyone <@1> [a](https://x.test) `c` *b* \\ :x: # 12:30");
    root = letter_json(&l, CT_FORMAT_DISCORD);
    is_mem(json_text(root, "embeds.0.description"), sizeof(want) - 1, want,
           sizeof(want) - 1, "in sentences");
    json_decref(root);
    letter_close(&l);
}
