#include "reply_reader.hpp"

#include <algorithm>
#include <charconv>
#include <stdexcept>
#include <string>

namespace bench {

namespace {

constexpr std::string_view head_end = "\r\n\r\n";

/// Of letters, digits and dashes, in any case.
bool begins_with(std::string_view text, std::string_view lower) {
    return text.size() >= lower.size() &&
           std::ranges::equal(text.substr(0, lower.size()), lower, {},
                              [](char c) { return static_cast<char>(c | 0x20); });
}

std::string_view value_of(std::string_view line) {
    auto value = line.substr(line.find(':') + 1);
    while (!value.empty() && (value.front() == ' ' || value.front() == '\t'))
        value.remove_prefix(1);
    return value;
}

std::size_t number_in(std::string_view text, int base) {
    std::size_t value = 0;
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
    if (error != std::errc{} || stop == text.data()) {
        throw std::runtime_error{"a reply is framed by \"" + std::string{text} + '"'};
    }
    return value;
}

/// The size of a body of chunks, without trailers, or nothing if more of it has to come.
std::optional<std::size_t> size_of_chunks(std::string_view body) {
    std::size_t at = 0;
    while (true) {
        const auto line_end = body.find("\r\n", at);
        if (line_end == std::string_view::npos) return std::nullopt;
        const auto size = number_in(body.substr(at, line_end - at), 16);
        at = line_end + 2 + size + 2;
        if (at > body.size()) return std::nullopt;
        if (size == 0) return at;
    }
}

}  // namespace

std::optional<reply_front> read_reply(std::string_view bytes) {
    const auto end = bytes.find(head_end);
    if (end == std::string_view::npos) return std::nullopt;
    if (!bytes.starts_with("HTTP/1.") || end < 12) {
        throw std::runtime_error{"no HTTP: " + std::string{bytes.substr(0, 80)}};
    }
    reply_front front{.size = end + head_end.size(),
                      .status = static_cast<int>(number_in(bytes.substr(9, 3), 10))};
    const auto head = bytes.substr(0, end + 2);
    for (auto at = head.find("\r\n") + 2; at < head.size(); at = head.find("\r\n", at) + 2) {
        const auto first = head[at] | 0x20;
        if (first != 'c' && first != 't') continue;
        const auto line = head.substr(at, head.find("\r\n", at) - at);
        if (begins_with(line, "content-length:")) {
            front.size += number_in(value_of(line), 10);
        } else if (begins_with(line, "connection:")) {
            front.is_last = begins_with(value_of(line), "close");
        } else if (begins_with(line, "transfer-encoding:")) {
            const auto chunks = size_of_chunks(bytes.substr(end + head_end.size()));
            if (!chunks) return std::nullopt;
            front.size += *chunks;
        }
    }
    if (front.size > bytes.size()) return std::nullopt;
    return front;
}

}  // namespace bench
