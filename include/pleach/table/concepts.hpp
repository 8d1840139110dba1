// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A table is a function from an entity id to a row. These concepts are the whole contract; testing/conformance.hpp checks
/// the part of it that no compiler sees:
///
/// - `lookup` depends on the table's state and the id alone; `out.size() == dim()`.
/// - An enumerable table has the ids 0 .. size() - 1; any other accepts every id.
/// - `accumulate` adds the transposed Jacobian of `lookup`, taken over the stored parameters (dead ones included), applied to
///   `upstream`. It is linear in `upstream`, and calls commute.
/// - Const members may run concurrently; distinct gradient objects may be filled concurrently.
///
/// Optional members, found by `requires` and never required: `prefetch(id)` and `add_to(out, id, weight)`.

#include <pleach/core/entity_id.hpp>
#include <pleach/core/matrix_view.hpp>

#include <concepts>
#include <cstddef>
#include <span>

namespace pleach {
inline namespace PLEACH_ABI {

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

/// T can be read and its ids counted: they are 0 .. size() - 1.
template <class T>
concept enumerable_table = embedding_table<T> && has_size<T>;

/// T's rows exist in memory as they are looked up: row(id) shows one.
template <class T>
concept row_table = enumerable_table<T> && has_rows<T>;

/// T's rows may be written through row(id).
template <class T>
concept writable_row_table = row_table<T> && has_writable_rows<T>;

/// T can be trained: make_gradient(), accumulate(id, upstream, gradient) and for_each_parameter with and without a gradient.
template <class T>
concept trainable_table = embedding_table<T> && has_gradient<T> && has_accumulate<T> && has_parameters<T>;

}  // namespace PLEACH_ABI
}  // namespace pleach
