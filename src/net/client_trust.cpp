#include <nexo_mock/net/client_trust.hpp>

#include <boost/asio/ssl/host_name_verification.hpp>

#include <stdexcept>
#include <utility>

namespace nexo_mock::net {

namespace asio = boost::asio;
namespace ssl = asio::ssl;
using boost::system::error_code;

client_trust::client_trust(std::string ca_file, bool insecure)
    : ca_file_{std::move(ca_file)}, insecure_{insecure} {
    if (!ca_file_.empty()) context();  // a file that can't be read is told at the start
}

// Made when it is first needed: reading the system's authorities takes longer than everything else
// at the start.
ssl::context& client_trust::context() {
    if (context_) return *context_;
    auto& made = context_.emplace(ssl::context::tls_client);
    made.set_default_verify_paths();
    made.set_verify_mode(insecure_ ? ssl::verify_none : ssl::verify_peer);
    if (ca_file_.empty()) return made;
    error_code ec;
    made.load_verify_file(ca_file_, ec);
    if (ec) {
        throw std::invalid_argument{"can't read webhook.ca_file \"" + ca_file_ +
                                    "\": " + ec.message()};
    }
    return made;
}

void client_trust::open(std::optional<stream>& into, asio::ip::tcp::socket& over,
                        const std::string& host) {
    auto& opened = into.emplace(over, context());
    if (!insecure_) opened.set_verify_callback(ssl::host_name_verification{host});
    // Servers of several names choose their certificate by this one; addresses have none.
    error_code is_name;
    asio::ip::make_address(host, is_name);
    if (is_name) SSL_set_tlsext_host_name(opened.native_handle(), host.c_str());
}

}  // namespace nexo_mock::net
