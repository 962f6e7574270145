#pragma once

namespace support {

/// As many as `usual`, and a third of them under ThreadSanitizer: it makes each step many times
/// slower, and sees a race long before the last.
constexpr int fewer_under_tsan(int usual) {
#if defined(__SANITIZE_THREAD__)
    return usual / 3;
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
    return usual / 3;
#endif
#endif
    return usual;
}

}  // namespace support
