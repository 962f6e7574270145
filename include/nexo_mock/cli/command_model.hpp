#pragma once

#include <nexo_mock/cli/cli11_fwd.hpp>

#include <memory>
#include <string>
#include <utility>
#include <vector>

/// The command line as data: what help pages, shell completion and the manual page are made from,
/// so that none of them says anything else than the parser does.
namespace nexo_mock::cli {

struct example {
    std::string command;  ///< one line for a shell
    std::string purpose;
};

/// What a command's help says beyond its options.
struct help_text {
    std::string about;  ///< paragraphs, with an empty line between them
    std::vector<std::pair<int, std::string>> exit_codes;
    std::vector<std::pair<std::string, std::string>> environment;  ///< beyond those of options
    std::vector<example> examples;
};

/// The program, and a command of it. `--help` of each tells all of it.
std::shared_ptr<CLI::App> make_program(const std::string& summary, help_text help);
CLI::App* add_command(CLI::App& to, const std::string& name, const std::string& summary,
                      help_text help);

struct option_model {
    std::vector<std::string> flags;  ///< with their dashes, the short one first; none: a positional
    std::string value;               ///< what it takes, "FILE"; empty: nothing
    std::string help;
    std::vector<std::string> variables;  ///< of the environment
    bool is_required = false;
    bool takes_several = false;
};

struct command_model {
    std::string name;
    std::string summary;
    std::vector<option_model> options;
    help_text help;

    /// "nexo-mock check [OPTIONS] FILE..."
    std::string usage() const;
};

/// Of one command, or of what belongs to none of them.
command_model model_of(const CLI::App& app);

/// Of all commands that are shown, in their order.
std::vector<command_model> commands_of(const CLI::App& app);

/// What may stand for a value, by the name of its kind.
struct value_choices {
    std::vector<std::string> words;
    bool files = false;
    bool programs = false;  ///< the command line of another program
};

value_choices choices_of(const std::string& value);

}  // namespace nexo_mock::cli
