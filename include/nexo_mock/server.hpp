#pragma once

#include <nexo_mock/account.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// An emulator of the NEXO ROUTE API inside a C++ program, for its tests:
///
///     nexo_mock::server mock{{.clock = nexo_mock::manual}};
///     const auto account = mock.account("sk_live_my_test");
///     // point the application at mock.url() + "/api/v1"
///     const auto sent = account.wait_for_code("+84981234567", 5s);
///     account.advance_to_idle();
namespace nexo_mock {

/// HTTPS beside HTTP, on a free port.
enum class https : std::uint8_t {
    off,
    self_signed,  ///< with a certificate for nexoroute.dev, localhost and this machine's addresses
};

/// How an emulator is set up; the defaults suit a test that starts its own.
struct server_options {
    // NOLINTBEGIN(readability-redundant-member-init): GCC warns of what {.clock = …} leaves out.
    nexo_mock::scenario scenario{};
    clock_setting clock{};                ///< real, manual, instant, times_faster(60)
    std::optional<std::uint64_t> seed{};  ///< none: the scenario's, else random; below 2^53
    /// Of accounts that name none, whatever the scenario says; both or neither.
    std::string webhook_url{};
    std::string webhook_secret{};
    /// Where webhooks may go, as --webhook-allow takes it: names, addresses and ranges with commas
    /// between ("127.0.0.1, app.test, 10.0.0.0/8"). Empty: anywhere.
    std::string webhook_allow{};
    std::string host = "127.0.0.1";  ///< an address to listen on
    std::uint16_t port = 0;          ///< 0: a free one
    nexo_mock::https https = nexo_mock::https::off;
    unsigned threads = 1;                  ///< 1 to 64
    std::string control_token{};           ///< asked for by /_mock calls; empty: none is
    std::size_t max_deliveries = 100'000;  ///< kept of an account; the oldest finished ones go
    std::size_t max_journal = 10'000;      ///< requests and webhook attempts kept of an account
    std::string state{};  ///< what to begin with, as export_state() gave it; empty: nothing
    /// How long stop() gives requests, and then webhooks, that are on their way.
    std::chrono::milliseconds drain{1'000};
    // NOLINTEND(readability-redundant-member-init)
};

/// A running emulator, and all of its accounts. It listens from the constructor on, until stop() or
/// the destructor. There may be many in one process.
class server : public scope {
 public:
    /// Throws std::invalid_argument if the options can't be used, std::runtime_error if it can't
    /// listen.
    explicit server(const server_options& options = {});
    /// As stop(). Other threads that wait in a member get `stopped`; handles stay safe to use.
    ~server();
    server(const server&) = delete;
    server& operator=(const server&) = delete;

    /// "http://127.0.0.1:40123": the emulated API is at /api/v1 below it.
    std::string url() const;
    std::uint16_t port() const;
    /// "https://127.0.0.1:40124"; empty without HTTPS.
    std::string tls_url() const;
    /// What clients have to trust then: the certificate, as PEM, of an authority of this server's
    /// own. Empty without HTTPS.
    std::string authority() const;
    /// Repeats the same ids and random decisions, given as server_options::seed.
    std::uint64_t seed() const;

    /// The account of that key, "sk_live_" and 1 to 248 printable characters. It appears if there
    /// is none; throws `error` if the scenario lists the keys that may and this is none of them.
    nexo_mock::account account(std::string_view key) const;

    /// Everything as one JSON document, keys and secrets in the clear. Also after stop().
    std::string export_state() const;

    /// Stops accepting, answers what has arrived, gives webhooks on their way their time, closes.
    /// Whoever waits gets `stopped`. A second call does nothing.
    void stop() const;
};

enum class log_level : std::uint8_t { debug, info, warn, error, off };
/// What is written to standard error, of all emulators of the process; `warn` until set. At `info`
/// there is a line for each call that was refused, with the reason.
void set_log_level(log_level least);

}  // namespace nexo_mock
