#include <nexo_mock/codec/json_writer.hpp>
#include <nexo_mock/domain/api_key.hpp>
#include <nexo_mock/runtime/event_bus.hpp>

#include <algorithm>
#include <deque>
#include <functional>
#include <mutex>
#include <unordered_map>
#include <utility>
#include <vector>

namespace nexo_mock::runtime {

namespace {

struct event {
    std::string key;
    std::string text;  // as it is sent
};

std::string as_sent(std::optional<std::uint64_t> id, std::string_view type, std::string_view data) {
    std::string text;
    if (id) text += "id: " + std::to_string(*id) + '\n';
    return text.append("event: ").append(type).append("\ndata: ").append(data).append("\n\n");
}

}  // namespace

struct event_bus::list {
    std::mutex mutex;  // guards everything below
    std::deque<event> events;
    std::uint64_t first = 1;  // number of events.front()
    std::unordered_map<const follower*, std::function<void()>> sleepers;
    std::size_t followers = 0;

    std::uint64_t next() const { return first + events.size(); }
};

/// Reads on from its place.
class event_bus::follower final : public api::reply_stream {
 public:
    follower(std::shared_ptr<list> of, control::scope which, std::optional<std::uint64_t> seen)
        : list_{std::move(of)}, which_{std::move(which)} {
        const std::lock_guard lock{list_->mutex};
        ++list_->followers;
        begin_behind(seen);
    }
    ~follower() override {
        const std::lock_guard lock{list_->mutex};
        --list_->followers;
        list_->sleepers.erase(this);
    }
    follower(const follower&) = delete;
    follower& operator=(const follower&) = delete;

    next read(std::string& out, std::size_t most) override {
        const auto before = out.size();
        out += std::exchange(notice_, {});
        const std::lock_guard lock{list_->mutex};
        if (place_ < list_->first) {
            out += as_sent(std::nullopt, "dropped",
                           R"({"reason":"too slow: )" + std::to_string(list_->first - place_) +
                               R"( events were evicted before they were read"})");
            return next::end;
        }
        for (; place_ != list_->next() && out.size() - before < most; ++place_) {
            const auto& each = list_->events[place_ - list_->first];
            if (each.key.empty() || which_.holds(each.key)) out += each.text;
        }
        return place_ == list_->next() ? next::wait : next::more;
    }

    void when_more(std::function<void()> wake) override {
        {
            const std::lock_guard lock{list_->mutex};
            if (place_ == list_->next()) {
                list_->sleepers.insert_or_assign(this, std::move(wake));
                return;
            }
        }
        wake();
    }

    std::string_view heartbeat() const override { return ": still here\n\n"; }

 private:
    void begin_behind(std::optional<std::uint64_t> seen) {
        place_ = list_->next();
        if (!seen) return;
        // A number that was never given is one of an emulator that ran before.
        if (*seen >= place_) return tell_gap(std::nullopt);
        if (*seen + 1 < list_->first) tell_gap(list_->first - *seen - 1);
        place_ = std::max(*seen + 1, list_->first);
    }

    void tell_gap(std::optional<std::uint64_t> missed) {
        std::string data;
        codec::json_writer json{data};
        json.begin_object().key("missed");
        missed ? json.value(*missed) : json.null();
        json.end_object();
        notice_ = as_sent(std::nullopt, "gap", data);
    }

    std::shared_ptr<list> list_;
    control::scope which_;
    std::uint64_t place_ = 0;  // number of the next event to be read
    std::string notice_ = ": events follow\n\n";
};

event_bus::event_bus() : list_{std::make_shared<list>()} {}
event_bus::~event_bus() = default;

void event_bus::publish(std::string_view key, std::string_view type, std::string_view data) {
    if (!is_on()) return;
    std::string told{data};
    domain::mask_keys(told);
    decltype(list::sleepers) woken;
    {
        const std::lock_guard lock{list_->mutex};
        list_->events.push_back({std::string{key}, as_sent(list_->next(), type, told)});
        if (list_->events.size() > most_kept) {
            list_->events.pop_front();
            ++list_->first;
        }
        woken = std::exchange(list_->sleepers, {});
    }
    for (const auto& [who, wake] : woken)
        wake();
}

std::shared_ptr<api::reply_stream> event_bus::follow(const control::scope& which,
                                                     std::optional<std::uint64_t> seen) {
    is_on_ = true;
    return std::make_shared<follower>(list_, which, seen);
}

std::size_t event_bus::followers() const {
    const std::lock_guard lock{list_->mutex};
    return list_->followers;
}

std::uint64_t event_bus::evicted() const {
    const std::lock_guard lock{list_->mutex};
    return list_->first - 1;
}

}  // namespace nexo_mock::runtime
