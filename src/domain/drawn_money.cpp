#include <nexo_mock/domain/drawn_money.hpp>

#include <algorithm>
#include <bit>
#include <optional>

namespace nexo_mock::domain {

static_assert(sizeof(bucket_amounts*) == sizeof(std::uint64_t) && alignof(bucket_amounts) >= 4);

namespace {

constexpr money most_inside = money::from_micros(std::int64_t{1} << 60);

/// The bucket that all of it came from; none if there are several.
std::optional<bucket> only_bucket(const bucket_amounts& drawn) {
    const auto is_used = [&](bucket each) { return !drawn[each].is_zero(); };
    const auto used = std::ranges::count_if(all_buckets, is_used);
    if (used == 0) return bucket::balance;
    if (used > 1) return std::nullopt;
    return *std::ranges::find_if(all_buckets, is_used);
}

}  // namespace

drawn_money::drawn_money(const bucket_amounts& drawn) {
    const auto only = only_bucket(drawn);
    const auto total = drawn.total();
    if (only && total >= money{} && total <= most_inside) {
        bits_ = static_cast<std::uint64_t>(total.micros()) << 2 | static_cast<std::uint64_t>(*only);
    } else {
        auto owned = std::make_unique<bucket_amounts>(drawn);
        bits_ = std::bit_cast<std::uint64_t>(owned.release()) | tag;
    }
}

bucket_amounts* drawn_money::on_heap() const {
    return std::bit_cast<bucket_amounts*>(bits_ & ~tag);
}

bucket_amounts drawn_money::amounts() const {
    if (is_on_heap()) return *on_heap();
    bucket_amounts drawn;
    drawn[static_cast<bucket>(bits_ & tag)] = total();
    return drawn;
}

money drawn_money::total() const {
    return is_on_heap() ? on_heap()->total()
                        : money::from_micros(static_cast<std::int64_t>(bits_ >> 2));
}

}  // namespace nexo_mock::domain
