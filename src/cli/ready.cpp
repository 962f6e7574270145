#include <nexo_mock/cli/command_model.hpp>
#include <nexo_mock/cli/commands.hpp>
#include <nexo_mock/codec/http_url.hpp>
#include <nexo_mock/codec/text_formats.hpp>
#include <nexo_mock/net/http_client.hpp>

#include <CLI/CLI.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstdlib>
#include <iostream>
#include <memory>

namespace nexo_mock::cli {

namespace {

using std::chrono::steady_clock;

struct ready_options {
    std::string url;
    std::string wait = "0s";
    secret_options control_token;
};

constexpr std::chrono::milliseconds pause{50};
constexpr std::chrono::seconds patience{2};  // with one question

/// Asks until the emulator answers or the time is up.
class probe {
 public:
    probe(codec::http_url url, std::string token, steady_clock::time_point until)
        : url_{std::move(url)},
          token_{std::move(token)},
          until_{until},
          client_{context_, {}},
          timer_{context_} {}

    /// Empty if it is ready, else why not.
    std::string run() {
        ask();
        context_.run();
        return why_not_;
    }

 private:
    void ask() {
        net::client_request request;
        request.method = "GET";
        if (!token_.empty()) request.add_header("X-Mock-Token", token_);
        request.timeout = patience;
        client_.send(url_, request, [this](const net::client_reply& reply) { hear(reply); });
    }

    void hear(const net::client_reply& reply) {
        why_not_.clear();
        if (reply.status != 200) {
            why_not_ = reply.status == 0 ? reply.error : "status " + std::to_string(reply.status);
        }
        if (why_not_.empty() || steady_clock::now() >= until_) {
            client_.close_idle();  // nothing more is to come
            return;
        }
        timer_.expires_after(pause);
        timer_.async_wait([this](const boost::system::error_code&) { ask(); });
    }

    boost::asio::io_context context_{1};
    codec::http_url url_;
    std::string token_;
    steady_clock::time_point until_;
    net::http_client client_;
    boost::asio::steady_timer timer_;
    std::string why_not_;
};

int ready(const ready_options& options) {
    const auto wait = codec::parse_duration(options.wait);
    if (!wait) return fail(exit_usage, "--wait takes a duration like 30s, not " + options.wait);
    auto base = options.url;
    if (base.empty()) {
        const auto* port = std::getenv("NEXO_MOCK_PORT");
        base = "http://127.0.0.1:" + (port != nullptr ? port : std::to_string(default_port));
    }
    while (base.ends_with('/'))
        base.pop_back();
    const auto url = codec::http_url::parse(base + "/_mock/health");
    if (!url) return fail(exit_usage, "--url takes a URL like http://127.0.0.1:8484, not " + base);
    const auto token = options.control_token.resolve();
    auto why_not = probe{*url, token, steady_clock::now() + *wait}.run();
    if (why_not.starts_with("certificate verify failed")) {
        why_not += "; SSL_CERT_FILE names the authority to trust, ca.pem of --tls-self-signed";
    }
    if (!why_not.empty()) return fail(exit_failed, base + " is not ready: " + why_not);
    std::cout << base << " is ready\n";
    return exit_ok;
}

}  // namespace

void add_ready(CLI::App& app, int& exit_code) {
    const auto options = std::make_shared<ready_options>();
    auto* command = add_command(
        app, "ready", "say whether an emulator answers",
        {.about =
             "A readiness probe for containers and scripts. It can be interrupted at any time.",
         .exit_codes = {{exit_ok, "it answers"},
                        {exit_failed, "it does not, or not in time"},
                        {exit_usage, "wrong usage"}},
         .environment = {{"NEXO_MOCK_PORT", "the port of the usual URL, where there is no other"}},
         .examples = {{"nexo-mock ready --wait 30s", "waits until it is there, at most 30 seconds"},
                      {"nexo-mock ready --url http://127.0.0.1:9000",
                       "asks once: the health check of a container"}}});
    command
        ->add_option("--url", options->url,
                     "its base URL (http://127.0.0.1:8484, or with the port of NEXO_MOCK_PORT)")
        ->type_name("URL")
        ->envname("NEXO_MOCK_URL");
    command->add_option("--wait", options->wait, "how long to wait for it, like 30s (0s)")
        ->type_name("DURATION");
    options->control_token.add_to(*command, "--control-token", "NEXO_MOCK_CONTROL_TOKEN",
                                  "of an emulator that asks for one");
    command->callback([options, &exit_code] { exit_code = ready(*options); });
}

}  // namespace nexo_mock::cli
