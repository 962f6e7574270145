#include <nexo_mock/cli/command_model.hpp>
#include <nexo_mock/cli/commands.hpp>
#include <nexo_mock/cli/webhook_receiver.hpp>
#include <nexo_mock/codec/json_writer.hpp>
#include <nexo_mock/codec/text_formats.hpp>
#include <nexo_mock/net/listener.hpp>
#include <nexo_mock/net/session_set.hpp>

#include <CLI/CLI.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include <csignal>
#include <iostream>
#include <memory>

namespace nexo_mock::cli {

namespace {

namespace asio = boost::asio;

constexpr int usual_port = 8485;
constexpr std::uint64_t most_body_bytes = 1024 * 1024;
constexpr std::size_t most_connections = 1'024;
constexpr std::chrono::milliseconds drain_look{5};
constexpr std::chrono::seconds drain_patience{2};

struct listen_options {
    std::string host = "127.0.0.1";
    int port = usual_port;
    secret_options secret;
    std::string forward;
    std::vector<int> replies{200};
    std::string delay = "0s";
    std::size_t count = 0;  ///< 0: for ever
    std::string timeout;
    bool json = false;
};

domain::duration duration_of(const std::string& option, const std::string& text) {
    const auto length = codec::parse_duration(text);
    if (!length) throw wrong_usage{option + " takes a duration like 2s, not " + text};
    return *length;
}

receiver_settings settings_of(const listen_options& options) {
    receiver_settings settings;
    settings.secret = options.secret.resolve();
    if (settings.secret.empty()) throw wrong_usage{"listen needs --secret or --secret-file"};
    settings.replies = options.replies;
    settings.delay = duration_of("--reply-delay", options.delay);
    if (options.forward.empty()) return settings;
    settings.forward = codec::http_url::parse(options.forward);
    if (!settings.forward) {
        throw wrong_usage{"--forward takes " + std::string{codec::http_url_form} + ", not \"" +
                          options.forward + '"'};
    }
    return settings;
}

net::limits bounds() {
    net::limits bounds;
    bounds.api_body_bytes = bounds.control_body_bytes = bounds.state_body_bytes = most_body_bytes;
    bounds.connections = most_connections;
    bounds.keep_headers = true;
    return bounds;
}

/// From the first webhook to the end.
class listening {
 public:
    explicit listening(const listen_options& options)
        : options_{options},
          receiver_{context_, settings_of(options),
                    [this](const received_webhook& webhook) { hear(webhook); }, complain},
          sessions_{context_, receiver_, bounds()},
          door_{context_, options.host, static_cast<std::uint16_t>(options.port)} {}

    int run() {
        say(ready_line());
        door_.start([this]() -> asio::io_context& { return context_; },
                    [this](asio::ip::tcp::socket socket) { sessions_.adopt(std::move(socket)); },
                    [](const std::string& why) {
                        complain(why.empty() ? "accepts again" : "can't accept: " + why);
                    });
        signals_.async_wait([this](const boost::system::error_code& ec, int) {
            if (!ec) stop();
        });
        if (!options_.timeout.empty()) {
            timeout_.expires_after(duration_of("--timeout", options_.timeout));
            timeout_.async_wait([this](const boost::system::error_code& ec) {
                if (!ec) stop();
            });
        }
        context_.run();
        close_all();
        return verdict();
    }

 private:
    std::string ready_line() const {
        const bool is_v6 = options_.host.find(':') != std::string::npos;
        const auto url = "http://" + (is_v6 ? '[' + options_.host + ']' : options_.host) + ':' +
                         std::to_string(door_.port()) + '/';
        if (!options_.json) return "nexo-mock listening for webhooks on " + url + '\n';
        std::string line;
        codec::json_writer{line}
            .begin_object()
            .member("type", "ready")
            .member("url", url)
            .member("port", door_.port())
            .end_object();
        return line + '\n';
    }

    void say(const std::string& text) {
        std::cout << text << std::flush;
        if (std::cout) return;
        is_mute_ = true;
        stop();
    }

    static void complain(const std::string& words) { fail(exit_failed, words); }

    void hear(const received_webhook& webhook) {
        say(options_.json ? as_json(webhook) : as_text(webhook, paint_));
        if (webhook.is_genuine()) ++genuine_;
        if (is_complete()) stop();
    }

    bool is_complete() const { return options_.count != 0 && genuine_ >= options_.count; }

    /// What has arrived is answered: the one that completed the count is being answered now.
    void stop() {
        if (is_stopping_) return;
        is_stopping_ = true;
        signals_.cancel();
        timeout_.cancel();
        asio::post(context_, [this] {
            door_.stop([this] {
                sessions_.drain();
                receiver_.stop();
                until_ = std::chrono::steady_clock::now() + drain_patience;
                look();
            });
        });
    }

    void look() {
        if (sessions_.is_empty() || std::chrono::steady_clock::now() >= until_) {
            return context_.stop();
        }
        drain_.expires_after(drain_look);
        drain_.async_wait([this](const boost::system::error_code&) { look(); });
    }

    /// Handlers that hold a session must not outlive what it is tracked by.
    void close_all() {
        sessions_.abort();
        context_.restart();
        context_.poll();
    }

    int verdict() const {
        if (is_mute_) return fail(exit_failed, "can't write to standard output");
        if (options_.count == 0 || is_complete()) return exit_ok;
        return fail(exit_failed, std::to_string(genuine_) + " of " +
                                     std::to_string(options_.count) + " genuine webhooks came");
    }

    const listen_options& options_;
    painter paint_ = painter::of_standard_output();
    std::size_t genuine_ = 0;
    bool is_stopping_ = false;
    bool is_mute_ = false;
    std::chrono::steady_clock::time_point until_;
    asio::io_context context_{1};
    asio::signal_set signals_{context_, SIGINT, SIGTERM};
    asio::steady_timer timeout_{context_};
    asio::steady_timer drain_{context_};
    webhook_receiver receiver_;
    net::session_set sessions_;
    net::listener door_;
};

help_text listen_help() {
    return {
        .about =
            "Prints a line for each: when it came, its event, id, number and status, whether its "
            "signature fits, and what it was answered. Genuine ones are acknowledged with 200, "
            "others refused with 401 and what is wrong with them, as verify finds it. What comes "
            "again after it was acknowledged is called a duplicate. Any path will do.\n\n"
            "With --forward, each is passed on as it came, genuine or not, and the application's "
            "answer is handed back; 502 where there is none.",
        .exit_codes = {{exit_ok,
                        "it was stopped, or as many genuine webhooks came as --count says"},
                       {exit_failed, "they did not come in time, or a failure at run time"},
                       {exit_usage, "wrong usage"}},
        .environment = {{"NO_COLOR", "if it is set, nothing is printed in colours"}},
        .examples = {{"nexo-mock listen --secret whsec_dev",
                      "then: nexo-mock --webhook-url http://127.0.0.1:8485/ --webhook-secret "
                      "whsec_dev"},
                     {"nexo-mock listen --secret whsec_dev --forward "
                      "http://127.0.0.1:3000/webhooks/nexo",
                      "between the emulator and your application, to see what they say"},
                     {"nexo-mock listen --port 0 --secret whsec_dev --reply 500,500,200 --count 3 "
                      "--timeout 30s --json",
                      "in a script: fails twice, and ends when the third try has come"}}};
}

}  // namespace

void add_listen(CLI::App& app, int& exit_code) {
    const auto options = std::make_shared<listen_options>();
    auto* command =
        add_command(app, "listen", "receive webhooks, verify and print them", listen_help());
    const auto add = [&](const char* flag, auto& into, const char* value, const std::string& help) {
        return command->add_option(flag, into, help)->type_name(value);
    };
    add("--host", options->host, "ADDRESS", "address to listen on (127.0.0.1)");
    add("--port", options->port, "PORT", "port, 0 for a free one (8485)")
        ->check(CLI::Range(0, 65535));
    options->secret.add_to(*command, "--secret", "NEXO_MOCK_WEBHOOK_SECRET",
                           "the webhook secret, in plain text");
    auto* forward = add("--forward", options->forward, "URL",
                        "the application that they are passed on to, and that answers them");
    add("--reply", options->replies, "STATUS",
        "HTTP statuses, with commas between them, that genuine ones are answered with, the last "
        "one for ever (200)")
        ->delimiter(',')
        ->check(CLI::Range(200, 599))
        ->excludes(forward);
    add("--reply-delay", options->delay, "DURATION", "how long each reply takes (0s)");
    auto* count = add("--count", options->count, "N", "end after so many genuine ones (never)")
                      ->check(CLI::Range(std::size_t{1}, std::size_t{1'000'000'000}));
    add("--timeout", options->timeout, "DURATION",
        "how long to wait for as many as --count says, like 30s (for ever)")
        ->needs(count);
    command->add_flag("--json", options->json, "print an object a line, the ready line too");
    command->callback([options, &exit_code] {
        if (!options->timeout.empty()) duration_of("--timeout", options->timeout);
        exit_code = listening{*options}.run();
    });
}

}  // namespace nexo_mock::cli
