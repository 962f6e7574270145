#include <nexo_mock/domain/ring.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <vector>

using nexo_mock::domain::ring;

namespace {

struct entry {
    std::uint64_t seq = 0;
    std::string text;
};

std::vector<std::uint64_t> numbers(const ring<entry>& of) {
    std::vector<std::uint64_t> all;
    for (std::size_t i = 0; i < of.size(); ++i)
        all.push_back(of[i].seq);
    return all;
}

}  // namespace

TEST_CASE("a ring keeps the latest entries, oldest first, and counts the others") {
    ring<entry> latest{3};
    for (std::uint64_t seq = 1; seq <= 8; ++seq) {
        CAPTURE(seq);
        const auto* kept = latest.push({seq * 10, "x"});
        REQUIRE(kept != nullptr);
        CHECK(kept->seq == seq * 10);
        CHECK(latest.evicted() == (seq > 3 ? seq - 3 : 0));
    }
    CHECK(numbers(latest) == std::vector<std::uint64_t>{60, 70, 80});
}

TEST_CASE("a ring finds where the entries above a number begin") {
    ring<entry> latest{4};
    CHECK(latest.first_after(0) == 0);
    for (std::uint64_t seq = 1; seq <= 6; ++seq)
        latest.push({seq * 10, ""});
    CHECK(latest.first_after(0) == 0);
    CHECK(latest.first_after(29) == 0);
    CHECK(latest.first_after(30) == 1);
    CHECK(latest.first_after(59) == 3);
    CHECK(latest.first_after(60) == 4);
}

TEST_CASE("a ring of nothing only counts") {
    ring<entry> none{0};
    CHECK(none.push({1, "x"}) == nullptr);
    CHECK(none.spare().text.empty());
    CHECK(none.size() == 0);
    CHECK(none.evicted() == 1);
    CHECK(none.first_after(0) == 0);
}

TEST_CASE("a full ring gives the buffers of its oldest entry to the next") {
    ring<entry> latest{1};
    CHECK(latest.spare().text.capacity() == entry{}.text.capacity());
    latest.push({1, std::string(1000, 'x')});
    auto next = latest.spare();
    CHECK(next.text.capacity() >= 1000);
    next = {2, "y"};
    latest.push(std::move(next));
    CHECK(latest[0].text == "y");
    CHECK(latest.evicted() == 1);
}
