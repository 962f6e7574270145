#include <nexo_mock/codec/field_reader.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <numeric>
#include <set>
#include <tuple>
#include <utility>

namespace nexo_mock::codec {

namespace {

// Steps of a JSON Pointer write `~` and `/` as ~0 and ~1 (RFC 6901).
std::string escape_step(std::string_view step) {
    std::string escaped;
    for (const char c : step) {
        if (c == '~') {
            escaped += "~0";
        } else if (c == '/') {
            escaped += "~1";
        } else {
            escaped += c;
        }
    }
    return escaped;
}

// Levenshtein's distance, where swapping two neighbours counts as one change too.
std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> before_last;
    std::vector<std::size_t> last(b.size() + 1);
    std::iota(last.begin(), last.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::vector<std::size_t> row(b.size() + 1);
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t change = a[i - 1] == b[j - 1] ? 0 : 1;
            row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + change});
            const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
            if (swapped) row[j] = std::min(row[j], before_last[j - 2] + 1);
        }
        before_last = std::exchange(last, std::move(row));
    }
    return last.back();
}

std::string given_twice(const std::string& key) {
    return "the key \"" + key + "\" is given twice";
}

std::string format_bound(double number) {
    char digits[32];
    const auto end = std::to_chars(std::begin(digits), std::end(digits), number).ptr;
    return {digits, end};
}

}  // namespace

std::string format(const diagnostic& mistake, std::string_view file) {
    std::string line{file};
    line += ':' + std::to_string(mistake.at.line) + ':' + std::to_string(mistake.at.column);
    line += ": " + std::string{name(mistake.level)} + ": ";
    if (!mistake.path.empty()) line += mistake.path + ": ";
    return line + mistake.message;
}

std::string_view name(severity level) {
    return level == severity::error ? "error" : "warning";
}

bool has_errors(const std::vector<diagnostic>& mistakes) {
    return std::ranges::find(mistakes, severity::error, &diagnostic::level) != mistakes.end();
}

void sort_by_place(std::vector<diagnostic>& mistakes) {
    std::ranges::sort(mistakes, {}, [](const diagnostic& each) {
        return std::tie(each.at, each.path, each.message);
    });
}

void field::complain(std::string message) const {
    mistakes_->push_back({node_->at, path_, std::move(message), severity::error});
}

void field::warn(std::string message) const {
    mistakes_->push_back({node_->at, path_, std::move(message), severity::warning});
}

void field::complain_expected(std::string_view expected) const {
    auto found = std::string{describe(node_->kind)};
    if (node_->kind == json_kind::string) found = '"' + node_->text + '"';
    if (node_->kind == json_kind::number) found = node_->text;
    if (node_->kind == json_kind::boolean) found = node_->boolean ? "true" : "false";
    complain("expected " + std::string{expected} + ", found " + found);
}

std::optional<std::string> field::as_string() const {
    if (is(json_kind::string)) return node_->text;
    complain_expected("a string");
    return std::nullopt;
}

std::optional<bool> field::as_bool() const {
    if (is(json_kind::boolean)) return node_->boolean;
    complain_expected("true or false");
    return std::nullopt;
}

std::optional<std::uint64_t> field::as_integer(std::uint64_t least, std::uint64_t most) const {
    if (is(json_kind::number)) {
        std::uint64_t value = 0;
        const auto* end = node_->text.data() + node_->text.size();
        const auto [stop, ec] = std::from_chars(node_->text.data(), end, value);
        if (ec == std::errc{} && stop == end && value >= least && value <= most) return value;
    }
    complain_expected("a whole number from " + std::to_string(least) + " to " +
                      std::to_string(most));
    return std::nullopt;
}

std::optional<double> field::as_number(double least, double most) const {
    if (is(json_kind::number)) {
        double value = 0;
        const auto* end = node_->text.data() + node_->text.size();
        const auto [stop, ec] = std::from_chars(node_->text.data(), end, value);
        if (ec == std::errc{} && stop == end && value >= least && value <= most) return value;
    }
    complain_expected("a number from " + format_bound(least) + " to " + format_bound(most));
    return std::nullopt;
}

std::optional<field> field::child(std::string_view name) const {
    const auto found = std::ranges::find(node_->members, name, &json_member::name);
    if (found == node_->members.end()) return std::nullopt;
    return at(found->value, name);
}

field field::at(const json_node& node, std::string_view step) const {
    return {node, path_ + '/' + escape_step(step), *mistakes_};
}

std::vector<field> field::as_items() const {
    if (!is(json_kind::array)) {
        complain_expected("a list");
        return {};
    }
    std::vector<field> items;
    for (std::size_t i = 0; i < node_->items.size(); ++i) {
        items.push_back(at(node_->items[i], std::to_string(i)));
    }
    return items;
}

std::vector<field> field::as_items_or_self() const {
    if (is(json_kind::array)) return as_items();
    return {*this};
}

std::vector<std::pair<std::string, field>> field::as_members() const {
    if (!is(json_kind::object)) {
        complain_expected("an object");
        return {};
    }
    std::vector<std::pair<std::string, field>> members;
    std::set<std::string_view> seen;
    for (const auto& each : node_->members) {
        if (!seen.insert(each.name).second) {
            mistakes_->push_back({each.at, path_, given_twice(each.name), severity::error});
        }
        members.emplace_back(each.name, at(each.value, each.name));
    }
    return members;
}

object_fields::object_fields(field of) : of_{std::move(of)} {
    if (!of_.is(json_kind::object)) of_.complain_expected("an object");
}

const json_member* object_fields::find(std::string_view name) const {
    const auto& members = of_.node().members;
    const auto found = std::ranges::find(members, name, &json_member::name);
    return found == members.end() ? nullptr : &*found;
}

std::optional<field> object_fields::get(std::string_view name) {
    if (std::ranges::find(known_, name) == known_.end()) known_.push_back(name);
    const auto* found = find(name);
    if (found == nullptr) return std::nullopt;
    return of_.at(found->value, name);
}

std::optional<field> object_fields::require(std::string_view name) {
    auto found = get(name);
    if (!found && of_.is(json_kind::object)) {
        of_.complain("\"" + std::string{name} + "\" is missing");
    }
    return found;
}

void object_fields::hint(std::span<const std::string_view> names, std::string_view text) {
    hints_.push_back({names, text});
}

std::string object_fields::hint_for(std::string_view unknown) const {
    for (const auto& [names, text] : hints_) {
        if (std::ranges::find(names, unknown) != names.end()) return ": " + std::string{text};
    }
    const auto meant = did_you_mean(unknown, known_);
    return meant.empty() ? "; known are " + one_of_words(known_) : meant;
}

void object_fields::finish() {
    std::set<std::string_view> seen;
    for (const auto& each : of_.node().members) {
        const auto complain = [&](std::string message) {
            of_.mistakes_->push_back({each.at, of_.path_, std::move(message), severity::error});
        };
        if (std::ranges::find(known_, each.name) == known_.end()) {
            complain("unknown key \"" + each.name + '"' + hint_for(each.name));
        } else if (!seen.insert(each.name).second) {
            complain(given_twice(each.name));
        }
    }
}

std::optional<std::string_view> nearest(std::string_view word,
                                        std::span<const std::string_view> candidates) {
    constexpr std::size_t longest = 64;  // longer words are no misspelt names
    if (word.size() > longest) return std::nullopt;
    std::optional<std::string_view> best;
    auto best_distance = std::max<std::size_t>(2, word.size() / 3) + 1;
    for (const auto candidate : candidates) {
        if (word.size() > candidate.size() && word.ends_with(candidate)) continue;  // "invalid"
        const auto changes = distance(word, candidate);
        if (changes < best_distance && changes < candidate.size()) {
            best = candidate;
            best_distance = changes;
        }
    }
    return best;
}

std::string did_you_mean(std::string_view word, std::span<const std::string_view> candidates) {
    const auto best = nearest(word, candidates);
    return best ? " (did you mean \"" + std::string{*best} + "\"?)" : std::string{};
}

std::string one_of_words(std::span<const std::string_view> words) {
    std::string text;
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (i != 0) text += i + 1 == words.size() ? " or " : ", ";
        text += '"' + std::string{words[i]} + '"';
    }
    return text;
}

}  // namespace nexo_mock::codec
