#pragma once

#include <nexo_mock/domain/money.hpp>

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

namespace nexo_mock::codec {

/// Appends the text as a JSON string. It should be UTF-8: a byte that is none becomes U+FFFD.
void append_json_string(std::string& out, std::string_view text);

/// Appends JSON text to a string of the caller's. Commas are its business; balance is the caller's.
/// Strings should be UTF-8: a byte that is none becomes U+FFFD, so the text is always valid JSON.
class json_writer {
 public:
    explicit json_writer(std::string& out) : out_{out} {}

    json_writer& begin_object() { return open('{'); }
    json_writer& end_object() { return close('}'); }
    json_writer& begin_array() { return open('['); }
    json_writer& end_array() { return close(']'); }
    json_writer& key(std::string_view name);

    json_writer& value(std::string_view text);
    json_writer& value(const char* text) { return value(std::string_view{text}); }
    json_writer& value(std::same_as<bool> auto yes) { return raw(yes ? "true" : "false"); }
    json_writer& value(std::signed_integral auto number) {
        return integer(static_cast<std::int64_t>(number));
    }
    json_writer& value(std::unsigned_integral auto number)
        requires(!std::same_as<decltype(number), bool>)
    {
        return unsigned_integer(number);
    }
    /// In the fewest digits that read as the same number again. It has to be finite.
    json_writer& value(std::same_as<double> auto number) { return real(number); }
    /// As a decimal number without rounding: 0.022, 25, 0.11.
    json_writer& value(domain::money amount);
    json_writer& null() { return raw("null"); }
    /// A string, or null where it is empty.
    json_writer& value_or_null(std::string_view text) {
        return text.empty() ? null() : value(text);
    }
    /// What comes next begins a line.
    json_writer& on_new_line() {
        begins_line_ = true;
        return *this;
    }
    /// Text that is JSON already.
    json_writer& raw(std::string_view json);

    template <class T>
    json_writer& member(std::string_view name, const T& content) {
        return key(name).value(content);
    }
    json_writer& member_or_null(std::string_view name, std::string_view text) {
        return key(name).value_or_null(text);
    }

 private:
    json_writer& open(char bracket);
    json_writer& close(char bracket);
    json_writer& integer(std::int64_t number);
    json_writer& unsigned_integer(std::uint64_t number);
    json_writer& real(double number);
    void separate();

    std::string& out_;
    bool needs_comma_ = false;
    bool begins_line_ = false;
};

}  // namespace nexo_mock::codec
