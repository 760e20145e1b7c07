/*
 * data: real inputs for the C tests. They lie outside of this repository,
 * below $CT_TEST_DATA or ../shared/data; a test without them skips.
 */

#ifndef DATA_H
#define DATA_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ct_bytes.h"


static inline const char *
data_root(void)
{
    const char *root = getenv("CT_TEST_DATA");

    return root != NULL && *root != '\0' ? root : "../shared/data";
}


/* Any file, in memory to be freed; NULL where there is none. A NUL stands
 * behind the bytes. */
static inline char *
data_slurp(const char *path, size_t *len)
{
    FILE *f;
    char *data = NULL;
    long  size = 0;

    f = fopen(path, "rb");
    if (f == NULL) {
        return NULL;
    }

    if (fseek(f, 0, SEEK_END) == 0 && (size = ftell(f)) >= 0
        && fseek(f, 0, SEEK_SET) == 0
        && (data = malloc((size_t) size + 1)) != NULL)
    {
        *len = fread(data, 1, (size_t) size, f);
        data[*len] = '\0';
    }

    fclose(f);

    return data;
}


/* A file below the root of the test data. */
static inline char *
data_read(const char *path, size_t *len)
{
    char full[4096];

    snprintf(full, sizeof(full), "%s/%s", data_root(), path);

    return data_slurp(full, len);
}


/* Decoded bytes in memory to be freed, NULL where it is not base64. */
static inline uint8_t *
data_base64(const char *text, size_t *len)
{
    uint8_t *out;

    *len = strlen(text);
    out = malloc(*len + 1);

    if (out != NULL && ct_parse_base64(ct_bytes_str(text), out, len) != 0) {
        free(out);
        return NULL;
    }

    return out;
}


static inline uint8_t *
data_hex(const char *text, size_t *len)
{
    uint8_t *out;

    *len = strlen(text) / 2;
    out = malloc(*len + 1);

    if (out != NULL && !ct_parse_hex(ct_bytes_str(text), out, *len)) {
        free(out);
        return NULL;
    }

    return out;
}

#endif
