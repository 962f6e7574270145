#include "login_service.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url.hpp>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <map>
#include <mutex>
#include <random>
#include <thread>

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;

namespace {

using bytes = std::basic_string<unsigned char>;

std::string new_code() {
    std::random_device device;
    return std::to_string(std::uniform_int_distribution{100'000, 999'999}(device));
}

/// The key of the signature is the SHA-256 digest of the secret.
bool is_genuine(const std::string& secret, const std::string& body, const std::string& signature) {
    bytes key(EVP_MAX_MD_SIZE, 0);
    unsigned size = 0;
    EVP_Digest(secret.data(), secret.size(), key.data(), &size, EVP_sha256(), nullptr);
    bytes sum(EVP_MAX_MD_SIZE, 0);
    unsigned sum_size = 0;
    HMAC(EVP_sha256(), key.data(), static_cast<int>(size),
         reinterpret_cast<const unsigned char*>(body.data()), body.size(), sum.data(), &sum_size);
    std::string expected = "sha256=";
    for (unsigned i = 0; i < sum_size; ++i) {
        constexpr auto digits = "0123456789abcdef";
        expected += {digits[sum[i] / 16], digits[sum[i] % 16]};
    }
    return signature.size() == expected.size() &&
           CRYPTO_memcmp(signature.data(), expected.data(), expected.size()) == 0;
}

/// The string after "name": in a flat JSON object.
std::string field(const std::string& json, const std::string& name) {
    const auto mark = '"' + name + "\":\"";
    const auto at = json.find(mark);
    if (at == std::string::npos) return {};
    const auto begin = at + mark.size();
    return json.substr(begin, json.find('"', begin) - begin);
}

}  // namespace

struct login_service::state {
    boost::urls::url api;
    std::string key;
    std::string secret;
    asio::io_context context;
    tcp::acceptor acceptor{context, {asio::ip::address_v4::loopback(), 0}};
    mutable std::mutex mutex;
    std::map<std::string, std::string> codes;     // by number
    std::map<std::string, std::string> statuses;  // by number
    std::thread thread;

    void accept() {
        acceptor.async_accept([this](const auto& failed, tcp::socket socket) {
            if (failed) return;
            try {
                take_webhook(socket);
            } catch (const boost::system::system_error&) {
                // who sends a webhook and leaves sends it again
            }
            accept();
        });
    }

    void take_webhook(tcp::socket& socket) {
        boost::beast::flat_buffer buffer;
        http::request<http::string_body> webhook;
        http::read(socket, buffer, webhook);
        http::response<http::empty_body> reply{http::status::unauthorized, 11};
        const auto& body = webhook.body();
        if (is_genuine(secret, body, std::string{webhook["X-NEXO-Signature"]})) {
            const std::lock_guard lock{mutex};
            statuses[field(body, "phone")] = field(body, "status");
            reply.result(http::status::no_content);
        }
        reply.keep_alive(false);
        http::write(socket, reply);
    }

    unsigned send(const std::string& phone, const std::string& code) const {
        asio::io_context own;
        tcp::socket socket{own};
        socket.connect({asio::ip::make_address(std::string{api.host()}), api.port_number()});
        http::request<http::string_body> request{http::verb::post,
                                                 std::string{api.path()} + "/send-otp", 11};
        request.set(http::field::host, std::string{api.encoded_host_and_port()});
        request.set(http::field::authorization, "Bearer " + key);
        request.body() = R"({"phone":")" + phone + R"(","code":")" + code + R"("})";
        request.prepare_payload();
        http::write(socket, request);
        boost::beast::flat_buffer buffer;
        http::response<http::string_body> reply;
        http::read(socket, buffer, reply);
        return reply.result_int();
    }
};

login_service::login_service(const std::string& api, std::string key, std::string webhook_secret)
    : state_{std::make_unique<state>()} {
    state_->api = boost::urls::parse_uri(api).value();
    state_->key = std::move(key);
    state_->secret = std::move(webhook_secret);
    state_->accept();
    state_->thread = std::thread{[this] { state_->context.run(); }};
}

login_service::~login_service() {
    state_->context.stop();
    state_->thread.join();
}

std::string login_service::webhook_url() const {
    return "http://127.0.0.1:" + std::to_string(state_->acceptor.local_endpoint().port()) + '/';
}

bool login_service::start(const std::string& phone) {
    const auto code = new_code();
    {
        const std::lock_guard lock{state_->mutex};
        state_->codes[phone] = code;
    }
    return state_->send(phone, code) == 202;
}

bool login_service::finish(const std::string& phone, const std::string& code) {
    const std::lock_guard lock{state_->mutex};
    const auto sent = state_->codes.find(phone);
    if (sent == state_->codes.end() || sent->second != code) return false;
    state_->codes.erase(sent);
    return true;
}

std::string login_service::call_status(const std::string& phone) const {
    const std::lock_guard lock{state_->mutex};
    const auto known = state_->statuses.find(phone);
    return known == state_->statuses.end() ? std::string{} : known->second;
}
