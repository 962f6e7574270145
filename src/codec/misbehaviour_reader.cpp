#include <nexo_mock/codec/misbehaviour_reader.hpp>
#include <nexo_mock/codec/scenario_keys.hpp>
#include <nexo_mock/codec/text_formats.hpp>
#include <nexo_mock/codec/value_readers.hpp>

#include <vector>

namespace nexo_mock::codec {

std::optional<domain::delay> read_hold(const field& of) {
    auto read = read_delay(of);
    if (!read) return read;
    const auto* range = std::get_if<domain::uniform_delay>(&read->law());
    const auto longest =
        range != nullptr ? range->to : std::get<domain::log_normal_delay>(read->law()).median;
    if (longest > domain::longest_hold) {
        const auto found = range != nullptr ? of.node().text : format_duration(longest);
        of.complain("expected at most \"" + format_duration(domain::longest_hold) + "\", found \"" +
                    found + '"');
    }
    return read;
}

std::optional<domain::fault> read_fault(const field& of) {
    std::vector<named_value<domain::fault_kind>> kinds;
    for (const auto each : domain::all_fault_kinds)
        kinds.push_back({name(each), each});
    const auto usual = [&](const field& word) -> std::optional<domain::fault> {
        const auto kind = read_word<domain::fault_kind>(word, kinds);
        return kind ? std::optional{domain::fault::usual(*kind)} : std::nullopt;
    };
    if (of.is(json_kind::string)) return usual(of);
    if (!of.is(json_kind::object)) {
        of.complain_expected(
            R"(a fault like "reset", or an object like {"kind": "hang", "for": "5s"})");
        return std::nullopt;
    }
    object_fields fields{of};
    const auto kind = fields.require("kind");
    auto read = kind ? usual(*kind) : std::nullopt;
    if (const auto given = fields.get("for")) {
        const auto lasts = read_hold(*given);
        if (read && lasts) read->lasts = *lasts;
        if (read && !takes_time(read->kind)) {
            given->complain("\"for\" does not go with \"" + std::string{name(read->kind)} +
                            "\": only \"hang\" and \"slow\" take a time");
        }
    }
    fields.finish();
    return read;
}

std::optional<domain::carrier> read_ported(const field& of) {
    const auto slug = of.as_string();
    return slug ? carrier_or_warning(of, *slug) : std::nullopt;
}

domain::webhook_manner read_webhook_manner(const field& of) {
    domain::webhook_manner read;
    object_fields fields{of};
    if (const auto copies = fields.get("copies")) {
        read.copies = static_cast<std::uint32_t>(
            copies->as_integer(0, domain::webhook_manner::most_copies).value_or(1));
    }
    if (const auto wait = fields.get("delay")) read.wait = read_delay(*wait).value_or(read.wait);
    if (const auto first = fields.get("before_reply")) {
        read.before_reply = first->as_bool().value_or(false);
    }
    if (const auto signature = fields.get("signature")) {
        std::vector<named_value<domain::signature_kind>> kinds;
        for (const auto each : domain::all_signature_kinds)
            kinds.push_back({name(each), each});
        read.signature =
            read_word<domain::signature_kind>(*signature, kinds).value_or(read.signature);
    }
    fields.hint(keys::of_target, R"(it belongs into "webhook" of the scenario or of an account)");
    fields.finish();
    return read;
}

}  // namespace nexo_mock::codec
