#pragma once

#include <span>
#include <string_view>

/// Files of the repository that are part of the executable.
namespace nexo_mock::embedded {

struct file {
    std::string_view stem;  ///< file name up to its first point
    std::string_view text;
};

/// scenarios/*.json, known to --scenario by their stems.
extern const std::span<const file> scenarios;

/// scenarios/scenario.schema.json alone.
extern const std::span<const file> schemas;

/// openapi/openapi.json alone.
extern const std::span<const file> documents;

}  // namespace nexo_mock::embedded
