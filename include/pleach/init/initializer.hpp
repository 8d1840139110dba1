// SPDX-License-Identifier: Apache-2.0
#pragma once

/// An initializer is an aggregate with `fill(rows, stream)`, where element (r, c) depends on the stream, r and c alone. So a
/// table can be filled in any order by any number of threads, and adding rows changes no existing one. Those here also have
/// `elements(rows, cols, stream)`, which gives element (r, c) as a function of r and c, for who fills only some of the rows.

#include <pleach/core/executor.hpp>
#include <pleach/core/matrix_view.hpp>
#include <pleach/core/random_stream.hpp>

#include <concepts>
#include <stdexcept>
#include <string>

namespace pleach {
inline namespace PLEACH_ABI {

/// T fills rows of V from a random stream.
template <class T, class V>
concept initializer = requires(const T& init, matrix_view<V> rows, random_stream stream) { init.fill(rows, stream); };

/// T gives the elements of a matrix of rows x columns as a function of row and column.
template <class T, class V>
concept element_initializer =
    initializer<T, V> && requires(const T& init, std::size_t rows, std::size_t cols, random_stream stream) {
        { init.template elements<V>(rows, cols, stream)(rows, cols) } -> std::convertible_to<double>;
    };

namespace detail {

inline constexpr std::size_t rows_per_fill_task = 4096;

/// values(r, c) = element(r, c), in chunks of rows.
template <class T, executor Executor, class Element>
void fill_elements(matrix_view<T> values, const Executor& exec, Element&& element) {
    for_each_chunk(exec, values.rows(), rows_per_fill_task, [&](std::size_t first, std::size_t last) {
        for (std::size_t r = first; r < last; ++r) {
            const std::span<T> row = values.row(r);
            for (std::size_t c = 0; c < row.size(); ++c) row[c] = static_cast<T>(element(r, c));
        }
    });
}

// A product rounded on its own: keeps compilers from fusing it with the following addition, after which the bits would depend
// on the machine.
[[nodiscard]] inline double rounded(double product) noexcept {
#if defined(__GNUC__) || defined(__clang__)
    __asm__("" : "+m"(product));
    return product;
#else
    volatile double kept = product;
    return kept;
#endif
}

inline void check_scale(bool good, const char* what, double value, const char* needed) {
    if (!good)
        throw std::invalid_argument(std::string("pleach::") + what + " is " + std::to_string(value) + ", but must be " +
                                    needed);
}

}  // namespace detail
}  // namespace PLEACH_ABI
}  // namespace pleach
