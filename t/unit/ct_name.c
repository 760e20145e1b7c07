/* ct_name: names as they are kept and shown. */

#include "cert.h"
#include "tap.h"

static void test_text(void);
static void test_read(void);


int
main(void)
{
    test_text();
    test_read();

    return done_testing();
}


static void
test_text(void)
{
    size_t      i;
    ct_name_t   name;
    ct_bytes_t  text;
    ct_arena_t *small;

    static const struct {
        ct_name_t   name;
        const char *text;
    } rows[] = {
        {{CT_NAME_DNS, 0, {(const uint8_t *) "WWW.Example.COM", 15}},
         "www.example.com"},
        {{CT_NAME_DNS, 0, {NULL, 0}}, ""},
        {{CT_NAME_IP, 0, {(const uint8_t *) "\xc0\0\2\1", 4}}, "192.0.2.1"},
        {{CT_NAME_CN, CT_DER_UTF8, {(const uint8_t *) "B\xc3\x9c.de", 6}},
         "b\xc3\x9c.de"},
        {{CT_NAME_CN, CT_DER_BMP, {(const uint8_t *) "\0A\0\xfc\0.", 6}},
         "a\xc3\xbc."},
        {{CT_NAME_CN, CT_DER_BMP, {(const uint8_t *) "\0A\xd8\x01x", 5}},
         "a\xd8\x01x"},
        {{CT_NAME_CN, CT_DER_UNIVERSAL,
          {(const uint8_t *) "\0\0\0A\0\1\xf6\0y", 9}},
         "a\xf0\x9f\x98\x80y"},
        {{CT_NAME_URI, 0, {(const uint8_t *) "X.com", 5}}, "uri:x.com"},
        {{CT_NAME_MAIL, 0, {(const uint8_t *) "X.com", 5}}, "mail:x.com"}
    };

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        ok(ct_name_text(&rows[i].name, cert_arena(), &text), "kept");
        is_mem(text.data, text.len, rows[i].text, strlen(rows[i].text),
               "as %s", rows[i].text);
    }

    small = ct_arena_create(16);
    name = rows[0].name;
    ok(ct_name_text(&name, small, &text), "fits");
    ok(!ct_name_text(&name, small, &text), "does not fit any more");
    ct_arena_destroy(small);
}


/* What was kept covers what the name itself did. */
static void
test_read(void)
{
    size_t      i;
    ct_name_t   name;
    ct_bytes_t  text;

    static const struct {
        ct_name_t      name;
        ct_name_kind_e kind;
        const char    *value;
    } rows[] = {
        {{CT_NAME_DNS, 0, {(const uint8_t *) "A.example", 9}}, CT_NAME_DNS,
         "a.example"},
        {{CT_NAME_DNS, 0, {NULL, 0}}, CT_NAME_DNS, ""},
        {{CT_NAME_URI, 0, {(const uint8_t *) "A.example", 9}}, CT_NAME_URI,
         "a.example"},
        {{CT_NAME_MAIL, 0, {(const uint8_t *) "A.example", 9}}, CT_NAME_MAIL,
         "a.example"},
        {{CT_NAME_DNS, 0, {(const uint8_t *) "uri", 3}}, CT_NAME_DNS, "uri"},
        {{CT_NAME_DNS, 0, {(const uint8_t *) "mailer.test", 11}},
         CT_NAME_DNS, "mailer.test"}
    };

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        (void) ct_name_text(&rows[i].name, cert_arena(), &text);
        ct_name_read(text, &name);
        is_int(name.kind, rows[i].kind, "the kind of it");
        is_mem(name.value.data, name.value.len, rows[i].value,
               strlen(rows[i].value), "%s", rows[i].value);
    }
}
