#include <nexo_mock/net/certificates.hpp>
#include <support/http.hpp>
#include <support/servers.hpp>

#include <boost/asio/read.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/read.hpp>
#include <doctest/doctest.h>

#include <array>
#include <atomic>
#include <random>
#include <string>
#include <thread>
#include <vector>

using namespace nexo_mock;
using namespace support;
using namespace std::chrono_literals;
namespace asio = boost::asio;
namespace ssl = asio::ssl;
namespace http = boost::beast::http;

namespace {

constexpr const char* kinds = R"({"rules": [
    {"when": {"phone": "+84900000001"}, "then": {"fault": {"kind": "hang", "for": "600s"}}},
    {"when": {"phone": "+84900000002"}, "then": {"fault": {"kind": "slow", "for": "50ms"}}},
    {"when": {"phone": "+84900000003"}, "then": {"fault": "reset"}},
    {"when": {"phone": "+84900000004"}, "then": {"fault": "truncate"}},
    {"then": {"deliver": true, "after": "2s"}}]})";

const net::certificate& authority() {
    static const auto made = net::make_authority();
    return made;
}

server_options over_tls(const std::string& scenario = kinds) {
    auto options = options_for(scenario);
    const auto names = net::emulator_names("127.0.0.1");
    options.tls.emplace();
    options.tls->certificate = net::issue(authority(), names);
    return options;
}

std::uint16_t tls_port(const server& mock) {
    const auto url = mock.tls_url();
    return static_cast<std::uint16_t>(std::stoi(url.substr(url.rfind(':') + 1)));
}

/// A blocking client that trusts our authority.
class tls_client {
 public:
    explicit tls_client(std::uint16_t port) : stream_{context_, trust()} {
        stream_.next_layer().connect({asio::ip::address_v4::loopback(), port});
        stream_.handshake(ssl::stream_base::client);
    }

    void write(const std::string& bytes) { asio::write(stream_, asio::buffer(bytes)); }
    http_reply read() {
        http::response_parser<http::string_body> parser;
        http::read(stream_, buffer_, parser);
        return parser.release();
    }
    http_reply call(const std::string& request) {
        write(request);
        return read();
    }
    /// What ends the connection, once everything before it is read.
    boost::system::error_code read_to_end(std::string& into) {
        boost::system::error_code ec;
        asio::read(stream_, asio::dynamic_buffer(into), ec);
        return ec;
    }
    void vanish() {
        stream_.next_layer().set_option(asio::socket_base::linger{true, 0});
        stream_.next_layer().close();
    }

 private:
    static ssl::context& trust() {
        static ssl::context made = [] {
            ssl::context settings{ssl::context::tls_client};
            settings.set_verify_mode(ssl::verify_peer);
            settings.add_certificate_authority(asio::buffer(authority().chain));
            return settings;
        }();
        return made;
    }

    asio::io_context context_;
    ssl::stream<asio::ip::tcp::socket> stream_;
    boost::beast::flat_buffer buffer_;
};

std::string send_to(const std::string& phone, const std::string& key) {
    return request_text("POST", "/api/v1/send-otp", key, otp_body(phone));
}

}  // namespace

TEST_CASE("an emulator without TLS has no URL for it") {
    server mock{options_for(kinds)};
    CHECK(mock.tls_url().empty());
}

TEST_CASE("the same account answers over HTTPS and over HTTP") {
    server mock{over_tls()};
    tls_client secure{tls_port(mock)};
    connection plain{mock.port()};
    CHECK(secure.call(send_to("+84981234567", "sk_live_a")).result_int() == 202);
    plain.write(request_text("GET", "/api/v1/balance", "sk_live_a"));
    CHECK(json_field(plain.read().body(), "balance") == "0.088");
}

TEST_CASE("who says nothing, or stops within the handshake, is let go in time") {
    auto options = over_tls();
    options.net.handshake = 100ms;
    options.net.sweep = 20ms;
    server mock{options};
    connection silent{tls_port(mock)};
    connection half{tls_port(mock)};
    half.write("\x16\x03\x01\x02");
    CHECK(silent.is_closed());
    CHECK(half.is_closed());
    tls_client still{tls_port(mock)};
    CHECK(still.call(request_text("GET", "/api/v1/balance", "sk_live_a")).result_int() == 200);
}

TEST_CASE("an idle connection is ended in TLS's own words") {
    auto options = over_tls();
    options.net.idle = 100ms;
    options.net.sweep = 20ms;
    server mock{options};
    tls_client idle{tls_port(mock)};
    CHECK(idle.call(request_text("GET", "/api/v1/balance", "sk_live_a")).result_int() == 200);
    std::string rest;
    CHECK(idle.read_to_end(rest) == asio::error::eof);  // a cut would be stream_truncated
    CHECK(rest.empty());
}

TEST_CASE("too much in one request is refused over TLS too, and the reply can be read") {
    server mock{over_tls()};
    tls_client to{tls_port(mock)};
    to.write(
        "POST /api/v1/send-otp HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n");
    const auto reply = to.read();
    CHECK(reply.result_int() == 413);
    std::string rest;
    CHECK(to.read_to_end(rest) == asio::error::eof);
}

TEST_CASE("a stop ends handshakes, hanging calls and streams over TLS at once") {
    auto options = over_tls();
    server mock{options};
    const auto port = tls_port(mock);
    connection within_handshake{port};
    tls_client hanging{port};
    hanging.write(send_to("+84900000001", "sk_live_a"));
    tls_client following{port};
    following.write(request_text("GET", "/_mock/events", "sk_live_a"));
    tls_client waiting{port};
    waiting.write(request_text("GET", "/_mock/otp/+84981234567?wait=600s", "sk_live_a"));
    tls_client asking{port};
    while (asking.call(request_text("GET", "/metrics")).body().find("nexo_mock_waiters 1\n") ==
           std::string::npos) {
    }
    const auto began = std::chrono::steady_clock::now();
    mock.stop();
    CHECK(std::chrono::steady_clock::now() - began < 5s);  // patience with each would be 10 s
    CHECK(within_handshake.is_closed());
}

TEST_CASE("certificates that can't be used are refused before anybody can connect") {
    auto options = over_tls();
    options.tls->certificate.key = authority().key;
    CHECK_THROWS_WITH_AS(server{options}, "the key is not the one of the certificate",
                         std::invalid_argument);
    options.tls->certificate = {"no", "certificate"};
    CHECK_THROWS_AS(server{options}, std::invalid_argument);
}

TEST_CASE("a port for TLS that is taken is an error that names it") {
    server other{options_for(kinds)};
    auto options = over_tls();
    options.tls->port = other.port();
    CHECK_THROWS_WITH_AS(server{options}, doctest::Contains(std::to_string(other.port()).c_str()),
                         std::runtime_error);
}

TEST_CASE("many at once over TLS and in plain, on all workers, are each answered") {
    auto options = over_tls();
    options.threads = 4;
    server mock{options};
    const auto port = tls_port(mock);
    constexpr int clients = 6;
    constexpr int calls = 60;
    std::atomic<int> answered = 0;
    std::vector<std::thread> threads;
    for (int nth = 0; nth < clients; ++nth) {
        threads.emplace_back([&, nth] {
            std::minstd_rand random{static_cast<unsigned>(nth)};
            const auto key = "sk_live_tls_" + std::to_string(nth);
            for (int i = 0; i < calls; ++i) {
                tls_client to{port};
                switch (random() % 5) {
                    case 0:
                        to.write(send_to("+84900000001", key));
                        to.vanish();
                        break;
                    case 1: CHECK(to.call(send_to("+84900000002", key)).result_int() != 500); break;
                    case 2: {
                        to.write(send_to("+84900000003", key));
                        std::string rest;
                        CHECK(to.read_to_end(rest));
                        break;
                    }
                    case 3: to.write(request_text("GET", "/_mock/events", key)); break;
                    default:
                        to.write(request_text("GET", "/api/v1/balance", key) +
                                 request_text("GET", "/_mock/health", key));
                        CHECK(to.read().result_int() == 200);
                        CHECK(to.read().result_int() == 200);
                }
                ++answered;
            }
        });
    }
    for (auto& each : threads)
        each.join();
    CHECK(answered == clients * calls);
    tls_client after{port};
    CHECK(after.call(request_text("POST", "/_mock/reset")).result_int() == 200);
    // Whoever left is let go; this connection is the one that is left.
    while (after.call(request_text("GET", "/metrics")).body().find("nexo_mock_connections 1\n") ==
           std::string::npos) {
    }
}
