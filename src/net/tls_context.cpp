#include <nexo_mock/net/tls_context.hpp>

#include <boost/asio/error.hpp>
#include <boost/asio/ssl/error.hpp>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string_view>

namespace nexo_mock::net {

namespace {

namespace asio = boost::asio;
namespace ssl = asio::ssl;
using boost::system::error_code;

/// As ALPN writes it: the length, then the name.
constexpr std::string_view http_1_1{"\x08http/1.1"};
constexpr std::string_view session_context{"nexo-mock"};

/// Clients that can only do something else are told so.
int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* length,
                    const unsigned char* offered, unsigned offered_length, void*) {
    const auto* ours = reinterpret_cast<const unsigned char*>(http_1_1.data());
    unsigned char* found = nullptr;
    const auto result = SSL_select_next_proto(
        &found, length, ours, static_cast<unsigned>(http_1_1.size()), offered, offered_length);
    *chosen = found;
    return result == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

std::string plain_words(const error_code& ec) {
    if (ec.category() != asio::error::get_ssl_category()) return ec.message();
    const auto* reason = ERR_reason_error_string(static_cast<unsigned long>(ec.value()));
    return reason != nullptr ? reason : ec.message();
}

[[noreturn]] void refuse(const std::string& what, const error_code& ec) {
    throw std::invalid_argument{what + ": " + plain_words(ec)};
}

int reason_of(const error_code& ec) {
    return ec.category() == asio::error::get_ssl_category()
               ? ERR_GET_REASON(static_cast<unsigned long>(ec.value()))
               : 0;
}

}  // namespace

std::unique_ptr<ssl::context> server_tls(const std::string& chain, const std::string& key) {
    auto made = std::make_unique<ssl::context>(ssl::context::tls_server);
    auto* native = made->native_handle();
    SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
    SSL_CTX_set_alpn_select_cb(native, choose_protocol, nullptr);
    // Sessions are resumed only in a context that has a name.
    SSL_CTX_set_session_id_context(native,
                                   reinterpret_cast<const unsigned char*>(session_context.data()),
                                   static_cast<unsigned>(session_context.size()));
    error_code ec;
    bool is_encrypted = false;
    made->set_password_callback(
        [&](std::size_t, ssl::context::password_purpose) {
            is_encrypted = true;
            return std::string{};
        },
        ec);
    made->use_certificate_chain(asio::buffer(chain), ec);
    if (ec) refuse("the certificate can't be used, it takes PEM", ec);
    made->use_private_key(asio::buffer(key), ssl::context::pem, ec);
    if (is_encrypted) {
        throw std::invalid_argument{
            "the key asks for a passphrase: it takes one that is not"
            " encrypted"};
    }
    if (ec && reason_of(ec) == X509_R_KEY_VALUES_MISMATCH) {
        throw std::invalid_argument{"the key is not the one of the certificate"};
    }
    if (ec) refuse("the key can't be used, it takes PEM", ec);
    if (SSL_CTX_check_private_key(native) != 1) {
        throw std::invalid_argument{"the key is not the one of the certificate"};
    }
    // The callback's variables end here; no key is read later.
    made->set_password_callback(
        [](std::size_t, ssl::context::password_purpose) { return std::string{}; }, ec);
    return made;
}

bool speaks_plain_http(const error_code& ec) {
    return reason_of(ec) == SSL_R_HTTP_REQUEST;
}

std::string explain_handshake(const error_code& ec) {
    if (ec == asio::error::eof || ec == ssl::error::stream_truncated ||
        ec == asio::error::connection_reset || ec == asio::error::operation_aborted) {
        return {};
    }
    switch (reason_of(ec)) {
        case SSL_R_HTTP_REQUEST: return "the client speaks plain http://, and this port https://";
        case SSL_R_TLSV1_ALERT_UNKNOWN_CA:
        case SSL_R_SSLV3_ALERT_BAD_CERTIFICATE:
        case SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN:
            return "the client does not trust the certificate: give it the authority's, which is "
                   "ca.pem of --tls-self-signed (" +
                   plain_words(ec) + ")";
        case SSL_R_UNSUPPORTED_PROTOCOL:
        case SSL_R_VERSION_TOO_LOW: return "the client speaks no TLS 1.2 or later";
        case SSL_R_NO_APPLICATION_PROTOCOL: return "the client does not offer http/1.1 by ALPN";
        default: return "no TLS: " + plain_words(ec);
    }
}

}  // namespace nexo_mock::net
