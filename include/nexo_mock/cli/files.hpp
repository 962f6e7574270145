#pragma once

#include <cstdint>
#include <string>
#include <string_view>

/// Files of the user's. Each throws std::runtime_error that names the file and says why.
namespace nexo_mock::cli {

/// The whole of a file.
std::string read_file(const std::string& path);

/// Throws if replace_file() could not write there.
void check_writable(const std::string& path);

enum class readable_by : std::uint8_t { owner, everybody };

/// Writes a file in the place of the one that is there: whoever reads it finds the old text or the
/// new one, and all of it, whatever happens meanwhile.
void replace_file(const std::string& path, std::string_view text,
                  readable_by whom = readable_by::owner);

/// Takes away what replace_file() had begun to write there in processes that were killed.
void remove_drafts(const std::string& path);

/// Whether files can be made in the folder.
bool can_write_to(const std::string& folder);

/// One process at a time holds the lock of a folder. Waits for it.
class folder_lock {
 public:
    explicit folder_lock(const std::string& folder);
    ~folder_lock();
    folder_lock(const folder_lock&) = delete;
    folder_lock& operator=(const folder_lock&) = delete;

 private:
    int fd_;
};

}  // namespace nexo_mock::cli
