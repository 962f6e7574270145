#include <nexo_mock/cli/help_page.hpp>

#include <sstream>

namespace nexo_mock::cli {

namespace {

constexpr std::size_t page_width = 100;
constexpr std::size_t option_column = 26;
constexpr std::size_t command_column = 14;
constexpr std::size_t code_column = 7;

/// The words of one paragraph in lines, each behind the indent.
std::string wrapped(const std::string& text, std::size_t indent) {
    std::istringstream words{text};
    std::string lines;
    std::string line(indent, ' ');
    bool is_empty = true;
    for (std::string word; words >> word;) {
        if (!is_empty && line.size() + 1 + word.size() > page_width) {
            lines += line + '\n';
            line.assign(indent, ' ');
            is_empty = true;
        }
        line += (is_empty ? "" : " ") + word;
        is_empty = false;
    }
    return lines + line + '\n';
}

std::string paragraphs(const std::string& text) {
    std::string page;
    for (std::size_t begin = 0; begin < text.size();) {
        const auto end = std::min(text.find("\n\n", begin), text.size());
        page += wrapped(text.substr(begin, end - begin), 0) + '\n';
        begin = end + 2;
    }
    return page;
}

/// A term, and what it means in the column beside it, or below where the term is too long.
std::string entry(const std::string& term, const std::string& meaning, std::size_t column) {
    auto text = wrapped(meaning, column);
    if (term.size() + 4 > column) return "  " + term + '\n' + text;
    return "  " + term + text.substr(2 + term.size());
}

std::string term_of(const option_model& option) {
    std::string term;
    for (const auto& each : option.flags)
        term += (term.empty() ? "" : ", ") + each;
    if (option.value.empty()) return term;
    return term + (term.empty() ? "" : " ") + option.value + (option.takes_several ? "..." : "");
}

std::string meaning_of(const option_model& option) {
    auto meaning = option.help;
    if (option.is_required && !option.flags.empty()) meaning += " (required)";
    for (const auto& each : option.variables)
        meaning += " (Env:" + each + ')';
    return meaning;
}

}  // namespace

std::string help_page(const command_model& of, const std::vector<command_model>& commands) {
    auto page = wrapped(of.summary, 0) + "\nUsage: " + of.usage() + "\n\n";
    page += paragraphs(of.help.about);
    if (!commands.empty()) {
        page += "Commands:\n";
        for (const auto& each : commands)
            page += entry(each.name, each.summary, command_column);
        page += '\n';
    }
    page += "Options:\n";
    for (const auto& each : of.options)
        page += entry(term_of(each), meaning_of(each), option_column);
    if (!of.help.environment.empty()) page += "\nEnvironment:\n";
    for (const auto& [name, meaning] : of.help.environment)
        page += entry(name, meaning, option_column);
    if (!of.help.exit_codes.empty()) page += "\nExit codes:\n";
    for (const auto& [code, meaning] : of.help.exit_codes)
        page += entry(std::to_string(code), meaning, code_column);
    if (!of.help.examples.empty()) page += "\nExamples:\n";
    for (const auto& each : of.help.examples)
        page += "  " + each.command + '\n' + wrapped(each.purpose, 6);
    return page;
}

}  // namespace nexo_mock::cli
