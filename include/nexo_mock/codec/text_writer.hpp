#pragma once

#include <array>
#include <cassert>
#include <cstddef>
#include <string>
#include <string_view>

namespace nexo_mock::codec {

/// Puts a text together out of many small pieces at the end of a string. Room is made once, for
/// as much as it will take at most; what is left of it goes back at the end. A string's own append
/// would look for room at each piece, which costs more than most pieces do.
class text_writer {
 public:
    /// `out` must be left alone while this is there.
    text_writer(std::string& out, std::size_t at_most) : out_{out} {
        const auto begin = out.size();
        out.resize(begin + at_most);
        at_ = out.data() + begin;
    }
    ~text_writer() { out_.resize(static_cast<std::size_t>(at_ - out_.data())); }
    text_writer(const text_writer&) = delete;
    text_writer& operator=(const text_writer&) = delete;

    text_writer& operator<<(std::string_view piece) {
        assert(piece.size() <= room());
        std::char_traits<char>::copy(at_, piece.data(), piece.size());
        at_ += piece.size();
        return *this;
    }
    template <std::size_t Size>
    text_writer& operator<<(const std::array<char, Size>& piece) {
        return *this << std::string_view{piece.data(), piece.size()};
    }

 private:
    std::size_t room() const { return static_cast<std::size_t>(out_.data() + out_.size() - at_); }

    std::string& out_;
    char* at_;
};

}  // namespace nexo_mock::codec
