#include <nexo_mock/domain/delay.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

using namespace nexo_mock::domain;
using namespace std::chrono_literals;

TEST_CASE("a fixed delay is what it says and draws nothing") {
    random_stream random{1};
    auto untouched = random;
    CHECK(delay::fixed(25s).sample(random) == 25s);
    CHECK(delay{}.sample(random) == 0s);
    CHECK(delay{log_normal_delay{0s, 1.0}}.sample(random) == 0s);
    CHECK(random.next() == untouched.next());
}

TEST_CASE("a uniform delay stays within its ends and reaches both") {
    random_stream random{7};
    bool least = false;
    bool most = false;
    for (int i = 0; i < 1000; ++i) {
        const auto drawn = delay{uniform_delay{3us, 9us}}.sample(random);
        CHECK(drawn >= 3us);
        CHECK(drawn <= 9us);
        least = least || drawn == 3us;
        most = most || drawn == 9us;
    }
    CHECK(least);
    CHECK(most);
}

TEST_CASE("half of all log-normal delays are below the median") {
    random_stream random{11};
    std::vector<duration> drawn;
    for (int i = 0; i < 4001; ++i)
        drawn.push_back(delay{log_normal_delay{90ms, 0.4}}.sample(random));
    std::ranges::sort(drawn);
    CHECK(drawn.front() > 0us);
    CHECK(drawn[2000] > 86ms);
    CHECK(drawn[2000] < 94ms);
    CHECK(drawn[3365] > 125ms);  // one deviation above: 90 ms times e^0.4 is 134 ms
    CHECK(drawn[3365] < 144ms);
}

TEST_CASE("without deviation a log-normal delay is its median") {
    random_stream random{3};
    CHECK(delay{log_normal_delay{90ms, 0}}.sample(random) == 90ms);
}

TEST_CASE("no delay is longer than the longest") {
    random_stream random{5};
    duration most{};
    for (int i = 0; i < 1000; ++i) {
        const auto drawn = delay{log_normal_delay{delay::longest, 10}}.sample(random);
        CHECK(drawn >= 0us);
        most = std::max(most, drawn);
    }
    CHECK(most == delay::longest);
    CHECK(delay::fixed(duration::max()).sample(random) == delay::longest);
    CHECK(delay::fixed(-1s).sample(random) == 0s);
}
