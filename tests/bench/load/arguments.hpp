#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace bench {

/// What stands on the command line: `--name value` pairs, and behind `--` a command of others.
/// Everything that is wrong throws std::invalid_argument, which says what.
class arguments {
 public:
    /// Only these names may come, without their dashes.
    arguments(const std::vector<std::string_view>& words,
              const std::vector<std::string_view>& known);

    bool has(std::string_view name) const { return values_.contains(name); }
    /// The value of an option that has to be there.
    const std::string& text(std::string_view name) const;
    std::uint64_t number(std::string_view name) const;
    std::uint64_t number(std::string_view name, std::uint64_t otherwise) const;
    double seconds(std::string_view name, double otherwise) const;
    /// What stands behind `--`.
    const std::vector<std::string>& command() const { return command_; }

 private:
    std::map<std::string, std::string, std::less<>> values_;
    std::vector<std::string> command_;
};

}  // namespace bench
