#pragma once

#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>

namespace support {

/// The text of a file of the repository, by its path from the root.
inline std::string repository_file(const std::string& path) {
    std::ifstream in{NEXO_MOCK_SOURCE_DIR "/" + path, std::ios::binary};
    if (!in) throw std::runtime_error{"can't open " + path};
    return {std::istreambuf_iterator<char>{in}, {}};
}

}  // namespace support
