#include <nexo_mock/net/request_parser.hpp>
#include <nexo_mock/net/request_rules.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/rfc7230.hpp>

#include <algorithm>

namespace nexo_mock::net {

namespace http = boost::beast::http;

namespace {

api::method method_of(http::verb method) {
    switch (method) {
        case http::verb::get: return api::method::get;
        case http::verb::head: return api::method::head;
        case http::verb::post: return api::method::post;
        case http::verb::put: return api::method::put;
        case http::verb::patch: return api::method::patch;
        case http::verb::delete_: return api::method::delete_;
        default: return api::method::other;
    }
}

/// Nothing, or an empty line before the request that has come in part.
bool is_empty_or_cr(std::string_view text) {
    return text.empty() || text == "\r";
}

}  // namespace

bool read_request_line(std::string_view line, api::request& into, const limits& bounds) {
    request_parser parser{into, bounds, {}};
    boost::system::error_code ec;
    const auto consumed = parser.put(boost::asio::buffer(line), ec);
    return ec == http::error::need_more && consumed == line.size() && parser.is_http_1_1_ &&
           !parser.is_control_;
}

request_parser::request_parser(api::request& into, const limits& bounds, keeping_fields)
    : request_{into}, limits_{bounds} {
    request_.target.clear();
}

request_parser::request_parser(api::request& into, const limits& bounds)
    : request_parser{into, bounds, keeping_fields{}} {
    request_.authorization.clear();
    request_.body.clear();
    request_.host.clear();
    request_.origin.clear();
    request_.control_token.clear();
    request_.last_event_id.clear();
    request_.if_none_match.clear();
    request_.is_webhook = false;
    request_.headers.clear();
    header_limit(bounds.header_bytes);
    eager(true);
}

std::size_t request_parser::put(boost::asio::const_buffer bytes, error_code& ec) {
    std::string_view text{static_cast<const char*>(bytes.data()), bytes.size()};
    if (!has_request_line_) {
        while (text.starts_with("\r\n"))
            text.remove_prefix(2);
        if (is_empty_or_cr(text)) {
            ec = http::error::need_more;
            return bytes.size() - text.size();
        }
    }
    const boost::asio::const_buffer rest{text.data(), text.size()};
    text.remove_prefix(put_chunks_whole<basic_parser<true>>(*this, rest, ec));
    if (ec) look_closer(text, ec);
    return bytes.size() - text.size();
}

/// Beast tells versions that it does not know from none at all, or a long line from a long header,
/// as little as most callers have to. And once part of a header has come, it waits for the end.
void request_parser::look_closer(std::string_view unread, error_code& ec) const {
    const auto find = [&ec](error_code found) {
        if (found) ec = found;
    };
    const bool waits = ec == http::error::need_more;
    if (!has_request_line_) {
        const bool is_line_too_long =
            ec == http::error::header_limit && unread.find('\n') == std::string_view::npos;
        if (is_line_too_long) {
            const bool has_method = unread.find(' ') != std::string_view::npos;
            ec = has_method ? request_error::target_too_long : request_error::unsupported_method;
        }
        if (waits || ec == http::error::bad_version) find(check_request_line(unread));
    }
    if (ec != http::error::need_more) return;
    if (!is_header_done()) {
        if (!has_good_line_ends(unread)) ec = http::error::bad_line_ending;
    } else if (chunked() && chunk_left_ == 0) {
        find(check_chunk_head(unread, has_chunk_ ? chunk_place::behind_data : chunk_place::first));
    }
}

void request_parser::on_request_impl(verb method, string_view, string_view target, int version,
                                     error_code& ec) {
    has_request_line_ = true;
    is_http_1_1_ = version == 11;
    request_.verb = method_of(method);
    read_target(method, target, ec);
    if (ec) return;
    const auto path = request_.path();
    is_control_ = path.starts_with("/_mock") || path.starts_with("/metrics");
    body_limit(path == "/_mock/state" ? limits_.state_body_bytes
               : is_control_          ? limits_.control_body_bytes
                                      : limits_.api_body_bytes);
}

void request_parser::read_target(verb method, string_view target, error_code& ec) {
    if (method == verb::connect) {
        ec = request_error::unsupported_method;
        return;
    }
    const auto forms = method == verb::options ? target_forms::with_asterisk : target_forms::usual;
    const auto read = net::read_target({target.data(), target.size()}, forms);
    if (!read) {
        ec = read.error();
        return;
    }
    is_absolute_ = !read->authority.empty();
    if (is_absolute_ && !read->path.starts_with('/')) request_.target = '/';
    request_.target += read->path;
    request_.host = read->authority;
}

/// The host of an absolute target counts, and the header's does not (RFC 9112, 3.2.2).
void request_parser::read_host(string_view value, error_code& ec) {
    ++hosts_;
    if (!is_host({value.data(), value.size()})) ec = request_error::bad_host;
    if (is_control_ && !is_absolute_) request_.host.assign(value.data(), value.size());
}

void request_parser::on_field_impl(field name, string_view name_text, string_view value,
                                   error_code& ec) {
    if (is_header_seen_) return;  // a trailer of a chunked body: nothing in it counts
    if (limits_.keep_headers) request_.headers.emplace_back(name_text, value);
    switch (name) {
        case field::host: read_host(value, ec); break;
        case field::authorization:
            ++authorizations_;
            request_.authorization.assign(value.data(), value.size());
            break;
        case field::expect:
            expects_continue_ = is_http_1_1_ && boost::beast::iequals(value, "100-continue");
            break;
        case field::connection:
            if (!is_http_1_1_ && http::token_list{value}.exists("close")) closes_ = true;
            break;
        case field::transfer_encoding:
            ec = is_http_1_1_ ? check_coding({value.data(), value.size()})
                              : make_error_code(request_error::bad_coding);
            break;
        case field::origin:
            if (is_control_) request_.origin.assign(value.data(), value.size());
            break;
        case field::if_none_match:
            if (is_control_) request_.if_none_match.assign(value.data(), value.size());
            break;
        default:
            if (is_control_) keep(name_text, value);
            break;
    }
}

/// Headers of the control API that Beast has no name for.
void request_parser::keep(string_view name, string_view value) {
    if (boost::beast::iequals(name, "X-Mock-Token")) {
        request_.control_token.assign(value.data(), value.size());
    } else if (boost::beast::iequals(name, "Last-Event-ID")) {
        request_.last_event_id.assign(value.data(), value.size());
    } else if (boost::beast::iequals(name, "X-NEXO-Event-Type")) {
        request_.is_webhook = true;
    }
}

void request_parser::on_header_impl(error_code& ec) {
    is_header_seen_ = true;
    const bool has_host = hosts_ == 1 || (hosts_ == 0 && !is_http_1_1_);
    if (!has_host) ec = request_error::no_single_host;
    if (authorizations_ > 1) ec = request_error::two_authorizations;
}

void request_parser::on_body_init_impl(const boost::optional<std::uint64_t>& length, error_code&) {
    // What is announced may never come: beyond this, memory follows the bytes.
    constexpr std::uint64_t most_reserved = api::max_body_bytes;
    if (length) request_.body.reserve(static_cast<std::size_t>(std::min(*length, most_reserved)));
}

std::size_t request_parser::on_body_impl(string_view part, error_code&) {
    request_.body.append(part.data(), part.size());
    return part.size();
}

void request_parser::on_chunk_header_impl(std::uint64_t size, string_view extensions,
                                          error_code& ec) {
    has_chunk_ = true;
    chunk_left_ = size;
    if (!is_plain_extension({extensions.data(), extensions.size()})) {
        ec = http::error::bad_chunk_extension;
    }
}

std::size_t request_parser::on_chunk_body_impl(std::uint64_t left, string_view part, error_code&) {
    request_.body.append(part.data(), part.size());
    chunk_left_ = left - part.size();
    return part.size();
}

}  // namespace nexo_mock::net
