// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A table's state as a list of named arrays, independent of the file format. Each parameter is one array of values under its
/// own name ("weights"); if it has a mask, the words of the mask follow as a second array ("weights.mask"). If rows are packed,
/// the mask comes first, and the values are a single column of as many rows as the mask has bits. After the parameters come the
/// assignments, each as ids and weights ("assignment.ids", "assignment.weights").
///
///     pleach::visit_state(table, [&](std::string_view name, auto array) { write(name, array); });
///     pleach::load_state(table, [&](std::string_view name, auto array) { read(name, array); });
///
/// `array` is a matrix_view of value_type, std::uint64_t or std::uint32_t: const when saving, to be filled when loading.

#include <pleach/core/matrix.hpp>
#include <pleach/table/parts.hpp>

#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pleach {
inline namespace PLEACH_ABI {

/// Calls visit(name, matrix_view of const elements) for every array of the table's state, always in the same order.
template <class Table, class Visit>
void visit_state(const Table& table, Visit&& visit) {
    table.for_each_parameter([&](const stored_parameter<typename Table::value_type>& p) {
        if (!p.values.is_packed()) visit(p.name, p.values.matrix());
        if (p.support != nullptr) {
            const std::string name = std::string(p.name) + ".mask";
            visit(std::string_view(name),
                  matrix_view<const std::uint64_t>(p.support->words().data(), p.support->rows(), p.support->words_per_row()));
        }
        if (p.values.is_packed()) visit(p.name, p.values.matrix());
    });
    for_each_assignment(table, [&](const stored_assignment<typename Table::value_type>& a) {
        const std::string name = std::string(a.name) + ".";
        visit(std::string_view(name + "ids"), a.ids);
        visit(std::string_view(name + "weights"), a.weights);
    });
}

/// Copies a saved array into the one to be filled, after a check of its shape.
/// *Throws* std::invalid_argument, naming the array, if the shapes differ.
template <class T>
void copy_state(std::string_view name, matrix_view<const T> saved, matrix_view<T> array) {
    if (saved.rows() != array.rows() || saved.cols() != array.cols())
        throw std::invalid_argument("pleach::load_state: \"" + std::string(name) + "\" was saved as " +
                                    std::to_string(saved.rows()) + " x " + std::to_string(saved.cols()) +
                                    ", but this table needs " + std::to_string(array.rows()) + " x " +
                                    std::to_string(array.cols()) + "; load it into a table of the size that was saved");
    for (std::size_t r = 0; r < array.rows(); ++r) detail::copy_values(saved.row(r), array.row(r));
}

namespace detail {

template <class T>
struct loaded_parameter {
    std::string name;
    matrix<T> values;
    bit_mask support;
    bool is_packed;
};

template <class T>
struct loaded_assignment {
    std::string name;
    matrix<std::uint32_t> ids;
    matrix<T> weights;
};

template <class Table, class Fill>
std::vector<loaded_assignment<typename Table::value_type>> load_assignments(const Table& table, Fill& fill) {
    using T = typename Table::value_type;
    std::vector<loaded_assignment<T>> loaded;
    for_each_assignment(table, [&](const stored_assignment<T>& a) {
        loaded_assignment<T> one{std::string(a.name), {a.ids.rows(), a.ids.cols()}, {a.ids.rows(), a.ids.cols()}};
        const std::string name = one.name + ".";
        fill(std::string_view(name + "ids"), one.ids.view());
        fill(std::string_view(name + "weights"), one.weights.view());
        check_assignment<T>(std::as_const(one.ids).view(), std::as_const(one.weights).view(), a.codes);
        loaded.push_back(std::move(one));
    });
    return loaded;
}

}  // namespace detail

/// Calls fill(name, matrix_view) for every array that visit_state would visit; `fill` writes all elements or throws. The table
/// changes only after the last array was filled. Masked entries become zero, whatever was saved for them. *Throws* what fill
/// throws, and std::invalid_argument if a saved mask or assignment does not fit this table. Needs memory for a second copy of
/// the state.
template <trainable_table Table, class Fill>
void load_state(Table& table, Fill&& fill) {
    using T = typename Table::value_type;
    std::vector<detail::loaded_parameter<T>> loaded;
    const Table& read_only = table;
    read_only.for_each_parameter([&](const stored_parameter<T>& p) {
        detail::loaded_parameter<T> one{std::string(p.name), {}, {}, p.values.is_packed()};
        const auto fill_values = [&](std::size_t rows, std::size_t cols) {
            one.values = matrix<T>(rows, cols);
            fill(p.name, one.values.view());
        };
        if (!p.values.is_packed()) fill_values(p.values.rows(), p.values.cols());
        if (p.support != nullptr) {
            const std::string name = std::string(p.name) + ".mask";
            matrix<std::uint64_t> words(p.support->rows(), p.support->words_per_row());
            fill(std::string_view(name), words.view());
            one.support = bit_mask::from_words(p.support->rows(), p.support->cols(), words.elements());
            if (one.support != *p.support && !detail::is_support_replaceable(table, p.name))
                throw std::invalid_argument("pleach::load_state: \"" + name +
                                            "\" is not the mask that this table borrows; load the mask first");
        }
        if (p.values.is_packed()) fill_values(one.support.count(), 1);
        loaded.push_back(std::move(one));
    });
    auto assignments = detail::load_assignments(read_only, fill);
    // Packed rows get their places by the mask; of others the mask clears what was saved for masked entries.
    const auto replace_supports = [&](bool of_packed) {
        for (const auto& one : loaded)
            if (one.is_packed == of_packed && one.support.rows() != 0 && detail::is_support_replaceable(table, one.name))
                set_support(table, one.name, one.support);
    };
    replace_supports(true);
    auto gradient = table.make_gradient();
    std::size_t index = 0;
    table.for_each_parameter(gradient, [&](const parameter<T>& p) {
        const matrix_view<const T> values = std::as_const(loaded[index++].values).view();
        const matrix_view<T> stored = p.values.matrix();
        for (std::size_t r = 0; r < values.rows(); ++r) detail::copy_values(values.row(r), stored.row(r));
    });
    replace_supports(false);
    for (auto& one : assignments) set_assignment(table, one.name, std::move(one.ids), std::move(one.weights));
}

}  // namespace PLEACH_ABI
}  // namespace pleach
