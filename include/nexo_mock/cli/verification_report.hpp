#pragma once

#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

namespace nexo_mock::cli {

/// What GET /_mock/verify answered about one check.
struct check_result {
    std::string name;
    std::string summary;                ///< "2 codes never read"; empty if nothing was found
    std::vector<std::string> failures;  ///< in words, as many as were listed
    std::size_t total = 0;

    bool is_clean() const { return total == 0; }

    /// Throws std::runtime_error if the reply is not what the call answers.
    static check_result read(std::string name, std::string_view reply);
};

using verification_report = std::vector<check_result>;

bool is_clean(const verification_report& report);

/// For people, a line for each failure.
void print(std::ostream& out, const verification_report& report);

/// As JUnit writes it: one suite with a case for each check.
std::string as_junit(const verification_report& report, std::string_view scenario,
                     std::uint64_t seed);

}  // namespace nexo_mock::cli
