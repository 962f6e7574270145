#include <nexo_mock/domain/glob.hpp>

#include <algorithm>

namespace nexo_mock::domain {

glob::glob(std::string pattern)
    : pattern_{std::move(pattern)}, literal_{pattern_.find_first_of("*?") == std::string::npos} {}

namespace {

// Linear in practice and never exponential: only the last `*` is ever tried again. `fits` says
// whether a character of the pattern that is no `*` stands for one of the text.
template <class Fits>
bool match(std::string_view pattern, std::string_view text, Fits fits) {
    std::size_t t = 0;
    std::size_t p = 0;
    auto star = std::string_view::npos;
    std::size_t resume = 0;
    while (t < text.size()) {
        if (p < pattern.size() && pattern[p] == '*') {
            star = p++;
            resume = t;
        } else if (p < pattern.size() && fits(pattern[p], text[t])) {
            ++p;
            ++t;
        } else if (star != std::string_view::npos) {
            p = star + 1;
            t = ++resume;
        } else {
            return false;
        }
    }
    return pattern.find_first_not_of('*', p) == std::string_view::npos;
}

}  // namespace

bool glob::matches(std::string_view text) const {
    if (literal_) return text == pattern_;
    return match(pattern_, text, [](char of, char c) { return of == '?' || of == c; });
}

// The other pattern is read as a text, in which only a `*` stands for what a `*` may.
bool glob::covers(const glob& other) const {
    if (literal_) return other.pattern_ == pattern_;
    return match(pattern_, other.pattern_,
                 [](char of, char c) { return of == '?' ? c != '*' : of == c; });
}

bool glob_list::matches(std::string_view text) const {
    return globs_.empty() ||
           std::ranges::any_of(globs_, [&](const glob& each) { return each.matches(text); });
}

}  // namespace nexo_mock::domain
