// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Central differences against `accumulate`, for any trainable table. The function differentiated is
///
///     L = sum_j <u_j, lookup(id_j)>,        dL/dp ~ (L(p + h) - L(p - h)) / 2h,        h = epsilon^(1/3) max(1, |p|)
///
/// with random u. Live entries are compared one by one (a random sample of them in large tables), then random directions in all
/// of them. A table that is linear in its parameters should reach 1e-10 in double.

#include <pleach/core/random_stream.hpp>
#include <pleach/table/concepts.hpp>
#include <pleach/table/parameter.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <string>
#include <vector>

namespace pleach {
inline namespace PLEACH_ABI {
namespace testing {

struct gradient_check_options {
    std::size_t entries = 2048;  ///< at most, compared one by one
    std::size_t directions = 5;
    std::uint64_t seed = 1;
};

/// The largest error, relative to max(1, |derivative|), where it was found, and the number of comparisons.
struct gradient_report {
    double worst = 0;
    std::size_t compared = 0;
    std::string where;
};

namespace detail {

template <class Table>
class gradient_checker {
public:
    using T = typename Table::value_type;
    using Id = typename Table::id_type;

    gradient_checker(Table& table, std::span<const Id> ids, const gradient_check_options& options)
        : table_(table), ids_(ids), stream_(options.seed), gradient_(table.make_gradient()) {
        std::vector<T> upstream(table.dim());
        for (std::size_t j = 0; j < ids.size(); ++j) {
            for (std::size_t c = 0; c < upstream.size(); ++c) upstream[c] = static_cast<T>(upstream_at(j, c));
            table.accumulate(ids[j], upstream, gradient_);
        }
        table.for_each_parameter(gradient_, [&](const parameter<T>& p) {
            if (p.role == role::constants) return;
            for (std::size_t r = 0; r < p.values.rows(); ++r)
                for (std::size_t c = 0; c < p.values.row(r).size(); ++c)
                    if (p.mask() == nullptr || p.mask()->test(r, c))
                        free_.push_back({&p.values.row(r)[c], analytic(p.gradient, r, c), place(p, r, c)});
        });
    }

    gradient_report run(const gradient_check_options& options) {
        const std::size_t n = free_.size();
        for (std::size_t i = 0; i < (std::min)(n, options.entries); ++i) {
            const std::size_t chosen = n <= options.entries ? i : stream_.fork("entries").below(n, i);
            compare_entry(free_[chosen]);
        }
        for (std::size_t d = 0; n > 0 && d < options.directions; ++d) compare_direction(stream_.fork("directions").fork(d), d);
        return report_;
    }

private:
    struct entry {
        T* value;
        double derivative;
        std::string place;
    };

    [[nodiscard]] double upstream_at(std::size_t j, std::size_t c) const {
        return static_cast<double>(static_cast<T>(2 * stream_.fork("upstream").uniform(j, c) - 1));
    }

    static double analytic(const row_gradient<T>& gradient, std::size_t r, std::size_t c) {
        const std::span<const T> row = gradient.find(r);
        return row.empty() ? 0 : static_cast<double>(row[c]);
    }

    static std::string place(const parameter<T>& p, std::size_t r, std::size_t c) {
        return std::string(p.name) + " at row " + std::to_string(r) + (p.values.is_packed() ? ", value " : ", column ") +
               std::to_string(c);
    }

    std::vector<T> all_lookups() const {
        std::vector<T> out(ids_.size() * table_.dim());
        for (std::size_t j = 0; j < ids_.size(); ++j)
            table_.lookup(ids_[j], std::span<T>(out.data() + j * table_.dim(), table_.dim()));
        return out;
    }

    // Subtracts element by element, so that unchanged elements add no rounding error.
    double change(const std::vector<T>& above, const std::vector<T>& below) const {
        double sum = 0;
        for (std::size_t i = 0; i < above.size(); ++i)
            if (above[i] != below[i])
                sum += upstream_at(i / table_.dim(), i % table_.dim()) *
                       (static_cast<double>(above[i]) - static_cast<double>(below[i]));
        return sum;
    }

    static double step_of(T x) {
        return std::cbrt(std::numeric_limits<T>::epsilon()) * (std::max)(1.0, std::abs(static_cast<double>(x)));
    }

    void compare(double derivative, double difference, const std::string& where) {
        ++report_.compared;
        double error = std::abs(derivative - difference) / (std::max)({1.0, std::abs(derivative), std::abs(difference)});
        if (std::isnan(error)) error = std::numeric_limits<double>::infinity();
        if (error <= report_.worst) return;
        report_.worst = error;
        report_.where =
            where + ": accumulate says " + std::to_string(derivative) + ", differences say " + std::to_string(difference);
    }

    void compare_entry(entry& e) {
        const T before = *e.value;
        const double h = step_of(before);
        const T high = static_cast<T>(static_cast<double>(before) + h), low = static_cast<T>(static_cast<double>(before) - h);
        *e.value = high;
        const std::vector<T> above = all_lookups();
        *e.value = low;
        const std::vector<T> below = all_lookups();
        *e.value = before;
        compare(e.derivative, change(above, below) / (static_cast<double>(high) - static_cast<double>(low)), e.place);
    }

    void compare_direction(random_stream stream, std::size_t number) {
        const double h = step_of(T{1});
        std::vector<T> before(free_.size());
        for (std::size_t i = 0; i < free_.size(); ++i) before[i] = *free_[i].value;
        const auto direction = [&](std::size_t i) { return 2 * stream.uniform(i) - 1; };
        const auto lookups_at = [&](double step) {
            for (std::size_t i = 0; i < free_.size(); ++i)
                *free_[i].value = static_cast<T>(static_cast<double>(before[i]) + step * direction(i));
            return all_lookups();
        };
        const std::vector<T> above = lookups_at(h);
        const std::vector<T> below = lookups_at(-h);
        double derivative = 0;
        for (std::size_t i = 0; i < free_.size(); ++i) {
            *free_[i].value = before[i];
            derivative += free_[i].derivative * direction(i);
        }
        compare(derivative, change(above, below) / (2 * h), "direction " + std::to_string(number));
    }

    Table& table_;
    std::span<const Id> ids_;
    random_stream stream_;
    typename Table::gradient_type gradient_;
    std::vector<entry> free_;
    gradient_report report_;
};

}  // namespace detail

/// Compares derivatives at the given ids, which may repeat. Parameters are changed and restored, bit for bit.
/// *Complexity:* two lookups of all ids per comparison.
template <trainable_table Table>
[[nodiscard]] gradient_report check_gradient(Table& table, std::span<const typename Table::id_type> ids,
                                             const gradient_check_options& options = {}) {
    return detail::gradient_checker<Table>(table, ids, options).run(options);
}

}  // namespace testing
}  // namespace PLEACH_ABI
}  // namespace pleach
