#include "webhook_receiver.hpp"

#include <iostream>
#include <stdexcept>
#include <utility>

namespace bench {

webhook_receiver::webhook_receiver(std::uint64_t deliveries, std::vector<std::string> types)
    : deliveries_{deliveries},
      tally_{std::move(types)},
      end_{[this](const descriptor& from, std::string_view, std::string_view body) {
          take(from, body);
          return true;
      }} {}

void webhook_receiver::run() {
    end_.run();
    report();
}

void webhook_receiver::take(const descriptor& from, std::string_view webhook) {
    if (!send_whole(from, "HTTP/1.1 204 No Content\r\n\r\n"))
        throw std::runtime_error{"the sender takes no reply"};
    count(webhook);
}

void webhook_receiver::count(std::string_view body) {
    last_ = clock::now();
    if (tally_.received() == 0) first_ = last_;
    tally_.add(body);
    if (tally_.complete() == deliveries_) {
        report();
        tally_.clear();
    }
}

void webhook_receiver::report() {
    const auto seconds = [](clock::time_point at) {
        return std::to_string(std::chrono::duration<double>(at.time_since_epoch()).count());
    };
    std::cout << "{\"received\":" << tally_.received() << ",\"deliveries\":" << tally_.deliveries()
              << ",\"complete\":" << tally_.complete() << ",\"duplicates\":" << tally_.duplicates()
              << ",\"out_of_order\":" << tally_.out_of_order()
              << ",\"most_connections\":" << end_.most_connections()
              << ",\"first_s\":" << seconds(first_) << ",\"last_s\":" << seconds(last_)
              << ",\"cpu_s\":" << static_cast<double>(own_cpu_ns()) / 1e9 << "}\n"
              << std::flush;
}

}  // namespace bench
