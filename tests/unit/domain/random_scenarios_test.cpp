#include <nexo_mock/codec/replies.hpp>
#include <nexo_mock/codec/text_formats.hpp>
#include <support/scenario_generator.hpp>
#include <support/scenarios.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <variant>
#include <vector>

using namespace nexo_mock::domain;
using support::begin;
using support::scenario_generator;

namespace {

constexpr auto& phones = scenario_generator::phones;
constexpr auto& codes = scenario_generator::codes;

/// Calls, time and receivers that are a function of a seed, and all that comes of them as a text.
class story {
 public:
    story(const scenario_ptr& scenario, std::uint64_t seed)
        : random_{seed},
          world_{scenario->settings_for(scenario_generator::key), scenario, seed, begin} {}

    std::string tell(int sends) {
        for (int i = 0; i < sends; ++i) {
            send();
            if (random_.next() % 4 == 0) look();
            if (random_.next() % 3 == 0) advance(std::chrono::seconds{random_.next() % 40});
        }
        advance(std::chrono::hours{24 * 365});
        return std::move(told_);
    }

    const world& of() const { return world_; }

 private:
    void send() {
        const auto phone = phones[random_.next() % phones.size()];
        const auto code = codes[random_.next() % codes.size()];
        const auto reply = world_.send_otp({phone, code, ++seq_}, now_);
        if (reply) {
            nexo_mock::codec::append_send_accepted(told_, *reply);
            last_ = reply->id.text();
        }
        note(reply);
    }

    void look() {
        const auto found = world_.delivery(last_, now_);
        if (found) nexo_mock::codec::append_delivery(told_, *found);
        note(found);
        const auto amounts = world_.balance(now_);
        if (amounts) nexo_mock::codec::append_balance(told_, *amounts);
        note(amounts);
    }

    template <class Reply>
    void note(const Reply& reply) {
        const auto& manner = reply ? reply->manner : reply.error().manner;
        if (!reply) told_ += reply.error().is_lost() ? "lost" : name(reply.error().error);
        if (manner.fault) told_ += ' ' + std::string{name(manner.fault->kind)};
        told_ += ' ' + std::to_string(manner.latency.count()) + '\n';
        check_wallet();
    }

    /// One event at a time, so that attempts end when they are due.
    void advance(duration length) {
        const auto until = now_ + length;
        for (auto next = world_.next_due(); next && *next <= until; next = world_.next_due()) {
            now_ = std::max(now_, *next);
            effects out;
            world_.advance_one(*next, out);
            for (const auto& each : out)
                std::visit([&](const auto& effect) { see(effect); }, each);
            check_wallet();
        }
        now_ = until;
    }

    void see(const delivery_changed& change) {
        told_ += std::to_string(change.delivery) + ' ' + std::string{name(change.status)} + ' ' +
                 nexo_mock::codec::format_millis(change.at) + '\n';
    }

    void see(const webhook_due& due) {
        const auto* record = world_.begin_attempt(due.attempt);
        REQUIRE(record != nullptr);
        const int status = random_.next() % 3 == 0 ? 200 : 500;
        told_ += "webhook " + std::to_string(due.attempt.delivery) + '/' +
                 std::to_string(due.attempt.event) + '/' + std::to_string(due.attempt.number) +
                 ' ' + std::string{name(record->event.signature)} + ' ' +
                 nexo_mock::codec::format_millis(due.at) + ' ' + std::to_string(status) + '\n';
        world_.finish_attempt(due.attempt, {status, "", "", {}}, due.at);
    }

    void check_wallet() {
        const auto& wallet = world_.wallet();
        if (wallet.deposited() == wallet.total() + wallet.held() + wallet.charged() &&
            wallet.total() >= money{} && wallet.held() >= money{}) {
            return;
        }
        FAIL("the wallet does not add up after:\n" << told_);
    }

    random_stream random_;
    world world_;
    time_point now_ = begin;
    std::uint64_t seq_ = 0;
    std::string last_ = "8f2e1c4d-1111-4222-8333-444444444444";
    std::string told_;
};

/// What a slip of the hand, or of a program, makes of a text.
std::string mutated(std::string text, random_stream& random) {
    constexpr std::string_view bytes = "{}[]\",:.0-9eE+tfn*?/\\ \n\x80\xff\t_asm";
    const auto place = [&] { return random.next() % (text.size() + 1); };
    for (auto slips = random.next() % 4 + 1; slips > 0 && !text.empty(); --slips) {
        const auto at = place();
        const auto length = random.next() % 12 + 1;
        switch (random.next() % 5) {
            case 0: text.erase(at, length); break;
            case 1: text.insert(at, 1, bytes[random.next() % bytes.size()]); break;
            case 2: text.insert(at, text.substr(place(), length)); break;
            case 3: text.resize(at); break;
            default:
                if (at < text.size()) text[at] = bytes[random.next() % bytes.size()];
        }
    }
    return text;
}

std::size_t lines_of(std::string_view text) {
    return static_cast<std::size_t>(std::ranges::count(text, '\n')) + 1;
}

}  // namespace

TEST_CASE(
    "500 random scenarios are valid, end, keep the wallet whole and tell the same story twice") {
    scenario_generator generator{2026};
    std::size_t longest = 0;
    for (std::uint64_t seed = 0; seed < 500; ++seed) {
        const auto text = generator.next();
        CAPTURE(text);
        const auto scenario = support::scenario_of(text);
        story first{scenario, seed};
        const auto told = first.tell(200);
        CHECK_FALSE(first.of().next_due().has_value());
        CHECK(first.of().webhook_counts().waiting() == 0);
        story second{scenario, seed};
        REQUIRE(second.tell(200) == told);
        longest = std::max(longest, told.size());
    }
    CHECK(longest > 20'000);
}

TEST_CASE("10,000 mutated scenarios are read or refused, each mistake with its place") {
    scenario_generator generator{7};
    random_stream random{7};
    int refused = 0;
    for (int i = 0; i < 10'000; ++i) {
        const auto text = mutated(generator.next(), random);
        CAPTURE(text);
        const auto reading = nexo_mock::codec::read_scenario(text);
        for (const auto& each : reading.mistakes) {
            REQUIRE(each.at.line >= 1);
            REQUIRE(each.at.line <= lines_of(text));
            REQUIRE(each.at.column >= 1);
            REQUIRE_FALSE(each.message.empty());
        }
        REQUIRE((reading.scenario == nullptr) == has_errors(reading.mistakes));
        if (reading.scenario == nullptr) {
            ++refused;
            continue;
        }
        if (reading.scenario->settings_for(scenario_generator::key).revoked) continue;
        story{reading.scenario, 1}.tell(5);
    }
    CHECK(refused > 5'000);
    CHECK(refused < 10'000);
}
