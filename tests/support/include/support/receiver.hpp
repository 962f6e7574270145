#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

#include <chrono>
#include <condition_variable>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace support {

/// A webhook receiver on a free port that remembers what it got and answers as it is told.
class receiver {
 public:
    using request = boost::beast::http::request<boost::beast::http::string_body>;
    /// The status of the reply to the n-th request, from 0; 0 closes without a reply, -1 never
    /// answers.
    using script = std::function<int(std::size_t nth, const request&)>;

    explicit receiver(script answer)
        : acceptor_{context_, {boost::asio::ip::address_v4::loopback(), 0}},
          answer_{std::move(answer)} {
        accept();
        thread_ = std::thread{[this] { context_.run(); }};
    }
    /// Answers with these statuses one after another, the last one for ever.
    explicit receiver(std::vector<int> statuses)
        : receiver{[statuses](std::size_t nth, const request&) {
              return statuses[std::min(nth, statuses.size() - 1)];
          }} {}

    ~receiver() {
        context_.stop();
        thread_.join();
    }

    std::string url() const {
        return "http://127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port()) +
               "/hook?a=b";
    }

    /// What came so far.
    std::vector<request> requests() const {
        const std::lock_guard lock{mutex_};
        return requests_;
    }
    /// Waits until that many requests came.
    std::vector<request> wait_for(std::size_t count) const {
        std::unique_lock lock{mutex_};
        came_.wait(lock, [&] { return requests_.size() >= count; });
        return requests_;
    }
    /// The same, but gives up after a while: false.
    bool gets(std::size_t count,
              std::chrono::milliseconds within = std::chrono::seconds{20}) const {
        std::unique_lock lock{mutex_};
        return came_.wait_for(lock, within, [&] { return requests_.size() >= count; });
    }
    /// Answers at last those that it never answered, and returns when that is done.
    void release(int status) {
        std::promise<void> done;
        boost::asio::post(context_, [&] {
            for (const auto& each : std::exchange(silent_, {}))
                each->reply_with(status);
            done.set_value();
        });
        done.get_future().wait();
    }
    std::size_t connections() const {
        const std::lock_guard lock{mutex_};
        return connections_;
    }

 private:
    struct session : std::enable_shared_from_this<session> {
        session(boost::asio::ip::tcp::socket from, receiver& of)
            : socket{std::move(from)}, owner{of} {}

        void read() {
            message = {};
            boost::beast::http::async_read(
                socket, buffer, message,
                [self = shared_from_this()](const boost::system::error_code& ec, std::size_t) {
                    if (!ec) self->answer();
                });
        }
        void answer() {
            const auto status = owner.take(message);
            if (status == 0) return;  // the socket's end closes it
            if (status < 0) {
                owner.silent_.insert(shared_from_this());
                return;
            }
            reply_with(status);
        }
        void reply_with(int status) {
            reply = {};
            reply.result(static_cast<unsigned>(status));
            reply.set(boost::beast::http::field::location, "http://127.0.0.1:1/elsewhere");
            reply.body() = "seen";
            reply.prepare_payload();
            boost::beast::http::async_write(
                socket, reply,
                [self = shared_from_this()](const boost::system::error_code& ec, std::size_t) {
                    if (!ec) self->read();
                });
        }

        boost::asio::ip::tcp::socket socket;
        receiver& owner;
        boost::beast::flat_buffer buffer;
        request message;
        boost::beast::http::response<boost::beast::http::string_body> reply;
    };

    void accept() {
        acceptor_.async_accept(
            [this](const boost::system::error_code& ec, boost::asio::ip::tcp::socket socket) {
                if (ec) return;
                {
                    const std::lock_guard lock{mutex_};
                    ++connections_;
                }
                std::make_shared<session>(std::move(socket), *this)->read();
                accept();
            });
    }

    int take(const request& message) {
        std::unique_lock lock{mutex_};
        requests_.push_back(message);
        const auto nth = requests_.size() - 1;
        came_.notify_all();
        lock.unlock();
        return answer_(nth, message);
    }

    boost::asio::io_context context_{1};
    boost::asio::ip::tcp::acceptor acceptor_;
    script answer_;
    mutable std::mutex mutex_;
    mutable std::condition_variable came_;
    std::vector<request> requests_;
    std::size_t connections_ = 0;
    std::set<std::shared_ptr<session>> silent_;
    std::thread thread_;
};

}  // namespace support
