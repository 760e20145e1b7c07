/*
 * ct_watch_table.h: the table behind ct_watch, for its three files only.
 *
 * One open-addressing table of name suffixes. Each watched name puts itself
 * and all of its ancestors in; a flag says what a suffix is to the watched
 * names. A name is hashed byte by byte from its right end, so that the hash
 * of every suffix comes along on the way.
 */

#ifndef CT_WATCH_TABLE_H
#define CT_WATCH_TABLE_H

#include "ct_limits.h"
#include "ct_watch.h"

#define CT_WATCH_LABEL 63 /* RFC 1035, 2.3.4 */

/* what a suffix is; the rest of `bits` is a tag of the hash */
#define CT_WATCH_TREE     1U  /* watched, with everything below */
#define CT_WATCH_EXACT    2U  /* watched, alone */
#define CT_WATCH_PARENT   4U  /* a watched name is one label below */
#define CT_WATCH_ANCESTOR 8U  /* a watched name is somewhere below */
#define CT_WATCH_ADDRESS  16U /* not a suffix but an address */
#define CT_WATCH_FLAGS    31U

#define CT_WATCH_PRIME 0x9e3779b97f4a7c15ULL

/* Eight bytes, so that a million names fit a small zone. The text of a
 * suffix is the end of some watched name; an address is 4 or 16 raw bytes
 * with the text of its pattern behind them. */
typedef struct {
    uint32_t text; /* offset of that watched name, or of the raw bytes */
    uint8_t  full; /* length of the name, or of the text behind */
    uint8_t  len;  /* length of the suffix or address; 0: a free slot */
    uint16_t bits;
} ct_watch_node_t;

struct ct_watch_s {
    ct_watch_node_t *nodes;
    uint8_t         *text;
    ct_bytes_t       first; /* the first pattern, for a bare "*" */
    uint64_t         seed;
    size_t           nnodes;
    size_t           text_len;
    size_t           count;
    size_t           naddresses;
    size_t           nlong; /* of them IPv6 */
};

/* Lower case of the bytes a label is made of; 0 for all others. */
extern const uint8_t ct_watch_fold[256];


static inline uint64_t
ct_watch_step(uint64_t hash, uint8_t c)
{
    return (hash ^ c) * CT_WATCH_PRIME;
}


/* The suffix or address with these bytes, in whatever case; NULL: none. */
const ct_watch_node_t *ct_watch_find(const ct_watch_t *watch, uint64_t hash,
    ct_bytes_t name);
const ct_watch_node_t *ct_watch_find_address(const ct_watch_t *watch,
    ct_bytes_t address);

/* The suffix's own text; the watched name below it that it stands for. */
ct_bytes_t ct_watch_itself(const ct_watch_t *watch,
    const ct_watch_node_t *node);
ct_bytes_t ct_watch_below(const ct_watch_t *watch,
    const ct_watch_node_t *node);

/* The text of an address's pattern. */
ct_bytes_t ct_watch_address_text(const ct_watch_t *watch,
    const ct_watch_node_t *node);

/* Length in bytes of the address that the text is; 0 when it is none. */
size_t ct_watch_address(ct_bytes_t text, uint8_t out[16]);

#endif
