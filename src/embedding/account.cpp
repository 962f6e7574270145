#include "by_hand.hpp"
#include "copies.hpp"
#include "engine.hpp"
#include "inputs.hpp"
#include <nexo_mock/account.hpp>
#include <nexo_mock/codec/http_url.hpp>

#include <utility>

namespace nexo_mock {

namespace {

using embedding::answer;
using embedding::nothing;

template <class Use>
void change_world(embedding::engine& by, const std::string& key, Use use) {
    by.look<nothing>(key, [&use](control::host& host, const control::scope& which) {
        host.visit(which, [&use](const control::visited_account& each) { use(each.world); });
        return nothing{};
    });
}

}  // namespace

wallet account::balance() const {
    return of()->look<wallet>(key(), [](control::host& host, const control::scope& which) {
        wallet amounts;
        host.visit(which, [&amounts](const control::visited_account& each) {
            amounts = embedding::copy(each.world.wallet().amounts());
        });
        return amounts;
    });
}

void account::set_balance(const wallet& amounts) const {
    const auto wanted = embedding::read(amounts);
    change_world(*of(), key(), [&wanted](domain::world& world) {
        for (const auto each : domain::all_buckets)
            world.set_bucket(each, wanted[each]);
    });
}

void account::top_up(money amount) const {
    const auto added = embedding::read_amount(amount);
    change_world(*of(), key(),
                 [added](domain::world& world) { world.deposit(domain::bucket::balance, added); });
}

void account::set_webhook(std::string_view url, std::string_view secret) const {
    domain::account_changes changes;
    changes.target = embedding::read_target(url, secret);
    const auto to = codec::http_url::parse(url).value();
    of()->ask<nothing>(
        key(), [&](control::host& host, const control::scope& which, const answer<nothing>& reply) {
            auto objection = host.allowed_targets().objection_to(to);
            if (!objection.empty()) return reply.refuse(std::move(objection));
            host.visit(which, [&changes](const control::visited_account& each) {
                each.world.change_account(changes);
            });
            reply.give({});
        });
}

webhook_attempt account::ping() const {
    return embedding::send_by_hand(
        *of(), key(), [](domain::world& world, domain::time_point now) { return world.ping(now); },
        "this account has no webhook target: set_webhook() gives it one");
}

void account::clear_webhook() const {
    domain::account_changes changes;
    changes.target.emplace();
    change_world(*of(), key(), [&](domain::world& world) { world.change_account(changes); });
}

void account::set_revoked(bool revoked) const {
    domain::account_changes changes;
    changes.revoked = revoked;
    change_world(*of(), key(), [&](domain::world& world) { world.change_account(changes); });
}

}  // namespace nexo_mock
