#include <nexo_mock/domain/byte_journal.hpp>
#include <nexo_mock/domain/random.hpp>

#include <doctest/doctest.h>

#include <cstring>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace nexo_mock::domain;

namespace {

void add(byte_journal& to, std::uint64_t seq, std::string_view text) {
    auto* at = to.add(seq, text.size() + 1);
    if (at == nullptr) return;
    text.copy(at, text.size());
    at[text.size()] = '\0';
}

std::vector<std::pair<std::uint64_t, std::string>> all_of(const byte_journal& journal) {
    std::vector<std::pair<std::uint64_t, std::string>> all;
    for (std::size_t i = 0; i < journal.size(); ++i)
        all.emplace_back(journal.seq(i), journal[i]);
    return all;
}

/// What an entry of that text counts for.
std::size_t cost(std::string_view text) {
    return text.size() + 1 + byte_journal::overhead;
}

}  // namespace

TEST_CASE("a journal keeps the latest entries, oldest first, and counts the others") {
    byte_journal latest{{.entries = 3}, 10};
    CHECK(latest.size() == 0);
    CHECK(latest.bytes() == 0);
    for (std::uint64_t seq = 1; seq <= 8; ++seq) {
        add(latest, seq * 10, "x" + std::to_string(seq));
        CHECK(latest.evicted() == (seq > 3 ? seq - 3 : 0) + 10);
    }
    CHECK(all_of(latest) ==
          std::vector<std::pair<std::uint64_t, std::string>>{{60, "x6"}, {70, "x7"}, {80, "x8"}});
    CHECK(latest.bytes() == 3 * cost("x6"));
}

TEST_CASE("a journal finds where the entries above a number begin") {
    byte_journal latest{{.entries = 4}};
    CHECK(latest.first_after(0) == 0);
    for (std::uint64_t seq = 1; seq <= 6; ++seq)
        add(latest, seq * 10, "");
    CHECK(latest.first_after(0) == 0);
    CHECK(latest.first_after(29) == 0);
    CHECK(latest.first_after(30) == 1);
    CHECK(latest.first_after(59) == 3);
    CHECK(latest.first_after(60) == 4);
}

TEST_CASE("a journal of no entries only counts") {
    byte_journal none{{.entries = 0}, 5};
    CHECK(none.add(1, 10) == nullptr);
    CHECK(none.size() == 0);
    CHECK(none.evicted() == 6);
    CHECK(none.bytes() == 0);
    CHECK(none.first_after(0) == 0);
}

TEST_CASE("a journal keeps to its bytes, but always has the newest entry") {
    const std::string text(100, 'x');
    byte_journal latest{{.entries = 1'000, .bytes = 3 * cost(text)}};
    for (std::uint64_t seq = 1; seq <= 5; ++seq)
        add(latest, seq, text);
    CHECK(latest.size() == 3);
    CHECK(latest.evicted() == 2);
    add(latest, 6, std::string(101, 'x'));
    CHECK(latest.size() == 2);
    add(latest, 7, std::string(5'000, 'y'));
    CHECK(all_of(latest) ==
          std::vector<std::pair<std::uint64_t, std::string>>{{7, std::string(5'000, 'y')}});
    add(latest, 8, "");
    CHECK(all_of(latest) == std::vector<std::pair<std::uint64_t, std::string>>{{8, ""}});
    CHECK(latest.evicted() == 7);
}

TEST_CASE("what an entry keeps lives as long as entries beside it") {
    const auto one = std::make_shared<const int>(1);
    const auto other = std::make_shared<const int>(2);
    byte_journal latest{{.entries = 2}};
    latest.add(1, 4, one);
    latest.add(2, 4, other);
    latest.add(3, 4, one);
    CHECK(latest.kept(0, other.get()) == other);
    CHECK(latest.kept(1, one.get()) == one);
    CHECK(latest.kept(1, &latest) == nullptr);
    CHECK(one.use_count() == 2);  // once for all entries of the page
    for (std::uint64_t seq = 4; seq < 10'000; ++seq)
        latest.add(seq, 4, other);
    CHECK(one.use_count() == 1);
    CHECK(other.use_count() == 2);
}

TEST_CASE("a journal does what a plain list does, whatever the sizes of its entries") {
    constexpr std::uint64_t seed = 23;
    CAPTURE(seed);
    random_stream random{seed};
    for (const auto& limits :
         {journal_limits{.entries = 1}, journal_limits{.entries = 700},
          journal_limits{.entries = 700, .bytes = 40'000}, journal_limits{.bytes = 1'000},
          journal_limits{.bytes = 1'000'000}}) {
        byte_journal latest{limits};
        std::deque<std::pair<std::uint64_t, std::string>> model;
        std::size_t bytes = 0;
        for (std::uint64_t seq = 1; seq <= 4'000; ++seq) {
            const auto size =
                random.next() % 200 == 0 ? random.next() % 100'000 : random.next() % 900;
            const std::string text(size, static_cast<char>('a' + seq % 26));
            add(latest, seq, text);
            bytes += cost(text);
            model.emplace_back(seq, text);
            while (model.size() > limits.entries || (bytes > limits.bytes && model.size() > 1)) {
                bytes -= cost(model.front().second);
                model.pop_front();
            }
            REQUIRE(latest.size() == model.size());
            REQUIRE(latest.bytes() == bytes);
            REQUIRE(latest.seq(0) == model.front().first);
            REQUIRE(latest[latest.size() - 1] == model.back().second);
        }
        CHECK(all_of(latest) ==
              std::vector<std::pair<std::uint64_t, std::string>>{model.begin(), model.end()});
    }
}
