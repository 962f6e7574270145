// A document of a state is refused with places, or it can be imported and exported again.
#include "life.hpp"
#include "mistakes.hpp"
#include "require.hpp"
#include "stage.hpp"
#include <nexo_mock/codec/state_reader.hpp>
#include <nexo_mock/codec/state_writer.hpp>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

using namespace nexo_mock;

namespace {

std::string written(const codec::emulator_state& of) {
    std::string text;
    codec::write_state(text, of);
    return text;
}

codec::emulator_state read(const std::string& text) {
    auto reading = codec::read_state(text);
    std::string mistakes;
    for (const auto& each : reading.mistakes)
        mistakes += format(each, "written") + '\n';
    fuzz::require(reading.state.has_value(), "what is written can be read", mistakes + text);
    return std::move(*reading.state);
}

void check_round_trip(const codec::emulator_state& of) {
    const auto once = written(of);
    const auto again = read(once);
    fuzz::require(again == of, "what is read again is the same state", once);
    fuzz::require(written(again) == once, "it is written the same", once);
}

/// Renumbers values by when they are first referred to.
template <class Value>
class by_first_use {
 public:
    explicit by_first_use(const std::vector<Value>& all) : all_{all}, places_(all.size()) {}

    void renumber(std::uint32_t& index) {
        auto& place = places_.at(index);
        if (!place) {
            place = static_cast<std::uint32_t>(used_.size());
            used_.push_back(all_[index]);
        }
        index = *place;
    }
    std::vector<Value> used() { return std::move(used_); }

 private:
    std::vector<Value> all_;
    std::vector<Value> used_;
    std::vector<std::optional<std::uint32_t>> places_;
};

/// A document may list targets and causes in any order; a world has none.
domain::world_snapshot in_order_of_use(domain::world_snapshot of) {
    by_first_use targets{of.targets};
    by_first_use causes{of.causes};
    for (auto& delivery : of.deliveries) {
        for (auto& webhook : delivery.webhooks)
            targets.renumber(webhook.target);
        if (delivery.cause) causes.renumber(*delivery.cause);
    }
    for (auto& attempt : of.attempts)
        targets.renumber(attempt.target);
    of.targets = targets.used();
    of.causes = causes.used();
    return of;
}

/// Each world is restored to what it was taken of, and goes on.
void check_worlds(const codec::emulator_state& of) {
    constexpr auto most = std::numeric_limits<std::size_t>::max();
    for (const auto& each : of.accounts) {
        auto world =
            domain::world::restored(each.key, of.scenarios[each.scenario], of.seed, each.world,
                                    {.max_deliveries = most, .journal = {.entries = most / 2}});
        codec::emulator_state alone = of;
        alone.accounts = {each};
        alone.accounts.front().world = in_order_of_use(each.world);
        auto restored = alone;
        restored.accounts.front().world = in_order_of_use(world.snapshot());
        fuzz::require(written(restored) == written(alone), "a world that was restored is the same",
                      written(restored) + '\n' + written(alone));
        fuzz::require_whole(world);
        fuzz::live(world, each.clock.now, std::max(of.next_delivery_seq, of.next_attempt_seq));
    }
}

/// An emulator goes on from there, and what it exports can be imported.
void check_import(const codec::emulator_state& of) {
    fuzz::stage first;
    first.emulator().resume(of, first);
    first.run();
    const auto exported = read(written(first.emulator().state()));
    fuzz::require(exported.accounts.size() == of.accounts.size(), "every account is there");
    fuzz::stage second;
    second.emulator().resume(exported, second);
    second.run();
    check_round_trip(second.emulator().state());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    const auto reading = codec::read_state(text);
    fuzz::require_places(reading.mistakes, text);
    fuzz::require(reading.state.has_value() == reading.mistakes.empty(),
                  "there is a state, or errors");
    if (!reading.state) return 0;
    check_round_trip(*reading.state);
    check_worlds(*reading.state);
    check_import(*reading.state);
    return 0;
}
