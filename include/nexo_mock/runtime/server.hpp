#pragma once

#include <nexo_mock/codec/clock_setting.hpp>
#include <nexo_mock/codec/emulator_state.hpp>
#include <nexo_mock/control/host.hpp>
#include <nexo_mock/domain/scenario.hpp>
#include <nexo_mock/domain/world.hpp>
#include <nexo_mock/net/certificates.hpp>
#include <nexo_mock/net/limits.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace nexo_mock::runtime {

/// HTTPS beside HTTP.
struct tls_options {
    std::uint16_t port = 0;  ///< 0: a free one
    /// Of the server, as PEM texts: its certificate and those that lead to its authority, its key.
    net::certificate certificate;
};

/// How an emulator is set up; the defaults suit a test that starts its own.
struct server_options {
    std::string host = "127.0.0.1";
    std::uint16_t port = 0;          ///< 0: a free one
    std::optional<tls_options> tls;  ///< none: no HTTPS
    unsigned threads = 1;            ///< worker threads, at least one
    domain::scenario_ptr scenario;   ///< null: the built-in default
    /// Where webhooks go under a scenario that is put in place later and does not say; null: none.
    domain::webhook_target_ptr webhook_target;
    /// Where webhooks may go. Those that may not are attempts that fail.
    codec::allowed_targets webhook_allow;
    codec::clock_setting clock;
    std::optional<std::uint64_t>
        seed;  ///< none: the scenario's, else random; at most domain::max_seed
    domain::world_limits world;
    std::size_t max_accounts = 100'000;
    /// What to begin with, as export_state() gave it; null: nothing.
    std::shared_ptr<const codec::emulator_state> state;
    net::limits net;
    std::string control_token;  ///< asked for by every control call; empty: none is
    std::chrono::milliseconds drain_requests{10'000};  ///< for what is being answered at stop()
    std::chrono::milliseconds drain_webhooks{5'000};   ///< for what is on its way then
};

/// A running emulator. Accepts connections from the constructor on until stop() or the destructor.
/// Members other than the constructor may be called from any thread.
class server {
 public:
    /// Throws, with the reason in words, std::invalid_argument if the scenario's settings or the
    /// certificate can't be used, std::runtime_error if it can't listen or the system refuses what
    /// it needs.
    explicit server(server_options options);
    ~server();
    server(const server&) = delete;
    server& operator=(const server&) = delete;

    /// "http://127.0.0.1:8484": the base URL for applications.
    std::string url() const;
    std::uint16_t port() const;
    /// "https://127.0.0.1:8443"; empty without HTTPS.
    std::string tls_url() const;
    std::uint64_t seed() const;
    /// The one that counts now.
    domain::scenario_ptr scenario() const;

    /// Goes on under another scenario. From the next request on its rules decide, from their first
    /// step and in the state "start", and its settings count. What was accepted keeps its course;
    /// wallets, ids and clocks stay, and so does the seed. `webhook.ca_file` and `webhook.insecure`
    /// stay as they were at the start. Throws std::invalid_argument if it is null.
    void replace_scenario(domain::scenario_ptr changed);

    /// The whole state as one JSON document, keys and secrets in the clear. Also after stop().
    std::string export_state() const;

    /// Calls `use` soon on a worker's thread, as a control call would be; never if it is stopped.
    /// `use` must neither block nor throw.
    void run_on_worker(std::function<void(control::host&)> use);

    /// Stops accepting, answers what has arrived, gives webhooks on their way their time, closes.
    /// Returns when that is done; a second call does nothing.
    void stop();

 private:
    struct state;
    std::unique_ptr<state> state_;
};

/// A scenario of the given name among those that are part of the executable; null if there is none.
domain::scenario_ptr built_in_scenario(std::string_view name);

}  // namespace nexo_mock::runtime
