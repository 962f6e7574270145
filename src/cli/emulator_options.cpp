#include <nexo_mock/cli/emulator_options.hpp>
#include <nexo_mock/cli/files.hpp>
#include <nexo_mock/cli/kept_limit.hpp>
#include <nexo_mock/codec/http_url.hpp>
#include <nexo_mock/codec/state_reader.hpp>
#include <nexo_mock/codec/text_formats.hpp>
#include <nexo_mock/net/listener.hpp>
#include <nexo_mock/runtime/log.hpp>

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cctype>
#include <memory>
#include <thread>

namespace nexo_mock::cli {

namespace {

constexpr unsigned most_threads = 64;
constexpr unsigned most_threads_by_default = 4;
constexpr std::size_t most_mistakes_told = 10;
constexpr domain::duration shortest_period = std::chrono::milliseconds{100};

std::shared_ptr<const codec::emulator_state> load_state(const std::string& path) {
    if (path.empty()) return nullptr;
    std::string text;
    try {
        text = read_file(path);
    } catch (const std::runtime_error& e) {
        throw wrong_usage{e.what()};
    }
    auto reading = codec::read_state(text);
    if (reading.state) {
        return std::make_shared<const codec::emulator_state>(std::move(*reading.state));
    }
    std::string message = "can't import the state, and nothing of it is used:";
    for (std::size_t i = 0; i < reading.mistakes.size() && i < most_mistakes_told; ++i)
        message += '\n' + codec::format(reading.mistakes[i], path);
    if (reading.mistakes.size() > most_mistakes_told) {
        message +=
            "\nand " + std::to_string(reading.mistakes.size() - most_mistakes_told) + " more";
    }
    throw wrong_usage{message};
}

unsigned usual_threads() {
    return std::min(std::max(std::thread::hardware_concurrency(), 1U), most_threads_by_default);
}

}  // namespace

void emulator_options::add_to(CLI::App& command) {
    const auto add = [&](const char* flag, auto& into, const char* value, const std::string& help) {
        std::string env = flag;
        std::ranges::replace(env, '-', '_');
        std::ranges::transform(env, env.begin(), [](char c) {
            return static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
        });
        return command.add_option(flag, into, help)
            ->type_name(value)
            ->envname("NEXO_MOCK" + env.substr(1));
    };
    const auto whole = [](auto number) { return " (" + std::to_string(number) + ")"; };
    add("--host", host, "ADDRESS", "address to listen on (" + host + ")");
    add("--port", port, "PORT", "port, 0 for a free one" + whole(port))
        ->check(CLI::Range(0, 65535));
    tls.add_to(command);
    add("--scenario", scenario, "SCENARIO",
        "scenario file, or the name of a built-in one (" + scenario + ")");
    add("--webhook-url", webhook_url, "URL",
        "where webhooks go, for accounts that set no target of their own");
    webhook_secret.add_to(command, "--webhook-secret", "NEXO_MOCK_WEBHOOK_SECRET",
                          "the webhook secret, in plain text");
    add("--webhook-allow", webhook_allow, "TARGETS",
        "where webhooks may go: host names, addresses and ranges, with commas between, as "
        "app.test,*.app.test:8080,10.0.0.0/8 (anywhere); may be given several times")
        ->expected(1)
        ->take_all();
    add("--clock", clock, "CLOCK",
        "real, x60 (sixty times faster), manual or instant; manual@2026-05-26T10:00:00Z begins "
        "there (" +
            clock + ")");
    add("--seed", seed, "N", "of all random decisions (the scenario's, else random)")
        ->check(CLI::Range(std::uint64_t{0}, domain::max_seed));
    add("--threads", threads, "N",
        "worker threads (as many as cores, at most " + std::to_string(most_threads_by_default) +
            ")")
        ->check(CLI::Range(1U, most_threads));
    add("--max-deliveries", max_deliveries, "LIMIT",
        "kept for each account, a number or a size like 64MiB; beyond it the oldest finished ones "
        "are evicted (" +
            max_deliveries + ")");
    add("--max-journal", max_journal, "LIMIT",
        "calls, and webhook attempts, remembered of each account, a number or a size like 8MiB; "
        "beyond it the oldest are evicted (" +
            max_journal + ")");
    add("--import", import_from, "FILE",
        "a state document to begin with, as --export-on-exit or GET /_mock/state gave it");
    add("--export-on-exit", export_to, "FILE",
        "where to write the state when the emulator stops; it holds keys and secrets");
    add("--export-every", export_every, "DURATION",
        "how often to write the file of --export-on-exit meanwhile, like 30s (at the end alone)");
    control_token.add_to(command, "--control-token", "NEXO_MOCK_CONTROL_TOKEN",
                         "asked for as X-Mock-Token by every control call (none)");
    add("--log-level", log_level, "LEVEL", "debug, info, warn, error or off (" + log_level + ")");
    add("--log-format", log_format, "FORMAT", "text or json (" + log_format + ")");
}

void emulator_options::set_log() const {
    const auto level = runtime::log_level_named(log_level);
    const auto format = runtime::log_format_named(log_format);
    if (!level) {
        throw wrong_usage{"--log-level takes debug, info, warn, error or off, not " + log_level};
    }
    if (!format) throw wrong_usage{"--log-format takes text or json, not " + log_format};
    runtime::set_log(*level, *format);
}

codec::allowed_targets emulator_options::allowed_targets() const {
    codec::allowed_targets allowed;
    for (const auto& each : webhook_allow) {
        if (const auto bad = allowed.add(each)) {
            throw wrong_usage{"--webhook-allow takes " + std::string{codec::allowed_target_forms} +
                              ", not \"" + *bad + '"'};
        }
    }
    return allowed;
}

domain::scenario_ptr emulator_options::with_target(const domain::scenario_ptr& loaded) const {
    auto made = with_given_target(loaded);
    const auto objection = allowed_targets().objection_to(*made);
    if (!objection.empty()) throw wrong_usage{"the scenario has a mistake: " + objection};
    return made;
}

domain::scenario_ptr emulator_options::with_given_target(const domain::scenario_ptr& loaded) const {
    const auto given = webhook_secret.resolve();
    if (webhook_url.empty() && given.empty()) return loaded;
    auto target = loaded->webhook.target ? *loaded->webhook.target : domain::webhook_target{};
    if (!webhook_url.empty()) target.url = webhook_url;
    if (!given.empty()) target.secret = given;
    if (target.url.empty()) {
        if (!webhook_secret.is_given()) return loaded;  // kept in the environment for others
        throw wrong_usage{"--webhook-secret needs --webhook-url"};
    }
    if (target.secret.empty()) {
        throw wrong_usage{"--webhook-url needs --webhook-secret: every webhook is signed"};
    }
    const auto url = codec::http_url::parse(target.url);
    if (!url) {
        throw wrong_usage{"--webhook-url takes " + std::string{codec::http_url_form} + ", not \"" +
                          target.url + '"'};
    }
    const auto objection = allowed_targets().objection_to(*url);
    if (!objection.empty() && !webhook_url.empty()) {
        throw wrong_usage{"--webhook-url: " + objection};
    }
    auto changed = *loaded;
    changed.webhook.target = std::make_shared<const domain::webhook_target>(std::move(target));
    return std::make_shared<const domain::scenario>(std::move(changed));
}

runtime::server_options emulator_options::for_server(const scenario_source& source) const {
    runtime::server_options wanted;
    wanted.host = host;
    wanted.port = static_cast<std::uint16_t>(port);
    wanted.threads = threads != 0 ? threads : usual_threads();
    const auto loaded = load_scenario(source);
    wanted.scenario = with_target(loaded);
    wanted.webhook_allow = allowed_targets();
    if (wanted.scenario != loaded) wanted.webhook_target = wanted.scenario->webhook.target;
    const auto setting = codec::parse_clock(clock);
    if (!setting) {
        throw wrong_usage{"--clock takes " + std::string{codec::clock_forms} + ", not \"" + clock +
                          '"'};
    }
    wanted.clock = *setting;
    wanted.seed = seed;
    const auto deliveries = kept_limit::parse("--max-deliveries", max_deliveries);
    wanted.world.max_deliveries = deliveries.entries;
    wanted.world.max_delivery_bytes = deliveries.bytes;
    const auto journal = kept_limit::parse("--max-journal", max_journal);
    wanted.world.journal = {journal.entries, journal.bytes};
    wanted.state = load_state(import_from);
    wanted.control_token = control_token.resolve();
    wanted.tls = tls.resolve(host);
    return wanted;
}

domain::duration emulator_options::export_period() const {
    if (export_every.empty()) return {};
    if (export_to.empty()) throw wrong_usage{"--export-every needs --export-on-exit"};
    const auto period = codec::parse_duration(export_every);
    if (!period || *period < shortest_period) {
        throw wrong_usage{"--export-every takes a duration like 30s, " +
                          codec::format_duration(shortest_period) + " at least, not \"" +
                          export_every + '"'};
    }
    return *period;
}

void emulator_options::check_export() const {
    export_period();
    if (export_to.empty()) return;
    try {
        check_writable(export_to);
    } catch (const std::runtime_error& e) {
        throw wrong_usage{std::string{"--export-on-exit "} + e.what()};
    }
}

void warn_if_open(const runtime::server_options& options) {
    if (!options.control_token.empty() || net::is_loopback(options.host)) return;
    runtime::log(runtime::log_level::warn,
                 "whoever reaches this port can read every code and move the clock, as there is no "
                 "--control-token",
                 {{"host", options.host}});
}

}  // namespace nexo_mock::cli
