/*
 * tool.h: what the test tools share: buffers, files, hex and base64,
 * options, PEM keys and certificates. Everything ends the program on
 * failure: a test tool has nobody to recover for. It knows nothing of the
 * module's core on purpose, since tests compare the two.
 */

#ifndef CT_TOOL_H
#define CT_TOOL_H

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define TOOL_PATH 4096

/* Bytes owned; all zero is an empty one. */
typedef struct {
    uint8_t *data;
    size_t   len;
    size_t   room;
} buf_t;

/* Bytes borrowed. */
typedef struct {
    const uint8_t *data;
    size_t         len;
} slice_t;

/* Texts borrowed from argv, and beside each what `with` was at its time. */
typedef struct {
    const char **item;
    const char **with;
    size_t       len;
} texts_t;

typedef enum { OPT_FLAG, OPT_TEXT, OPT_NUMBER, OPT_TEXTS } opt_kind_e;

/* One option: `to` is bool *, const char **, int64_t * or texts_t *. */
typedef struct {
    const char *name;
    opt_kind_e  kind;
    void       *to;
} opt_t;


static inline void __attribute__((noreturn)) die_ssl(const char *what)
{
    ERR_print_errors_fp(stderr);
    errx(1, "%s", what);
}


static inline void *
grow(void *old, size_t size)
{
    void *p;

    p = realloc(old, size);
    if (p == NULL) {
        err(1, "realloc");
    }

    return p;
}


static inline void
buf_put(buf_t *b, const void *data, size_t len)
{
    if (b->len + len > b->room) {
        b->room = (b->len + len) * 2;
        b->data = grow(b->data, b->room);
    }

    if (len > 0) {
        memcpy(b->data + b->len, data, len);
        b->len += len;
    }
}


static inline void
buf_slice(buf_t *b, slice_t s)
{
    buf_put(b, s.data, s.len);
}


static inline void
buf_text(buf_t *b, const char *text)
{
    buf_put(b, text, strlen(text));
}


/* Big-endian unsigned integer of `width` bytes. */
static inline void
buf_uint(buf_t *b, uint64_t value, unsigned width)
{
    uint8_t byte;

    if (width < 8 && value >> (8 * width) != 0) {
        errx(1, "%llu does not fit into %u bytes", (unsigned long long) value,
            width);
    }

    while (width-- > 0) {
        byte = (uint8_t) (value >> (8 * width));
        buf_put(b, &byte, 1);
    }
}


static inline void
buf_base64(buf_t *b, const void *data, size_t len)
{
    uint8_t *text;
    int      n;

    text = grow(NULL, len / 3 * 4 + 5);
    n = EVP_EncodeBlock(text, data, (int) len);
    buf_put(b, text, (size_t) n);
    free(text);
}


static inline void
buf_hex(buf_t *b, const void *data, size_t len)
{
    static const char digits[] = "0123456789abcdef";
    const uint8_t    *p = data;
    size_t            i;

    for (i = 0; i < len; i++) {
        buf_put(b, &digits[p[i] >> 4], 1);
        buf_put(b, &digits[p[i] & 15], 1);
    }
}


/* Reads `len` hexadecimal digits. */
static inline void
buf_unhex(buf_t *b, const char *hex, size_t len)
{
    char          pair[3] = "";
    char         *end;
    unsigned long value;
    size_t        i;

    if (len % 2 != 0) {
        errx(1, "odd number of hexadecimal digits: \"%s\"", hex);
    }

    for (i = 0; i < len; i += 2) {
        memcpy(pair, hex + i, 2);
        value = strtoul(pair, &end, 16);
        if (end != pair + 2) {
            errx(1, "not hexadecimal: \"%s\"", hex);
        }
        buf_uint(b, value, 1);
    }
}


/* The text, NUL-terminated, still owned by the buffer. */
static inline const char *
buf_str(buf_t *b)
{
    buf_put(b, "", 1);
    b->len--;

    return (const char *) b->data;
}


static inline void
buf_free(buf_t *b)
{
    free(b->data);
    memset(b, 0, sizeof(*b));
}


static inline void __attribute__((format(printf, 2, 3)))
path_make(char path[TOOL_PATH], const char *format, ...)
{
    va_list args;
    int     n;

    va_start(args, format);
    n = vsnprintf(path, TOOL_PATH, format, args);
    va_end(args);

    if (n < 0 || n >= TOOL_PATH) {
        errx(1, "path too long");
    }
}


static inline bool
file_exists(const char *path)
{
    return access(path, F_OK) == 0;
}


/* Appends a whole file; false when there is none. */
static inline bool
file_try_read(const char *path, buf_t *b)
{
    uint8_t chunk[65536];
    size_t  n;
    FILE   *f;

    f = fopen(path, "rb");
    if (f == NULL && errno == ENOENT) {
        return false;
    }
    if (f == NULL) {
        err(1, "%s", path);
    }

    while ((n = fread(chunk, 1, sizeof(chunk), f)) > 0) {
        buf_put(b, chunk, n);
    }
    if (ferror(f)) {
        err(1, "%s", path);
    }
    fclose(f);

    return true;
}


static inline void
file_read(const char *path, buf_t *b)
{
    if (!file_try_read(path, b)) {
        errx(1, "%s: no such file", path);
    }
}


/* Makes the directories above `path`. */
static inline void
file_parents(const char *path)
{
    char   dir[TOOL_PATH];
    size_t i;

    path_make(dir, "%s", path);

    for (i = 1; dir[i] != '\0'; i++) {
        if (dir[i] != '/') {
            continue;
        }
        dir[i] = '\0';
        if (mkdir(dir, 0755) != 0 && errno != EEXIST) {
            err(1, "%s", dir);
        }
        dir[i] = '/';
    }
}


/* Replaces a file in one step, so that no reader sees half of it. */
static inline void
file_write(const char *path, const void *data, size_t len, mode_t mode)
{
    char    tmp[TOOL_PATH];
    ssize_t n;
    size_t  done;
    int     fd;

    path_make(tmp, "%s.tmp%ld", path, (long) getpid());

    fd = open(tmp, O_WRONLY | O_CREAT | O_TRUNC, mode);
    if (fd == -1 && errno == ENOENT) {
        file_parents(tmp);
        fd = open(tmp, O_WRONLY | O_CREAT | O_TRUNC, mode);
    }
    if (fd == -1) {
        err(1, "%s", tmp);
    }

    for (done = 0; done < len; done += (size_t) n) {
        n = write(fd, (const uint8_t *) data + done, len - done);
        if (n <= 0) {
            err(1, "%s", tmp);
        }
    }

    if (close(fd) != 0 || rename(tmp, path) != 0) {
        err(1, "%s", path);
    }
}


static inline void
texts_add(texts_t *t, const char *item, const char *with)
{
    t->item = grow(t->item, (t->len + 1) * sizeof(char *));
    t->with = grow(t->with, (t->len + 1) * sizeof(char *));
    t->item[t->len] = item;
    t->with[t->len++] = with;
}


static inline int64_t
number_read(const char *text)
{
    char     *end;
    long long value;

    errno = 0;
    value = strtoll(text, &end, 10);
    if (errno != 0 || end == text || *end != '\0') {
        errx(1, "not a number: \"%s\"", text);
    }

    return value;
}


static inline void
opt_set(const opt_t *opt, const char *value)
{
    switch (opt->kind) {
    case OPT_FLAG:
        *(bool *) opt->to = true;
        break;

    case OPT_TEXT:
        *(const char **) opt->to = value;
        break;

    case OPT_NUMBER:
        *(int64_t *) opt->to = number_read(value);
        break;

    case OPT_TEXTS:
        texts_add(opt->to, value, NULL);
        break;
    }
}


/*
 * Reads options (a table that ends in a NULL name) and operands in any
 * order. Each operand remembers what `*with` was when it was met.
 */
static inline void
opt_read(const opt_t *table, char **argv, texts_t *operands, const char **with)
{
    const opt_t *opt;

    for (/* void */; *argv != NULL; argv++) {
        if (strncmp(*argv, "--", 2) != 0) {
            texts_add(operands, *argv, with == NULL ? NULL : *with);
            continue;
        }

        for (opt = table; opt->name != NULL; opt++) {
            if (strcmp(*argv + 2, opt->name) == 0) {
                break;
            }
        }
        if (opt->name == NULL) {
            errx(2, "unknown option %s", *argv);
        }
        if (opt->kind != OPT_FLAG && argv[1] == NULL) {
            errx(2, "option %s wants a value", *argv);
        }

        opt_set(opt, argv[1]);
        argv += opt->kind != OPT_FLAG;
    }
}


static inline uint64_t
now_ms(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_REALTIME, &ts);

    return (uint64_t) ts.tv_sec * 1000 + (uint64_t) ts.tv_nsec / 1000000;
}


static inline void
sha256(const void *data, size_t len, uint8_t out[32])
{
    if (EVP_Digest(data, len, out, NULL, EVP_sha256(), NULL) != 1) {
        die_ssl("SHA-256");
    }
}


/* "ec" is P-256, "rsa" 2048 bits. */
static inline EVP_PKEY *
key_make(const char *type)
{
    EVP_PKEY *key = NULL;

    if (strcmp(type, "ec") == 0) {
        key = EVP_EC_gen("P-256");
    } else if (strcmp(type, "rsa") == 0) {
        key = EVP_RSA_gen(2048);
    } else {
        errx(2, "unknown key type \"%s\", wanted ec or rsa", type);
    }

    if (key == NULL) {
        die_ssl("key generation");
    }

    return key;
}


static inline EVP_PKEY *
key_read(const char *path)
{
    EVP_PKEY *key;
    BIO      *bio;

    bio = BIO_new_file(path, "r");
    if (bio == NULL) {
        errx(1, "cannot open %s", path);
    }

    key = PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);
    if (key == NULL) {
        die_ssl(path);
    }
    BIO_free(bio);

    return key;
}


/* Writes what a memory BIO has gathered, and frees it. */
static inline void
bio_write(BIO *bio, const char *path, mode_t mode)
{
    char *data;
    long  len;

    len = BIO_get_mem_data(bio, &data);
    file_write(path, data, (size_t) len, mode);
    BIO_free(bio);
}


static inline void
key_write(EVP_PKEY *key, const char *path)
{
    BIO *bio;

    bio = BIO_new(BIO_s_mem());
    if (bio == NULL
        || !PEM_write_bio_PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL))
    {
        die_ssl(path);
    }
    bio_write(bio, path, 0600);
}

#endif
