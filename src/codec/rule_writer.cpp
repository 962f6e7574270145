#include <nexo_mock/codec/rule_writer.hpp>
#include <nexo_mock/codec/step_writer.hpp>
#include <nexo_mock/codec/text_formats.hpp>
#include <nexo_mock/domain/api_key.hpp>

#include <string>

namespace nexo_mock::codec {

namespace {

std::string_view word(domain::sequence_end end) {
    switch (end) {
        case domain::sequence_end::stay: return "stay";
        case domain::sequence_end::loop: return "loop";
        case domain::sequence_end::fall_through: return "fall_through";
    }
    return {};
}

std::string_view word(domain::counting per) {
    switch (per) {
        case domain::counting::per_account: return "account";
        case domain::counting::per_phone: return "phone";
    }
    return {};
}

void write_globs(json_writer& out, std::string_view key, const domain::glob_list& of) {
    const auto& globs = of.globs();
    if (globs.empty()) return;
    out.key(key);
    if (globs.size() == 1) {
        out.value(globs.front().text());
        return;
    }
    out.begin_array();
    for (const auto& each : globs)
        out.value(each.text());
    out.end_array();
}

domain::glob_list masked(const domain::glob_list& keys) {
    auto globs = keys.globs();
    for (auto& each : globs) {
        if (each.is_literal() && domain::is_well_formed_key(each.text())) {
            each = domain::glob{domain::masked_key(each.text())};
        }
    }
    return domain::glob_list{std::move(globs)};
}

std::string range_text(const domain::elapsed_range& of) {
    const domain::elapsed_range open;
    std::string text;
    if (of.from != open.from) text = format_duration(of.from);
    text += "..";
    if (of.to != open.to) text += format_duration(of.to);
    return text;
}

void write_condition(json_writer& out, const domain::condition& of, secrets how) {
    const domain::condition usual;
    out.begin_object();
    if (of.call != usual.call) out.member("endpoint", of.call ? name(*of.call) : "any");
    write_globs(out, "phone", of.phone);
    write_globs(out, "code", of.code);
    write_globs(out, "key", how == secrets::masked ? masked(of.key) : of.key);
    write_globs(out, "carrier", of.carrier);
    write_globs(out, "state", of.state);
    if (of.elapsed) out.member("elapsed", range_text(*of.elapsed));
    if (of.every != usual.every) out.member("every", of.every);
    if (of.chance != usual.chance) out.member("chance", of.chance);
    out.end_object();
}

/// A step that is used several times stands in a list, except for a `one_of`, which may be as deep
/// as the reader goes: a list would be one level more.
bool stands_alone(const domain::rule& of) {
    return of.steps.size() == 1 &&
           (of.steps.front().times == 1 ||
            std::holds_alternative<domain::choice>(of.steps.front().action));
}

}  // namespace

void write_rule(json_writer& out, const domain::rule& of, secrets how, std::size_t number) {
    const domain::rule usual;
    out.begin_object();
    const bool names_itself = number != 0 && of.name == "rule " + std::to_string(number);
    if (!names_itself) out.member("name", of.name);
    if (of.when != usual.when) write_condition(out.key("when"), of.when, how);
    out.key("then");
    if (stands_alone(of)) {
        write_step(out, of.steps.front());
    } else {
        out.begin_array();
        for (const auto& each : of.steps)
            write_step(out, each);
        out.end_array();
    }
    if (of.end != usual.end) out.member("end", word(of.end));
    if (of.per != usual.per) out.member("per", word(of.per));
    out.end_object();
}

}  // namespace nexo_mock::codec
