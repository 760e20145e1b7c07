/*
 * ct_operators: a short list, looked through when a log is opened.
 */

#include "ct_operators.h"

#include <stdlib.h>
#include <string.h>


struct ct_operators_s {
    size_t    n;
    ct_pace_t paces[CT_LIMIT_LOGS];
};


static void ct_operators_name(const ct_log_t *log,
    char name[CT_LIMIT_TEXT]);


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
    char   name[CT_LIMIT_TEXT];
    size_t i;

    ct_operators_name(log, name);

    for (i = 0; i < operators->n; i++) {
        if (strcmp(operators->paces[i].name, name) == 0) {
            return &operators->paces[i];
        }
    }

    if (operators->n == CT_LIMIT_LOGS) {
        return &operators->paces[CT_LIMIT_LOGS - 1];
    }

    ct_pace_init(&operators->paces[operators->n], name);

    return &operators->paces[operators->n++];
}


static void
ct_operators_name(const ct_log_t *log, char name[CT_LIMIT_TEXT])
{
    size_t      len;
    const char *from;

    from = log->operator_name;
    len = strlen(from);

    if (len == 0) {
        from = strstr(log->url, "://");
        from = from != NULL ? from + 3 : log->url;
        len = strcspn(from, "/");
    }

    len = len < CT_LIMIT_TEXT - 1 ? len : CT_LIMIT_TEXT - 1;
    memcpy(name, from, len);
    name[len] = '\0';
}


void
ct_operators_shift(ct_operators_t *operators, int64_t delta_ms)
{
    size_t i;

    for (i = 0; i < operators->n; i++) {
        ct_pace_shift(&operators->paces[i], delta_ms);
    }
}
