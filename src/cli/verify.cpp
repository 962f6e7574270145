#include <nexo_mock/cli/command_model.hpp>
#include <nexo_mock/cli/commands.hpp>
#include <nexo_mock/cli/files.hpp>
#include <nexo_mock/cli/terminal.hpp>
#include <nexo_mock/codec/json_writer.hpp>
#include <nexo_mock/codec/signature_diagnosis.hpp>

#include <CLI/CLI.hpp>

#include <iostream>
#include <iterator>
#include <memory>

namespace nexo_mock::cli {

namespace {

constexpr const char* standard_input = "-";

struct verify_options {
    secret_options secret;
    std::string signature;
    std::string file = standard_input;
    bool json = false;
};

std::string body_of(const verify_options& options) {
    if (options.file == standard_input) {
        return {std::istreambuf_iterator<char>{std::cin}, std::istreambuf_iterator<char>{}};
    }
    try {
        return read_file(options.file);
    } catch (const std::runtime_error& e) {
        throw wrong_usage{e.what()};
    }
}

std::string as_json(const codec::signature_diagnosis& found) {
    std::string text;
    codec::json_writer json{text};
    json.begin_object().member("ok", found.fits()).member("expected", found.expected);
    json.key("causes").begin_array();
    for (const auto& each : found.faults) {
        json.begin_object().member("cause", each.cause).member("detail", each.detail).end_object();
    }
    json.end_array().end_object();
    return text;
}

void print(const codec::signature_diagnosis& found) {
    const auto paint = painter::of_standard_output();
    if (found.fits()) {
        std::cout << paint(color::green, "the signature fits") << '\n';
        return;
    }
    std::cout << paint(color::red, "the signature does not fit") << '\n';
    for (const auto& each : found.faults)
        std::cout << "  " << paint(color::bold, each.cause) << ": " << each.detail << '\n';
    std::cout << "  this body has: " << found.expected << '\n';
}

int verify(const verify_options& options) {
    const auto secret = options.secret.resolve();
    if (secret.empty()) throw wrong_usage{"verify needs --secret or --secret-file"};
    const auto found = codec::diagnose_signature(secret, body_of(options), options.signature);
    if (options.json) {
        std::cout << as_json(found) << '\n';
    } else {
        print(found);
    }
    return found.fits() ? exit_ok : exit_failed;
}

}  // namespace

void add_verify(CLI::App& app, int& exit_code) {
    const auto options = std::make_shared<verify_options>();
    auto* command = add_command(
        app, "verify", "say whether a signature fits a webhook's body, and if not, why",
        {.about = "Tries the usual mistakes until the signature fits: a body that was parsed and "
                  "written again, a secret that was not hashed, the digits of its digest as the "
                  "key, a prefix that is missing, and others. Names what it was, and what would "
                  "be right.",
         .exit_codes = {{exit_ok, "the signature fits"},
                        {exit_failed, "it does not"},
                        {exit_usage, "wrong usage"}},
         .environment = {},
         .examples = {{"nexo-mock verify --secret whsec_test_123 --signature \"$SIGNATURE\" < "
                       "body.json",
                       "$SIGNATURE is the value of X-NEXO-Signature, body.json the exact bytes "
                       "that came"},
                      {"nexo-mock verify --json --secret-file secret.txt --signature "
                       "sha256=b0d823c4 body.json",
                       "for a program: causes have names that do not change"}}});
    options->secret.add_to(*command, "--secret", "NEXO_MOCK_WEBHOOK_SECRET",
                           "the webhook secret, in plain text");
    command
        ->add_option("--signature", options->signature, "the value of X-NEXO-Signature, as it came")
        ->type_name("SIGNATURE")
        ->required();
    command->add_option("FILE", options->file, "the body, - for standard input (-)");
    command->add_flag("--json", options->json, "print what was found as JSON, for programs");
    command->callback([options, &exit_code] { exit_code = verify(*options); });
}

}  // namespace nexo_mock::cli
