#include <nexo_mock/cli/terminal.hpp>

#include <cstdlib>
#include <unistd.h>

namespace nexo_mock::cli {

namespace {

std::string_view environment(const char* name) {
    const auto* value = std::getenv(name);
    return value == nullptr ? std::string_view{} : std::string_view{value};
}

std::string_view code_of(color which) {
    switch (which) {
        case color::bold: return "1";
        case color::red: return "1;31";
        case color::green: return "32";
        case color::yellow: return "1;33";
        case color::faint: return "2";
    }
    return {};
}

}  // namespace

painter painter::of_standard_output() {
    return painter{isatty(STDOUT_FILENO) == 1 && environment("NO_COLOR").empty() &&
                   environment("TERM") != "dumb"};
}

std::string painter::operator()(color which, std::string_view text) const {
    if (!on_) return std::string{text};
    return "\x1b[" + std::string{code_of(which)} + 'm' + std::string{text} + "\x1b[0m";
}

}  // namespace nexo_mock::cli
