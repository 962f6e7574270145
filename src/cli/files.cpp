#include <nexo_mock/cli/files.hpp>

#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace nexo_mock::cli {

namespace {

[[noreturn]] void fail_to(const char* what, const std::string& path) {
    throw std::runtime_error{std::string{"can't "} + what + " \"" + path +
                             "\": " + std::strerror(errno)};
}

constexpr std::string_view draft_mark = ".new-";  // before the number of the process

bool is_of_dead_process(std::string_view number) {
    pid_t process = 0;
    const auto* end = number.data() + number.size();
    const auto [stop, ec] = std::from_chars(number.data(), end, process);
    const bool is_number = ec == std::errc{} && stop == end && process > 0;
    return is_number && ::kill(process, 0) != 0 && errno == ESRCH;
}

/// A descriptor that closes itself.
class open_file {
 public:
    open_file(const std::string& path, int flags, mode_t mode = S_IRUSR | S_IWUSR)
        // NOLINTNEXTLINE(cppcoreguidelines-pro-type-vararg): POSIX declares it so
        : fd_{::open(path.c_str(), flags | O_CLOEXEC, mode)} {}
    ~open_file() {
        if (fd_ >= 0) ::close(fd_);
    }
    open_file(const open_file&) = delete;
    open_file& operator=(const open_file&) = delete;

    bool is_open() const { return fd_ >= 0; }
    bool write_all(std::string_view text) const {
        while (!text.empty()) {
            const auto size = ::write(fd_, text.data(), text.size());
            if (size < 0 && errno != EINTR) return false;
            if (size > 0) text.remove_prefix(static_cast<std::size_t>(size));
        }
        return ::fsync(fd_) == 0;
    }
    void sync() const { ::fsync(fd_); }

 private:
    int fd_;
};

}  // namespace

std::string read_file(const std::string& path) {
    if (std::filesystem::is_directory(path)) {
        throw std::runtime_error{"can't read \"" + path + "\": it is a directory"};
    }
    errno = 0;
    std::ifstream file{path, std::ios::binary};
    std::string text{std::istreambuf_iterator<char>{file}, std::istreambuf_iterator<char>{}};
    if (!file.is_open() || file.bad()) {
        throw std::runtime_error{"can't read \"" + path + "\": " + std::strerror(errno)};
    }
    return text;
}

void check_writable(const std::string& path) {
    const auto folder = std::filesystem::absolute(path).parent_path();
    if (std::filesystem::is_directory(path)) {
        throw std::runtime_error{"can't write \"" + path + "\": it is a directory"};
    }
    if (::access(folder.c_str(), W_OK | X_OK) != 0) fail_to("write to the folder of", path);
}

// The text is on the disk before the name is: whenever the process or the machine dies, the name
// means the old text or the new one, and all of it.
void replace_file(const std::string& path, std::string_view text, readable_by whom) {
    const auto draft = path + std::string{draft_mark} + std::to_string(::getpid());
    const mode_t others = whom == readable_by::everybody ? S_IRGRP | S_IROTH : 0;
    {
        const open_file file{draft, O_WRONLY | O_CREAT | O_TRUNC, S_IRUSR | S_IWUSR | others};
        if (!file.is_open()) fail_to("write", draft);
        if (!file.write_all(text)) {
            const auto why = errno;
            ::unlink(draft.c_str());
            errno = why;
            fail_to("write", draft);
        }
    }
    if (::rename(draft.c_str(), path.c_str()) != 0) {
        const auto why = errno;
        ::unlink(draft.c_str());
        errno = why;
        fail_to("replace", path);
    }
    const open_file folder{std::filesystem::absolute(path).parent_path(), O_RDONLY | O_DIRECTORY};
    if (folder.is_open()) folder.sync();
}

void remove_drafts(const std::string& path) {
    const auto file = std::filesystem::absolute(path);
    const auto beginning = file.filename().string() + std::string{draft_mark};
    std::error_code ignored;
    for (const auto& each : std::filesystem::directory_iterator{file.parent_path(), ignored}) {
        const auto name = each.path().filename().string();
        const bool is_draft = name.starts_with(beginning) &&
                              is_of_dead_process(std::string_view{name}.substr(beginning.size()));
        if (is_draft) std::filesystem::remove(each.path(), ignored);
    }
}

bool can_write_to(const std::string& folder) {
    return ::access(folder.c_str(), W_OK | X_OK) == 0;
}

folder_lock::folder_lock(const std::string& folder)
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-vararg): POSIX declares it so
    : fd_{::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)} {
    if (fd_ < 0) fail_to("open the folder", folder);
    while (::flock(fd_, LOCK_EX) != 0) {
        if (errno == EINTR) continue;
        const auto why = errno;
        ::close(fd_);
        errno = why;
        fail_to("lock the folder", folder);
    }
}

folder_lock::~folder_lock() {
    ::close(fd_);
}

}  // namespace nexo_mock::cli
