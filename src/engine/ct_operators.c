/*
 * ct_operators: two short lists, looked through when a log is opened.
 */

#include "ct_operators.h"

#include <stdlib.h>
#include <string.h>


struct ct_operators_s {
    size_t    nhosts;
    size_t    noperators;
    ct_pace_t hosts[CT_LIMIT_LOGS];
    ct_pace_t operators[CT_LIMIT_LOGS];
};


static ct_pace_t *ct_operators_find(ct_pace_t *paces, size_t *n,
    const char *name, ct_pace_t *above);
static void ct_operators_host(const ct_log_t *log, char name[CT_LIMIT_TEXT]);


ct_operators_t *
ct_operators_create(void)
{
    return calloc(1, sizeof(ct_operators_t));
}


void
ct_operators_destroy(ct_operators_t *operators)
{
    free(operators);
}


ct_pace_t *
ct_operators_pace(ct_operators_t *operators, const ct_log_t *log)
{
    char       host[CT_LIMIT_TEXT];
    ct_pace_t *above;

    above = NULL;
    ct_operators_host(log, host);

    if (log->operator_name[0] != '\0') {
        above = ct_operators_find(operators->operators,
                                  &operators->noperators,
                                  log->operator_name, NULL);
    }

    return ct_operators_find(operators->hosts, &operators->nhosts, host,
                             above);
}


static ct_pace_t *
ct_operators_find(ct_pace_t *paces, size_t *n, const char *name,
    ct_pace_t *above)
{
    size_t i;

    for (i = 0; i < *n; i++) {
        if (strncmp(paces[i].name, name, CT_LIMIT_TEXT - 1) == 0
            && paces[i].above == above)
        {
            return &paces[i];
        }
    }

    if (*n == CT_LIMIT_LOGS) {
        return &paces[CT_LIMIT_LOGS - 1];
    }

    ct_pace_init(&paces[*n], name, above);

    return &paces[(*n)++];
}


static void
ct_operators_host(const ct_log_t *log, char name[CT_LIMIT_TEXT])
{
    size_t      len;
    const char *from;

    from = strstr(log->url, "://");
    from = from != NULL ? from + 3 : log->url;
    len = strcspn(from, "/");
    len = len < CT_LIMIT_TEXT - 1 ? len : CT_LIMIT_TEXT - 1;
    memcpy(name, from, len);
    name[len] = '\0';
}


void
ct_operators_shift(ct_operators_t *operators, int64_t delta_ms)
{
    size_t i;

    for (i = 0; i < operators->nhosts; i++) {
        ct_pace_shift(&operators->hosts[i], delta_ms);
    }
}
