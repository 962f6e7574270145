#include "replies.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>

namespace fuzz {

namespace {

constexpr std::string_view version = "HTTP/1.1 ";
constexpr std::string_view line_end = "\r\n";

std::string lower(std::string_view text) {
    std::string made{text};
    std::ranges::transform(made, made.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return made;
}

/// "HTTP/1.1 200 OK".
std::optional<int> status_in(std::string_view line) {
    if (!line.starts_with(version) || line.size() < version.size() + 4) return std::nullopt;
    const auto digits = line.substr(version.size(), 3);
    int status = 0;
    const auto [end, ec] = std::from_chars(digits.data(), digits.data() + 3, status);
    const bool is_one = ec == std::errc{} && end == digits.data() + 3 && status >= 100 &&
                        status <= 599 && line[version.size() + 3] == ' ';
    return is_one ? std::optional{status} : std::nullopt;
}

bool is_name(std::string_view text) {
    constexpr std::string_view others = "!#$%&'*+-.^_`|~";
    return !text.empty() && std::ranges::all_of(text, [&](unsigned char c) {
        return std::isalnum(c) != 0 || others.find(static_cast<char>(c)) != others.npos;
    });
}

bool is_value(std::string_view text) {
    return std::ranges::all_of(text,
                               [](unsigned char c) { return c == '\t' || (c >= 32 && c != 127); });
}

/// What a client has to know of the headers.
struct framing {
    std::optional<std::size_t> length;
    bool closes = false;
};

/// Answers why the headers are none, or "".
std::string read_headers(std::string_view lines, framing& into) {
    while (!lines.empty()) {
        const auto line = lines.substr(0, lines.find(line_end));
        lines.remove_prefix(line.size() + line_end.size());
        const auto colon = line.find(':');
        if (colon == line.npos || !is_name(line.substr(0, colon))) return "a header without a name";
        auto value = line.substr(colon + 1);
        if (!is_value(value)) return "a header with a control character";
        value.remove_prefix(std::min(value.find_first_not_of(' '), value.size()));
        const auto name = lower(line.substr(0, colon));
        if (name == "connection") into.closes = lower(value) == "close";
        if (name == "transfer-encoding") return "a transfer coding, which the server never uses";
        if (name != "content-length") continue;
        std::size_t length = 0;
        const auto [end, ec] = std::from_chars(value.data(), value.data() + value.size(), length);
        if (into.length || ec != std::errc{} || end != value.data() + value.size()) {
            return "a Content-Length that is no number, or two of them";
        }
        into.length = length;
    }
    return "";
}

}  // namespace

std::optional<std::vector<reply>> take_apart(std::string_view bytes, bool some_are_heads,
                                             std::string& why) {
    std::vector<reply> all;
    const auto broken = [&](std::string what) {
        why = "reply " + std::to_string(all.size() + 1) + ": " + std::move(what);
        return std::nullopt;
    };
    while (!bytes.empty()) {
        if (!all.empty() &&
            all.back().head.find("\r\nConnection: close\r\n") != std::string::npos) {
            return broken("comes after one that closes");
        }
        const auto end = bytes.find("\r\n\r\n");
        if (end == bytes.npos) return broken("its head does not end");
        const auto head = bytes.substr(0, end + line_end.size());
        bytes.remove_prefix(end + 2 * line_end.size());
        const auto first = head.substr(0, head.find(line_end));
        const auto status = status_in(first);
        if (!status) return broken("its first line is no status line");
        framing frame;
        const auto wrong = read_headers(head.substr(first.size() + line_end.size()), frame);
        if (!wrong.empty()) return broken(wrong);
        const bool has_body = *status >= 200 && *status != 204 && *status != 304 &&
                              !(some_are_heads && (bytes.empty() || bytes.starts_with(version)));
        if (has_body && !frame.length && !frame.closes) return broken("nothing says where it ends");
        const auto length = has_body ? frame.length.value_or(bytes.size()) : 0;
        if (length > bytes.size()) return broken("its body is cut off");
        all.push_back({*status, std::string{head}, std::string{bytes.substr(0, length)}});
        bytes.remove_prefix(length);
    }
    return all;
}

}  // namespace fuzz
