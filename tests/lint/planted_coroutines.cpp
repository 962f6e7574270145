// What tests/lint/coroutines must find, and what it must not: --self-test compares its findings
// with the lines marked "breach". Stands on nothing but the standard library, so that it parses
// fast.
#include <array>
#include <coroutine>
#include <functional>
#include <string>
#include <vector>

namespace {

template <class T>
struct task {
    struct promise_type {
        task get_return_object() { return {}; }
        std::suspend_never initial_suspend() noexcept { return {}; }
        std::suspend_never final_suspend() noexcept { return {}; }
        void return_value(T) {}
        void unhandled_exception() {}
    };
    bool await_ready() const { return true; }
    void await_suspend(std::coroutine_handle<>) const {}
    T await_resume() const { return {}; }
};

struct options {
    std::string name;
    int count = 0;
};

task<int> plain(int count);
task<int> with_options(options given);
task<int> with_default(options given = {"default", 1});  // breach: an aggregate default argument
task<int> with_array(std::array<std::string, 2> names);
task<int> with_vector(std::vector<std::string> names);
task<int> with_function(std::function<int()> call);
template <class Call>
task<int> with_call(Call call);

task<int> broken(std::string name, bool which) {
    int sum = 0;
    sum += co_await with_call([name] { return 1; });      // breach: a lambda that captures
    sum += co_await with_function([name] { return 1; });  // breach: inside std::function
    sum += co_await with_options({name, 1});              // breach: a braced aggregate
    sum += co_await with_options(options{.name = name});  // breach: a designated aggregate
    sum += co_await with_default();
    sum += co_await with_array(std::array{name, name});  // breach: an array
    sum += co_await with_vector({name, name});           // breach: a braced list
    sum += co_await (which ? plain(1) : plain(2));       // breach: a choice of awaitables
    const auto made = options{name, co_await plain(1)};  // breach: an aggregate around co_await
    co_return sum + made.count;
}

task<int> sound(std::string name, bool which) {
    const auto call = [name] { return 1; };
    const options given{name, 1};
    const std::vector<std::string> names{name, name};
    auto chosen = which ? plain(1) : plain(2);
    int sum = co_await with_call(call);
    sum += co_await with_call([] { return 1; });
    sum += co_await with_options(given);
    sum += co_await with_vector(names);
    sum += co_await with_vector(std::vector<std::string>(2, name));
    sum += co_await chosen;
    co_return sum;
}

}  // namespace

int main() {
    broken("name", true);
    sound("name", false);
}
