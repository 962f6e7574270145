#include <nexo_mock/codec/text_formats.hpp>
#include <nexo_mock/codec/value_readers.hpp>
#include <nexo_mock/domain/api_error.hpp>

#include <algorithm>

namespace nexo_mock::codec {

namespace {

constexpr std::string_view duration_form = R"(a duration like "250ms", "25s", "2m" or "1h")";
constexpr std::string_view range_mark = "..";

struct range_text {
    std::string_view from;
    std::string_view to;
};

std::optional<range_text> split_range(std::string_view text) {
    const auto mark = text.find(range_mark);
    if (mark == std::string_view::npos) return std::nullopt;
    return range_text{text.substr(0, mark), text.substr(mark + range_mark.size())};
}

std::optional<domain::delay> read_log_normal(const field& of) {
    object_fields fields{of};
    const auto median = fields.require("median");
    const auto sigma = fields.require("sigma");
    fields.finish();
    const auto middle = median ? read_duration(*median) : std::nullopt;
    const auto spread = sigma ? sigma->as_number(0, 10) : std::nullopt;
    if (!middle || !spread) return std::nullopt;
    return domain::delay{domain::log_normal_delay{*middle, *spread}};
}

}  // namespace

std::optional<domain::duration> read_duration(const field& of) {
    if (of.is(json_kind::string)) {
        if (const auto length = parse_duration(of.node().text)) return length;
    }
    if (of.is(json_kind::number) && parse_duration(of.node().text + 's')) {
        of.complain("expected " + std::string{duration_form} + ", found " + of.node().text +
                    " (did you mean \"" + of.node().text + "s\"?)");
        return std::nullopt;
    }
    of.complain_expected(duration_form);
    return std::nullopt;
}

std::optional<domain::delay> read_delay(const field& of) {
    if (of.is(json_kind::object)) return read_log_normal(of);
    const auto range = of.is(json_kind::string) ? split_range(of.node().text) : std::nullopt;
    if (!range) {
        const auto length = read_duration(of);
        return length ? std::optional{domain::delay::fixed(*length)} : std::nullopt;
    }
    const auto from = parse_duration(range->from);
    const auto to = parse_duration(range->to);
    if (!from || !to) {
        of.complain_expected(R"(a range like "25s..60s")");
        return std::nullopt;
    }
    if (*from > *to) {
        of.complain("the range \"" + of.node().text + "\" ends before it begins");
        return std::nullopt;
    }
    return domain::delay{domain::uniform_delay{*from, *to}};
}

std::optional<domain::elapsed_range> read_elapsed(const field& of) {
    const auto range = of.is(json_kind::string) ? split_range(of.node().text) : std::nullopt;
    domain::elapsed_range window;
    bool good = range.has_value();
    if (good && !range->from.empty()) {
        const auto from = parse_duration(range->from);
        good = from.has_value();
        window.from = from.value_or(domain::duration{});
    }
    if (good && !range->to.empty()) {
        const auto to = parse_duration(range->to);
        good = to.has_value();
        window.to = to.value_or(domain::duration{});
    }
    if (!good) {
        of.complain_expected(R"(a range like "60s..120s", "60s.." or "..120s")");
        return std::nullopt;
    }
    if (window.from >= window.to) of.warn("the range \"" + of.node().text + "\" is empty");
    return window;
}

std::optional<domain::money> read_money(const field& of) {
    const auto amount = of.is(json_kind::number) ? parse_money(of.node().text) : std::nullopt;
    if (amount && *amount >= domain::money{}) return amount;
    of.complain_expected("an amount of dollars, not negative, with six decimals at most");
    return std::nullopt;
}

std::vector<domain::ip_range> read_ip_ranges(const field& of) {
    std::vector<domain::ip_range> ranges;
    for (const auto& each : of.as_items()) {
        const auto text = each.as_string();
        if (!text) continue;
        if (const auto range = parse_ip_range(*text)) {
            ranges.push_back(*range);
        } else {
            each.complain_expected("an IP address or a block like \"10.0.0.0/8\"");
        }
    }
    return ranges;
}

std::optional<domain::glob_list> read_globs(const field& of) {
    std::vector<domain::glob> globs;
    bool good = true;
    for (const auto& each : of.as_items_or_self()) {
        if (const auto pattern = each.as_string()) {
            globs.emplace_back(*pattern);
        } else {
            good = false;
        }
    }
    if (good && globs.empty())
        of.complain("an empty list matches nothing: leave it out to match anything");
    if (!good || globs.empty()) return std::nullopt;
    return domain::glob_list{std::move(globs)};
}

void warn_unknown_carrier(const field& of, std::string_view slug) {
    std::vector<std::string_view> slugs;
    for (const auto each : domain::all_carriers)
        slugs.push_back(name(each));
    of.warn("unknown carrier \"" + std::string{slug} + '"' + did_you_mean(slug, slugs) +
            "; known are " + one_of_words(slugs));
}

std::optional<domain::carrier> carrier_or_warning(const field& of, std::string_view slug) {
    const auto known = domain::carrier_named(slug);
    if (!known) warn_unknown_carrier(of, slug);
    return known;
}

void look_at_code(const field& of, std::string_view code, std::span<const std::string_view> known) {
    if (code.empty()) {
        of.complain("an error code is not empty");
    } else if (std::ranges::find(known, code) == known.end()) {
        auto meant = did_you_mean(code, known);
        if (meant.empty()) meant = "; known are " + one_of_words(known);
        of.warn("unknown error code \"" + std::string{code} + '"' + meant);
    }
}

void look_at_error_code(const field& of, std::string_view code) {
    std::vector<std::string_view> known;
    for (const auto each : domain::all_api_errors)
        known.push_back(name(each));
    look_at_code(of, code, known);
}

}  // namespace nexo_mock::codec
