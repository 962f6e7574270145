#include "engine.hpp"
#include "inputs.hpp"
#include <nexo_mock/domain/api_key.hpp>
#include <nexo_mock/runtime/log.hpp>
#include <nexo_mock/server.hpp>

#include <array>
#include <atomic>
#include <stdexcept>

namespace nexo_mock {

namespace {

// Of the whole process, as the log is.
// NOLINTNEXTLINE(cppcoreguidelines-avoid-non-const-global-variables)
std::atomic<bool> has_log_level = false;

/// A test's output has room for what is wrong, not for each call that a test has refused.
runtime::server_options quietly(runtime::server_options options) {
    if (!has_log_level.exchange(true)) {
        runtime::set_log(runtime::log_level::warn, runtime::log_format::text);
    }
    return options;
}

}  // namespace

server::server(const server_options& options)
    : scope{embedding::engine::started(quietly(embedding::read(options)), options.https), {}} {}

server::~server() {
    try {
        stop();
    } catch (const std::exception& e) {
        runtime::log(runtime::log_level::error, "the stop failed", {{"why", e.what()}});
    }
}

std::string server::url() const {
    return of()->server().url();
}
std::uint16_t server::port() const {
    return of()->server().port();
}
std::string server::tls_url() const {
    return of()->server().tls_url();
}
std::string server::authority() const {
    return of()->authority();
}
std::uint64_t server::seed() const {
    return of()->server().seed();
}

nexo_mock::account server::account(std::string_view key) const {
    if (!domain::is_well_formed_key(key)) {
        throw std::invalid_argument{
            "a key is \"sk_live_\" and 1 to 248 printable characters "
            "without spaces, not \"" +
            std::string{key} + '"'};
    }
    of()->look<embedding::nothing>(std::string{key},
                                   [](auto&, const auto&) { return embedding::nothing{}; });
    return nexo_mock::account{of(), std::string{key}};
}

std::string server::export_state() const {
    return of()->server().export_state();
}

void server::stop() const {
    of()->stop();
}

void set_log_level(log_level least) {
    using inner = runtime::log_level;
    constexpr std::array levels{inner::debug, inner::info, inner::warn, inner::error, inner::off};
    has_log_level = true;
    runtime::set_log(levels.at(static_cast<std::size_t>(least)), runtime::log_format::text);
}

}  // namespace nexo_mock
