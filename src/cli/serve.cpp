#include <nexo_mock/cli/certificate_folder.hpp>
#include <nexo_mock/cli/commands.hpp>
#include <nexo_mock/cli/files.hpp>
#include <nexo_mock/cli/scenario_reloader.hpp>
#include <nexo_mock/codec/http_url.hpp>
#include <nexo_mock/codec/json_writer.hpp>
#include <nexo_mock/codec/state_reader.hpp>
#include <nexo_mock/net/listener.hpp>
#include <nexo_mock/runtime/log.hpp>
#include <nexo_mock/runtime/server.hpp>
#include <nexo_mock/version.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>

#include <csignal>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <thread>

namespace nexo_mock::cli {

namespace {

struct serve_options {
    std::string host = "127.0.0.1";
    int port = default_port;
    std::optional<int> tls_port;
    std::string tls_certificate;
    std::string tls_key;
    std::string tls_folder;
    std::string scenario = "default";
    std::string webhook_url;
    secret_options webhook_secret;
    std::string clock = "real";
    std::optional<std::uint64_t> seed;
    unsigned threads = 0;
    std::size_t max_deliveries = domain::world_limits{}.max_deliveries;
    std::size_t max_journal = domain::world_limits{}.max_journal;
    secret_options control_token;
    std::string log_level = "info";
    std::string log_format = "text";
    std::string import_from;
    std::string export_to;
    bool json = false;
};

constexpr unsigned most_threads = 64;
constexpr unsigned most_threads_by_default = 4;
constexpr std::size_t most_mistakes_told = 10;

/// The scenario with the webhook target of the command line, which goes before its own.
domain::scenario_ptr with_target(const domain::scenario_ptr& scenario,
                                 const serve_options& options) {
    const auto given = options.webhook_secret.resolve();
    if (options.webhook_url.empty() && given.empty()) return scenario;
    auto target = scenario->webhook.target ? *scenario->webhook.target : domain::webhook_target{};
    if (!options.webhook_url.empty()) target.url = options.webhook_url;
    if (!given.empty()) target.secret = given;
    if (target.url.empty()) {
        if (!options.webhook_secret.is_given())
            return scenario;  // kept in the environment for others
        throw wrong_usage{"--webhook-secret needs --webhook-url"};
    }
    if (target.secret.empty()) {
        throw wrong_usage{"--webhook-url needs --webhook-secret: every webhook is signed"};
    }
    if (!codec::http_url::parse(target.url)) {
        throw wrong_usage{"--webhook-url takes " + std::string{codec::http_url_form} + ", not \"" +
                          target.url + '"'};
    }
    auto changed = *scenario;
    changed.webhook.target = std::make_shared<const domain::webhook_target>(std::move(target));
    return std::make_shared<const domain::scenario>(std::move(changed));
}

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

/// Certificate and key by file or by folder, where HTTPS is wanted.
std::optional<runtime::tls_options> tls_of(const serve_options& options) {
    const bool by_files = !options.tls_certificate.empty() || !options.tls_key.empty();
    const bool by_folder = !options.tls_folder.empty();
    if (!options.tls_port) {
        if (!by_files && !by_folder) return std::nullopt;
        throw wrong_usage{
            std::string{by_folder ? "--tls-self-signed needs" : "--tls-cert and --tls-key need"} +
            " --tls-port (0 takes a free one)"};
    }
    if (by_files && by_folder) {
        throw wrong_usage{"--tls-self-signed and --tls-cert with --tls-key exclude each other"};
    }
    if (!by_folder && (options.tls_certificate.empty() || options.tls_key.empty())) {
        throw wrong_usage{
            "--tls-port needs --tls-self-signed FOLDER, or both --tls-cert and "
            "--tls-key"};
    }
    runtime::tls_options wanted{.port = static_cast<std::uint16_t>(*options.tls_port),
                                .certificate = {}};
    try {
        wanted.certificate = by_folder ? self_signed_in(options.tls_folder, options.host)
                                       : net::certificate{read_file(options.tls_certificate),
                                                          read_file(options.tls_key)};
    } catch (const std::runtime_error& e) {
        throw wrong_usage{e.what()};
    }
    return wanted;
}

runtime::server_options server_options_of(const serve_options& options,
                                          const scenario_source& source) {
    runtime::server_options wanted;
    wanted.host = options.host;
    wanted.port = static_cast<std::uint16_t>(options.port);
    const auto cores = std::max(std::thread::hardware_concurrency(), 1U);
    wanted.threads =
        options.threads != 0 ? options.threads : std::min(cores, most_threads_by_default);
    const auto loaded = load_scenario(source);
    wanted.scenario = with_target(loaded, options);
    if (wanted.scenario != loaded) wanted.webhook_target = wanted.scenario->webhook.target;
    const auto clock = codec::parse_clock(options.clock);
    if (!clock) {
        throw wrong_usage{"--clock takes " + std::string{codec::clock_forms} + ", not \"" +
                          options.clock + '"'};
    }
    wanted.clock = *clock;
    wanted.seed = options.seed;
    wanted.world.max_deliveries = options.max_deliveries;
    wanted.state = load_state(options.import_from);
    wanted.world.max_journal = options.max_journal;
    wanted.control_token = options.control_token.resolve();
    wanted.tls = tls_of(options);
    return wanted;
}

void set_log_of(const serve_options& options) {
    const auto level = runtime::log_level_named(options.log_level);
    const auto format = runtime::log_format_named(options.log_format);
    if (!level) {
        throw wrong_usage{"--log-level takes debug, info, warn, error or off, not " +
                          options.log_level};
    }
    if (!format) throw wrong_usage{"--log-format takes text or json, not " + options.log_format};
    runtime::set_log(*level, *format);
}

std::string ready_line(const runtime::server& running, const codec::clock_setting& clock,
                       bool as_json) {
    std::string line;
    if (!as_json) {
        line = "nexo-mock " + std::string{version} + " listening on " + running.url();
        if (!running.tls_url().empty()) line += " and " + running.tls_url();
        line += " (scenario " + running.scenario()->name + ", clock " + codec::format_clock(clock);
        return line + ", seed " + std::to_string(running.seed()) + ")";
    }
    codec::json_writer json{line};
    json.begin_object()
        .member("type", "ready")
        .member("url", running.url())
        .member("port", running.port());
    json.key("tls_url").value_or_null(running.tls_url());
    json.member("scenario", running.scenario()->name)
        .member("clock", codec::format_clock(clock))
        .member("seed", running.seed())
        .member("version", version)
        .end_object();
    return line;
}

/// What happens to the process from outside: signals, and changes of the scenario's file. Signals
/// are caught from its construction on, so that none is lost on the way up.
class supervisor {
 public:
    supervisor(scenario_source source, scenario_reloader::prepare finish)
        : reloader_{context_, std::move(source), std::move(finish)} {
        if (reloader_.source().is_built_in) signals_.add(SIGHUP);
    }

    const scenario_source& source() const { return reloader_.source(); }

    /// From here on a change of the scenario's file is not missed.
    void watch_scenario(runtime::server& running) { reloader_.start(running); }

    /// Returns once the server has stopped because of SIGINT or SIGTERM, or of SIGHUP where there
    /// is no file to read again. A second one ends the process at once.
    void run_until_stopped(runtime::server& running) {
        std::jthread stopping;
        signals_.async_wait([&](const boost::system::error_code&, int) {
            runtime::log(runtime::log_level::info, "stopping");
            reloader_.stop();
            stopping = std::jthread{[&] {
                running.stop();
                boost::asio::post(context_, [&] { signals_.cancel(); });
            }};
            signals_.async_wait([](const boost::system::error_code& done, int) {
                if (!done) std::_Exit(exit_failed);
            });
        });
        context_.run();
    }

 private:
    boost::asio::io_context context_{1};
    boost::asio::signal_set signals_{context_, SIGINT, SIGTERM};
    scenario_reloader reloader_;
};

/// At the start: at the end it would be too late to say so.
void check_writable_or_refuse(const std::string& path) {
    try {
        check_writable(path);
    } catch (const std::runtime_error& e) {
        throw wrong_usage{std::string{"--export-on-exit "} + e.what()};
    }
}

void serve(const serve_options& options) {
    set_log_of(options);
    if (!options.export_to.empty()) check_writable_or_refuse(options.export_to);
    supervisor watching{
        scenario_source::open(options.scenario),
        [&](const domain::scenario_ptr& fresh) { return with_target(fresh, options); }};
    auto wanted = server_options_of(options, watching.source());
    const auto clock = wanted.clock;
    const bool is_open = !net::is_loopback(wanted.host) && wanted.control_token.empty();
    std::optional<runtime::server> running;
    try {
        running.emplace(std::move(wanted));
    } catch (const std::invalid_argument& wrong) {
        throw wrong_usage{wrong.what()};
    }
    watching.watch_scenario(*running);
    std::cout << ready_line(*running, clock, options.json) << '\n' << std::flush;
    if (!options.tls_folder.empty()) {
        runtime::log(runtime::log_level::info, "clients of the https:// port are to trust",
                     {{"file", authority_file(options.tls_folder)}});
    }
    if (is_open) {
        runtime::log(runtime::log_level::warn,
                     "whoever reaches this port can read every code and move the clock, as there "
                     "is no --control-token",
                     {{"host", options.host}});
    }
    watching.run_until_stopped(*running);
    if (!options.export_to.empty()) replace_file(options.export_to, running->export_state());
}

}  // namespace

void add_serve(CLI::App& app, int&) {
    const auto options = std::make_shared<serve_options>();
    auto* command = app.add_subcommand("serve", "run the emulator (the default)");
    const auto add = [&](const char* flag, auto& into, const char* env, const char* help) {
        return command->add_option(flag, into, help)->envname(env);
    };
    add("--host", options->host, "NEXO_MOCK_HOST", "address to listen on (127.0.0.1)");
    add("--port", options->port, "NEXO_MOCK_PORT", "port, 0 for a free one (8484)")
        ->check(CLI::Range(0, 65535));
    add("--tls-port", options->tls_port, "NEXO_MOCK_TLS_PORT",
        "port for HTTPS, 0 for a free one (none)")
        ->check(CLI::Range(0, 65535));
    add("--tls-self-signed", options->tls_folder, "NEXO_MOCK_TLS_SELF_SIGNED",
        "a folder for a certificate of our own; clients are to trust the ca.pem in it, which is "
        "made "
        "once");
    add("--tls-cert", options->tls_certificate, "NEXO_MOCK_TLS_CERT",
        "a certificate instead, with those that lead to its authority (PEM)");
    add("--tls-key", options->tls_key, "NEXO_MOCK_TLS_KEY", "its private key (PEM)");
    add("--scenario", options->scenario, "NEXO_MOCK_SCENARIO",
        "scenario file, or the name of a built-in one (default)");
    add("--webhook-url", options->webhook_url, "NEXO_MOCK_WEBHOOK_URL",
        "where webhooks go, for accounts that set no target of their own");
    options->webhook_secret.add_to(*command, "--webhook-secret", "NEXO_MOCK_WEBHOOK_SECRET",
                                   "the webhook secret, in plain text");
    add("--clock", options->clock, "NEXO_MOCK_CLOCK",
        "real, x60 (sixty times faster), manual or instant; manual@2026-05-26T10:00:00Z begins "
        "there");
    add("--seed", options->seed, "NEXO_MOCK_SEED", "of all random decisions (random, printed)")
        ->check(CLI::Range(std::uint64_t{0}, domain::max_seed));
    add("--threads", options->threads, "NEXO_MOCK_THREADS",
        "worker threads (as many as cores, at most 4)")
        ->check(CLI::Range(1U, most_threads));
    add("--max-deliveries", options->max_deliveries, "NEXO_MOCK_MAX_DELIVERIES",
        "kept for each account; beyond it the oldest finished ones are evicted (100000)")
        ->check(CLI::Range(std::size_t{1}, std::size_t{100'000'000}));
    add("--import", options->import_from, "NEXO_MOCK_IMPORT",
        "a state document to begin with, as --export-on-exit or GET /_mock/state gave it");
    add("--export-on-exit", options->export_to, "NEXO_MOCK_EXPORT_ON_EXIT",
        "where to write the state when the emulator stops; it holds keys and secrets");
    add("--max-journal", options->max_journal, "NEXO_MOCK_MAX_JOURNAL",
        "calls, and webhook attempts, remembered of each account; beyond it the oldest are "
        "evicted (10000)")
        ->check(CLI::Range(std::size_t{1}, std::size_t{100'000'000}));
    options->control_token.add_to(*command, "--control-token", "NEXO_MOCK_CONTROL_TOKEN",
                                  "asked for as X-Mock-Token by every control call (none)");
    add("--log-level", options->log_level, "NEXO_MOCK_LOG_LEVEL",
        "debug, info, warn, error or off (info)");
    add("--log-format", options->log_format, "NEXO_MOCK_LOG_FORMAT", "text or json (text)");
    command->add_flag("--json", options->json, "print the ready line as JSON")
        ->envname("NEXO_MOCK_JSON");
    command->footer(R"(Examples:
  nexo-mock serve --scenario realistic --clock x60
  nexo-mock serve --port 0 --json --webhook-url http://127.0.0.1:3000/hook --webhook-secret whsec_dev)");
    command->callback([options] { serve(*options); });
}

}  // namespace nexo_mock::cli
