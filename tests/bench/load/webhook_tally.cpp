#include "webhook_tally.hpp"

#include <algorithm>
#include <stdexcept>

namespace bench {

namespace {

std::string_view text_of(std::string_view body, std::string_view key) {
    const auto found = body.find(key);
    const auto from = found + key.size();
    const auto until = found == std::string_view::npos ? found : body.find('"', from);
    if (until == std::string_view::npos) {
        throw std::runtime_error{"a webhook without " + std::string{key} + ": " +
                                 std::string{body}};
    }
    return body.substr(from, until - from);
}

}  // namespace

void webhook_tally::add(std::string_view body) {
    const auto type = text_of(body, R"("type":")");
    const auto place = std::ranges::find(types_, type) - types_.begin();
    if (place == std::ssize(types_)) {
        throw std::runtime_error{"a webhook of a type that was not expected: " + std::string{body}};
    }
    const auto bit = std::uint32_t{1} << static_cast<unsigned>(place);
    auto& seen = seen_[std::string{text_of(body, R"("id":")")}];
    ++received_;
    if ((seen & bit) != 0) {
        ++duplicates_;
        return;
    }
    if ((seen & (bit - 1)) != bit - 1) ++out_of_order_;
    seen |= bit;
    if (seen == (std::uint32_t{1} << types_.size()) - 1) ++complete_;
}

void webhook_tally::clear() {
    seen_.clear();
    received_ = complete_ = duplicates_ = out_of_order_ = 0;
}

}  // namespace bench
