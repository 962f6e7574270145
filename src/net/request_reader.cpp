#include <nexo_mock/net/request_reader.hpp>

#include <boost/beast/http/error.hpp>

#include <utility>

namespace nexo_mock::net {

namespace http = boost::beast::http;

request_reader::progress request_reader::next() {
    const bool begins = !parser_;
    if (begins) {
        input_.skip_empty_lines();
        if (input_.is_empty()) return progress::idle;
        if (const auto size = known_.read(text(), request_, limits_)) {
            input_.take(size);
            keeps_alive_ = known_.keeps_alive();
            return progress::complete;
        }
        known_.forget();
        parser_.emplace(request_, limits_);
    }
    error_code ec;
    const auto came = text();
    const auto consumed = parser_->put(input_.unread(), ec);
    input_.take(consumed);
    if (ec && ec != http::error::need_more) return refuse(ec);
    if (input_.is_empty() && !parser_->has_request_line()) {
        parser_.reset();  // an empty line that came in pieces
        return progress::idle;
    }
    if (parser_->is_done()) {
        keeps_alive_ = parser_->keep_alive();
        if (begins) known_.remember(came.substr(0, consumed), *parser_, request_);
        parser_.reset();
        continued_ = false;
        return progress::complete;
    }
    // What the parser wants whole (a header, the head of a chunk) bounds the buffer.
    const bool is_too_long = consumed == 0 && input_.size() >= limits_.header_bytes;
    return is_too_long ? refuse(http::error::header_limit) : progress::partial;
}

std::string_view request_reader::text() const {
    const auto bytes = input_.unread();
    return {static_cast<const char*>(bytes.data()), bytes.size()};
}

request_reader::progress request_reader::refuse(const error_code& why) {
    error_ = why;
    return progress::refused;
}

bool request_reader::asks_to_continue() {
    if (!parser_ || !parser_->is_header_done() || !parser_->expects_continue()) return false;
    return !std::exchange(continued_, true);
}

}  // namespace nexo_mock::net
