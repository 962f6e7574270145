#include <nexo_mock/runtime/file_watch.hpp>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <string>
#include <sys/inotify.h>

namespace nexo_mock::runtime {

namespace {

using boost::system::error_code;

constexpr std::uint32_t changes = IN_CLOSE_WRITE | IN_MOVED_TO | IN_CREATE | IN_DELETE;

int open_inotify() {
    const auto descriptor = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (descriptor < 0) throw std::runtime_error{std::strerror(errno)};
    return descriptor;
}

}  // namespace

file_watch::file_watch(boost::asio::io_context& context, std::filesystem::path file,
                       std::function<void()> changed)
    : events_{context, open_inotify()},
      timer_{context},
      file_{std::filesystem::absolute(file)},
      changed_{std::move(changed)} {
    if (!watch(watch_nearest_folder())) {
        throw std::runtime_error{file_.parent_path().string() + ": " + std::strerror(errno)};
    }
    watch_all();
    read();
}

bool file_watch::watch(const std::filesystem::path& folder) {
    return inotify_add_watch(events_.native_handle(), folder.c_str(), changes) >= 0;
}

// The one the file is in or, while that is gone, the nearest above it, which tells of its return.
std::filesystem::path file_watch::watch_nearest_folder() {
    auto folder = file_.parent_path();
    while (!watch(folder) && folder.has_relative_path())
        folder = folder.parent_path();
    return folder;
}

// A link may lead elsewhere by now. A folder that is watched already stays so; one that can't be
// watched is left to the watch over the link itself.
void file_watch::watch_all() {
    std::filesystem::path nearest;
    // Once more than needed: a folder may have come back before the one above it was watched.
    for (auto again = watch_nearest_folder(); again != nearest; again = watch_nearest_folder())
        nearest = again;
    std::error_code unknown;
    const auto target = std::filesystem::canonical(file_, unknown);
    if (!unknown) watch(target.parent_path());
}

void file_watch::read() {
    events_.async_read_some(boost::asio::buffer(buffer_),
                            [this](const error_code& ec, std::size_t) {
                                if (ec) return;
                                settle();
                                read();
                            });
}

void file_watch::settle() {
    const auto now = clock::now();
    if (!burst_) burst_ = now;
    timer_.expires_at(std::min(now + settling, *burst_ + longest_burst));
    timer_.async_wait([this](const error_code& another) {
        if (another || !events_.is_open()) return;
        burst_.reset();
        watch_all();
        changed_();
    });
}

void file_watch::stop() {
    error_code ignored;
    events_.close(ignored);
    timer_.cancel();
}

}  // namespace nexo_mock::runtime
