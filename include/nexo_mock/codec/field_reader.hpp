#pragma once

#include <nexo_mock/codec/json_document.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace nexo_mock::codec {

enum class severity : std::uint8_t {
    error,    ///< the document can't be used
    warning,  ///< it can, but hardly means what its author wanted
};

std::string_view name(severity level);

/// One mistake in a document.
struct diagnostic {
    text_position at;
    std::string path;  ///< JSON Pointer; empty for the document itself
    std::string message;
    severity level = severity::error;
};

/// "FILE:LINE:COLUMN: error: /path: message".
std::string format(const diagnostic& mistake, std::string_view file);

bool has_errors(const std::vector<diagnostic>& mistakes);

/// In the order in which they stand in the text.
void sort_by_place(std::vector<diagnostic>& mistakes);

/// A value of a document, where it stands, and where mistakes in it are collected, so that all of
/// them are found in one run. Copies are cheap; the document must outlive them.
class field {
 public:
    field(const json_node& node, std::string path, std::vector<diagnostic>& mistakes)
        : node_{&node}, path_{std::move(path)}, mistakes_{&mistakes} {}

    const json_node& node() const { return *node_; }
    bool is(json_kind kind) const { return node_->kind == kind; }
    /// An error was told of so far, anywhere in the document.
    bool anything_is_wrong() const { return has_errors(*mistakes_); }
    void complain(std::string message) const;
    void warn(std::string message) const;
    /// "expected X, found a number".
    void complain_expected(std::string_view expected) const;

    // Each complains and answers none if the value is of another type or out of bounds.
    std::optional<std::string> as_string() const;
    std::optional<bool> as_bool() const;
    std::optional<std::uint64_t> as_integer(std::uint64_t least, std::uint64_t most) const;
    std::optional<double> as_number(double least, double most) const;

    /// The items of an array; complains and answers none of anything else.
    std::vector<field> as_items() const;
    /// The items of an array, or the value itself.
    std::vector<field> as_items_or_self() const;
    /// The members of an object, whatever they are called; complains of names given twice.
    std::vector<std::pair<std::string, field>> as_members() const;

    /// The first member of that name, if this is an object that has one. Complains of nothing.
    std::optional<field> child(std::string_view name) const;
    /// This value at another path or with another node, complaining to the same place.
    field at(const json_node& node, std::string_view step) const;

 private:
    friend class object_fields;

    const json_node* node_;
    std::string path_;
    std::vector<diagnostic>* mistakes_;
};

/// The members of an object by name. Asking for a name makes it known; finish() complains of those
/// nobody asked for, with the nearest known name, and of names given twice.
class object_fields {
 public:
    /// Complains if it is no object; it is empty then.
    explicit object_fields(field of);

    std::optional<field> get(std::string_view name);
    /// As get(), but complains if it is missing.
    std::optional<field> require(std::string_view name);
    /// These names are not known here, but finish() can say of them where they belong. The text and
    /// the names must outlive this object.
    void hint(std::span<const std::string_view> names, std::string_view text);
    void finish();

 private:
    const json_member* find(std::string_view name) const;

    field of_;
    struct hint_text {
        std::span<const std::string_view> names;
        std::string_view text;
    };
    std::string hint_for(std::string_view unknown) const;

    std::vector<std::string_view> known_;
    std::vector<hint_text> hints_;
};

/// The candidate most like `word`, if any is near enough to be meant.
std::optional<std::string_view> nearest(std::string_view word,
                                        std::span<const std::string_view> candidates);

/// ` (did you mean "x"?)`, or nothing.
std::string did_you_mean(std::string_view word, std::span<const std::string_view> candidates);

/// `"a", "b" or "c"`.
std::string one_of_words(std::span<const std::string_view> words);

}  // namespace nexo_mock::codec
