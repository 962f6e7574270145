#include <nexo_mock/cli/command_model.hpp>
#include <nexo_mock/cli/commands.hpp>
#include <nexo_mock/codec/signature.hpp>

#include <CLI/CLI.hpp>

#include <iostream>
#include <iterator>
#include <memory>

namespace nexo_mock::cli {

namespace {

void sign(const secret_options& options) {
    const auto secret = options.resolve();
    if (secret.empty()) throw wrong_usage{"sign needs --secret or --secret-file"};
    const std::string body{std::istreambuf_iterator<char>{std::cin},
                           std::istreambuf_iterator<char>{}};
    std::cout << codec::webhook_signer{secret}.sign(body) << '\n';
}

}  // namespace

void add_sign(CLI::App& app, int&) {
    const auto options = std::make_shared<secret_options>();
    auto* command = add_command(
        app, "sign", "sign standard input as webhooks are signed",
        {.about = "Prints what X-NEXO-Signature would be. Every byte counts: use printf, not echo, "
                  "which adds a line end.",
         .exit_codes = {{exit_ok, "the signature was printed"}, {exit_usage, "wrong usage"}},
         .environment = {},
         .examples = {{"printf '%s' \"$BODY\" | nexo-mock sign --secret whsec_test_123",
                       "of a text in a variable"},
                      {"nexo-mock sign --secret-file secret.txt < body.json",
                       "with the secret kept out of the list of processes"}}});
    options->add_to(*command, "--secret", "NEXO_MOCK_WEBHOOK_SECRET",
                    "the webhook secret, in plain text");
    command->callback([options] { sign(*options); });
}

}  // namespace nexo_mock::cli
