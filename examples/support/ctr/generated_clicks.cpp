// SPDX-License-Identifier: Apache-2.0
#include "support/ctr/generated_clicks.hpp"

#include "support/text/number.hpp"

#include <pleach/core/random_stream.hpp>

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace support {
namespace {

/// First rows of fields whose sizes grow by a factor of 4, up to what is left for the last.
std::vector<std::uint32_t> starts_of(const generated_clicks_options& options) {
    std::vector<std::uint32_t> starts{0};
    double shares = 0;
    for (std::size_t f = 0; f < options.fields; ++f) shares += std::pow(4, f);
    const auto spare = static_cast<double>(options.rows - 2 * options.fields);
    for (std::size_t f = 0; f + 1 < options.fields; ++f)
        starts.push_back(starts.back() + 2 + static_cast<std::uint32_t>(spare * std::pow(4, f) / shares));
    starts.push_back(static_cast<std::uint32_t>(options.rows));
    return starts;
}

/// A place from 0 to n - 1 of Zipf's law, by the inverse of its continuous form.
std::size_t zipf(double uniform, std::size_t n, double exponent) {
    const double power = 1 - exponent, most = static_cast<double>(n) + 1;
    const double x = std::abs(power) < 1e-9 ? std::exp(uniform * std::log(most))
                                            : std::pow(1 + uniform * (std::pow(most, power) - 1), 1 / power);
    return std::min(n - 1, static_cast<std::size_t>(x - 1));
}

}  // namespace

click_data generate_clicks(const generated_clicks_options& options) {
    if (options.fields == 0 || options.rows < 2 * options.fields || options.rows > 0xfffffffe)
        throw std::invalid_argument("generate_clicks: " + counted(options.rows, "row") + " for " +
                                    counted(options.fields, "field") + ": two for each are needed, and at most 4,294,967,294");
    const pleach::random_stream stream = pleach::random_stream(options.seed).fork("generated clicks");
    const pleach::random_stream values = stream.fork("values"), weights = stream.fork("weights"), planted = stream.fork("rows"),
                                labels = stream.fork("labels"), parts = stream.fork("parts");
    click_data data;
    data.name = "generated";
    data.tasks = {"click"};
    for (std::size_t f = 0; f < options.fields; ++f) data.fields.push_back("f" + std::to_string(f));
    data.field_starts = starts_of(options);
    const auto fields = static_cast<double>(options.fields);
    // The sum of the weights has variance `fields`, that of the pairs `rank` for each pair.
    const double deviation = std::sqrt(fields + static_cast<double>(options.rank) * fields * (fields - 1) / 2);
    std::vector<double> sums(options.rank);
    for (std::size_t i = 0; i < options.examples; ++i) {
        const double u = parts.uniform(i);
        click_examples& part = u < options.test_fraction                                                          ? data.test
                               : u < options.test_fraction + (1 - options.test_fraction) * options.valid_fraction ? data.valid
                                                                                                                  : data.train;
        double score = 0, squares = 0;
        std::ranges::fill(sums, 0.0);
        for (std::size_t f = 0; f < options.fields; ++f) {
            const std::size_t first = data.field_starts[f], size = data.field_starts[f + 1] - first;
            const std::size_t row = first + zipf(values.uniform(i, f), size, options.popularity);
            part.ids.push_back(static_cast<std::uint32_t>(row));
            score += weights.normal(row);
            for (std::size_t k = 0; k < options.rank; ++k) {
                const double v = planted.normal(row, k);
                sums[k] += v;
                squares += v * v;
            }
        }
        for (const double sum : sums) score += sum * sum / 2;
        score = -1.5 + options.strength * (score - squares / 2) / deviation;
        part.labels.push_back(labels.uniform(i) < 1 / (1 + std::exp(-score)));
        part.offsets.push_back(part.ids.size());
    }
    data.notes.push_back("generated: planted rows of rank " + grouped(options.rank) +
                         ", popularity by Zipf's law with exponent " + rounded(options.popularity, 3) + ", seed " +
                         std::to_string(options.seed));
    require_both_labels(data);
    data.checksum = checksum_of(data);
    return data;
}

}  // namespace support
