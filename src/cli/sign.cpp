#include <nexo_mock/cli/commands.hpp>
#include <nexo_mock/codec/signature.hpp>

#include <iostream>
#include <iterator>
#include <memory>

namespace nexo_mock::cli {

namespace {

struct sign_options {
    std::string secret;
    std::string secret_file;
};

int sign(const sign_options& options) {
    if (options.secret.empty() == options.secret_file.empty()) {
        return fail(exit_usage, "sign needs one of --secret and --secret-file");
    }
    const auto secret =
        options.secret_file.empty() ? options.secret : read_secret_file(options.secret_file);
    const std::string body{std::istreambuf_iterator<char>{std::cin},
                           std::istreambuf_iterator<char>{}};
    std::cout << codec::webhook_signer{secret}.sign(body) << '\n';
    return exit_ok;
}

}  // namespace

void add_sign(CLI::App& app, int& exit_code) {
    const auto options = std::make_shared<sign_options>();
    auto* command = app.add_subcommand("sign", "signature of standard input, as webhooks carry it");
    command->add_option("--secret", options->secret, "the webhook secret, in plain text")
        ->envname("NEXO_MOCK_WEBHOOK_SECRET");
    command->add_option("--secret-file", options->secret_file, "a file that holds it")
        ->envname("NEXO_MOCK_WEBHOOK_SECRET_FILE");
    command->footer(R"(Every byte counts: use printf, not echo, which adds a line end.

Examples:
  printf '%s' "$BODY" | nexo-mock sign --secret whsec_test_123
  nexo-mock sign --secret-file secret.txt < body.json)");
    command->callback([options, &exit_code] { exit_code = sign(*options); });
}

}  // namespace nexo_mock::cli
