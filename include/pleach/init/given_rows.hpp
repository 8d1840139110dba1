// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Rows that exist already, as an initializer: singular vectors, codes of a dictionary or a sparse PCA, or an array from a
/// file, so that a table starts where another method ended.

#include <pleach/init/initializer.hpp>

#include <limits>

namespace pleach {
inline namespace PLEACH_ABI {

/// Copies rows of any floating-point type. Borrows them; the random stream is not used.
template <class V>
struct given_rows {
    matrix_view<const V> rows;
    double scale = 1;  ///< factor of every value

    /// *Throws* std::invalid_argument unless the shapes agree and the scaled values are finite in T.
    template <class T, executor Executor = sequential>
    void fill(matrix_view<T> values, random_stream, const Executor& exec = {}) const {
        if (rows.rows() != values.rows() || rows.cols() != values.cols())
            throw std::invalid_argument("pleach::given_rows: " + std::to_string(rows.rows()) + " rows of " +
                                        std::to_string(rows.cols()) + " columns were given, but the table has " +
                                        std::to_string(values.rows()) + " of " + std::to_string(values.cols()) +
                                        "; give one row of that width per row of the table");
        detail::fill_elements(values, exec, [&](std::size_t r, std::size_t c) {
            constexpr double largest = static_cast<double>((std::numeric_limits<T>::max)());
            const double value = scale * static_cast<double>(rows.row(r)[c]);
            if (!(value >= -largest && value <= largest))
                throw std::invalid_argument("pleach::given_rows: the value of row " + std::to_string(r) + ", column " +
                                            std::to_string(c) + " is not finite; leave such rows out or scale them down");
            return value;
        });
    }
};

template <class V>
given_rows(matrix_view<V>) -> given_rows<std::remove_const_t<V>>;
template <class V>
given_rows(matrix_view<V>, double) -> given_rows<std::remove_const_t<V>>;

}  // namespace PLEACH_ABI
}  // namespace pleach
