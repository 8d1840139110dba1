// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Makes an any_frozen_table of a table whose type is known: `any_frozen_table(table, "my_rows")`. It compiles every verb for
/// that type.

#include <pleach/frozen/any_frozen_table.hpp>
#include <pleach/table/bags.hpp>
#include <pleach/table/top_k.hpp>

#include <type_traits>

namespace pleach {
inline namespace PLEACH_ABI {

namespace frozen::detail {

template <class Table>
class erased_table final : public table_verbs {
public:
    explicit erased_table(Table table) : table_(std::move(table)) {}

    [[nodiscard]] const Table& table() const noexcept { return table_; }

    void lookup(id_type id, std::span<float> out) const override { table_.lookup(id, out); }
    void gather(ids which, rows out, const batch_options& how) const override { pleach::gather(table_, which, out, how); }
    void gather_sum(ids which, offsets bags, rows out, const batch_options& how) const override {
        pleach::gather_sum(table_, which, bags, out, how);
    }
    void gather_weighted_sum(ids which, std::span<const float> weights, offsets bags, rows out,
                             const batch_options& how) const override {
        pleach::gather_weighted_sum(table_, which, weights, bags, out, how);
    }
    void gather_mean(ids which, offsets bags, rows out, const batch_options& how) const override {
        pleach::gather_mean(table_, which, bags, out, how);
    }
    void score(std::span<const float> query, std::span<float> out, executor_ref exec) const override {
        pleach::score(table_, query, out, exec);
    }
    void rank(matrix_view<const float> queries, std::span<best_list<float>> lists, const excluded_ids& excluded,
              executor_ref exec) const override {
        pleach::rank(table_, queries, lists, excluded, exec);
    }
    void top_k(matrix_view<const float> queries, std::size_t k, ranking_visitor visit,
               const ranking_options& how) const override {
        pleach::top_k(table_, queries, k, visit, how);
    }

private:
    Table table_;
};

}  // namespace frozen::detail

template <class Table>
any_frozen_table::any_frozen_table(Table table, std::string kind, std::span<const std::byte> bytes, frozen::row_ids ids)
    : size_(table.size()), dim_(table.dim()), kind_(std::move(kind)), bytes_(bytes), ids_(std::move(ids)) {
    static_assert(enumerable_table<Table> && std::is_same_v<typename Table::value_type, float> &&
                      std::is_same_v<typename Table::id_type, id_type>,
                  "pleach::any_frozen_table holds tables of floats whose ids are std::uint32_t and have a size()");
    verbs_ = std::make_shared<const frozen::detail::erased_table<Table>>(std::move(table));
}

}  // namespace PLEACH_ABI
}  // namespace pleach
