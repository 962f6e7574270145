#pragma once

#include <nexo_mock/net/chunk_heads.hpp>
#include <nexo_mock/net/client_reply.hpp>

#include <boost/beast/http/basic_parser.hpp>

#include <cstddef>

namespace nexo_mock::net {

/// Beast's parser for one reply, keeping what client_reply holds of it. A body longer than the
/// bound ends in http::error::body_limit, by its announcement or once it is; the status is known
/// by then.
class reply_parser final : public boost::beast::http::basic_parser<false> {
 public:
    /// Fills in `into`, which must outlive the parser.
    reply_parser(client_reply& into, std::size_t body_bytes);

    /// As Beast's, in whatever pieces the bytes come.
    std::size_t put(boost::asio::const_buffer bytes, boost::beast::error_code& ec) {
        return put_chunks_whole<basic_parser<false>>(*this, bytes, ec);
    }

    /// An interim reply (1xx): the real one is still to come.
    bool is_interim() const { return reply_.status / 100 == 1; }

 private:
    using error_code = boost::beast::error_code;
    using string_view = boost::beast::string_view;
    using field = boost::beast::http::field;
    using verb = boost::beast::http::verb;

    void on_request_impl(verb, string_view, string_view, int, error_code&) override {}
    void on_response_impl(int status, string_view reason, int version, error_code& ec) override;
    void on_field_impl(field name, string_view name_text, string_view value,
                       error_code& ec) override;
    void on_header_impl(error_code&) override { is_header_seen_ = true; }
    void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
    std::size_t on_body_impl(string_view part, error_code& ec) override;
    void on_chunk_header_impl(std::uint64_t, string_view, error_code&) override {}
    std::size_t on_chunk_body_impl(std::uint64_t, string_view part, error_code& ec) override;
    void on_finish_impl(error_code&) override {}

    client_reply& reply_;
    bool is_header_seen_ = false;
};

}  // namespace nexo_mock::net
