#pragma once

#include <nexo_mock/domain/random.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace nexo_mock::domain {

/// A delivery's id as the API shows it: a UUID of version 4, in lower case [I].
class delivery_id {
 public:
    static constexpr std::size_t text_size = 36;

    /// The canonical form, 8-4-4-4-12 hexadecimal digits of either case; anything else is none.
    static std::optional<delivery_id> parse(std::string_view text);

    std::array<char, text_size> characters() const;
    std::string text() const;

    friend bool operator==(const delivery_id&, const delivery_id&) = default;

 private:
    friend class delivery_ids;
    delivery_id() = default;

    std::uint64_t high_ = 0;
    std::uint64_t low_ = 0;
};

/// The ids of one account. The n-th id is a function of the account's random stream, and n can be
/// read back from it, so that no table from id to delivery is needed and no delivery stores its id.
class delivery_ids {
 public:
    explicit delivery_ids(random_stream account)
        : stream_{account.derive("delivery id")}, masks_{account.derive("delivery id mask")} {}

    /// `ordinal` must be below 2^48.
    delivery_id at(std::uint64_t ordinal) const;

    /// Which of this account's deliveries it is; none for an id this account can't have given.
    std::optional<std::uint64_t> ordinal_of(const delivery_id& id) const;

 private:
    random_stream stream_;
    random_stream masks_;
};

}  // namespace nexo_mock::domain
