/*
 * slowdns: a resolver that hangs, to be put into LD_PRELOAD: every look-up
 * of a name takes a minute and fails. Addresses are as quick as ever.
 */

#define _GNU_SOURCE

#include <arpa/inet.h>
#include <dlfcn.h>
#include <netdb.h>
#include <unistd.h>


typedef int (*lookup_pt)(const char *node, const char *service,
    const struct addrinfo *hints, struct addrinfo **res);


int
getaddrinfo(const char *node, const char *service,
    const struct addrinfo *hints, struct addrinfo **res)
{
    lookup_pt       next;
    struct in6_addr address;

    if (node == NULL || inet_pton(AF_INET, node, &address) == 1
        || inet_pton(AF_INET6, node, &address) == 1)
    {
        *(void **) &next = dlsym(RTLD_NEXT, "getaddrinfo");
        return next != NULL ? next(node, service, hints, res) : EAI_SYSTEM;
    }

    (void) sleep(60);

    return EAI_AGAIN;
}
