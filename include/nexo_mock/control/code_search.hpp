#pragma once

#include <nexo_mock/control/host.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace nexo_mock::control {

/// Whether the test has seen the code then.
enum class code_reading : std::uint8_t { counts, does_not_count };

/// The code of the scope that was sent last.
std::optional<code_view> newest_code(host& of_all, const scope& which, const code_wait& what,
                                     code_reading seen);

/// Why there is none, in words: what was asked for, and what did happen since the call numbered
/// `from`. `about_the_wait` is put behind its length.
std::string why_no_code(host& of_all, const scope& which, const code_wait& what, std::uint64_t from,
                        wait_end how, const std::string& about_the_wait = {});

}  // namespace nexo_mock::control
