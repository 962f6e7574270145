/* A name service that misbehaves: loaded before the system's library, it answers in its place. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <netdb.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

typedef int lookup(const char *, const char *, const struct addrinfo *, struct addrinfo **);

static int ends_with(const char *name, const char *end) {
    size_t length = strlen(name), wanted = strlen(end);
    return length >= wanted && strcmp(name + length - wanted, end) == 0;
}

int getaddrinfo(const char *name, const char *service, const struct addrinfo *hints,
                struct addrinfo **found) {
    static atomic_int asked;
    lookup *system = (lookup *)dlsym(RTLD_NEXT, "getaddrinfo");
    if (ends_with(name, "hang.test")) {
        sleep(60);
        return EAI_AGAIN;
    }
    if (ends_with(name, "moves.test")) name = asked++ % 2 == 0 ? "127.0.0.1" : "169.254.169.254";
    else if (ends_with(name, ".test")) return EAI_NONAME;
    return system(name, service, hints, found);
}
