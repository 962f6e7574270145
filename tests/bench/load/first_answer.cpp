#include "first_answer.hpp"

#include "reply_reader.hpp"
#include "socket.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <spawn.h>
#include <stdexcept>
#include <sys/socket.h>
#include <sys/wait.h>
#include <system_error>
#include <thread>
#include <unistd.h>

namespace bench {

namespace {

using clock = std::chrono::steady_clock;
constexpr int reply_patience_ms = 1000;

// Of the server that is running, for a handler of signals, which knows nothing else.
volatile sig_atomic_t server_group = 0;  // NOLINT(*-avoid-non-const-global-variables)

extern "C" void end_server(int signal) {
    if (server_group > 0) kill(-server_group, SIGKILL);
    _exit(128 + signal);
}

void run_on(int core) {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(static_cast<unsigned>(core), &set);
    if (sched_setaffinity(0, sizeof set, &set) != 0) {
        throw std::system_error{errno, std::generic_category(), "sched_setaffinity"};
    }
}

/// A process in a group of its own, on the core that this one runs on.
class server_process {
 public:
    explicit server_process(const start_settings& settings) {
        std::vector<char*> words;
        words.reserve(settings.command.size() + 1);
        for (const auto& each : settings.command)
            words.push_back(const_cast<char*>(each.c_str()));  // NOLINT(*-const-cast)
        words.push_back(nullptr);
        posix_spawn_file_actions_t files;
        posix_spawn_file_actions_init(&files);
        posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
        posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, settings.log.c_str(),
                                         O_WRONLY | O_CREAT | O_APPEND, 0600);
        posix_spawn_file_actions_adddup2(&files, STDOUT_FILENO, STDERR_FILENO);
        posix_spawnattr_t how;
        posix_spawnattr_init(&how);
        posix_spawnattr_setflags(&how, POSIX_SPAWN_SETPGROUP);
        posix_spawnattr_setpgroup(&how, 0);
        const auto error = posix_spawnp(&id_, words.front(), &files, &how, words.data(), environ);
        posix_spawnattr_destroy(&how);
        posix_spawn_file_actions_destroy(&files);
        if (error != 0) {
            throw std::system_error{error, std::generic_category(), settings.command.front()};
        }
        server_group = id_;
    }
    server_process(const server_process&) = delete;
    server_process& operator=(const server_process&) = delete;

    /// Ends it as an operator does, then by force.
    ~server_process() {
        kill(-id_, SIGTERM);
        const auto until = clock::now() + std::chrono::seconds{10};
        while (!has_ended() && clock::now() < until)
            std::this_thread::sleep_for(std::chrono::milliseconds{1});
        kill(-id_, SIGKILL);
        if (!has_ended_) waitpid(id_, nullptr, 0);
        server_group = 0;
    }

    bool has_ended() {
        if (!has_ended_) has_ended_ = waitpid(id_, nullptr, WNOHANG) == id_;
        return has_ended_;
    }

 private:
    pid_t id_ = 0;
    bool has_ended_ = false;
};

/// False if nobody listens, or what comes is no answer of 2xx: a server may listen before it is
/// ready.
bool is_answered(const start_settings& settings) {
    const auto socket = connect_to(settings.port, 0);
    if (!socket ||
        send(socket.get(), settings.request.data(), settings.request.size(), MSG_NOSIGNAL) < 0) {
        return false;
    }
    std::string came;
    std::array<char, 16 * 1024> part;
    pollfd input{.fd = socket.get(), .events = POLLIN, .revents = 0};
    while (poll(&input, 1, reply_patience_ms) == 1) {
        const auto size = recv(socket.get(), part.data(), part.size(), 0);
        if (size <= 0) return false;
        came.append(part.data(), static_cast<std::size_t>(size));
        if (const auto reply = read_reply(came)) return reply->status / 100 == 2;
    }
    return false;
}

}  // namespace

std::chrono::nanoseconds time_to_first_answer(const start_settings& settings) {
    std::signal(SIGINT, end_server);
    std::signal(SIGTERM, end_server);
    cpu_set_t before;
    sched_getaffinity(0, sizeof before, &before);
    run_on(settings.core);
    const auto began = clock::now();
    server_process server{settings};
    CPU_CLR(static_cast<unsigned>(settings.core), &before);
    if (CPU_COUNT(&before) > 0) sched_setaffinity(0, sizeof before, &before);
    while (true) {
        if (is_answered(settings)) return clock::now() - began;
        if (server.has_ended()) throw std::runtime_error{"it ended without an answer"};
        if (clock::now() - began > settings.patience) throw std::runtime_error{"it did not answer"};
    }
}

}  // namespace bench
