/*
 * ct_base64: base64 read. Of a get-entries answer all but some thousandths
 * is base64, so this is written for speed: two quads at a time through
 * tables, or 32 digits at a time where the processor has AVX2. Validity is
 * gathered on the way and asked once.
 *
 * RFC 4648, 4, and as strict as 3.5 allows: the bits behind the last byte
 * must be zero, so there is one text for each content.
 */

#include "ct_bytes.h"

#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>

/* The same 16 bytes in each half of a register. */
#define CT_BASE64_BOTH(...)                                                \
    _mm256_broadcastsi128_si256(_mm_setr_epi8(__VA_ARGS__))
#endif

#define CT_BASE64_BAD 0x80000000U

/* The 64 digits, in the order of RFC 4648, table 1. */
#define CT_BASE64_DIGIT(c, shift)                                          \
    ((c) >= 'A' && (c) <= 'Z' ? (0U + (c) - 'A') << (shift)                \
     : (c) >= 'a' && (c) <= 'z' ? (26U + (c) - 'a') << (shift)             \
     : (c) >= '0' && (c) <= '9' ? (52U + (c) - '0') << (shift)             \
     : (c) == '+' ? 62U << (shift)                                         \
     : (c) == '/' ? 63U << (shift) : CT_BASE64_BAD)

#define CT_BASE64_4(c, shift)                                              \
    CT_BASE64_DIGIT(c, shift), CT_BASE64_DIGIT((c) + 1, shift),            \
    CT_BASE64_DIGIT((c) + 2, shift), CT_BASE64_DIGIT((c) + 3, shift)
#define CT_BASE64_16(c, shift)                                             \
    CT_BASE64_4(c, shift), CT_BASE64_4((c) + 4, shift),                    \
    CT_BASE64_4((c) + 8, shift), CT_BASE64_4((c) + 12, shift)
#define CT_BASE64_64(c, shift)                                             \
    CT_BASE64_16(c, shift), CT_BASE64_16((c) + 16, shift),                 \
    CT_BASE64_16((c) + 32, shift), CT_BASE64_16((c) + 48, shift)
#define CT_BASE64_256(shift)                                               \
    {CT_BASE64_64(0, shift), CT_BASE64_64(64, shift),                      \
     CT_BASE64_64(128, shift), CT_BASE64_64(192, shift)}

/* Each byte at each of the four places of a quad. */
static const uint32_t ct_base64_place[4][256] = {
    CT_BASE64_256(18), CT_BASE64_256(12), CT_BASE64_256(6), CT_BASE64_256(0)
};


static bool ct_base64_quads(const uint8_t *p, size_t quads, uint8_t *out);
static uint32_t ct_base64_quad(const uint8_t *p);
static void ct_base64_put(uint8_t *out, uint64_t v, size_t len);
static bool ct_base64_tail(const uint8_t *p, size_t pad, uint8_t *out);


/* Only `out` may hold the part before the error when this fails. */
ct_rc_t
ct_parse_base64(ct_bytes_t in, uint8_t *out, size_t *out_len)
{
    size_t quads, pad, len;

    if (in.len % 4 != 0) {
        return CT_E_ENCODING;
    }

    if (in.len == 0) {
        *out_len = 0;
        return CT_OK;
    }

    pad = 0;

    while (pad < 2 && in.data[in.len - 1 - pad] == '=') {
        pad++;
    }

    quads = in.len / 4;
    len = quads * 3 - pad;

    if (len > *out_len) {
        return CT_E_LIMIT;
    }

    if (pad != 0) {
        quads--;
    }

    if (!ct_base64_quads(in.data, quads, out)
        || !ct_base64_tail(in.data + quads * 4, pad, out + quads * 3))
    {
        return CT_E_ENCODING;
    }

    *out_len = len;

    return CT_OK;
}


#if defined(__x86_64__)

/*
 * As many quads as fit, eight by eight; returns how many. The upper half of
 * a digit tells what to add to have its value ("/" is told from "+" first),
 * and has a bit in `above`; the lower half has in `below` the bits of those
 * upper halves that it must not stand with:
 *
 *   01  0, 1, 8..15: none          08  4, 6: "A".."O", "a".."o"
 *   02  2: "+" and "/"             10  5, 7: "P".."Z", "p".."z"
 *   04  3: "0".."9"
 *
 * A store is 32 bytes wide, of which 24 are meant, so the last quads are
 * left to others.
 */
__attribute__((target("avx2"))) static size_t
ct_base64_avx2(const uint8_t *p, size_t quads, uint8_t *out, bool *good)
{
    size_t  n;
    __m256i c, high, low, bad, v;

    const __m256i half = _mm256_set1_epi8(0x0f);
    const __m256i slash = _mm256_set1_epi8('/');
    const __m256i above = CT_BASE64_BOTH(
        1, 1, 2, 4, 8, 16, 8, 16, 1, 1, 1, 1, 1, 1, 1, 1);
    const __m256i below = CT_BASE64_BOTH(
        0x0b, 3, 3, 3, 3, 3, 3, 3, 3, 3, 7, 0x15, 0x17, 0x17, 0x17, 0x15);
    const __m256i shift = CT_BASE64_BOTH(
        0, 63 - '/', 62 - '+', 52 - '0', -'A', -'A', 26 - 'a', 26 - 'a',
        0, 0, 0, 0, 0, 0, 0, 0);
    const __m256i order = CT_BASE64_BOTH(
        2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12, -1, -1, -1, -1);

    bad = _mm256_setzero_si256();

    for (n = 0; quads - n >= 11; n += 8) {
        c = _mm256_loadu_si256((const __m256i *) (p + n * 4));
        high = _mm256_and_si256(_mm256_srli_epi32(c, 4), half);
        low = _mm256_and_si256(c, half);

        bad = _mm256_or_si256(bad,
            _mm256_and_si256(_mm256_shuffle_epi8(above, high),
                             _mm256_shuffle_epi8(below, low)));

        high = _mm256_add_epi8(high, _mm256_cmpeq_epi8(c, slash));
        v = _mm256_add_epi8(c, _mm256_shuffle_epi8(shift, high));

        /* four values of 6 bits to one of 24: 64 a + b, then 4096 ab + cd */
        v = _mm256_maddubs_epi16(v, _mm256_set1_epi32(0x01400140));
        v = _mm256_madd_epi16(v, _mm256_set1_epi32(0x00011000));

        /* 12 bytes in each half, the first byte first; then side by side */
        v = _mm256_shuffle_epi8(v, order);
        v = _mm256_permutevar8x32_epi32(v,
            _mm256_setr_epi32(0, 1, 2, 4, 5, 6, 3, 7));
        _mm256_storeu_si256((__m256i *) (out + n * 3), v);
    }

    *good = _mm256_testz_si256(bad, bad) != 0;

    return n;
}

#endif


static bool
ct_base64_quads(const uint8_t *p, size_t quads, uint8_t *out)
{
    bool     good;
    size_t   n;
    uint32_t v, w, bad;

    n = 0;
    bad = 0;
    good = true;

#if defined(__x86_64__)
    if (quads >= 16 && __builtin_cpu_supports("avx2")) {
        n = ct_base64_avx2(p, quads, out, &good);
    }
#endif

    /* two quads are six bytes, written as eight while there is room */
    for (; quads - n >= 3; n += 2) {
        v = ct_base64_quad(p + n * 4);
        w = ct_base64_quad(p + n * 4 + 4);
        bad |= v | w;
        ct_base64_put(out + n * 3, (uint64_t) v << 40 | (uint64_t) w << 16,
                      8);
    }

    for (; n < quads; n++) {
        v = ct_base64_quad(p + n * 4);
        bad |= v;
        ct_base64_put(out + n * 3, (uint64_t) v << 40, 3);
    }

    return good && (bad & CT_BASE64_BAD) == 0;
}


static inline uint32_t
ct_base64_quad(const uint8_t *p)
{
    return ct_base64_place[0][p[0]] | ct_base64_place[1][p[1]]
           | ct_base64_place[2][p[2]] | ct_base64_place[3][p[3]];
}


/* The leading `len` bytes of `v`, the first byte first. */
static inline void
ct_base64_put(uint8_t *out, uint64_t v, size_t len)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    v = __builtin_bswap64(v);
#endif

    memcpy(out, &v, len);
}


/* The last four characters where they end in one or two "=". */
static bool
ct_base64_tail(const uint8_t *p, size_t pad, uint8_t *out)
{
    uint8_t  quad[4];
    uint32_t v;

    if (pad == 0) {
        return true;
    }

    memcpy(quad, p, 4);
    memset(quad + 4 - pad, 'A', pad);
    v = ct_base64_quad(quad);

    /* what lies behind the last byte */
    if ((v & (CT_BASE64_BAD | (pad == 2 ? 0xffffU : 0xffU))) != 0) {
        return false;
    }

    ct_base64_put(out, (uint64_t) v << 40, 3 - pad);

    return true;
}
