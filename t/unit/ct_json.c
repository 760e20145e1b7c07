/*
 * ct_json: what is written is read back by jansson, and nothing in it can
 * end a string, a tag or a UTF-8 sequence, whatever went in.
 */

#include "ct_json.h"
#include "tap.h"

#include <jansson.h>


static void test_shape(void);
static void test_escapes(void);
static void test_utf8(void);
static void test_all_pairs(void);
static void test_full(void);
static void string_is(ct_bytes_t in, const char *want, const char *name);
static bool utf8_twin(const uint8_t *p, size_t len);


int
main(void)
{
    test_shape();
    test_escapes();
    test_utf8();
    test_all_pairs();
    test_full();

    return done_testing();
}


static void
test_shape(void)
{
    char       room[512];
    json_t    *root;
    ct_buf_t   buf;
    ct_json_t  json;
    ct_bytes_t s;

    static const char want[] =
        "{\"a\":[],\"b\":{},\"c\":[1,[2],{\"d\":null},\"e\"],\"f\":true,"
        "\"g\":false,\"h\":18446744073709551615,\"i\":\"00ff\","
        "\"j\":\"1970-01-01T00:00:01Z\",\"k\":null,\"l\":\"\",\"\\\"\":0}";

    ct_buf_fixed(&buf, room, sizeof(room));
    ct_json_start(&json, &buf);
    ct_json_object(&json, NULL);
    ct_json_array(&json, "a");
    ct_json_array_end(&json);
    ct_json_object(&json, "b");
    ct_json_object_end(&json);
    ct_json_array(&json, "c");
    ct_json_u64(&json, NULL, 1);
    ct_json_array(&json, NULL);
    ct_json_u64(&json, NULL, 2);
    ct_json_array_end(&json);
    ct_json_object(&json, NULL);
    ct_json_null(&json, "d");
    ct_json_object_end(&json);
    ct_json_str(&json, NULL, "e");
    ct_json_array_end(&json);
    ct_json_bool(&json, "f", true);
    ct_json_bool(&json, "g", false);
    ct_json_u64(&json, "h", UINT64_MAX);
    ct_json_hex(&json, "i", (const uint8_t *) "\x00\xff", 2);
    ct_json_time(&json, "j", 1000);
    ct_json_time(&json, "k", 0);
    ct_json_string(&json, "l", ct_bytes(NULL, 0));
    ct_json_u64(&json, "\"", 0);
    ct_json_object_end(&json);

    s = ct_buf_slice(&buf);
    is_mem(s.data, s.len, want, sizeof(want) - 1, "commas and nesting");

    ct_buf_fixed(&buf, room, sizeof(room));
    ct_json_start(&json, &buf);
    ct_json_array(&json, NULL);
    ct_json_time(&json, NULL, INT64_MIN);
    ct_json_array_end(&json);
    s = ct_buf_slice(&buf);
    root = json_loadb((const char *) s.data, s.len, 0, NULL);
    ok(root != NULL && json_array_size(root) == 1, "jansson reads it");
    json_decref(root);
}


static void
test_escapes(void)
{
    string_is(CT_BYTES("a\"b\\c/d"), "\"a\\\"b\\\\c/d\"", "quotes");
    string_is(CT_BYTES("\0\x1f\x7f\n\t"),
              "\"\\u0000\\u001f\\u007f\\n\\u0009\"", "controls");
    string_is(CT_BYTES("</script><!--&amp;"),
              "\"\\u003c/script\\u003e\\u003c!--\\u0026amp;\"", "HTML");
    string_is(CT_BYTES("example.com"), "\"example.com\"", "a plain name");
}


#define FFFD "\xef\xbf\xbd"

static void
test_utf8(void)
{
    string_is(CT_BYTES("b\xc3\xbc" "cher"), "\"b\xc3\xbc" "cher\"", "two");
    string_is(CT_BYTES("\xe2\x80\x94"), "\"\xe2\x80\x94\"", "three bytes");
    string_is(CT_BYTES("\xf0\x9f\x94\x92"), "\"\xf0\x9f\x94\x92\"", "four");
    string_is(CT_BYTES("\xef\xbf\xbf\xf4\x8f\xbf\xbf"),
              "\"\xef\xbf\xbf\xf4\x8f\xbf\xbf\"", "the last ones");
    string_is(CT_BYTES("b\xfc" "cher"), "\"b" FFFD "cher\"", "Latin-1");
    string_is(CT_BYTES("\xc3"), "\"" FFFD "\"", "cut after one");
    string_is(CT_BYTES("\xe2\x80"), "\"" FFFD FFFD "\"", "cut after two");
    string_is(CT_BYTES("\xc3\"x"), "\"" FFFD "\\\"x\"", "a quote inside");
    string_is(CT_BYTES("\xc0\xbc"), "\"" FFFD FFFD "\"", "overlong <");
    string_is(CT_BYTES("\xe0\x80\xbc"), "\"" FFFD FFFD FFFD "\"",
              "more overlong <");
    string_is(CT_BYTES("\xed\xa0\x80"), "\"" FFFD FFFD FFFD "\"",
              "a surrogate");
    string_is(CT_BYTES("\xf4\x90\x80\x80"),
              "\"" FFFD FFFD FFFD FFFD "\"", "above U+10FFFF");
    string_is(CT_BYTES("\xf0\x8f\xbf\xbf"),
              "\"" FFFD FFFD FFFD FFFD "\"", "overlong U+FFFF");
}


/* Input at a page end: looking for the rest of a sequence stays inside. */
static void
string_is(ct_bytes_t in, const char *want, const char *name)
{
    char       room[256];
    uint8_t   *p;
    ct_buf_t   buf;
    ct_json_t  json;
    ct_bytes_t s;

    p = tap_guard(in.data, in.len);
    ct_buf_fixed(&buf, room, sizeof(room));
    ct_json_start(&json, &buf);
    ct_json_string(&json, NULL, ct_bytes(p, in.len));
    s = ct_buf_slice(&buf);
    is_mem(s.data, s.len, want, strlen(want), "%s", name);
    tap_unguard(p, in.len);
}


/*
 * Each pair of bytes in front of two continuation bytes: jansson takes the
 * result, no byte of HTML's is in it, and it is the input itself exactly
 * when that was plain and well-formed.
 */
static void
test_all_pairs(void)
{
    bool       plain;
    int        i, read, safe, same;
    char       room[128];
    json_t    *value;
    uint8_t    in[4] = {0, 0, 0xa0, 0xbf};
    ct_buf_t   buf;
    ct_json_t  json;
    ct_bytes_t s;

    read = 1;
    safe = 1;
    same = 1;

    for (i = 0; i < 65536; i++) {
        in[0] = (uint8_t) (i >> 8);
        in[1] = (uint8_t) i;

        ct_buf_fixed(&buf, room, sizeof(room));
        ct_json_start(&json, &buf);
        ct_json_string(&json, NULL, ct_bytes(in, 4));
        s = ct_buf_slice(&buf);

        value = json_loadb(room, s.len, JSON_DECODE_ANY | JSON_ALLOW_NUL,
                           NULL);
        read &= json_is_string(value);
        json_decref(value);

        room[s.len] = '\0';
        safe &= strpbrk(room, "<>&") == NULL && strlen(room) == s.len;

        plain = in[0] >= 0x20 && in[1] >= 0x20 && in[0] != 0x7f
                && in[1] != 0x7f && strchr("<>&\"\\", in[0]) == NULL
                && strchr("<>&\"\\", in[1]) == NULL && utf8_twin(in, 4);
        same &= plain == (s.len == 6 && memcmp(s.data + 1, in, 4) == 0);
    }

    ok(read, "jansson reads the string of any bytes");
    ok(safe, "none holds <, > or &");
    ok(same, "what is well-formed and plain is written as it is");
}


/* By arithmetic, where ct_json has ranges: decode, then judge the number. */
static bool
utf8_twin(const uint8_t *p, size_t len)
{
    size_t   i, n;
    uint32_t c;

    static const uint32_t least[] = {0, 0x80, 0x800, 0x10000};

    while (len != 0) {
        n = *p < 0x80 ? 0 : *p >> 5 == 6 ? 1 : *p >> 4 == 14 ? 2
            : *p >> 3 == 30 ? 3 : 9;

        if (n >= len) {
            return false;
        }

        c = n == 0 ? *p : *p & (0x3fU >> n);

        for (i = 1; i <= n; i++) {
            if (p[i] >> 6 != 2) {
                return false;
            }

            c = c << 6 | (p[i] & 0x3fU);
        }

        if (c < least[n] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000)) {
            return false;
        }

        p += n + 1;
        len -= n + 1;
    }

    return true;
}


static void
test_full(void)
{
    char      room[64];
    size_t    n;
    ct_buf_t  buf;
    ct_json_t json;

    for (n = 0; n < sizeof("[\"a\\u003cb\"]") - 1; n++) {
        ct_buf_fixed(&buf, room, n);
        ct_json_start(&json, &buf);
        ct_json_array(&json, NULL);
        ct_json_str(&json, NULL, "a<b");
        ct_json_array_end(&json);
        ok(buf.full && ct_buf_slice(&buf).len == 0, "no room beyond %u",
           (unsigned) n);
    }

    ct_buf_fixed(&buf, room, n);
    ct_json_start(&json, &buf);
    ct_json_array(&json, NULL);
    ct_json_str(&json, NULL, "a<b");
    ct_json_array_end(&json);
    ok(!buf.full, "exactly enough");
}
