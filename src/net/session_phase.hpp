#pragma once

#include <nexo_mock/net/limits.hpp>

#include <chrono>
#include <cstdint>
#include <optional>

namespace nexo_mock::net {

/// What a connection is busy with.
enum class session_phase : std::uint8_t {
    handshake,
    idle,
    header,
    body,
    handling,
    playing,
    streaming,
    writing,
    lingering
};

/// How long that may last; none: as long as it takes, or as its plan says.
constexpr std::optional<std::chrono::milliseconds> time_for(session_phase what,
                                                            const limits& bounds) {
    switch (what) {
        case session_phase::handshake: return bounds.handshake;
        case session_phase::idle: return bounds.idle;
        case session_phase::header: return bounds.header;
        case session_phase::body: return bounds.body;
        case session_phase::handling:
        case session_phase::playing: break;
        case session_phase::streaming: return bounds.heartbeat;
        case session_phase::writing: return bounds.write;
        case session_phase::lingering: return bounds.linger;
    }
    return std::nullopt;
}

}  // namespace nexo_mock::net
