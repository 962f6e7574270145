#include <nexo_mock/control/call.hpp>

#include <algorithm>
#include <charconv>
#include <limits>

namespace nexo_mock::control {

using codec::json_writer;

namespace {
constexpr std::uint64_t default_page = 100;
constexpr std::uint64_t largest_page = 10'000;
}  // namespace

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

std::optional<std::uint64_t> number_in_query(const call& of, std::string_view name,
                                             std::uint64_t otherwise, std::uint64_t least,
                                             std::uint64_t most) {
    const auto text = api::query_value(of.in.query(), name);
    if (text.empty()) return otherwise;
    std::uint64_t value = 0;
    const auto* end = text.data() + text.size();
    const auto [stop, ec] = std::from_chars(text.data(), end, value);
    if (ec == std::errc{} && stop == end && value >= least && value <= most) return value;
    auto expected = '"' + std::string{name} + "\" is a whole number";
    if (most != std::numeric_limits<std::uint64_t>::max()) {
        expected += " from " + std::to_string(least) + " to " + std::to_string(most);
    }
    fail(of.out, 400, "invalid_query", expected + ", not \"" + text + '"');
    return std::nullopt;
}

bool refuse_mistakes(api::response& out, std::string_view error, std::string_view what,
                     const std::vector<codec::diagnostic>& mistakes) {
    if (!codec::has_errors(mistakes)) return false;
    std::string detail;
    for (const auto& each : mistakes) {
        if (!detail.empty()) detail += '\n';
        detail += codec::format(each, what);
    }
    fail(out, 400, error, detail);
    return true;
}

std::optional<page> page::asked_for(const call& of, std::uint64_t end) {
    constexpr auto any = std::numeric_limits<std::uint64_t>::max();
    const auto after = number_in_query(of, "after", 0, 0, any);
    if (!after) return std::nullopt;
    const auto limit = number_in_query(of, "limit", default_page, 1, largest_page);
    if (!limit) return std::nullopt;
    page asked;
    asked.after_ = *after;
    asked.end_ = end;
    asked.limit_ = *limit;
    return asked;
}

void page::trim() {
    std::ranges::sort(entries_);
    if (entries_.size() < wanted()) return;
    entries_.resize(wanted());
    end_ = entries_.back().first + 1;  // others need not even be written
}

void page::write(json_writer& json, std::string_view name) {
    trim();
    const bool more = entries_.size() > limit_;
    if (more) entries_.resize(limit_);
    json.key(name).begin_array();
    for (const auto& [seq, text] : entries_)
        json.raw(text);
    json.end_array().member("more", more);
}

}  // namespace nexo_mock::control
