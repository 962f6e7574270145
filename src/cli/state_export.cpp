#include <nexo_mock/cli/files.hpp>
#include <nexo_mock/cli/state_export.hpp>
#include <nexo_mock/runtime/log.hpp>

#include <exception>
#include <utility>

namespace nexo_mock::cli {

using runtime::log;
using runtime::log_level;

state_export::state_export(runtime::server& of, std::string file, domain::duration every)
    : server_{of}, file_{std::move(file)}, every_{every} {
    if (file_.empty()) return;
    remove_drafts(file_);
    if (every_ > domain::duration{}) thread_ = std::thread{[this] { run(); }};
}

state_export::~state_export() {
    end_thread();
}

void state_export::finish() {
    end_thread();
    if (!file_.empty()) replace_file(file_, server_.export_state());
}

void state_export::end_thread() {
    {
        const std::lock_guard lock{mutex_};
        is_ending_ = true;
    }
    ends_.notify_all();
    if (thread_.joinable()) thread_.join();
}

// Counted from the end of the one before: a disk that is slower than the period is not kept busy.
void state_export::run() {
    std::unique_lock lock{mutex_};
    while (!ends_.wait_for(lock, every_, [this] { return is_ending_; })) {
        lock.unlock();
        write_logged();
        lock.lock();
    }
}

// A disk that stays full is told of once, and once more when it no longer is.
void state_export::write_logged() {
    std::string failure;
    try {
        replace_file(file_, server_.export_state());
        log(log_level::debug, "state exported", {{"file", file_}});
    } catch (const std::exception& e) {
        failure = e.what();
    }
    if (failure == failure_) return;
    failure_ = failure;
    if (failure.empty()) {
        return log(log_level::info, "the state is exported again", {{"file", file_}});
    }
    log(log_level::error, "the state was not exported, the file stays as it was",
        {{"file", file_}, {"why", failure}});
}

}  // namespace nexo_mock::cli
