#pragma once

#include <nexo_mock/codec/field_reader.hpp>
#include <nexo_mock/domain/rule.hpp>

#include <optional>
#include <string_view>
#include <vector>

namespace nexo_mock::codec {

/// Reads one entry of `rules`, collecting mistakes in the field; `number` counts from 1 and names a
/// rule that has no name. What it answers is of use only if there were none.
domain::rule read_rule(const field& of, std::size_t number);

/// A rule, and all that is wrong with its document.
struct rule_reading {
    std::optional<domain::rule> rule;  ///< none if there are errors; warnings do no harm
    std::vector<diagnostic> mistakes;  ///< in the order of the text
};

/// Reads a rule that is put in front by hand; one without a name is called "put rule".
rule_reading read_put_rule(std::string_view text);

}  // namespace nexo_mock::codec
