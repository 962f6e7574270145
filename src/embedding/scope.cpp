#include "by_hand.hpp"
#include "copies.hpp"
#include "engine.hpp"
#include "inputs.hpp"
#include <nexo_mock/codec/rule_reader.hpp>
#include <nexo_mock/codec/scenario_reader.hpp>
#include <nexo_mock/control/code_search.hpp>
#include <nexo_mock/control/rule_uses.hpp>
#include <nexo_mock/scope.hpp>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace nexo_mock {

using embedding::answer;
using embedding::engine;
using embedding::nothing;

namespace {

constexpr std::chrono::milliseconds longest_wait = std::chrono::hours{24};

/// How a wait for a code ended.
struct waited {
    std::optional<sent_code> found;
    control::wait_end how = control::wait_end::time_out;
    std::string why_not;
};

waited look_for_code(control::host& host, const control::scope& which,
                     const control::code_wait& what, std::uint64_t from, control::wait_end how) {
    waited end;
    end.how = how;
    if (how == control::wait_end::reset) return end;
    if (const auto code = control::newest_code(host, which, what, control::code_reading::counts)) {
        end.found = embedding::copy(*code);
        return end;
    }
    // There was one, and a reset took it away before it was told.
    if (how == control::wait_end::found) end.how = control::wait_end::reset;
    end.why_not = control::why_no_code(host, which, what, from, how);
    return end;
}

sent_code code_or_throw(waited end) {
    if (end.found) return std::move(*end.found);
    switch (end.how) {
        case control::wait_end::reset:
            throw reset_meanwhile{"a reset came while this call waited for a code"};
        case control::wait_end::stop: throw stopped{end.why_not};
        case control::wait_end::found:
        case control::wait_end::time_out: break;
    }
    throw no_code{end.why_not};
}

[[noreturn]] void refuse_id(std::string_view id) {
    throw error{"no delivery has the id \"" + std::string{id} + "\", or it was evicted"};
}

/// Calls `use(world, ordinal, now)` for the delivery of that id; false if there is none.
template <class Use>
bool with_delivery(control::host& host, const control::scope& which, std::string_view id, Use use) {
    bool found = false;
    host.visit(which, [&](const control::visited_account& account) {
        const auto ordinal = account.world.ordinal_of(id);
        if (!ordinal || found) return;
        found = true;
        use(account.world, *ordinal, account.now);
    });
    return found;
}

domain::delivery_outcome inner(const outcome& how) {
    const bool has_failed = how.status == delivery_status::failed;
    if (how.status == delivery_status::sent) {
        throw std::invalid_argument{"a delivery ends as delivered or failed, not as sent"};
    }
    if (has_failed == how.error_code.empty()) {
        throw std::invalid_argument{has_failed
                                        ? "a failed delivery needs an error code like \"busy\""
                                        : "a delivered delivery has no error code"};
    }
    domain::delivery_outcome end;
    end.status = has_failed ? domain::delivery_status::failed : domain::delivery_status::delivered;
    end.error_code = how.error_code;
    end.carrier_status = how.carrier_status;
    if (end.carrier_status.empty()) {
        end.carrier_status = has_failed ? domain::carrier_status_for(end.error_code) : "success";
    }
    return end;
}

advance_result advance_to(engine& by, const std::string& key, control::advance_goal goal) {
    const auto report = by.ask<control::advance_report>(
        key, [goal](control::host& host, const control::scope& which,
                    const answer<control::advance_report>& reply) {
            host.advance(which, goal,
                         [reply](control::advance_report done) { reply.give(std::move(done)); });
        });
    if (!report.clock_is_manual) {
        throw error{
            "only a manual clock is advanced by hand: start with .clock = "
            "nexo_mock::manual, or set_clock(nexo_mock::manual)"};
    }
    return embedding::copy(report);
}

/// In order over all accounts.
template <class Entry>
std::vector<Entry> sorted(std::vector<Entry> entries) {
    std::ranges::sort(entries, {}, &Entry::seq);
    return entries;
}

}  // namespace

scope::scope(std::shared_ptr<engine> of, std::string key)
    : engine_{std::move(of)}, key_{std::move(key)} {}

// --- codes

sent_code scope::wait_for_code(std::string_view phone, std::chrono::milliseconds longest,
                               std::uint64_t after) const {
    const auto time = std::clamp(longest, std::chrono::milliseconds{0}, longest_wait);
    const control::code_wait what{embedding::read_phone(phone), after, time};
    return code_or_throw(engine_->ask<waited>(
        key_,
        [&what](control::host& host, const control::scope& which, const answer<waited>& reply) {
            const auto from = what.longest.count() == 0 ? 1 : host.numbers().call;
            const auto finish = [&host, which, what, from, reply](control::wait_end how) {
                reply.give(look_for_code(host, which, what, from, how));
            };
            if (what.longest.count() == 0) return finish(control::wait_end::time_out);
            host.wait_for_code(which, what, finish);
        }));
}

std::optional<sent_code> scope::newest_code(std::string_view phone, std::uint64_t after) const {
    const control::code_wait what{embedding::read_phone(phone), after, {}};
    using result = std::optional<sent_code>;
    return engine_->look<result>(
        key_, [&what](control::host& host, const control::scope& which) -> result {
            const auto found =
                control::newest_code(host, which, what, control::code_reading::counts);
            if (!found) return std::nullopt;
            return embedding::copy(*found);
        });
}

// --- what happened

std::vector<delivery> scope::deliveries() const {
    using result = std::vector<nexo_mock::delivery>;
    return sorted(engine_->look<result>(key_, [](control::host& host, const control::scope& which) {
        result all;
        host.visit(which, [&all](const control::visited_account& each) {
            embedding::add_deliveries(all, each.world);
        });
        return all;
    }));
}

nexo_mock::delivery scope::delivery(std::string_view id) const {
    using result = std::optional<nexo_mock::delivery>;
    auto found =
        engine_->look<result>(key_, [id](control::host& host, const control::scope& which) {
            result copied;
            with_delivery(host, which, id, [&](auto& world, std::uint64_t ordinal, auto) {
                copied = embedding::copy_delivery(world, ordinal);
                if (copied) world.mark_read(ordinal);
            });
            return copied;
        });
    if (!found) refuse_id(id);
    return std::move(*found);
}

std::vector<request> scope::requests() const {
    using result = std::vector<request>;
    return sorted(engine_->look<result>(key_, [](control::host& host, const control::scope& which) {
        result all;
        host.visit(which, [&all](const control::visited_account& each) {
            embedding::add_requests(all, each.world.calls(), &each.world);
        });
        if (!which.is_all()) return all;
        host.visit_strangers([&all](const domain::call_journal& strangers) {
            embedding::add_requests(all, strangers, nullptr);
        });
        return all;
    }));
}

std::vector<webhook_attempt> scope::webhooks() const {
    using result = std::vector<webhook_attempt>;
    return sorted(engine_->look<result>(key_, [](control::host& host, const control::scope& which) {
        result all;
        host.visit(which, [&all](const control::visited_account& each) {
            embedding::add_attempts(all, each.world);
        });
        return all;
    }));
}

// --- making things happen

// Two visits: what the end makes due is seen to after the first.
nexo_mock::delivery scope::complete(std::string_view id, const outcome& how) const {
    const auto end = inner(how);
    struct completed {
        std::optional<nexo_mock::delivery> what;
        bool has_ended = false;
    };
    auto done =
        engine_->look<completed>(key_, [&](control::host& host, const control::scope& which) {
            completed result;
            with_delivery(host, which, id, [&](auto& world, std::uint64_t ordinal, auto now) {
                result.has_ended = !world.complete(ordinal, end, now);
            });
            with_delivery(host, which, id, [&](auto& world, std::uint64_t ordinal, auto) {
                result.what = embedding::copy_delivery(world, ordinal);
            });
            return result;
        });
    if (!done.what) refuse_id(id);
    if (done.has_ended) {
        throw error{"the delivery \"" + done.what->id + "\" has ended already, as " +
                    std::string{to_string(done.what->status)}};
    }
    return std::move(*done.what);
}

webhook_attempt scope::redeliver(std::uint64_t attempt_seq) const {
    return embedding::send_by_hand(
        *engine_, key_,
        [attempt_seq](domain::world& world, domain::time_point now) {
            return world.redelivery_of(attempt_seq, now);
        },
        "no webhook attempt has the seq " + std::to_string(attempt_seq) +
            ", or the journal no longer holds it");
}

void scope::put_rule(std::string_view json) const {
    const auto reading = codec::read_put_rule(json);
    if (!reading.rule) embedding::refuse(reading.mistakes, "rule");
    engine_->ask<nothing>(
        key_, [&](control::host& host, const control::scope& which, const answer<nothing>& reply) {
            if (control::is_full(host, which)) {
                return reply.refuse("there are " + std::to_string(codec::most_rules) +
                                    " rules, as many as a scenario may have");
            }
            host.put_rule(which, *reading.rule);
            reply.give({});
        });
}

void scope::set_scenario(const scenario& other) const {
    const auto read = embedding::read(other);
    engine_->ask<nothing>(
        key_, [&](control::host& host, const control::scope& which, const answer<nothing>& reply) {
            auto objection = host.allowed_targets().objection_to(*read);
            if (!objection.empty()) return reply.refuse(std::move(objection));
            host.replace_scenario(which, read);
            reply.give({});
        });
}

void scope::restore_scenario() const {
    engine_->look<nothing>(key_, [](control::host& host, const control::scope& which) {
        host.restore_scenario(which);
        return nothing{};
    });
}

// --- time

time_point scope::now() const {
    return engine_->look<time_point>(key_, [](control::host& host, const control::scope& which) {
        return host.clock(which).now;
    });
}

std::optional<time_point> scope::next_due() const {
    using result = std::optional<time_point>;
    return engine_->look<result>(key_, [](control::host& host, const control::scope& which) {
        return result{host.clock(which).next_due};
    });
}

void scope::set_clock(const clock_setting& clock) const {
    control::clock_change change;
    change.setting = embedding::read(clock);
    change.now = std::exchange(change.setting->start, std::nullopt);
    engine_->ask<nothing>(
        key_, [&](control::host& host, const control::scope& which, const answer<nothing>& reply) {
            if (auto why_not = host.change_clock(which, change)) return reply.refuse(*why_not);
            reply.give({});
        });
}

advance_result scope::advance(duration by) const {
    if (by.count() < 0) throw std::invalid_argument{"time does not go back"};
    return advance_to(*engine_, key_, {control::advance_goal::kind::by, by});
}

advance_result scope::advance_to_next() const {
    return advance_to(*engine_, key_, {control::advance_goal::kind::next, {}});
}

advance_result scope::advance_to_idle() const {
    return advance_to(*engine_, key_, {control::advance_goal::kind::idle, {}});
}

// --- the end of a test

std::vector<failure> scope::verify() const {
    return verify({check::webhooks, check::codes, check::rules, check::requests});
}

std::vector<failure> scope::verify(const std::vector<check>& checks) const {
    std::vector<control::check> wanted;
    for (const auto each : checks)
        wanted.push_back(control::all_checks.at(static_cast<std::size_t>(each)));
    using result = std::vector<failure>;
    return engine_->look<result>(key_, [&](control::host& host, const control::scope& which) {
        result found;
        const auto verified = control::verify(host, which, wanted);
        for (const auto& each : verified.failures())
            found.push_back(embedding::copy(each));
        return found;
    });
}

void scope::reset() const {
    engine_->ask<nothing>(
        key_, [](control::host& host, const control::scope& which, const answer<nothing>& reply) {
            host.reset(which, [reply] { reply.give({}); });
        });
}

}  // namespace nexo_mock
