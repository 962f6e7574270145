#include <nexo_mock/domain/paged_list.hpp>

#include <doctest/doctest.h>

#include <numeric>
#include <vector>

using namespace nexo_mock::domain;

TEST_CASE("a paged list holds what was put behind it, as long as it may become") {
    paged_list<int> list;
    CHECK(list.empty());
    for (int i = 0; i < 2'000; ++i) {
        list.push_back(i);
        REQUIRE(list.size() == static_cast<std::size_t>(i) + 1);
        REQUIRE(list.back() == i);
        REQUIRE(list[static_cast<std::size_t>(i) / 2] == i / 2);
    }
    for (int i = 2'000; i-- > 0;) {
        REQUIRE(list.back() == i);
        list.pop_back();
    }
    CHECK(list.empty());
    list.push_back(7);
    CHECK(list[0] == 7);
}

TEST_CASE("beyond its first page a paged list never moves a value") {
    paged_list<int> list;
    for (int i = 0; i < 300; ++i)
        list.push_back(i);
    const auto* first = &list[0];
    const auto* later = &list[299];
    for (int i = 0; i < 10'000; ++i)
        list.push_back(i);
    for (int i = 0; i < 10'000; ++i)
        list.pop_back();
    CHECK(&list[0] == first);
    CHECK(&list[299] == later);
    CHECK(*later == 299);
}
