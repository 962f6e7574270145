#include <nexo_mock/cli/completion_scripts.hpp>

#include <set>

namespace nexo_mock::cli {

namespace {

constexpr const char* head = R"(#compdef nexo-mock
# zsh completion of nexo-mock, as "nexo-mock completion zsh" prints it

)";

constexpr const char* behind_commands = R"(    )
    if ((CURRENT == 2)) && [[ $words[2] != -* ]]; then
        _describe command commands
        return
    fi
    local command=serve
    if [[ $words[2] != -* ]]; then
        command=$words[2]
        shift words
        ((CURRENT--))
    fi
    case $command in
)";

constexpr const char* tail = R"(    esac
}

if [[ $funcstack[1] == _nexo-mock ]]; then
    _nexo_mock "$@"
else
    compdef _nexo_mock nexo-mock
fi
)";

/// In single quotes, with a backslash before each of the characters.
std::string quoted(const std::string& text, std::string_view special) {
    std::string result = "'";
    for (const auto c : text) {
        if (special.find(c) != std::string_view::npos) result += '\\';
        if (c == '\'') {
            result += "'\\''";
        } else {
            result += c;
        }
    }
    return result + '\'';
}

std::string list(const std::vector<std::string>& words) {
    std::string text;
    for (const auto& each : words)
        text += ' ' + each;
    return text;
}

/// The function that completes values of a kind; empty: nothing is known of them.
std::string function_of(const std::string& value) {
    const auto choices = choices_of(value);
    if (choices.words.empty()) return choices.files ? "_files" : "";
    return "_nexo_mock_" + value;
}

std::string definition_of(const std::string& value) {
    const auto choices = choices_of(value);
    if (choices.words.empty()) return {};
    auto body = "compadd" + list(choices.words);
    if (value == "CHECKS") body = "_values -s , check" + list(choices.words);
    if (choices.files) body += "\n    _files";
    return "_nexo_mock_" + value + "() {\n    " + body + "\n}\n\n";
}

/// What _arguments wants to know of an option, for each of its names.
std::string specification_of(const option_model& option) {
    std::string lines;
    if (option.flags.empty() && choices_of(option.value).programs) {
        return " \\\n                '(-)1:command:_command_names -e' '*::argument:_normal'";
    }
    const auto action = ":" + option.value + ':' + function_of(option.value);
    if (option.flags.empty()) {
        return " \\\n                '" + std::string{option.takes_several ? "*" : "1"} + action +
               '\'';
    }
    for (const auto& flag : option.flags) {
        auto words = quoted(option.help, "[]:\\");
        words.insert(1, flag + '[');
        words.insert(words.size() - 1, "]" + (option.value.empty() ? "" : action));
        lines += " \\\n                " + words;
    }
    return lines;
}

}  // namespace

std::string zsh_completion(const std::vector<command_model>& commands) {
    std::string script = head;
    std::set<std::string> kinds;
    for (const auto& command : commands) {
        for (const auto& option : command.options)
            kinds.insert(option.value);
    }
    for (const auto& each : kinds)
        script += definition_of(each);
    script += "_nexo_mock() {\n    local -a commands=(\n";
    for (const auto& each : commands)
        script += "        " + quoted(each.name + ':' + each.summary, "") + '\n';
    script += behind_commands;
    for (const auto& command : commands) {
        script += "        " + command.name + ")\n            _arguments -s";
        for (const auto& option : command.options)
            script += specification_of(option);
        script += "\n            ;;\n";
    }
    return script + tail;
}

}  // namespace nexo_mock::cli
