#include <nexo_mock/codec/state_reader.hpp>
#include <nexo_mock/codec/state_writer.hpp>
#include <support/random_life.hpp>
#include <support/scenarios.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

using namespace nexo_mock::codec;
using namespace nexo_mock::domain;
using namespace support;

namespace {

constexpr std::uint64_t seed = 42;

std::string written(const emulator_state& state) {
    std::string text;
    write_state(text, state);
    return text;
}

std::string errors_in(const state_reading& reading) {
    std::string all;
    for (const auto& each : reading.mistakes)
        all += format(each, "state") + '\n';
    return all;
}

scenario_ptr with_rules_that_need_not_match(const scenario_ptr& of, random_stream& random) {
    auto changed = *of;
    for (auto& each : changed.rules)
        each.must_match = random.next() % 3 != 0;
    return std::make_shared<const scenario>(std::move(changed));
}

/// An emulator in which `accounts` accounts had `steps` operations each.
emulator_state random_state(std::uint64_t nth, int accounts, int steps) {
    scenario_generator generator{nth};
    random_stream random{nth};
    emulator_state state;
    state.made_by = "0.1.0";
    state.exported_at = begin + 3h;
    state.seed = seed;
    state.next_request_seq = 1 + random.next() % 1000;
    state.clock = {{clock_mode::scaled, 1e5, begin + 1ms}, begin + 1us};
    state.scenarios.push_back(scenario_of(generator.next()));
    for (int i = 0; i < accounts; ++i) {
        account_state account{.key = std::string{scenario_generator::key} + std::to_string(i),
                              .clock = {},
                              .world = {}};
        account.number = static_cast<std::uint64_t>(i) + 1;
        account.own_scenario = i > 0;
        const auto rules = i == 0 ? state.scenarios.front() : scenario_of(generator.next());
        world of{rules->settings_for(account.key),
                 rules,
                 seed,
                 begin,
                 {.max_deliveries = 20 + nth % 50, .journal = {.entries = 20}}};
        random_life life{nth * 100 + static_cast<std::uint64_t>(i), rules};
        for (int step = 0; step < steps; ++step)
            life.step(of);
        account.scenario = state.scenarios.size();
        state.scenarios.push_back(with_rules_that_need_not_match(life.rules(), random));
        account.clock.now = life.now();
        account.world = of.snapshot();
        state.next_delivery_seq = std::max(state.next_delivery_seq, life.next_delivery_seq());
        state.next_attempt_seq = std::max(state.next_attempt_seq, life.next_attempt_seq());
        state.accounts.push_back(std::move(account));
    }
    return state;
}

bool adds_up(const wallet& of) {
    return of.deposited() == of.total() + of.held() + of.charged() && of.held() >= money{} &&
           of.charged() >= money{};
}

/// A day passes in a world, in which no receiver answers.
void live_a_day(world& of, time_point now) {
    const auto until = after(now, 24h);
    for (auto next = of.next_due(); next && *next <= until; next = of.next_due()) {
        now = std::max(now, *next);
        effects out;
        of.advance_one(now, out);
        for (const auto& each : out) {
            const auto* due = std::get_if<webhook_due>(&each);
            if (due == nullptr) continue;
            REQUIRE(of.begin_attempt(due->attempt) != nullptr);
            of.finish_attempt(due->attempt, {500, "", "", {}}, now, 1'000'000'000);
        }
    }
}

/// One character is another one, is missing, or is one too many.
std::string mutated(std::string text, random_stream& random) {
    constexpr std::string_view bytes = "0123456789{}[]\",:.-+eTZ \n\\\x80_atnf";
    const auto at = random.next() % text.size();
    const auto byte = bytes[random.next() % bytes.size()];
    switch (random.next() % 4) {
        case 0: return text.erase(at, 1);
        case 1: return text.insert(at, 1, byte);
        default: text[at] = byte; return text;
    }
}

}  // namespace

TEST_CASE("a state that is read again is the state that was written, in the same words") {
    std::size_t longest = 0;
    for (std::uint64_t nth = 0; nth < 60; ++nth) {
        CAPTURE(nth);
        const auto state = random_state(nth, static_cast<int>(nth % 4), static_cast<int>(nth * 5));
        const auto text = written(state);
        const auto reading = read_state(text);
        REQUIRE(errors_in(reading) == "");
        REQUIRE(reading.state.has_value());
        REQUIRE(*reading.state == state);
        REQUIRE(written(*reading.state) == text);
        longest = std::max(longest, text.size());
    }
    CHECK(longest > 50'000);
}

TEST_CASE("worlds of a state that was read go on as those it was taken of") {
    const auto state = random_state(7, 3, 200);
    const auto reading = read_state(written(state));
    REQUIRE(reading.state.has_value());
    for (std::size_t i = 0; i < state.accounts.size(); ++i) {
        std::vector<world_snapshot> ends;
        for (const auto* each : {&state, &*reading.state}) {
            const auto& account = each->accounts[i];
            const auto& rules = each->scenarios[account.scenario];
            auto of = world::restored(account.key, rules, each->seed, account.world);
            random_life life{i, scenario_of(R"({"name": "later"})")};
            for (int step = 0; step < 100; ++step)
                life.step(of);
            ends.push_back(of.snapshot());
        }
        CHECK(ends[0] == ends[1]);
    }
}

TEST_CASE("a text that ends early is no state") {
    const auto text = written(random_state(3, 1, 60));
    const auto whole = text.size() - 2;  // without the last bracket and the end of the line
    random_stream random{3};
    for (int i = 0; i < 2'000; ++i) {
        const auto size = random.next() % (whole + 1);
        CAPTURE(size);
        const auto reading = read_state(std::string_view{text}.substr(0, size));
        REQUIRE_FALSE(reading.state.has_value());
        REQUIRE(reading.mistakes.size() == 1);
    }
    CHECK(read_state(text).state.has_value());
}

TEST_CASE("of 2,000 states with a wrong character, each is refused or its wallets add up") {
    std::vector<std::string> texts;
    for (std::uint64_t nth = 0; nth < 10; ++nth)
        texts.push_back(written(random_state(nth, 1, 12)));
    random_stream random{11};
    int accepted = 0;
    for (int i = 0; i < 2'000; ++i) {
        const auto text = mutated(texts[random.next() % texts.size()], random);
        const auto reading = read_state(text);
        REQUIRE(reading.state.has_value() == reading.mistakes.empty());
        if (!reading.state) continue;
        ++accepted;
        for (const auto& account : reading.state->accounts) {
            CAPTURE(text);
            const auto& rules = reading.state->scenarios[account.scenario];
            auto of = world::restored(account.key, rules, reading.state->seed, account.world);
            REQUIRE(of.snapshot() == account.world);
            live_a_day(of, account.clock.now);
            REQUIRE(adds_up(of.wallet()));
        }
    }
    CHECK(accepted > 200);
    CHECK(accepted < 1'000);
}
