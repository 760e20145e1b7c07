/*
 * ct_watch_pattern: what an operator may write as a name to watch, taken
 * apart.
 */

#include <arpa/inet.h>
#include <string.h>

#include "ct_idn.h"
#include "ct_watch_table.h"

#define CT_PATTERN_NET4 8  /* bits of the shortest prefixes that anybody */
#define CT_PATTERN_NET6 16 /* can own */


static const char *ct_pattern_net(ct_bytes_t text, ct_bytes_t bits,
    ct_pattern_t *pattern);
static bool ct_pattern_masked(const uint8_t *address, size_t len,
    size_t bits);
static const char *ct_pattern_ascii(ct_pattern_t *pattern);
static const char *ct_pattern_labels(ct_pattern_t *pattern);
static const char *ct_pattern_label(ct_bytes_t label);
static bool ct_pattern_digits(ct_bytes_t label);


bool
ct_watch_pattern_ok(ct_bytes_t pattern, const char **why)
{
    const char  *fault;
    ct_pattern_t parts;

    fault = ct_pattern_read(pattern, &parts);
    if (fault == NULL) {
        return true;
    }

    *why = fault;

    return false;
}


const char *
ct_pattern_read(ct_bytes_t text, ct_pattern_t *pattern)
{
    ct_bytes_t rest, address;

    pattern->flag = CT_WATCH_TREE;

    if (text.len != 0 && text.data[0] == '=') {
        pattern->flag = CT_WATCH_EXACT;
        text = ct_bytes(text.data + 1, text.len - 1);
    }

    rest = text;
    pattern->name = text;
    pattern->address_len = ct_watch_address(text, pattern->address);

    if (pattern->address_len != 0) {
        pattern->flag = CT_WATCH_ADDRESS;
        return NULL;
    }

    if (ct_read_until(&rest, '/', &address)) {
        pattern->address_len = ct_watch_address(address, pattern->address);

        if (pattern->address_len != 0) {
            return ct_pattern_net(text, rest, pattern);
        }
    }

    if (pattern->flag == CT_WATCH_TREE && text.len != 0) {
        if (text.len > 1 && memcmp(text.data, "*.", 2) == 0) {
            text = ct_bytes(text.data + 2, text.len - 2);

        } else if (text.data[0] == '.') {
            text = ct_bytes(text.data + 1, text.len - 1);
        }
    }

    pattern->name = text;

    return ct_pattern_ascii(pattern);
}


/* RFC 4632, 3.1; RFC 4291, 2.3. The length of the prefix goes behind the
 * address. */
static const char *
ct_pattern_net(ct_bytes_t text, ct_bytes_t bits, ct_pattern_t *pattern)
{
    size_t   len;
    uint64_t prefix;

    len = pattern->address_len;
    pattern->flag = CT_WATCH_ADDRESS;
    pattern->name = text;

    if (!ct_parse_decimal(bits, &prefix) || prefix > len * 8) {
        return "has no length of a prefix behind the slash";
    }

    if (prefix < (len == 4 ? CT_PATTERN_NET4 : CT_PATTERN_NET6)) {
        return "is too large a net: at least 8 bits of IPv4 or 16 of IPv6 "
               "are needed";
    }

    if (!ct_pattern_masked(pattern->address, len, (size_t) prefix)) {
        return "has bits set behind its prefix";
    }

    if (prefix < len * 8) {
        pattern->address[len] = (uint8_t) prefix;
        pattern->address_len++;
    }

    return NULL;
}


/* Is there nothing behind so many bits? */
static bool
ct_pattern_masked(const uint8_t *address, size_t len, size_t bits)
{
    size_t i;

    for (i = bits; i < len * 8; i++) {
        if ((address[i / 8] & (0x80 >> i % 8)) != 0) {
            return false;
        }
    }

    return true;
}


/* U-labels become A-labels. */
static const char *
ct_pattern_ascii(ct_pattern_t *pattern)
{
    size_t     i;
    ct_buf_t   buf;
    ct_bytes_t name;

    name = pattern->name;

    for (i = 0; i < name.len && name.data[i] < 0x80; i++) {
        /* is all of it ASCII? */
    }

    if (i < name.len) {
        ct_buf_fixed(&buf, pattern->ascii, sizeof(pattern->ascii));

        if (!ct_idn_name(name, &buf)) {
            return buf.full ? "is longer than 253 bytes"
                            : "has a label that cannot be converted: write "
                              "it as an A-label (xn--...)";
        }

        name = ct_buf_slice(&buf);
    }

    if (name.len != 0 && name.data[name.len - 1] == '.') {
        name.len--;
    }

    pattern->name = name;

    return ct_pattern_labels(pattern);
}


static const char *
ct_pattern_labels(ct_pattern_t *pattern)
{
    size_t      i, from;
    const char *fault;
    ct_bytes_t  name, label;

    name = pattern->name;

    if (name.len == 0) {
        return "is empty";
    }

    if (name.len > CT_LIMIT_NAME) {
        return "is longer than 253 bytes";
    }

    label = name;
    from = 0;
    pattern->nlabels = 0;

    for (i = 0; i <= name.len; i++) {
        if (i < name.len && name.data[i] != '.') {
            continue;
        }

        label = ct_bytes(name.data + from, i - from);
        fault = ct_pattern_label(label);

        if (fault != NULL) {
            return fault;
        }

        from = i + 1;
        pattern->nlabels++;
    }

    if (ct_pattern_digits(label)) {
        return "is neither a name nor an address";
    }

    return pattern->nlabels > 1 ? NULL : "needs at least two labels";
}


static const char *
ct_pattern_label(ct_bytes_t label)
{
    size_t i;

    for (i = 0; i < label.len; i++) {
        if (ct_watch_fold[label.data[i]] == 0) {
            return "may hold only letters, digits, \"-\", \"_\" and dots";
        }
    }

    if (label.len == 0) {
        return "has an empty label";
    }

    if (label.len > CT_WATCH_LABEL) {
        return "has a label longer than 63 bytes";
    }

    if (label.len >= 4 && label.data[2] == '-'
        && ct_bytes_equal_nocase(ct_bytes(label.data, 4), CT_BYTES("xn--"))
        && !ct_idn_sound(label))
    {
        return "has a label that begins with \"xn--\" and stands for "
               "nothing";
    }

    return NULL;
}


static bool
ct_pattern_digits(ct_bytes_t label)
{
    size_t i;

    for (i = 0; i < label.len; i++) {
        if (label.data[i] < '0' || label.data[i] > '9') {
            return false;
        }
    }

    return true;
}


size_t
ct_watch_address(ct_bytes_t text, uint8_t out[16])
{
    char    copy[INET6_ADDRSTRLEN];
    size_t  i;
    uint8_t c;

    if (text.len < 2 || text.len >= sizeof(copy)) {
        return 0;
    }

    for (i = 0; i < text.len; i++) {
        c = text.data[i];

        /* most names end here: an address has no such letter */
        if (c == '\0' || (c > ':' && ct_watch_fold[c] > 'f')) {
            return 0;
        }
    }

    memcpy(copy, text.data, text.len);
    copy[text.len] = '\0';

    if (inet_pton(AF_INET, copy, out) == 1) {
        return 4;
    }

    return inet_pton(AF_INET6, copy, out) == 1 ? 16 : 0;
}


bool
ct_watch_public(ct_bytes_t address)
{
    size_t i;

    static const struct {
        uint8_t net[2];
        uint8_t mask[2];
    } others[] = {
        {{0, 0}, {255, 0}},       {{10, 0}, {255, 0}},
        {{100, 64}, {255, 192}},  {{127, 0}, {255, 0}},
        {{169, 254}, {255, 255}}, {{172, 16}, {255, 240}},
        {{192, 168}, {255, 255}}, {{224, 0}, {224, 0}}
    };

    if (address.len == 16) {
        return (address.data[0] & 0xe0) == 0x20;
    }

    for (i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        if ((address.data[0] & others[i].mask[0]) == others[i].net[0]
            && (address.data[1] & others[i].mask[1]) == others[i].net[1])
        {
            return false;
        }
    }

    return address.len == 4;
}
