/*
 * ct_snapshot_part: members of lines, private to ct_snapshot*.c. Readers
 * return false when a member is absent or not what it should be.
 */

#ifndef CT_SNAPSHOT_PART_H
#define CT_SNAPSHOT_PART_H

#include "ct_snapshot.h"


/* Before 1970 is 0. */
void ct_snapshot_ms(ct_json_t *json, const char *name, int64_t ms);

bool ct_get_u64(const json_t *o, const char *name, uint64_t max,
    uint64_t *v);
bool ct_get_u32(const json_t *o, const char *name, uint32_t *v);
bool ct_get_u8(const json_t *o, const char *name, uint8_t max, uint8_t *v);
bool ct_get_bool(const json_t *o, const char *name, uint8_t *v);
bool ct_get_ms(const json_t *o, const char *name, int64_t *v);
bool ct_get_bytes(const json_t *value, uint8_t *out, size_t len);
bool ct_get_hex(const json_t *o, const char *name, uint8_t *out, size_t len);

/* What is too long is cut: a character that had to be replaced when it was
 * written may have become longer. */
bool ct_get_text(const json_t *o, const char *name, char *out, size_t room);

/* *len is the room on entry. */
bool ct_get_base64(const json_t *value, uint8_t *out, size_t *len);

#endif
