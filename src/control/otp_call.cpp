#include <nexo_mock/codec/text_formats.hpp>
#include <nexo_mock/control/handlers.hpp>

#include <algorithm>
#include <limits>
#include <map>

namespace nexo_mock::control {

namespace {

using namespace std::chrono_literals;
using codec::json_writer;

constexpr std::chrono::microseconds longest_wait = 5min;
constexpr std::size_t most_calls_read = 1'000;  // the latest of an account, for an explanation
constexpr std::size_t most_named = 5;           // of a kind, in an explanation

struct asked_code {
    code_wait what;
    domain::duration asked{};    ///< what the query says, which may be longer than a wait may be
    bool counts_as_read = true;  ///< HEAD shows nobody a code
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
    asked_code asked{{*phone, *after, {}}, {}, of.in.verb != api::method::head};
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

/// What the scope did since a moment: where codes went, and which sends were refused.
class recent_sends {
 public:
    explicit recent_sends(std::uint64_t from) : from_{from} {}

    void look_at(const domain::world& world) {
        for (auto i = first_read(world.calls()); i < world.calls().size(); ++i) {
            const auto& each = world.calls()[i];
            if (each.call != domain::endpoint::send_otp) continue;
            const auto* sent = each.delivery ? world.deliveries().find(*each.delivery) : nullptr;
            if (sent != nullptr) ++codes_[sent->phone.text()];
            if (each.status == 0) ++refusals_["lost by a rule"];
            if (each.status >= 400) ++refusals_[each.error];
        }
    }
    void look_at(const domain::call_journal& strangers) {
        for (auto i = first_read(strangers); i < strangers.size(); ++i) {
            if (strangers[i].call == domain::endpoint::send_otp) ++refusals_[strangers[i].error];
        }
    }

    std::string in_words() const {
        std::string words;
        if (!codes_.empty()) words += "codes went to " + list(codes_);
        if (!refusals_.empty()) {
            words +=
                (words.empty() ? "" : "; ") + std::string{"sends were refused: "} + list(refusals_);
        }
        return words.empty() ? "no send-otp call came" : words;
    }

 private:
    using counts = std::map<std::string, std::size_t>;

    std::size_t first_read(const domain::call_journal& of) const {
        const auto first = of.first_after(from_ - 1);
        return of.size() - first > most_calls_read ? of.size() - most_calls_read : first;
    }

    static std::string list(const counts& of) {
        std::string words;
        std::size_t named = 0;
        for (const auto& [what, count] : of) {
            if (named++ == most_named) return words + " and others";
            words += (words.empty() ? "" : ", ") + what;
            if (count > 1) words += " (" + std::to_string(count) + " times)";
        }
        return words;
    }

    std::uint64_t from_;
    counts codes_;
    counts refusals_;
};

std::string no_code_words(const scope& which, const code_wait& what) {
    auto words = (which.is_all() ? "no code was sent to " : "this account has sent no code to ") +
                 what.phone.text();
    if (what.after != 0) words += " after seq " + std::to_string(what.after);
    return words;
}

std::string explanation(host& of_all, const scope& which, const asked_code& asked,
                        std::uint64_t from, wait_end how) {
    auto words = no_code_words(which, asked.what);
    if (how == wait_end::stop) {
        words += " until the emulator was stopped";
    } else if (asked.what.longest > 0s) {
        words += " within " + codec::format_duration(asked.what.longest);
    }
    if (how == wait_end::time_out && asked.asked > asked.what.longest) {
        words += " (a wait lasts " + codec::format_duration(longest_wait) + " at most)";
    }
    recent_sends recent{from};
    of_all.visit(which, [&](const visited_account& account) { recent.look_at(account.world); });
    of_all.visit_strangers([&](const auto& strangers) { recent.look_at(strangers); });
    return words + (asked.what.longest > 0s ? "; meanwhile " : "; so far ") + recent.in_words();
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

/// The code that was sent last.
std::optional<code_view> newest_code(host& of_all, const scope& which, const asked_code& asked) {
    std::optional<code_view> newest;
    of_all.visit(which, [&](const visited_account& account) {
        if (const auto found = find_code(account.world, asked.what)) {
            if (!newest || found->seq > newest->seq) newest = found;
        }
    });
    if (!newest || !asked.counts_as_read) return newest;
    of_all.visit(which, [&](const visited_account& account) {
        if (const auto ordinal = account.world.ordinal_of(newest->id.text())) {
            account.world.mark_read(*ordinal);
        }
    });
    return newest;
}

void answer(host& of_all, const scope& which, const asked_code& asked, std::uint64_t from,
            wait_end how, api::response& out) {
    const auto found = how == wait_end::reset ? std::nullopt : newest_code(of_all, which, asked);
    if (found) return answer_with(out, *found);
    const bool was_there = how == wait_end::found;  // and a reset took it away before it was told
    if (was_there || how == wait_end::reset) {
        return fail(out, 409, "reset", "a reset came while this call waited for a code");
    }
    fail(out, 404, "no_code", explanation(of_all, which, asked, from, how));
}

}  // namespace

std::optional<code_view> find_code(const domain::world& world, const code_wait& what) {
    std::optional<code_view> found;
    world.deliveries().newest_first([&](std::uint64_t ordinal, const auto& each) {
        if (each.seq <= what.after) return false;
        if (each.phone != what.phone) return true;
        found = code_view{world.id_of(ordinal), each.phone, each.code, each.seq, each.created};
        return false;
    });
    return found;
}

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
