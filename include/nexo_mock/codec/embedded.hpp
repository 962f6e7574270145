#pragma once

#include <span>
#include <string_view>

/// Files of the repository that are part of the executable.
namespace nexo_mock::embedded {

struct file {
    std::string_view name;  ///< without folders
    std::string_view stem;  ///< the name up to its first point
    std::string_view text;
    std::string_view digest;  ///< 16 hex digits that are others when the text is another
};

/// scenarios/*.json, known to --scenario by their stems.
extern const std::span<const file> scenarios;

/// scenarios/scenario.schema.json alone.
extern const std::span<const file> schemas;

/// openapi/openapi.json alone.
extern const std::span<const file> documents;

/// web/*: the page for people.
extern const std::span<const file> page;

}  // namespace nexo_mock::embedded
