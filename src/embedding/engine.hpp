#pragma once

#include <nexo_mock/errors.hpp>
#include <nexo_mock/runtime/server.hpp>
#include <nexo_mock/server.hpp>

#include <condition_variable>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

namespace nexo_mock::embedding {

/// Where calls wait for what a worker does for them.
struct gate {
    std::mutex mutex;
    std::condition_variable changed;
    bool is_closed = false;  ///< the workers have ended: nothing comes any more
};

/// What a call waits for, given once, from any thread. Copies are the same answer. Refusals are
/// texts rather than exceptions, which must not cross threads here: they are thrown where they are
/// waited for.
template <class Result>
class answer {
 public:
    explicit answer(std::shared_ptr<gate> at)
        : gate_{std::move(at)}, slot_{std::make_shared<slot>()} {}

    void give(Result result) const {
        set([&](slot& into) { into.result = std::move(result); });
    }
    void refuse(std::string why) const {
        set([&](slot& into) { into.why_not = std::move(why); });
    }

    /// Throws `error` if it is refused, `stopped` if the gate is closed before it is given.
    Result wait() const {
        std::unique_lock lock{gate_->mutex};
        gate_->changed.wait(lock,
                            [&] { return slot_->result || slot_->why_not || gate_->is_closed; });
        if (slot_->result) return std::move(*slot_->result);
        if (slot_->why_not) throw error{*slot_->why_not};
        throw stopped{"the emulator was stopped"};
    }

 private:
    struct slot {
        std::optional<Result> result;
        std::optional<std::string> why_not;
    };

    template <class Change>
    void set(Change change) const {
        const std::lock_guard lock{gate_->mutex};
        change(*slot_);
        gate_->changed.notify_all();
    }

    std::shared_ptr<gate> gate_;
    std::shared_ptr<slot> slot_;
};

/// Of a call that has nothing to tell.
struct nothing {};

/// A running server, and the way of blocking calls into it and out again. Threads share it; it is
/// destroyed on one that is none of the server's own.
class engine {
 public:
    /// `authority` is a PEM text, of those who trust the certificate in the options.
    engine(runtime::server_options options, std::string authority)
        : server_{std::move(options)}, authority_{std::move(authority)} {}

    /// With a certificate of its own, if there is to be HTTPS.
    static std::shared_ptr<engine> started(runtime::server_options options, https secured);

    const std::string& authority() const { return authority_; }
    const runtime::server& server() const { return server_; }

    /// Opens the account of that key (all accounts if it is empty), calls `work(host, scope,
    /// answer)` on a worker's thread, and returns what that gives to `answer`, whenever it does.
    /// `work` may refer to the caller's stack until it returns, what it leaves behind may not.
    template <class Result, class Work>
    Result ask(const std::string& key, Work work) {
        const answer<Result> reply{gate_};
        post([&key, &work, reply](control::host& host) {
            try {
                const auto which = key.empty() ? control::scope::all() : control::scope::of(key);
                const auto why_not = refusal_of(host, which);
                if (why_not.empty()) return work(host, which, reply);
                reply.refuse(why_not);
            } catch (const std::exception& e) {
                reply.refuse(std::string{"the emulator failed: "} + e.what());
            }
        });
        return reply.wait();
    }

    /// The same where `use(host, scope)` has the result at once.
    template <class Result, class Use>
    Result look(const std::string& key, Use use) {
        return ask<Result>(key,
                           [&use](control::host& host, const control::scope& which,
                                  const answer<Result>& reply) { reply.give(use(host, which)); });
    }

    /// Whoever waits then gets `stopped`.
    void stop();

 private:
    void post(std::function<void(control::host&)> work);
    /// Why the account can't be opened; empty if it was.
    static std::string refusal_of(control::host& host, const control::scope& which);

    runtime::server server_;
    std::string authority_;
    std::shared_ptr<gate> gate_ = std::make_shared<gate>();
};

}  // namespace nexo_mock::embedding
