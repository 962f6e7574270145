#include <nexo_mock/runtime/sim_clock.hpp>

#include <algorithm>

namespace nexo_mock::runtime {

using std::chrono::duration_cast;

domain::time_point wall_time() {
    return std::chrono::time_point_cast<domain::duration>(std::chrono::system_clock::now());
}

sim_clock::sim_clock(const codec::clock_setting& setting, domain::time_point start, real_time now)
    : setting_{setting}, sim_anchor_{start}, real_anchor_{now} {}

domain::time_point sim_clock::now(real_time at) const {
    if (!runs()) return sim_anchor_;
    const auto passed = std::max(at - real_anchor_, real_time::duration{});
    if (setting_.mode != codec::clock_mode::scaled) {
        return domain::after(sim_anchor_, duration_cast<domain::duration>(passed));
    }
    const std::chrono::duration<double, std::micro> scaled = passed * setting_.factor;
    const std::chrono::duration<double, std::micro> left = domain::latest - sim_anchor_;
    return scaled >= left ? domain::latest : sim_anchor_ + duration_cast<domain::duration>(scaled);
}

void sim_clock::change(const codec::clock_setting& setting, real_time at) {
    sim_anchor_ = now(at);
    real_anchor_ = at;
    setting_ = setting;
}

void sim_clock::jump_to(domain::time_point to, real_time at) {
    sim_anchor_ = std::clamp(to, now(at), domain::latest);
    real_anchor_ = at;
}

std::optional<real_time> sim_clock::real_time_of(domain::time_point due, real_time at) const {
    using std::chrono::nanoseconds;
    if (!runs() || setting_.mode == codec::clock_mode::instant) return std::nullopt;
    const std::chrono::duration<double, std::nano> ahead = due - now(at);
    constexpr std::chrono::duration<double, std::nano> farthest = std::chrono::hours{24 * 365};
    const auto real_ahead = std::min(ahead / setting_.factor, farthest);
    // Rounded up by a microsecond, so that the moment has come when it is asked for.
    return at + duration_cast<nanoseconds>(real_ahead) + std::chrono::microseconds{1};
}

}  // namespace nexo_mock::runtime
