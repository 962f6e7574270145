#pragma once

#include <nexo_mock/api/explanation.hpp>
#include <nexo_mock/cli/terminal.hpp>

#include <iosfwd>
#include <string>

/// What `explain` found out, written down.
namespace nexo_mock::cli {

/// For people: rules, reply and course, a line each.
void print_explanation(std::ostream& out, const painter& paint, const api::send_question& asked,
                       const api::explanation& told);

/// For programs: the same as one JSON object. Times are seconds.
std::string explanation_json(const api::send_question& asked, const api::explanation& told);

}  // namespace nexo_mock::cli
