#include <nexo_mock/control/handlers.hpp>
#include <nexo_mock/control/verification.hpp>
#include <nexo_mock/control/views.hpp>

#include <array>
#include <charconv>

namespace nexo_mock::control {

namespace {

using codec::json_writer;

struct call_filter {
    std::optional<domain::endpoint> call;
    int least_status = 0;
    int most_status = 999;

    bool wants(const domain::call_record& each) const {
        return (!call || each.call == *call) && each.status >= least_status &&
               each.status <= most_status;
    }
};

bool read_status(std::string_view text, call_filter& filter) {
    if (text.size() == 3 && text.ends_with("xx") && text[0] >= '1' && text[0] <= '5') {
        filter.least_status = (text[0] - '0') * 100;
        filter.most_status = filter.least_status + 99;
        return true;
    }
    const auto* end = text.data() + text.size();
    const auto [stop, ec] = std::from_chars(text.data(), end, filter.least_status);
    filter.most_status = filter.least_status;
    const bool is_status =
        filter.least_status == 0 || (filter.least_status >= 100 && filter.least_status <= 599);
    return ec == std::errc{} && stop == end && is_status;
}

std::optional<call_filter> read_filter(const call& of) {
    call_filter filter;
    const auto endpoint = api::query_value(of.in.query(), "endpoint");
    const auto status = api::query_value(of.in.query(), "status");
    for (const auto each :
         {domain::endpoint::send_otp, domain::endpoint::deliveries, domain::endpoint::balance}) {
        if (endpoint == domain::name(each)) filter.call = each;
    }
    if (!endpoint.empty() && !filter.call) {
        fail(of.out, 400, "invalid_query",
             "\"endpoint\" is send-otp, deliveries or balance, not \"" + endpoint + '"');
        return std::nullopt;
    }
    if (!status.empty() && !read_status(status, filter)) {
        fail(of.out, 400, "invalid_query",
             "\"status\" is an HTTP status like 402, a class like 4xx, or 0 for calls without a "
             "reply, not \"" +
                 status + '"');
        return std::nullopt;
    }
    return filter;
}

void add_calls(page& shown, const call_filter& filter, const domain::call_journal& journal,
               const domain::world* world) {
    std::size_t found = 0;
    for (auto i = journal.first_after(shown.after()); i < journal.size() && found < shown.wanted();
         ++i) {
        const auto each = journal[i];
        if (!shown.holds(each.seq) || !filter.wants(each)) continue;
        ++found;
        std::string text;
        json_writer json{text};
        write_call(json, each, world);
        shown.add(each.seq, std::move(text));
    }
    shown.trim();
}

/// Those who look on ask for a report, which is no failure; none, and the call is refused, if they
/// ask for something else.
std::optional<int> status_of_findings(const call& of) {
    const auto report = api::query_value(of.in.query(), "report");
    if (report.empty() || report == "false") return 409;
    if (report == "true") return 200;
    fail(of.out, 400, "invalid_query", "\"report\" is true or false, not \"" + report + '"');
    return std::nullopt;
}

}  // namespace

void requests(host& of_all, const call& of) {
    const auto filter = read_filter(of);
    if (!filter) return;
    auto shown = page::asked_for(of, of_all.numbers().call);
    if (!shown) return;
    std::uint64_t evicted = 0;
    of_all.visit(of.scope, [&](const visited_account& account) {
        evicted += account.world.calls().evicted();
        add_calls(*shown, *filter, account.world.calls(), &account.world);
    });
    if (of.scope.is_all()) {
        of_all.visit_strangers([&](const domain::call_journal& strangers) {
            evicted += strangers.evicted();
            add_calls(*shown, *filter, strangers, nullptr);
        });
    }
    json_writer json{of.out.body};
    json.begin_object().member("ok", true);
    shown->write(json, "requests");
    json.member("evicted", evicted).end_object();
}

void verify(host& of_all, const call& of) {
    const auto status = status_of_findings(of);
    if (!status) return;
    const auto list = api::query_value(of.in.query(), "check");
    const auto checks = read_checks(list);
    if (!checks) {
        return fail(
            of.out, 400, "invalid_query",
            "\"check\" is a list like webhooks,codes of webhooks, codes, rules and requests, "
            "not \"" +
                list + '"');
    }
    const auto found = verify(of_all, of.scope, *checks);
    if (!found.is_clean()) of.out.status = *status;
    json_writer json{of.out.body};
    found.write(json);
}

void events(host& of_all, const call& of) {
    std::optional<std::uint64_t> seen;
    if (!of.in.last_event_id.empty()) {
        std::uint64_t number = 0;
        const auto& text = of.in.last_event_id;
        const auto* end = text.data() + text.size();
        const auto [stop, ec] = std::from_chars(text.data(), end, number);
        if (ec != std::errc{} || stop != end) {
            return fail(of.out, 400, "invalid_header",
                        "Last-Event-ID is the id of an event, a whole number, not \"" + text + '"');
        }
        seen = number;
    }
    of.out.content_type = "text/event-stream";
    if (of.in.verb != api::method::head) of.out.stream = of_all.events(of.scope, seen);
}

}  // namespace nexo_mock::control
