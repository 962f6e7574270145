#include <nexo_mock/cli/commands.hpp>
#include <nexo_mock/cli/files.hpp>
#include <nexo_mock/cli/scenario_reloader.hpp>
#include <nexo_mock/runtime/log.hpp>

#include <csignal>
#include <filesystem>
#include <utility>

namespace nexo_mock::cli {

using runtime::log;
using runtime::log_level;

namespace {

/// It is there, and to read it again might wait for a writer for ever, and the signals with it.
bool is_read_once(const std::string& path) {
    std::error_code unknown;
    const auto found = std::filesystem::status(path, unknown);
    return exists(found) && !is_regular_file(found) && !is_directory(found);
}

std::string read_again(const std::string& path) {
    if (is_read_once(path)) throw std::runtime_error{"it is no regular file and is read once"};
    return read_file(path);
}

}  // namespace

scenario_reloader::scenario_reloader(boost::asio::io_context& context, scenario_source source,
                                     prepare finish)
    : context_{context}, hangup_{context}, prepare_{std::move(finish)}, source_{std::move(source)} {
    if (!source_.is_built_in) hangup_.add(SIGHUP);
}

void scenario_reloader::start(runtime::server& running) {
    server_ = &running;
    if (source_.is_built_in) return;
    await_signal();
    if (is_read_once(source_.name)) {
        return log(log_level::info, "the scenario is no regular file: it is not watched",
                   {{"file", source_.name}});
    }
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
        reload("SIGHUP");
        await_signal();
    });
}

/// The watch tells of much that is no change of what the file says.
void scenario_reloader::on_change() {
    try {
        auto text = read_again(source_.name);
        is_gone_ = false;
        if (text != source_.text) adopt(std::move(text), "the file changed");
    } catch (const std::runtime_error& e) {
        if (!std::exchange(is_gone_, true)) refuse(e);
    }
    log(log_level::debug, "looked at the scenario's file", {{"file", source_.name}});
}

void scenario_reloader::reload(const char* why) {
    try {
        adopt(read_again(source_.name), why);
    } catch (const std::runtime_error& e) {
        refuse(e);
    }
}

void scenario_reloader::adopt(std::string text, const char* why) {
    try {
        source_.text = std::move(text);
        const auto reading = codec::read_scenario(source_.text);
        for (const auto& each : reading.mistakes) {
            const bool is_error = each.level == codec::severity::error;
            log(is_error ? log_level::error : log_level::warn, codec::format(each, source_.name));
        }
        if (!reading.scenario) throw wrong_usage{"it has mistakes"};
        use(prepare_(reading.scenario), why);
    } catch (const std::exception& e) {
        refuse(e);
    }
}

void scenario_reloader::refuse(const std::exception& why) const {
    log(log_level::error, "scenario not reloaded, the one before stays",
        {{"file", source_.name}, {"why", why.what()}});
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
