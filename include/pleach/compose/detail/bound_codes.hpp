// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Upper bounds of the scores of rows made of codewords, in whole steps of one byte, for 64 queries at once. For a query with
/// products p_k[j] (compose/detail/rank_codes.hpp), least_k = min_j p_k[j], and a step of its own,
///
///     u_k[j] = floor((p_k[j] - least_k) / step) + 1,      score(x) < sum_k least_k + step * sum_k u_k[j_xk]
///
/// Steps are chosen so that no sum exceeds 254. A row costs one addition of 64 bytes per term, a sixteenth of the work on
/// scores. Rows whose bound reaches the lowest score in a full list are candidates; all others are skipped, so lists remain
/// exact.

#include <pleach/compose/detail/code_reader.hpp>
#include <pleach/core/detail/aligned_array.hpp>
#include <pleach/core/matrix_view.hpp>
#include <pleach/kernel/byte_lanes.hpp>

#include <array>
#include <bit>
#include <cmath>
#include <limits>

namespace pleach {
inline namespace PLEACH_ABI {
namespace detail {

class code_bounds {
public:
    static constexpr std::size_t width = 64;
    /// Whether rows of that many terms can be bounded closely enough.
    [[nodiscard]] static constexpr bool can_bound(std::size_t terms) noexcept { return terms <= 64; }

    template <class Codes>
    explicit code_bounds(const Codes& codes)
        : terms_(codes.terms()), codewords_(codes.codewords()), steps_(terms_ * codewords_ * width) {
        needed_.fill(255);  // lanes without a query accept nothing
    }

    /// Takes the products of queries first .. first + products.cols() - 1: one row per codeword.
    void take(matrix_view<const float> products, std::size_t first) {
        const std::size_t here = products.cols();
        std::array<float, width> least, most, inverse;
        std::array<double, width> range{}, base{}, largest{};
        const auto find_ends = [&](std::size_t k) {
            least.fill(std::numeric_limits<float>::infinity());
            most.fill(-std::numeric_limits<float>::infinity());
            for (std::size_t j = 0; j < codewords_; ++j) {
                const float* row = products.row(k * codewords_ + j).data();
                for (std::size_t q = 0; q < here; ++q) {
                    least[q] = row[q] < least[q] ? row[q] : least[q];
                    most[q] = row[q] > most[q] ? row[q] : most[q];
                    finite_ &= std::abs(row[q]) <= std::numeric_limits<float>::max();
                }
            }
        };
        for (std::size_t k = 0; k < terms_; ++k) {
            find_ends(k);
            for (std::size_t q = 0; q < here; ++q) {
                base[q] += static_cast<double>(least[q]);
                range[q] += static_cast<double>(most[q]) - static_cast<double>(least[q]);
                largest[q] += static_cast<double>((std::max)(std::abs(least[q]), std::abs(most[q])));
            }
        }
        for (std::size_t q = 0; q < here; ++q) {
            const double step = range[q] / static_cast<double>(254 - terms_);
            inverse[q] = step > 0 ? static_cast<float>(1 / step) : 0.0F;
            finite_ &= std::isfinite(inverse[q]) && std::isfinite(largest[q]);
            // Scores are sums of rounded products, and steps are rounded as well.
            const double rounding = static_cast<double>(terms_ + 8) * 0x1p-22 * largest[q];
            of_query_[first + q] = {base[q] + rounding, step > 0 ? step : 1};
        }
        if (!finite_) return;
        for (std::size_t k = 0; k < terms_; ++k) {
            find_ends(k);
            for (std::size_t j = k * codewords_; j < (k + 1) * codewords_; ++j) {
                const float* row = products.row(j).data();
                std::uint8_t* to = steps_.data() + j * width + first;
                for (std::size_t q = 0; q < here; ++q)
                    to[q] = static_cast<std::uint8_t>(static_cast<std::int32_t>((row[q] - least[q]) * inverse[q]) + 1);
            }
        }
    }
    /// False if a product is infinite or NaN, or too small or large for steps: then there are no bounds.
    [[nodiscard]] bool are_finite() const noexcept { return finite_; }

    /// Rows with scores at or below this are no candidates of query q.
    void set_threshold(std::size_t q, float score) noexcept {
        const double steps = std::floor((static_cast<double>(score) - of_query_[q].base) / of_query_[q].step) + 1;
        needed_[q] = steps >= 255 ? std::uint8_t{255} : steps > 0 ? static_cast<std::uint8_t>(steps) : std::uint8_t{0};
    }

    /// Calls use(x, q) for every candidate row x of query q, from row `first` on, in order of x. `use` may raise thresholds.
    template <class Codes, class Use>
    void for_each_candidate(const Codes& codes, std::size_t first, Use&& use) const {
        with_code_reader(codes, [&](auto code, auto terms) {
            const std::size_t book = codewords_ * width;
            byte_lanes needed = byte_lanes::load(needed_.data());
            for (std::size_t x = first; x < codes.size(); ++x) {
                byte_lanes sums;
                const std::uint8_t* from = steps_.data();
                for (std::size_t k = 0; k < terms; ++k, from += book) sums.add(from + code(x, k) * width);
                std::uint64_t candidates = sums.at_least(needed);
                if (candidates == 0) [[likely]]
                    continue;
                for (; candidates != 0; candidates &= candidates - 1)
                    use(x, static_cast<std::size_t>(std::countr_zero(candidates)));
                needed = byte_lanes::load(needed_.data());
            }
        });
    }

private:
    struct scale {
        double base;  // plus what rounding may add
        double step;
    };

    std::size_t terms_, codewords_;
    aligned_array<std::uint8_t> steps_;
    std::array<scale, width> of_query_{};
    std::array<std::uint8_t, width> needed_;
    bool finite_ = true;
};

}  // namespace detail
}  // namespace PLEACH_ABI
}  // namespace pleach
