#include <nexo_mock/codec/json_writer.hpp>
#include <nexo_mock/codec/text_formats.hpp>

#include <algorithm>
#include <array>
#include <charconv>

namespace nexo_mock::codec {

namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";  // U+FFFD

// Length of the UTF-8 sequence at the front of `text`, 0 if there is none.
std::size_t sequence_length(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const auto lead = byte(0);
    const std::size_t length = lead < 0x80   ? 1
                               : lead < 0xC2 ? 0
                               : lead < 0xE0 ? 2
                               : lead < 0xF0 ? 3
                               : lead < 0xF5 ? 4
                                             : 0;
    if (length == 0 || text.size() < length) return 0;
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(i) & 0xC0) != 0x80) return 0;
    }
    const bool overlong = (lead == 0xE0 && byte(1) < 0xA0) || (lead == 0xF0 && byte(1) < 0x90);
    const bool surrogate = lead == 0xED && byte(1) >= 0xA0;
    const bool beyond = lead == 0xF4 && byte(1) >= 0x90;
    return overlong || surrogate || beyond ? 0 : length;
}

/// Which bytes stand for themselves in a string.
constexpr auto plain_bytes = [] {
    std::array<bool, 256> table{};
    for (std::size_t byte = 0x20; byte < 0x7F; ++byte)
        table[byte] = byte != '"' && byte != '\\';
    return table;
}();

bool is_plain(char c) {
    return plain_bytes[static_cast<unsigned char>(c)];
}

void append_escaped(std::string& out, char c) {
    switch (c) {
        case '"': out += "\\\""; return;
        case '\\': out += "\\\\"; return;
        case '\n': out += "\\n"; return;
        case '\r': out += "\\r"; return;
        case '\t': out += "\\t"; return;
        default: break;
    }
    constexpr std::string_view hex = "0123456789abcdef";
    const auto byte = static_cast<unsigned char>(c);
    out += "\\u00";
    out += hex[byte >> 4];
    out += hex[byte & 0xf];
}

template <class Number>
void append_number(std::string& out, Number number) {
    char digits[24];  // the longest double: "-2.2250738585072014e-308"
    const auto end = std::to_chars(std::begin(digits), std::end(digits), number).ptr;
    out.append(digits, end);
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
    out += '"';
    while (!text.empty()) {
        const auto plain =
            static_cast<std::size_t>(std::ranges::find_if_not(text, is_plain) - text.begin());
        out += text.substr(0, plain);
        text.remove_prefix(plain);
        if (text.empty()) break;
        const auto length = sequence_length(text);
        if (length > 1) {
            out += text.substr(0, length);
        } else if (length == 1) {
            append_escaped(out, text.front());
        } else {
            out += replacement;
        }
        text.remove_prefix(length == 0 ? 1 : length);
    }
    out += '"';
}

void json_writer::separate() {
    if (needs_comma_) out_ += ',';
    if (begins_line_) out_ += '\n';
    begins_line_ = false;
    needs_comma_ = true;
}

json_writer& json_writer::open(char bracket) {
    separate();
    out_ += bracket;
    needs_comma_ = false;
    return *this;
}

json_writer& json_writer::close(char bracket) {
    out_ += bracket;
    needs_comma_ = true;
    return *this;
}

json_writer& json_writer::key(std::string_view name) {
    separate();
    append_json_string(out_, name);
    out_ += ':';
    needs_comma_ = false;
    return *this;
}

json_writer& json_writer::value(std::string_view text) {
    separate();
    append_json_string(out_, text);
    return *this;
}

json_writer& json_writer::value(domain::money amount) {
    separate();
    append_money(out_, amount);
    return *this;
}

json_writer& json_writer::raw(std::string_view json) {
    separate();
    out_ += json;
    return *this;
}

json_writer& json_writer::integer(std::int64_t number) {
    separate();
    append_number(out_, number);
    return *this;
}

json_writer& json_writer::unsigned_integer(std::uint64_t number) {
    separate();
    append_number(out_, number);
    return *this;
}

json_writer& json_writer::real(double number) {
    separate();
    append_number(out_, number);
    return *this;
}

}  // namespace nexo_mock::codec
