#include <nexo_mock/net/known_header.hpp>

namespace nexo_mock::net {

void known_header::remember(std::string_view bytes, const request_parser& parsed,
                            const api::request& into) {
    forget();
    if (!parsed.is_plain_call()) return;
    const auto header = bytes.substr(0, bytes.size() - into.body.size());
    const auto line_end = header.find('\r');
    line_ = header.substr(0, line_end);
    fields_ = header.substr(line_end);
    body_bytes_ = into.body.size();
    keeps_alive_ = parsed.keep_alive();
}

std::size_t known_header::read(std::string_view unread, api::request& into, const limits& bounds) {
    if (fields_.empty()) return 0;
    const bool is_same_line = unread.starts_with(line_);
    const auto line_size = is_same_line ? line_.size() : unread.find('\r');
    if (line_size == std::string_view::npos) return 0;
    const auto header_size = line_size + fields_.size();
    const bool is_known = unread.substr(line_size).starts_with(fields_) &&
                          unread.size() >= header_size + body_bytes_ &&
                          header_size <= bounds.header_bytes;
    if (!is_known) return 0;
    if (!is_same_line) {
        constexpr std::size_t line_end = 2;
        if (!read_request_line(unread.substr(0, line_size + line_end), into, bounds)) {
            forget();  // `into` is no longer the request they are of
            return 0;
        }
        line_ = unread.substr(0, line_size);
    }
    into.body.assign(unread, header_size, body_bytes_);
    return header_size + body_bytes_;
}

}  // namespace nexo_mock::net
