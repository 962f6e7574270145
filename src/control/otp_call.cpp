#include <nexo_mock/codec/text_formats.hpp>
#include <nexo_mock/control/code_search.hpp>
#include <nexo_mock/control/handlers.hpp>

#include <algorithm>
#include <limits>

namespace nexo_mock::control {

namespace {

using namespace std::chrono_literals;
using codec::json_writer;

constexpr std::chrono::microseconds longest_wait = 5min;

struct asked_code {
    code_wait what;
    domain::duration asked{};  ///< what the query says, which may be longer than a wait may be
    code_reading seen = code_reading::counts;  ///< HEAD shows nobody a code
};

std::optional<asked_code> read_query(const call& of) {
    const auto phone = domain::phone_number::parse(api::percent_decoded(of.parameter));
    if (!phone) {
        fail(of.out, 400, "invalid_phone",
             "expected a Vietnamese mobile number like +84981234567 in the path");
        return std::nullopt;
    }
    const auto after =
        number_in_query(of, "after", 0, 0, std::numeric_limits<std::uint64_t>::max());
    if (!after) return std::nullopt;
    asked_code asked{{*phone, *after, {}}, {}, code_reading::counts};
    if (of.in.verb == api::method::head) asked.seen = code_reading::does_not_count;
    const auto wait = api::query_value(of.in.query(), "wait");
    if (wait.empty()) return asked;
    const auto length = codec::parse_duration(wait);
    if (!length) {
        fail(of.out, 400, "invalid_query",
             "\"wait\" is a duration like \"10s\", not \"" + wait + '"');
        return std::nullopt;
    }
    asked.asked = *length;
    asked.what.longest = std::min(*length, longest_wait);
    return asked;
}

void answer_with(api::response& out, const code_view& found) {
    json_writer{out.body}
        .begin_object()
        .member("ok", true)
        .member("code", found.code.text())
        .member("id", found.id.text())
        .member("seq", found.seq)
        .member("phone", found.phone.text())
        .member("created_at", codec::format_millis(found.created))
        .end_object();
}

std::string about_the_wait(const asked_code& asked, wait_end how) {
    if (how != wait_end::time_out || asked.asked <= asked.what.longest) return {};
    return " (a wait lasts " + codec::format_duration(longest_wait) + " at most)";
}

void answer(host& of_all, const scope& which, const asked_code& asked, std::uint64_t from,
            wait_end how, api::response& out) {
    const auto found =
        how == wait_end::reset ? std::nullopt : newest_code(of_all, which, asked.what, asked.seen);
    if (found) return answer_with(out, *found);
    const bool was_there = how == wait_end::found;  // and a reset took it away before it was told
    if (was_there || how == wait_end::reset) {
        return fail(out, 409, "reset", "a reset came while this call waited for a code");
    }
    fail(out, 404, "no_code",
         why_no_code(of_all, which, asked.what, from, how, about_the_wait(asked, how)));
}

}  // namespace

void otp(host& of_all, const call& of) {
    const auto asked = read_query(of);
    if (!asked) return;
    if (asked->what.longest == 0s) {
        return answer(of_all, of.scope, *asked, 1, wait_end::time_out, of.out);
    }
    const auto from = of_all.numbers().call;
    const auto give_up = std::make_shared<std::function<void()>>();
    auto reply = of.later([give_up] {
        if (*give_up) (*give_up)();
    });
    *give_up = of_all.wait_for_code(
        of.scope, asked->what,
        [&of_all, which = of.scope, asked = *asked, from, reply](wait_end how) {
            api::response out;
            answer(of_all, which, asked, from, how, out);
            reply(std::move(out));
        });
}

}  // namespace nexo_mock::control
