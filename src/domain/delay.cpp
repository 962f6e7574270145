#include <nexo_mock/domain/delay.hpp>

#include <algorithm>
#include <cmath>

namespace nexo_mock::domain {

namespace {

duration draw(const uniform_delay& law, random_stream& random) {
    if (law.from == law.to) return law.from;
    return duration{random.between(law.from.count(), law.to.count())};
}

duration draw(const log_normal_delay& law, random_stream& random) {
    if (law.sigma == 0 || law.median == duration{}) return law.median;
    const auto factor = std::exp(law.sigma * random.normal());
    const auto micros = static_cast<double>(law.median.count()) * factor;
    const auto most = static_cast<double>(delay::longest.count());
    return duration{static_cast<std::int64_t>(std::clamp(micros, 0.0, most))};
}

}  // namespace

duration delay::sample(random_stream& random) const {
    const auto drawn = std::visit([&](const auto& law) { return draw(law, random); }, law_);
    return std::clamp(drawn, duration{}, longest);
}

}  // namespace nexo_mock::domain
