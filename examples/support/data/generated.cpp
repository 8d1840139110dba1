// SPDX-License-Identifier: Apache-2.0
#include "support/data/generated.hpp"

#include "support/data/parts.hpp"
#include "support/text/number.hpp"

#include <pleach/core/random_stream.hpp>

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace support {
namespace {

std::vector<float> factors(std::size_t rows, std::size_t rank, pleach::random_stream stream) {
    std::vector<float> values(rows * rank);
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(stream.normal(i / rank, i % rank));
    return values;
}

/// Logarithms of the Zipf weights, in an order unrelated to the ids.
std::vector<float> log_popularity(std::size_t items, double exponent, pleach::random_stream stream) {
    std::vector<std::pair<std::uint64_t, std::size_t>> order;
    for (std::size_t i = 0; i < items; ++i) order.emplace_back(stream.bits(i), i);
    std::sort(order.begin(), order.end());
    std::vector<float> result(items);
    for (std::size_t place = 0; place < items; ++place)
        result[order[place].second] = static_cast<float>(-exponent * std::log(static_cast<double>(place + 1)));
    return result;
}

void require_sense(const generated_options& options) {
    const auto finite = [](double x) { return std::isfinite(x) && x >= 0; };
    if (options.users == 0 || options.items == 0 || options.rank == 0 || options.users > 0xfffffffd ||
        options.items > 0xfffffffd)
        throw std::invalid_argument("generate_interactions: " + counted(options.users, "user") + ", " +
                                    counted(options.items, "item") + ", rank " + grouped(options.rank) +
                                    ": each must be at least 1 and fit into 32 bits");
    if (!finite(options.mean_items) || !finite(options.strength) || !finite(options.popularity))
        throw std::invalid_argument(
            "generate_interactions: mean_items, strength and popularity must be finite and not negative");
}

}  // namespace

interactions generate_interactions(const generated_options& options) {
    require_sense(options);
    const pleach::random_stream stream = pleach::random_stream(options.seed).fork("generated");
    const auto user_factors = factors(options.users, options.rank, stream.fork("users"));
    const auto item_factors = factors(options.items, options.rank, stream.fork("items"));
    const auto log_popular = log_popularity(options.items, options.popularity, stream.fork("popularity"));
    const pleach::random_stream noise = stream.fork("noise"), counts = stream.fork("counts");
    const auto scale = static_cast<float>(options.strength / std::sqrt(static_cast<double>(options.rank)));

    raw_interactions raw;
    raw.name = "generated";
    raw.users = options.users;
    raw.items = options.items;
    std::vector<std::pair<float, std::uint32_t>> scores(options.items);
    for (std::size_t user = 0; user < options.users; ++user) {
        const float* const u = user_factors.data() + user * options.rank;
        for (std::size_t item = 0; item < options.items; ++item) {
            const float* const v = item_factors.data() + item * options.rank;
            float taste = 0;
            for (std::size_t f = 0; f < options.rank; ++f) taste += u[f] * v[f];
            // Gumbel noise; the halved step keeps the logarithm away from 0.
            const auto gumbel = static_cast<float>(-std::log(-std::log(noise.uniform(user, item) + 0x1p-54)));
            scores[item] = {scale * taste + log_popular[item] + gumbel, static_cast<std::uint32_t>(item)};
        }
        // Numbers of items per user: log-normal around the mean, as in most data sets, with the tails cut off.
        const double length = options.mean_items * std::clamp(std::exp(0.8 * counts.normal(user) - 0.32), 0.25, 4.0);
        const std::size_t take = std::clamp<std::size_t>(static_cast<std::size_t>(std::llround(length)), 1, options.items);
        std::partial_sort(
            scores.begin(), scores.begin() + static_cast<std::ptrdiff_t>(take), scores.end(),
            [](const auto& a, const auto& b) { return a.first != b.first ? a.first > b.first : a.second < b.second; });
        for (std::size_t i = 0; i < take; ++i) raw.train.emplace_back(static_cast<std::uint32_t>(user), scores[i].second);
    }
    for (std::size_t user = 0; user < options.users; ++user) raw.user_tokens.push_back("u" + std::to_string(user));
    for (std::size_t item = 0; item < options.items; ++item) raw.item_tokens.push_back("i" + std::to_string(item));
    raw.notes.push_back("generated: planted factors of rank " + grouped(options.rank) +
                        ", popularity by Zipf's law with exponent " + rounded(options.popularity, 3) + ", seed " +
                        std::to_string(options.seed));
    return assemble(std::move(raw), {.test_fraction = options.test_fraction, .seed = options.seed});
}

}  // namespace support
