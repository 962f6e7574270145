#include <nexo_mock/codec/metrics_writer.hpp>

namespace nexo_mock::codec {

namespace {

void append_escaped(std::string& out, std::string_view text) {
    for (const auto each : text) {
        switch (each) {
            case '\\': out += "\\\\"; break;
            case '"': out += "\\\""; break;
            case '\n': out += "\\n"; break;
            default: out += each;
        }
    }
}

std::string_view name(metrics_writer::type of) {
    switch (of) {
        case metrics_writer::type::counter: return "counter";
        case metrics_writer::type::gauge: return "gauge";
        case metrics_writer::type::histogram: return "histogram";
    }
    return {};
}

}  // namespace

void metrics_writer::family(std::string_view name, type of, std::string_view help) {
    name_ = name;
    out_.append("# HELP ").append(name).append(" ").append(help);
    out_.append("\n# TYPE ").append(name).append(" ").append(codec::name(of)).append("\n");
}

void metrics_writer::sample(std::string_view suffix, labels of, std::string_view value) {
    out_.append(name_).append(suffix);
    auto separator = '{';
    for (const auto& [label, text] : of) {
        out_ += std::exchange(separator, ',');
        out_.append(label).append("=\"");
        append_escaped(out_, text);
        out_ += '"';
    }
    if (separator == ',') out_ += '}';
    out_.append(" ").append(value).append("\n");
}

std::string seconds_text(std::uint64_t nanoseconds) {
    constexpr std::uint64_t second = 1'000'000'000;
    auto text = std::to_string(nanoseconds / second);
    auto digits = std::to_string(nanoseconds % second);
    digits.insert(0, 9 - digits.size(), '0');
    digits.erase(digits.find_last_not_of('0') + 1);
    return digits.empty() ? text : text + '.' + digits;
}

}  // namespace nexo_mock::codec
