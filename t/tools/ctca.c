/*
 * ctca: a small CA world as PEM files, for tests and the demo.
 *
 * A leaf comes as the pair that certificate transparency knows: the
 * pre-certificate that a CA submits to logs and the final certificate that
 * a server presents, equal but for the poison and the SCT list.
 * Files are DIR/name with .crt, .key, .chain.pem, .pre.crt and so on.
 */

#include "ctca.h"

static void        usage(void) __attribute__((noreturn));
static void        request_read(request_t *r, char **argv, texts_t *operands);
static void        make_root(request_t *r, const char *path);
static void        make_intermediate(request_t *r, const char *path);
static void        make_leaf(request_t *r, const char *path);
static void        make_many(request_t *r, const char *path);
static authority_t authority_read(const char *path);
static EVP_PKEY   *request_key(const request_t *r, const char *path);
static void        request_dates(request_t *r, int64_t days);
static void        chain_put(buf_t *pem, const char *authority);
static void        pem_put(buf_t *pem, X509 *cert);
static void        buf_write(buf_t *pem, const char *path, const char *suffix);
static void        name_put(buf_t *name, const char *format, int64_t number);


int
main(int argc, char **argv)
{
    static request_t r;
    static texts_t   operands;
    const char      *command;

    if (argc < 3) {
        usage();
    }

    command = argv[1];
    request_read(&r, argv + 2, &operands);
    if (operands.len != 1) {
        errx(2, "wanted one DIR/name, got %zu", operands.len);
    }

    if (strcmp(command, "root") == 0) {
        make_root(&r, operands.item[0]);
        return 0;
    }

    if (r.issuer == NULL) {
        errx(2, "%s wants --issuer", command);
    }

    if (strcmp(command, "intermediate") == 0) {
        make_intermediate(&r, operands.item[0]);
    } else if (strcmp(command, "leaf") == 0 && r.count > 0) {
        make_many(&r, operands.item[0]);
    } else if (strcmp(command, "leaf") == 0) {
        make_leaf(&r, operands.item[0]);
    } else {
        usage();
    }

    return 0;
}


static void
usage(void)
{
    fputs("usage: ctca root DIR/name [--org O] [--cn CN] [--key ec|rsa]\n"
          "       ctca intermediate DIR/name --issuer DIR/ca [--org O]\n"
          "            [--cn CN] [--psc]\n"
          "       ctca leaf DIR/name --issuer DIR/ca [--name DNS]...\n"
          "            [--ip ADDRESS]... [--cn CN] [--org O] [--no-san]\n"
          "            [--pre-issuer DIR/psc] [--aia URL]\n"
          "       ctca leaf DIR/name --issuer DIR/ca --count N\n"
          "            --name-format w%05d.example.test [--start K]\n"
          "            [--finals] [--noise-keys]: DIR/name.pem holds N\n"
          "            certificates, of one key or with noise in its place\n"
          "all:   [--key ec|rsa] [--key-file FILE] [--days N]\n"
          "       [--not-before SECONDS] [--serial HEX]\n"
          "       [--tbs-ext OID=hex[,critical]]...\n",
        stderr);
    exit(2);
}


static void
request_read(request_t *r, char **argv, texts_t *operands)
{
    opt_t options[] = {
        {"cn", OPT_TEXT, &r->cn},
        {"org", OPT_TEXT, &r->org},
        {"issuer", OPT_TEXT, &r->issuer},
        {"pre-issuer", OPT_TEXT, &r->pre_issuer},
        {"key", OPT_TEXT, &r->key_type},
        {"key-file", OPT_TEXT, &r->key_file},
        {"serial", OPT_TEXT, &r->serial},
        {"aia", OPT_TEXT, &r->aia},
        {"name-format", OPT_TEXT, &r->name_format},
        {"name", OPT_TEXTS, &r->names},
        {"ip", OPT_TEXTS, &r->ips},
        {"tbs-ext", OPT_TEXTS, &r->exts},
        {"days", OPT_NUMBER, &r->days},
        {"not-before", OPT_NUMBER, &r->not_before},
        {"count", OPT_NUMBER, &r->count},
        {"start", OPT_NUMBER, &r->start},
        {"no-san", OPT_FLAG, &r->no_san},
        {"psc", OPT_FLAG, &r->psc},
        {"finals", OPT_FLAG, &r->finals},
        {"noise-keys", OPT_FLAG, &r->noise_keys},
        {NULL, OPT_FLAG, NULL},
    };

    r->key_type = "ec";
    opt_read(options, argv, operands, NULL);
}


/* DIR/name.crt, .key */
static void
make_root(request_t *r, const char *path)
{
    char      serial[33];
    buf_t     pem = {0};
    EVP_PKEY *key;

    request_dates(r, 3650);
    if (r->serial == NULL) {
        r->serial = cert_random_serial(serial);
    }
    if (r->cn == NULL) {
        r->cn = strrchr(path, '/') == NULL ? path : strrchr(path, '/') + 1;
    }

    key = request_key(r, path);
    pem_put(&pem, cert_make_ca(r, key, NULL));
    buf_write(&pem, path, ".crt");
    buf_free(&pem);
}


/* DIR/name.crt, .key and .chain.pem: itself and what is above, no root */
static void
make_intermediate(request_t *r, const char *path)
{
    char        serial[33];
    buf_t       pem = {0};
    authority_t issuer;
    EVP_PKEY   *key;

    request_dates(r, 1825);
    if (r->serial == NULL) {
        r->serial = cert_random_serial(serial);
    }
    if (r->cn == NULL) {
        r->cn = strrchr(path, '/') == NULL ? path : strrchr(path, '/') + 1;
    }

    issuer = authority_read(r->issuer);
    key = request_key(r, path);
    pem_put(&pem, cert_make_ca(r, key, &issuer));
    buf_write(&pem, path, ".crt");
    chain_put(&pem, r->issuer);
    buf_write(&pem, path, ".chain.pem");
    buf_free(&pem);
}


/*
 * DIR/name.pre.crt, .crt, .key, .chain.pem (issuers without the root,
 * unless the root itself issued), .fullchain.pem (what a server presents);
 * with a Precertificate Signing CA also .pre.chain.pem.
 */
static void
make_leaf(request_t *r, const char *path)
{
    char        serial[33];
    buf_t       pem = {0};
    authority_t issuer;
    authority_t pre_issuer;
    EVP_PKEY   *key;

    request_dates(r, 90);
    if (r->serial == NULL) {
        r->serial = cert_random_serial(serial);
    }
    if (r->cn == NULL && r->names.len > 0 && strlen(r->names.item[0]) <= 64) {
        r->cn = r->names.item[0];
    }

    issuer = authority_read(r->issuer);
    pre_issuer = r->pre_issuer ? authority_read(r->pre_issuer) : issuer;
    key = request_key(r, path);

    pem_put(&pem, cert_make_leaf(r, key, &pre_issuer, LEAF_PRECERT));
    buf_write(&pem, path, ".pre.crt");

    pem.len = 0;
    pem_put(&pem, cert_make_leaf(r, key, &issuer, LEAF_FINAL));
    buf_write(&pem, path, ".crt");
    chain_put(&pem, r->issuer);
    buf_write(&pem, path, ".fullchain.pem");

    pem.len = 0;
    chain_put(&pem, r->issuer);
    if (pem.len == 0) {
        pem_put(&pem, issuer.cert);
    }
    buf_write(&pem, path, ".chain.pem");

    if (r->pre_issuer != NULL) {
        pem.len = 0;
        chain_put(&pem, r->pre_issuer);
        buf_write(&pem, path, ".pre.chain.pem");
    }
    buf_free(&pem);
}


/* DIR/name.pem, .key, .chain.pem: many names, one key, one kind */
static void
make_many(request_t *r, const char *path)
{
    char        serial[33];
    buf_t       pem = {0};
    buf_t       name = {0};
    authority_t issuer;
    EVP_PKEY   *key;
    X509       *cert = NULL;
    size_t      slot;
    int64_t     i;

    if (r->name_format == NULL) {
        errx(2, "--count wants --name-format");
    }

    request_dates(r, 90);
    issuer = authority_read(r->issuer);
    key = request_key(r, path);
    slot = r->names.len;
    texts_add(&r->names, "", NULL);

    for (i = 0; i < r->count; i++) {
        name.len = 0;
        name_put(&name, r->name_format, r->start + i);
        r->names.item[slot] = buf_str(&name);
        r->cn = name.len <= 64 ? r->names.item[slot] : NULL;
        r->serial = cert_random_serial(serial);
        if (cert == NULL) {
            cert = cert_make_leaf(r, key, &issuer,
                r->finals ? LEAF_FINAL : LEAF_PRECERT);
        } else {
            cert_change_leaf(cert, r, issuer.key);
        }
        pem_put(&pem, cert);
    }
    buf_write(&pem, path, ".pem");

    pem.len = 0;
    chain_put(&pem, r->issuer);
    if (pem.len == 0) {
        pem_put(&pem, issuer.cert);
    }
    buf_write(&pem, path, ".chain.pem");
    buf_free(&pem);
    buf_free(&name);
}


static authority_t
authority_read(const char *path)
{
    char        file[TOOL_PATH];
    authority_t authority;
    BIO        *bio;

    path_make(file, "%s.key", path);
    authority.key = key_read(file);

    path_make(file, "%s.crt", path);
    bio = BIO_new_file(file, "r");
    if (bio == NULL) {
        errx(1, "cannot open %s", file);
    }
    authority.cert = PEM_read_bio_X509(bio, NULL, NULL, NULL);
    if (authority.cert == NULL) {
        die_ssl(file);
    }
    BIO_free(bio);

    return authority;
}


static EVP_PKEY *
request_key(const request_t *r, const char *path)
{
    char      file[TOOL_PATH];
    EVP_PKEY *key;

    key = r->key_file ? key_read(r->key_file) : key_make(r->key_type);
    path_make(file, "%s.key", path);
    key_write(key, file);

    return key;
}


static void
request_dates(request_t *r, int64_t days)
{
    if (r->days == 0) {
        r->days = days;
    }
    if (r->not_before == 0) {
        r->not_before = (int64_t) (now_ms() / 1000) - 3600;
    }
}


/* The chain that starts with this authority; nothing for a root. */
static void
chain_put(buf_t *pem, const char *authority)
{
    char file[TOOL_PATH];

    path_make(file, "%s.chain.pem", authority);
    file_try_read(file, pem);
}


static void
pem_put(buf_t *pem, X509 *cert)
{
    BIO  *bio;
    char *data;
    long  len;

    bio = BIO_new(BIO_s_mem());
    if (bio == NULL || !PEM_write_bio_X509(bio, cert)) {
        die_ssl("PEM");
    }
    len = BIO_get_mem_data(bio, &data);
    buf_put(pem, data, (size_t) len);
    BIO_free(bio);
}


static void
buf_write(buf_t *pem, const char *path, const char *suffix)
{
    char file[TOOL_PATH];

    path_make(file, "%s%s", path, suffix);
    file_write(file, pem->data, pem->len, 0644);
}


/* The format's one %d, or %05d, by hand: it comes from the outside. */
static void
name_put(buf_t *name, const char *format, int64_t number)
{
    const char *percent;
    char        text[32];
    char       *end;
    long        width;

    percent = strchr(format, '%');
    if (percent == NULL) {
        errx(2, "no %%d in \"%s\"", format);
    }

    width = strtol(percent + 1, &end, 10);
    if (*end != 'd' || width < 0 || width > 20) {
        errx(2, "no %%d in \"%s\"", format);
    }

    snprintf(text, sizeof(text), "%0*lld", (int) width, (long long) number);
    buf_put(name, format, (size_t) (percent - format));
    buf_text(name, text);
    buf_text(name, end + 1);
}
