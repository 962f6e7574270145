#pragma once

#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace support {

/// A webhook receiver on a free port that remembers what it got and answers as it is told.
class receiver {
 public:
    using request = boost::beast::http::request<boost::beast::http::string_body>;
    /// The status of the reply to the n-th request, from 0; 0 closes without a reply, -1 never
    /// answers.
    using script = std::function<int(std::size_t nth, const request&)>;

    explicit receiver(script answer);
    /// Answers with these statuses one after another, the last one for ever.
    explicit receiver(std::vector<int> statuses);
    ~receiver();
    receiver(const receiver&) = delete;
    receiver& operator=(const receiver&) = delete;

    std::string url() const;
    /// What came so far.
    std::vector<request> requests() const;
    /// Waits until that many requests came.
    std::vector<request> wait_for(std::size_t count) const;
    /// The same, but gives up after a while: false.
    bool gets(std::size_t count, std::chrono::milliseconds within = std::chrono::seconds{20}) const;
    /// Answers at last those that it never answered, and returns when that is done.
    void release(int status);
    std::size_t connections() const;

 private:
    struct state;
    std::unique_ptr<state> state_;
};

}  // namespace support
