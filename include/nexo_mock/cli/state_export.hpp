#pragma once

#include <nexo_mock/domain/time.hpp>
#include <nexo_mock/runtime/server.hpp>

#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

namespace nexo_mock::cli {

/// Writes the state of a running emulator to a file: every so often on a thread of its own, and at
/// the end. The file is always whole, the state of one time or of the time before.
class state_export {
 public:
    /// `file`: empty is none, and nothing is ever written. `every`: zero is at the end alone.
    state_export(runtime::server& of, std::string file, domain::duration every);
    /// Waits for what is being written.
    ~state_export();
    state_export(const state_export&) = delete;
    state_export& operator=(const state_export&) = delete;

    /// The last one. Throws std::runtime_error if it can't be written; those before are logged, and
    /// tried again when the next is due.
    void finish();

 private:
    void run();
    void write_logged();
    void end_thread();

    runtime::server& server_;
    const std::string file_;
    const domain::duration every_;
    std::mutex mutex_;
    std::condition_variable ends_;
    bool is_ending_ = false;
    std::string failure_;  // of the last one; empty if it was written
    std::thread thread_;
};

}  // namespace nexo_mock::cli
