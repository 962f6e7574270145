#include <nexo_mock/runtime/ports.hpp>

#include <boost/asio/steady_timer.hpp>

#include <memory>
#include <optional>

// Control calls of one worker that wait for something to happen.

namespace nexo_mock::runtime {

namespace {

/// One wait for a code: a timer, and an entry among the waiters. All of it on the worker's thread,
/// but for the wake, which comes from whoever sends.
class wait_for_one_code : public std::enable_shared_from_this<wait_for_one_code> {
 public:
    using callback = std::function<void(control::wait_end)>;

    wait_for_one_code(emulator& of, effect_sink& worker, callback done)
        : emulator_{of}, worker_{worker}, timer_{worker.context()}, done_{std::move(done)} {}

    void start(const control::scope& which, const control::code_wait& what) {
        ticket_ = emulator_.waiters().add(which, what, [self = shared_from_this()](auto how) {
            self->worker_.run_soon([self, how] { self->finish(how); });
        });
        timer_.expires_after(what.longest);
        timer_.async_wait([weak = weak_from_this()](const boost::system::error_code& cancelled) {
            const auto self = weak.lock();
            if (self && !cancelled) self->finish(control::wait_end::time_out);
        });
    }

    void finish(control::wait_end how) {
        if (!done_) return;
        timer_.cancel();
        emulator_.waiters().remove(ticket_);
        std::exchange(done_, nullptr)(how);
    }

 private:
    emulator& emulator_;
    effect_sink& worker_;
    boost::asio::steady_timer timer_;
    callback done_;
    code_waiters::ticket ticket_;
};

}  // namespace

// First the entry, then the look at what was sent before: no code comes in between.
std::function<void()> worker_host::wait_for_code(const control::scope& which,
                                                 const control::code_wait& what,
                                                 std::function<void(control::wait_end)> done) {
    const auto wait = std::make_shared<wait_for_one_code>(emulator_, worker_, std::move(done));
    wait->start(which, what);
    bool is_there = false;
    visit(which, [&](const control::visited_account& account) {
        is_there = is_there || control::find_code(account.world, what).has_value();
    });
    const auto end = [&](control::wait_end how) {
        worker_.run_soon([wait, how] { wait->finish(how); });
    };
    if (is_there) end(control::wait_end::found);
    return [weak = std::weak_ptr{wait}] {
        if (const auto self = weak.lock()) self->finish(control::wait_end::time_out);
    };
}

bool worker_host::send_by_hand(const control::scope& which, choose_attempt choose,
                               expect_attempt expect) {
    std::optional<domain::extra_attempt> chosen;
    std::uint64_t epoch = 0;
    const auto look = [&](account& of, domain::time_point now) {
        chosen = choose(of.world, now);
        epoch = of.epoch;
    };
    for (;;) {
        bool is_done = true;
        for (const auto& each : accounts_in(which)) {
            is_done = emulator_.with(each, worker_, look) || which.is_all();
            if (!chosen) continue;
            submit({each, epoch, {}}, std::move(*chosen), expect(each->key));
            return true;
        }
        if (is_done) return false;  // else a reset took the account away: there is a new one
    }
}

void worker_host::submit(const account_moment& by, domain::extra_attempt attempt,
                         attempt_done tell) {
    auto done = [this, tell = std::move(tell)](std::optional<domain::sent_attempt> made) {
        worker_.run_soon([tell, made = std::move(made)]() mutable { tell(std::move(made)); });
    };
    auto by_hand =
        std::make_shared<attempt_by_hand>(attempt_by_hand{std::move(attempt), std::move(done)});
    emulator_.submit_by_hand({by.of, by.epoch, by_hand->attempt.of, by_hand}, worker_);
}

}  // namespace nexo_mock::runtime
