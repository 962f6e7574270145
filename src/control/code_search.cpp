#include <nexo_mock/codec/text_formats.hpp>
#include <nexo_mock/control/code_search.hpp>

#include <algorithm>
#include <map>

namespace nexo_mock::control {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t most_calls_read = 1'000;  // the latest of an account, for an explanation
constexpr std::size_t most_named = 5;           // of a kind, in an explanation

/// What the scope did since a moment: where codes went, and which sends were refused.
class recent_sends {
 public:
    explicit recent_sends(std::uint64_t from) : from_{from} {}

    void look_at(const domain::world& world) {
        for (auto i = first_read(world.calls()); i < world.calls().size(); ++i) {
            const auto each = world.calls()[i];
            if (each.call != domain::endpoint::send_otp) continue;
            const auto* sent = each.delivery ? world.deliveries().find(*each.delivery) : nullptr;
            if (sent != nullptr) ++codes_[sent->phone.text()];
            if (each.status == 0) ++refusals_["lost by a rule"];
            if (each.status >= 400) ++refusals_[std::string{each.error}];
        }
    }
    void look_at(const domain::call_journal& strangers) {
        for (auto i = first_read(strangers); i < strangers.size(); ++i) {
            if (strangers[i].call == domain::endpoint::send_otp)
                ++refusals_[std::string{strangers[i].error}];
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

std::optional<code_view> newest_code(host& of_all, const scope& which, const code_wait& what,
                                     code_reading seen) {
    std::optional<code_view> newest;
    of_all.visit(which, [&](const visited_account& account) {
        if (const auto found = find_code(account.world, what)) {
            if (!newest || found->seq > newest->seq) newest = found;
        }
    });
    if (!newest || seen == code_reading::does_not_count) return newest;
    of_all.visit(which, [&](const visited_account& account) {
        if (const auto ordinal = account.world.ordinal_of(newest->id.text())) {
            account.world.mark_read(*ordinal);
        }
    });
    return newest;
}

std::string why_no_code(host& of_all, const scope& which, const code_wait& what, std::uint64_t from,
                        wait_end how, const std::string& about_the_wait) {
    auto words = no_code_words(which, what);
    if (how == wait_end::stop) {
        words += " until the emulator was stopped";
    } else if (what.longest > 0s) {
        words += " within " + codec::format_duration(what.longest);
    }
    words += about_the_wait;
    recent_sends recent{from};
    of_all.visit(which, [&](const visited_account& account) { recent.look_at(account.world); });
    of_all.visit_strangers([&](const auto& strangers) { recent.look_at(strangers); });
    return words + (what.longest > 0s ? "; meanwhile " : "; so far ") + recent.in_words();
}

}  // namespace nexo_mock::control
