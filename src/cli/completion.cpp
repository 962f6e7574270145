#include <nexo_mock/cli/command_model.hpp>
#include <nexo_mock/cli/commands.hpp>
#include <nexo_mock/cli/completion_scripts.hpp>

#include <CLI/CLI.hpp>

#include <iostream>
#include <memory>

namespace nexo_mock::cli {

void add_completion(CLI::App& app, int&) {
    const auto shell = std::make_shared<std::string>();
    auto* command = add_command(
        app, "completion", "print a script that lets a shell complete commands",
        {.about = "Completes commands, options, names of built-in scenarios and other values, and "
                  "files. Packages install it where the shell finds it.",
         .exit_codes = {{exit_ok, "it was printed"}, {exit_usage, "wrong usage"}},
         .environment = {},
         .examples = {{"source <(nexo-mock completion bash)", "in ~/.bashrc, for bash"},
                      {"nexo-mock completion zsh > ~/.zfunc/_nexo-mock",
                       "for zsh, in a folder that fpath names"}}});
    command->add_option("SHELL", *shell, "bash or zsh")
        ->required()
        ->check([](const std::string& name) {
            return name == "bash" || name == "zsh" ? std::string{}
                                                   : "bash or zsh is meant, not " + name;
        });
    command->callback([shell, &app] {
        const auto commands = commands_of(app);
        std::cout << (*shell == "bash" ? bash_completion(commands) : zsh_completion(commands));
    });
}

}  // namespace nexo_mock::cli
