#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace bench {

/// Requests that are rendered before the load begins, given out one after another, round and round.
class request_book {
 public:
    /// Reads a file of requests: of each its size in bytes as a line, then these bytes. Throws
    /// std::runtime_error if there are none, or the file is cut short.
    static request_book read(const std::string& path);

    struct page {
        std::string_view request;
        std::size_t number = 0;
    };
    page next() {
        const page given{requests_[at_], at_};
        at_ = at_ + 1 == requests_.size() ? 0 : at_ + 1;
        return given;
    }
    std::size_t size() const { return requests_.size(); }

 private:
    std::vector<std::string> requests_;
    std::size_t at_ = 0;
};

}  // namespace bench
