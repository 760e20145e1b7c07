/*
 * ngx_http_ct_conf_zone: the directive ct_zone, which switches the monitor
 * on.
 */

#include "ngx_http_ct_conf.h"

#include "ngx_http_ct_zone.h"


static char *ngx_http_ct_conf_zone_name(ngx_conf_t *cf, ngx_str_t *value,
    ngx_str_t *name, size_t *size);
static char *ngx_http_ct_conf_zone_state(ngx_conf_t *cf, ngx_str_t *value,
    ngx_str_t *state);
static char *ngx_http_ct_conf_zone_dir(ngx_conf_t *cf, ngx_str_t *state);


/* ct_zone zone=name:size [state=path]; */

char *
ngx_http_ct_conf_zone(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_ct_main_conf_t *mcf = conf;

    char        *rc;
    size_t       size;
    ngx_str_t   *value, name, state;
    ngx_uint_t   i;

    if (mcf->shm_zone != NULL) {
        return "is duplicate";
    }

    size = 0;
    ngx_str_null(&name);
    ngx_str_null(&state);

    value = cf->args->elts;

    for (i = 1; i < cf->args->nelts; i++) {

        if (ngx_strncmp(value[i].data, "zone=", 5) == 0 && name.len == 0) {
            rc = ngx_http_ct_conf_zone_name(cf, &value[i], &name, &size);

        } else if (ngx_strncmp(value[i].data, "state=", 6) == 0
                   && state.len == 0)
        {
            rc = ngx_http_ct_conf_zone_state(cf, &value[i], &state);

        } else {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "invalid parameter \"%V\" in \"ct_zone\", "
                               "\"zone=name:size\" and once \"state=path\" "
                               "are wanted", &value[i]);
            return NGX_CONF_ERROR;
        }

        if (rc != NGX_CONF_OK) {
            return rc;
        }
    }

    if (name.len == 0) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"ct_zone\" has no \"zone=name:size\" parameter");
        return NGX_CONF_ERROR;
    }

    mcf->shm_zone = ngx_http_ct_zone_add(cf, &name, size);
    if (mcf->shm_zone == NULL) {
        return NGX_CONF_ERROR;
    }

    mcf->state = state;
    ngx_http_ct_conf_place(cf, cmd, &mcf->zone_place);

    return NGX_CONF_OK;
}


static char *
ngx_http_ct_conf_zone_name(ngx_conf_t *cf, ngx_str_t *value, ngx_str_t *name,
    size_t *size)
{
    u_char     *colon, *last;
    ssize_t     n;
    ngx_str_t   text;

    last = value->data + value->len;

    name->data = value->data + sizeof("zone=") - 1;
    colon = ngx_strlchr(name->data, last, ':');

    if (colon == NULL || colon == name->data) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid zone name in \"%V\", \"zone=name:size\" "
                           "is wanted", value);
        return NGX_CONF_ERROR;
    }

    name->len = colon - name->data;

    text.data = colon + 1;
    text.len = last - text.data;

    n = ngx_parse_size(&text);

    if (n == NGX_ERROR) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid zone size in \"%V\", \"zone=name:size\" "
                           "is wanted", value);
        return NGX_CONF_ERROR;
    }

    if (n < NGX_HTTP_CT_ZONE_MIN) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "zone size \"%V\" is too small, at least 1m is "
                           "wanted", &text);
        return NGX_CONF_ERROR;
    }

    *size = n;

    return NGX_CONF_OK;
}


/* Only its directory has to be there: the engine makes the file, under the
 * worker's user, and says at run time when it cannot. */

static char *
ngx_http_ct_conf_zone_state(ngx_conf_t *cf, ngx_str_t *value,
    ngx_str_t *state)
{
    ngx_file_info_t  fi;

    state->data = value->data + sizeof("state=") - 1;
    state->len = value->len - (sizeof("state=") - 1);

    if (state->len == 0) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "empty path in \"state=\", the path of a file is "
                           "wanted");
        return NGX_CONF_ERROR;
    }

    if (ngx_conf_full_name(cf->cycle, state, 0) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    if (state->data[state->len - 1] == '/'
        || (ngx_file_info(state->data, &fi) != NGX_FILE_ERROR
            && !ngx_is_file(&fi)))
    {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "state \"%V\" is not a file, the path of a file "
                           "is wanted", state);
        return NGX_CONF_ERROR;
    }

    return ngx_http_ct_conf_zone_dir(cf, state);
}


static char *
ngx_http_ct_conf_zone_dir(ngx_conf_t *cf, ngx_str_t *state)
{
    u_char           *slash;
    ngx_str_t         dir;
    ngx_file_info_t   fi;

    slash = state->data + state->len;

    do {
        slash--;
    } while (slash != state->data && *slash != '/');

    dir.len = (slash == state->data) ? 1 : (size_t) (slash - state->data);
    dir.data = ngx_pnalloc(cf->temp_pool, dir.len + 1);
    if (dir.data == NULL) {
        return NGX_CONF_ERROR;
    }

    ngx_cpystrn(dir.data, state->data, dir.len + 1);

    if (ngx_file_info(dir.data, &fi) == NGX_FILE_ERROR) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, ngx_errno,
                           "directory \"%V\" of state \"%V\" cannot be used",
                           &dir, state);
        return NGX_CONF_ERROR;
    }

    if (!ngx_is_dir(&fi)) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"%V\" is not a directory, one is wanted for "
                           "state \"%V\"", &dir, state);
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}
