#pragma once

#include <csignal>
#include <string>
#include <system_error>
#include <vector>

namespace nexo_mock::cli {

/// How a process ended.
struct child_end {
    int code = 0;
    int signal = 0;  ///< that killed it; 0: it ended by itself, with the code
};

/// One child of this process, which lives as if it stood in its place: it has its terminal, its
/// process group, its standard streams and the other descriptors that were open at the
/// construction, and gets the signals that this one is sent. Belongs to the main thread. Construct
/// it before any other thread is started: those must not take its signals.
class child_process {
 public:
    /// From here on signals that would end this process wait for the child. Throws
    /// std::system_error if the system refuses.
    child_process();
    ~child_process();
    child_process(const child_process&) = delete;
    child_process& operator=(const child_process&) = delete;

    /// Runs `words`, its program looked up in PATH; `environment`: "NAME=value" each. The child is
    /// told to terminate when this process dies of whatever cause. Throws std::system_error; what
    /// the program's start failed with is its code.
    void start(const std::vector<std::string>& words, const std::vector<std::string>& environment);

    /// Waits for its end, and passes on what this process is sent meanwhile: SIGTERM, SIGHUP,
    /// SIGINT, SIGQUIT, SIGUSR1, SIGUSR2. What a key of the terminal made is not passed on, as the
    /// child got it, too. Afterwards signals mean again what they did.
    child_end wait();

 private:
    void release_signals();

    std::vector<int> inherited_;  // descriptors, ascending
    sigset_t caught_{};
    sigset_t before_{};
    int signals_ = -1;
    int pid_ = -1;
};

}  // namespace nexo_mock::cli
