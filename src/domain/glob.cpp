#include <nexo_mock/domain/glob.hpp>

#include <algorithm>

namespace nexo_mock::domain {

glob::glob(std::string pattern)
    : pattern_{std::move(pattern)}, literal_{pattern_.find_first_of("*?") == std::string::npos} {}

// Linear in practice and never exponential: only the last `*` is ever tried again.
bool glob::matches(std::string_view text) const {
    if (literal_) return text == pattern_;
    std::size_t t = 0;
    std::size_t p = 0;
    auto star = std::string::npos;
    std::size_t resume = 0;
    while (t < text.size()) {
        if (p < pattern_.size() && pattern_[p] == '*') {
            star = p++;
            resume = t;
        } else if (p < pattern_.size() && (pattern_[p] == '?' || pattern_[p] == text[t])) {
            ++p;
            ++t;
        } else if (star != std::string::npos) {
            p = star + 1;
            t = ++resume;
        } else {
            return false;
        }
    }
    return pattern_.find_first_not_of('*', p) == std::string::npos;
}

bool glob_list::matches(std::string_view text) const {
    return globs_.empty() ||
           std::ranges::any_of(globs_, [&](const glob& each) { return each.matches(text); });
}

}  // namespace nexo_mock::domain
