#include <nexo_mock/cli/command_model.hpp>
#include <nexo_mock/cli/commands.hpp>
#include <nexo_mock/version.hpp>

#include <CLI/CLI.hpp>

#include <cctype>
#include <iostream>
#include <sstream>

namespace nexo_mock::cli {

namespace {

/// Text as roff takes it for what it is: a hyphen that can be copied, no request at a line's begin.
std::string escaped(const std::string& text) {
    std::string roff;
    bool begins_line = true;
    for (const auto c : text) {
        if (begins_line && (c == '.' || c == '\'')) roff += "\\&";
        begins_line = c == '\n';
        switch (c) {
            case '\\': roff += "\\e"; break;
            case '-': roff += "\\-"; break;
            case '~': roff += "\\(ti"; break;
            case '^': roff += "\\(ha"; break;
            case '`': roff += "\\(ga"; break;
            case '\'': roff += "\\(aq"; break;
            default: roff += c; break;
        }
    }
    return roff;
}

constexpr std::size_t line_width = 78;

/// Lines of at most that width, a new one for each sentence, as writers of manuals do.
std::string prose(const std::string& text) {
    std::istringstream words{text};
    std::string roff;
    std::string line;
    const auto end_line = [&] {
        if (!line.empty()) roff += escaped(line) + '\n';
        line.clear();
    };
    for (std::string word; words >> word;) {
        const auto width = escaped(line).size() + 1 + escaped(word).size();
        if (!line.empty() && width > line_width) end_line();
        line += (line.empty() ? "" : " ") + word;
        if (word.ends_with('.')) end_line();
    }
    end_line();
    return roff;
}

std::string bold(const std::string& text) {
    return "\\fB" + escaped(text) + "\\fP";
}

std::string italic(const std::string& text) {
    return "\\fI" + escaped(text) + "\\fP";
}

std::string paragraphs(const std::string& text) {
    std::string roff;
    for (std::size_t begin = 0; begin < text.size();) {
        const auto end = std::min(text.find("\n\n", begin), text.size());
        roff += ".PP\n" + prose(text.substr(begin, end - begin));
        begin = end + 2;
    }
    return roff;
}

std::string item(const std::string& term, const std::string& meaning) {
    return ".TP\n" + term + '\n' + prose(meaning);
}

std::string example_of(const example& of) {
    return ".PP\n" + prose(of.purpose + ':') + ".PP\n.RS 4\n.EX\n" + escaped(of.command) +
           "\n.EE\n.RE\n";
}

std::string term_of(const option_model& option) {
    std::string term;
    for (const auto& each : option.flags)
        term += (term.empty() ? "" : ", ") + bold(each);
    if (option.value.empty()) return term;
    return term + (term.empty() ? "" : " ") + italic(option.value) +
           (option.takes_several ? "..." : "");
}

std::string option_of(const option_model& option) {
    auto meaning = option.help;
    if (option.is_required && !option.flags.empty()) meaning += " (required)";
    auto roff = item(term_of(option), meaning + '.');
    for (const auto& each : option.variables)
        roff += "Environment: " + bold(each) + ".\n";
    return roff;
}

std::string as_sentence(std::string text) {
    text.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(text.front())));
    return text + '.';
}

std::string section_of(const command_model& command) {
    auto roff = ".SS " + escaped(command.usage()) + '\n' + ".PP\n" +
                prose(as_sentence(command.summary)) + paragraphs(command.help.about);
    for (const auto& each : command.options) {
        const bool is_help = !each.flags.empty() && each.flags.back() == "--help";
        if (!is_help) roff += option_of(each);
    }
    for (const auto& each : command.help.examples)
        roff += example_of(each);
    return roff;
}

std::string statuses_of(const command_model& command) {
    auto roff = ".SS " + escaped(command.name) + '\n';
    for (const auto& [code, meaning] : command.help.exit_codes)
        roff += item(bold(std::to_string(code)), meaning);
    return roff;
}

std::string environment_of(const command_model& command) {
    std::string roff;
    for (const auto& [name, meaning] : command.help.environment)
        roff += item(bold(name), command.name + ": " + meaning);
    return roff;
}

constexpr const char* files =
    R"(.SH FILES
.TP
.I share/nexo\-mock/scenarios/*.json
The scenarios that are built in, and the JSON Schema of the format,
below the prefix of the installation.
)";

constexpr const char* notes =
    R"(.SH NOTES
nexo\-mock is not made, endorsed or supported by NEXO ROUTE.
No phone rings, no money is spent, and nothing is fetched from the network at
the start.
)";

/// A heading begins a paragraph itself.
std::string without_idle_breaks(const std::string& page) {
    std::istringstream lines{page};
    std::string kept;
    bool is_behind_heading = false;
    for (std::string line; std::getline(lines, line);) {
        if (is_behind_heading && line == ".PP") continue;
        is_behind_heading = line.starts_with(".SH") || line.starts_with(".SS");
        kept += line + '\n';
    }
    return kept;
}

std::string manual_of(const command_model& program, const std::vector<command_model>& commands) {
    auto page = ".TH NEXO\\-MOCK 1 \"\" \"nexo\\-mock " + std::string{version} +
                "\" \"User Commands\"\n.SH NAME\nnexo\\-mock \\- an emulator of the NEXO ROUTE API "
                "(OTP by voice call)\n.SH SYNOPSIS\n";
    for (const auto& each : commands)
        page += (&each == commands.data() ? "" : ".br\n") + bold("nexo-mock " + each.name) +
                escaped(each.usage().substr(std::string{"nexo-mock "}.size() + each.name.size())) +
                '\n';
    page += ".SH DESCRIPTION\n" + paragraphs(program.help.about) + ".SH OPTIONS\n";
    for (const auto& each : program.options)
        page += option_of(each);
    page += ".SH COMMANDS\n";
    for (const auto& each : commands)
        page += section_of(each);
    page += ".SH EXIT STATUS\n";
    for (const auto& each : commands)
        page += statuses_of(each);
    page += ".SH ENVIRONMENT\nThe variables of options stand with them.\n";
    for (const auto& [name, meaning] : program.help.environment)
        page += item(bold(name), meaning);
    for (const auto& each : commands)
        page += environment_of(each);
    page += files;
    page += ".SH EXAMPLES\n";
    for (const auto& each : program.help.examples)
        page += example_of(each);
    return without_idle_breaks(page + notes);
}

}  // namespace

void add_manual(CLI::App& app, int&) {
    auto* command = add_command(
        app, "manual", "print the manual page nexo-mock(1)",
        {.about = "In roff, for man and for packages.",
         .exit_codes = {{exit_ok, "it was printed"}, {exit_usage, "wrong usage"}},
         .environment = {},
         .examples = {{"nexo-mock manual | man -l -", "reads it where it is not installed"},
                      {"nexo-mock manual > nexo-mock.1", "for a package"}}});
    command->group("");  // hidden
    command->callback([&app] { std::cout << manual_of(model_of(app), commands_of(app)); });
}

}  // namespace nexo_mock::cli
