#include <nexo_mock/codec/value_readers.hpp>
#include <nexo_mock/control/handlers.hpp>
#include <nexo_mock/control/views.hpp>

#include <vector>

namespace nexo_mock::control {

namespace {

using codec::json_writer;
using domain::delivery_status;

struct delivery_filter {
    std::string status;
    std::string phone;
    std::string id;

    bool wants(const domain::delivery& each) const {
        return (status.empty() || status == domain::name(each.status)) &&
               (phone.empty() || phone == each.phone.text());
    }
};

/// None, and the call is refused, if the query asks for what can't be.
std::optional<delivery_filter> read_filter(const call& of) {
    const auto query = of.in.query();
    delivery_filter filter{api::query_value(query, "status"), api::query_value(query, "phone"),
                           api::query_value(query, "id")};
    if (!filter.phone.empty() && !domain::phone_number::parse(filter.phone)) {
        fail(of.out, 400, "invalid_query",
             "\"phone\" is a number like +84981234567, not \"" + filter.phone + '"');
        return std::nullopt;
    }
    const auto& status = filter.status;
    if (!status.empty() && status != "sent" && status != "delivered" && status != "failed") {
        fail(of.out, 400, "invalid_query",
             "\"status\" is sent, delivered or failed, not \"" + status + '"');
        return std::nullopt;
    }
    return filter;
}

/// The oldest of an account that fit.
std::vector<std::uint64_t> find_oldest(const domain::world& world, const page& shown,
                                       const delivery_filter& filter) {
    std::vector<std::uint64_t> oldest;
    if (!filter.id.empty()) {
        const auto ordinal = world.ordinal_of(filter.id);
        const auto* found = ordinal ? world.deliveries().find(*ordinal) : nullptr;
        if (found != nullptr && shown.holds(found->seq) && filter.wants(*found))
            oldest.push_back(*ordinal);
        return oldest;
    }
    world.deliveries().oldest_first(shown.after(), [&](std::uint64_t ordinal, const auto& each) {
        if (!shown.holds(each.seq)) return false;  // too new, as all behind it
        if (filter.wants(each)) oldest.push_back(ordinal);
        return oldest.size() < shown.wanted();
    });
    return oldest;
}

std::optional<domain::delivery_outcome> read_outcome(const codec::field& of) {
    codec::object_fields fields{of};
    domain::delivery_outcome outcome;
    if (const auto status = fields.require("status")) {
        outcome.status =
            codec::read_word<delivery_status>(*status, {{"delivered", delivery_status::delivered},
                                                        {"failed", delivery_status::failed}})
                .value_or(delivery_status::sent);
    }
    const auto error = fields.get("error_code");
    if (error) outcome.error_code = error->as_string().value_or("");
    const bool has_failed = outcome.status == delivery_status::failed;
    if (has_failed && !error) of.complain(R"(a failed delivery needs an "error_code" like "busy")");
    if (error && error->is(codec::json_kind::string) && outcome.error_code.empty()) {
        error->complain_expected("an error code like \"busy\"");
    }
    if (error && outcome.status == delivery_status::delivered) {
        error->complain("a delivered delivery has no error code");
    }
    outcome.carrier_status =
        has_failed ? domain::carrier_status_for(outcome.error_code) : "success";
    if (const auto carrier = fields.get("carrier_status")) {
        outcome.carrier_status = carrier->as_string().value_or("");
    }
    fields.finish();
    return of.anything_is_wrong() ? std::nullopt : std::optional{outcome};
}

void refuse_id(api::response& out) {
    fail(out, 404, "not_found", "no delivery has this id, or it was evicted");
}

/// Whether the test has seen the code then.
enum class reading : std::uint8_t { counts, does_not_count };

void show(host& of_all, const call& of, reading seen) {
    bool found = false;
    of_all.visit(of.scope, [&](const visited_account& account) {
        const auto ordinal = account.world.ordinal_of(of.parameter);
        if (!ordinal || found) return;
        found = true;
        if (seen == reading::counts) account.world.mark_read(*ordinal);
        json_writer json{of.out.body};
        json.begin_object().member("ok", true).key("delivery");
        write_delivery(json, account.world, *ordinal);
        json.end_object();
    });
    if (!found) refuse_id(of.out);
}

}  // namespace

void deliveries(host& of_all, const call& of) {
    const auto filter = read_filter(of);
    if (!filter) return;
    auto shown = page::asked_for(of, of_all.numbers().delivery);
    if (!shown) return;
    std::uint64_t evicted = 0;
    of_all.visit(of.scope, [&](const visited_account& account) {
        const auto& world = account.world;
        evicted += world.counts().evicted;
        for (const auto ordinal : find_oldest(world, *shown, *filter)) {
            std::string text;
            json_writer json{text};
            write_delivery(json, world, ordinal);
            shown->add(world.deliveries().find(ordinal)->seq, std::move(text));
        }
        shown->trim();
    });
    json_writer json{of.out.body};
    json.begin_object().member("ok", true);
    shown->write(json, "deliveries");
    json.member("evicted", evicted).end_object();
}

void delivery(host& of_all, const call& of) {
    const bool shows_it = of.in.verb != api::method::head;
    show(of_all, of, shows_it ? reading::counts : reading::does_not_count);
}

void complete(host& of_all, const call& of) {
    std::optional<domain::delivery_outcome> outcome;
    if (!read_body(of, [&](const codec::field& body) { outcome = read_outcome(body); })) return;
    bool found = false;
    bool has_ended = false;
    of_all.visit(of.scope, [&](const visited_account& account) {
        const auto ordinal = account.world.ordinal_of(of.parameter);
        if (!ordinal || found) return;
        found = true;
        has_ended = !account.world.complete(*ordinal, *outcome, account.now);
    });
    if (!found) return refuse_id(of.out);
    if (has_ended) {
        return fail(of.out, 409, "already_ended",
                    "the delivery has ended already; only one that is \"sent\" can be ended");
    }
    show(of_all, of, reading::does_not_count);
}

void delivery_scenario(host& of_all, const call& of) {
    bool found = false;
    of_all.visit(of.scope, [&](const visited_account& account) {
        const auto ordinal = account.world.ordinal_of(of.parameter);
        if (!ordinal || found) return;
        found = true;
        json_writer json{of.out.body};
        write_scenario_of(json, account.world, *ordinal);
    });
    if (!found) refuse_id(of.out);
}

}  // namespace nexo_mock::control
