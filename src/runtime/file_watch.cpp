#include <nexo_mock/runtime/file_watch.hpp>

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
    if (!watch(file_.parent_path())) {
        throw std::runtime_error{file_.parent_path().string() + ": " + std::strerror(errno)};
    }
    watch_target();
    read();
}

bool file_watch::watch(const std::filesystem::path& folder) {
    return inotify_add_watch(events_.native_handle(), folder.c_str(), changes) >= 0;
}

// A link may lead elsewhere by now. A folder that is watched already stays so; one that can't be
// watched is left to the watch over the link itself.
void file_watch::watch_target() {
    std::error_code unknown;
    const auto target = std::filesystem::canonical(file_, unknown);
    if (!unknown) watch(target.parent_path());
}

void file_watch::read() {
    events_.async_read_some(boost::asio::buffer(buffer_),
                            [this](const error_code& ec, std::size_t) {
                                if (ec) return;
                                timer_.expires_after(settling);
                                timer_.async_wait([this](const error_code& another) {
                                    if (another) return;
                                    watch_target();
                                    changed_();
                                });
                                read();
                            });
}

void file_watch::stop() {
    error_code ignored;
    events_.close(ignored);
    timer_.cancel();
}

}  // namespace nexo_mock::runtime
