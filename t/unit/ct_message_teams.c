/*
 * ct_message_teams: the card, its size, and no markdown anywhere.
 */

#include "sample.h"


static void test_single(void);
static void test_group(void);
static void test_macros(void);


int
main(void)
{
    test_single();
    test_group();
    test_macros();
    sample_check(CT_FORMAT_TEAMS);

    return done_testing();
}


static void
test_single(void)
{
    json_t  *root, *card;
    letter_t l;

    letter_open(&l);
    (void) sample_fill(&l, "finding", 1);
    root = letter_json(&l, CT_FORMAT_TEAMS);
    is_str(json_text(root, "type"), "message", "a message");
    is_str(json_text(root, "attachments.0.contentType"),
           "application/vnd.microsoft.card.adaptive", "with a card");
    card = json_at(root, "attachments.0.content");
    is_str(json_text(card, "type"), "AdaptiveCard", "that is adaptive");
    is_str(json_text(card, "version"), "1.4", "version");
    is_str(json_text(card, "body.0.inlines.0.text"),
           "Certificate of an unfamiliar CA for shop.example.com", "title");
    is_str(json_text(card, "body.1.style"), "attention", "red");
    is_str(json_text(card, "body.1.items.1.inlines.0.text"), "Names", "fact");
    is_str(json_text(card, "body.1.items.1.inlines.2.text"),
           "shop.example.com, www.stranger.example", "its value");
    is_str(json_text(card, "body.1.items.1.inlines.2.fontType"), "Monospace",
           "as code");
    is_int(json_array_size(json_at(card, "body.1.items")), 16,
           "fifteen facts and a link");
    is_str(json_text(card, "body.1.items.15.actions.0.url"),
           "https://www.example.com/ct/#f-0100000000000000abababababababab",
           "to the finding");
    json_decref(root);
    letter_close(&l);
}


static void
test_group(void)
{
    json_t  *root, *card;
    letter_t l;

    letter_open(&l);
    (void) sample_fill(&l, "burst", 8);
    root = letter_json(&l, CT_FORMAT_TEAMS);
    card = json_at(root, "attachments.0.content");
    is_int(json_array_size(json_at(card, "body")), 11, "all eight");
    is_str(json_text(card, "body.8.items.0.inlines.0.text"),
           "Certificate for host7.example.com is not served here", "titles");
    is_str(json_text(card, "body.9.inlines.0.text"),
           "and 17 more, not listed here", "how many more");
    json_decref(root);
    letter_close(&l);
}


static void
test_macros(void)
{
    json_t  *root;
    letter_t l;

    letter_open(&l);
    letter_event(&l, CT_EVENT_LOG_LAGGING, "{{DATE(x)}} ${y} {z} $1");
    root = letter_json(&l, CT_FORMAT_TEAMS);
    is_str(json_text(root, "attachments.0.content.body.1.items.0.inlines.2"
                           ".text"), "{ {DATE(x)}} $ {y} {z} $1",
           "no dates, no templates");
    json_decref(root);
    letter_close(&l);
}
