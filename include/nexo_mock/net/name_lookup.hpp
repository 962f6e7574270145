#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/system/error_code.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace nexo_mock::net {

/// Finds the addresses of names. The system's resolver blocks, and for as long as a name server
/// does not answer: each name is looked up on a thread of its own, so that one that hangs holds up
/// neither others nor the end of the process. On the thread of its context.
class name_lookup {
 public:
    static constexpr std::size_t most_threads = 32;  ///< names beyond that wait

    using error_code = boost::system::error_code;
    using addresses = std::vector<boost::asio::ip::address>;
    /// Called on a thread that may block. Must not throw.
    using resolver = std::function<addresses(const std::string& name, error_code& ec)>;
    using handler = std::function<void(const error_code& ec, const addresses& found)>;
    using ticket = std::uint64_t;

    /// `resolve`: null is the system's.
    name_lookup(boost::asio::io_context& context, resolver resolve);
    /// Waits for nothing: a thread whose resolver hangs ends when that does.
    ~name_lookup();
    name_lookup(const name_lookup&) = delete;
    name_lookup& operator=(const name_lookup&) = delete;

    /// Calls `done` once, after this has returned, unless it is forgotten first. A name that is
    /// being looked up already is not asked for again.
    ticket ask(const std::string& name, handler done);
    void forget(ticket asked);

 private:
    class state;
    std::shared_ptr<state> state_;
};

}  // namespace nexo_mock::net
