// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A table that stores its live entries only: for each row a bit for each column, and the values of the set bits one after the
/// other. Gradients and the state of optimizers exist for live values only, so that the memory of training follows density: of n
/// live entries in N rows of d columns, Adam takes 12 n + N d / 8 + 4 N bytes, where a dense or a masked table takes 12 N d.
///
///     auto table = pleach::pack(ticket);               // of masked<...>; through any nesting
///     ... train as any other table ...
///     auto masked_again = pleach::unpack(table);
///
/// Lookups, gradients of live entries and steps have the same bits as those of `masked`. Dead entries have no gradient; rows
/// cannot be viewed, since they are not stored as they are looked up.

#include <pleach/core/matrix.hpp>
#include <pleach/kernel/prefetch.hpp>
#include <pleach/kernel/spread_row.hpp>
#include <pleach/sparse/masked.hpp>
#include <pleach/table/dense_table.hpp>

#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace pleach {
inline namespace PLEACH_ABI {

template <std::floating_point T, entity_id Id = std::uint32_t>
class packed {
public:
    using value_type = T;
    using id_type = Id;
    using gradient_type = row_gradient<T>;

    packed() : packed(bit_mask()) {}

    /// The set bits are live, with value 0. *Throws* std::length_error for more than 4294967295 of them.
    explicit packed(bit_mask mask) : mask_(std::move(mask)), starts_(starts_of(mask_)), values_(starts_.back(), 1) {}

    /// The entries of a table that the mask names; the others die. *Throws* std::invalid_argument if the shapes differ.
    template <enumerable_table Source>
    packed(const Source& source, bit_mask mask) : packed(std::move(mask)) {
        assign(source);
    }
    /// All entries of a table, live.
    template <enumerable_table Source>
        requires(!std::same_as<Source, packed>)
    explicit packed(const Source& source) : packed(source, bit_mask::ones(source.size(), source.dim())) {}

    [[nodiscard]] std::size_t size() const noexcept { return mask_.rows(); }
    [[nodiscard]] std::size_t dim() const noexcept { return mask_.cols(); }
    [[nodiscard]] const bit_mask& mask() const noexcept { return mask_; }

    /// The live values, row by row and in each row by ascending column.
    [[nodiscard]] std::span<const T> values() const noexcept { return values_.elements(); }
    /// Those of a row. *Precondition:* to_index(id) < size().
    [[nodiscard]] std::span<const T> live_values(Id id) const noexcept {
        return values().subspan(starts_[to_index(id)], starts_[to_index(id) + 1] - starts_[to_index(id)]);
    }

    /// *Precondition:* to_index(id) < size(), out.size() == dim().
    void lookup(Id id, std::span<T> out) const noexcept(!hardened) {
        PLEACH_EXPECTS(out.size() == dim(), "packed::lookup was given an output whose width is not dim()");
        spread_row(words_of(id), values_of(id), out.data(), dim());
    }

    /// out += weight * row. *Precondition:* as lookup.
    void add_to(std::span<T> out, Id id, T weight) const noexcept(!hardened) {
        PLEACH_EXPECTS(out.size() == dim(), "packed::add_to was given an output whose width is not dim()");
        add_spread_row(words_of(id), weight, values_of(id), out.data(), dim());
    }

    void prefetch_start(Id id) const noexcept {
        const std::size_t r = to_index(id);
        detail::prefetch_bytes(starts_.data() + r, sizeof(std::uint32_t));
        detail::prefetch_bytes(mask_.words().data() + r * mask_.words_per_row(), mask_.words_per_row() * sizeof(std::uint64_t));
    }
    void prefetch(Id id) const noexcept {
        const std::span<const T> values = live_values(id);
        detail::prefetch_bytes(values.data(), values.size_bytes());
    }

    /// Also kills every entry outside `mask`, and frees its memory; never revives one. *Throws* std::invalid_argument if the
    /// shapes differ.
    void keep(const bit_mask& mask) {
        bit_mask next = mask_;
        next &= mask;
        replace_mask(std::move(next));
    }

    /// Replaces the mask, as checkpoints and regrowth do. Entries that are in both keep their values; revived ones begin at 0.
    /// Gradients and optimizers of the table must be made again, unless the optimizer makes the change (keep_state_through).
    /// *Throws* std::invalid_argument if the shapes differ.
    void set_support(std::string_view, const bit_mask& mask) {
        bit_mask next = bit_mask::ones(size(), dim());
        next &= mask;
        replace_mask(std::move(next));
    }

    /// Copies the live entries from another table. *Throws* std::invalid_argument if the shapes differ.
    template <enumerable_table Source>
    void assign(const Source& source) {
        if (source.size() != size() || source.dim() != dim())
            throw std::invalid_argument("pleach::packed: cannot take rows of a " + std::to_string(source.size()) + " x " +
                                        std::to_string(source.dim()) + " table into one of " + std::to_string(size()) + " x " +
                                        std::to_string(dim()));
        std::vector<T> row(dim());
        for (std::size_t r = 0; r < size(); ++r) {
            source.lookup(static_cast<typename Source::id_type>(r), row);
            pick_row(mask_.row_words(r).data(), row.data(), values_.data() + starts_[r], dim());
        }
    }

    /// For the live values only: packed rows.
    [[nodiscard]] gradient_type make_gradient() const { return {std::span(starts_), dim()}; }

    /// gradient[id] += upstream, for live entries. *Precondition:* the gradient is of this mask.
    void accumulate(Id id, std::span<const T> upstream, gradient_type& gradient) const {
        PLEACH_EXPECTS(upstream.size() == dim(), "packed::accumulate was given an upstream whose width is not dim()");
        add_picked_row(words_of(id), upstream.data(), gradient.row(to_index(id)).data(), dim());
    }

    template <class Visit>
    void for_each_parameter(Visit&& visit) const {
        visit(stored_parameter<T>{"weights", role::weights, {values_.data(), starts_, dim()}, &mask_});
    }
    template <class Visit>
    void for_each_parameter(gradient_type& gradient, Visit&& visit) {
        visit(parameter<T>{"weights", role::weights, {values_.data(), starts_, dim()}, gradient, &mask_});
    }

    friend bool operator==(const packed&, const packed&) = default;

private:
    static std::vector<std::uint32_t> starts_of(const bit_mask& mask) {
        std::vector<std::uint32_t> starts(mask.rows() + 1);
        std::size_t live = 0;
        for (std::size_t r = 0; r < mask.rows(); ++r) {
            live += mask.count_row(r);
            if (live > (std::numeric_limits<std::uint32_t>::max)())
                throw std::length_error(
                    "pleach::packed: more than 4294967295 entries are live; divide the rows among several "
                    "tables");
            starts[r + 1] = static_cast<std::uint32_t>(live);
        }
        return starts;
    }

    [[nodiscard]] const std::uint64_t* words_of(Id id) const noexcept(!hardened) {
        return mask_.row_words(to_index(id)).data();
    }
    [[nodiscard]] const T* values_of(Id id) const noexcept { return values_.data() + starts_[to_index(id)]; }

    void replace_mask(bit_mask next) {
        packed replaced(std::move(next));
        std::vector<T> row(dim());
        for (std::size_t r = 0; r < size(); ++r) {
            spread_row(mask_.row_words(r).data(), values_.data() + starts_[r], row.data(), dim());
            pick_row(replaced.mask_.row_words(r).data(), row.data(), replaced.values_.data() + replaced.starts_[r], dim());
        }
        *this = std::move(replaced);
    }

    bit_mask mask_;
    std::vector<std::uint32_t> starts_;  // of the values of each row, and their number
    matrix<T> values_;                   // a column
};

/// The same table with its masked parts packed. Tables without a mask stay as they are. *Complexity:* O(entries).
template <class Table>
[[nodiscard]] auto pack(const Table& table) {
    if constexpr (enumerable_table<Table> && requires { table.mask().row_words(0); })
        return packed<typename Table::value_type, typename Table::id_type>(table, table.mask());
    else if constexpr (has_parts<Table>)
        return table.over([](const auto& part) { return pack(part); });
    else
        return table;
}

/// The type of a packed table.
template <class Table>
using packed_of = decltype(pack(std::declval<const Table&>()));

/// The same table with its packed parts as masked dense tables. *Complexity:* O(entries).
template <class Table>
[[nodiscard]] auto unpack(const Table& table) {
    using T = typename Table::value_type;
    using Id = typename Table::id_type;
    if constexpr (std::same_as<Table, packed<T, Id>>) {
        dense_table<T, Id> rows(table.size(), table.dim());
        for (std::size_t r = 0; r < table.size(); ++r) table.lookup(static_cast<Id>(r), rows.row(static_cast<Id>(r)));
        return masked<dense_table<T, Id>>(std::move(rows), table.mask());
    } else if constexpr (has_parts<Table>) {
        return table.over([](const auto& part) { return unpack(part); });
    } else {
        return table;
    }
}

}  // namespace PLEACH_ABI
}  // namespace pleach
