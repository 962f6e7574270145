#include <nexo_mock/codec/metrics_writer.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <string>

using namespace nexo_mock::codec;

TEST_CASE("a metric is told of in two comments, and has a line for each sample") {
    std::string text;
    metrics_writer out{text};
    out.family("calls_total", metrics_writer::type::counter, "Calls.");
    out.sample({}, 3);
    out.sample({{"code", "202"}, {"endpoint", "send-otp"}}, 2);
    CHECK(text ==
          "# HELP calls_total Calls.\n"
          "# TYPE calls_total counter\n"
          "calls_total 3\n"
          "calls_total{code=\"202\",endpoint=\"send-otp\"} 2\n");
}

TEST_CASE("samples of a histogram carry their suffix") {
    std::string text;
    metrics_writer out{text};
    out.family("took_seconds", metrics_writer::type::histogram, "Time.");
    out.sample("_bucket", {{"le", "+Inf"}}, "7");
    out.sample("_sum", {}, "0.5");
    CHECK(text.ends_with("took_seconds_bucket{le=\"+Inf\"} 7\ntook_seconds_sum 0.5\n"));
}

TEST_CASE("what would end a label's value early is escaped") {
    std::string text;
    metrics_writer out{text};
    out.family("m", metrics_writer::type::gauge, "M.");
    out.sample({{"name", "a\"b\\c\nd"}}, 1);
    CHECK(text.ends_with("m{name=\"a\\\"b\\\\c\\nd\"} 1\n"));
}

TEST_CASE("seconds are exact and as short as can be") {
    struct row {
        std::uint64_t nanoseconds;
        std::string text;
    };
    for (const auto& [nanoseconds, text] :
         {row{0, "0"}, row{1, "0.000000001"}, row{2'500, "0.0000025"}, row{1'000'000'000, "1"},
          row{61'500'000'000, "61.5"}}) {
        CAPTURE(nanoseconds);
        CHECK(seconds_text(nanoseconds) == text);
    }
}
