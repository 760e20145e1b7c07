#include <curl/curl.h>
#include <pthread.h>
#include <time.h>
#include <stdio.h>
#include <stdlib.h>
#include <jansson.h>
#include <openssl/ssl.h>
#include "ct_engine.h"
#  include "ngx_http_ct.h"
#include "ct_bytes.h"
#include <openssl/evp.h>
#include <string.h>
/* #include <unistd.h> */
