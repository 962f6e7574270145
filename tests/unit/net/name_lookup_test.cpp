#include <nexo_mock/net/name_lookup.hpp>

#include <boost/asio/error.hpp>
#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

using namespace nexo_mock::net;
using namespace std::chrono_literals;
namespace asio = boost::asio;
using boost::system::error_code;

namespace {

constexpr auto patience = 30s;
const auto loopback = asio::ip::make_address("127.0.0.1");

/// A resolver whose names that begin with "hang" hang until it is told to go on. Shared with its
/// threads, which may outlive the test.
struct resolver_double {
    name_lookup::addresses operator()(const std::string& name) {
        std::unique_lock lock{mutex};
        ++asked;
        changed.notify_all();
        if (name.starts_with("hang")) changed.wait(lock, [this] { return goes_on; });
        ++answered;
        changed.notify_all();
        return {loopback};
    }
    void go_on() {
        const std::lock_guard lock{mutex};
        goes_on = true;
        changed.notify_all();
    }
    void wait_until_asked(int count) {
        std::unique_lock lock{mutex};
        REQUIRE(changed.wait_for(lock, patience, [&] { return asked >= count; }));
    }
    void wait_until_answered(int count) {
        std::unique_lock lock{mutex};
        REQUIRE(changed.wait_for(lock, patience, [&] { return answered >= count; }));
    }

    std::mutex mutex;
    std::condition_variable changed;
    int asked = 0;
    int answered = 0;
    bool goes_on = false;
};

struct lookups {
    lookups() {
        names.emplace(context, [system = system](const std::string& name, error_code&) {
            return (*system)(name);
        });
    }
    ~lookups() { system->go_on(); }

    name_lookup::ticket ask(const std::string& name) {
        return names->ask(name, [this, name](const error_code&, const name_lookup::addresses&) {
            told.push_back(name);
        });
    }
    void run_until_told(std::size_t count) {
        const auto end = std::chrono::steady_clock::now() + patience;
        while (told.size() < count) {
            context.restart();
            context.run_one_for(10ms);
            REQUIRE(std::chrono::steady_clock::now() < end);
        }
    }

    asio::io_context context{1};
    asio::executor_work_guard<asio::io_context::executor_type> goes_on{context.get_executor()};
    std::shared_ptr<resolver_double> system = std::make_shared<resolver_double>();
    std::optional<name_lookup> names;
    std::vector<std::string> told;
};

}  // namespace

TEST_CASE("a name that hangs holds up no other") {
    lookups test;
    test.ask("hang.test");
    test.system->wait_until_asked(1);
    test.ask("a.test");
    test.run_until_told(1);
    test.ask("b.test");
    test.run_until_told(2);
    CHECK(test.told == std::vector<std::string>{"a.test", "b.test"});
}

TEST_CASE("those who ask for one name share a lookup") {
    lookups test;
    for (int i = 0; i < 100; ++i)
        test.ask("hang.test");
    test.system->go_on();
    test.run_until_told(100);
    CHECK(test.system->asked == 1);
}

TEST_CASE("who has been forgotten is told nothing") {
    lookups test;
    const auto first = test.ask("hang.test");
    test.ask("hang.test");
    test.names->forget(first);
    test.names->forget(first);
    test.system->go_on();
    test.run_until_told(1);
    test.ask("end.test");
    test.run_until_told(2);
    CHECK(test.told == std::vector<std::string>{"hang.test", "end.test"});
}

TEST_CASE("names beyond the bound wait, and those nobody waits for any more are not looked up") {
    constexpr auto most = static_cast<int>(name_lookup::most_threads);
    lookups test;
    for (int i = 0; i < most; ++i)
        test.ask("hang" + std::to_string(i));
    test.system->wait_until_asked(most);
    const auto waits = test.ask("never.test");
    test.ask("late.test");
    test.names->forget(waits);
    test.system->go_on();
    test.run_until_told(static_cast<std::size_t>(most) + 1);
    CHECK(test.system->asked == most + 1);
    CHECK(std::ranges::count(test.told, "late.test") == 1);
}

TEST_CASE("the end waits for no lookup") {
    const auto system = [] {
        lookups test;
        test.ask("hang.test");
        test.system->wait_until_asked(1);
        test.names.reset();
        CHECK(test.system->answered == 0);
        return test.system;
    }();
    system->wait_until_answered(1);  // its thread comes back to a context that is gone
}

TEST_CASE("a name that is none is an error") {
    asio::io_context context{1};
    const auto guard = asio::make_work_guard(context);
    name_lookup names{context, nullptr};
    std::optional<error_code> told;
    names.ask("no such name.invalid", [&](const error_code& ec, const name_lookup::addresses&) {
        told = ec;
        context.stop();
    });
    context.run_for(patience);
    REQUIRE(told);
    CHECK(told->failed());
}
