#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace nexo_mock::codec {

/// Appends metrics in the text format 0.0.4 of Prometheus to a string of the caller's.
class metrics_writer {
 public:
    using labels = std::initializer_list<std::pair<std::string_view, std::string_view>>;
    enum class type : std::uint8_t { counter, gauge, histogram };

    explicit metrics_writer(std::string& out) : out_{out} {}

    /// What follows are samples of this name.
    void family(std::string_view name, type of, std::string_view help);

    void sample(labels of, std::uint64_t value) { sample("", of, std::to_string(value)); }
    /// `suffix` is "_bucket", "_sum" or "_count" in a histogram, else empty.
    void sample(std::string_view suffix, labels of, std::string_view value);

 private:
    std::string& out_;
    std::string name_;
};

/// Nanoseconds as seconds, exactly: "0.0000025".
std::string seconds_text(std::uint64_t nanoseconds);

}  // namespace nexo_mock::codec
