#include <nexo_mock/codec/embedded.hpp>
#include <nexo_mock/codec/scenario_reader.hpp>
#include <nexo_mock/codec/state_writer.hpp>
#include <nexo_mock/net/listener.hpp>
#include <nexo_mock/net/tls_context.hpp>
#include <nexo_mock/runtime/log.hpp>
#include <nexo_mock/runtime/server.hpp>
#include <nexo_mock/runtime/worker.hpp>

#include <boost/asio/post.hpp>

#include <algorithm>
#include <future>
#include <mutex>
#include <random>
#include <stdexcept>
#include <vector>

namespace nexo_mock::runtime {

namespace {

/// Short enough to be typed again.
std::uint64_t random_seed() {
    std::random_device device;
    return device() % 1'000'000'000U;
}

runtime::emulator_settings settings_of(const server_options& options) {
    runtime::emulator_settings settings;
    settings.scenario = options.scenario ? options.scenario : built_in_scenario("default");
    settings.webhook_target = options.webhook_target;
    settings.webhook_allow = options.webhook_allow;
    settings.clock = options.clock;
    settings.seed = options.seed ? *options.seed : settings.scenario->seed.value_or(random_seed());
    settings.world = options.world;
    settings.max_accounts = options.max_accounts;
    return settings;
}

control::guard_settings guard_of(const server_options& options) {
    return {.token = options.control_token,
            .only_loopback_hosts = net::is_loopback(options.host),
            .host = options.host};
}

std::string authority_of(const std::string& host, std::uint16_t port) {
    const bool is_v6 = host.find(':') != std::string::npos;
    return (is_v6 ? '[' + host + ']' : host) + ':' + std::to_string(port);
}

/// Whether all of them came true within the time.
bool wait_for(std::vector<std::future<void>>& all, std::chrono::milliseconds time) {
    const auto until = std::chrono::steady_clock::now() + time;
    return std::ranges::all_of(
        all, [&](auto& each) { return each.wait_until(until) == std::future_status::ready; });
}

}  // namespace

domain::scenario_ptr built_in_scenario(std::string_view name) {
    const auto found = std::ranges::find(embedded::scenarios, name, &embedded::file::stem);
    if (found == embedded::scenarios.end()) return nullptr;
    auto read = *codec::read_scenario(found->text).scenario;
    for (auto& each : read.rules)
        each.must_match = false;  // a library of behaviours: nobody uses all of it
    return std::make_shared<const domain::scenario>(std::move(read));
}

struct server::state {
    explicit state(server_options given)
        : options{std::move(given)}, emulator{settings_of(options)} {
        for (unsigned i = 0; i < std::max(options.threads, 1U); ++i) {
            workers.push_back(
                std::make_unique<runtime::worker>(emulator, options.net, guard_of(options)));
        }
        if (options.state) emulator.resume(*options.state, *workers.front());
        if (options.tls) {
            tls = net::server_tls(options.tls->certificate.chain, options.tls->certificate.key);
        }
        plain.emplace(workers.front()->context(), options.host, options.port);
        if (tls) secure.emplace(workers.front()->context(), options.host, options.tls->port);
        for (const auto& each : workers)
            each->start();
        // Last, and on its own thread: what is above may fail, and nothing waits for the listeners.
        workers.front()->run_soon([this] {
            listen(*plain, nullptr);
            if (secure) listen(*secure, tls.get());
        });
    }

    void listen(net::listener& on, boost::asio::ssl::context* through) {
        on.start([this]() -> boost::asio::io_context& { return next_worker().context(); },
                 [this, through](boost::asio::ip::tcp::socket socket) {
                     take(std::move(socket), through);
                 },
                 [](const std::string& why) { log_trouble(why); });
    }

    static void log_trouble(const std::string& why) {
        if (why.empty()) return runtime::log(runtime::log_level::info, "accepts connections again");
        runtime::log(runtime::log_level::warn,
                     "can't accept connections, and tries on: clients wait", {{"why", why}});
    }

    runtime::worker& next_worker() { return *workers[next++ % workers.size()]; }

    /// The socket belongs to the context of the worker that is to serve it.
    void take(boost::asio::ip::tcp::socket socket, boost::asio::ssl::context* through) {
        for (const auto& each : workers) {
            if (&socket.get_executor().context() != &each->context()) continue;
            const auto shared = std::make_shared<boost::asio::ip::tcp::socket>(std::move(socket));
            each->run_soon(
                [&of = *each, shared, through] { of.adopt(std::move(*shared), through); });
            return;
        }
    }

    /// Ready once no connection can come any more.
    std::future<void> close(net::listener& on) {
        const auto closed = std::make_shared<std::promise<void>>();
        workers.front()->run_soon([&on, closed] { on.stop([closed] { closed->set_value(); }); });
        return closed->get_future();
    }

    void stop() {
        const std::lock_guard lock{stopping};
        if (stopped) return;
        stopped = true;
        std::vector<std::future<void>> listeners;
        listeners.push_back(close(*plain));
        if (secure) listeners.push_back(close(*secure));
        wait_for(listeners, options.drain_requests);

        std::vector<std::future<void>> connections;
        for (const auto& each : workers)
            connections.push_back(each->drain_connections());
        emulator.waiters().stop();  // their replies are the last of their connections
        if (!wait_for(connections, options.drain_requests)) {
            runtime::log(runtime::log_level::warn, "closed connections that were not done in time");
        }
        std::vector<std::future<void>> webhooks;
        for (const auto& each : workers)
            webhooks.push_back(each->drain_webhooks());
        if (!wait_for(webhooks, options.drain_webhooks)) {
            runtime::log(runtime::log_level::warn, "gave up webhooks that were on their way",
                         {{"count", std::to_string(emulator.outstanding())}});
        }
        for (const auto& each : workers)
            each->stop();
        emulator.forget_waiters();
        for (const auto& each : workers)
            each->close();
    }

    server_options options;
    runtime::emulator emulator;
    std::vector<std::unique_ptr<runtime::worker>> workers;
    std::unique_ptr<boost::asio::ssl::context> tls;  // null: no HTTPS
    std::optional<net::listener> plain;
    std::optional<net::listener> secure;
    std::size_t next = 0;
    std::mutex stopping;
    bool stopped = false;
};

server::server(server_options options) : state_{std::make_unique<state>(std::move(options))} {}

server::~server() {
    try {
        stop();
    } catch (const std::exception& e) {
        runtime::log(runtime::log_level::error, "the stop failed", {{"why", e.what()}});
    }
}

std::string server::url() const {
    return "http://" + authority_of(state_->options.host, port());
}

std::uint16_t server::port() const {
    return state_->plain->port();
}
std::string server::tls_url() const {
    if (!state_->secure) return {};
    return "https://" + authority_of(state_->options.host, state_->secure->port());
}
std::uint64_t server::seed() const {
    return state_->emulator.seed();
}
domain::scenario_ptr server::scenario() const {
    return state_->emulator.scenario();
}
void server::replace_scenario(domain::scenario_ptr changed) {
    if (!changed) throw std::invalid_argument{"there is no scenario to go on under"};
    state_->emulator.restart_scenario(std::move(changed));
}
std::string server::export_state() const {
    std::string text;
    codec::write_state(text, state_->emulator.state());
    return text;
}
void server::run_on_worker(std::function<void(control::host&)> use) {
    auto& chosen = *state_->workers.front();
    chosen.run_soon([&host = chosen.host(), use = std::move(use)] { use(host); });
}
void server::stop() {
    state_->stop();
}

}  // namespace nexo_mock::runtime
