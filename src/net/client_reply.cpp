#include <nexo_mock/net/client_reply.hpp>

#include <boost/asio/error.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/beast/http/error.hpp>

namespace nexo_mock::net {

namespace asio = boost::asio;
namespace http = boost::beast::http;

std::string explain_failure(const boost::system::error_code& ec) {
    if (ec == asio::error::connection_refused) return "connection refused";
    if (ec == asio::error::connection_reset || ec == asio::error::broken_pipe) {
        return "connection reset";
    }
    if (ec == asio::error::operation_aborted) return "cancelled";
    if (ec == asio::error::eof || ec == http::error::end_of_stream ||
        ec == asio::ssl::error::stream_truncated) {
        return "connection closed without a reply";
    }
    if (ec == asio::error::host_not_found || ec == asio::error::host_not_found_try_again) {
        return "host not found";
    }
    if (ec == http::error::partial_message) return "connection closed within the reply";
    if (ec.category() == http::make_error_code(http::error::bad_version).category()) {
        return "no HTTP reply: " + ec.message();
    }
    return ec.message();
}

}  // namespace nexo_mock::net
