#include <nexo_mock/domain/delivery_store.hpp>

#include <ranges>
#include <utility>

namespace nexo_mock::domain {

namespace {

/// The place of that cause, which is one of the latest if it was there before.
std::size_t place_of(std::vector<delivery_cause>& causes, const delivery_cause& decided) {
    for (auto place = causes.size(); place-- > 0;) {
        if (causes[place] == decided) return place;
    }
    causes.push_back(decided);
    return causes.size() - 1;
}

}  // namespace

delivery& delivery_store::append(delivery added, const delivery_cause& decided) {
    auto& stored = all_.emplace(next_, std::move(added));
    stored.cause = static_cast<std::uint8_t>(place_of(all_.shared(next_), decided));
    ++next_;
    return stored;
}

}  // namespace nexo_mock::domain
