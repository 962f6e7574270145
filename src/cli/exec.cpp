#include <nexo_mock/cli/certificate_folder.hpp>
#include <nexo_mock/cli/child_process.hpp>
#include <nexo_mock/cli/command_model.hpp>
#include <nexo_mock/cli/commands.hpp>
#include <nexo_mock/cli/control_client.hpp>
#include <nexo_mock/cli/emulator_options.hpp>
#include <nexo_mock/cli/files.hpp>
#include <nexo_mock/cli/state_export.hpp>
#include <nexo_mock/cli/verification_report.hpp>
#include <nexo_mock/control/verification.hpp>
#include <nexo_mock/runtime/log.hpp>
#include <nexo_mock/runtime/server.hpp>

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <iostream>
#include <memory>
#include <unistd.h>
#include <utility>

namespace nexo_mock::cli {

namespace {

constexpr int exit_not_found = 127;          // as shells have it
constexpr int exit_not_run = 126;            //
constexpr int exit_of_signals = 128;         // and the signal's number
constexpr std::chrono::seconds patience{5};  // with webhooks that are on their way

struct exec_options : emulator_options {
    exec_options() {
        port = 0;
        log_level = "warn";
    }

    std::vector<std::string> misplaced;  // words of the command that stand before "--"
    bool verify = false;
    std::string checks;
    std::string junit;
};

/// The variables of the process, and those that are set or taken away.
class variables {
 public:
    variables() {
        for (auto** each = environ; *each != nullptr; ++each)
            all_.emplace_back(*each);
    }
    void remove(std::string_view name) {
        std::erase_if(all_, [&](const std::string& each) {
            return each.starts_with(name) && each.substr(name.size()).starts_with('=');
        });
    }
    void set(const std::string& name, const std::string& value) {
        remove(name);
        all_.push_back(name + '=' + value);
    }
    const std::vector<std::string>& all() const { return all_; }

 private:
    std::vector<std::string> all_;
};

/// Where the command reaches the emulator: an address that means all of them is no destination.
std::string reachable(std::string url) {
    for (const auto& [all, loopback] :
         {std::pair{"//0.0.0.0:", "//127.0.0.1:"}, std::pair{"//[::]:", "//[::1]:"}}) {
        const auto at = url.find(all);
        if (at != std::string::npos) url.replace(at, std::strlen(all), loopback);
    }
    return url;
}

/// A key nobody used before, the same under the same seed; where only listed keys are good, the
/// first of those that is.
std::string key_for(const runtime::server& running) {
    const auto scenario = running.scenario();
    if (scenario->api.listed_keys_only) {
        const auto& listed = scenario->accounts;
        const auto good = std::ranges::find(listed, false, &domain::account_settings::revoked);
        if (good != listed.end()) return good->key;
    }
    return "sk_live_exec_" + std::to_string(running.seed());
}

variables environment_for(const runtime::server& running, const std::string& url,
                          const std::string& token) {
    variables made;
    const auto key = key_for(running);
    made.set("NEXO_MOCK_URL", url);
    made.set("NEXO_BASE_URL", url + "/api/v1");
    made.set("NEXO_KEY", key);
    const auto target = running.scenario()->settings_for(key).target;
    if (target) made.set("NEXO_WEBHOOK_SECRET", target->secret);
    if (!token.empty()) {
        made.set("NEXO_MOCK_CONTROL_TOKEN", token);
        made.remove("NEXO_MOCK_CONTROL_TOKEN_FILE");
    }
    return made;
}

std::vector<std::string> names_of(const std::string& checks) {
    const auto wanted = control::read_checks(checks);
    if (!wanted) {
        throw wrong_usage{"--checks takes some of webhooks,codes,rules,requests, not " + checks};
    }
    std::vector<std::string> names;
    for (const auto each : *wanted)
        names.emplace_back(control::name(each));
    return names;
}

verification_report verify(const std::string& url, const std::string& token,
                           const exec_options& options) {
    control_client emulator{url, token};
    emulator.settle(patience);
    verification_report report;
    for (const auto& check : names_of(options.checks)) {
        const auto reply = emulator.get("/_mock/verify?check=" + check);
        if (reply.status == 0) throw std::runtime_error{"can't verify: " + reply.error};
        report.push_back(check_result::read(check, reply.body));
    }
    return report;
}

/// Tells of an end that is none of a command that did well. Its exit code.
int tell(const child_end& end, const runtime::server& running) {
    const auto seed = std::to_string(running.seed());
    if (end.signal != 0) {
        fail(0, "the command was killed by signal " + std::to_string(end.signal) + " (" +
                    ::strsignal(end.signal) + "), seed " + seed);
        return exit_of_signals + end.signal;
    }
    if (end.code != 0) {
        runtime::log(runtime::log_level::warn, "the command failed",
                     {{"code", std::to_string(end.code)}, {"seed", seed}});
    }
    return end.code;
}

void check_report(const std::string& path) {
    if (path.empty()) return;
    try {
        check_writable(path);
    } catch (const std::runtime_error& e) {
        throw wrong_usage{std::string{"--junit "} + e.what()};
    }
}

std::unique_ptr<runtime::server> start(const runtime::server_options& wanted) {
    try {
        return std::make_unique<runtime::server>(wanted);
    } catch (const std::invalid_argument& wrong) {
        throw wrong_usage{wrong.what()};
    }
}

/// Verifies, tells what it found and writes the report. Its exit code.
int judge(const exec_options& options, const runtime::server& running, const std::string& url,
          const std::string& token) try {
    const auto report = verify(url, token, options);
    if (!options.junit.empty()) {
        replace_file(options.junit, as_junit(report, running.scenario()->name, running.seed()));
    }
    if (is_clean(report)) return exit_ok;
    print(std::cerr, report);
    return exit_unverified;
} catch (const std::runtime_error& e) {
    return fail(exit_failed, e.what());
}

int exec(const exec_options& options, const std::vector<std::string>& words) {
    child_process child;
    options.set_log();
    options.check_export();
    check_report(options.junit);
    names_of(options.checks);
    const auto wanted = options.for_server(scenario_source::open(options.scenario));
    const auto running = start(wanted);
    state_export exported{*running, options.export_to, options.export_period()};
    warn_if_open(wanted);
    const auto url = reachable(running->url());
    auto environment = environment_for(*running, url, wanted.control_token);
    if (wanted.tls) environment.set("NEXO_TLS_URL", reachable(running->tls_url()));
    if (!options.tls.folder.empty()) {
        environment.set("NEXO_CA_FILE",
                        std::filesystem::absolute(authority_file(options.tls.folder)).string());
    }
    try {
        child.start(words, environment.all());
    } catch (const std::system_error& e) {
        return fail(e.code().value() == ENOENT ? exit_not_found : exit_not_run,
                    "can't run \"" + words.front() + "\": " + e.code().message());
    }
    auto code = tell(child.wait(), *running);
    if (options.verify) {
        const auto verdict = judge(options, *running, url, wanted.control_token);
        if (code == exit_ok) code = verdict;
    }
    running->stop();
    exported.finish();
    return code;
}

help_text exec_help() {
    return {
        .about =
            "The emulator listens on a free port as long as the command runs, and the command "
            "learns from its environment where. The command has the terminal and the standard "
            "streams to itself; of the emulator only warnings are logged, to standard error. "
            "SIGTERM, SIGHUP, SIGINT, SIGQUIT, SIGUSR1 and SIGUSR2 are passed on to it.\n\n"
            "With --verify the run fails if something is left that should not be, as GET "
            "/_mock/verify tells it: webhooks that were not acknowledged, codes that nobody read, "
            "rules that decided nothing, requests that were refused.",
        .exit_codes = {{exit_ok,
                        "the command ended with 0; another code of its own is handed on as it is"},
                       {exit_failed, "the emulator failed at run time"},
                       {exit_usage, "wrong usage, scenario or configuration"},
                       {exit_unverified, "the command ended with 0, but --verify found something"},
                       {exit_not_run, "the command can't be run"},
                       {exit_not_found, "there is no such command"},
                       {exit_of_signals,
                        "and more: it was killed by the signal of that number "
                        "above 128"}},
        .environment = {{"NEXO_BASE_URL", "set for the command: http://127.0.0.1:PORT/api/v1"},
                        {"NEXO_MOCK_URL", "set for the command: http://127.0.0.1:PORT"},
                        {"NEXO_TLS_URL, NEXO_CA_FILE",
                         "set for the command with --tls-port: https://127.0.0.1:PORT, and the "
                         "file of --tls-self-signed to trust"},
                        {"NEXO_KEY",
                         "set for the command: an API key of its own, or the first good one of a "
                         "scenario that lists them"},
                        {"NEXO_WEBHOOK_SECRET",
                         "set for the command where webhooks have a target: what signs them"},
                        {"NEXO_MOCK_CONTROL_TOKEN", "set for the command if there is one"}},
        .examples = {{"nexo-mock exec -- pytest -q", "the tests, with $NEXO_BASE_URL set"},
                     {"nexo-mock exec --scenario flaky --seed 1 --verify --junit nexo.xml -- npm "
                      "test",
                      "in CI: the same decisions in every run, and a report of what was left"},
                     {"nexo-mock exec --clock instant -- sh -c 'curl -H \"Authorization: Bearer "
                      "$NEXO_KEY\" $NEXO_BASE_URL/balance'",
                      "a shell of its own to use the variables"}}};
}

}  // namespace

void add_exec(CLI::App& app, int& exit_code, const std::vector<std::string>& words) {
    const auto options = std::make_shared<exec_options>();
    auto* command =
        add_command(app, "exec", "run a command with an emulator around it", exec_help());
    command->add_option("CMD", options->misplaced, "the command and its arguments, behind --");
    options->add_to(*command);
    auto* verify = command->add_flag("--verify", options->verify,
                                     "fail with 3 if something is left that should not be");
    command
        ->add_option("--checks", options->checks,
                     "what --verify looks at, with commas between "
                     "(webhooks,codes,rules,requests)")
        ->type_name("CHECKS")
        ->needs(verify);
    command
        ->add_option("--junit", options->junit, "where to write what --verify found, as JUnit does")
        ->type_name("FILE")
        ->needs(verify);
    command->callback([options, &words, &exit_code] {
        if (!options->misplaced.empty()) {
            throw wrong_usage{"the command goes behind \"--\": nexo-mock exec -- " +
                              options->misplaced.front()};
        }
        if (words.empty()) throw wrong_usage{"exec needs a command: nexo-mock exec -- CMD"};
        exit_code = exec(*options, words);
    });
}

}  // namespace nexo_mock::cli
