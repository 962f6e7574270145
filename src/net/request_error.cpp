#include <nexo_mock/net/request_error.hpp>

#include <boost/beast/http/error.hpp>

#include <string>

namespace nexo_mock::net {

namespace http = boost::beast::http;

namespace {

class category final : public boost::system::error_category {
 public:
    const char* name() const noexcept override { return "nexo_mock.request"; }

    std::string message(int value) const override {
        switch (static_cast<request_error>(value)) {
            case request_error::unsupported_version: return "HTTP is spoken here as 1.0 and 1.1";
            case request_error::unsupported_method:
                return "CONNECT, and methods without an end, are not supported";
            case request_error::bad_target:
                return "the target is no path that begins with / and no http:// URL, or holds what "
                       "has to be percent-encoded";
            case request_error::target_too_long: return "the target is longer than a header may be";
            case request_error::no_single_host: return "HTTP/1.1 takes one Host header";
            case request_error::bad_host:
                return "the Host header is no name or address, with or without a port";
            case request_error::two_authorizations: return "there are two Authorization headers";
            case request_error::bad_coding:
                return "Transfer-Encoding takes \"chunked\", once and in HTTP/1.1 alone";
            case request_error::unknown_coding:
                return "Transfer-Encoding takes \"chunked\" alone, no other coding before it";
        }
        return "unknown";
    }
};

}  // namespace

boost::system::error_code make_error_code(request_error error) {
    static const category ours;
    return {static_cast<int>(error), ours};
}

protocol_error explain(const boost::system::error_code& ec) {
    if (ec == http::error::body_limit) return {413, "payload_too_large"};
    if (ec == request_error::target_too_long) return {414, "uri_too_long"};
    if (ec == http::error::header_limit || ec == http::error::buffer_overflow) {
        return {431, "header_too_large"};
    }
    if (ec == request_error::unsupported_method || ec == request_error::unknown_coding) {
        return {501, "not_implemented"};
    }
    if (ec == request_error::unsupported_version) return {505, "version_not_supported"};
    return {400, "bad_request"};
}

}  // namespace nexo_mock::net
