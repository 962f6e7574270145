// Operations on an account, against the model of one.
#include "choices.hpp"
#include "require.hpp"
#include <support/model_check.hpp>

#include <exception>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::choices given{data, size};
    try {
        support::model_check both{[&given](std::uint64_t below) { return given.below(below); }};
        while (!given.is_empty())
            both.step();
    } catch (const std::exception& e) {
        fuzz::require(false, "world and model agree", e.what());
    }
    return 0;
}
