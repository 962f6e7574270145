#include <nexo_mock/cli/command_model.hpp>
#include <nexo_mock/cli/help_page.hpp>
#include <nexo_mock/codec/embedded.hpp>

#include <CLI/CLI.hpp>

#include <memory>

namespace nexo_mock::cli {

namespace {

/// CLI11 has no place for what is ours.
class taught_command : public CLI::App {
 public:
    taught_command(const std::string& name, const std::string& summary, help_text text)
        : CLI::App{summary, name}, help{std::move(text)} {}

    help_text help;
};

class page_formatter : public CLI::FormatterBase {
 public:
    std::string make_help(const CLI::App* app, std::string, CLI::AppFormatMode) const override {
        return help_page(model_of(*app), commands_of(*app));
    }
};

std::shared_ptr<CLI::App> make_command(const std::string& name, const std::string& summary,
                                       help_text help) {
    auto command = std::make_shared<taught_command>(name, summary, std::move(help));
    command->set_help_flag("-h,--help", "print this and exit");
    command->formatter(std::make_shared<page_formatter>());
    return command;
}

/// "PORT" of what CLI11 calls "PORT:INT in [0 - 65535]".
std::string kind_of(const CLI::Option& option) {
    if (option.get_type_size_max() == 0) return {};
    const auto full = option.get_type_name();
    return full.substr(0, full.find(':'));
}

option_model model_of(const CLI::Option& option) {
    option_model model;
    for (const auto& each : option.get_snames())
        model.flags.push_back("-" + each);
    for (const auto& each : option.get_lnames())
        model.flags.push_back("--" + each);
    model.value = option.nonpositional() ? kind_of(option) : option.get_single_name();
    model.is_required = option.get_required();
    model.takes_several = option.get_items_expected_max() > 1;
    model.help = option.get_description();
    // Secrets look their variables up themselves and say so in their text.
    constexpr std::string_view mark = " (Env:";
    if (const auto at = model.help.find(mark); at != std::string::npos) {
        const auto name = at + mark.size();
        model.variables.push_back(model.help.substr(name, model.help.find(')', name) - name));
        model.help.erase(at);
    } else if (!option.get_envname().empty()) {
        model.variables.push_back(option.get_envname());
    }
    return model;
}

}  // namespace

std::shared_ptr<CLI::App> make_program(const std::string& summary, help_text help) {
    return make_command("nexo-mock", summary, std::move(help));
}

CLI::App* add_command(CLI::App& to, const std::string& name, const std::string& summary,
                      help_text help) {
    return to.add_subcommand(make_command(name, summary, std::move(help)));
}

std::string command_model::usage() const {
    auto line = name == "nexo-mock" ? name : "nexo-mock " + name;
    line += name == "nexo-mock" ? " [COMMAND] [OPTIONS]" : " [OPTIONS]";
    for (const auto& each : options) {
        if (!each.flags.empty()) continue;
        const auto operand = each.value + (each.takes_several ? "..." : "");
        const bool is_program = choices_of(each.value).programs;
        if (is_program) line += " --";
        line += each.is_required || is_program ? ' ' + operand : " [" + operand + ']';
    }
    return line;
}

command_model model_of(const CLI::App& app) {
    command_model model;
    model.name = app.get_name();
    model.summary = app.get_description();
    for (const auto* each : app.get_options())
        model.options.push_back(model_of(*each));
    if (const auto* taught = dynamic_cast<const taught_command*>(&app)) model.help = taught->help;
    return model;
}

std::vector<command_model> commands_of(const CLI::App& app) {
    std::vector<command_model> models;
    for (const auto* each : app.get_subcommands({})) {
        if (!each->get_group().empty()) models.push_back(model_of(*each));
    }
    return models;
}

value_choices choices_of(const std::string& value) {
    value_choices choices;
    choices.files = value == "FILE" || value == "SCENARIO";
    choices.programs = value == "CMD";
    if (value == "CLOCK") choices.words = {"real", "x60", "manual", "instant"};
    if (value == "LEVEL") choices.words = {"debug", "info", "warn", "error", "off"};
    if (value == "FORMAT") choices.words = {"text", "json"};
    if (value == "CHECKS") choices.words = {"webhooks", "codes", "rules", "requests"};
    if (value == "SHELL") choices.words = {"bash", "zsh"};
    if (value != "SCENARIO") return choices;
    for (const auto& each : embedded::scenarios)
        choices.words.emplace_back(each.stem);
    return choices;
}

}  // namespace nexo_mock::cli
