#pragma once

#include <nexo_mock/domain/rule_engine.hpp>

#include <string>

/// Rules, and what came of them, in words for people.
namespace nexo_mock::codec {

/// "5s", "25s..60s", "about 90ms (log-normal, sigma 0.4)".
std::string in_words(const domain::delay& of);

/// "fail busy after 5s, latency 2s".
std::string in_words(const domain::step& of);

/// Why the rule decided or did not: `phone has to be "+8490*", and is "+84981234567"`. `call` is
/// what was compared.
std::string in_words(const domain::rule_trial& trial, const domain::rule& of,
                     const domain::rule_query& call, std::string_view state);

/// The name of a verdict for programs: "other_phone".
std::string_view name(domain::verdict which);

}  // namespace nexo_mock::codec
