/*
 * ct_action: a form becomes one message or one sentence; what is asked of a
 * finding is asked of one that there is.
 */

#include "report.h"
#include "ct_action.h"
#include "ct_utf8.h"
#include "tap.h"

#define KEY "00112233445566778899aabbccddeeff00112233445566778899AABBCCDDEEFF"
#define ID  "00112233445566778899aabbccddeeff"


static void test_good(void);
static void test_bad(void);
static void test_reason(void);
static void test_test(void);
static void test_find(void);
static void test_who(void);
static void test_ask(void);
static void test_json(void);
static const char *asked(ct_action_t *action, ct_inbox_kind_e kind,
    const char *form);

static uint8_t room[CT_LIMIT_FORM];


int
main(void)
{
    test_good();
    test_bad();
    test_reason();
    test_test();
    test_find();
    test_who();
    test_ask();
    test_json();

    return done_testing();
}


/* The sentence; "" when there is none. */
static const char *
asked(ct_action_t *action, ct_inbox_kind_e kind, const char *form)
{
    ct_buf_t    buf;
    const char *why;

    ct_buf_fixed(&buf, room, sizeof(room));
    why = ct_action_read(action, kind, ct_bytes_str(form), &buf);

    return why != NULL ? why : "";
}


static void
test_good(void)
{
    ct_action_t action;

    is_str(asked(&action, CT_INBOX_ACKNOWLEDGE,
                 "finding=" ID "&reason=it+is+ours"), "", "a finding");
    is_int(action.kind, CT_INBOX_ACKNOWLEDGE, "to be acknowledged");
    is_int(action.scope, CT_ACK_FINDING, "its scope");
    ok(action.hash[0] == 0 && action.hash[15] == 0xff
       && action.hash[16] == 0, "half a hash");
    ok(ct_bytes_is(action.reason, "it is ours"), "and why");

    is_str(asked(&action, CT_INBOX_ACKNOWLEDGE, "reason=x&key=" KEY), "",
           "a key, in the other order");
    is_int(action.scope, CT_ACK_KEY, "its scope");
    ok(action.hash[31] == 0xff, "a whole hash, in both cases of letters");

    is_str(asked(&action, CT_INBOX_FORGET, "issuer=" KEY), "",
           "an issuer; to forget it wants no reason");
    is_int(action.scope, CT_ACK_ISSUER, "its scope");
    is_int(action.reason.len, 0, "none");
    is_str(asked(&action, CT_INBOX_FORGET, "issuer=" KEY "&reason=gone"), "",
           "but may have one");
    ok(ct_bytes_is(action.reason, "gone"), "this one");
}


static void
test_bad(void)
{
    size_t      i;
    ct_action_t action;

    static const char *const bad[][2] = {
        {"", "exactly one of finding, key and issuer is wanted"},
        {"reason=x", "exactly one of finding, key and issuer is wanted"},
        {"key=" KEY "&issuer=" KEY "&reason=x",
         "exactly one of finding, key and issuer is wanted"},
        {"key=" KEY "&key=" KEY "&reason=x",
         "exactly one of finding, key and issuer is wanted"},
        {"finding=" ID, "a reason is wanted"},
        {"finding=" ID "&reason=", "a reason is wanted"},
        {"finding=" ID "&reason=+%20+", "a reason is wanted"},
        {"finding=" ID "&reason=a&reason=b", "reason is given twice"},
        {"finding=&reason=x",
         "finding is not the id of one, 32 hex digits are wanted"},
        {"finding=" KEY "&reason=x",
         "finding is not the id of one, 32 hex digits are wanted"},
        {"finding=" ID "%00&reason=x",
         "finding is not the id of one, 32 hex digits are wanted"},
        {"finding=00000000000000000000000000000000&reason=x",
         "finding is not the id of one, 32 hex digits are wanted"},
        {"key=" ID "&reason=x", "key is not the spki_sha256 of a finding, 64 "
         "hex digits are wanted"},
        {"issuer=" ID "&reason=x", "issuer is not the issuer_key_sha256 of a "
         "finding, 64 hex digits are wanted"},
        {"Finding=" ID "&reason=x", "there is a field that is none of "
         "finding, key, issuer and reason"},
        {"finding=" ID "&reason=x&x", "there is a field that is none of "
         "finding, key, issuer and reason"},
        {"finding%00=" ID "&reason=x", "there is a field that is none of "
         "finding, key, issuer and reason"},
        {"{\"finding\": \"" ID "\"}", "there is a field that is none of "
         "finding, key, issuer and reason"},
        {"reason=100%&key=" KEY, "the body is not a form, name=value&... is "
         "wanted, with \"%25\" for a percent sign"},
    };

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        is_str(asked(&action, CT_INBOX_ACKNOWLEDGE, bad[i][0]), bad[i][1],
               "refused: %s", bad[i][0]);
    }
}


static void
test_reason(void)
{
    size_t      i;
    char        form[1024], text[512];
    ct_action_t action;

    static const char *const good[] = {
        "ours", "%C3%A4%C3%B6", "%F0%9F%94%91", "a%26b%3Dc", "%3Cscript%3E"
    };
    static const char *const bad[] = {
        "a%00b", "a%0Ab", "a%7F", "%1B[2J", "%C2%85", "%E2%80%AEa", "%FF",
        "%C3", "%ED%A0%80", "a%E2%80%8Bb", "%EF%BB%BFa"
    };

    for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        snprintf(form, sizeof(form), "key=" KEY "&reason=%s", good[i]);
        is_str(asked(&action, CT_INBOX_ACKNOWLEDGE, form), "", "kept: %s",
               good[i]);
    }

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        snprintf(form, sizeof(form), "key=" KEY "&reason=%s", bad[i]);
        is_str(asked(&action, CT_INBOX_ACKNOWLEDGE, form),
               "reason is not printable text in UTF-8", "refused: %s",
               bad[i]);
    }

    memset(text, 'a', sizeof(text));
    snprintf(form, sizeof(form), "reason=+%.*s+&key=" KEY, CT_LIMIT_REASON,
             text);
    is_str(asked(&action, CT_INBOX_ACKNOWLEDGE, form), "", "the longest");
    is_int(action.reason.len, CT_LIMIT_REASON, "without the blanks");
    ok(CT_LIMIT_REASON < sizeof(((ct_ack_t *) NULL)->reason),
       "there is room for it in the table");
    snprintf(form, sizeof(form), "reason=%.*s&key=" KEY, CT_LIMIT_REASON + 1,
             text);
    is_str(asked(&action, CT_INBOX_ACKNOWLEDGE, form),
           "reason is too long, at most 120 bytes are kept", "one more");
}


static void
test_test(void)
{
    ct_action_t action;

    is_str(asked(&action, CT_INBOX_TEST, ""), "", "a test");
    is_int(action.scope, 0, "is of nothing");
    is_str(asked(&action, CT_INBOX_TEST, "&"), "", "nor has it fields");
    is_str(asked(&action, CT_INBOX_TEST, "reason=x"), "a test takes no "
           "fields", "as it says");
    is_str(asked(&action, CT_INBOX_TEST, "%"), "the body is not a form, "
           "name=value&... is wanted, with \"%25\" for a percent sign",
           "what is no form is none");
}


static void
test_find(void)
{
    char         form[128];
    ct_ack_t     ack;
    world_t      w;
    uint8_t      identity[CT_HASH_LEN];
    ct_action_t  action;
    ct_finding_t finding;

    world_open(&w);
    world_simple(&w, CT_VERDICT_UNFAMILIAR, "a.example");
    (void) ct_store_finding(w.store, world_simple(&w, CT_VERDICT_UNFAMILIAR,
                            "b.example"), &finding, NULL);
    world_simple(&w, CT_VERDICT_UNFAMILIAR, "c.example");

    asked(&action, CT_INBOX_ACKNOWLEDGE, "reason=x&finding=" ID);
    ok(!ct_action_find(&action, w.store), "no such finding");

    snprintf(form, sizeof(form), "reason=x&finding=0200000000000000%s",
             "abababababababab");
    is_str(asked(&action, CT_INBOX_ACKNOWLEDGE, form), "", "the second");
    ok(ct_action_find(&action, w.store), "is there");
    is_mem(action.hash, CT_HASH_LEN, finding.identity, CT_HASH_LEN,
           "and has a whole identity");

    asked(&action, CT_INBOX_ACKNOWLEDGE, "reason=x&key=" KEY);
    ok(ct_action_find(&action, w.store), "of a key nobody has to know");

    memset(&ack, 0, sizeof(ack));
    ack.time_ms = 1;
    ack.scope = CT_ACK_FINDING;
    memset(ack.hash, 0x77, CT_HASH_LEN);
    ct_store_set_row(w.store, CT_TABLE_ACK, 3, &ack);
    memset(identity, 0x77, CT_HASH_LEN);
    snprintf(form, sizeof(form), "finding=%s%s", "7777777777777777",
             "7777777777777777");
    asked(&action, CT_INBOX_FORGET, form);
    ok(ct_action_find(&action, w.store), "what was acknowledged and is gone");
    is_mem(action.hash, CT_HASH_LEN, identity, CT_HASH_LEN, "is known too");
    action.kind = CT_INBOX_ACKNOWLEDGE;
    ok(!ct_action_find(&action, w.store), "but not once more");
    world_close(&w);
}


static void
who(const char *user, const char *address, const char *want)
{
    uint8_t  text[63];
    ct_buf_t buf;

    ct_buf_fixed(&buf, text, sizeof(text));
    ct_action_who(&buf, ct_bytes_str(user), ct_bytes_str(address));
    is_mem(buf.data, buf.len, want, strlen(want), "who: %s", want);
}


static void
test_who(void)
{
    char name[128];

    who("", "192.0.2.1", "192.0.2.1");
    who("alice", "192.0.2.1", "alice (192.0.2.1)");
    who("\xc3\xa4", "2001:db8::1", "\xc3\xa4 (2001:db8::1)");
    who("a\nb", "192.0.2.1", "192.0.2.1");
    who("\xff", "192.0.2.1", "192.0.2.1");

    memset(name, 'a', sizeof(name));
    name[52] = '\0';
    who(name, "192.0.2.1", "192.0.2.1");
    name[51] = '\0';
    who(name, "192.0.2.1", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
        "a (192.0.2.1)");
}


static void
test_ask(void)
{
    size_t             i;
    uint8_t            data[CT_LIMIT_INBOX_DATA];
    ct_bytes_t         part;
    ct_inbox_t        *inbox;
    ct_action_t        action;
    ct_inbox_message_t message;

    inbox = calloc(1, sizeof(ct_inbox_t));
    asked(&action, CT_INBOX_ACKNOWLEDGE, "reason=ours&key=" KEY);
    ok(ct_action_ask(&action, inbox, CT_BYTES("me")), "asked");
    ok(ct_inbox_take(inbox, 0, data, &message), "taken");
    is_int(message.kind, CT_INBOX_ACKNOWLEDGE, "to acknowledge");
    ok(ct_read_vec16(&message.rest, &part) && part.len == 1
       && part.data[0] == CT_ACK_KEY, "scope");
    ok(ct_read_vec16(&message.rest, &part) && part.len == CT_HASH_LEN
       && part.data[1] == 0x11, "hash");
    ok(ct_read_vec16(&message.rest, &part) && ct_bytes_is(part, "ours"),
       "reason");
    ok(ct_read_vec16(&message.rest, &part) && ct_bytes_is(part, "me"), "who");
    is_int(message.rest.len, 0, "no more");

    asked(&action, CT_INBOX_TEST, "");
    ok(ct_action_ask(&action, inbox, CT_BYTES("me")), "a test");
    ok(ct_inbox_take(inbox, 0, data, &message), "taken");
    is_int(message.kind, CT_INBOX_TEST, "a test");
    ok(ct_read_vec16(&message.rest, &part) && ct_bytes_is(part, "me"), "who");
    is_int(message.rest.len, 0, "no more");

    for (i = 0; i < CT_LIMIT_INBOX; i++) {
        (void) ct_action_ask(&action, inbox, CT_BYTES("me"));
    }

    ok(!ct_action_ask(&action, inbox, CT_BYTES("me")), "no room");
    free(inbox);
}


static json_t *
told(const ct_action_t *action)
{
    uint8_t   text[2048];
    ct_buf_t  buf;
    ct_json_t json;

    ct_buf_fixed(&buf, text, sizeof(text));
    ct_json_start(&json, &buf);
    ct_json_object(&json, NULL);
    ct_action_json(&json, action, CT_BYTES("me"));
    ct_json_object_end(&json);

    return json_loadb((const char *) buf.data, buf.len, 0, NULL);
}


static void
test_json(void)
{
    json_t     *root;
    ct_action_t action;

    asked(&action, CT_INBOX_ACKNOWLEDGE, "reason=<ours>&finding=" ID);
    root = told(&action);
    ok(json_is_true(json_at(root, "accepted")), "accepted");
    is_str(json_text(root, "action"), "acknowledge", "action");
    is_str(json_text(root, "finding"), ID, "finding");
    is_str(json_text(root, "reason"), "<ours>", "reason");
    is_str(json_text(root, "who"), "me", "who");
    json_decref(root);

    asked(&action, CT_INBOX_FORGET, "issuer=" KEY);
    root = told(&action);
    is_str(json_text(root, "action"), "forget", "forget");
    is_int(strlen(json_text(root, "issuer")), 64, "issuer");
    ok(json_at(root, "reason") == NULL, "no reason");
    json_decref(root);

    asked(&action, CT_INBOX_TEST, "");
    root = told(&action);
    is_str(json_text(root, "action"), "test", "test");
    ok(json_at(root, "finding") == NULL && json_at(root, "key") == NULL,
       "of nothing");
    json_decref(root);
}
