/*
 * ct_watch_table.h: the table behind ct_watch, for its files only.
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
#define CT_WATCH_ADDRESS  16U /* not a suffix but an address or a net */
#define CT_WATCH_FLAGS    31U

#define CT_WATCH_PRIME 0x9e3779b97f4a7c15ULL

/* Eight bytes, so that a million names fit a small zone. The text of a
 * suffix is the end of some watched name; an address is 4 or 16 raw bytes
 * with the text of its pattern behind them, a net one byte more: the length
 * of its prefix. */
typedef struct {
    uint32_t text; /* offset of that watched name, or of the raw bytes */
    uint8_t  full; /* length of the name, or of the text behind */
    uint8_t  len;  /* length of the suffix or address; 0: a free slot */
    uint16_t bits;
} ct_watch_node_t;

struct ct_watch_s {
    const ct_watch_t *base; /* asked before it; NULL: none */
    ct_watch_node_t *nodes;
    uint32_t        *owners; /* of each node; NULL: they have none */
    uint8_t         *text;
    ct_bytes_t       first; /* the first pattern, for a bare "*" */
    uint64_t         seed;
    size_t           nnodes;
    size_t           used;
    size_t           text_len;
    size_t           count;
    size_t           naddresses; /* and nets */
    size_t           nlong;      /* IPv6 addresses */
    uint64_t         nets[2][2]; /* IPv4, IPv6: a bit for each prefix length
                                    that some net has */
};

/* A pattern taken apart. */
typedef struct {
    ct_bytes_t name; /* without mark, "*." and final dot; of an address or
                        net its text. May be in `ascii` */
    size_t     nlabels;
    unsigned   flag; /* TREE, EXACT or ADDRESS */
    size_t     address_len;
    uint8_t    address[17]; /* of a net with the length of its prefix */
    uint8_t    ascii[CT_LIMIT_NAME];
} ct_pattern_t;

/* Lower case of the bytes a label is made of; 0 for all others. */
extern const uint8_t ct_watch_fold[256];


static inline uint64_t
ct_watch_step(uint64_t hash, uint8_t c)
{
    return (hash ^ c) * CT_WATCH_PRIME;
}


/* Of bytes in lower case, or raw ones, from the right. */
uint64_t ct_watch_hash(const ct_watch_t *watch, ct_bytes_t bytes);

/*
 * The node of these bytes, or the free slot where it would be. `*bits` has
 * the kind (ADDRESS or 0) on entry and the tag as well on return.
 */
ct_watch_node_t *ct_watch_slot(const ct_watch_t *watch, uint64_t hash,
    ct_bytes_t bytes, unsigned *bits);

/* NULL, or what is wrong with it. */
const char *ct_pattern_read(ct_bytes_t text, ct_pattern_t *pattern);

/* The suffix or address with these bytes, in whatever case; NULL: none. */
const ct_watch_node_t *ct_watch_find(const ct_watch_t *watch, uint64_t hash,
    ct_bytes_t name);
const ct_watch_node_t *ct_watch_find_address(const ct_watch_t *watch,
    ct_bytes_t address);

/* The smallest net that an address is in. */
const ct_watch_node_t *ct_watch_find_net(const ct_watch_t *watch,
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

/* A name with bytes that are not ASCII, as DNS has it, with "?" for a label
 * that could be anything. Of a longer name it is the right end, longer than
 * any watched name. True for what is UTF-8 first, or Latin-1 first: each
 * label that cannot be read the one way is read the other. */
#define CT_WATCH_ASCII (CT_LIMIT_NAME + 1 + CT_WATCH_LABEL + 2)

ct_bytes_t ct_watch_ascii(ct_bytes_t name, bool latin1,
    uint8_t room[CT_WATCH_ASCII]);

/* "*", or a name whose last label it is. */
bool ct_watch_any(ct_bytes_t text);

/* The parts of a search: all names in `raw`; the one that ends at `end`,
 * which had `more` bytes before it was converted; the one whose last label
 * is behind the dot at `at` and is not ASCII; those in characters of `unit`
 * bytes. */
bool ct_search_bytes(const ct_watch_t *watch, ct_bytes_t raw,
    ct_bytes_t *matched);
bool ct_search_name(const ct_watch_t *watch, ct_bytes_t raw, size_t end,
    size_t more, ct_bytes_t *matched);
bool ct_search_foreign(const ct_watch_t *watch, ct_bytes_t raw, size_t at,
    ct_bytes_t *matched);
bool ct_search_wide(const ct_watch_t *watch, ct_bytes_t raw, size_t unit,
    ct_bytes_t *matched);

#endif
