#include <nexo_mock/codec/json_document.hpp>

#include <boost/json/basic_parser_impl.hpp>

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>

namespace nexo_mock::codec {

namespace {

using boost::json::error_code;
using boost::json::string_view;

/// Builds nodes from Boost.JSON's events. The parser is fed in pieces so small that an event
/// happens while the position of its last byte is known; the first byte's is remembered from then.
class node_builder {
 public:
    static constexpr auto max_object_size = std::numeric_limits<std::size_t>::max();
    static constexpr auto max_array_size = max_object_size;
    static constexpr auto max_key_size = max_object_size;
    static constexpr auto max_string_size = max_object_size;

    /// Before each piece.
    void see(char c, text_position at) {
        if (!token_ && std::string_view{" \t\r\n,:]}"}.find(c) == std::string_view::npos)
            token_ = at;
    }
    json_node take_root() { return std::move(root_); }

    bool on_document_begin(error_code&) { return true; }
    bool on_document_end(error_code&) { return true; }
    bool on_object_begin(error_code&) { return open(json_kind::object); }
    bool on_object_end(std::size_t, error_code&) { return close(); }
    bool on_array_begin(error_code&) { return open(json_kind::array); }
    bool on_array_end(std::size_t, error_code&) { return close(); }
    bool on_key_part(string_view part, std::size_t, error_code&) { return collect(part); }
    bool on_key(string_view part, std::size_t, error_code&) {
        collect(part);
        open_.back()->members.push_back({std::move(text_), take_token(), {}});
        text_.clear();
        return true;
    }
    bool on_string_part(string_view part, std::size_t, error_code&) { return collect(part); }
    bool on_string(string_view part, std::size_t, error_code&) {
        return add_text(json_kind::string, part);
    }
    bool on_number_part(string_view part, error_code&) { return collect(part); }
    bool on_int64(std::int64_t, string_view part, error_code&) {
        return add_text(json_kind::number, part);
    }
    bool on_uint64(std::uint64_t, string_view part, error_code&) {
        return add_text(json_kind::number, part);
    }
    bool on_double(double, string_view part, error_code&) {
        return add_text(json_kind::number, part);
    }
    bool on_bool(bool yes, error_code&) {
        add(json_kind::boolean).boolean = yes;
        return true;
    }
    bool on_null(error_code&) {
        add(json_kind::null);
        return true;
    }
    bool on_comment_part(string_view, error_code&) { return true; }
    bool on_comment(string_view, error_code&) { return true; }

 private:
    bool collect(string_view part) {
        text_.append(part.data(), part.size());
        return true;
    }
    text_position take_token() {
        return std::exchange(token_, std::nullopt).value_or(text_position{});
    }

    json_node& add(json_kind kind) {
        auto& place = open_.empty()                            ? root_
                      : open_.back()->kind == json_kind::array ? open_.back()->items.emplace_back()
                                                               : open_.back()->members.back().value;
        place.kind = kind;
        place.at = take_token();
        return place;
    }
    bool add_text(json_kind kind, string_view part) {
        collect(part);
        add(kind).text = std::move(text_);
        text_.clear();
        return true;
    }
    bool open(json_kind kind) {
        open_.push_back(&add(kind));
        return true;
    }
    bool close() {
        open_.pop_back();
        token_.reset();
        return true;
    }

    json_node root_;
    std::vector<json_node*>
        open_;  // good while their parents' vectors do not grow, which they don't
    std::string text_;
    std::optional<text_position> token_;
};

// The text with its comments made blank: Boost.JSON 1.81 reads beyond what it is given where a
// comment before a value ends just there. Every byte keeps its place; a comment without an end
// stays.
std::string blank_comments(std::string_view text) {
    std::string plain{text};
    bool in_string = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (in_string) {
            if (text[i] == '\\')
                ++i;
            else if (text[i] == '"' || text[i] == '\n')
                in_string = false;
            continue;
        }
        in_string = text[i] == '"';
        const bool line = text.substr(i).starts_with("//");
        if (!line && !text.substr(i).starts_with("/*")) continue;
        auto end = line ? text.find('\n', i) : text.find("*/", i + 2);
        if (end == std::string_view::npos && !line) break;
        end = line ? std::min(end, text.size()) : end + 2;
        std::replace_if(
            plain.begin() + static_cast<std::ptrdiff_t>(i),
            plain.begin() + static_cast<std::ptrdiff_t>(end), [](char c) { return c != '\n'; },
            ' ');
        i = end - 1;
    }
    return plain;
}

/// What is most often behind a character that should not be where it is; empty if nothing is
/// likely.
std::string_view usual_cause(std::string_view before, char c) {
    const auto end = before.find_last_not_of(" \t\r\n");
    const auto last = end == std::string_view::npos ? '\0' : before[end];
    const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    const bool stands_apart = end == std::string_view::npos || end + 1 < before.size();
    const bool begins_value =
        c == '"' || c == '{' || c == '[' || (stands_apart && c >= '0' && c <= '9');
    const bool after_value = last == '"' || last == '}' || last == ']' || last == 'e' ||
                             last == 'l' || (last >= '0' && last <= '9');
    if (begins_value && after_value) {
        return last == '"' ? "is a comma or a colon missing before it?"
                           : "is a comma missing before it?";
    }
    if (c == '\'') return "strings take double quotes";
    if (c == '#') return "comments begin with // or stand between /* and */";
    if (c == 'T' || c == 'F' || c == 'N') return "true, false and null are in lower case";
    if (is_letter && (last == '{' || last == ',')) return "names and strings take double quotes";
    return {};
}

std::string explain(const error_code& ec, std::string_view before, std::string_view rest,
                    std::size_t max_depth) {
    if (rest.starts_with("/*")) return "the comment does not end";
    if (!ec) return "unexpected text after the document";
    if (ec == boost::json::error::too_deep) {
        return "nested too deep (" + std::to_string(max_depth) + " levels at most)";
    }
    if (rest.empty()) return "the text ends too early";
    const auto c = rest.front();
    if (c == '\n' || c == '\r') return "unexpected end of line";
    if (static_cast<unsigned char>(c) < 0x20) return "unexpected control character";
    if (static_cast<unsigned char>(c) > 0x7e) return "unexpected character (" + ec.message() + ')';
    const auto cause = usual_cause(before, c);
    return std::string{"unexpected '"} + c + "' (" +
           (cause.empty() ? ec.message() : std::string{cause}) + ")";
}

/// Says how much of a text can be fed at once without a mistake or an event inside: a run of plain
/// characters of a string, else one byte.
class piece_finder {
 public:
    std::size_t next(std::string_view rest) const {
        if (!in_string_ || of_escape_ != 0) return 1;
        std::size_t size = 0;
        while (size < rest.size() && is_plain(rest[size]))
            ++size;
        return std::max<std::size_t>(size, 1);
    }
    /// The piece was fed.
    void pass(std::string_view piece) {
        const auto c = piece.front();
        const bool is_escaped = of_escape_ == longest_escape;
        if (of_escape_ != 0) --of_escape_;
        if (is_escaped) return;
        if (c == '"') in_string_ = !in_string_;
        if (c == '\\') of_escape_ = longest_escape;
    }

 private:
    static bool is_plain(char c) { return c >= ' ' && c < 0x7f && c != '"' && c != '\\'; }

    static constexpr int longest_escape = 5;  // u and four digits

    bool in_string_ = false;
    int of_escape_ = 0;  // bytes that may belong to one
};

bool continues_character(char c) {
    return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
}

}  // namespace

std::string_view describe(json_kind kind) {
    switch (kind) {
        case json_kind::null: return "null";
        case json_kind::boolean: return "a boolean";
        case json_kind::number: return "a number";
        case json_kind::string: return "a string";
        case json_kind::array: return "a list";
        case json_kind::object: return "an object";
    }
    return {};
}

std::variant<json_node, syntax_error> read_json(std::string_view text, std::size_t max_depth) {
    boost::json::parse_options options;
    options.allow_trailing_commas = true;
    options.max_depth = max_depth;
    boost::json::basic_parser<node_builder> parser{options};

    constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
    if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());

    const auto plain = blank_comments(text);
    text_position at;
    piece_finder pieces;
    for (std::size_t i = 0; i < text.size();) {
        const auto rest = std::string_view{plain}.substr(i);
        const auto piece = rest.substr(0, pieces.next(rest));
        error_code ec;
        parser.handler().see(piece.front(), at);
        const auto consumed = parser.write_some(true, piece.data(), piece.size(), ec);
        if (ec || consumed == 0)
            return syntax_error{
                at, explain(ec, std::string_view{plain}.substr(0, i), text.substr(i), max_depth)};
        pieces.pass(piece);
        i += piece.size();
        at.column += piece.size() - 1;
        if (text[i - 1] == '\n') {
            ++at.line;
            at.column = 1;
        } else if (i == text.size() || !continues_character(text[i])) {
            ++at.column;
        }
    }
    error_code ec;
    if (!parser.done()) parser.write_some(false, plain.data() + plain.size(), 0, ec);
    if (ec) return syntax_error{at, explain(ec, plain, {}, max_depth)};
    return parser.handler().take_root();
}

}  // namespace nexo_mock::codec
