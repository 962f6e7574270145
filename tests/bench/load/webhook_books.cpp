#include "webhook_books.hpp"

#include <algorithm>
#include <charconv>
#include <functional>
#include <sstream>
#include <stdexcept>

namespace bench {

namespace {

constexpr std::array failing_by_turns{misdeed::error, misdeed::unavailable, misdeed::reset,
                                      misdeed::close};

std::string_view name(misdeed what) {
    switch (what) {
        case misdeed::none: return "taken";
        case misdeed::error: return "500";
        case misdeed::unavailable: return "503";
        case misdeed::gone: return "410";
        case misdeed::reset: return "reset";
        case misdeed::close: return "closed";
        case misdeed::silence: return "silence";
    }
    return {};
}

std::string_view value_of(std::string_view body, std::string_view key, std::string_view ends) {
    const auto found = body.find(key);
    const auto from = found + key.size();
    const auto until = found == std::string_view::npos ? found : body.find_first_of(ends, from);
    if (until == std::string_view::npos) {
        throw std::runtime_error{"a webhook without " + std::string{key} + ": " +
                                 std::string{body}};
    }
    return body.substr(from, until - from);
}

std::string_view id_in(std::string_view body) {
    return value_of(body, R"("id":")", "\"");
}

/// Dollars with six decimals at most, as micro-dollars.
std::int64_t micros(std::string_view dollars) {
    const auto point = std::min(dollars.find('.'), dollars.size());
    std::string digits{dollars.substr(0, point)};
    auto decimals = std::string{dollars.substr(std::min(point + 1, dollars.size()))};
    decimals.resize(6, '0');
    digits += decimals;
    std::int64_t value = 0;
    const auto [stop, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error != std::errc{} || stop != digits.data() + digits.size()) {
        throw std::runtime_error{"a webhook with a cost of " + std::string{dollars}};
    }
    return value;
}

std::array<std::uint64_t, 2> bits_of(std::string_view id) {
    std::array<std::uint64_t, 2> bits{};
    std::size_t digit = 0;
    for (const char c : id) {
        if (c == '-') continue;
        const auto value = static_cast<std::uint64_t>(c <= '9' ? c - '0' : c - 'a' + 10);
        auto& half = bits[digit++ / 16 % 2];
        half = half << 4U | value;
    }
    return bits;
}

/// Ids have fixed bits; what is drawn of them must not.
std::uint64_t mixed(std::string_view id) {
    const auto [high, low] = bits_of(id);
    auto value = high ^ (low * 0x9e3779b97f4a7c15U);
    value = (value ^ (value >> 30U)) * 0xbf58476d1ce4e5b9U;
    value = (value ^ (value >> 27U)) * 0x94d049bb133111ebU;
    return value ^ (value >> 31U);
}

}  // namespace

webhook_fate fate_of(std::string_view id, std::uint64_t hangs_one_in) {
    const auto drawn = mixed(id);
    const auto of_thousand = drawn % 1000;
    const auto rest = drawn / 1000;
    webhook_fate fate;
    if (of_thousand >= 500) fate.failures = of_thousand < 800 ? 1 : 2;
    if (of_thousand >= 900) fate.failures = webhook_fate::never;
    fate.is_gone = of_thousand >= 950;
    fate.first_turn = rest % failing_by_turns.size();
    fate.is_silent = hangs_one_in > 0 && rest % hangs_one_in == 0;
    return fate;
}

misdeed answer_to(const webhook_fate& fate, std::uint32_t attempt) {
    if (attempt > fate.failures) return misdeed::none;
    if (fate.is_gone) return misdeed::gone;
    if (fate.is_silent && attempt == 1) return misdeed::silence;
    return failing_by_turns[(fate.first_turn + attempt - 1) % failing_by_turns.size()];
}

void webhook_books::open(account_books& of, entry& made, std::string_view body) {
    const auto type = value_of(body, R"("type":")", "\"");
    if (type != "otp.delivered" && type != "otp.failed") {
        throw std::runtime_error{"a webhook of a type that was not expected: " + std::string{body}};
    }
    made.body_hash = static_cast<std::uint32_t>(std::hash<std::string_view>{}(body));
    ++of.deliveries;
    ++(type == "otp.delivered" ? of.delivered : of.failed);
    of.cost_micros += micros(value_of(body, R"("cost":)", ",}"));
}

misdeed webhook_books::end_attempt(account_books& of, entry& to, const webhook_fate& fate) const {
    const auto what = answer_to(fate, ++to.attempts);
    to.has_ended = what == misdeed::none || what == misdeed::gone || to.attempts >= most_attempts_;
    if (to.has_ended) ++(what == misdeed::none ? of.acknowledged : of.refused);
    ++of.misdeeds[static_cast<std::size_t>(what)];
    return what;
}

misdeed webhook_books::enter(const std::string& account, std::string_view body) {
    const auto id = id_in(body);
    auto& of = accounts_[account];
    auto& at = entries_[bits_of(id)];
    ++of.webhooks;
    if (at.attempts == 0) open(of, at, body);
    if (at.body_hash != static_cast<std::uint32_t>(std::hash<std::string_view>{}(body))) {
        ++of.altered;
    }
    if (at.has_ended) {
        ++of.late;
        return misdeed::none;
    }
    return end_attempt(of, at, fate_of(id, hangs_one_in_));
}

std::string webhook_books::to_json() const {
    std::ostringstream out;
    out << '{';
    const char* between = "";
    for (const auto& [account, of] : accounts_) {
        out << between << '"' << account << "\":{\"webhooks\":" << of.webhooks
            << ",\"deliveries\":" << of.deliveries << ",\"delivered\":" << of.delivered
            << ",\"failed\":" << of.failed << ",\"cost_micros\":" << of.cost_micros
            << ",\"acknowledged\":" << of.acknowledged << ",\"refused\":" << of.refused
            << ",\"late\":" << of.late << ",\"altered\":" << of.altered << ",\"answers\":{";
        between = "";
        for (std::size_t what = 0; what < of.misdeeds.size(); ++what) {
            out << between << '"' << name(static_cast<misdeed>(what)) << "\":" << of.misdeeds[what];
            between = ",";
        }
        out << "}}";
    }
    out << '}';
    return out.str();
}

}  // namespace bench
