#include <nexo_mock/codec/clock_setting.hpp>
#include <nexo_mock/codec/text_formats.hpp>

#include <charconv>

namespace nexo_mock::codec {

namespace {

constexpr double slowest = 0.001;
constexpr double fastest = 1e6;

std::optional<double> parse_factor(std::string_view text) {
    double factor = 0;
    const auto* end = text.data() + text.size();
    const auto [stop, ec] = std::from_chars(text.data(), end, factor, std::chars_format::fixed);
    if (ec != std::errc{} || stop != end) return std::nullopt;
    if (!(factor >= slowest && factor <= fastest)) return std::nullopt;
    return factor;
}

}  // namespace

std::optional<clock_setting> parse_clock(std::string_view text) {
    clock_setting setting;
    if (const auto mark = text.find('@'); mark != std::string_view::npos) {
        setting.start = parse_time(text.substr(mark + 1));
        if (!setting.start) return std::nullopt;
        text = text.substr(0, mark);
    }
    if (text == "real") return setting;
    if (text == "manual") {
        setting.mode = clock_mode::manual;
        return setting;
    }
    if (text == "instant") {
        setting.mode = clock_mode::instant;
        return setting;
    }
    const auto factor = text.starts_with('x') ? parse_factor(text.substr(1)) : std::nullopt;
    if (!factor) return std::nullopt;
    setting.mode = clock_mode::scaled;
    setting.factor = *factor;
    return setting;
}

std::string format_clock(const clock_setting& setting) {
    switch (setting.mode) {
        case clock_mode::real: return "real";
        case clock_mode::manual: return "manual";
        case clock_mode::instant: return "instant";
        case clock_mode::scaled: break;
    }
    char digits[32];
    const auto end = std::to_chars(std::begin(digits), std::end(digits), setting.factor,
                                   std::chars_format::fixed)
                         .ptr;
    return 'x' + std::string{digits, end};
}

}  // namespace nexo_mock::codec
