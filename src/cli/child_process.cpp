#include <nexo_mock/cli/child_process.hpp>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <ctime>
#include <dirent.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <pthread.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

namespace nexo_mock::cli {

namespace {

constexpr int passed_on[] = {SIGTERM, SIGHUP, SIGINT, SIGQUIT, SIGUSR1, SIGUSR2};

[[noreturn]] void fail_with(int error, const std::string& what) {
    throw std::system_error{error, std::generic_category(), what};
}

void require(bool done, const char* what) {
    if (!done) fail_with(errno, what);
}

/// Ascending; the standard streams where the system does not say.
std::vector<int> open_descriptors() {
    auto* folder = ::opendir("/proc/self/fd");
    if (folder == nullptr) return {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO};
    std::vector<int> found;
    while (const auto* entry = ::readdir(folder)) {
        const std::string name = static_cast<const char*>(entry->d_name);
        if (name.starts_with('.')) continue;
        const int descriptor = std::stoi(name);
        if (descriptor != ::dirfd(folder)) found.push_back(descriptor);
    }
    ::closedir(folder);
    std::ranges::sort(found);
    return found;
}

std::vector<char*> pointers_to(const std::vector<std::string>& texts) {
    std::vector<char*> pointers;
    for (const auto& each : texts)
        // NOLINTNEXTLINE(cppcoreguidelines-pro-type-const-cast): exec declares it so, and reads
        pointers.push_back(const_cast<char*>(each.c_str()));
    pointers.push_back(nullptr);
    return pointers;
}

// --- what runs between fork and exec: nothing that takes a lock or memory, for other threads may
// have held those

/// Those from `first` to `last` end with exec.
void close_on_exec(unsigned first, unsigned last) {
    if (first > last || ::close_range(first, last, CLOSE_RANGE_CLOEXEC) == 0) return;
    const auto most = std::min(last, static_cast<unsigned>(std::max(::sysconf(_SC_OPEN_MAX), 3L)));
    for (auto each = first; each <= most; ++each)
        // NOLINTNEXTLINE(cppcoreguidelines-pro-type-vararg): POSIX declares it so
        ::fcntl(static_cast<int>(each), F_SETFD, FD_CLOEXEC);
}

void keep_only(const std::vector<int>& descriptors) {
    unsigned next = 0;
    for (const auto each : descriptors) {
        const auto kept = static_cast<unsigned>(each);
        if (kept > next) close_on_exec(next, kept - 1);
        next = kept + 1;
    }
    close_on_exec(next, INT_MAX);
}

struct start_order {
    const std::vector<char*>& words;
    const std::vector<char*>& environment;
    const std::vector<int>& descriptors;
    const sigset_t& mask;
    pid_t parent;
    int report_to;
};

[[noreturn]] void become(const start_order& order) {
    keep_only(order.descriptors);
    for (const auto each : {SIGPIPE, SIGXFSZ})
        std::signal(each, SIG_DFL);
    ::pthread_sigmask(SIG_SETMASK, &order.mask, nullptr);
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-vararg): Linux declares it so
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (::getppid() == order.parent) {  // else it has died already, and the signal with it
        ::execvpe(order.words[0], order.words.data(), order.environment.data());
        const int error = errno;
        [[maybe_unused]] const auto told = ::write(order.report_to, &error, sizeof error);
    }
    ::_exit(127);
}

// ---

/// Whether the terminal made it, of a key, for all of its foreground processes.
bool is_of_terminal(const signalfd_siginfo& info) {
    const bool has_key = info.ssi_signo == SIGINT || info.ssi_signo == SIGQUIT;
    return has_key && info.ssi_code == SI_KERNEL;
}

}  // namespace

child_process::child_process() : inherited_{open_descriptors()} {
    ::sigemptyset(&caught_);
    ::sigaddset(&caught_, SIGCHLD);
    for (const auto each : passed_on)
        ::sigaddset(&caught_, each);
    std::signal(SIGCHLD, SIG_DFL);  // who ignores it is not told of a child's end
    const auto error = ::pthread_sigmask(SIG_BLOCK, &caught_, &before_);
    if (error != 0) fail_with(error, "can't block signals");
    signals_ = ::signalfd(-1, &caught_, SFD_CLOEXEC);
    require(signals_ >= 0, "can't take signals");
}

child_process::~child_process() {
    release_signals();
}

void child_process::start(const std::vector<std::string>& words,
                          const std::vector<std::string>& environment) {
    int report[2];
    require(::pipe2(report, O_CLOEXEC) == 0, "can't open a pipe");
    const auto arguments = pointers_to(words);
    const auto variables = pointers_to(environment);
    const start_order order{arguments, variables, inherited_, before_, ::getpid(), report[1]};
    pid_ = ::fork();
    if (pid_ == 0) become(order);
    const int fork_error = errno;
    ::close(report[1]);
    int error = pid_ < 0 ? fork_error : 0;
    if (pid_ > 0 && ::read(report[0], &error, sizeof error) <= 0) error = 0;  // exec closed it
    ::close(report[0]);
    if (error == 0) return;
    if (pid_ > 0) ::waitpid(pid_, nullptr, 0);
    pid_ = -1;
    fail_with(error, words[0]);
}

child_end child_process::wait() {
    for (;;) {
        signalfd_siginfo info{};
        require(::read(signals_, &info, sizeof info) == sizeof info, "can't read signals");
        if (info.ssi_signo != SIGCHLD) {
            if (!is_of_terminal(info)) ::kill(pid_, static_cast<int>(info.ssi_signo));
            continue;
        }
        int status = 0;
        if (::waitpid(pid_, &status, WNOHANG) != pid_) continue;
        pid_ = -1;
        release_signals();
        if (WIFSIGNALED(status)) return {0, WTERMSIG(status)};
        return {WEXITSTATUS(status), 0};
    }
}

// What was for the child is over with it: a Ctrl-C that ended it must not end this process, too.
void child_process::release_signals() {
    if (signals_ < 0) return;
    constexpr timespec at_once{};
    while (::sigtimedwait(&caught_, nullptr, &at_once) > 0) {
    }
    ::close(signals_);
    signals_ = -1;
    ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

}  // namespace nexo_mock::cli
