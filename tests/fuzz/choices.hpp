#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace fuzz {

/// The fuzzer's bytes as a row of decisions. Once they are used up, all that follow are 0.
class choices {
 public:
    choices(const std::uint8_t* data, std::size_t size)
        : left_{reinterpret_cast<const char*>(data), size} {}
    explicit choices(std::string_view bytes) : left_{bytes} {}

    bool is_empty() const { return left_.empty(); }
    std::uint8_t byte() {
        if (left_.empty()) return 0;
        const auto next = static_cast<std::uint8_t>(left_.front());
        left_.remove_prefix(1);
        return next;
    }
    /// Of as few bytes as the bound needs.
    std::uint64_t below(std::uint64_t bound) {
        std::uint64_t number = 0;
        for (auto rest = bound - 1; rest > 0; rest >>= 8)
            number = number << 8 | byte();
        return number % bound;
    }
    /// What is left, up to the mark, which is taken as well; all of it if there is none.
    std::string_view until(std::string_view mark) {
        const auto end = left_.find(mark);
        const auto part = left_.substr(0, end);
        left_.remove_prefix(end == std::string_view::npos ? left_.size() : end + mark.size());
        return part;
    }
    std::string_view rest() const { return left_; }

 private:
    std::string_view left_;
};

}  // namespace fuzz
