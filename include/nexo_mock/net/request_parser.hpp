#pragma once

#include <nexo_mock/api/message.hpp>
#include <nexo_mock/net/chunk_heads.hpp>
#include <nexo_mock/net/limits.hpp>
#include <nexo_mock/net/request_error.hpp>

#include <boost/beast/http/basic_parser.hpp>

namespace nexo_mock::net {

/// Beast's parser for one request, keeping only the headers the handlers read, unless the limits
/// want all of them. It is stricter than Beast where RFC 9112 is, and where two parsers that read
/// the same bytes could see different requests; and it refuses two Authorizations. explain() tells
/// what is answered.
class request_parser final : public boost::beast::http::basic_parser<true> {
 public:
    /// Fills in `into`, which must outlive the parser; its peer is left alone.
    request_parser(api::request& into, const limits& bounds);

    /// As Beast's, but it finds what is wrong as soon as it has come, and takes empty lines before
    /// the request (RFC 9112, 2.2). Of fields that come in pieces only line ends are judged before
    /// the header is whole.
    std::size_t put(boost::asio::const_buffer bytes, boost::beast::error_code& ec);

    /// In HTTP/1.0, too, "close" outdoes "keep-alive" (RFC 9112, 9.3).
    bool keep_alive() const { return !closes_ && basic_parser::keep_alive(); }

    bool has_request_line() const { return has_request_line_; }

    /// The client waits for "100 Continue" before it sends the body.
    bool expects_continue() const { return expects_continue_; }

    /// Once the header is done: a call of the vendor's API over HTTP/1.1, without a body or with
    /// one of a length that was told, which asks for nothing else of HTTP.
    bool is_plain_call() const {
        return is_http_1_1_ && !is_control_ && !chunked() && !upgrade() && !expects_continue_;
    }

 private:
    friend bool read_request_line(std::string_view line, api::request& into, const limits& bounds);

    enum class keeping_fields : std::uint8_t {};
    /// For the first line alone: what `into` has of the fields stays.
    request_parser(api::request& into, const limits& bounds, keeping_fields);

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
    void on_chunk_header_impl(std::uint64_t size, string_view extensions, error_code& ec) override;
    std::size_t on_chunk_body_impl(std::uint64_t, string_view part, error_code& ec) override;
    void on_finish_impl(error_code&) override {}

    void read_target(verb method, string_view target, error_code& ec);
    void read_host(string_view value, error_code& ec);
    void keep(string_view name, string_view value);
    void look_closer(std::string_view unread, error_code& ec) const;

    api::request& request_;
    const limits& limits_;
    int hosts_ = 0;
    int authorizations_ = 0;
    std::uint64_t chunk_left_ = 0;  // bytes of its data that have not come
    bool has_chunk_ = false;
    bool has_request_line_ = false;
    bool is_absolute_ = false;  // the target names the host
    bool closes_ = false;
    bool is_http_1_1_ = false;
    bool is_header_seen_ = false;
    bool is_control_ = false;
    bool expects_continue_ = false;
};

/// Fills in method and target of a request whose fields are known to be those that `into` has
/// already. `line` ends with CRLF. False, and `into` must be read anew, if the line is none that
/// request_parser takes, or not of a plain call.
bool read_request_line(std::string_view line, api::request& into, const limits& bounds);

}  // namespace nexo_mock::net
