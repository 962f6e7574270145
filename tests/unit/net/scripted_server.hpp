#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

/// A server on loopback that answers the n-th request with the n-th text, as it is, and the last
/// one for ever. On the thread of its context, as the client it answers.
class scripted_server {
 public:
    using tcp = boost::asio::ip::tcp;

    struct answer {
        std::string text;  ///< empty: none
        bool then_closes = false;
        bool byte_by_byte = false;
    };

    scripted_server(boost::asio::io_context& context, std::vector<answer> script)
        : acceptor_{context, {boost::asio::ip::address_v4::loopback(), 0}},
          script_{std::move(script)} {
        accept();
    }

    unsigned short port() const { return acceptor_.local_endpoint().port(); }
    const std::vector<std::string>& requests() const { return requests_; }
    std::size_t connections() const { return sessions_.size(); }
    /// The connection that came as the n-th.
    tcp::socket& connection(std::size_t nth) { return sessions_.at(nth)->socket; }
    void stop() { acceptor_.close(); }

 private:
    struct session {
        explicit session(tcp::socket from) : socket{std::move(from)} {}
        tcp::socket socket;
        std::array<char, 64 * 1024> buffer{};
        std::string input;
        std::string output;
    };

    void accept() {
        acceptor_.async_accept([this](const boost::system::error_code& ec, tcp::socket socket) {
            if (ec) return;
            sessions_.push_back(std::make_shared<session>(std::move(socket)));
            read(sessions_.back());
            accept();
        });
    }

    void read(const std::shared_ptr<session>& from) {
        from->socket.async_read_some(
            boost::asio::buffer(from->buffer),
            [this, from](const boost::system::error_code& ec, std::size_t size) {
                if (ec) return;
                from->input.append(from->buffer.data(), size);
                if (!is_whole(from->input)) return read(from);
                requests_.push_back(std::exchange(from->input, {}));
                reply(from);
            });
    }

    static bool is_whole(const std::string& text) {
        const auto head = text.find("\r\n\r\n");
        if (head == std::string::npos) return false;
        const std::string field = "Content-Length: ";
        const auto length = text.find(field);
        const auto body = length > head ? 0 : std::stoul(text.substr(length + field.size()));
        return text.size() == head + 4 + body;
    }

    void reply(const std::shared_ptr<session>& to) {
        const auto& next = script_.at(std::min(requests_.size(), script_.size()) - 1);
        to->output = next.text;
        write(to, next, 0);
    }

    void write(const std::shared_ptr<session>& to, const answer& next, std::size_t from) {
        const auto rest = boost::asio::buffer(to->output) + from;
        const auto size = next.byte_by_byte ? std::min<std::size_t>(1, rest.size()) : rest.size();
        boost::asio::async_write(to->socket, boost::asio::buffer(rest, size),
                                 [this, to, &next, from](const auto& ec, std::size_t written) {
                                     if (ec) return;
                                     const auto sent = from + written;
                                     if (sent < to->output.size()) return write(to, next, sent);
                                     if (next.then_closes) return to->socket.close();
                                     read(to);
                                 });
    }

    tcp::acceptor acceptor_;
    std::vector<answer> script_;
    std::vector<std::string> requests_;
    std::vector<std::shared_ptr<session>> sessions_;
};
