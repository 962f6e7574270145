#include <nexo_mock/cli/commands.hpp>
#include <nexo_mock/cli/files.hpp>
#include <nexo_mock/cli/scenario_source.hpp>
#include <nexo_mock/codec/embedded.hpp>
#include <nexo_mock/runtime/log.hpp>
#include <nexo_mock/runtime/server.hpp>

#include <algorithm>

namespace nexo_mock::cli {

scenario_source scenario_source::open(const std::string& name_or_file) {
    const auto known = std::ranges::find(embedded::scenarios, name_or_file, &embedded::file::stem);
    if (known != embedded::scenarios.end()) {
        return {name_or_file, std::string{known->text}, true};
    }
    try {
        return {name_or_file, read_file(name_or_file), false};
    } catch (const std::runtime_error& e) {
        std::vector<std::string_view> names;
        for (const auto& each : embedded::scenarios)
            names.push_back(each.stem);
        std::string list;
        for (const auto each : names)
            list += (list.empty() ? "" : ", ") + std::string{each};
        const auto meant = codec::did_you_mean(name_or_file, names);
        throw wrong_usage{std::string{e.what()} + meant + " (built-in scenarios: " + list + ")"};
    }
}

domain::scenario_ptr load_scenario(const scenario_source& source) {
    if (source.is_built_in) return runtime::built_in_scenario(source.name);
    auto reading = codec::read_scenario(source.text);
    if (!reading.scenario) {
        std::string message = "the scenario has mistakes:";
        for (const auto& each : reading.mistakes)
            message += '\n' + codec::format(each, source.name);
        throw wrong_usage{message};
    }
    for (const auto& each : reading.mistakes) {
        runtime::log(runtime::log_level::warn, codec::format(each, source.name));
    }
    return reading.scenario;
}

}  // namespace nexo_mock::cli
