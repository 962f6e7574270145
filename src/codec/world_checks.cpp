#include <nexo_mock/codec/snapshot_values.hpp>
#include <nexo_mock/codec/text_formats.hpp>
#include <nexo_mock/codec/world_checks.hpp>

#include <algorithm>
#include <vector>

namespace nexo_mock::codec {

namespace {

using domain::delivery_status;
using domain::event_state;
using domain::world_snapshot;

/// Places for evicted ordinals cost a little memory, too, see domain::delivery_store.
constexpr std::uint64_t longest_span = std::uint64_t{1} << 32;

/// What the deliveries that are kept amount to.
struct kept_totals {
    std::uint64_t held = 0;
    std::uint64_t delivered = 0;
    std::uint64_t failed = 0;
    std::uint64_t waiting = 0;  ///< webhooks, as those that follow
    std::uint64_t acknowledged = 0;
    std::uint64_t given_up = 0;
    std::uint64_t attempts = 0;
    std::vector<domain::money> holds;

    explicit kept_totals(const world_snapshot& of) {
        for (const auto& each : of.deliveries) {
            add_money(each);
            for (const auto& webhook : each.webhooks)
                add(webhook);
        }
    }

 private:
    void add_money(const domain::delivery_snapshot& of) {
        const auto first_end = std::ranges::find_if(
            of.history, [](const auto& each) { return is_terminal(each.outcome.status); });
        if (first_end == of.history.end()) {
            ++held;
            holds.push_back(of.drawn.total());
        } else {
            ++(first_end->outcome.status == delivery_status::failed ? failed : delivered);
        }
    }

    void add(const domain::event_snapshot& of) {
        switch (of.state) {
            case event_state::waiting: ++waiting; break;
            case event_state::acknowledged: ++acknowledged; break;
            case event_state::given_up: ++given_up; break;
        }
        attempts += static_cast<std::uint64_t>(std::ranges::count_if(
            of.attempts, [](const auto& each) { return each.ended.has_value(); }));
    }
};

/// Compares what was counted with what is kept.
class count_check {
 public:
    count_check(const field& of, std::string_view part, bool all_are_kept)
        : of_{of.child(part).value_or(of)}, all_are_kept_{all_are_kept} {}

    void is(std::string_view name, std::uint64_t count, std::uint64_t expected) const {
        if (count != expected) complain(name, "is ", expected, count);
    }
    /// What was counted of all, evicted ones included.
    void covers(std::string_view name, std::uint64_t count, std::uint64_t kept) const {
        if (all_are_kept_) return is(name, count, kept);
        if (count < kept) complain(name, "is at least ", kept, count);
    }

 private:
    void complain(std::string_view name, std::string_view relation, std::uint64_t expected,
                  std::uint64_t count) const {
        of_.complain("does not agree with the deliveries: by them, \"" + std::string{name} + "\" " +
                     std::string{relation} + std::to_string(expected) + ", not " +
                     std::to_string(count));
    }

    field of_;
    bool all_are_kept_;
};

void check_counts(const field& of, const world_snapshot& world, const kept_totals& kept) {
    const auto& counts = world.counts;
    const count_check check{of, "counts", counts.evicted == 0};
    check.is("evicted", counts.evicted, counts.accepted - world.deliveries.size());
    check.covers("delivered", counts.delivered, kept.delivered);
    check.covers("failed", counts.failed, kept.failed);
    check.is("delivered\" and \"failed", counts.delivered + counts.failed,
             counts.accepted - kept.held);
}

void check_webhook_counts(const field& of, const world_snapshot& world, const kept_totals& kept) {
    const auto& counts = world.webhooks;
    const count_check check{of, "webhook_counts", world.counts.evicted == 0};
    check.covers("acknowledged", counts.acknowledged, kept.acknowledged);
    check.covers("given_up", counts.given_up, kept.given_up);
    check.covers("attempts", counts.attempts, kept.attempts);
    check.is("events", counts.events, counts.acknowledged + counts.given_up + kept.waiting);
}

void check_held(const field& of, const world_snapshot& world, const kept_totals& kept) {
    if (sum(kept.holds) == world.wallet.held()) return;
    std::string held;
    append_money(held, world.wallet.held());
    of.child("wallet").value_or(of).complain(
        "\"held\" is what was drawn for the deliveries that have not ended, not " + held);
}

void check_retired(const field& of, const world_snapshot& world) {
    auto listed = world.retired;
    std::ranges::sort(listed);
    std::vector<std::uint64_t> ended;
    for (const auto& each : world.deliveries) {
        if (each.is_retired()) ended.push_back(each.ordinal);
    }
    const auto [wrong, missing] = std::ranges::mismatch(listed, ended);
    const bool is_missing = missing != ended.end() && (wrong == listed.end() || *missing < *wrong);
    if (wrong == listed.end() && !is_missing) return;
    const auto place = of.child("retired").value_or(of);
    if (is_missing) {
        place.complain("the delivery " + std::to_string(*missing) +
                       " has ended and is not in \"retired\"");
    } else {
        place.complain("the delivery " + std::to_string(*wrong) +
                       " is in \"retired\", and is none that has ended or is there twice");
    }
}

void check_span(const field& of, const world_snapshot& world) {
    if (world.deliveries.empty()) return;
    if (world.counts.accepted - world.deliveries.front().ordinal <= longest_span) return;
    of.child("deliveries")
        .value_or(of)
        .complain("more than " + std::to_string(longest_span) +
                  " deliveries were accepted since the first one that is kept");
}

}  // namespace

void check_world(const field& of, const world_snapshot& world) {
    const kept_totals kept{world};
    check_counts(of, world, kept);
    check_webhook_counts(of, world, kept);
    check_held(of, world, kept);
    check_retired(of, world);
    check_span(of, world);
}

}  // namespace nexo_mock::codec
