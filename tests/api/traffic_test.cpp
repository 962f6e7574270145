#include <support/traffic.hpp>

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

using support::traffic_log;

namespace {

/// A folder that does not exist yet, and is gone with this.
struct scratch_folder {
    std::string path =
        (std::filesystem::temp_directory_path() / ("nexo-mock-" + std::to_string(getpid())))
            .string();

    scratch_folder() = default;
    scratch_folder(const scratch_folder&) = delete;
    scratch_folder& operator=(const scratch_folder&) = delete;
    ~scratch_folder() { std::filesystem::remove_all(path); }

    std::vector<std::string> lines() const {
        std::vector<std::string> found;
        for (const auto& file : std::filesystem::directory_iterator{path}) {
            std::ifstream in{file.path()};
            for (std::string line; std::getline(in, line);)
                found.push_back(line);
        }
        return found;
    }
};

}  // namespace

TEST_CASE("a reply is kept as a line of JSON") {
    const scratch_folder folder;
    traffic_log log{folder.path.c_str()};
    log.record("GET", "/_mock/otp/x?after=1", 400, "application/json", R"({"ok":false})");
    CHECK(folder.lines() == std::vector<std::string>{
                                R"({"method":"GET","path":"/_mock/otp/x?after=1","status":400,)"
                                R"("content_type":"application/json","body":"{\"ok\":false}"})"});
}

TEST_CASE("of replies that differ in numbers alone some are kept, of others as many again") {
    const scratch_folder folder;
    traffic_log log{folder.path.c_str()};
    for (int i = 0; i < 2 * traffic_log::most_alike; ++i) {
        log.record("GET", "/_mock/otp/+8498" + std::to_string(i), 404, "", "");
    }
    CHECK(folder.lines().size() == traffic_log::most_alike);
    log.record("GET", "/_mock/otp/+84981234567", 200, "", "");
    log.record("HEAD", "/_mock/otp/+84981234567", 404, "", "");
    log.record("GET", "/_mock/deliveries/1?status=sent", 404, "", "");
    CHECK(folder.lines().size() == traffic_log::most_alike + 3);
}

TEST_CASE("without a folder nothing is kept") {
    traffic_log{nullptr}.record("GET", "/", 404, "", "");
    traffic_log{""}.record("GET", "/", 404, "", "");
    CHECK_FALSE(std::filesystem::exists("api-" + std::to_string(getpid()) + ".jsonl"));
}
