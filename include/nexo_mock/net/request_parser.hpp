#pragma once

#include <nexo_mock/api/message.hpp>
#include <nexo_mock/net/chunk_heads.hpp>
#include <nexo_mock/net/limits.hpp>

#include <boost/beast/http/basic_parser.hpp>

namespace nexo_mock::net {

/// What a request that can't be read is answered with, before the connection closes.
struct protocol_error {
    int status;
    std::string_view code;  ///< the reply's `error` field
};

protocol_error explain(const boost::system::error_code& ec);

/// Beast's parser for one request, keeping only the headers the handlers read, unless the limits
/// want all of them. Beyond Beast it refuses an HTTP/1.1 request that has no Host or two (RFC
/// 9112, 3.2), and two Authorizations.
class request_parser final : public boost::beast::http::basic_parser<true> {
 public:
    /// Fills in `into`, which must outlive the parser; its peer is left alone.
    request_parser(api::request& into, const limits& bounds);

    /// As Beast's, in whatever pieces the bytes come.
    std::size_t put(boost::asio::const_buffer bytes, boost::beast::error_code& ec) {
        return put_chunks_whole<basic_parser<true>>(*this, bytes, ec);
    }

    /// The client waits for "100 Continue" before it sends the body.
    bool expects_continue() const { return expects_continue_; }

 private:
    using error_code = boost::beast::error_code;
    using string_view = boost::beast::string_view;
    using field = boost::beast::http::field;
    using verb = boost::beast::http::verb;

    void on_request_impl(verb method, string_view method_text, string_view target, int version,
                         error_code& ec) override;
    void on_response_impl(int, string_view, int, error_code&) override {}
    void on_field_impl(field name, string_view name_text, string_view value,
                       error_code& ec) override;
    void on_header_impl(error_code& ec) override;
    void on_body_init_impl(const boost::optional<std::uint64_t>& length, error_code& ec) override;
    std::size_t on_body_impl(string_view part, error_code& ec) override;
    void on_chunk_header_impl(std::uint64_t, string_view, error_code&) override {}
    std::size_t on_chunk_body_impl(std::uint64_t, string_view part, error_code& ec) override;
    void on_finish_impl(error_code&) override {}

    void keep(string_view name, string_view value);

    api::request& request_;
    const limits& limits_;
    int hosts_ = 0;
    int authorizations_ = 0;
    bool is_http_1_1_ = false;
    bool is_header_seen_ = false;
    bool is_control_ = false;
    bool expects_continue_ = false;
};

}  // namespace nexo_mock::net
