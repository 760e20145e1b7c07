/*
 * ct_idn: a table of ranges, by the first code point; each says what becomes
 * of those in it. A code point in none of them is not known here. The unit
 * test compares all of them with libidn2, where there is one; that library
 * itself answers "invalid" where this project needs "could be anything", and
 * wants memory of its own.
 */

#include "ct_idn.h"

#include "ct_limits.h"
#include "ct_punycode.h"
#include "ct_utf8.h"

/* How a range maps, besides "plus so many". */
#define CT_IDN_EVEN 0x200000 /* capital, small, capital ...: capitals even */
#define CT_IDN_ODD  0x200001 /* the same, capitals odd */
#define CT_IDN_DROP 0x200002
#define CT_IDN_TWO  0x200003 /* stays, but not everybody thinks so */

#define CT_IDN_UNKNOWN UINT32_MAX
#define CT_IDN_NOTHING (UINT32_MAX - 1)

typedef struct {
    uint32_t first;
    uint32_t last;
    int32_t  how;
} ct_idn_range_t;

static const ct_idn_range_t ct_idn_ranges[] = {
    {0x2d, 0x2d, 0}, {0x30, 0x39, 0}, {0x41, 0x5a, 32}, {0x5f, 0x5f, 0},
    {0x61, 0x7a, 0},

    /* Latin */
    {0xaa, 0xaa, -73}, {0xad, 0xad, CT_IDN_DROP}, {0xb2, 0xb3, -128},
    {0xb5, 0xb5, 775}, {0xb9, 0xb9, -136}, {0xba, 0xba, -75},
    {0xc0, 0xd6, 32}, {0xd8, 0xde, 32}, {0xdf, 0xdf, CT_IDN_TWO},
    {0xe0, 0xf6, 0}, {0xf8, 0xff, 0}, {0x100, 0x12f, CT_IDN_EVEN},
    {0x131, 0x131, 0}, {0x134, 0x137, CT_IDN_EVEN}, {0x138, 0x138, 0},
    {0x139, 0x13e, CT_IDN_ODD}, {0x141, 0x148, CT_IDN_ODD},
    {0x14a, 0x177, CT_IDN_EVEN}, {0x178, 0x178, -121},
    {0x179, 0x17e, CT_IDN_ODD}, {0x17f, 0x17f, -268},
    {0x18f, 0x18f, 202}, {0x192, 0x192, 0}, {0x1a0, 0x1a5, CT_IDN_EVEN},
    {0x1af, 0x1b0, CT_IDN_ODD}, {0x1cd, 0x1dc, CT_IDN_ODD},
    {0x1dd, 0x1dd, 0}, {0x1de, 0x1ef, CT_IDN_EVEN},
    {0x1f8, 0x21f, CT_IDN_EVEN}, {0x222, 0x233, CT_IDN_EVEN},
    {0x250, 0x2af, 0},

    /* Greek */
    {0x386, 0x386, 38}, {0x388, 0x38a, 37}, {0x38c, 0x38c, 64},
    {0x38e, 0x38f, 63}, {0x390, 0x390, 0}, {0x391, 0x3a1, 32},
    {0x3a3, 0x3ab, 32}, {0x3ac, 0x3c1, 0}, {0x3c2, 0x3c2, CT_IDN_TWO},
    {0x3c3, 0x3ce, 0},

    /* Cyrillic */
    {0x400, 0x40f, 80}, {0x410, 0x42f, 32}, {0x430, 0x45f, 0},
    {0x460, 0x481, CT_IDN_EVEN}, {0x48a, 0x4bf, CT_IDN_EVEN},
    {0x4c1, 0x4ce, CT_IDN_ODD}, {0x4cf, 0x4cf, 0},
    {0x4d0, 0x52f, CT_IDN_EVEN},

    /* Armenian, Hebrew, Arabic, Devanagari, Thai, Georgian */
    {0x531, 0x556, 48}, {0x561, 0x586, 0}, {0x5d0, 0x5ea, 0},
    {0x620, 0x63f, 0}, {0x641, 0x64a, 0}, {0x671, 0x674, 0},
    {0x679, 0x6d3, 0}, {0x6d5, 0x6d5, 0}, {0x901, 0x93b, 0},
    {0x93d, 0x950, 0}, {0x960, 0x963, 0}, {0x966, 0x96f, 0},
    {0xe01, 0xe32, 0}, {0xe34, 0xe37, 0}, {0xe40, 0xe47, 0},
    {0xe4c, 0xe4e, 0}, {0xe50, 0xe59, 0}, {0x10d0, 0x10fa, 0},

    {0x1e00, 0x1e95, CT_IDN_EVEN}, {0x1e96, 0x1e99, 0},
    {0x1ea0, 0x1eff, CT_IDN_EVEN}, {0x200b, 0x200b, CT_IDN_DROP},
    {0x2060, 0x2060, CT_IDN_DROP}, {0x2064, 0x2064, CT_IDN_DROP},

    /* kana, bopomofo, Han, Hangul */
    {0x3005, 0x3007, 0}, {0x3041, 0x3096, 0}, {0x309d, 0x309e, 0},
    {0x30a1, 0x30fa, 0}, {0x30fc, 0x30fe, 0}, {0x3105, 0x312f, 0},
    {0x3400, 0x4db5, 0}, {0x4e00, 0x9fef, 0}, {0xac00, 0xd7a3, 0},

    /* full-width */
    {0xfe00, 0xfe0f, CT_IDN_DROP}, {0xfeff, 0xfeff, CT_IDN_DROP},
    {0xff0d, 0xff0d, -0xfee0}, {0xff10, 0xff19, -0xfee0},
    {0xff21, 0xff3a, -0xfec0}, {0xff3f, 0xff3f, -0xfee0},
    {0xff41, 0xff5a, -0xfee0}, {0x20000, 0x2a6d6, 0}
};


static uint32_t ct_idn_map(uint32_t code, bool *sure);
static size_t ct_idn_finish(uint8_t out[CT_IDN_LABEL], const uint32_t *codes,
    size_t n, bool ascii);
static bool ct_idn_part(ct_bytes_t label, ct_buf_t *out);


size_t
ct_idn_label(uint8_t out[CT_IDN_LABEL], const uint32_t *codes, size_t n,
    bool *sure)
{
    bool     ascii;
    size_t   i, kept;
    uint32_t code, mapped[CT_IDN_LABEL];

    *sure = true;
    ascii = true;
    kept = 0;

    for (i = 0; i < n; i++) {
        code = ct_idn_map(codes[i], sure);

        if (code == CT_IDN_NOTHING) {
            continue;
        }

        if (code == CT_IDN_UNKNOWN || kept == CT_IDN_LABEL) {
            return 0;
        }

        ascii = ascii && code < 0x80;
        mapped[kept++] = code;
    }

    return ct_idn_finish(out, mapped, kept, ascii);
}


/* The last range that does not begin behind it. */
static uint32_t
ct_idn_map(uint32_t code, bool *sure)
{
    size_t                low, high, middle;
    const ct_idn_range_t *range;

    low = 0;
    high = sizeof(ct_idn_ranges) / sizeof(ct_idn_ranges[0]);

    while (low < high) {
        middle = (low + high) / 2;

        if (ct_idn_ranges[middle].first <= code) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }

    if (low == 0 || ct_idn_ranges[low - 1].last < code) {
        return CT_IDN_UNKNOWN;
    }

    range = &ct_idn_ranges[low - 1];

    switch (range->how) {

    case CT_IDN_EVEN:
        return code | 1;

    case CT_IDN_ODD:
        return code + (code & 1);

    case CT_IDN_DROP:
        return CT_IDN_NOTHING;

    case CT_IDN_TWO:
        *sure = false;
        return code;

    default:
        return code + (uint32_t) range->how;
    }
}


/* What only looks like an A-label until it is mapped is none. */
static size_t
ct_idn_finish(uint8_t out[CT_IDN_LABEL], const uint32_t *codes, size_t n,
    bool ascii)
{
    size_t   i;
    ct_buf_t buf;

    ct_buf_fixed(&buf, out, CT_IDN_LABEL);

    if (ascii) {
        for (i = 0; i < n; i++) {
            ct_buf_putc(&buf, (uint8_t) codes[i]);
        }

        return buf.len;
    }

    ct_buf_puts(&buf, "xn--");

    if ((n > 3 && codes[2] == '-' && codes[3] == '-')
        || !ct_punycode_encode(&buf, codes, n) || buf.full)
    {
        return 0;
    }

    return buf.len;
}


bool
ct_idn_dot(uint32_t code)
{
    return code == '.' || code == 0x3002 || code == 0xff0e || code == 0xff61;
}


bool
ct_idn_name(ct_bytes_t name, ct_buf_t *out)
{
    uint32_t   code;
    ct_bytes_t rest, label;

    rest = name;
    label = ct_bytes(name.data, 0);

    while (rest.len != 0) {
        if (!ct_utf8_read(&rest, &code)) {
            return false;
        }

        if (!ct_idn_dot(code)) {
            label.len = (size_t) (rest.data - label.data);
            continue;
        }

        if (!ct_idn_part(label, out)) {
            return false;
        }

        ct_buf_putc(out, '.');
        label = ct_bytes(rest.data, 0);
    }

    return ct_idn_part(label, out) && !out->full;
}


/* One label of a name, which is UTF-8. */
static bool
ct_idn_part(ct_bytes_t label, ct_buf_t *out)
{
    bool     ascii, sure;
    size_t   n;
    uint8_t  text[CT_IDN_LABEL];
    uint32_t codes[CT_LIMIT_NAME];

    ascii = true;

    for (n = 0; n < label.len; n++) {
        ascii = ascii && label.data[n] < 0x80;
    }

    if (ascii) {
        ct_buf_bytes(out, label);
        return true;
    }

    for (n = 0; label.len != 0; n++) {
        if (n == CT_LIMIT_NAME || !ct_utf8_read(&label, &codes[n])) {
            return false;
        }
    }

    n = ct_idn_label(text, codes, n, &sure);
    ct_buf_put(out, text, n);

    return n != 0;
}


bool
ct_idn_sound(ct_bytes_t label)
{
    bool     sure, ascii;
    size_t   i, n;
    uint8_t  again[CT_IDN_LABEL];
    uint32_t mapped, codes[CT_PUNYCODE_MAX];
    ct_buf_t buf;

    if (label.len > CT_IDN_LABEL
        || !ct_punycode_decode(ct_bytes(label.data + 4, label.len - 4),
                               codes, &n))
    {
        return false;
    }

    ascii = true;

    for (i = 0; i < n; i++) {
        mapped = ct_idn_map(codes[i], &sure);
        ascii = ascii && codes[i] < 0x80;

        if (mapped != codes[i] && mapped != CT_IDN_UNKNOWN
            && codes[i] >= 0x80)
        {
            return false; /* a capital in disguise */
        }
    }

    ct_buf_fixed(&buf, again, sizeof(again));

    return !ascii && ct_punycode_encode(&buf, codes, n)
           && ct_bytes_equal_nocase(ct_buf_slice(&buf),
                                    ct_bytes(label.data + 4, label.len - 4));
}
