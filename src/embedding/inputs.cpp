#include "inputs.hpp"

#include <nexo_mock/codec/allowed_targets.hpp>
#include <nexo_mock/codec/embedded.hpp>
#include <nexo_mock/codec/http_url.hpp>
#include <nexo_mock/codec/scenario_reader.hpp>
#include <nexo_mock/codec/state_reader.hpp>
#include <nexo_mock/codec/text_formats.hpp>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <stdexcept>

namespace nexo_mock {

struct scenario_access {
    using kind = scenario::kind;
    static kind how(const scenario& of) { return of.how_; }
    static const std::string& what(const scenario& of) { return of.what_; }
};

}  // namespace nexo_mock

namespace nexo_mock::embedding {

namespace {

constexpr unsigned most_threads = 64;
constexpr double slowest = 0.001;
constexpr double fastest = 1'000'000;

domain::scenario_ptr read_built_in(const std::string& name) {
    if (auto found = runtime::built_in_scenario(name)) return found;
    std::vector<std::string_view> names;
    for (const auto& each : embedded::scenarios)
        names.push_back(each.stem);
    std::ranges::sort(names);
    throw std::invalid_argument{"no scenario of the library is called " + codec::in_quotes(name) +
                                codec::did_you_mean(name, names) + "; there are " +
                                codec::one_of_words(names)};
}

domain::scenario_ptr read_text(std::string_view text, std::string_view name) {
    auto reading = codec::read_scenario(text);
    if (!reading.scenario) refuse(reading.mistakes, name);
    return reading.scenario;
}

std::string read_file(const std::string& path) {
    const auto fail = [&path](std::string_view why) {
        throw std::invalid_argument{"can't read the scenario " + codec::in_quotes(path) + ": " +
                                    std::string{why}};
    };
    if (std::filesystem::is_directory(path)) fail("it is a directory");
    errno = 0;
    std::ifstream file{path, std::ios::binary};
    std::string text{std::istreambuf_iterator<char>{file}, std::istreambuf_iterator<char>{}};
    if (!file.is_open() || file.bad()) fail(std::strerror(errno));
    return text;
}

std::shared_ptr<const codec::emulator_state> read_state(const std::string& text) {
    if (text.empty()) return nullptr;
    auto reading = codec::read_state(text);
    if (!reading.state) refuse(reading.mistakes, "state");
    return std::make_shared<const codec::emulator_state>(std::move(*reading.state));
}

codec::allowed_targets read_allowed(const std::string& entries) {
    codec::allowed_targets allowed;
    if (entries.empty()) return allowed;
    if (const auto bad = allowed.add(entries)) {
        throw std::invalid_argument{"webhook_allow takes " +
                                    std::string{codec::allowed_target_forms} + ", not " +
                                    codec::in_quotes(*bad)};
    }
    return allowed;
}

domain::scenario_ptr with_target(const domain::scenario_ptr& of,
                                 const domain::webhook_target_ptr& target) {
    if (!target) return of;
    auto changed = *of;
    changed.webhook.target = target;
    return std::make_shared<const domain::scenario>(std::move(changed));
}

}  // namespace

void refuse(const std::vector<codec::diagnostic>& mistakes, std::string_view name) {
    std::string lines;
    for (const auto& each : mistakes) {
        if (!lines.empty()) lines += '\n';
        lines += codec::format(each, name);
    }
    throw std::invalid_argument{lines};
}

domain::scenario_ptr read(const scenario& source) {
    const auto& what = scenario_access::what(source);
    switch (scenario_access::how(source)) {
        case scenario_access::kind::built_in: return read_built_in(what);
        case scenario_access::kind::json: return read_text(what, "scenario");
        case scenario_access::kind::file: return read_text(read_file(what), what);
    }
    return nullptr;
}

runtime::server_options read(const server_options& options) {
    if (options.threads < 1 || options.threads > most_threads) {
        throw std::invalid_argument{"threads is 1 to 64, not " + std::to_string(options.threads)};
    }
    if (options.seed && *options.seed > domain::max_seed) {
        throw std::invalid_argument{"seed is at most " + std::to_string(domain::max_seed) +
                                    ", not " + std::to_string(*options.seed)};
    }
    runtime::server_options wanted;
    if (!options.webhook_url.empty() || !options.webhook_secret.empty()) {
        wanted.webhook_target = read_target(options.webhook_url, options.webhook_secret);
    }
    wanted.scenario = with_target(read(options.scenario), wanted.webhook_target);
    wanted.webhook_allow = read_allowed(options.webhook_allow);
    const auto objection = wanted.webhook_allow.objection_to(*wanted.scenario);
    if (!objection.empty()) throw std::invalid_argument{objection};
    wanted.clock = read(options.clock);
    wanted.seed = options.seed;
    wanted.host = options.host;
    wanted.port = options.port;
    wanted.threads = options.threads;
    wanted.control_token = options.control_token;
    wanted.world.max_deliveries = options.max_deliveries;
    wanted.world.journal.entries = options.max_journal;
    wanted.state = read_state(options.state);
    wanted.drain_requests = options.drain;
    wanted.drain_webhooks = options.drain;
    return wanted;
}

codec::clock_setting read(const clock_setting& clock) {
    codec::clock_setting wanted;
    wanted.start = clock.start;
    if (clock.how == clock_setting::pace::manual) wanted.mode = codec::clock_mode::manual;
    if (clock.how == clock_setting::pace::instant) wanted.mode = codec::clock_mode::instant;
    if (clock.how != clock_setting::pace::real || clock.factor == 1) return wanted;
    if (!(clock.factor >= slowest && clock.factor <= fastest)) {
        throw std::invalid_argument{
            "a clock is 0.001 to 1000000 times as fast as the wall clock, "
            "not " +
            std::to_string(clock.factor) + " times"};
    }
    wanted.mode = codec::clock_mode::scaled;
    wanted.factor = clock.factor;
    return wanted;
}

domain::phone_number read_phone(std::string_view text) {
    if (const auto phone = domain::phone_number::parse(text)) return *phone;
    throw std::invalid_argument{codec::in_quotes(text) +
                                " is no Vietnamese mobile number like \"+84981234567\""};
}

domain::webhook_target_ptr read_target(std::string_view url, std::string_view secret) {
    if (!codec::http_url::parse(url)) {
        throw std::invalid_argument{"webhooks go to " + std::string{codec::http_url_form} +
                                    ", not " + codec::in_quotes(url)};
    }
    if (secret.empty()) {
        throw std::invalid_argument{"a webhook URL needs a secret: every webhook is signed"};
    }
    return std::make_shared<const domain::webhook_target>(
        domain::webhook_target{std::string{url}, std::string{secret}});
}

domain::money read_amount(money amount) {
    const auto most = codec::most_money.micros();
    if (amount.micros < -most || amount.micros > most) {
        throw std::invalid_argument{"an amount is at most 10^12 dollars, not " +
                                    std::to_string(amount.micros) + " micro-dollars"};
    }
    return domain::money::from_micros(amount.micros);
}

domain::bucket_amounts read(const wallet& amounts) {
    for (const auto each : {amounts.balance, amounts.bonus_credit, amounts.free_credit}) {
        if (each.micros < 0) {
            throw std::invalid_argument{"a bucket holds 0 dollars or more, not " + to_string(each)};
        }
    }
    return {read_amount(amounts.balance), read_amount(amounts.bonus_credit),
            read_amount(amounts.free_credit)};
}

}  // namespace nexo_mock::embedding
