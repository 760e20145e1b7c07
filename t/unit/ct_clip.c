/*
 * ct_clip: for every room there is and every hostile text, what comes out
 * has room, is UTF-8, and holds whole characters, escapes and spans only.
 */

#include "ct_clip.h"
#include "ct_utf8.h"
#include "tap.h"


static void test_text(void);
static void test_hidden(void);
static void test_json(void);
static void test_word(void);
static void test_words(void);
static void test_every_room(void);
static const char *escape_test(uint32_t code, uint32_t next);
static const char *text_in(const char *text, size_t room, size_t reserve);
static const char *words_in(const ct_bytes_t *words, size_t n,
    uint64_t total, size_t room);
static bool whole(const char *p, size_t len);

static const ct_clip_style_t style = {
    .strong = "*", .weak = "*", .open = "[", .close = "]",
    .text = escape_test, .code = escape_test
};

static char     room_data[8192];
static ct_buf_t out;


int
main(void)
{
    test_text();
    test_hidden();
    test_json();
    test_word();
    test_words();
    test_every_room();

    return done_testing();
}


static void
test_text(void)
{
    is_str(text_in("hello", 5, 0), "hello", "what fits is not cut");
    is_str(text_in("hello", 4, 0), "h\xe2\x80\xa6", "what does not is");
    is_str(text_in("hello", 3, 0), "\xe2\x80\xa6", "down to the ellipsis");
    is_str(text_in("hello", 2, 0), "", "or to nothing");
    is_str(text_in("hello", 7, 3), "h\xe2\x80\xa6", "some room is kept");
    is_str(text_in("hello", 5, 3), "", "when there is");
    is_str(text_in("a<b", 6, 0), "a&lt;b", "escaped");
    is_str(text_in("a<b", 5, 0), "a\xe2\x80\xa6", "not amid an escape");
    is_str(text_in("\xc3\xa9\xc3\xa9", 4, 0), "\xc3\xa9\xc3\xa9", "e acute");
    is_str(text_in("\xc3\xa9\xc3\xa9", 3, 0), "\xe2\x80\xa6",
           "not amid a character");
    is_str(text_in("a://b", 99, 0), "a[:]//b", "the escape sees ahead");
    is_str(text_in("a:", 99, 0), "a:", "and the end");
    is_str(text_in("", 0, 0), "", "nothing");
}


static void
test_hidden(void)
{
    size_t i;

    static const char *const hidden[] = {
        "\x01", "\n", "\r", "\t", "\x7f", "\xc2\x85", "\xc2\xad",
        "\xe2\x80\x8b", "\xe2\x80\xae", "\xe2\x81\xa6", "\xef\xbb\xbf",
        "\xf3\xa0\x81\x81", "\xff", "\xc0\xaf", "\xed\xa0\x80",
        "\xef\xb8\x8f", "\xef\xbf\xbf"
    };

    for (i = 0; i < sizeof(hidden) / sizeof(hidden[0]); i++) {
        ok(strncmp(text_in(hidden[i], 99, 0), "\xef\xbf\xbd", 3) == 0,
           "hidden text %d is shown", (int) i);
    }

    ct_buf_fixed(&out, room_data, sizeof(room_data));
    is_str(text_in("\xe2\x82\xac \xf0\x9f\x98\x80", 99, 0),
           "\xe2\x82\xac \xf0\x9f\x98\x80", "others stay as they are");
}


static void
test_json(void)
{
    ct_clip_t clip;

    ct_buf_fixed(&out, room_data, sizeof(room_data));
    ct_clip_start(&clip, &out, 13);
    clip.json = true;
    ct_clip_text(&clip, CT_BYTES("\"\\>ab"), ct_clip_plain, 0);
    is_mem(out.data, out.len, "\"\\>ab", 5, "12 bytes in JSON");
    is_int(clip.left, 1, "are counted");

    ct_buf_fixed(&out, room_data, sizeof(room_data));
    ct_clip_start(&clip, &out, 11);
    clip.json = true;
    ct_clip_text(&clip, CT_BYTES("\"\\>ab"), ct_clip_plain, 0);
    is_mem(out.data, out.len, "\"\\\xe2\x80\xa6", 5, "and cut");
}


static void
test_word(void)
{
    size_t    i;
    ct_clip_t clip;

    static const struct {
        const char *word;
        size_t      room;
        const char *want;
    } cases[] = {
        {"abcdef", 8, "[abcdef]"},
        {"abcdef", 7, "[ab\xe2\x80\xa6]"},
        {"abcdef", 5, "[\xe2\x80\xa6]"},
        {"abcdef", 4, ""},
        {"a", 3, "[a]"},
        {"a", 2, ""},
        {"", 20, "[(empty)]"}
    };

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        ct_buf_fixed(&out, room_data, sizeof(room_data));
        ct_clip_start(&clip, &out, cases[i].room);
        ct_clip_word(&clip, &style, ct_bytes_str(cases[i].word));
        is_mem(out.data, out.len, cases[i].want, strlen(cases[i].want),
               "\"%s\" in %d", cases[i].word, (int) cases[i].room);
    }
}


static void
test_words(void)
{
    size_t     i;
    static char    data[1000];
    ct_bytes_t many[4], words[] = {CT_BYTES("a"), CT_BYTES("bc"),
                                   CT_BYTES("d")};

    is_str(words_in(words, 3, 3, 99), "[a], [bc], [d]", "all");
    is_str(words_in(words, 3, 3, 41), "[a], [bc], [d]", "just so");
    is_str(words_in(words, 3, 3, 40), "[a] and 2 more",
           "not without room for what may be left");
    is_str(words_in(words, 3, 10000, 99), "[a], [bc], [d] and 9,997 more",
           "of many");
    is_str(words_in(words, 3, 10000, 36), "[a] and 9,999 more", "few");
    is_str(words_in(words, 1, 1, 3), "[a]", "one");
    is_str(words_in(words, 0, 0, 99), "", "none");

    memset(data, 'x', sizeof(data));

    for (i = 0; i < 4; i++) {
        many[i] = ct_bytes(data, sizeof(data));
    }

    is_int(strlen(words_in(many, 4, 4, 5000)), 4 * 300 + 6,
           "long ones are cut");
    ok(strstr(words_in(many, 4, 4, 200), "] and 3 more") != NULL,
       "a long first one still is there");
}


/* All of the rooms for a text of everything that is awkward. */
static void
test_every_room(void)
{
    int        good = 1;
    size_t     room, i;
    ct_clip_t  clip;
    ct_bytes_t words[6];

    static const char awkward[] =
        "<\xc3\xa9\xff://\xe2\x82\xac\"\xf0\x9f\x98\x80\n:]&[\x80";

    for (i = 0; i < 6; i++) {
        words[i] = ct_bytes(awkward + i, sizeof(awkward) - 1 - i);
    }

    for (room = 0; room < 400; room++) {
        for (i = 0; i < 2; i++) {
            ct_buf_fixed(&out, room_data, sizeof(room_data));
            ct_clip_start(&clip, &out, room);
            clip.json = i == 1;
            ct_clip_words(&clip, &style, words, 6, 6000);
            good = good && out.len + clip.left <= room
                   && (clip.json || out.len + clip.left == room)
                   && whole(room_data, out.len);
        }

        ct_buf_fixed(&out, room_data, sizeof(room_data));
        ct_clip_start(&clip, &out, room);
        ct_clip_text(&clip, words[0], escape_test, room / 3);
        good = good && out.len + clip.left == room
               && whole(room_data, out.len)
               && (clip.left >= room / 3 || out.len == 0);
    }

    ok(good, "whatever the room is");
}


/* Characters are whole, "&" begins an entity, brackets are in pairs. */
static bool
whole(const char *p, size_t len)
{
    int        open = 0;
    uint32_t   code;
    ct_bytes_t in = ct_bytes(p, len);

    while (in.len != 0) {
        if (in.data[0] == '&'
            && (in.len < 4
                || (memcmp(in.data, "&lt;", 4) != 0
                    && memcmp(in.data, "&#9;", 4) != 0)))
        {
            return false;
        }

        open += in.data[0] == '[' ? 1 : in.data[0] == ']' ? -1 : 0;

        if (!ct_utf8_read(&in, &code) || !ct_utf8_shown(code) || open < 0
            || open > 2)
        {
            return false;
        }
    }

    return open == 0;
}


static const char *
escape_test(uint32_t code, uint32_t next)
{
    return code == '<' ? "&lt;" : code == '&' || code == '[' || code == ']'
           ? "&#9;" : ct_clip_plain(code, next);
}


static const char *
text_in(const char *text, size_t room, size_t reserve)
{
    ct_clip_t clip;

    ct_buf_fixed(&out, room_data, sizeof(room_data));
    ct_clip_start(&clip, &out, room);
    ct_clip_text(&clip, ct_bytes_str(text), escape_test, reserve);
    ct_buf_putc(&out, '\0');

    return room_data;
}


static const char *
words_in(const ct_bytes_t *words, size_t n, uint64_t total, size_t room)
{
    ct_clip_t clip;

    ct_buf_fixed(&out, room_data, sizeof(room_data));
    ct_clip_start(&clip, &out, room);
    ct_clip_words(&clip, &style, words, n, total);
    ct_buf_putc(&out, '\0');

    return room_data;
}
