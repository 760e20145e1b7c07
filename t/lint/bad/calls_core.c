void
bad(char *to, const char *from)
{
    char *p = malloc(1);

    free(p);
    p = calloc(1, 1);
    p = realloc(p, 2);
    (void) time(NULL);
    (void) snprintf(to, 1, "%s", from);
    OPENSSL_free(p);
    ct_json_time(p);
}
