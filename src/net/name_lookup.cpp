#include <nexo_mock/net/name_lookup.hpp>

#include <boost/asio/error.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <cerrno>
#include <deque>
#include <map>
#include <mutex>
#include <netdb.h>
#include <system_error>
#include <thread>
#include <utility>

namespace nexo_mock::net {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

error_code error_of(int answer) {
    switch (answer) {
        case 0: return {};
        case EAI_AGAIN: return asio::error::host_not_found_try_again;
        case EAI_FAIL: return asio::error::no_recovery;
        case EAI_MEMORY: return asio::error::no_memory;
        case EAI_SYSTEM: return {errno, boost::system::system_category()};
        default: return asio::error::host_not_found;
    }
}

name_lookup::addresses ask_system(const std::string& name, error_code& ec) {
    addrinfo wanted{};
    wanted.ai_socktype = SOCK_STREAM;
    wanted.ai_flags = AI_ADDRCONFIG;
    addrinfo* list = nullptr;
    ec = error_of(::getaddrinfo(name.c_str(), nullptr, &wanted, &list));
    const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner{ec ? nullptr : list,
                                                                     ::freeaddrinfo};
    name_lookup::addresses found;
    for (const auto* each = owner.get(); each != nullptr; each = each->ai_next) {
        asio::ip::tcp::endpoint end;
        if (each->ai_addrlen > end.capacity()) continue;
        std::copy_n(reinterpret_cast<const char*>(each->ai_addr), each->ai_addrlen,
                    reinterpret_cast<char*>(end.data()));
        found.push_back(end.address());
    }
    return found;
}

}  // namespace

/// What the threads share with the one of the context. Everything but `names_` is under the lock.
class name_lookup::state : public std::enable_shared_from_this<state> {
 public:
    state(asio::io_context& context, resolver resolve)
        : context_{&context}, resolve_{resolve ? std::move(resolve) : ask_system} {}

    ticket ask(const std::string& name, handler done);
    void forget(ticket asked);
    void leave();

 private:
    struct waiter {
        ticket number;
        handler done;
    };

    bool enqueue(const std::string& name);
    void work();
    void tell(const std::string& name, const error_code& ec, const addresses& found);

    /// Of the names that are looked up, those who wait; on the context's thread alone.
    std::map<std::string, std::vector<waiter>> names_;
    ticket next_ = 1;

    std::mutex mutex_;
    asio::io_context* context_;  // null: it is gone
    std::deque<std::string> waiting_;
    std::size_t threads_ = 0;
    const resolver resolve_;
};

name_lookup::ticket name_lookup::state::ask(const std::string& name, handler done) {
    const auto number = next_++;
    const auto [found, is_new] = names_.try_emplace(name);
    found->second.push_back({number, std::move(done)});
    if (is_new && !enqueue(name)) {
        asio::post(*context_, [self = shared_from_this(), name] {
            self->tell(name, asio::error::no_recovery, {});
        });
    }
    return number;
}

/// False if there is no thread, and none can be made.
bool name_lookup::state::enqueue(const std::string& name) {
    const std::lock_guard lock{mutex_};
    waiting_.push_back(name);
    if (threads_ == most_threads) return true;
    try {
        std::thread{[self = shared_from_this()] { self->work(); }}.detach();
        ++threads_;
    } catch (const std::system_error&) {
        if (threads_ > 0) return true;
        waiting_.clear();
        return false;
    }
    return true;
}

// A name nobody waits for any more is not begun; one that was begun can't be ended, and goes on to
// serve those who ask for it meanwhile.
void name_lookup::state::forget(ticket asked) {
    for (auto name = names_.begin(); name != names_.end(); ++name) {
        auto& waiters = name->second;
        if (std::erase_if(waiters, [&](const waiter& each) { return each.number == asked; }) == 0) {
            continue;
        }
        if (!waiters.empty()) return;
        const std::lock_guard lock{mutex_};
        if (std::erase(waiting_, name->first) > 0) names_.erase(name);
        return;
    }
}

void name_lookup::state::leave() {
    names_.clear();
    const std::lock_guard lock{mutex_};
    waiting_.clear();
    context_ = nullptr;
}

void name_lookup::state::work() {
    std::unique_lock lock{mutex_};
    while (!waiting_.empty()) {
        const auto name = std::move(waiting_.front());
        waiting_.pop_front();
        lock.unlock();
        error_code ec;
        auto found = resolve_(name, ec);
        lock.lock();
        if (context_ == nullptr) continue;
        asio::post(*context_, [self = shared_from_this(), name, ec, found = std::move(found)] {
            self->tell(name, ec, found);
        });
    }
    --threads_;
}

void name_lookup::state::tell(const std::string& name, const error_code& ec,
                              const addresses& found) {
    const auto asked = names_.extract(name);
    if (asked.empty()) return;
    for (const auto& each : asked.mapped())
        each.done(ec, found);
}

name_lookup::name_lookup(asio::io_context& context, resolver resolve)
    : state_{std::make_shared<state>(context, std::move(resolve))} {}

name_lookup::~name_lookup() {
    state_->leave();
}

name_lookup::ticket name_lookup::ask(const std::string& name, handler done) {
    return state_->ask(name, std::move(done));
}

void name_lookup::forget(ticket asked) {
    state_->forget(asked);
}

}  // namespace nexo_mock::net
