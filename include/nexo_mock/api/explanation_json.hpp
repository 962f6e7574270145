#pragma once

#include <nexo_mock/api/explanation.hpp>
#include <nexo_mock/codec/json_writer.hpp>

#include <optional>

namespace nexo_mock::api {

/// What the rules compared. The question must outlive it.
struct compared_call {
    explicit compared_call(const send_question& asked);

    domain::rule_query call;
    std::optional<domain::phone_number> number;
};

/// An explanation for programs, as the members of an object that is open. Times are seconds.
void write_explanation(codec::json_writer& json, const send_question& asked,
                       const explanation& told);

}  // namespace nexo_mock::api
