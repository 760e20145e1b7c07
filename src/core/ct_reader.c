/*
 * ct_reader: where in an answer the entries are. A data tile is nothing but
 * entries; a get-entries body is
 *
 *   {"entries":[{"leaf_input":"...","extra_data":"..."}, ...]}
 *
 * and its reader is a walk from one bracket, comma, member or entry to the
 * next, each of which is eaten whole or not at all: so the answer may arrive
 * in any pieces. An entry of the shape above is two memchr() and one base64
 * away; any other is given to ct_reader_slow.
 */

#include "ct_reader.h"
#include "ct_reader_slow.h"

#include <string.h>

/* What comes next. */
typedef enum {
    CT_READER_OPEN,        /* the brace of the whole */
    CT_READER_FIRST,       /* the first member, or the closing brace */
    CT_READER_MEMBER,      /* one more member, behind a comma */
    CT_READER_COMMA,       /* a comma, or the closing brace */
    CT_READER_ENTRY_FIRST, /* the first entry, or the closing bracket */
    CT_READER_ENTRY,       /* one more entry, behind a comma */
    CT_READER_ENTRY_COMMA, /* a comma, or the closing bracket */
    CT_READER_END          /* nothing but white space */
} ct_reader_place_e;


static ct_rc_t ct_reader_tile(ct_reader_t *reader, ct_bytes_t *in,
    ct_entry_t *entry, ct_rc_t *fault);
static ct_rc_t ct_reader_tile_leaf(ct_bytes_t *in, ct_entry_t *entry,
    ct_rc_t *fault);

static ct_rc_t ct_reader_json(ct_reader_t *reader, ct_bytes_t *in,
    ct_entry_t *entry, ct_rc_t *fault);
static ct_rc_t ct_reader_punctuation(ct_reader_t *reader, ct_bytes_t *in);
static ct_rc_t ct_reader_close(ct_reader_t *reader);
static ct_rc_t ct_reader_member(ct_reader_t *reader, ct_bytes_t *in);
static ct_rc_t ct_reader_value(ct_bytes_t *in, size_t limit,
    ct_bytes_t *value);
static ct_rc_t ct_reader_entry(ct_reader_t *reader, ct_bytes_t *in,
    ct_entry_t *entry, ct_rc_t *fault);

static bool ct_reader_fast(ct_reader_t *reader, ct_bytes_t *in, size_t *len);
static inline bool ct_reader_token(ct_bytes_t *in, ct_bytes_t token);
static inline bool ct_reader_string(ct_bytes_t *in, ct_bytes_t *text);
static inline void ct_reader_blank(ct_bytes_t *in);


void
ct_reader_start(ct_reader_t *reader, ct_log_type_e type, const ct_ask_t *ask,
    uint8_t *room)
{
    memset(reader, 0, sizeof(*reader));

    reader->type = type;
    reader->index = ask->first;
    reader->left = ask->kind == CT_ASK_ENTRIES ? ask->count : 1;
    reader->place = CT_READER_OPEN;
    reader->room = room;

    if (type == CT_LOG_STATIC) {
        reader->skip = ask->skip;

        if (ask->tile.width > ask->skip + reader->left) {
            reader->behind = (unsigned) (ask->tile.width - ask->skip
                                         - reader->left);
        }
    }
}


ct_rc_t
ct_reader_next(ct_reader_t *reader, ct_bytes_t *in, ct_entry_t *entry,
    ct_rc_t *fault)
{
    return reader->type == CT_LOG_STATIC
           ? ct_reader_tile(reader, in, entry, fault)
           : ct_reader_json(reader, in, entry, fault);
}


/* The entries behind the wanted ones are not of interest, but a tile that
 * breaks off there is not the tile that was asked for. */
static ct_rc_t
ct_reader_tile(ct_reader_t *reader, ct_bytes_t *in, ct_entry_t *entry,
    ct_rc_t *fault)
{
    ct_rc_t rc;

    while (reader->skip != 0 || reader->left != 0 || reader->behind != 0) {
        rc = ct_reader_tile_leaf(in, entry, fault);

        if (rc != CT_OK) {
            return rc;
        }

        if (reader->skip != 0) {
            reader->skip--;

        } else if (reader->left != 0) {
            reader->left--;
            reader->index++;
            return CT_OK;

        } else {
            reader->behind--;
        }
    }

    return CT_E_ABSENT;
}


/* A leaf that is too large or has wrong extensions is framed all the same:
 * it counts in the tree, and what it holds must be seen. */
static ct_rc_t
ct_reader_tile_leaf(ct_bytes_t *in, ct_entry_t *entry, ct_rc_t *fault)
{
    size_t     len;
    ct_rc_t    rc;
    ct_bytes_t rest;

    len = in->len;
    rest = *in;
    rc = ct_entry_read(&rest, entry);

    if (rc == CT_E_TYPE) {
        return rc;
    }

    if ((rc == CT_E_SHORT ? len : len - rest.len) > CT_LIMIT_ENTRY_TEXT) {
        return CT_E_LIMIT;
    }

    if (rc == CT_E_SHORT) {
        return rc;
    }

    *in = rest;
    *fault = rc;

    return CT_OK;
}


static ct_rc_t
ct_reader_json(ct_reader_t *reader, ct_bytes_t *in, ct_entry_t *entry,
    ct_rc_t *fault)
{
    ct_rc_t rc;

    do {
        ct_reader_blank(in);

        if (reader->place == CT_READER_END) {
            return CT_E_ABSENT;
        }

        if (in->len == 0) {
            return CT_E_SHORT;
        }

        rc = ct_reader_punctuation(reader, in);

        if (rc != CT_E_ABSENT) {
            continue;
        }

        if (reader->place == CT_READER_ENTRY
            || reader->place == CT_READER_ENTRY_FIRST)
        {
            return ct_reader_entry(reader, in, entry, fault);
        }

        rc = ct_reader_member(reader, in);

    } while (rc == CT_OK);

    return rc;
}


/* One bracket, brace or comma; CT_E_ABSENT where something else has to
 * come. */
static ct_rc_t
ct_reader_punctuation(ct_reader_t *reader, ct_bytes_t *in)
{
    static const struct {
        uint8_t go_on, place, close;
    } after[] = {
        [CT_READER_OPEN] = {'{', CT_READER_FIRST, 0},
        [CT_READER_FIRST] = {0, 0, '}'},
        [CT_READER_MEMBER] = {0, 0, 0},
        [CT_READER_COMMA] = {',', CT_READER_MEMBER, '}'},
        [CT_READER_ENTRY_FIRST] = {0, 0, ']'},
        [CT_READER_ENTRY] = {0, 0, 0},
        [CT_READER_ENTRY_COMMA] = {',', CT_READER_ENTRY, ']'},
    };

    uint8_t    c, place;
    ct_bytes_t eaten;

    place = reader->place;
    c = in->data[0];

    if (c != 0 && c == after[place].go_on) {
        (void) ct_read_bytes(in, 1, &eaten);
        reader->place = after[place].place;
        return CT_OK;
    }

    if (c != 0 && c == after[place].close) {
        (void) ct_read_bytes(in, 1, &eaten);
        return ct_reader_close(reader);
    }

    return after[place].go_on == 0 ? CT_E_ABSENT : CT_E_ENCODING;
}


static ct_rc_t
ct_reader_close(ct_reader_t *reader)
{
    if (reader->place == CT_READER_ENTRY_FIRST
        || reader->place == CT_READER_ENTRY_COMMA)
    {
        reader->place = CT_READER_COMMA;
        return CT_OK;
    }

    reader->place = CT_READER_END;

    return reader->seen ? CT_OK : CT_E_ENCODING;
}


/* The name of a member and its value; of "entries" the opening bracket. */
static ct_rc_t
ct_reader_member(ct_reader_t *reader, ct_bytes_t *in)
{
    bool       entries;
    ct_rc_t    rc;
    ct_bytes_t rest, name, value;

    rest = *in;
    name = ct_bytes(NULL, 0);
    entries = false;
    rc = rest.data[0] != '"' ? CT_E_ENCODING
         : ct_reader_value(&rest, CT_LIMIT_ANSWER, &name);

    if (rc == CT_OK) {
        rc = ct_reader_slow_is(name, "entries", &entries);
    }

    if (rc != CT_OK) {
        return rc;
    }

    ct_reader_blank(&rest);

    if (!ct_reader_token(&rest, CT_BYTES(":"))) {
        return rest.len == 0 ? CT_E_SHORT : CT_E_ENCODING;
    }

    ct_reader_blank(&rest);

    if (!entries) {
        rc = ct_reader_value(&rest, CT_LIMIT_ANSWER, &value);

        if (rc == CT_OK) {
            rc = ct_reader_slow_skip(value);
        }

        reader->place = rc == CT_OK ? CT_READER_COMMA : reader->place;

    } else {
        rc = reader->seen ? CT_E_ENCODING
             : ct_reader_token(&rest, CT_BYTES("[")) ? CT_OK
             : rest.len == 0 ? CT_E_SHORT : CT_E_ENCODING;

        reader->seen = rc == CT_OK || reader->seen;
        reader->place = rc == CT_OK ? CT_READER_ENTRY_FIRST : reader->place;
    }

    *in = rc == CT_OK ? rest : *in;

    return rc;
}


/* CT_E_LIMIT above `limit` bytes, whether all of them are here or not. */
static ct_rc_t
ct_reader_value(ct_bytes_t *in, size_t limit, ct_bytes_t *value)
{
    ct_rc_t    rc;
    ct_bytes_t part;

    part = ct_bytes(in->data, in->len < limit ? in->len : limit);
    rc = ct_reader_slow_value(part, value);

    if (rc == CT_E_SHORT && in->len >= limit) {
        return CT_E_LIMIT;
    }

    if (rc == CT_OK) {
        (void) ct_read_bytes(in, value->len, value);
    }

    return rc;
}


static ct_rc_t
ct_reader_entry(ct_reader_t *reader, ct_bytes_t *in, ct_entry_t *entry,
    ct_rc_t *fault)
{
    size_t     len;
    ct_rc_t    rc;
    ct_bytes_t rest;

    if (in->data[0] != '{') {
        return CT_E_ENCODING;
    }

    if (reader->left == 0) {
        return CT_E_COUNT;
    }

    len = CT_LIMIT_ENTRY;
    rest = *in;

    reader->whole = !ct_reader_fast(reader, &rest, &len);

    if (reader->whole) {
        rc = ct_reader_value(&rest, CT_LIMIT_ENTRY_TEXT, &reader->extra);

        if (rc == CT_OK) {
            rc = ct_reader_slow_entry(reader->extra, reader->room, &len);
        }

        if (rc != CT_OK) {
            return rc;
        }

        reader->slow++;
    }

    *in = rest;
    reader->place = CT_READER_ENTRY_COMMA;
    reader->some = true;
    reader->left--;
    reader->index++;
    *fault = ct_entry_read_leaf(ct_bytes(reader->room, len), entry);

    return CT_OK;
}


/*
 * An entry of the one shape, white space aside. Whatever is not: false, and
 * nothing has moved. extra_data is not looked into, so an escape in it, or
 * what is no base64, shows when it is decoded.
 */
static bool
ct_reader_fast(ct_reader_t *reader, ct_bytes_t *in, size_t *len)
{
    size_t     room;
    ct_bytes_t rest, leaf, extra;

    room = *len;
    rest = *in;

    if (!ct_reader_token(&rest, CT_BYTES("{"))
        || !ct_reader_token(&rest, CT_BYTES("\"leaf_input\""))
        || !ct_reader_token(&rest, CT_BYTES(":"))
        || !ct_reader_string(&rest, &leaf)
        || !ct_reader_token(&rest, CT_BYTES(","))
        || !ct_reader_token(&rest, CT_BYTES("\"extra_data\""))
        || !ct_reader_token(&rest, CT_BYTES(":"))
        || !ct_reader_string(&rest, &extra)
        || !ct_reader_token(&rest, CT_BYTES("}"))
        || in->len - rest.len > CT_LIMIT_ENTRY_TEXT
        || ct_parse_base64(leaf, reader->room, &room) != CT_OK)
    {
        return false;
    }

    *in = rest;
    *len = room;
    reader->extra = extra;

    return true;
}


static inline bool
ct_reader_token(ct_bytes_t *in, ct_bytes_t token)
{
    ct_reader_blank(in);

    if (in->len < token.len || memcmp(in->data, token.data, token.len) != 0) {
        return false;
    }

    in->data += token.len;
    in->len -= token.len;

    return true;
}


/* A quote behind a backslash may or may not be its end: false. */
static inline bool
ct_reader_string(ct_bytes_t *in, ct_bytes_t *text)
{
    return ct_reader_token(in, CT_BYTES("\""))
           && ct_read_until(in, '"', text)
           && in->data[-2] != '\\';
}


/* RFC 8259, 2: ws */
static inline void
ct_reader_blank(ct_bytes_t *in)
{
    while (in->len != 0
           && (in->data[0] == ' ' || in->data[0] == '\n'
               || in->data[0] == '\r' || in->data[0] == '\t'))
    {
        in->data++;
        in->len--;
    }
}


ct_rc_t
ct_reader_end(const ct_reader_t *reader, ct_bytes_t rest)
{
    if (reader->type == CT_LOG_STATIC) {
        if (reader->skip != 0 || reader->left != 0 || reader->behind != 0) {
            return rest.len != 0 ? CT_E_SHORT : CT_E_COUNT;
        }

        return rest.len != 0 ? CT_E_TRAILING : CT_OK;
    }

    ct_reader_blank(&rest);

    if (reader->place != CT_READER_END) {
        return CT_E_SHORT;
    }

    if (rest.len != 0) {
        return CT_E_TRAILING;
    }

    return reader->some ? CT_OK : CT_E_COUNT;
}


/* `extra` is the text between the quotes, which may still have escapes, or
 * the whole entry where that was read the slow way. */
ct_rc_t
ct_reader_extra(const ct_reader_t *reader, ct_entry_t *entry,
    ct_arena_t *arena)
{
    size_t     len;
    ct_rc_t    rc;
    uint8_t   *data;
    ct_bytes_t text, extra;

    if (reader->type == CT_LOG_STATIC) {
        return CT_OK;
    }

    text = reader->extra;
    entry->pre_certificate = ct_bytes(NULL, 0);
    entry->certificates = ct_bytes(NULL, 0);

    if (reader->whole) {
        rc = ct_reader_slow_extra(text, arena, &extra);

    } else if (text.len != 0 && memchr(text.data, '\\', text.len) != NULL) {
        text = ct_bytes(text.data - 1, text.len + 2);
        rc = ct_reader_slow_extra(text, arena, &extra);

    } else {
        len = text.len / 4 * 3;
        data = ct_arena_alloc(arena, len);
        rc = data == NULL ? CT_E_MEMORY : ct_parse_base64(text, data, &len);
        extra = ct_bytes(data, len);
    }

    return rc == CT_OK ? ct_entry_read_extra(extra, entry) : rc;
}
