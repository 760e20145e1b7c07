/*
 * ct_dn: distinguished names as text for people (RFC 4514 in spirit, see
 * ct_cert.h for where not). Never used to decide anything: two names that
 * read the same may be different, and anyone may write any name.
 *
 * The writers return false once the buffer has been cut; it is cut between
 * characters and never marked full.
 */

#include <string.h>

#include "ct_cert.h"
#include "ct_utf8.h"

#define CT_DN_TYPE 128 /* bytes of one dotted attribute type */

/* String types without a name in ct_der.h (X.680, 8.4). */
#define CT_DN_NUMERIC 0x12
#define CT_DN_VISIBLE 0x1a
#define CT_DN_GENERAL 0x1b


static bool ct_dn_attribute(ct_buf_t *out, const ct_attribute_t *attribute);
static bool ct_dn_type(ct_buf_t *out, ct_bytes_t oid);
static bool ct_dn_dotted(ct_buf_t *out, ct_bytes_t oid);
static bool ct_dn_value(ct_buf_t *out, const ct_der_t *value);
static size_t ct_dn_unit(uint8_t tag);
static bool ct_dn_decode(ct_bytes_t *in, uint8_t tag, uint32_t *code);
static bool ct_dn_utf16(ct_bytes_t *in, uint32_t *code);
static bool ct_dn_harmful(uint32_t code);
static bool ct_dn_escape(ct_buf_t *out, const uint8_t *data, size_t len);
static bool ct_dn_hex(ct_buf_t *out, ct_bytes_t in);
static bool ct_dn_put(ct_buf_t *out, const void *data, size_t len);


void
ct_cert_name_text(ct_buf_t *out, ct_bytes_t name)
{
    size_t         start;
    ct_der_t       rdns, rdn, item;
    const char    *separator;
    ct_attribute_t attribute;

    start = out->len;

    if (!ct_der_expect(&name, CT_DER_SEQUENCE, &rdns)) {
        return;
    }

    while (ct_der_expect(&rdns.value, CT_DER_SET, &rdn)) {
        separator = ", ";

        while (ct_der_expect(&rdn.value, CT_DER_SEQUENCE, &item)) {
            if (!ct_attribute_parse(item.value, &attribute)) {
                continue;
            }

            if (out->len == start) {
                separator = "";
            }

            if (!ct_dn_put(out, separator, strlen(separator))
                || !ct_dn_attribute(out, &attribute))
            {
                return;
            }

            separator = " + ";
        }
    }
}


bool
ct_cert_name_attribute(ct_buf_t *out, ct_bytes_t name, ct_bytes_t oid)
{
    ct_der_t       rdns, rdn, item;
    ct_attribute_t attribute;

    if (!ct_der_expect(&name, CT_DER_SEQUENCE, &rdns)) {
        return false;
    }

    while (ct_der_expect(&rdns.value, CT_DER_SET, &rdn)) {
        while (ct_der_expect(&rdn.value, CT_DER_SEQUENCE, &item)) {
            if (ct_attribute_parse(item.value, &attribute)
                && ct_bytes_equal(attribute.oid, oid))
            {
                (void) ct_dn_value(out, &attribute.value);
                return true;
            }
        }
    }

    return false;
}


static bool
ct_dn_attribute(ct_buf_t *out, const ct_attribute_t *attribute)
{
    return ct_dn_type(out, attribute->oid)
           && ct_dn_put(out, "=", 1)
           && ct_dn_value(out, &attribute->value);
}


/* RFC 4514, 3: the short names that people know; otherwise dotted. */
static bool
ct_dn_type(ct_buf_t *out, ct_bytes_t oid)
{
    static const struct {
        const char *oid;
        const char *name;
    } types[] = {
        {"\x55\x04\x06", "C"},
        {"\x55\x04\x0a", "O"},
        {"\x55\x04\x0b", "OU"},
        {"\x55\x04\x03", "CN"},
        {"\x55\x04\x08", "ST"},
        {"\x55\x04\x07", "L"},
        {"\x55\x04\x05", "serialNumber"},
        {"\x2a\x86\x48\x86\xf7\x0d\x01\x09\x01", "emailAddress"},
        {"\x09\x92\x26\x89\x93\xf2\x2c\x64\x01\x19", "DC"},
    };

    size_t i;

    for (i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        if (ct_bytes_is(oid, types[i].oid)) {
            return ct_dn_put(out, types[i].name, strlen(types[i].name));
        }
    }

    return ct_dn_dotted(out, oid);
}


/* X.690, 8.19: base 128, the first two arcs share a number. One that does
 * not end, or is too long for 63 bits an arc, comes out as # and hex. */
static bool
ct_dn_dotted(ct_buf_t *out, ct_bytes_t oid)
{
    size_t   i;
    uint8_t  room[CT_DN_TYPE];
    uint64_t arc, top;
    ct_buf_t piece;

    ct_buf_fixed(&piece, room, sizeof(room));
    arc = 0;

    for (i = 0; i < oid.len && arc >> 56 == 0; i++) {
        arc = arc << 7 | (oid.data[i] & 0x7f);

        if (oid.data[i] & 0x80) {
            continue;
        }

        if (piece.len == 0) {
            top = arc < 80 ? arc / 40 : 2;
            ct_buf_u64(&piece, top);
            arc -= top * 40;
        }

        ct_buf_putc(&piece, '.');
        ct_buf_u64(&piece, arc);
        arc = 0;
    }

    if (i != oid.len || i == 0 || (oid.data[i - 1] & 0x80) || piece.full) {
        return ct_dn_hex(out, oid);
    }

    return ct_dn_put(out, room, piece.len);
}


static bool
ct_dn_value(ct_buf_t *out, const ct_der_t *value)
{
    bool       fits;
    size_t     unit, n;
    uint8_t    utf8[CT_UTF8_MAX];
    uint32_t   code;
    ct_bytes_t in;

    in = value->value;
    unit = ct_dn_unit(value->tag);

    if (unit == 0) {
        return ct_dn_hex(out, value->whole);
    }

    fits = true;

    while (fits && in.len != 0) {

        if (ct_dn_decode(&in, value->tag, &code)) {
            n = ct_utf8_write(utf8, code);
            fits = ct_dn_harmful(code) ? ct_dn_escape(out, utf8, n)
                                       : ct_dn_put(out, utf8, n);
            continue;
        }

        n = in.len < unit ? in.len : unit;
        fits = ct_dn_escape(out, in.data, n);
        in = ct_bytes(in.data + n, in.len - n);
    }

    return fits;
}


/* Bytes per character unit of a string type; 0 for what is not a string. */
static size_t
ct_dn_unit(uint8_t tag)
{
    switch (tag) {
    case CT_DER_UTF8:
    case CT_DER_PRINTABLE:
    case CT_DER_IA5:
    case CT_DER_TELETEX:
    case CT_DN_NUMERIC:
    case CT_DN_VISIBLE:
    case CT_DN_GENERAL:
        return 1;
    case CT_DER_BMP:
        return 2;
    case CT_DER_UNIVERSAL:
        return 4;
    default:
        return 0;
    }
}


/* One character; false, with nothing moved, when there is none. The ASCII
 * types are read as UTF-8, which is what issuers put there by mistake. */
static bool
ct_dn_decode(ct_bytes_t *in, uint8_t tag, uint32_t *code)
{
    uint8_t    utf8[CT_UTF8_MAX];
    uint32_t   c;
    ct_bytes_t rest;

    if (tag == CT_DER_BMP) {
        return ct_dn_utf16(in, code);
    }

    if (tag == CT_DER_TELETEX) {
        *code = in->data[0]; /* as Latin-1, which everybody does */
        *in = ct_bytes(in->data + 1, in->len - 1);
        return true;
    }

    if (tag != CT_DER_UNIVERSAL) {
        return ct_utf8_read(in, code);
    }

    if (!ct_read_bytes(in, 4, &rest)) {
        return false;
    }

    c = (uint32_t) rest.data[0] << 24 | (uint32_t) rest.data[1] << 16
        | (uint32_t) rest.data[2] << 8 | rest.data[3];

    if (ct_utf8_write(utf8, c) == 0) {
        *in = ct_bytes(rest.data, in->len + rest.len);
        return false;
    }

    *code = c;

    return true;
}


/* BMPString as UTF-16BE: surrogate pairs are not in the standard, but are
 * in certificates. */
static bool
ct_dn_utf16(ct_bytes_t *in, uint32_t *code)
{
    uint16_t   high, low;
    ct_bytes_t rest;

    rest = *in;

    if (!ct_read_u16(&rest, &high) || (high & 0xfc00) == 0xdc00) {
        return false;
    }

    *code = high;

    if ((high & 0xfc00) == 0xd800) {
        if (!ct_read_u16(&rest, &low) || (low & 0xfc00) != 0xdc00) {
            return false;
        }
        *code = 0x10000 + ((high & 0x3ffU) << 10) + (low & 0x3ffU);
    }

    *in = rest;

    return true;
}


/* Controls, the escape itself, and what turns the direction of writing
 * around (Unicode, "Bidirectional Control"): a name must not be able to
 * repaint the line it is shown in. */
static bool
ct_dn_harmful(uint32_t code)
{
    return code < 0x20 || code == '\\' || (code >= 0x7f && code < 0xa0)
           || code == 0x61c || code == 0x200e || code == 0x200f
           || (code >= 0x2028 && code <= 0x202e)
           || (code >= 0x2066 && code <= 0x2069);
}


static bool
ct_dn_escape(ct_buf_t *out, const uint8_t *data, size_t len)
{
    size_t   i;
    uint8_t  room[3 * CT_UTF8_MAX];
    ct_buf_t piece;

    ct_buf_fixed(&piece, room, sizeof(room));

    for (i = 0; i < len; i++) {
        ct_buf_putc(&piece, '\\');
        ct_buf_hex(&piece, data + i, 1);
    }

    return ct_dn_put(out, room, piece.len);
}


/* RFC 4514, 2.4: "#" and the whole encoding. */
static bool
ct_dn_hex(ct_buf_t *out, ct_bytes_t in)
{
    bool     fits;
    size_t   i;
    uint8_t  room[2];
    ct_buf_t piece;

    fits = ct_dn_put(out, "#", 1);

    for (i = 0; fits && i < in.len; i++) {
        ct_buf_fixed(&piece, room, sizeof(room));
        ct_buf_hex(&piece, in.data + i, 1);
        fits = ct_dn_put(out, room, sizeof(room));
    }

    return fits;
}


static bool
ct_dn_put(ct_buf_t *out, const void *data, size_t len)
{
    if (out->full || len > out->ceiling - out->len) {
        return false;
    }

    ct_buf_put(out, data, len);

    return !out->full;
}
