#include <nexo_mock/net/reply_parser.hpp>

namespace nexo_mock::net {

reply_parser::reply_parser(client_reply& into, std::size_t body_bytes) : reply_{into} {
    reply_.status = 0;
    reply_.content_type.clear();
    reply_.body.clear();
    body_limit(body_bytes);
    eager(true);
}

void reply_parser::on_response_impl(int status, string_view, int, error_code&) {
    reply_.status = status;
}

void reply_parser::on_field_impl(field name, string_view, string_view value, error_code&) {
    // The trailer of a chunked body says nothing about the reply.
    if (is_header_seen_ || name != field::content_type) return;
    if (reply_.content_type.empty()) reply_.content_type.assign(value.data(), value.size());
}

std::size_t reply_parser::on_body_impl(string_view part, error_code&) {
    reply_.body.append(part.data(), part.size());
    return part.size();
}

std::size_t reply_parser::on_chunk_body_impl(std::uint64_t, string_view part, error_code&) {
    reply_.body.append(part.data(), part.size());
    return part.size();
}

}  // namespace nexo_mock::net
