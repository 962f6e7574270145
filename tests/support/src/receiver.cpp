#include <support/receiver.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>

#include <algorithm>
#include <condition_variable>
#include <future>
#include <mutex>
#include <set>
#include <thread>
#include <utility>

namespace support {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;

struct receiver::state {
    explicit state(script how)
        : acceptor{context, {asio::ip::address_v4::loopback(), 0}}, answer{std::move(how)} {
        accept();
        thread = std::thread{[this] { context.run(); }};
    }
    ~state() {
        context.stop();
        thread.join();
    }

    struct session : std::enable_shared_from_this<session> {
        session(tcp::socket from, state& of) : socket{std::move(from)}, owner{of} {}

        void read() {
            message = {};
            http::async_read(socket, buffer, message,
                             [self = shared_from_this()](const error_code& ec, std::size_t) {
                                 if (!ec) self->answer();
                             });
        }
        void answer() {
            const auto status = owner.take(message);
            if (status == 0) return;  // the socket's end closes it
            if (status < 0) {
                owner.silent.insert(shared_from_this());
                return;
            }
            reply_with(status);
        }
        void reply_with(int status) {
            reply = {};
            reply.result(static_cast<unsigned>(status));
            reply.set(http::field::location, "http://127.0.0.1:1/elsewhere");
            reply.body() = "seen";
            reply.prepare_payload();
            http::async_write(socket, reply,
                              [self = shared_from_this()](const error_code& ec, std::size_t) {
                                  if (!ec) self->read();
                              });
        }

        tcp::socket socket;
        state& owner;
        boost::beast::flat_buffer buffer;
        request message;
        http::response<http::string_body> reply;
    };

    void accept() {
        acceptor.async_accept([this](const error_code& ec, tcp::socket socket) {
            if (ec) return;
            {
                const std::lock_guard lock{mutex};
                ++connections;
            }
            std::make_shared<session>(std::move(socket), *this)->read();
            accept();
        });
    }

    int take(const request& message) {
        std::unique_lock lock{mutex};
        requests.push_back(message);
        const auto nth = requests.size() - 1;
        came.notify_all();
        lock.unlock();
        return answer(nth, message);
    }

    asio::io_context context{1};
    tcp::acceptor acceptor;
    script answer;
    std::mutex mutex;
    std::condition_variable came;
    std::vector<request> requests;
    std::size_t connections = 0;
    std::set<std::shared_ptr<session>> silent;
    std::thread thread;
};

receiver::receiver(script answer) : state_{std::make_unique<state>(std::move(answer))} {}

receiver::receiver(std::vector<int> statuses)
    : receiver{[statuses](std::size_t nth, const request&) {
          return statuses[std::min(nth, statuses.size() - 1)];
      }} {}

receiver::~receiver() = default;

std::string receiver::url() const {
    return "http://127.0.0.1:" + std::to_string(state_->acceptor.local_endpoint().port()) +
           "/hook?a=b";
}

std::vector<receiver::request> receiver::requests() const {
    const std::lock_guard lock{state_->mutex};
    return state_->requests;
}

std::vector<receiver::request> receiver::wait_for(std::size_t count) const {
    std::unique_lock lock{state_->mutex};
    state_->came.wait(lock, [&] { return state_->requests.size() >= count; });
    return state_->requests;
}

bool receiver::gets(std::size_t count, std::chrono::milliseconds within) const {
    std::unique_lock lock{state_->mutex};
    return state_->came.wait_for(lock, within, [&] { return state_->requests.size() >= count; });
}

void receiver::release(int status) {
    std::promise<void> done;
    asio::post(state_->context, [&] {
        for (const auto& each : std::exchange(state_->silent, {}))
            each->reply_with(status);
        done.set_value();
    });
    done.get_future().wait();
}

std::size_t receiver::connections() const {
    const std::lock_guard lock{state_->mutex};
    return state_->connections;
}

}  // namespace support
