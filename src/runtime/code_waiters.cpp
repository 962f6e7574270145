#include <nexo_mock/runtime/code_waiters.hpp>

#include <utility>

namespace nexo_mock::runtime {

namespace {

/// Where those wait who want a number's code: of one account, or, with an empty key, of any.
std::string place_of(std::string_view key, const domain::phone_number& phone) {
    return std::string{key} + ' ' + phone.text();
}

std::string_view key_of(const control::scope& which) {
    return which.is_all() ? std::string_view{} : std::string_view{which.key()};
}

}  // namespace

code_waiters::ticket code_waiters::add(const control::scope& which, const control::code_wait& what,
                                       wake call) {
    const std::lock_guard lock{mutex_};
    ticket made{place_of(key_of(which), what.phone), next_number_++};
    if (is_stopped_) {
        call(control::wait_end::stop);
        return made;
    }
    entries_.emplace(made.place, entry{made.number, what.after, std::move(call)});
    size_ = entries_.size();
    return made;
}

void code_waiters::remove(const ticket& of) {
    wake dropped;  // outside the lock, for it may hold anything
    const std::lock_guard lock{mutex_};
    const auto [begin, end] = entries_.equal_range(of.place);
    for (auto it = begin; it != end; ++it) {
        if (it->second.number != of.number) continue;
        dropped = std::move(it->second.call);
        entries_.erase(it);
        break;
    }
    size_ = entries_.size();
}

void code_waiters::take(const std::string& place, std::uint64_t seq, std::vector<wake>& into) {
    const auto [begin, end] = entries_.equal_range(place);
    for (auto it = begin; it != end;) {
        if (it->second.after >= seq) {
            ++it;
            continue;
        }
        into.push_back(std::move(it->second.call));
        it = entries_.erase(it);
    }
}

void code_waiters::code_sent(std::string_view key, const domain::phone_number& phone,
                             std::uint64_t seq) {
    if (size() == 0) return;
    std::vector<wake> woken;
    {
        const std::lock_guard lock{mutex_};
        take(place_of(key, phone), seq, woken);
        take(place_of({}, phone), seq, woken);
        size_ = entries_.size();
    }
    for (const auto& each : woken)
        each(control::wait_end::found);
}

void code_waiters::reset(const control::scope& which) {
    end(which.is_all() ? std::string{} : std::string{key_of(which)} + ' ',
        control::wait_end::reset);
}

void code_waiters::stop() {
    {
        const std::lock_guard lock{mutex_};
        is_stopped_ = true;
    }
    end({}, control::wait_end::stop);
}

void code_waiters::end(std::string_view begins, control::wait_end how) {
    std::vector<wake> woken;
    {
        const std::lock_guard lock{mutex_};
        for (auto it = entries_.begin(); it != entries_.end();) {
            if (!it->first.starts_with(begins)) {
                ++it;
                continue;
            }
            woken.push_back(std::move(it->second.call));
            it = entries_.erase(it);
        }
        size_ = entries_.size();
    }
    for (const auto& each : woken)
        each(how);
}

void code_waiters::clear() {
    entries dropped;  // outside the lock, for they may hold anything
    const std::lock_guard lock{mutex_};
    dropped.swap(entries_);
    size_ = 0;
}

}  // namespace nexo_mock::runtime
