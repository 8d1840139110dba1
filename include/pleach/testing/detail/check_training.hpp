// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Axioms of trainable tables.

#include <pleach/testing/detail/findings.hpp>
#include <pleach/testing/gradient_check.hpp>

#include <map>
#include <set>
#include <utility>

namespace pleach {
inline namespace PLEACH_ABI {
namespace testing {
namespace detail {

// The nonzero rows of a gradient, by parameter and row.
using plain_gradient = std::map<std::pair<std::size_t, std::size_t>, std::vector<double>>;

template <class Table>
plain_gradient plain(Table& table, typename Table::gradient_type& gradient) {
    using T = typename Table::value_type;
    plain_gradient result;
    std::size_t index = 0;
    table.for_each_parameter(gradient, [&](const parameter<T>& p) {
        for (std::size_t r = 0; r < p.values.rows(); ++r) {
            const std::span<const T> row = std::as_const(p.gradient).find(r);
            if (std::ranges::any_of(row, [](T x) { return x != T{0}; }))
                result[{index, r}] = std::vector<double>(row.begin(), row.end());
        }
        ++index;
    });
    return result;
}

inline bool are_near(const plain_gradient& a, const plain_gradient& b, double scale, double epsilon) {
    const auto covers = [&](const plain_gradient& x, const plain_gradient& y, double x_scale, double y_scale) {
        return std::ranges::all_of(x, [&](const auto& entry) {
            const auto other = y.find(entry.first);
            for (std::size_t c = 0; c < entry.second.size(); ++c) {
                const double expected = other == y.end() ? 0 : other->second[c] * y_scale;
                if (!is_near(entry.second[c] * x_scale, expected, epsilon)) return false;
            }
            return true;
        });
    };
    return covers(a, b, scale, 1) && covers(b, a, 1, scale);
}

template <class Table>
class training_checks {
public:
    using T = typename Table::value_type;
    using Id = typename Table::id_type;

    training_checks(Table& table, const std::vector<Id>& ids, conformance_report& report)
        : table_(table), ids_(ids), report_(report) {}

    void run() {
        const std::size_t before = report_.violations.size();
        check_enumeration();
        // The checks below rely on these shapes.
        if (report_.violations.size() != before) return;
        check_accumulate();
        require_axiom(report_, "accumulate is the derivative of lookup", [&]() -> std::string {
            const double allowed = sizeof(T) < 8 ? 2e-3 : 1e-8;
            std::vector<Id> some(ids_.begin(), ids_.begin() + static_cast<std::ptrdiff_t>((std::min)(ids_.size(), most)));
            if (!some.empty()) some.push_back(some.front());
            const gradient_report found = check_gradient(table_, std::span<const Id>(some), {.entries = 512});
            return found.worst <= allowed ? std::string() : found.where;
        });
    }

private:
    static constexpr std::size_t most = 12;
    static constexpr double epsilon = static_cast<double>(std::numeric_limits<T>::epsilon());

    void check_enumeration() {
        require_axiom(report_, "a new gradient is empty", [&]() -> std::string {
            auto gradient = table_.make_gradient();
            return plain(table_, gradient).empty() ? "" : "it holds values";
        });
        require_axiom(
            report_, "both forms of for_each_parameter show the same parameters, with fitting gradients and supports",
            [&]() -> std::string {
                std::vector<stored_parameter<T>> read;
                std::vector<std::string> names;
                std::as_const(table_).for_each_parameter([&](const stored_parameter<T>& p) {
                    read.push_back(p);
                    names.emplace_back(p.name);
                });
                const std::set<std::string> distinct(names.begin(), names.end());
                if (distinct.size() != names.size() || distinct.contains("")) return "names are empty or repeated";
                std::size_t index = 0;
                std::string finding;
                auto gradient = table_.make_gradient();
                table_.for_each_parameter(gradient, [&](const parameter<T>& p) {
                    if (finding.empty() && (index >= read.size() || !is_same(read[index], p) || p.name != names[index]))
                        finding = "\"" + std::string(p.name) + "\" differs";
                    if (finding.empty() && !fits(p)) finding = "\"" + std::string(p.name) + "\" does not fit";
                    ++index;
                });
                if (index != read.size()) finding = "one shows more than the other";
                return finding;
            });
    }

    static bool is_same(const stored_parameter<T>& a, const parameter<T>& b) {
        return a.role == b.role && a.values.data() == b.values.data() && a.values.is_shaped_like(b.values) &&
               (a.values.is_packed() || a.values.matrix().stride() == b.values.matrix().stride()) && a.support == b.support;
    }
    static bool fits(const parameter<T>& p) {
        const bool is_packed = p.values.is_packed();
        if (is_packed && (p.support == nullptr || p.support->count() != p.values.count())) return false;
        return p.gradient.rows() == p.values.rows() && p.gradient.cols() == p.values.cols() &&
               p.gradient.is_packed() == is_packed && p.gradient.count() == p.values.count() &&
               (p.support == nullptr || (p.support->rows() == p.values.rows() && p.support->cols() == p.values.cols()));
    }

    std::vector<T> upstream(std::size_t number) const {
        std::vector<T> u(table_.dim());
        for (std::size_t c = 0; c < u.size(); ++c)
            u[c] = static_cast<T>(2 * random_stream(2).fork("conformance upstream").uniform(number, c) - 1);
        return u;
    }

    // The gradient after accumulating the given (id, upstream) pairs, in order.
    plain_gradient after(const std::vector<std::pair<Id, std::vector<T>>>& calls) {
        auto gradient = table_.make_gradient();
        for (const auto& [id, u] : calls) std::as_const(table_).accumulate(id, u, gradient);
        return plain(table_, gradient);
    }

    void check_accumulate() {
        if (ids_.empty()) return;
        const Id a = ids_.front(), b = ids_[ids_.size() / 2], c = ids_.back();
        const std::vector<T> u = upstream(1), v = upstream(2);
        std::vector<T> sum(u), twice(u);
        for (std::size_t i = 0; i < u.size(); ++i) {
            sum[i] += v[i];
            twice[i] += u[i];
        }
        require_axiom(report_, "accumulate does not change the table", [&]() -> std::string {
            const auto before = looked_up(std::as_const(table_), ids_);
            static_cast<void>(after({{a, u}, {b, v}, {c, u}}));
            const auto now = looked_up(std::as_const(table_), ids_);
            for (std::size_t j = 0; j < ids_.size(); ++j)
                if (!same_bits_all(before[j], now[j])) return name_of(ids_[j]) + " has other values now";
            return {};
        });
        require_axiom(report_, "accumulate is linear in upstream", [&]() -> std::string {
            if (!after({{a, std::vector<T>(u.size(), T{0})}}).empty()) return "a zero upstream gave a gradient";
            if (!are_near(after({{a, u}}), after({{a, twice}}), 2, epsilon))
                return "twice the upstream did not give twice the gradient";
            if (!are_near(after({{a, u}, {a, v}}), after({{a, sum}}), 1, epsilon))
                return "two upstreams in turn did not give the gradient of their sum";
            return {};
        });
        require_axiom(report_, "calls of accumulate commute", [&]() -> std::string {
            return are_near(after({{a, u}, {b, v}, {c, u}}), after({{c, u}, {b, v}, {a, u}}), 1, epsilon)
                       ? ""
                       : "another order gave another gradient";
        });
    }

    Table& table_;
    const std::vector<Id>& ids_;
    conformance_report& report_;
};

}  // namespace detail
}  // namespace testing
}  // namespace PLEACH_ABI
}  // namespace pleach
