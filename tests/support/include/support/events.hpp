#pragma once

#include <support/http.hpp>
#include <support/json.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace support {

/// One Server-Sent Event.
struct sse {
    std::string id;  ///< empty: it has none
    std::string type;
    std::string data;
};

/// One who follows GET /_mock/events over a connection of its own.
class follower {
 public:
    /// Returns once the stream has begun: what happens from then on is followed. An empty key
    /// follows all accounts.
    explicit follower(std::uint16_t port, std::string_view key = {}, std::string_view seen = {})
        : follower{connection{port}, key, seen} {}

    follower(connection over, std::string_view key, std::string_view seen)
        : connection_{std::move(over)} {
        std::string more;
        if (!seen.empty()) more = "Last-Event-ID: " + std::string{seen} + "\r\n";
        connection_.write(request_text("GET", "/_mock/events", key, {}, more));
        head_ = take("\r\n\r\n").value_or("");
        begins_ = take("\n\n").value_or("");
        if (!begins_.starts_with(':')) text_.insert(0, begins_ + "\n\n");
    }

    const std::string& head() const { return head_; }
    /// The comment that a stream begins with, if it is not a gap.
    const std::string& begins() const { return begins_; }

    /// The next event, comments left out; none once the stream has ended.
    std::optional<sse> next() {
        for (;;) {
            const auto block = take("\n\n");
            if (!block) return std::nullopt;
            if (block->starts_with(':')) continue;
            return sse{field(*block, "id: "), field(*block, "event: "), field(*block, "data: ")};
        }
    }

    /// Those up to and with the first of that type; all of them if the stream ends before.
    std::vector<sse> up_to(std::string_view type) {
        std::vector<sse> all;
        while (const auto each = next()) {
            all.push_back(*each);
            if (each->type == type) break;
        }
        return all;
    }

    connection& over() { return connection_; }

 private:
    /// What comes before that mark, which is taken as well.
    std::optional<std::string> take(std::string_view mark) {
        if (!connection_.read_until(text_, std::string{mark})) return std::nullopt;
        const auto size = text_.find(mark);
        auto block = text_.substr(0, size);
        text_.erase(0, size + mark.size());
        return block;
    }

    static std::string field(std::string_view block, std::string_view name) {
        const auto at = block.starts_with(name) ? 0 : block.find('\n' + std::string{name});
        if (at == std::string_view::npos) return {};
        auto rest = block.substr(at + name.size() + (at == 0 ? 0 : 1));
        return std::string{rest.substr(0, rest.find('\n'))};
    }

    connection connection_;
    std::string text_;
    std::string head_;
    std::string begins_;
};

}  // namespace support
