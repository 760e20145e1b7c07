/*
 * ct_clip: anybody's text into a place with room for so much and no more.
 * Whatever is written for people to read goes through here: what is not
 * UTF-8 or cannot be seen becomes U+FFFD, what means something to the
 * reader's program is escaped, and what does not fit is cut between two
 * characters, never inside an escape, with an ellipsis.
 *
 * Room is counted in bytes, of which a text has at least as many as
 * characters or UTF-16 units, whichever of them a service counts.
 */

#ifndef CT_CLIP_H
#define CT_CLIP_H

#include "ct_bytes.h"

/* What stands for `code` with `next` behind it (0: nothing); NULL: itself. */
typedef const char *(*ct_clip_escape_pt)(uint32_t code, uint32_t next);

typedef struct {
    ct_buf_t *out;  /* NULL: only counts */
    size_t    left; /* bytes that may still be written */
    bool      json; /* counted as they are in a string of ct_json */
    bool      cut;  /* something did not fit */
} ct_clip_t;

/* How a medium writes. */
typedef struct {
    const char       *strong; /* before the name of a fact */
    const char       *weak;   /* behind it */
    const char       *open;   /* before a stranger's word */
    const char       *close;  /* behind it */
    ct_clip_escape_pt text;   /* for sentences */
    ct_clip_escape_pt code;   /* between `open` and `close` */
    ct_clip_escape_pt given;  /* there, what comes from the operator; NULL:
                                 as `code` */
} ct_clip_style_t;


void ct_clip_start(ct_clip_t *clip, ct_buf_t *out, size_t room);

/* Our own markup: the whole of it or nothing. */
bool ct_clip_mark(ct_clip_t *clip, const char *mark);

/* A text, cut if need be so that `reserve` bytes stay. */
void ct_clip_text(ct_clip_t *clip, ct_bytes_t text, ct_clip_escape_pt escape,
    size_t reserve);

/* A stranger's word between `open` and `close`. */
void ct_clip_word(ct_clip_t *clip, const ct_clip_style_t *style,
    ct_bytes_t word);

/* "a", "b" and 9,998 more: as many of `n` as fit; `total` is how many there
 * are in all. Long ones are cut. */
void ct_clip_words(ct_clip_t *clip, const ct_clip_style_t *style,
    const ct_bytes_t *words, size_t n, uint64_t total);

/* Nothing but what is always done, and "://" so that it makes no link. */
const char *ct_clip_plain(uint32_t code, uint32_t next);

#endif
