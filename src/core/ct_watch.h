/*
 * ct_watch: the watched names, compiled once, matched by label from the
 * right in O(labels) whatever the size of the list.
 *
 * A pattern "example.com" covers the name and everything below it,
 * "=www.example.com" the name alone, "192.0.2.1" or "2001:db8::1" an
 * iPAddress, "192.0.2.0/24" or "2001:db8::/32" all of a net.
 *
 * What a name of a certificate covers: RFC 6125, 6.4, and on the safe side
 * of it, because a client somewhere may be more generous. A label with "*",
 * "?" (how logs were once given less than the name) or a control character
 * in it could be anything, and so could an empty one, and one that begins
 * with "xn--" and stands for nothing. Bytes beyond ASCII are read as UTF-8
 * and as Latin-1, and become A-labels as far as ct_idn.h goes; a label that
 * cannot be read either way could be anything. As the last label "*" covers
 * whatever is watched. At any other character that no name has two names
 * meet: the right one counts, and the left one too if there is nothing but
 * ends of watched names right of it.
 */

#ifndef CT_WATCH_H
#define CT_WATCH_H

#include "ct_cert.h"

typedef struct ct_watch_s ct_watch_t;


/* Is it a pattern? The form above, at least two labels (nobody watches "com"
 * by slip), at most CT_LIMIT_NAME bytes as DNS has it; U-labels in UTF-8 that
 * ct_idn.h can convert; case and a final dot do not matter; a leading "." or
 * "*." is taken as the tree below, apex included. A net has no bits behind
 * its prefix. On failure `*why` is a short clause: "needs at least ...". */
bool ct_watch_pattern_ok(ct_bytes_t pattern, const char **why);

/* Could an address of 4 or 16 bytes be reached from anywhere (RFC 6890;
 * RFC 4291, 2.4)? Those for documentation count. */
bool ct_watch_public(ct_bytes_t address);

/* Everything from `arena`; patterns are copied. NULL at its ceiling.
 * Patterns that are not ok are left out. `seed` defends the table against
 * chosen collisions. Read-only afterwards, so any thread may match. Names
 * that share their ends cost some 12 bytes each besides their text. */
ct_watch_t *ct_watch_compile(ct_arena_t *arena, const ct_bytes_t *patterns,
    size_t npatterns, uint64_t seed);

/* The same; pattern i belongs to owners[i], 0: to nobody. 6 bytes more. */
ct_watch_t *ct_watch_compile_owned(ct_arena_t *arena,
    const ct_bytes_t *patterns, const uint32_t *owners, size_t npatterns,
    uint64_t seed);

/* Those names as well as what `base` has, which is asked first, is borrowed,
 * lends its seed, and alone has owners. */
ct_watch_t *ct_watch_extend(ct_arena_t *arena, const ct_watch_t *base,
    const ct_bytes_t *patterns, size_t npatterns);

size_t ct_watch_count(const ct_watch_t *watch);

/* Does this name of a certificate concern a watched name? `*matched` is
 * the watched pattern's name (borrowed from the watch), the longest of
 * several; or for a wildcard above several watched names any one of them or
 * the name covered. */
bool ct_watch_match(const ct_watch_t *watch, const ct_name_t *name,
    ct_bytes_t *matched);

/* Could these raw bytes, whatever they are, hold a watched name? For
 * entries that cannot be parsed: errs on the side of yes. Cost is bounded:
 * per byte, a label and an address at most, and what is watched. */
bool ct_watch_search(const ct_watch_t *watch, ct_bytes_t raw,
    ct_bytes_t *matched);

/* Whose pattern it is that was matched; of several the first one's. */
uint32_t ct_watch_owner(const ct_watch_t *watch, ct_bytes_t matched);

#endif
