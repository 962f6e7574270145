#include <nexo_mock/cli/completion_scripts.hpp>

namespace nexo_mock::cli {

namespace {

constexpr const char* head =
    R"(# bash completion of nexo-mock, as "nexo-mock completion bash" prints it

# _nexo_mock_reply CURRENT KIND WORD...: the words, and for the kind "files" files; "list": words with
# commas between them.
_nexo_mock_reply() {
    local current=$1 kind=$2 before=
    shift 2
    if [[ $kind == list ]]; then
        before=${current%"${current##*,}"}
        current=${current##*,}
    fi
    mapfile -t COMPREPLY < <(compgen -P "$before" -W "$*" -- "$current")
    if [[ $kind == files ]]; then
        compopt -o filenames 2>/dev/null
        mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -f -- "$current")
    fi
}

# The command line of another program, from a word on.
_nexo_mock_program() {
    if declare -F _command_offset >/dev/null; then
        _command_offset "$1"
    elif ((COMP_CWORD == $1)); then
        mapfile -t COMPREPLY < <(compgen -c -- "${COMP_WORDS[COMP_CWORD]}")
    else
        _nexo_mock_reply "${COMP_WORDS[COMP_CWORD]}" files
    fi
}

_nexo_mock() {
    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
    local command=${COMP_WORDS[1]} index
    COMPREPLY=()
    if [[ $current == = ]]; then
        current=
    elif [[ $previous == = ]]; then
        previous=${COMP_WORDS[COMP_CWORD - 2]}
    fi
    if ((COMP_CWORD == 1)) && [[ $current != -* ]]; then
)";

constexpr const char* behind_commands = R"(        return
    fi
    [[ $command == -* ]] && command=serve
    for ((index = 2; index < COMP_CWORD; index++)); do
        if [[ $command == exec && ${COMP_WORDS[index]} == -- ]]; then
            _nexo_mock_program $((index + 1))
            return
        fi
    done
    case "$command $previous" in
)";

constexpr const char* behind_values = R"(    esac
    if [[ $current == -* ]]; then
        case $command in
)";

constexpr const char* behind_options = R"(        esac
        ((COMP_CWORD == 1)) &&
            mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -W --version -- "$current")
        return
    fi
    case $command in
)";

constexpr const char* tail = R"(    esac
}

complete -F _nexo_mock nexo-mock
)";

std::string reply(const std::string& value) {
    const auto choices = choices_of(value);
    std::string line = "_nexo_mock_reply \"$current\" ";
    line += choices.files ? "files" : value == "CHECKS" ? "list" : "words";
    for (const auto& each : choices.words)
        line += ' ' + each;
    return line;
}

std::string values_of(const command_model& command) {
    std::string lines;
    for (const auto& option : command.options) {
        if (option.flags.empty() || option.value.empty()) continue;
        lines += "        \"" + command.name + ' ' + option.flags.back() + "\")\n            " +
                 reply(option.value) + "\n            return\n            ;;\n";
    }
    return lines;
}

std::string options_of(const command_model& command) {
    auto line = "            " + command.name + ") _nexo_mock_reply \"$current\" words";
    for (const auto& option : command.options) {
        for (const auto& each : option.flags)
            line += ' ' + each;
    }
    for (const auto& option : command.options) {
        if (option.flags.empty() && choices_of(option.value).programs) line += " --";
    }
    return line + " ;;\n";
}

std::string operands_of(const command_model& command) {
    std::string lines;
    for (const auto& option : command.options) {
        const bool is_ours = option.flags.empty() && !choices_of(option.value).programs;
        if (is_ours) lines += "        " + command.name + ") " + reply(option.value) + " ;;\n";
    }
    return lines;
}

}  // namespace

std::string bash_completion(const std::vector<command_model>& commands) {
    std::string script = head;
    script += "        _nexo_mock_reply \"$current\" words";
    for (const auto& each : commands)
        script += ' ' + each.name;
    script += '\n';
    script += behind_commands;
    for (const auto& each : commands)
        script += values_of(each);
    script += behind_values;
    for (const auto& each : commands)
        script += options_of(each);
    script += behind_options;
    for (const auto& each : commands)
        script += operands_of(each);
    return script + tail;
}

}  // namespace nexo_mock::cli
