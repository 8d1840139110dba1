// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A table is a function from an entity id to a row. These concepts are the whole contract; testing/conformance.hpp checks the
/// part that the compiler cannot:
///
/// - `lookup` depends on the table's state and the id alone; `out.size() == dim()`.
/// - The ids of an enumerable table are 0 .. size() - 1; any other table accepts every id.
/// - `accumulate` adds the transposed Jacobian of `lookup`, with respect to the stored parameters (including masked ones),
///   applied to `upstream`. It is linear in `upstream`, and calls commute.
/// - Const members may run concurrently; distinct gradient objects may be filled concurrently.
///
/// Optional members are detected by the concept beside them and never required. Without one, the library falls back to lookup
/// or refuses:
///
/// | member | concept | means |
/// |---|---|---|
/// | `prefetch(id)` | has_prefetch | prefetches the row; changes nothing |
/// | `prefetch_start(id)` | has_prefetch_start | prefetches the metadata that prefetch(id) reads |
/// | `add_to(out, id, weight)` | has_add_to | out += weight * row |
/// | `sum(ids, count, ahead, out, weights)` | has_sum | out = sum_j weights.at(j) * row; `ahead` ids follow, to prefetch |
/// | `rows()` | has_stored_rows | a matrix_view whose row i is the row of id i |
/// | `borrowed_rows()` | borrows_rows | such a view of rows that somebody else owns: a snapshot copies them |
/// | `dot(id, query)`, `score(...)`, `rank(...)` | has_dot, scores_itself, ranks_itself | ranking.hpp |
/// | `mask()`, `keep(mask)` | prunable_table | which entries are live; zeroing all others for good |
/// | `set_support(parameter, mask)` | has_replaceable_support | lets a checkpoint replace a mask |
/// | `for_each_assignment(visit)`, `set_assignment(name, ids, weights)` | has_assignments | assignments.hpp |
/// | `over(f)`, `for_each_part(self, visit)` | has_parts | parts.hpp: what an adaptor is made of |

#include <pleach/core/entity_id.hpp>
#include <pleach/core/matrix_view.hpp>

#include <concepts>
#include <cstddef>
#include <span>
#include <string_view>

namespace pleach {
inline namespace PLEACH_ABI {

class bit_mask;

template <class T>
concept has_table_types = requires {
    typename T::value_type;
    typename T::id_type;
} && std::floating_point<typename T::value_type> && entity_id<typename T::id_type>;

template <class T>
concept has_dim = requires(const T& table) {
    { table.dim() } -> std::same_as<std::size_t>;
};

template <class T>
concept has_lookup =
    requires(const T& table, typename T::id_type id, std::span<typename T::value_type> out) { table.lookup(id, out); };

template <class T>
concept has_size = requires(const T& table) {
    { table.size() } -> std::same_as<std::size_t>;
};

template <class T>
concept has_rows = requires(const T& table, typename T::id_type id) {
    { table.row(id) } -> std::convertible_to<std::span<const typename T::value_type>>;
};

template <class T>
concept has_writable_rows = requires(T& table, typename T::id_type id) {
    { table.row(id) } -> std::convertible_to<std::span<typename T::value_type>>;
};

template <class T>
concept has_gradient = requires(const T& table) {
    typename T::gradient_type;
    { table.make_gradient() } -> std::same_as<typename T::gradient_type>;
};

template <class T>
concept has_accumulate = requires(const T& table, typename T::id_type id, std::span<const typename T::value_type> upstream,
                                  typename T::gradient_type& gradient) { table.accumulate(id, upstream, gradient); };

namespace detail {
struct any_visitor {
    void operator()(const auto&) const {}
};
}  // namespace detail

template <class T>
concept has_parameters = requires(T& table, const T& read_only, typename T::gradient_type& gradient) {
    table.for_each_parameter(gradient, detail::any_visitor{});
    read_only.for_each_parameter(detail::any_visitor{});
};

/// T can be read: it has value_type, id_type, dim() and lookup(id, out).
template <class T>
concept embedding_table = has_table_types<T> && has_dim<T> && has_lookup<T>;

/// T can be read, and its ids are 0 .. size() - 1.
template <class T>
concept enumerable_table = embedding_table<T> && has_size<T>;

/// T stores rows exactly as they are looked up: row(id) is a view of one.
template <class T>
concept row_table = enumerable_table<T> && has_rows<T>;

/// T's rows may be written through row(id).
template <class T>
concept writable_row_table = row_table<T> && has_writable_rows<T>;

/// T can be trained: make_gradient(), accumulate(id, upstream, gradient) and for_each_parameter with and without a gradient.
template <class T>
concept trainable_table = embedding_table<T> && has_gradient<T> && has_accumulate<T> && has_parameters<T>;

/// T can prefetch a row: prefetch(id).
template <class T>
concept has_prefetch = requires(const T& table, typename T::id_type id) { table.prefetch(id); };

/// T can prefetch the metadata that prefetch(id) reads: prefetch_start(id).
template <class T>
concept has_prefetch_start = requires(const T& table, typename T::id_type id) { table.prefetch_start(id); };

/// T adds weighted rows without copying them: add_to(out, id, weight).
template <class T>
concept has_add_to = requires(const T& table, std::span<typename T::value_type> out, typename T::id_type id,
                              typename T::value_type weight) { table.add_to(out, id, weight); };

/// T sums rows itself: sum(ids, count, ahead, out, weights), with weights as in kernel/sum_rows.hpp.
template <class T, class Weights>
concept has_sum = requires(const T& table, const typename T::id_type* ids, std::size_t n, std::span<typename T::value_type> out,
                           Weights weights) { table.sum(ids, n, n, out, weights); };

/// T's rows are stored in one matrix, row i for id i: rows().
template <class T>
concept has_stored_rows = requires(const T& table) {
    { table.rows() } -> std::convertible_to<matrix_view<const typename T::value_type>>;
};

/// T is a view of rows that somebody else owns: borrowed_rows().
template <class T>
concept borrows_rows = requires(const T& table) {
    { table.borrowed_rows() } -> std::convertible_to<matrix_view<const typename T::value_type>>;
};

/// T is a table whose entries can be pruned: mask() and keep(mask).
template <class T>
concept prunable_table = enumerable_table<T> && requires(T& table, const T& read_only, const bit_mask& mask) {
    { read_only.mask() } -> std::convertible_to<const bit_mask&>;
    table.keep(mask);
};

/// T lets a checkpoint replace the mask of one of its own parameters: `set_support(parameter name, mask)`.
template <class T>
concept has_replaceable_support =
    requires(T& table, std::string_view parameter, const bit_mask& mask) { table.set_support(parameter, mask); };

}  // namespace PLEACH_ABI
}  // namespace pleach
