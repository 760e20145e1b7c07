/*
 * ct_reader: the entries of one answer while it still arrives - a data tile
 * (static-ct-api, "Log Entries") or a get-entries body (RFC 6962, 4.6). It
 * pulls from contiguous bytes and keeps none: whoever calls keeps what was
 * not eaten and calls again when there is more.
 *
 * get-entries bodies go through a narrow scanner (two known string members
 * per entry, memchr inside of strings, base64 of the leaf alone); an entry
 * or member of any other shape goes through jansson, alone, and nothing
 * else of the body does. Both give the same answer: t/fuzz holds them to it.
 */

#ifndef CT_READER_H
#define CT_READER_H

#include "ct_cursor.h"
#include "ct_entry.h"

typedef struct {
    ct_log_type_e type;
    uint64_t      index;   /* of the next entry */
    uint64_t      left;    /* wanted entries still to come */
    unsigned      skip;    /* entries to pass over before them */
    unsigned      behind;  /* static: entries of the tile behind them */
    uint8_t       place;   /* private: where in the JSON */
    bool          seen;    /* private: it has "entries" */
    bool          some;    /* private: with an entry in it */
    bool          whole;   /* private: what `extra` is */
    uint8_t      *room;    /* CT_LIMIT_ENTRY bytes for a decoded leaf */
    ct_bytes_t    extra;   /* text of the current entry's extra_data, or of
                              all of it when it was read the slow way */
    uint64_t      slow;    /* entries that took the slow way */
} ct_reader_t;


/* `room` is borrowed: CT_LIMIT_ENTRY bytes, shared by readers that are not
 * used between next and the use of its entry. `ask` is CT_ASK_ENTRIES, or
 * CT_ASK_PROBE or _LEAF for its one entry. */
void ct_reader_start(ct_reader_t *reader, ct_log_type_e type,
    const ct_ask_t *ask, uint8_t *room);

/*
 * The next wanted entry; `in` moves behind it (and behind what is passed
 * over). The entry borrows from `in`'s bytes or `room`; it is as ct_entry.h
 * says, and its kind of fault, if any, is in `*fault` (CT_OK, CT_E_INDEX,
 * CT_E_ENCODING, CT_E_LIMIT, and for RFC 6962 CT_E_TYPE, CT_E_SHORT and
 * CT_E_TRAILING too: there the frame tells where it ends, so a leaf that
 * cannot be read is still hashed).
 *
 *   CT_OK        an entry
 *   CT_E_SHORT   more bytes are wanted; `in` has moved behind what is done
 *   CT_E_ABSENT  there are no more; call ct_reader_end at the end of the
 *                answer
 *   otherwise    the answer is wrong: CT_E_ENCODING, CT_E_TYPE, CT_E_LIMIT
 *                (an entry's text above CT_LIMIT_ENTRY_TEXT), CT_E_COUNT
 *                (more entries than asked for)
 */
ct_rc_t ct_reader_next(ct_reader_t *reader, ct_bytes_t *in,
    ct_entry_t *entry, ct_rc_t *fault);

/* The answer is whole and `rest` was not eaten. CT_OK; CT_E_TRAILING,
 * CT_E_SHORT: it breaks off; CT_E_COUNT: a tile with too few entries, a
 * get-entries answer with none. Fewer than asked are fine from RFC 6962. */
ct_rc_t ct_reader_end(const ct_reader_t *reader, ct_bytes_t rest);

/*
 * Decodes the current entry's extra_data (RFC 6962, 3.4: PrecertChainEntry,
 * X509ChainEntry) into pre_certificate and certificates of `entry`; memory
 * from `arena`. Only for entries that matter: none of it is signed. Nothing
 * to do for a data tile. CT_E_ENCODING, CT_E_SHORT, CT_E_TRAILING,
 * CT_E_MEMORY: both stay empty.
 */
ct_rc_t ct_reader_extra(const ct_reader_t *reader, ct_entry_t *entry,
    ct_arena_t *arena);

#endif
