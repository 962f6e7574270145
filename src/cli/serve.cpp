#include <nexo_mock/cli/command_model.hpp>
#include <nexo_mock/cli/commands.hpp>
#include <nexo_mock/cli/descriptor_limit.hpp>
#include <nexo_mock/cli/emulator_options.hpp>
#include <nexo_mock/cli/scenario_reloader.hpp>
#include <nexo_mock/cli/state_export.hpp>
#include <nexo_mock/codec/json_writer.hpp>
#include <nexo_mock/runtime/log.hpp>
#include <nexo_mock/runtime/server.hpp>
#include <nexo_mock/version.hpp>

#include <CLI/CLI.hpp>
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

struct serve_options : emulator_options {
    bool json = false;
};

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

void serve(const serve_options& options) {
    options.set_log();
    options.check_export();
    raise_descriptor_limit();
    supervisor watching{
        scenario_source::open(options.scenario),
        [&](const domain::scenario_ptr& fresh) { return options.with_target(fresh); }};
    const auto wanted = options.for_server(watching.source());
    std::optional<runtime::server> running;
    try {
        running.emplace(wanted);
    } catch (const std::invalid_argument& wrong) {
        throw wrong_usage{wrong.what()};
    }
    state_export exported{*running, options.export_to, options.export_period()};
    watching.watch_scenario(*running);
    std::cout << ready_line(*running, wanted.clock, options.json) << '\n' << std::flush;
    warn_if_open(wanted);
    options.tls.log_authority();
    watching.run_until_stopped(*running);
    exported.finish();
}

}  // namespace

void add_serve(CLI::App& app, int&) {
    const auto options = std::make_shared<serve_options>();
    auto* command = add_command(
        app, "serve", "run the emulator (the default)",
        {.about = "Prints one line once it listens, and serves until SIGINT or SIGTERM; then it "
                  "answers what has arrived, gives webhooks that are on their way their time, and "
                  "ends. A scenario's file is read again when it changes, and on SIGHUP. The log "
                  "goes to standard error.",
         .exit_codes = {{exit_ok, "it was stopped"},
                        {exit_failed, "a failure at run time, as a port that is in use"},
                        {exit_usage, "wrong usage, scenario or configuration"}},
         .environment = {},
         .examples = {
             {"nexo-mock serve --scenario realistic --clock x60",
              "calls as slow as the real ones, but a minute takes a second"},
             {"nexo-mock serve --port 0 --json --webhook-url http://127.0.0.1:3000/hook "
              "--webhook-secret whsec_dev",
              "for a program that starts it: a free port, told as JSON, and signed webhooks"}}});
    options->add_to(*command);
    command->add_flag("--json", options->json, "print the ready line as JSON")
        ->envname("NEXO_MOCK_JSON");
    command->callback([options] { serve(*options); });
}

}  // namespace nexo_mock::cli
