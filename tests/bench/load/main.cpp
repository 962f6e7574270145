#include "arguments.hpp"
#include "driver.hpp"
#include "first_answer.hpp"
#include "unreliable_receiver.hpp"
#include "webhook_receiver.hpp"

#include <exception>
#include <fstream>
#include <iostream>
#include <iterator>
#include <sstream>
#include <stdexcept>

// What script/bench measures with, and script/soak loads with. Each command prints JSON on standard
// output; the exit code is 0 if what was asked for was measured, 1 if not, and 2 if it was not
// understood.

namespace {

using bench::arguments;

constexpr std::string_view usage =
    "nexo_mock_bench_load drive   --port N --requests FILE [--connections N] [--depth N] [--short "
    "1] [--tls 1]\n"
    "                             [--rate N] [--warm-up S] [--seconds S] [--count N] [--server "
    "PID]\n"
    "                             [--any-status 1]\n"
    "nexo_mock_bench_load first   --port N --request FILE --core N --log FILE [--patience S] -- "
    "COMMAND…\n"
    "nexo_mock_bench_load receive --deliveries N --types TYPE,…\n"
    "nexo_mock_bench_load misbehave [--attempts N] [--hangs-one-in N]\n";

std::chrono::nanoseconds duration_of(double seconds) {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(
        std::chrono::duration<double>{seconds});
}

std::uint16_t port_in(const arguments& given) {
    const auto port = given.number("port");
    if (port == 0 || port > 65535) throw std::invalid_argument{"--port takes 1 to 65535"};
    return static_cast<std::uint16_t>(port);
}

int drive(const std::vector<std::string_view>& words) {
    using bench::load_settings;
    const arguments given{words,
                          {"port", "requests", "connections", "depth", "short", "tls", "rate",
                           "warm-up", "seconds", "count", "server", "any-status"}};
    load_settings settings;
    settings.port = port_in(given);
    settings.connections = given.number("connections", 64);
    settings.depth = given.number("depth", 1);
    if (given.number("short", 0) != 0) {
        settings.connection_reuse = load_settings::reuse::connection_per_request;
    }
    if (given.number("tls", 0) != 0) settings.over = load_settings::transport::tls;
    settings.rate = given.number("rate", 0);
    settings.warm_up = duration_of(given.seconds("warm-up", 0));
    settings.lasting = duration_of(given.seconds("seconds", 600));
    settings.count = given.number("count", 0);
    if (given.number("any-status", 0) != 0) settings.taken = load_settings::replies::all;
    settings.server = static_cast<pid_t>(given.number("server", 0));
    bench::driver driver{settings, bench::request_book::read(given.text("requests"))};
    std::cout << bench::to_json(driver.run()) << '\n';
    return 0;
}

int first(const std::vector<std::string_view>& words) {
    const arguments given{words, {"port", "request", "core", "log", "patience"}};
    if (given.command().empty()) throw std::invalid_argument{"no command stands behind --"};
    std::ifstream file{given.text("request"), std::ios::binary};
    bench::start_settings settings;
    settings.port = port_in(given);
    settings.core = static_cast<int>(given.number("core"));
    settings.request.assign(std::istreambuf_iterator<char>{file}, {});
    settings.log = given.text("log");
    settings.patience = duration_of(given.seconds("patience", 30));
    settings.command = given.command();
    const auto took = bench::time_to_first_answer(settings);
    std::cout << "{\"seconds\":" << std::chrono::duration<double>(took).count() << "}\n";
    return 0;
}

int receive(const std::vector<std::string_view>& words) {
    const arguments given{words, {"deliveries", "types"}};
    std::vector<std::string> types;
    std::istringstream list{given.text("types")};
    for (std::string each; std::getline(list, each, ',');)
        types.push_back(each);
    bench::webhook_receiver receiver{given.number("deliveries"), std::move(types)};
    std::cout << "{\"port\":" << receiver.port() << "}\n" << std::flush;
    receiver.run();
    return 0;
}

/// Fails as a real receiver does at its worst, and tells its books to who asks.
int misbehave(const std::vector<std::string_view>& words) {
    const arguments given{words, {"attempts", "hangs-one-in"}};
    const auto attempts = static_cast<std::uint32_t>(given.number("attempts", 6));
    bench::unreliable_receiver receiver{
        bench::webhook_books{attempts, given.number("hangs-one-in", 0)}};
    std::cout << "{\"port\":" << receiver.port() << "}\n" << std::flush;
    receiver.run();
    return 0;
}

}  // namespace

int main(int count, char** words) {
    try {
        const std::vector<std::string_view> all(words + 1, words + count);
        const std::vector<std::string_view> rest(all.begin() + (all.empty() ? 0 : 1), all.end());
        const auto command = all.empty() ? std::string_view{} : all.front();
        if (command == "drive") return drive(rest);
        if (command == "first") return first(rest);
        if (command == "receive") return receive(rest);
        if (command == "misbehave") return misbehave(rest);
        std::cerr << usage;
        return 2;
    } catch (const std::invalid_argument& e) {
        std::cerr << "nexo_mock_bench_load: " << e.what() << '\n' << usage;
        return 2;
    } catch (const std::exception& e) {
        std::cerr << "nexo_mock_bench_load: " << e.what() << '\n';
        return 1;
    }
}
