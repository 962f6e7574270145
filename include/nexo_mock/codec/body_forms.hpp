#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace nexo_mock::codec {

/// What a body may have been before it was changed.
struct body_form {
    std::string body;
    std::string_view words;  ///< "with a line end behind it"; static storage
};

/// Other forms of a webhook's body that mean the same, or nearly: other white space around it, and
/// for JSON other ways to write it, the vendor's first. None is the body itself, none comes twice.
std::vector<body_form> other_forms(std::string_view body);

/// Whether it reads as a JSON document.
bool is_json(std::string_view body);

}  // namespace nexo_mock::codec
