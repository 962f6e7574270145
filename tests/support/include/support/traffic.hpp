#pragma once

#include <nexo_mock/codec/json_writer.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <unistd.h>

namespace support {

/// Keeps what servers under test answered, for the check of all replies against
/// openapi/openapi.json: a line of JSON for each exchange. Threads may share one.
class traffic_log {
 public:
    static constexpr int most_alike = 40;  ///< of a method, path without numbers, and status

    /// Into a file of this process in that folder; null or empty: nothing is kept.
    explicit traffic_log(const char* folder) {
        if (folder == nullptr || *folder == '\0') return;
        std::filesystem::create_directories(folder);
        const auto name = "api-" + std::to_string(getpid()) + ".jsonl";
        file_.open(std::filesystem::path{folder} / name, std::ios::app);
    }

    void record(std::string_view method, std::string_view target, unsigned status,
                std::string_view content_type, std::string_view body) {
        if (!file_.is_open()) return;
        const std::lock_guard lock{mutex_};
        const auto kind = std::string{method} + ' ' + without_numbers(target);
        if (++alike_[kind + ' ' + std::to_string(status)] > most_alike) return;
        std::string line;
        nexo_mock::codec::json_writer{line}
            .begin_object()
            .member("method", method)
            .member("path", target)
            .member("status", status)
            .member("content_type", content_type)
            .member("body", body)
            .end_object();
        file_ << line << '\n' << std::flush;
    }

 private:
    /// The path with each step that has a digit in it cut to a "#".
    static std::string without_numbers(std::string_view target) {
        std::string path;
        std::string step;
        for (const char c : std::string{target.substr(0, target.find('?'))} + '/') {
            step += c;
            if (c != '/') continue;
            const bool is_number = step.find_first_of("0123456789") != std::string::npos;
            path += is_number ? "#/" : step;
            step.clear();
        }
        return path;
    }

    std::mutex mutex_;
    std::ofstream file_;
    std::map<std::string, int> alike_;
};

/// That of this process, in the folder that NEXO_MOCK_TRAFFIC names.
inline traffic_log& traffic() {
    static traffic_log log{std::getenv("NEXO_MOCK_TRAFFIC")};
    return log;
}

}  // namespace support
