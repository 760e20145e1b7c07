/*
 * ct_message_part: what the formats share; private to ct_message*.c.
 */

#ifndef CT_MESSAGE_PART_H
#define CT_MESSAGE_PART_H

#include "ct_clip.h"
#include "ct_json.h"
#include "ct_message.h"

/* Bytes for texts on their way into a format. */
#define CT_MESSAGE_SCRATCH ((size_t) 192 * 1024)

/* A format at work. */
typedef struct {
    const ct_message_t *message;
    ct_json_t           json;
    ct_buf_t           *out;
    uint8_t            *room; /* CT_MESSAGE_SCRATCH bytes */
    ct_buf_t            text; /* in them */
} ct_face_t;

/* An item in the making. */
typedef struct {
    ct_message_t      *message;
    ct_message_item_t *item;
    ct_arena_t        *arena;
    bool               failed; /* no memory */
} ct_making_t;


/* For values that an item keeps; NULL, and failed, without memory. */
ct_bytes_t *ct_item_values(ct_making_t *making, size_t n);

/* A copy of what is in `buf`. */
ct_bytes_t ct_item_kept(ct_making_t *making, const ct_buf_t *buf);

/* Each adds a fact unless there is nothing to say. */
void ct_item_fact(ct_making_t *making, ct_fact_e kind, const char *key,
    const char *label, const ct_bytes_t *values, size_t n, uint64_t total);
void ct_item_one(ct_making_t *making, ct_fact_e kind, const char *key,
    const char *label, ct_bytes_t value);
void ct_item_hash(ct_making_t *making, const char *key, const char *label,
    const uint8_t hash[CT_HASH_LEN]);

void ct_item_title(ct_making_t *making, ct_bytes_t name);
void ct_item_finding_facts(ct_making_t *making,
    const ct_finding_text_t *parts);

/* One for each format. */
void ct_message_json(ct_face_t *face);
void ct_message_cloudevents(ct_face_t *face);
void ct_message_slack(ct_face_t *face);
void ct_message_discord(ct_face_t *face);
void ct_message_teams(ct_face_t *face);
void ct_message_pagerduty(ct_face_t *face);
void ct_message_alertmanager(ct_face_t *face);
void ct_message_mail(ct_face_t *face);

/* The members of an item, into an open object. */
void ct_message_json_item(ct_json_t *json, const ct_message_t *message,
    const ct_message_item_t *item);

/* Empties the scratch and points a clip at it. */
void ct_face_start(ct_face_t *face, ct_clip_t *clip, size_t room);

/* What is in the scratch as a string; none when it is empty. */
void ct_face_string(ct_face_t *face, const char *name);

/* A text as a string that has `room` bytes at most. */
void ct_face_text(ct_face_t *face, const char *name, ct_bytes_t text,
    ct_clip_escape_pt escape, size_t room);

/* "title and 4 more": the message in a line. */
void ct_message_headline(ct_clip_t *clip, const ct_message_t *message,
    ct_clip_escape_pt escape);

/* "and 17 more, not listed here"; nothing when there are none. */
void ct_message_more(ct_clip_t *clip, const ct_message_t *message);

/* "Certificate Transparency monitor of nginx on www1, zone ct" */
void ct_message_sender(ct_clip_t *clip, const ct_message_t *message,
    ct_clip_escape_pt escape);

/* The facts, each in a line, as many as there is room for. */
void ct_message_lines(ct_clip_t *clip, const ct_clip_style_t *style,
    const ct_message_item_t *item);

/* The value of a fact. */
void ct_message_value(ct_clip_t *clip, const ct_clip_style_t *style,
    const ct_fact_t *fact);

#endif
