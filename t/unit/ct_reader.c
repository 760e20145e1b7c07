/*
 * ct_reader: the same entries from every body however it is cut, through the
 * narrow way and the slow way; and every body that is not what was asked.
 * Data tiles: ct_reader_tile.c.
 */

#include "data.h"
#include "reader.h"

#define FIRST   380000000

/* Three leaves of RFC 6962, with what comes with them: an x509_entry with a
 * chain of two, a precert_entry, and one that cannot be read. */
#define LEAF_1  "AAAAAAGLz+VoAAAAAAADqrvMAAA="
#define EXTRA_1 "AAAMAAADERITAAADISIj"
#define LEAF_2  "AAAAAAGLz+VoAAABAAAAAAAAAAAAAAAAAAAAAAAA" \
                "AAAAAAAAAAAAAAAAAAAAAAIBAgAA"
#define EXTRA_2 "AAADCgsMAAAFAAACBwg="
#define LEAF_3  "AAAAAAGL"

#define ENTRY(leaf, extra) \
    "{\"leaf_input\":\"" leaf "\",\"extra_data\":\"" extra "\"}"
#define BODY(entries) "{\"entries\":[" entries "]}"
#define THREE ENTRY(LEAF_1, EXTRA_1) "," ENTRY(LEAF_2, EXTRA_2) "," \
    ENTRY(LEAF_3, "")

static const ct_ask_t ask_four = {.kind = CT_ASK_ENTRIES, .first = FIRST,
                                  .count = 4};


static void test_shape(void);
static void test_alike(void);
static void test_wrong(void);
static void test_count(void);
static void test_cuts(void);
static void test_faults(void);
static void test_extra(void);
static void test_escaped_quote(void);
static void test_limits(void);
static void test_probe(void);
static void test_real(void);
static void is_three(const char *name, ct_bytes_t body, uint64_t slow);
static ct_rc_t outcome(ct_bytes_t body);


int
main(void)
{
    reader_begin();

    test_shape();
    test_alike();
    test_wrong();
    test_count();
    test_cuts();
    test_faults();
    test_extra();
    test_escaped_quote();
    test_limits();
    test_probe();
    test_real();

    reader_finish();

    return done_testing();
}


static void
test_shape(void)
{
    ct_rc_t     fault;
    ct_entry_t  entry;
    ct_bytes_t  in = CT_BYTES(BODY(THREE)), der;
    ct_reader_t reader;

    ct_reader_start(&reader, CT_LOG_RFC6962, &ask_four, room);
    is_int(reader.index, FIRST, "begins where it was asked to");

    is_int(ct_reader_next(&reader, &in, &entry, &fault), CT_OK, "an entry");
    is_int(fault, CT_OK, "without a fault");
    is_int(entry.type, CT_ENTRY_X509, "x509_entry");
    is_int(entry.timestamp_ms, 1700000000000, "its timestamp");
    ok(entry.leaf_index == CT_ENTRY_NO_INDEX, "no leaf_index");
    is_mem(entry.cert.data, entry.cert.len, "\xaa\xbb\xcc", 3, "its cert");
    ok(entry.leaf_input.data == room, "decoded into the room");
    is_int(entry.certificates.len, 0, "extra_data is not decoded");
    is_int(reader.index, FIRST + 1, "the next index");
    is_int(reader.left, 3, "one less to come");
    ok(ct_bytes_is(reader.extra, EXTRA_1), "extra_data as it is");

    is_int(ct_reader_extra(&reader, &entry, arena), CT_OK, "decoded");
    ok(ct_entry_certificate(&entry.certificates, &der)
       && ct_bytes_is(der, "\x11\x12\x13")
       && ct_entry_certificate(&entry.certificates, &der)
       && ct_bytes_is(der, "\x21\x22\x23")
       && !ct_entry_certificate(&entry.certificates, &der), "a chain of two");

    is_int(ct_reader_next(&reader, &in, &entry, &fault), CT_OK, "another");
    is_int(entry.type, CT_ENTRY_PRECERT, "precert_entry");
    is_int(entry.issuer_key_hash.len, 32, "its issuer_key_hash");
    is_mem(entry.cert.data, entry.cert.len, "\1\2", 2, "its TBS");
    is_int(ct_reader_extra(&reader, &entry, arena), CT_OK, "its extra_data");
    ok(ct_bytes_is(entry.pre_certificate, "\x0a\x0b\x0c"), "as submitted");
    is_int(entry.certificates.len, 5, "its chain");

    is_int(ct_reader_next(&reader, &in, &entry, &fault), CT_OK, "a third");
    is_int(fault, CT_E_SHORT, "which cannot be read");
    is_int(entry.leaf_input.len, 6, "but hashed");
    is_int(entry.cert.len, 4, "and searched");

    is_int(ct_reader_next(&reader, &in, &entry, &fault), CT_E_ABSENT, "end");
    is_int(in.len, 0, "of all of it");
    is_int(ct_reader_end(&reader, in), CT_OK, "fewer than asked are fine");
    is_int(ct_reader_end(&reader, CT_BYTES(" \r\n\t")), CT_OK, "blanks too");
    is_int(ct_reader_end(&reader, CT_BYTES("\0")), CT_E_TRAILING, "NUL not");
    is_int(reader.slow, 0, "nothing went the slow way");
}


/* Other spellings of the same; what of them is read the slow way. */
static void
test_alike(void)
{
    is_three("white space", CT_BYTES(" {\r\"entries\"\n:\t[ {\n \"leaf_input\""
        " : \"" LEAF_1 "\" , \"extra_data\" : \"" EXTRA_1 "\" } ,\r\n"
        ENTRY(LEAF_2, EXTRA_2) " , " ENTRY(LEAF_3, "") " ] } \n"), 0);
    is_three("the other order", CT_BYTES(BODY("{\"extra_data\":\"" EXTRA_1
        "\",\"leaf_input\":\"" LEAF_1 "\"}," ENTRY(LEAF_2, EXTRA_2) ","
        ENTRY(LEAF_3, ""))), 1);
    is_three("more in an entry", CT_BYTES(BODY(ENTRY(LEAF_1, EXTRA_1) ","
        "{\"leaf_input\":\"" LEAF_2 "\",\"extra_data\":\"" EXTRA_2 "\","
        "\"x\":{\"entries\":[1,-2e3,true,null,\"]}\\\"\\\\\"]}},"
        ENTRY(LEAF_3, ""))), 1);
    is_three("an escape in a leaf", CT_BYTES(BODY(
        ENTRY("\\u0041AAAAAGLz+VoAAAAAAADqrvMAAA=", EXTRA_1) ","
        ENTRY(LEAF_2, EXTRA_2) "," ENTRY(LEAF_3, ""))), 1);
    is_three("an escape in a name", CT_BYTES(BODY(
        "{\"leaf\\u005finput\":\"" LEAF_1 "\",\"extra_data\":\"" EXTRA_1
        "\"}," ENTRY(LEAF_2, EXTRA_2) "," ENTRY(LEAF_3, ""))), 1);
    is_three("an escape in extra_data", CT_BYTES(BODY(
        ENTRY(LEAF_1, "\\u0041AAMAAADERIT\\u0041AADISIj") ","
        ENTRY(LEAF_2, EXTRA_2) "," ENTRY(LEAF_3, ""))), 0);
    is_three("all of them", CT_BYTES("{\"entr\\u0069es\":["
        "{\"x\":0," "\"leaf_input\":\"" LEAF_1 "\",\"extra_data\":\"" EXTRA_1
        "\"},{\"leaf_input\":\"" LEAF_2 "\",\"x\":[],\"extra_data\":\""
        EXTRA_2 "\"},{\"extra_data\":\"\",\"leaf_input\":\"" LEAF_3 "\"}]}"),
        3);
    is_three("members before", CT_BYTES("{\"a\":[{\"entries\":[]}],\"\":-1.5,"
        "\"b\":\"\\\\\\\"}]\",\"c\":184467440737095516160,\"d\" : null , "
        "\"entries\":[" THREE "]}"), 0);
    is_three("members behind", CT_BYTES("{\"entries\":[" THREE "],\"a\":true"
        ",\"b\":{},\"c\":\"entries\"}"), 0);
}


/* Nothing comes of them, whole or in pieces. */
static void
test_wrong(void)
{
    size_t i;

    static const struct {
        const char *body;
        ct_rc_t     rc;
    } cases[] = {
        {"", CT_E_SHORT},
        {"   ", CT_E_SHORT},
        {"<html><body>Too many requests</body></html>", CT_E_ENCODING},
        {"[]", CT_E_ENCODING},
        {"null", CT_E_ENCODING},
        {"{}", CT_E_ENCODING},
        {"{\"a\":1}", CT_E_ENCODING},
        {"{\"Entries\":[]}", CT_E_ENCODING},
        {"{\"entries\":null}", CT_E_ENCODING},
        {"{\"entries\":{}}", CT_E_ENCODING},
        {"{\"entries\":\"\"}", CT_E_ENCODING},
        {"{\"entries\"}", CT_E_ENCODING},
        {"{\"entries\" []}", CT_E_ENCODING},
        {"{\"entries\":[]]}", CT_E_ENCODING},
        {"{\"entries\":[", CT_E_SHORT},
        {"{\"entries\":[]", CT_E_SHORT},
        {"{\"entries\":[]}x", CT_E_TRAILING},
        {"{\"entries\":[]}{", CT_E_TRAILING},
        {"{\"entries\":[]}", CT_E_COUNT},
        {"{\"entries\":[],\"entries\":[]}", CT_E_ENCODING},
        {"{\"entries\":[],\"entr\\u0069es\":[]}", CT_E_ENCODING},
        {"{\"entries\":[],}", CT_E_ENCODING},
        {"{,\"entries\":[]}", CT_E_ENCODING},
        {"{\"a\":1 \"entries\":[]}", CT_E_ENCODING},
        {"{\"a\":,\"entries\":[]}", CT_E_ENCODING},
        {"{\"a\":tru,\"entries\":[]}", CT_E_ENCODING},
        {"{\"a\":[1},\"entries\":[]}", CT_E_ENCODING},
        {"{\"a\":01,\"entries\":[]}", CT_E_ENCODING},
        {"{\"a\":\"\\x\",\"entries\":[]}", CT_E_ENCODING},
        {"{\"a\":\"\xff\",\"entries\":[]}", CT_E_ENCODING},
        {"{\"\n\":1,\"entries\":[]}", CT_E_ENCODING},
        {"{a:1,\"entries\":[]}", CT_E_ENCODING},
        {"{\"entries\":[1]}", CT_E_ENCODING},
        {"{\"entries\":[null]}", CT_E_ENCODING},
        {"{\"entries\":[[]]}", CT_E_ENCODING},
        {"{\"entries\":[,]}", CT_E_ENCODING},
        {"{\"entries\":[{}]}", CT_E_ENCODING},
        {BODY(THREE) BODY(THREE), CT_E_TRAILING},
        {BODY(THREE "} "), CT_E_ENCODING},
        {BODY(THREE ","), CT_E_ENCODING},
        {BODY(THREE THREE), CT_E_ENCODING},
        {BODY("{\"leaf_input\":\"AAAA\"}"), CT_E_ENCODING},
        {BODY("{\"extra_data\":\"AAAA\"}"), CT_E_ENCODING},
        {BODY("{\"leaf_input\":\"AAAA\",\"extra_data\":null}"),
         CT_E_ENCODING},
        {BODY("{\"leaf_input\":7,\"extra_data\":\"AAAA\"}"), CT_E_ENCODING},
        {BODY("{\"leaf_input\":\"AAAA\",\"leaf_input\":\"AAAA\","
              "\"extra_data\":\"\"}"), CT_E_ENCODING},
        {BODY("{\"leaf_input\":\"AAAA\",\"extra_data\":\"\","
              "\"leaf_input\":\"AAAB\"}"), CT_E_ENCODING},
        {BODY("{\"leaf_input\":\"AAAA\",\"extra_data\":\"\",}"),
         CT_E_ENCODING},
        {BODY("{\"leaf_input\":\"AAAA\" \"extra_data\":\"\"}"),
         CT_E_ENCODING},
        {BODY(ENTRY("AAA", "")), CT_E_ENCODING},
        {BODY(ENTRY("AA-_", "")), CT_E_ENCODING},
        {BODY(ENTRY("AAAA\n", "")), CT_E_ENCODING},
        {BODY(ENTRY("AAAB==", "")), CT_E_ENCODING},
        {BODY(ENTRY("AAA\\q", "")), CT_E_ENCODING},
        {BODY(ENTRY(LEAF_1, EXTRA_1 "\\")), CT_E_SHORT},
    };

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        is_int(outcome(ct_bytes_str(cases[i].body)), cases[i].rc,
               "wrong body %zu", i);
    }

    is_int(outcome(CT_BYTES("{\"entries\":[]}\0")), CT_E_TRAILING, "NUL");
    is_int(outcome(CT_BYTES("{\0\"entries\":[]}")), CT_E_ENCODING, "inside");
}


static void
test_count(void)
{
    answer_t answer;
    ct_ask_t ask = ask_four;

    ask.count = 3;
    read_pieces(CT_LOG_RFC6962, &ask, CT_BYTES(BODY(THREE)), 0, &answer);
    is_int(answer.rc, CT_OK, "three of three");
    is_int(answer.index, FIRST + 3, "the index behind them");

    ask.count = 2;
    read_pieces(CT_LOG_RFC6962, &ask, CT_BYTES(BODY(THREE)), 0, &answer);
    is_int(answer.rc, CT_E_COUNT, "three of two");
    is_int(answer.n, 2, "of which two were given");
}


/* Where the answer is cut makes no difference. */
static void
test_cuts(void)
{
    int      good;
    size_t   i, cut;
    answer_t whole, cuts;

    static const char *const bodies[] = {
        BODY(THREE),
        "{ \"a\" : [ 1 , { } ] , \"entr\\u0069es\" : [ " THREE " ] , \"b\" :"
        " -1 } \n",
        BODY("{\"x\":\"\\\\\\\"\",\"extra_data\":\"AAAA\",\"leaf_input\":\""
             LEAF_1 "\"}," ENTRY("\\u0041AAA", "A\\u0041AA")),
    };

    for (i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
        read_pieces(CT_LOG_RFC6962, &ask_four, ct_bytes_str(bodies[i]), 0,
                    &whole);
        is_int(whole.rc, CT_OK, "body %zu", i);
        good = 1;

        for (cut = 1; cut < strlen(bodies[i]); cut++) {
            read_pieces(CT_LOG_RFC6962, &ask_four, ct_bytes_str(bodies[i]),
                        cut, &cuts);
            good &= same(&whole, &cuts);
            good &= outcome(ct_bytes(bodies[i], cut)) == CT_E_SHORT
                    || cut > (size_t) (strrchr(bodies[i], '}') - bodies[i]);
        }

        ok(good, "body %zu in pieces of every size; and less of it", i);
    }
}


/* What can be framed is an entry, whatever it says. */
static void
test_faults(void)
{
    size_t   i;
    answer_t answer;
    uint8_t  hash[CT_HASH_LEN];

    static const struct {
        const char *body;
        ct_rc_t     fault;
    } cases[] = {
        {BODY(ENTRY("", "")), CT_E_SHORT},
        {BODY(ENTRY("AA==", "")), CT_E_SHORT},
        {BODY(ENTRY("AQAAAAGLz+VoAAAAAAADqrvMAAA=", "")), CT_E_TYPE},
        {BODY(ENTRY("AAEAAAGLz+VoAAAAAAADqrvMAAA=", "")), CT_E_TYPE},
        {BODY(ENTRY("AAAAAAGLz+VoAAACAAADqrvMAAA=", "")), CT_E_TYPE},
        {BODY(ENTRY("AAAAAAGLz+VoAAAAAAADqrvMAAAA", "")), CT_E_TRAILING},
        {BODY(ENTRY("AAAAAAGLz+VoAAAAAAADqrvMAAEH", "")), CT_E_ENCODING},
        {BODY(ENTRY(LEAF_1, "!")), CT_OK},
    };

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        read_pieces(CT_LOG_RFC6962, &ask_four, ct_bytes_str(cases[i].body),
                    0, &answer);
        ok(answer.rc == CT_OK && answer.n == 1, "%s", cases[i].body);
        is_int(answer.fault[0], cases[i].fault, "its fault");
    }

    read_pieces(CT_LOG_RFC6962, &ask_four, ct_bytes_str(cases[0].body), 0,
                &answer);
    ct_sha256_once(CT_BYTES("\0"), hash);
    is_mem(answer.hash[0], sizeof(hash), hash, sizeof(hash),
           "the hash of an empty leaf");
}


static void
test_extra(void)
{
    size_t   i;
    answer_t answer;

    static const struct {
        const char *body;
        ct_rc_t     rc;
    } cases[] = {
        {BODY(ENTRY(LEAF_1, "AAAA")), CT_OK},
        {BODY(ENTRY(LEAF_1, "\\u0041AA\\u0041")), CT_OK},
        {BODY(ENTRY(LEAF_1, "AAAA\\/")), CT_E_ENCODING},
        {BODY(ENTRY(LEAF_1, "\\q")), CT_E_ENCODING},
        {BODY(ENTRY(LEAF_1, "")), CT_E_SHORT},
        {BODY(ENTRY(LEAF_1, "AAA")), CT_E_ENCODING},
        {BODY(ENTRY(LEAF_1, "AAAAAA==")), CT_E_TRAILING},
        {BODY(ENTRY(LEAF_1, "AAAB")), CT_E_SHORT},
        {BODY(ENTRY(LEAF_1, "AAADAAAA")), CT_E_ENCODING},
        {BODY("{\"extra_data\":\"AAAA\",\"leaf_input\":\"" LEAF_1 "\"}"),
         CT_OK},
        {BODY("{\"extra_data\":\"A\",\"leaf_input\":\"" LEAF_1 "\"}"),
         CT_E_ENCODING},
    };

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        read_pieces(CT_LOG_RFC6962, &ask_four, ct_bytes_str(cases[i].body),
                    0, &answer);
        ok(answer.rc == CT_OK && answer.n == 1, "%s", cases[i].body);
        is_int(answer.extra_rc[0], cases[i].rc, "its extra_data");
    }
}


/* Two readers must not see two things in one string. */
static void
test_escaped_quote(void)
{
    ct_rc_t     fault;
    ct_entry_t  entry;
    ct_bytes_t  in = CT_BYTES(BODY(ENTRY(LEAF_1, "AAAA\\\"},{\\\"leaf_input"
                                   "\\\":\\\"AAAA\\\",\\\"extra_data\\\":"
                                   "\\\"")));
    ct_arena_t *small = ct_arena_create(16);
    ct_reader_t reader;

    ct_reader_start(&reader, CT_LOG_RFC6962, &ask_four, room);
    is_int(ct_reader_next(&reader, &in, &entry, &fault), CT_OK, "an entry");
    is_int(reader.slow, 1, "the slow way");
    is_int(ct_reader_extra(&reader, &entry, arena), CT_E_ENCODING,
           "whose extra_data is none");
    is_int(ct_reader_next(&reader, &in, &entry, &fault), CT_E_ABSENT,
           "and no other");
    is_int(ct_reader_end(&reader, in), CT_OK, "that is all");

    in = CT_BYTES(BODY(THREE));
    ct_reader_start(&reader, CT_LOG_RFC6962, &ask_four, room);
    (void) ct_reader_next(&reader, &in, &entry, &fault);
    (void) ct_arena_alloc(small, 16);
    is_int(ct_reader_extra(&reader, &entry, small), CT_E_MEMORY,
           "no memory for extra_data");
    is_int(entry.certificates.len, 0, "it stays empty");
    ct_arena_destroy(small);
}


static void
test_limits(void)
{
    size_t     n, frame = sizeof(ENTRY("", "")) - 1;
    answer_t   answer;
    ct_bytes_t body;

    n = CT_LIMIT_ENTRY_TEXT - frame - 4;
    body = repeated("{\"entries\":[{\"leaf_input\":\"AAAA\",\"extra_data\":"
                    "\"", 'A', n, "\"}]}");
    read_pieces(CT_LOG_RFC6962, &ask_four, body, 0, &answer);
    ok(answer.rc == CT_OK && answer.n == 1 && answer.slow == 0,
       "as long as an entry may be");

    body = repeated("{\"entries\":[{\"extra_data\":\"", 'A', n,
                    "\",\"leaf_input\":\"AAAA\"}]}");
    read_pieces(CT_LOG_RFC6962, &ask_four, body, 0, &answer);
    ok(answer.rc == CT_OK && answer.n == 1 && answer.slow == 1,
       "the slow way");

    body = repeated("{\"entries\":[{\"leaf_input\":\"AAAA\",\"extra_data\":"
                    "\"", 'A', n + 1, "\"}]}");
    is_int(outcome(body), CT_E_LIMIT, "one byte more");
    body.len -= 3;
    is_int(outcome(body), CT_E_LIMIT, "known before its end");
    body.len--;
    is_int(outcome(body), CT_E_SHORT, "but not a byte before that");

    body = repeated("{\"entries\":[{\"leaf_input\":\"", 'A',
                    CT_LIMIT_ENTRY / 3 * 4, "\",\"extra_data\":\"\"}]}");
    read_pieces(CT_LOG_RFC6962, &ask_four, body, 0, &answer);
    is_int(answer.rc, CT_OK, "as large as a leaf may be");
    body = repeated("{\"entries\":[{\"leaf_input\":\"", 'A',
                    CT_LIMIT_ENTRY / 3 * 4 + 4, "\",\"extra_data\":\"\"}]}");
    is_int(outcome(body), CT_E_LIMIT, "a larger one");

    body = repeated("{\"a\":", '[', 33, "1");
    is_int(outcome(body), CT_E_LIMIT, "33 deep");
    body = repeated("{\"a\":[1", ',', 2000, "]}");
    is_int(outcome(body), CT_E_LIMIT, "2,000 values");
    body = repeated("{\"a\":\"", ' ', CT_LIMIT_ANSWER - 2, "\",\"entries\":["
                    "]}");
    is_int(outcome(body), CT_E_COUNT, "64 kB nobody asked for");
    body = repeated("{\"a\":\"", ' ', CT_LIMIT_ANSWER - 1, "\",\"entries\":["
                    "]}");
    is_int(outcome(body), CT_E_LIMIT, "more of it");
    body = repeated("{\"", 'a', CT_LIMIT_ANSWER, "");
    is_int(outcome(body), CT_E_LIMIT, "a long name");
}


static void
test_probe(void)
{
    answer_t answer;
    ct_ask_t ask = {.kind = CT_ASK_PROBE, .first = 7, .count = 900};

    read_pieces(CT_LOG_RFC6962, &ask, CT_BYTES(BODY(ENTRY(LEAF_1, ""))), 0,
                &answer);
    ok(answer.rc == CT_OK && answer.n == 1, "a probe is of one entry");
    read_pieces(CT_LOG_RFC6962, &ask, CT_BYTES(BODY(THREE)), 0, &answer);
    is_int(answer.rc, CT_E_COUNT, "not of three");
    ask.kind = CT_ASK_LEAF;
    read_pieces(CT_LOG_RFC6962, &ask, CT_BYTES(BODY(THREE)), 0, &answer);
    is_int(answer.rc, CT_E_COUNT, "nor is a leaf");
}


static void
test_real(void)
{
    char      *body;
    size_t     len;
    answer_t   answer;
    ct_rc_t    fault;
    ct_ask_t   ask = {.kind = CT_ASK_ENTRIES, .first = FIRST, .count = 1};
    ct_bytes_t in, der;
    ct_entry_t entry;
    ct_reader_t reader;

    body = data_read("argon2027h1-2026-10/entry-380000000.json", &len);
    if (body == NULL) {
        skip("no argon2027h1-2026-10 in %s", data_root());
        return;
    }

    in = ct_bytes(body, len);
    ct_reader_start(&reader, CT_LOG_RFC6962, &ask, room);
    is_int(ct_reader_next(&reader, &in, &entry, &fault), CT_OK, "argon");
    ok(fault == CT_OK && entry.type == CT_ENTRY_PRECERT, "a precert");
    is_int(entry.timestamp_ms, 1791068333968, "of its time");
    is_int(entry.cert.len, 559, "its TBS");
    is_int(ct_reader_extra(&reader, &entry, arena), CT_OK, "its extra_data");
    ok(entry.pre_certificate.len > entry.cert.len, "a pre-certificate");
    ok(ct_entry_certificate(&entry.certificates, &der) && der.len > 600,
       "an issuer");
    is_int(reader.slow, 0, "the fast way");

    read_pieces(CT_LOG_RFC6962, &ask, ct_bytes(body, len), 100, &answer);
    ok(answer.rc == CT_OK && answer.n == 1, "and in pieces");
    free(body);
}


static void
is_three(const char *name, ct_bytes_t body, uint64_t slow)
{
    answer_t answer;

    static answer_t want;

    if (want.n == 0) {
        read_pieces(CT_LOG_RFC6962, &ask_four, CT_BYTES(BODY(THREE)), 0,
                    &want);
    }

    read_pieces(CT_LOG_RFC6962, &ask_four, body, 0, &answer);
    is_int(answer.slow, slow, "%s: the slow way", name);
    answer.slow = 0;
    ok(answer.rc == CT_OK && answer.n == 3 && same(&answer, &want),
       "%s: the same entries", name);
}


/* What becomes of it, which is the same in two pieces and in small ones. */
static ct_rc_t
outcome(ct_bytes_t body)
{
    answer_t answer, cuts;

    read_pieces(CT_LOG_RFC6962, &ask_four, body, 0, &answer);

    if (body.len < 1000) {
        read_pieces(CT_LOG_RFC6962, &ask_four, body, 1, &cuts);
    } else {
        read_pieces(CT_LOG_RFC6962, &ask_four, body, body.len - 1, &cuts);
    }

    if (!same(&answer, &cuts)) {
        printf("# in pieces: %d\n", cuts.rc);
        return CT_E_FORK;
    }

    return answer.rc;
}
