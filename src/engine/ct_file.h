/*
 * ct_file: small files, whole. Read with a ceiling; replaced so that after
 * any crash there is the old one or the new one: a temporary file, fsync,
 * rename, fsync of the directory.
 */

#ifndef CT_FILE_H
#define CT_FILE_H

#include "ct_bytes.h"

/* What tells one state of a file from another. */
typedef struct {
    int64_t  mtime_ns;
    int64_t  size;
    uint64_t inode;
    bool     there;
} ct_file_mark_t;


/* As of now; `there` is false when the file cannot be looked at. */
ct_file_mark_t ct_file_mark(const char *path);
bool ct_file_same(const ct_file_mark_t *a, const ct_file_mark_t *b);

/* A regular file of at most `limit` bytes into malloc memory; *mark is that
 * of what was read. CT_E_ABSENT, CT_E_IO (errno), CT_E_LIMIT, CT_E_TYPE (no
 * regular file), CT_E_MEMORY. */
ct_rc_t ct_file_read(const char *path, size_t limit, uint8_t **data,
    size_t *len, ct_file_mark_t *mark);

/* Mode 0600. CT_E_IO: errno tells why. */
ct_rc_t ct_file_replace(const char *path, ct_bytes_t bytes);

/* Sets the time of modification. */
void ct_file_touch(const char *path, int64_t ms);

#endif
