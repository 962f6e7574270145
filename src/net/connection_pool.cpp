#include <nexo_mock/net/connection_pool.hpp>

#include <algorithm>
#include <iterator>
#include <utility>

namespace nexo_mock::net {

// A target without idle connections stays until close_unused(): it is likely to be used again.
connection_pool::connection_ptr connection_pool::take(const codec::http_url& to,
                                                      time_point oldest) {
    const auto found = idle_.find(to);
    if (found == idle_.end()) return nullptr;
    auto& kept = found->second;
    while (!kept.empty()) {
        auto candidate = std::move(kept.back());
        kept.pop_back();
        if (candidate.since >= oldest && candidate.what->is_usable()) return candidate.what;
    }
    return nullptr;
}

void connection_pool::keep(connection_ptr used, time_point now) {
    auto& kept = idle_[used->target()];
    if (kept.size() >= most_per_target_) kept.erase(kept.begin());
    kept.push_back({std::move(used), now});
}

void connection_pool::close_unused(time_point since) {
    for (auto target = idle_.begin(); target != idle_.end();) {
        auto& kept = target->second;
        const auto used = std::ranges::upper_bound(kept, since, {}, &idle_connection::since);
        kept.erase(kept.begin(), used);
        target = kept.empty() ? idle_.erase(target) : std::next(target);
    }
}

}  // namespace nexo_mock::net
