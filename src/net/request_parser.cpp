#include <nexo_mock/net/request_parser.hpp>

#include <boost/beast/core/string.hpp>
#include <boost/beast/http/error.hpp>

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

// "http://host/path?query" is the form proxies send (RFC 9112, 3.2.2); the host is of no interest.
boost::beast::string_view origin_form(boost::beast::string_view target) {
    if (target.empty() || target.front() == '/') return target;
    const auto scheme = target.find("://");
    if (scheme == boost::beast::string_view::npos) return target;
    const auto path = target.find('/', scheme + 3);
    return path == boost::beast::string_view::npos ? "/" : target.substr(path);
}

}  // namespace

protocol_error explain(const boost::system::error_code& ec) {
    if (ec == http::error::body_limit) return {413, "payload_too_large"};
    if (ec == http::error::header_limit || ec == http::error::buffer_overflow) {
        return {431, "header_too_large"};
    }
    return {400, "bad_request"};
}

request_parser::request_parser(api::request& into, const limits& bounds)
    : request_{into}, limits_{bounds} {
    request_.target.clear();
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

void request_parser::on_request_impl(verb method, string_view, string_view target, int version,
                                     error_code&) {
    is_http_1_1_ = version == 11;
    request_.verb = method_of(method);
    const auto path = origin_form(target);
    request_.target.assign(path.data(), path.size());
    is_control_ = path.starts_with("/_mock") || path.starts_with("/metrics");
    body_limit(path == "/_mock/state" ? limits_.state_body_bytes
               : is_control_          ? limits_.control_body_bytes
                                      : limits_.api_body_bytes);
}

void request_parser::on_field_impl(field name, string_view name_text, string_view value,
                                   error_code&) {
    if (is_header_seen_) return;  // a trailer of a chunked body: nothing in it counts
    if (limits_.keep_headers) request_.headers.emplace_back(name_text, value);
    switch (name) {
        case field::host:
            ++hosts_;
            if (is_control_) request_.host.assign(value.data(), value.size());
            break;
        case field::authorization:
            ++authorizations_;
            request_.authorization.assign(value.data(), value.size());
            break;
        case field::expect: expects_continue_ = boost::beast::iequals(value, "100-continue"); break;
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
    if (!has_host || authorizations_ > 1) ec = http::error::bad_field;
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

std::size_t request_parser::on_chunk_body_impl(std::uint64_t, string_view part, error_code&) {
    request_.body.append(part.data(), part.size());
    return part.size();
}

}  // namespace nexo_mock::net
