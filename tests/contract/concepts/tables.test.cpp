// SPDX-License-Identifier: Apache-2.0

// What models what, what must not, what cannot throw. Nothing here runs.

#include <pleach/core/entity_id.hpp>
#include <pleach/core/random_stream.hpp>
#include <pleach/init/normal.hpp>
#include <pleach/init/power_law.hpp>
#include <pleach/init/uniform.hpp>
#include <pleach/init/xavier.hpp>
#include <pleach/interop/openmp.hpp>
#include <pleach/learn/adagrad.hpp>
#include <pleach/learn/adam.hpp>
#include <pleach/learn/optimizer.hpp>
#include <pleach/learn/sgd.hpp>
#include <pleach/prune/prune.hpp>
#include <pleach/sparse/mask_overlay.hpp>
#include <pleach/sparse/masked.hpp>
#include <pleach/table/borrowed_table.hpp>
#include <pleach/table/concepts.hpp>
#include <pleach/table/dense_table.hpp>
#include <pleach/table/state.hpp>

#include "support/catch.hpp"

namespace tables_test {

using namespace pleach;

namespace {

enum class item_id : std::uint32_t {};
enum class user_id : std::uint32_t {};
enum class signed_id : std::int32_t {};
enum plain_id : std::uint32_t {};

using dense = dense_table<float, item_id>;
using borrowed = borrowed_table<float, item_id>;

struct without_dim {
    using value_type = float;
    using id_type = std::uint32_t;
    void lookup(id_type, std::span<float>) const {}
};
struct of_integers {
    using value_type = int;
    using id_type = std::uint32_t;
    std::size_t dim() const { return 1; }
    void lookup(id_type, std::span<int>) const {}
};

template <class Table, class Id>
concept can_look_up = requires(const Table& table, Id id, std::span<typename Table::value_type> out) { table.lookup(id, out); };

// Ids
static_assert(entity_id<std::uint8_t> && entity_id<std::uint64_t> && entity_id<item_id>);
static_assert(!entity_id<int> && !entity_id<bool> && !entity_id<float> && !entity_id<signed_id> && !entity_id<plain_id>);
static_assert(can_look_up<dense, item_id> && !can_look_up<dense, user_id> && !can_look_up<dense, std::uint32_t>);

// Tables
static_assert(writable_row_table<dense> && trainable_table<dense>);
static_assert(writable_row_table<borrowed> && trainable_table<borrowed>);
static_assert(row_table<masked<dense>> && !writable_row_table<masked<dense>> && trainable_table<masked<dense>>);
static_assert(enumerable_table<mask_overlay<dense>> && !row_table<mask_overlay<dense>> && trainable_table<mask_overlay<dense>>);
static_assert(enumerable_table<mask_overlay<const dense>> && !trainable_table<mask_overlay<const dense>>);
static_assert(trainable_table<mask_overlay<borrowed>> && trainable_table<masked<borrowed>>);
static_assert(!embedding_table<without_dim> && !embedding_table<of_integers> && !embedding_table<int>);

// Pruning and checkpoints
static_assert(prunable_table<masked<dense>> && !prunable_table<dense> && !prunable_table<mask_overlay<dense>>);
static_assert(has_replaceable_support<masked<dense>> && !has_replaceable_support<mask_overlay<dense>>);

// Policies
static_assert(executor<sequential> && executor<openmp> && !executor<int>);
static_assert(update_rule<sgd, float> && update_rule<adagrad, double> && update_rule<row_wise_adagrad, float> &&
              update_rule<adam, double> && !update_rule<normal, float>);
static_assert(initializer<uniform, float> && initializer<normal, double> && initializer<power_law, float> &&
              initializer<xavier_uniform, double> && initializer<xavier_normal, float> && !initializer<adam, float>);

// Reading cannot throw, unless contracts are checked.
template <class Table>
constexpr bool reads_without_throwing =
    noexcept(std::declval<const Table&>().lookup(typename Table::id_type{}, std::span<typename Table::value_type>{})) &&
    noexcept(std::declval<const Table&>().add_to(std::span<typename Table::value_type>{}, typename Table::id_type{},
                                                 typename Table::value_type{}));
static_assert(reads_without_throwing<dense> == !hardened && reads_without_throwing<borrowed> == !hardened &&
              reads_without_throwing<masked<dense>> == !hardened && reads_without_throwing<mask_overlay<dense>> == !hardened);
static_assert(noexcept(std::declval<const dense&>().prefetch(item_id{})));
static_assert(noexcept(std::declval<const dense&>().size()) && noexcept(std::declval<const masked<dense>&>().dim()));

// Values: tables copy, views copy trivially, moves do not throw.
static_assert(std::regular<dense> && std::regular<masked<dense>> && std::regular<bit_mask> && std::regular<matrix<double>>);
static_assert(std::is_trivially_copyable_v<matrix_view<float>> && std::is_trivially_copyable_v<borrowed> &&
              std::is_trivially_copyable_v<mask_overlay<dense>> && std::is_trivially_copyable_v<random_stream>);
static_assert(std::is_nothrow_move_constructible_v<dense> && std::is_nothrow_move_constructible_v<masked<dense>>);
static_assert(std::convertible_to<matrix_view<float>, matrix_view<const float>> &&
              !std::convertible_to<matrix_view<const float>, matrix_view<float>>);

// A mask that would die before its overlay is refused; rows of a masked table cannot be written.
static_assert(!std::constructible_from<mask_overlay<dense>, dense&, bit_mask>);
static_assert(std::is_const_v<std::remove_reference_t<decltype(*std::declval<masked<dense>&>().row(item_id{}).data())>>);

}  // namespace

TEST_CASE("the concepts hold, as this file compiles") { SUCCEED(); }

}  // namespace tables_test
