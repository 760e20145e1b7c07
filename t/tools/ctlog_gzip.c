/*
 * ctlog_gzip: data tiles and answers as gzip (RFC 1952), there and back.
 */

#include "ctlog.h"

#include <zlib.h>


void
data_gzip(slice_t data, int level, buf_t *out)
{
    uint8_t *packed;
    uLong    room;
    z_stream z;

    memset(&z, 0, sizeof(z));
    if (deflateInit2(&z, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY)
        != Z_OK)
    {
        errx(1, "deflateInit2");
    }

    room = deflateBound(&z, data.len);
    packed = grow(NULL, room);
    z.next_in = (uint8_t *) data.data;
    z.avail_in = (unsigned) data.len;
    z.next_out = packed;
    z.avail_out = (unsigned) room;
    if (deflate(&z, Z_FINISH) != Z_STREAM_END) {
        errx(1, "deflate");
    }

    buf_put(out, packed, z.total_out);
    deflateEnd(&z);
    free(packed);
}


bool
data_gunzip(buf_t *data)
{
    uint8_t  chunk[65536];
    buf_t    plain = {0};
    z_stream z;
    int      rc = Z_OK;

    if (data->len < 2 || data->data[0] != 0x1f || data->data[1] != 0x8b) {
        return true;
    }

    memset(&z, 0, sizeof(z));
    z.next_in = data->data;
    z.avail_in = (unsigned) data->len;
    if (inflateInit2(&z, 15 + 16) != Z_OK) {
        errx(1, "inflateInit2");
    }

    while (rc == Z_OK) {
        z.next_out = chunk;
        z.avail_out = sizeof(chunk);
        rc = inflate(&z, Z_NO_FLUSH);
        buf_put(&plain, chunk, sizeof(chunk) - z.avail_out);
    }
    inflateEnd(&z);

    buf_free(data);
    *data = plain;

    return rc == Z_STREAM_END;
}
