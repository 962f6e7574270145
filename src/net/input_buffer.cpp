#include <nexo_mock/net/input_buffer.hpp>

#include <cstring>

namespace nexo_mock::net {

boost::asio::mutable_buffer input_buffer::room() {
    if (is_empty()) {
        begin_ = end_ = 0;
    } else if (begin_ != 0 && end_ == bytes_.size()) {
        std::memmove(bytes_.data(), bytes_.data() + begin_, size());
        end_ -= begin_;
        begin_ = 0;
    }
    if (end_ == bytes_.size()) bytes_.resize(bytes_.size() * 2);
    return {bytes_.data() + end_, bytes_.size() - end_};
}

void input_buffer::skip_empty_lines() {
    while (size() >= 2 && bytes_[begin_] == '\r' && bytes_[begin_ + 1] == '\n')
        begin_ += 2;
}

}  // namespace nexo_mock::net
