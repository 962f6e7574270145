#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace nexo_mock::codec {

/// A place in a text; both count from 1, columns in characters.
struct text_position {
    std::size_t line = 1;
    std::size_t column = 1;

    friend auto operator<=>(const text_position&, const text_position&) = default;
};

enum class json_kind : std::uint8_t { null, boolean, number, string, array, object };

/// "null", "a boolean", "a number", … for messages.
std::string_view describe(json_kind kind);

struct json_member;

/// A JSON value that knows where it stands.
struct json_node {
    json_kind kind = json_kind::null;
    text_position at;
    bool boolean = false;
    std::string text;                  ///< of a string, unescaped; of a number, as written
    std::vector<json_node> items;      ///< of an array
    std::vector<json_member> members;  ///< of an object, in order, repeated names included
};

struct json_member {
    std::string name;
    text_position at;
    json_node value;
};

struct syntax_error {
    text_position at;
    std::string message;
};

/// Reads one JSON document in UTF-8, in which comments (`//`, `/* */`) and trailing commas are
/// welcome, nested at most `max_depth` deep.
std::variant<json_node, syntax_error> read_json(std::string_view text, std::size_t max_depth = 32);

}  // namespace nexo_mock::codec
