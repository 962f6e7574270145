#include <nexo_mock/cli/commands.hpp>
#include <nexo_mock/cli/scenario_reloader.hpp>
#include <nexo_mock/runtime/log.hpp>

#include <csignal>

namespace nexo_mock::cli {

using runtime::log;
using runtime::log_level;

scenario_reloader::scenario_reloader(boost::asio::io_context& context, prepare finish)
    : context_{context}, hangup_{context, SIGHUP}, prepare_{std::move(finish)} {}

void scenario_reloader::start(scenario_source source, server& running) {
    source_ = std::move(source);
    server_ = &running;
    await_signal();
    if (source_.is_built_in) return;
    try {
        watch_.emplace(context_, source_.name, [this] { on_change(); });
    } catch (const std::exception& e) {
        log(log_level::warn, "can't watch the scenario's file; SIGHUP reads it again",
            {{"file", source_.name}, {"why", e.what()}});
    }
    on_change();  // it may have changed between its reading and the watch
}

void scenario_reloader::stop() {
    hangup_.cancel();
    if (watch_) watch_->stop();
}

void scenario_reloader::await_signal() {
    hangup_.async_wait([this](const boost::system::error_code& stopped, int) {
        if (stopped) return;
        if (source_.is_built_in) {
            log(log_level::info, "SIGHUP: the scenario is built in, there is no file to read again",
                {{"scenario", source_.name}});
        } else {
            reload("SIGHUP");
        }
        await_signal();
    });
}

/// The watch tells of much that is no change of what the file says.
void scenario_reloader::on_change() {
    bool is_gone = false;  // reload() says so
    try {
        if (read_file(source_.name) == source_.text) return;
    } catch (const std::runtime_error&) {
        is_gone = true;
    }
    reload(is_gone ? "the file is gone" : "the file changed");
}

void scenario_reloader::reload(const char* why) {
    try {
        source_.text = read_file(source_.name);
        const auto reading = codec::read_scenario(source_.text);
        for (const auto& each : reading.mistakes) {
            const bool is_error = each.level == codec::severity::error;
            log(is_error ? log_level::error : log_level::warn, codec::format(each, source_.name));
        }
        if (!reading.scenario) throw wrong_usage{"it has mistakes"};
        use(prepare_(reading.scenario), why);
    } catch (const std::exception& e) {
        log(log_level::error, "scenario not reloaded, the one before stays",
            {{"file", source_.name}, {"why", e.what()}});
    }
}

void scenario_reloader::use(const domain::scenario_ptr& fresh, const char* why) {
    const auto& before = server_->scenario()->webhook;
    if (fresh->webhook.ca_file != before.ca_file || fresh->webhook.insecure != before.insecure) {
        log(log_level::warn, "webhook.ca_file and webhook.insecure stay as they were at the start");
    }
    server_->replace_scenario(fresh);
    log(log_level::info, "scenario reloaded",
        {{"scenario", fresh->name},
         {"rules", std::to_string(fresh->rules.size())},
         {"file", source_.name},
         {"because", why}});
}

}  // namespace nexo_mock::cli
