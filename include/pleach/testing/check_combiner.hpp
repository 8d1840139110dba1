// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Checks the part of the combiner concept that the compiler cannot, for your own combiner:
///
///     const auto report = pleach::testing::check_combiner<my_combiner>();
///     if (!report.passed()) std::fputs(report.text().c_str(), stderr);

#include <pleach/compose/combine.hpp>
#include <pleach/testing/detail/findings.hpp>

#include <cmath>
#include <optional>

namespace pleach {
inline namespace PLEACH_ABI {
namespace testing {
namespace detail {

/// The axioms for K parts of equal width.
template <class Combiner, std::size_t K>
class combiner_checks {
public:
    combiner_checks(conformance_report& report, std::size_t dim) : report_(report), dim_(dim) {
        for (std::size_t k = 0; k < K; ++k) rows_[k] = random_row(k, width);
    }

    void run() {
        const std::string parts = " (of " + std::to_string(K) + " parts)";
        require_axiom(report_, "combine writes all of out and nothing beside it", [&]() -> std::string {
            std::vector<double> one(dim_ + 1, 123), other(dim_ + 1, -321);
            Combiner::combine(spans(rows_), std::span<double>(one).first(dim_));
            Combiner::combine(spans(rows_), std::span<double>(other).first(dim_));
            if (one.back() != 123 || other.back() != -321) return "it wrote beyond the last column" + parts;
            one.pop_back();
            other.pop_back();
            return same_bits_all(one, other) ? "" : "a column was not written" + parts;
        });
        if (!report_.violations.empty()) return;  // out-of-bounds writes would corrupt the data of the other checks
        require_axiom(report_, "pull_back is the derivative of combine", [&]() -> std::string {
            const std::vector<double> upstream = random_row(K, dim_);
            for (std::size_t k = 0; k < K; ++k) {
                const std::vector<double> gradient = pulled(rows_, k, upstream);
                if (gradient.size() != width) return "part " + std::to_string(k) + " has another width" + parts;
                for (std::size_t c = 0; c < width; ++c) {
                    const double difference = (product(k, c, step, upstream) - product(k, c, -step, upstream)) / (2 * step);
                    if (!(std::abs(gradient[c] - difference) <= 1e-6 * (std::max)(1.0, std::abs(difference))))
                        return "in column " + std::to_string(c) + " of part " + std::to_string(k) + " it says " +
                               std::to_string(gradient[c]) + ", differences say " + std::to_string(difference) + parts;
                }
            }
            return {};
        });
        if constexpr (!pleach::detail::needs_rows<Combiner>)
            require_axiom(report_, "a combiner that needs no rows pulls back the same for any rows", [&]() -> std::string {
                const std::vector<double> upstream = random_row(K, dim_);
                auto others = rows_;
                for (auto& row : others) row = random_row(K + 1, width);
                for (std::size_t k = 0; k < K; ++k)
                    if (!same_bits_all(pulled(rows_, k, upstream), pulled(others, k, upstream)))
                        return "part " + std::to_string(k) + " depends on them" + parts;
                return {};
            });
        if constexpr (requires(std::span<const double> query) { Combiner::query_part(query, std::size_t{}, std::size_t{}); })
            require_axiom(report_, "a query's product is the sum of its parts' products", [&]() -> std::string {
                const std::vector<double> query = random_row(K, dim_);
                double total = 0;
                for (std::size_t k = 0; k < K; ++k) {
                    const std::span<const double> part = Combiner::query_part(std::span<const double>(query), k * width, width);
                    for (std::size_t c = 0; c < width; ++c) total += part[c] * rows_[k][c];
                }
                return is_near(total, product(0, 0, 0, query), 1e-12) ? "" : "it is not" + parts;
            });
    }

    static constexpr std::size_t width = 5;

private:
    using rows_type = std::array<std::vector<double>, K>;
    static constexpr double step = 1e-5;

    static std::vector<double> random_row(std::size_t number, std::size_t size) {
        std::vector<double> row(size);
        for (std::size_t c = 0; c < size; ++c) row[c] = 2 * random_stream(3).fork("combiner").uniform(number, c) - 1;
        return row;
    }
    static std::array<std::span<const double>, K> spans(const rows_type& rows) {
        std::array<std::span<const double>, K> all;
        for (std::size_t k = 0; k < K; ++k) all[k] = rows[k];
        return all;
    }
    static std::vector<double> pulled(const rows_type& rows, std::size_t k, std::span<const double> upstream) {
        std::vector<double> scratch(width);
        const std::span<const double> gradient = Combiner::pull_back(spans(rows), k, upstream, std::span<double>(scratch));
        return {gradient.begin(), gradient.end()};
    }

    // <upstream, combine> with column c of part k changed by `by`.
    double product(std::size_t k, std::size_t c, double by, std::span<const double> upstream) const {
        rows_type moved = rows_;
        moved[k][c] += by;
        std::vector<double> out(dim_);
        Combiner::combine(spans(moved), std::span<double>(out));
        double total = 0;
        for (std::size_t i = 0; i < dim_; ++i) total += upstream[i] * out[i];
        return total;
    }

    conformance_report& report_;
    std::size_t dim_;
    rows_type rows_;
};

template <class Combiner, std::size_t K>
bool check_combiner_of(conformance_report& report) {
    std::array<std::size_t, K> widths;
    widths.fill(combiner_checks<Combiner, K>::width);
    std::optional<std::size_t> dim;
    try {
        dim = Combiner::dim(widths);
    } catch (const std::invalid_argument&) {  // the combiner does not take K parts
        return false;
    }
    combiner_checks<Combiner, K>(report, *dim).run();
    return true;
}

}  // namespace detail

/// Tries Combiner on one, two and three parts of equal width, in double, skipping counts that its dim() refuses.
template <class Combiner>
[[nodiscard]] conformance_report check_combiner() {
    static_assert(combiner<Combiner>,
                  "pleach::testing::check_combiner needs a combiner: a type with dim(widths), combine(rows, out) and "
                  "pull_back(rows, k, upstream, scratch)");
    conformance_report report;
    bool is_tried = detail::check_combiner_of<Combiner, 1>(report);
    is_tried |= detail::check_combiner_of<Combiner, 2>(report);
    is_tried |= detail::check_combiner_of<Combiner, 3>(report);
    if (!is_tried)
        report.violations.emplace_back("parts of equal width can be combined, but dim refuses one, two and three of them");
    return report;
}

}  // namespace testing
}  // namespace PLEACH_ABI
}  // namespace pleach
