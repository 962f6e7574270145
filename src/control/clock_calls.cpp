#include <nexo_mock/codec/text_formats.hpp>
#include <nexo_mock/codec/value_readers.hpp>
#include <nexo_mock/control/handlers.hpp>
#include <nexo_mock/control/views.hpp>

namespace nexo_mock::control {

namespace {

std::optional<advance_goal> read_goal(const codec::field& of) {
    codec::object_fields fields{of};
    const auto by = fields.get("by");
    const auto to = fields.get("to");
    fields.finish();
    if (by.has_value() == to.has_value()) {
        of.complain(R"(expected one of {"by": "30s"}, {"to": "next"} and {"to": "idle"})");
        return std::nullopt;
    }
    if (by) {
        const auto length = codec::read_duration(*by);
        if (!length) return std::nullopt;
        return advance_goal{advance_goal::kind::by, *length};
    }
    using kind = advance_goal::kind;
    const auto until = codec::read_word<kind>(*to, {{"next", kind::next}, {"idle", kind::idle}});
    if (!until) return std::nullopt;
    return advance_goal{*until, {}};
}

clock_change read_clock_change(const codec::field& of) {
    clock_change change;
    codec::object_fields fields{of};
    const auto mode = fields.get("mode");
    const auto now = fields.get("now");
    fields.finish();
    if (mode) {
        const auto text = mode->as_string();
        if (text) change.setting = codec::parse_clock(*text);
        const bool has_start = change.setting && change.setting->start;
        if (text && (!change.setting || has_start)) {
            mode->complain_expected(R"("real", "x60" (sixty times faster), "manual" or "instant")");
        }
    }
    if (now) {
        const auto text = now->as_string();
        if (text) change.now = codec::parse_time(*text);
        if (text && !change.now) now->complain_expected(R"(a time like "2026-05-26T10:00:00Z")");
    }
    if (!mode && !now && of.is(codec::json_kind::object)) {
        of.complain(R"(expected "mode", "now" or both)");
    }
    return change;
}

}  // namespace

void show_clock(host& of_all, const call& of) {
    codec::json_writer json{of.out.body};
    write_clock(json, of_all.clock(of.scope));
}

void change_clock(host& of_all, const call& of) {
    clock_change change;
    if (!read_body(of, [&](const codec::field& body) { change = read_clock_change(body); })) return;
    if (const auto why_not = of_all.change_clock(of.scope, change)) {
        return fail(of.out, 409, "clock_refused", *why_not);
    }
    show_clock(of_all, of);
}

void advance(host& of_all, const call& of) {
    std::optional<advance_goal> goal;
    if (!read_body(of, [&](const codec::field& body) { goal = read_goal(body); }) || !goal) return;
    of_all.advance(of.scope, *goal, [reply = of.later(nullptr)](const advance_report& report) {
        api::response out;
        if (report.clock_is_manual) {
            codec::json_writer json{out.body};
            write_advance(json, report);
        } else {
            fail(out, 409, "clock_not_manual",
                 "only a manual clock is advanced by hand: start with --clock manual or PUT "
                 "{\"mode\":\"manual\"} to /_mock/clock");
        }
        reply(std::move(out));
    });
}

}  // namespace nexo_mock::control
