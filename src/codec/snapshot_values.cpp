#include <nexo_mock/codec/http_url.hpp>
#include <nexo_mock/codec/snapshot_values.hpp>
#include <nexo_mock/codec/text_formats.hpp>

#include <array>

namespace nexo_mock::codec {

namespace {

using domain::delivery_status;

constexpr std::array statuses{delivery_status::sent, delivery_status::delivered,
                              delivery_status::failed};
constexpr std::uint64_t highest_status = 999;

std::string_view usual_carrier_status(const domain::delivery_outcome& of) {
    return of.status == delivery_status::delivered ? "success"
                                                   : domain::carrier_status_for(of.error_code);
}

}  // namespace

void write_time(json_writer& out, std::string_view name, domain::time_point at) {
    out.member(name, format_time(at));
}

domain::time_point read_time(object_fields& fields, std::string_view name,
                             const time_span& within) {
    const auto given = fields.get(name);
    if (!given) return within.from;
    const auto at = given->is(json_kind::string) ? parse_time(given->node().text) : std::nullopt;
    if (at && *at >= within.from && *at <= within.to) return *at;
    given->complain_expected("a time from \"" + format_time(within.from) + "\" to \"" +
                             format_time(within.to) + '"');
    return within.from;
}

domain::time_point require_time(object_fields& fields, std::string_view name,
                                const time_span& within) {
    fields.require(name);
    return read_time(fields, name, within);
}

void write_count(json_writer& out, std::string_view name, std::uint64_t count) {
    if (count != 0) out.member(name, count);
}

std::uint64_t read_count(object_fields& fields, std::string_view name, std::uint64_t most) {
    const auto given = fields.get(name);
    return given ? given->as_integer(0, most).value_or(0) : 0;
}

std::uint32_t read_index(const field& of, object_fields& fields, std::string_view name,
                         std::size_t size) {
    const auto given = fields.get(name);
    if (size == 0) {
        of.complain("there is nothing that \"" + std::string{name} + "\" could be the number of");
        return 0;
    }
    return given ? static_cast<std::uint32_t>(given->as_integer(0, size - 1).value_or(0)) : 0;
}

bool read_flag(object_fields& fields, std::string_view name, bool usual) {
    const auto given = fields.get(name);
    return given ? given->as_bool().value_or(usual) : usual;
}

std::string read_text(object_fields& fields, std::string_view name) {
    const auto given = fields.get(name);
    return given ? given->as_string().value_or("") : "";
}

std::optional<domain::phone_number> require_phone(object_fields& fields, std::string_view name) {
    const auto given = fields.require(name);
    if (!given) return std::nullopt;
    const auto phone = given->is(json_kind::string)
                           ? domain::phone_number::parse(given->node().text)
                           : std::nullopt;
    if (!phone) given->complain_expected(R"(a mobile number like "+84981234567")");
    return phone;
}

void write_carrier(json_writer& out, domain::carrier carrier, domain::phone_number of) {
    if (carrier != of.carrier()) out.member("carrier", name(carrier));
}

domain::carrier read_carrier(object_fields& fields, domain::phone_number of) {
    const auto given = fields.get("carrier");
    const auto read = given ? read_named(*given, domain::all_carriers) : std::nullopt;
    return read.value_or(of.carrier());
}

void write_amounts(json_writer& out, std::string_view name, const domain::bucket_amounts& of) {
    if (of == domain::bucket_amounts{}) return;
    out.key(name).begin_object();
    for (const auto each : domain::all_buckets) {
        if (!of[each].is_zero()) out.member(domain::name(each), of[each]);
    }
    out.end_object();
}

domain::bucket_amounts read_amounts(object_fields& fields, std::string_view name) {
    domain::bucket_amounts read;
    const auto given = fields.get(name);
    if (!given) return read;
    object_fields buckets{*given};
    for (const auto each : domain::all_buckets) {
        const auto amount = buckets.get(domain::name(each));
        if (amount) read[each] = read_money(*amount).value_or(domain::money{});
    }
    buckets.finish();
    return read;
}

domain::money require_sum(object_fields& fields, std::string_view name) {
    const auto given = fields.require(name);
    if (!given) return {};
    const auto amount = given->is(json_kind::number)
                            ? parse_money(given->node().text, most_in_wallet)
                            : std::nullopt;
    if (amount && *amount >= domain::money{}) return *amount;
    given->complain_expected("an amount of dollars, not negative, with six decimals at most");
    return {};
}

std::optional<domain::money> sum(std::span<const domain::money> amounts) {
    domain::money total;
    for (const auto each : amounts) {
        if (each > most_in_wallet - total) return std::nullopt;
        total += each;
    }
    return total;
}

void write_outcome(json_writer& out, const domain::delivery_outcome& of) {
    out.member("status", name(of.status));
    if (!of.error_code.empty()) out.member("error_code", of.error_code);
    if (of.carrier_status != usual_carrier_status(of)) {
        out.member("carrier_status", of.carrier_status);
    }
}

domain::delivery_outcome read_outcome(object_fields& fields) {
    domain::delivery_outcome read;
    if (const auto status = fields.require("status")) {
        read.status = read_named(*status, statuses).value_or(delivery_status::sent);
    }
    read.error_code = read_text(fields, "error_code");
    const auto own = fields.get("carrier_status");
    read.carrier_status =
        own ? own->as_string().value_or("") : std::string{usual_carrier_status(read)};
    return read;
}

void write_answer(json_writer& out, const domain::attempt_outcome& of) {
    if (of.status != 0) out.member("status", of.status);
    if (!of.error.empty()) out.member("error", of.error);
    if (!of.reply.empty()) out.member("reply", of.reply);
    if (of.took.count() != 0) out.member("took_us", of.took.count());
}

domain::attempt_outcome read_answer(object_fields& fields) {
    domain::attempt_outcome read;
    read.status = static_cast<int>(read_count(fields, "status", highest_status));
    read.error = read_text(fields, "error");
    read.reply = read_text(fields, "reply");
    const auto longest = static_cast<std::uint64_t>(domain::delay::longest.count());
    read.took = domain::duration{static_cast<std::int64_t>(read_count(fields, "took_us", longest))};
    return read;
}

void write_target(json_writer& out, const domain::webhook_target& of) {
    out.begin_object().member("url", of.url).member("secret", of.secret).end_object();
}

domain::webhook_target read_target(const field& of) {
    domain::webhook_target read;
    object_fields fields{of};
    if (const auto url = fields.require("url")) {
        read.url = url->as_string().value_or("");
        const bool is_text = url->is(json_kind::string);
        if (is_text && !http_url::parse(read.url)) url->complain_expected(http_url_form);
    }
    if (const auto secret = fields.require("secret")) {
        read.secret = secret->as_string().value_or("");
    }
    fields.finish();
    return read;
}

}  // namespace nexo_mock::codec
