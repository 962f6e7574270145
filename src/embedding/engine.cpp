#include "engine.hpp"

namespace nexo_mock::embedding {

std::shared_ptr<engine> engine::started(runtime::server_options options, https secured) {
    if (secured == https::off) return std::make_shared<engine>(std::move(options), std::string{});
    auto authority = net::make_authority();
    const auto names = net::emulator_names(options.host);
    options.tls = runtime::tls_options{0, net::issue(authority, names)};
    return std::make_shared<engine>(std::move(options), std::move(authority.chain));
}

void engine::post(std::function<void(control::host&)> work) {
    server_.run_on_worker(std::move(work));
}

std::string engine::refusal_of(control::host& host, const control::scope& which) {
    if (which.is_all()) return {};
    switch (host.open(which)) {
        case api::admission::granted: return {};
        case api::admission::unknown_key:
            return "the scenario lists the keys that have accounts, and this is none of them";
        case api::admission::too_many_accounts:
            return "the emulator holds as many accounts as it may";
    }
    return {};
}

// The gate closes last: until then a worker may be at work on a caller's stack.
void engine::stop() {
    server_.stop();
    const std::lock_guard lock{gate_->mutex};
    gate_->is_closed = true;
    gate_->changed.notify_all();
}

}  // namespace nexo_mock::embedding
