#include "ct_follow.h"
#include "ct_nowhere.h"
#include <curl/curl.h>
#include <pthread.h>
#include "ct_engine.h"
#include "ct_report.h"
#include "ngx_http_ct_zone.h"
