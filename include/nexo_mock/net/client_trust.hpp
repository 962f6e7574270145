#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>

#include <optional>
#include <string>

namespace nexo_mock::net {

/// Whom the client's side of TLS believes.
class client_trust {
 public:
    using stream = boost::asio::ssl::stream<boost::asio::ip::tcp::socket&>;

    /// `ca_file`: trusted besides the system's authorities; may be empty. `insecure`: certificates
    /// are not verified. Throws std::invalid_argument if the file can't be read.
    client_trust(std::string ca_file, bool insecure);

    /// A stream that will verify that its peer is `host`, a name or an address.
    void open(std::optional<stream>& into, boost::asio::ip::tcp::socket& over,
              const std::string& host);

 private:
    boost::asio::ssl::context& context();

    std::string ca_file_;
    bool insecure_;
    std::optional<boost::asio::ssl::context> context_;
};

}  // namespace nexo_mock::net
