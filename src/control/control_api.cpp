#include <nexo_mock/codec/embedded.hpp>
#include <nexo_mock/codec/text_formats.hpp>
#include <nexo_mock/codec/value_readers.hpp>
#include <nexo_mock/control/control_api.hpp>
#include <nexo_mock/control/views.hpp>

#include <algorithm>
#include <charconv>
#include <deque>

namespace nexo_mock::control {

namespace {

using api::method;
using codec::json_writer;

constexpr std::uint64_t default_page = 100;
constexpr std::uint64_t largest_page = 10'000;

void fail(api::response& out, int status, std::string_view error, std::string_view detail) {
    out.status = status;
    out.body.clear();
    json_writer{out.body}
        .begin_object()
        .member("ok", false)
        .member("error", error)
        .member("detail", detail)
        .end_object();
}

std::string_view name(method verb) {
    return verb == method::get ? "GET" : verb == method::put ? "PUT" : "POST";
}

void refuse_account(api::response& out, api::admission why) {
    if (why == api::admission::too_many_accounts) {
        fail(out, 503, "too_many_accounts", "the emulator holds as many accounts as it may");
    } else {
        fail(
            out, 401, "unauthorized",
            "the Authorization header names no account: it takes \"Bearer sk_live_…\" (one that "
            "the "
            "scenario lists, if its api.keys is \"listed\"), or leave it out to mean all accounts");
    }
}

/// A whole number in a query; none if it is there but is no number in bounds.
std::optional<std::uint64_t> number_in(std::string_view query, std::string_view name,
                                       std::uint64_t otherwise) {
    const auto text = api::query_value(query, name);
    if (text.empty()) return otherwise;
    std::uint64_t value = 0;
    const auto* end = text.data() + text.size();
    const auto [stop, ec] = std::from_chars(text.data(), end, value);
    if (ec != std::errc{} || stop != end) return std::nullopt;
    return value;
}

/// Reads a JSON body with `read`, which complains of what it does not like; false: refused.
template <class Reader>
bool read_body(const api::request& in, api::response& out, Reader read) {
    std::vector<codec::diagnostic> mistakes;
    auto parsed = codec::read_json(in.body);
    if (const auto* broken = std::get_if<codec::syntax_error>(&parsed)) {
        mistakes.push_back({broken->at, "", broken->message, codec::severity::error});
    } else {
        read(codec::field{std::get<codec::json_node>(parsed), "", mistakes});
    }
    if (mistakes.empty()) return true;
    std::string detail;
    for (const auto& each : mistakes) {
        if (!detail.empty()) detail += '\n';
        detail += codec::format(each, "body");
    }
    fail(out, 400, "invalid_body", detail);
    return false;
}

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

/// A control call that was understood so far: what it is about and where its answer goes.
struct control_api::call {
    const api::request& in;
    api::response& out;
    defer later;
    control::scope scope;
    std::string_view rest;  ///< of the path, behind the route's own
};

struct control_api::route {
    method verb;
    std::string_view path;
    bool is_prefix;  ///< the path goes on, with something of the caller's
    handler handle;
};

const control_api::route control_api::routes[] = {
    {method::get, "/_mock/health", false, &control_api::health},
    {method::get, "/_mock/otp/", true, &control_api::otp},
    {method::get, "/_mock/deliveries", false, &control_api::deliveries},
    {method::get, "/_mock/deliveries/", true, &control_api::delivery},
    {method::get, "/_mock/clock", false, &control_api::show_clock},
    {method::put, "/_mock/clock", false, &control_api::change_clock},
    {method::post, "/_mock/clock/advance", false, &control_api::advance},
    {method::post, "/_mock/reset", false, &control_api::reset},
    {method::get, "/_mock/scenario.schema.json", false, &control_api::scenario_schema},
};

void control_api::handle(const api::request& in, api::response& out, defer later) {
    const auto path = in.path();
    std::string allowed;
    for (const auto& each : routes) {
        const bool fits =
            each.is_prefix ? path.starts_with(each.path) && path != each.path : path == each.path;
        if (!fits) continue;
        if (in.verb == each.verb || (in.verb == method::head && each.verb == method::get)) {
            control::scope which;
            if (!in.authorization.empty()) which = api::bearer_token(in.authorization);
            return (this->*each.handle)({in, out, later, which, path.substr(each.path.size())});
        }
        if (!allowed.empty()) allowed += ", ";
        allowed += each.verb == method::get ? "GET, HEAD" : name(each.verb);
    }
    if (allowed.empty()) {
        std::string calls;
        for (const auto& each : routes) {
            calls += calls.empty() ? "no such call; there are " : ", ";
            calls += std::string{name(each.verb)} + ' ' + std::string{each.path};
            if (each.is_prefix) calls += each.path == "/_mock/otp/" ? "{phone}" : "{id}";
        }
        fail(out, 404, "not_found", calls);
    } else {
        fail(out, 405, "method_not_allowed", "this call takes " + allowed);
        out.headers.emplace_back("Allow", allowed);
    }
}

void control_api::health(const call& of) {
    json_writer json{of.out.body};
    write_health(json, host_.health());
}

void control_api::otp(const call& of) {
    const auto phone = domain::phone_number::parse(api::percent_decoded(of.rest));
    if (!phone) {
        return fail(of.out, 400, "invalid_phone",
                    "expected a Vietnamese mobile number like +84981234567 in the path");
    }
    const auto after = number_in(of.in.query(), "after", 0);
    if (!after)
        return fail(of.out, 400, "invalid_query", "\"after\" is the seq of an earlier code");
    std::optional<domain::delivery_view> newest;
    const auto admitted = host_.visit(of.scope, [&](domain::world& world, domain::time_point) {
        world.deliveries().newest_first([&](std::uint64_t ordinal, const auto& each) {
            if (each.seq <= std::max(*after, newest ? newest->seq : 0)) return false;
            if (each.phone != *phone) return true;
            newest = world.view(ordinal);
            return false;
        });
    });
    if (admitted != api::admission::granted) return refuse_account(of.out, admitted);
    if (!newest) {
        return fail(of.out, 404, "no_code",
                    (of.scope ? "this account has sent no code to " : "no code was sent to ") +
                        phone->text() +
                        (*after == 0 ? std::string{} : " after seq " + std::to_string(*after)));
    }
    json_writer{of.out.body}
        .begin_object()
        .member("ok", true)
        .member("code", newest->code.text())
        .member("id", newest->id.text())
        .member("seq", newest->seq)
        .member("phone", newest->phone.text())
        .member("created_at", codec::format_millis(newest->created))
        .end_object();
}

void control_api::deliveries(const call& of) {
    const auto query = of.in.query();
    const auto after = number_in(query, "after", 0);
    const auto limit = number_in(query, "limit", default_page);
    const auto status = api::query_value(query, "status");
    const auto phone = api::query_value(query, "phone");
    if (!after || !limit || *limit == 0 || *limit > largest_page) {
        return fail(of.out, 400, "invalid_query",
                    "\"after\" is a seq and \"limit\" a number from 1 to 10000");
    }
    if (!phone.empty() && !domain::phone_number::parse(phone)) {
        return fail(of.out, 400, "invalid_query", "\"phone\" is a number like +84981234567");
    }
    if (!status.empty() && status != "sent" && status != "delivered" && status != "failed") {
        return fail(of.out, 400, "invalid_query", "\"status\" is sent, delivered or failed");
    }
    // Rendered under each account's lock, put in order of acceptance afterwards.
    std::vector<std::pair<std::uint64_t, std::string>> found;
    std::uint64_t evicted = 0;
    const auto admitted = host_.visit(of.scope, [&](domain::world& world, domain::time_point) {
        evicted += world.counts().evicted;
        std::deque<std::uint64_t> page;  // the oldest that fit, one more than is asked for
        world.deliveries().newest_first([&](std::uint64_t ordinal, const auto& each) {
            if (each.seq <= *after) return false;
            if (!status.empty() && status != domain::name(each.status())) return true;
            if (!phone.empty() && phone != each.phone.text()) return true;
            page.push_front(ordinal);
            if (page.size() > *limit + 1) page.pop_back();
            return true;
        });
        for (const auto ordinal : page) {
            auto& [seq, text] =
                found.emplace_back(world.deliveries().find(ordinal)->seq, std::string{});
            json_writer json{text};
            write_delivery(json, world, ordinal);
        }
        std::ranges::sort(found);
        if (found.size() > *limit + 1) found.resize(*limit + 1);
    });
    if (admitted != api::admission::granted) return refuse_account(of.out, admitted);
    const bool more = found.size() > *limit;
    if (more) found.resize(*limit);
    json_writer json{of.out.body};
    json.begin_object().member("ok", true).key("deliveries").begin_array();
    for (const auto& [seq, text] : found)
        json.raw(text);
    json.end_array().member("more", more).member("evicted", evicted).end_object();
}

void control_api::delivery(const call& of) {
    std::string found;
    const auto admitted = host_.visit(of.scope, [&](domain::world& world, domain::time_point) {
        const auto ordinal = world.ordinal_of(of.rest);
        if (!ordinal) return;
        json_writer json{found};
        write_delivery(json, world, *ordinal);
    });
    if (admitted != api::admission::granted) return refuse_account(of.out, admitted);
    if (found.empty()) {
        return fail(of.out, 404, "not_found", "no delivery has this id, or it was evicted");
    }
    json_writer{of.out.body}
        .begin_object()
        .member("ok", true)
        .key("delivery")
        .raw(found)
        .end_object();
}

void control_api::show_clock(const call& of) {
    if (!admit(of)) return;
    json_writer json{of.out.body};
    write_clock(json, host_.clock(of.scope));
}

void control_api::change_clock(const call& of) {
    if (!admit(of)) return;
    clock_change change;
    const bool understood = read_body(
        of.in, of.out, [&](const codec::field& body) { change = read_clock_change(body); });
    if (!understood) return;
    if (const auto why_not = host_.change_clock(of.scope, change)) {
        return fail(of.out, 409, "clock_refused", *why_not);
    }
    show_clock(of);
}

void control_api::advance(const call& of) {
    if (!admit(of)) return;
    std::optional<advance_goal> goal;
    const bool understood =
        read_body(of.in, of.out, [&](const codec::field& body) { goal = read_goal(body); });
    if (!understood || !goal) return;
    host_.advance(of.scope, *goal, [reply = of.later()](const advance_report& report) {
        api::response out;
        if (report.clock_is_manual) {
            json_writer json{out.body};
            write_advance(json, report);
        } else {
            fail(out, 409, "clock_not_manual",
                 "only a manual clock is advanced by hand: start with --clock manual or PUT "
                 "{\"mode\":\"manual\"} to /_mock/clock");
        }
        reply(std::move(out));
    });
}

void control_api::reset(const call& of) {
    if (!admit(of)) return;
    host_.reset(of.scope);
    of.out.body = R"({"ok":true})";
}

void control_api::scenario_schema(const call& of) {
    of.out.content_type = "application/schema+json";
    of.out.body = embedded::schemas.front().text;
}

/// Whether the scope is one that can be; its account is there then.
bool control_api::admit(const call& of) {
    const auto admitted = host_.visit(of.scope, [](domain::world&, domain::time_point) {});
    if (admitted == api::admission::granted) return true;
    refuse_account(of.out, admitted);
    return false;
}

}  // namespace nexo_mock::control
