#include "arguments.hpp"

#include <algorithm>
#include <charconv>
#include <stdexcept>

namespace bench {

namespace {

template <class Number>
Number parsed(std::string_view name, const std::string& text) {
    Number value{};
    const auto* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    if (error != std::errc{} || stop != end || value < Number{}) {
        throw std::invalid_argument{"--" + std::string{name} + " takes a number, not \"" + text +
                                    '"'};
    }
    return value;
}

}  // namespace

arguments::arguments(const std::vector<std::string_view>& words,
                     const std::vector<std::string_view>& known) {
    for (std::size_t i = 0; i < words.size(); i += 2) {
        if (words[i] == "--") {
            command_.assign(words.begin() + static_cast<std::ptrdiff_t>(i) + 1, words.end());
            return;
        }
        const auto name = words[i].starts_with("--") ? words[i].substr(2) : std::string_view{};
        if (std::ranges::find(known, name) == known.end()) {
            throw std::invalid_argument{"unknown option " + std::string{words[i]}};
        }
        if (i + 1 == words.size()) {
            throw std::invalid_argument{std::string{words[i]} + " needs a value"};
        }
        values_.insert_or_assign(std::string{name}, std::string{words[i + 1]});
    }
}

const std::string& arguments::text(std::string_view name) const {
    const auto found = values_.find(name);
    if (found == values_.end())
        throw std::invalid_argument{"--" + std::string{name} + " is missing"};
    return found->second;
}

std::uint64_t arguments::number(std::string_view name) const {
    return parsed<std::uint64_t>(name, text(name));
}

std::uint64_t arguments::number(std::string_view name, std::uint64_t otherwise) const {
    return has(name) ? number(name) : otherwise;
}

double arguments::seconds(std::string_view name, double otherwise) const {
    return has(name) ? parsed<double>(name, text(name)) : otherwise;
}

}  // namespace bench
