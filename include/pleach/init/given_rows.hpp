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

    /// *Throws* std::invalid_argument unless the shapes agree; so does the function for a scaled value that is not finite in T.
    template <class T>
    [[nodiscard]] auto elements(std::size_t count, std::size_t cols, random_stream) const {
        if (rows.rows() != count || rows.cols() != cols)
            throw std::invalid_argument("pleach::given_rows: " + std::to_string(rows.rows()) + " rows of " +
                                        std::to_string(rows.cols()) + " columns were given, but the table has " +
                                        std::to_string(count) + " of " + std::to_string(cols) +
                                        "; give one row of that width per row of the table");
        return [given = *this](std::size_t r, std::size_t c) {
            constexpr double largest = static_cast<double>((std::numeric_limits<T>::max)());
            const double value = given.scale * static_cast<double>(given.rows.row(r)[c]);
            if (!(value >= -largest && value <= largest))
                throw std::invalid_argument("pleach::given_rows: the value of row " + std::to_string(r) + ", column " +
                                            std::to_string(c) + " is not finite; leave such rows out or scale them down");
            return value;
        };
    }

    /// *Throws* as elements(), and std::invalid_argument for a value that is not finite.
    template <class T, executor Executor = sequential>
    void fill(matrix_view<T> values, random_stream stream, const Executor& exec = {}) const {
        detail::fill_elements(values, exec, elements<T>(values.rows(), values.cols(), stream));
    }
};

template <class V>
given_rows(matrix_view<V>) -> given_rows<std::remove_const_t<V>>;
template <class V>
given_rows(matrix_view<V>, double) -> given_rows<std::remove_const_t<V>>;

}  // namespace PLEACH_ABI
}  // namespace pleach
