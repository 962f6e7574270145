#pragma once

#include <cstddef>
#include <cstdint>

/// What operator new gave and operator delete got back, in a suite that is linked with
/// support/src/counted_memory.cpp. Of all threads.
namespace support {

struct counted_memory {
    std::size_t live = 0;           ///< bytes, with what the allocator needs for each block
    std::size_t peak = 0;           ///< most of them at a time since begin_peak()
    std::uint64_t allocations = 0;  ///< ever
};

counted_memory memory_now();
void begin_peak();

}  // namespace support
