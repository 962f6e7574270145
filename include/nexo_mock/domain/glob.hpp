#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace nexo_mock::domain {

/// A pattern in which `*` stands for any run of characters and `?` for any one.
class glob {
 public:
    explicit glob(std::string pattern);

    bool matches(std::string_view text) const;
    /// Every text that fits the other pattern fits this one.
    bool covers(const glob& other) const;
    const std::string& text() const { return pattern_; }
    bool is_literal() const { return literal_; }

    friend bool operator==(const glob&, const glob&) = default;

 private:
    std::string pattern_;
    bool literal_;
};

/// Alternatives; none given means that anything will do.
class glob_list {
 public:
    glob_list() = default;
    explicit glob_list(std::vector<glob> globs) : globs_{std::move(globs)} {}

    bool matches(std::string_view text) const;
    bool matches_anything() const { return globs_.empty(); }
    const std::vector<glob>& globs() const { return globs_; }

    friend bool operator==(const glob_list&, const glob_list&) = default;

 private:
    std::vector<glob> globs_;
};

}  // namespace nexo_mock::domain
