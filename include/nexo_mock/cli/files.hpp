#pragma once

#include <string>
#include <string_view>

/// Files of the user's. Each throws std::runtime_error that names the file and says why.
namespace nexo_mock::cli {

/// The whole of a file.
std::string read_file(const std::string& path);

/// Throws if replace_file() could not write there.
void check_writable(const std::string& path);

/// Writes a file that only its owner may read, in the place of the one that is there: whoever reads
/// it finds the old text or the new one, and all of it, whatever happens meanwhile.
void replace_file(const std::string& path, std::string_view text);

}  // namespace nexo_mock::cli
