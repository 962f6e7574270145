#include <nexo_mock/codec/text_formats.hpp>
#include <nexo_mock/values.hpp>

#include <stdexcept>
#include <utility>

namespace nexo_mock {

money dollars(std::string_view amount) {
    const auto read = codec::parse_money(amount);
    if (!read) {
        throw std::invalid_argument{
            "an amount is a number of dollars like \"0.022\", with six "
            "decimals at most, not \"" +
            std::string{amount} + '"'};
    }
    return {read->micros()};
}

std::string to_string(money amount) {
    std::string text;
    codec::append_money(text, domain::money::from_micros(amount.micros));
    return text;
}

std::string_view to_string(delivery_status status) {
    switch (status) {
        case delivery_status::sent: return "sent";
        case delivery_status::delivered: return "delivered";
        case delivery_status::failed: return "failed";
    }
    return {};
}

outcome delivered() {
    return {};
}

outcome failed(std::string error_code) {
    return {delivery_status::failed, std::move(error_code)};
}

std::string to_string(const std::vector<failure>& failures) {
    std::string lines;
    for (const auto& each : failures)
        lines += each.detail + '\n';
    return lines;
}

}  // namespace nexo_mock
