#include <nexo_mock/cli/commands.hpp>
#include <nexo_mock/cli/files.hpp>

#include <CLI/CLI.hpp>

#include <cstdlib>

namespace nexo_mock::cli {

namespace {

std::string environment(const char* name) {
    const auto* value = std::getenv(name);
    return value == nullptr ? std::string{} : value;
}

/// A secret, or the content of its file without the line end that files end with.
std::string secret_of(const std::string& text, const std::string& path, const std::string& names) {
    if (!text.empty() && !path.empty()) throw wrong_usage{names + " exclude each other"};
    if (path.empty()) return text;
    try {
        auto secret = read_file(path);
        while (secret.ends_with('\n') || secret.ends_with('\r'))
            secret.pop_back();
        if (secret.empty()) throw wrong_usage{'"' + path + "\" is empty"};
        return secret;
    } catch (const wrong_usage&) {
        throw;
    } catch (const std::runtime_error& e) {
        throw wrong_usage{e.what()};
    }
}

}  // namespace

void secret_options::add_to(CLI::App& command, const std::string& flag, const std::string& variable,
                            const std::string& help) {
    env = variable;
    // What was meant to hold a secret and is empty must not pass for none.
    const auto holds_something = [](const std::string& value) {
        return value.empty() ? std::string{"it is empty"} : std::string{};
    };
    command.add_option(flag, text, help + " (Env:" + variable + ")")
        ->type_name("SECRET")
        ->check(holds_something);
    command.add_option(flag + "-file", file, "a file that holds it (Env:" + variable + "_FILE)")
        ->type_name("FILE")
        ->check(holds_something);
}

std::string secret_options::resolve() const {
    if (is_given()) {
        return secret_of(text, file, "a secret and a secret's file");
    }
    return secret_of(environment(env.c_str()), environment((env + "_FILE").c_str()),
                     env + " and " + env + "_FILE");
}

}  // namespace nexo_mock::cli
