#include <nexo_mock/codec/body_forms.hpp>
#include <nexo_mock/codec/json_document.hpp>
#include <nexo_mock/codec/json_writer.hpp>
#include <nexo_mock/codec/text_formats.hpp>

#include <algorithm>
#include <array>
#include <optional>

namespace nexo_mock::codec {

namespace {

constexpr std::string_view white_space = " \t\r\n";
constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

/// The fields of a webhook as the vendor writes them.
constexpr std::array<std::string_view, 9> vendor_order{
    "type", "id", "phone", "carrier", "status", "cost", "error_code", "created_at", "completed_at"};

enum class order : std::uint8_t { as_is, sorted, vendors };
enum class numbers : std::uint8_t { as_is, shortest };

constexpr std::string_view on_one_line;

/// A way to write a JSON document.
struct json_style {
    std::string_view words;
    std::string_view between_items = ",";
    std::string_view behind_name = ":";
    std::string_view indent = on_one_line;
    order fields = order::as_is;
    numbers digits = numbers::as_is;
};

constexpr std::string_view compact = "as compact JSON";
constexpr std::string_view as_vendor =
    "as the vendor writes it: compact, its fields in their order";
constexpr std::string_view sorted = "with its fields sorted";
constexpr std::string_view spaced = "with a space behind each comma and colon, as Python writes it";
constexpr std::string_view pretty = "as indented JSON";

constexpr json_style styles[] = {
    {.words = compact},
    {.words = as_vendor, .fields = order::vendors},
    {.words = as_vendor, .fields = order::vendors, .digits = numbers::shortest},
    {.words = spaced, .between_items = ", ", .behind_name = ": "},
    {.words = pretty, .behind_name = ": ", .indent = "  "},
    {.words = pretty, .behind_name = ": ", .indent = "    "},
    {.words = pretty, .behind_name = ": ", .indent = "\t"},
    {.words = sorted, .fields = order::sorted},
    {.words = sorted, .between_items = ", ", .behind_name = ": ", .fields = order::sorted},
    {.words = sorted, .behind_name = ": ", .indent = "  ", .fields = order::sorted},
    {.words = sorted, .behind_name = ": ", .indent = "    ", .fields = order::sorted},
    {.words = spaced, .between_items = ", ", .behind_name = ": ", .fields = order::vendors},
    {.words = pretty, .behind_name = ": ", .indent = "  ", .fields = order::vendors},
    {.words = pretty, .behind_name = ": ", .indent = "    ", .fields = order::vendors},
};

class styled_writer {
 public:
    explicit styled_writer(const json_style& style) : style_{style} {}

    std::string write(const json_node& root) {
        value(root, 0);
        return std::move(text_);
    }

 private:
    void value(const json_node& node, std::size_t depth) {
        switch (node.kind) {
            case json_kind::null: text_ += "null"; break;
            case json_kind::boolean: text_ += node.boolean ? "true" : "false"; break;
            case json_kind::number: number(node.text); break;
            case json_kind::string: json_writer{text_}.value(node.text); break;
            case json_kind::array: array(node, depth); break;
            case json_kind::object: object(node, depth); break;
        }
    }

    void number(const std::string& digits) {
        const auto amount = style_.digits == numbers::shortest ? parse_money(digits) : std::nullopt;
        if (amount) {
            append_money(text_, *amount);
        } else {
            text_ += digits;
        }
    }

    void array(const json_node& node, std::size_t depth) {
        text_ += '[';
        for (std::size_t i = 0; i < node.items.size(); ++i) {
            begin_item(i, depth + 1);
            value(node.items[i], depth + 1);
        }
        end_items(node.items.size(), depth);
        text_ += ']';
    }

    void object(const json_node& node, std::size_t depth) {
        std::vector<const json_member*> members;
        for (const auto& each : node.members)
            members.push_back(&each);
        arrange(members);
        text_ += '{';
        for (std::size_t i = 0; i < members.size(); ++i) {
            begin_item(i, depth + 1);
            json_writer{text_}.value(members[i]->name);
            text_ += style_.behind_name;
            value(members[i]->value, depth + 1);
        }
        end_items(members.size(), depth);
        text_ += '}';
    }

    // What is equal stays in its order: members of one object lie one behind the other.
    void arrange(std::vector<const json_member*>& members) const {
        if (style_.fields == order::sorted) {
            std::ranges::sort(members, {},
                              [](const auto* each) { return std::pair{each->name, each}; });
        } else if (style_.fields == order::vendors) {
            std::ranges::sort(members, {}, [](const auto* each) {
                return std::pair{std::ranges::find(vendor_order, each->name), each};
            });
        }
    }

    void begin_item(std::size_t index, std::size_t depth) {
        if (index != 0) text_ += style_.between_items;
        new_line(depth);
    }
    void end_items(std::size_t count, std::size_t depth) {
        if (count != 0) new_line(depth);
    }
    void new_line(std::size_t depth) {
        if (style_.indent.empty()) return;
        text_ += '\n';
        for (std::size_t i = 0; i < depth; ++i)
            text_ += style_.indent;
    }

    const json_style& style_;
    std::string text_;
};

std::string replaced(std::string_view text, std::string_view what, std::string_view with) {
    std::string result;
    for (std::size_t at = 0; at < text.size();) {
        const bool is_here = text.substr(at).starts_with(what);
        if (is_here) {
            result += with;
        } else {
            result += text[at];
        }
        at += is_here ? what.size() : 1;
    }
    return result;
}

/// The event with the other status: what a forger makes of it.
std::string with_other_status(std::string_view body) {
    const bool is_delivered = body.find(R"("delivered")") != std::string_view::npos;
    const std::string from = is_delivered ? "delivered" : "failed";
    const std::string to = is_delivered ? "failed" : "delivered";
    const auto with_status = replaced(body, '"' + from + '"', '"' + to + '"');
    return replaced(with_status, "\"otp." + from + '"', "\"otp." + to + '"');
}

class collection {
 public:
    explicit collection(std::string_view body) : body_{body} {}

    void add(std::string form, std::string_view words) {
        const bool is_known =
            form == body_ || std::ranges::find(forms_, form, &body_form::body) != forms_.end();
        if (!is_known) forms_.push_back({std::move(form), words});
    }

    /// What is around the document, and its line ends.
    void add_other_edges() {
        auto inner = body_;
        if (inner.ends_with('\n')) inner.remove_suffix(inner.ends_with("\r\n") ? 2 : 1);
        add(std::string{inner}, "without the line end behind it");
        if (inner.starts_with(byte_order_mark)) inner.remove_prefix(byte_order_mark.size());
        add(std::string{inner}, "without the byte order mark before it");
        const auto begin = std::min(inner.find_first_not_of(white_space), inner.size());
        inner.remove_prefix(begin);
        inner = inner.substr(0, inner.find_last_not_of(white_space) + 1);
        add(std::string{inner}, "without the white space around it");
        add(std::string{body_} + '\n', "with a line end behind it");
        add(std::string{body_} + "\r\n", "with a line end (CR and LF) behind it");
        const auto unix_ends = replaced(body_, "\r\n", "\n");
        add(unix_ends, "with LF for each CR and LF");
        add(replaced(unix_ends, "\n", "\r\n"), "with CR and LF for each line end");
    }

    void add_other_json(const json_node& root) {
        for (const auto& style : styles) {
            const auto text = styled_writer{style}.write(root);
            add(text, style.words);
            add(text + '\n', style.words);
        }
        const auto plain = styled_writer{styles[0]}.write(root);
        add(replaced(plain, "/", "\\/"), "with each slash escaped, as PHP writes it");
        add(replaced(plain, "+", "\\u002B"), "with the plus sign escaped, as .NET writes it");
        add(with_other_status(plain), "with the other status, so somebody changed what it says");
        if (root.kind == json_kind::string) {
            add(root.text, "as it was before it was made a JSON string");
        }
    }

    std::vector<body_form> take() { return std::move(forms_); }

 private:
    std::string_view body_;
    std::vector<body_form> forms_;
};

std::optional<json_node> parsed(std::string_view body) {
    if (body.starts_with(byte_order_mark)) body.remove_prefix(byte_order_mark.size());
    auto read = read_json(body);
    if (auto* root = std::get_if<json_node>(&read)) return std::move(*root);
    return std::nullopt;
}

}  // namespace

bool is_json(std::string_view body) {
    return parsed(body).has_value();
}

std::vector<body_form> other_forms(std::string_view body) {
    collection forms{body};
    forms.add_other_edges();
    if (const auto root = parsed(body)) forms.add_other_json(*root);
    return forms.take();
}

}  // namespace nexo_mock::codec
