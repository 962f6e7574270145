#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace nexo_mock::cli {

enum class color : std::uint8_t { bold, red, green, yellow, faint };

/// Colours for standard output: none unless it is a terminal that has them, or if NO_COLOR is set
/// (no-color.org).
class painter {
 public:
    static painter of_standard_output();

    std::string operator()(color which, std::string_view text) const;

 private:
    explicit painter(bool on) : on_{on} {}

    bool on_;
};

}  // namespace nexo_mock::cli
