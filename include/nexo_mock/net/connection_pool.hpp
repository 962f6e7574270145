#pragma once

#include <nexo_mock/codec/http_url.hpp>
#include <nexo_mock/net/client_connection.hpp>

#include <chrono>
#include <cstddef>
#include <map>
#include <memory>
#include <tuple>
#include <vector>

namespace nexo_mock::net {

/// Connections that wait for the next request to their target. Not for sharing between threads.
class connection_pool {
 public:
    using time_point = std::chrono::steady_clock::time_point;
    using connection_ptr = std::shared_ptr<client_connection>;

    explicit connection_pool(std::size_t most_per_target) : most_per_target_{most_per_target} {}

    /// The one that was used last, if it was used since `oldest` and is still usable; else null.
    /// Those found unusable are closed.
    connection_ptr take(const codec::http_url& to, time_point oldest);
    /// It was used until `now`. The oldest of its target goes if there are too many.
    void keep(connection_ptr used, time_point now);
    /// Closes what was not used since.
    void close_unused(time_point since);
    void clear() { idle_.clear(); }

    bool is_empty() const { return idle_.empty(); }

 private:
    struct idle_connection {
        connection_ptr what;
        time_point since;
    };
    struct by_place {
        using is_transparent = void;
        template <class A, class B>
        bool operator()(const A& a, const B& b) const {
            return std::tie(a.is_tls, a.host, a.port) < std::tie(b.is_tls, b.host, b.port);
        }
    };

    std::size_t most_per_target_;
    std::map<client_target, std::vector<idle_connection>, by_place> idle_;  // the oldest first
};

}  // namespace nexo_mock::net
