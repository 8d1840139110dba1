// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A frozen table whose type the program does not know, as open_any (io/open_any.hpp) returns it. It is a table like any other.
/// Its members are the batch verbs, at one virtual call per batch; lookup() costs one per row.
///
/// The verbs for all kinds of the library are compiled once, in the target `pleach::any_table`; this header includes none of
/// them. If the type is known, open that type instead: its lookups are inlined.

#include <pleach/core/function_ref.hpp>
#include <pleach/frozen/row_ids.hpp>
#include <pleach/table/batch.hpp>
#include <pleach/table/ranking.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>

namespace pleach {
inline namespace PLEACH_ABI {

/// Called with the number of a query and its best entities, best first.
using ranking_visitor = function_ref<void(std::size_t query, std::span<const scored<float>> best)>;

namespace frozen::detail {

/// The verbs of a table of any type; erased_table.hpp implements them.
class table_verbs {
public:
    using id_type = std::uint32_t;
    using ids = std::span<const id_type>;
    using offsets = std::span<const std::size_t>;
    using rows = matrix_view<float>;

    virtual ~table_verbs() = default;
    virtual void lookup(id_type id, std::span<float> out) const = 0;
    virtual void gather(ids, rows out, const batch_options&) const = 0;
    virtual void gather_sum(ids, offsets, rows out, const batch_options&) const = 0;
    virtual void gather_weighted_sum(ids, std::span<const float> weights, offsets, rows out, const batch_options&) const = 0;
    virtual void gather_mean(ids, offsets, rows out, const batch_options&) const = 0;
    virtual void score(std::span<const float> query, std::span<float> out, executor_ref) const = 0;
    virtual void rank(matrix_view<const float> queries, std::span<best_list<float>>, const excluded_ids&,
                      executor_ref) const = 0;
    virtual void top_k(matrix_view<const float> queries, std::size_t k, ranking_visitor, const ranking_options&) const = 0;
};

}  // namespace frozen::detail

/// Copies are cheap and share the rows, which stay open as long as one of them is there. Const members may run concurrently.
class any_frozen_table {
public:
    using value_type = float;
    using id_type = std::uint32_t;

    /// Any table of floats with 32-bit ids, for example one of a program's own kind; include frozen/erased_table.hpp. `bytes`
    /// are those of its file, if it has one, and `ids` the original ids of its rows.
    template <class Table>
    any_frozen_table(Table table, std::string kind, std::span<const std::byte> bytes = {}, frozen::row_ids ids = {});

    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] std::size_t dim() const noexcept { return dim_; }
    /// The kind of the table as the file names it, such as `bitmap_rows<f16>` or `composed<sum>`.
    [[nodiscard]] const std::string& kind() const noexcept { return kind_; }
    /// The bytes of the file, header included; none if the table is not from a file.
    [[nodiscard]] std::span<const std::byte> bytes() const noexcept { return bytes_; }
    /// The original ids of the rows; empty if the file has none.
    [[nodiscard]] const frozen::row_ids& ids() const noexcept { return ids_; }

    /// *Precondition:* id < size(), out.size() == dim().
    void lookup(id_type id, std::span<float> out) const { verbs_->lookup(id, out); }

    /// As the functions of these names in table/batch.hpp and table/bags.hpp, which give errors and complexity.
    void gather(std::span<const id_type> ids, matrix_view<float> out, const batch_options& how = {}) const {
        verbs_->gather(ids, out, how);
    }
    void gather_sum(std::span<const id_type> ids, std::span<const std::size_t> offsets, matrix_view<float> out,
                    const batch_options& how = {}) const {
        verbs_->gather_sum(ids, offsets, out, how);
    }
    void gather_weighted_sum(std::span<const id_type> ids, std::span<const float> weights, std::span<const std::size_t> offsets,
                             matrix_view<float> out, const batch_options& how = {}) const {
        verbs_->gather_weighted_sum(ids, weights, offsets, out, how);
    }
    void gather_mean(std::span<const id_type> ids, std::span<const std::size_t> offsets, matrix_view<float> out,
                     const batch_options& how = {}) const {
        verbs_->gather_mean(ids, offsets, out, how);
    }

    /// The same four for ids in another integer type, such as std::int64_t; see table/narrowed_ids.hpp.
    template <ids_of_other_type<id_type> Ids>
    void gather(const Ids& ids, matrix_view<float> out, const batch_options& how = {}) const {
        gather(narrowed(ids, how, "gather"), out, how);
    }
    template <ids_of_other_type<id_type> Ids>
    void gather_sum(const Ids& ids, std::span<const std::size_t> offsets, matrix_view<float> out,
                    const batch_options& how = {}) const {
        gather_sum(narrowed(ids, how, "gather_sum"), offsets, out, how);
    }
    template <ids_of_other_type<id_type> Ids>
    void gather_weighted_sum(const Ids& ids, std::span<const float> weights, std::span<const std::size_t> offsets,
                             matrix_view<float> out, const batch_options& how = {}) const {
        gather_weighted_sum(narrowed(ids, how, "gather_weighted_sum"), weights, offsets, out, how);
    }
    template <ids_of_other_type<id_type> Ids>
    void gather_mean(const Ids& ids, std::span<const std::size_t> offsets, matrix_view<float> out,
                     const batch_options& how = {}) const {
        gather_mean(narrowed(ids, how, "gather_mean"), offsets, out, how);
    }

    /// As the functions of these names in table/top_k.hpp.
    void score(std::span<const float> query, std::span<float> out, executor_ref exec = {}) const {
        verbs_->score(query, out, exec);
    }
    void top_k(matrix_view<const float> queries, std::size_t k, ranking_visitor visit, const ranking_options& how = {}) const {
        verbs_->top_k(queries, k, visit, how);
    }

    /// Called by the free functions rank() and top_k(), see table/ranking.hpp.
    void rank(matrix_view<const float> queries, std::span<best_list<float>> lists, const excluded_ids& excluded,
              executor_ref exec) const {
        verbs_->rank(queries, lists, excluded, exec);
    }

private:
    template <class Ids>
    [[nodiscard]] std::vector<id_type> narrowed(const Ids& ids, const batch_options& how, const char* verb) const {
        return narrowed_ids(*this, ids, how.ids, verb);
    }

    std::shared_ptr<const frozen::detail::table_verbs> verbs_;
    std::size_t size_;
    std::size_t dim_;
    std::string kind_;
    std::span<const std::byte> bytes_;
    frozen::row_ids ids_;
};

}  // namespace PLEACH_ABI
}  // namespace pleach
