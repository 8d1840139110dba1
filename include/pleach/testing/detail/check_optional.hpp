// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Axioms of the optional members that return, sum and rank rows: results agree with lookups.

#include <pleach/core/bit_mask.hpp>
#include <pleach/table/bags.hpp>
#include <pleach/table/snapshot.hpp>
#include <pleach/table/top_k.hpp>
#include <pleach/testing/detail/findings.hpp>

#include <cmath>

namespace pleach {
inline namespace PLEACH_ABI {
namespace testing {
namespace detail {

template <class Table>
class optional_checks {
    using T = typename Table::value_type;
    using Id = typename Table::id_type;

public:
    optional_checks(const Table& table, const std::vector<Id>& ids, conformance_report& report)
        : table_(table), ids_(ids), report_(report) {}

    void run() const {
        if constexpr (has_prefetch<Table>) require_unchanged("prefetch changes nothing", [&](Id id) { table_.prefetch(id); });
        if constexpr (has_prefetch_start<Table>)
            require_unchanged("prefetch_start changes nothing", [&](Id id) { table_.prefetch_start(id); });
        if constexpr (has_stored_rows<Table>)
            require_matrix("rows() shows what lookup copies", [&] { return matrix_view<const T>(table_.rows()); });
        if constexpr (borrows_rows<Table>)
            require_matrix("borrowed_rows() shows what lookup copies",
                           [&] { return matrix_view<const T>(table_.borrowed_rows()); });
        check_sums();
        if constexpr (has_dot<Table>) check_dot();
        if constexpr (scores_itself<Table>) check_scores();
        if constexpr (ranks_itself<Table>) check_ranking();
        if constexpr (prunable_table<Table> && !hides_parts<Table>)
            if constexpr (std::same_as<snapshot_of<Table>, Table>) check_keep();  // others would change borrowed rows
    }

private:
    static constexpr double epsilon = static_cast<double>(std::numeric_limits<T>::epsilon());

    template <class Call>
    void require_unchanged(const char* axiom, Call&& call) const {
        require_axiom(report_, axiom, [&]() -> std::string {
            const auto before = looked_up(table_, ids_);
            for (const Id id : ids_) call(id);
            for (std::size_t j = 0; j < ids_.size(); ++j)
                if (!same_bits_all(looked_up(table_, ids_[j]), before[j])) return name_of(ids_[j]) + " has other values now";
            return {};
        });
    }

    template <class Show>
    void require_matrix(const char* axiom, Show&& show) const {
        require_axiom(report_, axiom, [&]() -> std::string {
            const matrix_view<const T> rows = show();
            if (rows.rows() != table_.size() || rows.cols() != table_.dim()) return "its shape differs";
            for (const Id id : ids_)
                if (!same_bits_all(rows.row(to_index(id)), looked_up(table_, id))) return name_of(id) + " differs";
            return {};
        });
    }

    void check_sums() const {
        if (ids_.empty()) return;
        require_axiom(report_, "sums of rows are those of the lookups", [&]() -> std::string {
            std::vector<Id> bag = ids_;
            bag.push_back(ids_.front());
            const std::vector<std::size_t> offsets{0, 0, 1, bag.size()};
            std::vector<T> weights(bag.size());
            for (std::size_t j = 0; j < bag.size(); ++j) weights[j] = T(1) - static_cast<T>(j % 3);
            matrix<T> plain(3, table_.dim()), weighted(3, table_.dim());
            gather_sum(table_, std::span<const Id>(bag), offsets, plain.view());
            gather_weighted_sum(table_, std::span<const Id>(bag), std::span<const T>(weights), offsets, weighted.view());
            for (std::size_t b = 0; b < 3; ++b) {
                std::vector<double> sum(table_.dim()), by_weight(table_.dim());
                for (std::size_t j = offsets[b]; j < offsets[b + 1]; ++j) {
                    const std::vector<T> row = looked_up(table_, bag[j]);
                    for (std::size_t c = 0; c < row.size(); ++c) {
                        sum[c] += static_cast<double>(row[c]);
                        by_weight[c] += static_cast<double>(weights[j] * row[c]);
                    }
                }
                for (std::size_t c = 0; c < table_.dim(); ++c)
                    if (!is_near(static_cast<double>(plain.row(b)[c]), sum[c], epsilon) ||
                        !is_near(static_cast<double>(weighted.row(b)[c]), by_weight[c], epsilon))
                        return "column " + std::to_string(c) + " of the sum of " + std::to_string(offsets[b + 1] - offsets[b]) +
                               " rows differs";
            }
            return {};
        });
    }

    [[nodiscard]] std::vector<T> query(std::size_t number) const {
        std::vector<T> values(table_.dim());
        for (std::size_t c = 0; c < values.size(); ++c)
            values[c] = static_cast<T>(2 * random_stream(4).fork("conformance query").uniform(number, c) - 1);
        return values;
    }
    [[nodiscard]] double product(Id id, const std::vector<T>& q) const {
        const std::vector<T> row = looked_up(table_, id);
        double sum = 0;
        for (std::size_t c = 0; c < row.size(); ++c) sum += static_cast<double>(row[c]) * static_cast<double>(q[c]);
        return sum;
    }

    // True if `score` is `expected` up to the rounding of a sum of dim() terms added in any order.
    [[nodiscard]] bool is_score(T score, double expected, Id id, const std::vector<T>& q) const {
        const std::vector<T> row = looked_up(table_, id);
        double terms = 1;
        for (std::size_t c = 0; c < row.size(); ++c) terms += std::abs(static_cast<double>(row[c]) * static_cast<double>(q[c]));
        return std::abs(static_cast<double>(score) - expected) <= static_cast<double>(row.size() + 64) * epsilon * terms;
    }

    void check_dot() const {
        require_axiom(report_, "dot is the product of the lookup and the query", [&]() -> std::string {
            const std::vector<T> q = query(0);
            for (const Id id : ids_)
                if (!is_score(table_.dot(id, std::span<const T>(q)), product(id, q), id, q)) return name_of(id) + " differs";
            return {};
        });
    }

    void check_scores() const {
        require_axiom(report_, "score gives the product of every row and the query", [&]() -> std::string {
            const std::vector<T> q = query(0);
            std::vector<T> out(table_.size(), T(7));
            table_.score(std::span<const T>(q), std::span<T>(out), executor_ref{});
            for (const Id id : ids_)
                if (!is_score(out[to_index(id)], product(id, q), id, q)) return name_of(id) + " differs";
            return {};
        });
    }

    // Ties within rounding may go either way, so scores are compared; an id is only checked to have the score given for it.
    void check_ranking() const {
        require_axiom(report_, "rank offers the best rows that are not excluded", [&]() -> std::string {
            if (table_.size() > 100'000) return {};
            constexpr std::size_t queries = 3, k = 5;
            matrix<T> asked(queries, table_.dim());
            for (std::size_t q = 0; q < queries; ++q) std::ranges::copy(query(q), asked.row(q).begin());
            std::vector<std::uint64_t> some;
            for (std::size_t x = 0; x < table_.size(); x += 3) some.push_back(x);
            const std::vector<std::uint64_t> none;
            const auto excluded = [&](std::size_t q) -> const auto& { return q == 0 ? none : some; };
            std::string finding;
            const auto look = [&](std::size_t q, std::span<const scored<T>> best) {
                const std::vector<T> one = query(q);
                std::vector<double> scores;
                for (std::size_t x = 0; x < table_.size(); ++x)
                    if (!std::ranges::binary_search(excluded(q), x)) scores.push_back(product(static_cast<Id>(x), one));
                std::ranges::sort(scores, std::ranges::greater{});
                if (best.size() != (std::min)(k, scores.size())) {
                    finding = std::to_string(best.size()) + " rows were offered";
                    return;
                }
                for (std::size_t i = 0; i < best.size(); ++i) {
                    const auto id = static_cast<Id>(best[i].id);
                    if (std::ranges::binary_search(excluded(q), best[i].id))
                        finding = name_of(id) + " was excluded";
                    else if (!is_score(best[i].score, product(id, one), id, one))
                        finding = name_of(id) + " scores something else";
                    else if (!is_score(best[i].score, scores[i], id, one))
                        finding = name_of(id) + " is not at place " + std::to_string(i + 1);
                }
            };
            top_k(table_, matrix_view<const T>(asked.view()), k, look, {.excluded = excluded});
            return finding;
        });
    }

    void check_keep() const {
        require_axiom(
            report_, "keep makes the entries outside the mask +0, revives none, and changes no other", [&]() -> std::string {
                Table copy = table_;
                bit_mask mask = bit_mask::ones(table_.size(), table_.dim());
                for (const Id id : ids_) mask.reset(to_index(id), to_index(id) % table_.dim());
                copy.keep(mask);
                for (const Id id : ids_) {
                    const std::vector<T> before = looked_up(table_, id), after = looked_up(copy, id);
                    for (std::size_t c = 0; c < after.size(); ++c) {
                        const bool lives = mask.test(to_index(id), c) && table_.mask().test(to_index(id), c);
                        if (copy.mask().test(to_index(id), c) != lives || !same_bits(after[c], lives ? before[c] : T{0}))
                            return name_of(id) + ", column " + std::to_string(c) + " violates this";
                    }
                }
                return {};
            });
    }

    const Table& table_;
    const std::vector<Id>& ids_;
    conformance_report& report_;
};

}  // namespace detail
}  // namespace testing
}  // namespace PLEACH_ABI
}  // namespace pleach
