#include <nexo_mock/cli/descriptor_limit.hpp>

#include <sys/resource.h>

namespace nexo_mock::cli {

void raise_descriptor_limit() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    // Where it is not granted, the one that there is has to do.
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace nexo_mock::cli
