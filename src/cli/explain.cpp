#include <nexo_mock/cli/command_model.hpp>
#include <nexo_mock/cli/commands.hpp>
#include <nexo_mock/cli/explain_report.hpp>
#include <nexo_mock/cli/scenario_source.hpp>
#include <nexo_mock/codec/http_url.hpp>
#include <nexo_mock/codec/text_formats.hpp>

#include <CLI/CLI.hpp>

#include <iostream>
#include <memory>

namespace nexo_mock::cli {

namespace {

struct explain_options {
    std::string scenario;
    std::string phone;
    std::string code = "482917";
    std::string key = "sk_live_explain";
    std::uint32_t attempt = 1;
    std::string elapsed = "0s";
    std::optional<std::uint64_t> seed;
    std::string ip = "127.0.0.1";
    std::string webhook_url;
    std::vector<int> receiver{200};
    bool json = false;
};

constexpr std::uint64_t usual_seed = 1;
constexpr std::uint32_t most_attempts = 100'000;

/// The scenario, with a target for webhooks if one is wanted.
domain::scenario_ptr scenario_of(const explain_options& options) {
    auto scenario = load_scenario(scenario_source::open(options.scenario));
    if (options.webhook_url.empty()) return scenario;
    if (!codec::http_url::parse(options.webhook_url)) {
        throw wrong_usage{"--webhook-url takes " + std::string{codec::http_url_form} + ", not \"" +
                          options.webhook_url + '"'};
    }
    auto changed = *scenario;
    changed.webhook.target = std::make_shared<const domain::webhook_target>(
        domain::webhook_target{options.webhook_url, "whsec_explain"});
    return std::make_shared<const domain::scenario>(std::move(changed));
}

void explain(const explain_options& options) {
    const auto elapsed = codec::parse_duration(options.elapsed);
    if (!elapsed) throw wrong_usage{"--elapsed takes a duration like 90s, not " + options.elapsed};
    const auto peer = codec::parse_ip_range(options.ip);
    if (!peer || options.ip.find('/') != std::string::npos) {
        throw wrong_usage{"--ip takes an address like 10.0.0.1, not " + options.ip};
    }
    const auto scenario = scenario_of(options);
    const api::send_question asked{
        .key = options.key,
        .phone = options.phone,
        .code = options.code,
        .attempt = options.attempt,
        .elapsed = *elapsed,
        .seed = options.seed.value_or(scenario->seed.value_or(usual_seed)),
        .peer = peer->base,
        .receiver = options.receiver};
    const auto told = api::explain(scenario, asked);
    if (options.json) {
        std::cout << explanation_json(asked, told) << '\n';
    } else {
        print_explanation(std::cout, painter::of_standard_output(), asked, told);
    }
}

}  // namespace

void add_explain(CLI::App& app, int&) {
    const auto options = std::make_shared<explain_options>();
    auto* command = add_command(
        app, "explain", "say which rule decides a send, and what will happen when",
        {.about = "Nothing is sent, and no emulator has to run. Times are simulated and count from "
                  "the send.",
         .exit_codes = {{exit_ok, "it was explained"},
                        {exit_usage, "wrong usage, or a scenario that can't be used"}},
         .environment = {},
         .examples = {{"nexo-mock explain default --phone +84980000022 --attempt 3",
                       "the third call to a magic number of the built-in scenario"},
                      {"nexo-mock explain my.json --phone +84911234567 --elapsed 90s "
                       "--webhook-url http://127.0.0.1:3000/hook --receiver 500,500,200",
                       "with the retries of a webhook that fails twice"}}});
    const auto add = [&](const char* flag, auto& into, const char* value, const char* help) {
        return command->add_option(flag, into, help)->type_name(value);
    };
    add("SCENARIO", options->scenario, "SCENARIO", "scenario file, or the name of a built-in one")
        ->required();
    add("--phone", options->phone, "NUMBER", "the number that is sent to")->required();
    add("--code", options->code, "CODE", "the code (482917)");
    add("--key", options->key, "KEY", "the API key (sk_live_explain)");
    add("--attempt", options->attempt, "N",
        "which send of this number it is; those before it are made at the same moment (1)")
        ->check(CLI::Range(1U, most_attempts));
    add("--elapsed", options->elapsed, "DURATION", "how long after the account began (0s)");
    add("--seed", options->seed, "N", "of all random decisions (the scenario's, else 1)")
        ->check(CLI::Range(std::uint64_t{0}, domain::max_seed));
    add("--ip", options->ip, "ADDRESS", "the client's address, for allowlists (127.0.0.1)");
    add("--webhook-url", options->webhook_url, "URL",
        "where webhooks go, for accounts that set no target of their own");
    add("--receiver", options->receiver, "STATUS",
        "HTTP statuses, with commas between them, that webhooks are answered with, the last one "
        "for ever; 0: no answer (200)")
        ->delimiter(',')
        ->check(CLI::Range(0, 599));
    command->add_flag("--json", options->json, "print it as JSON, for programs");
    command->callback([options] { explain(*options); });
}

}  // namespace nexo_mock::cli
