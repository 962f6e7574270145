#pragma once

#include <boost/asio/buffer.hpp>

#include <cstddef>
#include <vector>

namespace nexo_mock::net {

/// What came on a connection and is not parsed yet: one buffer, used again, which grows as long as
/// nobody takes from it. Whoever reads bounds what it holds.
class input_buffer {
 public:
    bool is_empty() const { return begin_ == end_; }
    std::size_t size() const { return end_ - begin_; }
    boost::asio::const_buffer unread() const { return {bytes_.data() + begin_, size()}; }
    bool begins_with(char byte) const { return !is_empty() && bytes_[begin_] == byte; }

    /// Where the next bytes go, at least one. Views of what is unread end here.
    boost::asio::mutable_buffer room();
    /// That many bytes came into the room.
    void add(std::size_t size) { end_ += size; }
    /// At most as many as there are.
    void take(std::size_t size) { begin_ += size; }
    /// Takes the empty lines at its beginning, which some clients send after a body (RFC
    /// 9112, 2.2).
    void skip_empty_lines();

 private:
    static constexpr std::size_t first_bytes = 8 * 1024;

    std::vector<char> bytes_ = std::vector<char>(first_bytes);
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
};

}  // namespace nexo_mock::net
