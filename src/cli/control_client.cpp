#include <nexo_mock/cli/control_client.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <stdexcept>

namespace nexo_mock::cli {

namespace {

constexpr std::chrono::milliseconds pause{20};
constexpr std::size_t most_bytes = 16 * 1024 * 1024;
constexpr std::string_view on_their_way = "\nnexo_mock_webhook_attempts_in_flight ";

}  // namespace

control_client::control_client(std::string base, std::string token)
    : base_{std::move(base)}, token_{std::move(token)} {}

net::client_reply control_client::get(const std::string& path) {
    const auto url = codec::http_url::parse(base_ + path);
    if (!url) throw std::runtime_error{"this is no URL: " + base_ + path};
    boost::asio::io_context context{1};
    net::client_settings settings;
    settings.reply_bytes = most_bytes;
    net::http_client client{context, std::move(settings)};
    net::client_request request;
    request.method = "GET";
    if (!token_.empty()) request.add_header("X-Mock-Token", token_);
    net::client_reply reply;
    client.send(*url, request, [&](net::client_reply came) {
        reply = std::move(came);
        client.close_idle();
    });
    context.run();
    return reply;
}

bool control_client::is_settled() {
    const auto metrics = get("/metrics").body;
    const auto at = metrics.find(on_their_way);
    return at == std::string::npos || metrics.substr(at + on_their_way.size()).starts_with("0\n");
}

void control_client::settle(std::chrono::milliseconds patience) {
    const auto end = std::chrono::steady_clock::now() + patience;
    boost::asio::io_context context{1};
    boost::asio::steady_timer timer{context};
    while (!is_settled() && std::chrono::steady_clock::now() < end) {
        timer.expires_after(pause);
        timer.wait();
    }
}

}  // namespace nexo_mock::cli
