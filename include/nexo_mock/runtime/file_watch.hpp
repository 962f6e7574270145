#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <array>
#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>

namespace nexo_mock::runtime {

/// Tells when a file may have changed, however that was done: written over, replaced by another, or
/// pointed to by a link that was changed. It watches the folders the file and its target are in, so
/// it may tell too often; it never reads the file. A folder of the file's that was removed and
/// comes back is watched again; one that was moved away is not. On the thread of its io_context.
class file_watch {
 public:
    /// `changed` is called a moment after the last change of a burst, or in between if the burst
    /// does not end. Throws std::runtime_error if the system can't watch.
    file_watch(boost::asio::io_context& context, std::filesystem::path file,
               std::function<void()> changed);

    /// `changed` is called no more.
    void stop();

 private:
    using clock = std::chrono::steady_clock;
    static constexpr std::chrono::milliseconds settling{50};  // editors write in several steps
    static constexpr std::chrono::milliseconds longest_burst{500};  // other files change as well

    bool watch(const std::filesystem::path& folder);
    std::filesystem::path watch_nearest_folder();
    void watch_all();
    void read();
    void settle();

    boost::asio::posix::stream_descriptor events_;
    boost::asio::steady_timer timer_;
    std::filesystem::path file_;
    std::optional<clock::time_point> burst_;  // since when there are changes that are not told of
    std::function<void()> changed_;
    alignas(8) std::array<char, 4096> buffer_{};
};

}  // namespace nexo_mock::runtime
