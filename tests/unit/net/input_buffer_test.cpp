#include <nexo_mock/net/input_buffer.hpp>

#include <doctest/doctest.h>

#include <cstring>
#include <string>

using nexo_mock::net::input_buffer;

namespace {

/// As a read does, in as many reads as the room takes.
void put(input_buffer& into, std::string text) {
    while (!text.empty()) {
        const auto room = into.room();
        REQUIRE(room.size() != 0);
        const auto size = std::min(room.size(), text.size());
        std::memcpy(room.data(), text.data(), size);
        into.add(size);
        text.erase(0, size);
    }
}

std::string unread(const input_buffer& of) {
    const auto bytes = of.unread();
    return {static_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

TEST_CASE("what came is there in order, less what was taken") {
    input_buffer input;
    CHECK(input.is_empty());
    CHECK_FALSE(input.begins_with('\0'));
    put(input, "GET /");
    put(input, " HTTP");
    CHECK(unread(input) == "GET / HTTP");
    CHECK(input.begins_with('G'));
    input.take(4);
    CHECK(unread(input) == "/ HTTP");
    input.take(6);
    CHECK(input.is_empty());
}

TEST_CASE("nothing is lost however much comes, and however it is taken") {
    for (const std::size_t taken : {0U, 1U, 7U, 8191U, 8192U, 20'000U}) {
        CAPTURE(taken);
        input_buffer input;
        std::string expected;
        for (int i = 0; i < 12; ++i) {
            const std::string text(5'000, static_cast<char>('a' + i));
            put(input, text);
            expected += text;
            const auto size = std::min(taken, input.size());
            input.take(size);
            expected.erase(0, size);
            REQUIRE(unread(input) == expected);
        }
    }
}

TEST_CASE("an empty buffer has its whole room again and does not grow") {
    input_buffer input;
    const auto first = input.room().size();
    for (int i = 0; i < 100; ++i) {
        put(input, std::string(first - 1, 'x'));
        input.take(first - 1);
    }
    CHECK(input.room().size() == first);
}

TEST_CASE("empty lines are skipped at the beginning, and only whole ones") {
    input_buffer input;
    put(input, "\r\n\r\nGET\r\n");
    input.skip_empty_lines();
    CHECK(unread(input) == "GET\r\n");
    input.take(3);
    put(input, "\r");
    input.skip_empty_lines();
    CHECK(unread(input) == "\r");
}
