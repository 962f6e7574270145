#include <support/counted_memory.hpp>

#include <atomic>
#include <cstdlib>
#include <malloc.h>
#include <new>

// NOLINTBEGIN(cppcoreguidelines-avoid-non-const-global-variables): what new and delete count is one
// NOLINTBEGIN(cppcoreguidelines-owning-memory,cppcoreguidelines-no-malloc): here it is managed

namespace {

std::atomic<std::size_t> live = 0;
std::atomic<std::size_t> peak = 0;
std::atomic<std::uint64_t> allocations = 0;

std::size_t size_of(void* block) {
    return malloc_usable_size(block) + sizeof(std::size_t);
}

void* counted(void* block) {
    if (block == nullptr) throw std::bad_alloc{};
    const auto now = live += size_of(block);
    auto most = peak.load();
    while (now > most && !peak.compare_exchange_weak(most, now)) {
    }
    ++allocations;
    return block;
}

void give_back(void* block) {
    if (block == nullptr) return;
    live -= size_of(block);
    std::free(block);
}

}  // namespace

namespace support {

counted_memory memory_now() {
    return {live, peak, allocations};
}

void begin_peak() {
    peak = live.load();
}

}  // namespace support

// All other forms of new and delete call these.
void* operator new(std::size_t size) {
    return counted(std::malloc(size));
}
void* operator new(std::size_t size, std::align_val_t alignment) {
    const auto to = static_cast<std::size_t>(alignment);
    return counted(std::aligned_alloc(to, (size + to - 1) / to * to));
}
void operator delete(void* block) noexcept {
    give_back(block);
}
void operator delete(void* block, std::size_t) noexcept {
    give_back(block);
}
void operator delete(void* block, std::align_val_t) noexcept {
    give_back(block);
}
void operator delete(void* block, std::size_t, std::align_val_t) noexcept {
    give_back(block);
}

// NOLINTEND(cppcoreguidelines-owning-memory,cppcoreguidelines-no-malloc)
// NOLINTEND(cppcoreguidelines-avoid-non-const-global-variables)
