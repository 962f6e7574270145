#pragma once

#include <filesystem>
#include <string>
#include <utility>

namespace nexo_mock {

/// Where a scenario comes from. It is read when it is used: mistakes are a std::invalid_argument
/// then, with a line "NAME:LINE:COLUMN: error: PATH: …" for each.
class scenario {
 public:
    /// One that is part of the library: "default", "realistic", "flaky", … (the files of the folder
    /// scenarios/, without their ending).
    static scenario built_in(std::string name) { return {kind::built_in, std::move(name)}; }
    /// The text of a scenario: JSON with comments and trailing commas.
    static scenario json(std::string text) { return {kind::json, std::move(text)}; }
    static scenario file(const std::filesystem::path& path) { return {kind::file, path.string()}; }

    scenario() : scenario{kind::built_in, "default"} {}

 private:
    friend struct scenario_access;
    enum class kind : unsigned char { built_in, json, file };

    scenario(kind how, std::string what) : how_{how}, what_{std::move(what)} {}

    kind how_;
    std::string what_;
};

}  // namespace nexo_mock
