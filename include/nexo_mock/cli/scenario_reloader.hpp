#pragma once

#include <nexo_mock/cli/scenario_source.hpp>
#include <nexo_mock/runtime/file_watch.hpp>
#include <nexo_mock/runtime/server.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <functional>
#include <optional>

namespace nexo_mock::cli {

/// Reads the scenario's file again when it changes and on SIGHUP, and lets the server go on under
/// it. A file with mistakes, or one that can't be read, is told of in the log, and the scenario
/// that was good stays. What is no file but a pipe or a device is read once, at the start. On the
/// thread of its io_context.
class scenario_reloader {
 public:
    /// What the command line makes of a scenario before it is used.
    using prepare = std::function<domain::scenario_ptr(const domain::scenario_ptr&)>;

    /// SIGHUP is caught from here on, unless the scenario is built in and has no file; what came
    /// until start() is seen to then.
    scenario_reloader(boost::asio::io_context& context, scenario_source source, prepare finish);

    const scenario_source& source() const { return source_; }
    void start(runtime::server& running);
    void stop();

 private:
    void await_signal();
    void on_change();
    void reload(const char* why);
    void adopt(std::string text, const char* why);
    void refuse(const std::exception& why) const;
    void use(const domain::scenario_ptr& fresh, const char* why);

    boost::asio::io_context& context_;
    boost::asio::signal_set hangup_;
    std::optional<runtime::file_watch> watch_;
    prepare prepare_;
    scenario_source source_;  // its text is the one that was read last
    bool is_gone_ = false;    // and the log says so
    runtime::server* server_ = nullptr;
};

}  // namespace nexo_mock::cli
