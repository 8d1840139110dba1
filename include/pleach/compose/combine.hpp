// SPDX-License-Identifier: Apache-2.0
#pragma once

/// How the rows of several parts become one row, and how a gradient of that row goes back to a part:
///
///     sum:      e = p + q              dL/dp = g
///     concat:   e = [p, q]             dL/dp = the columns of g that p became
///     hadamard: e = p * q              dL/dp = g * q, elementwise

#include <pleach/core/detail/copy_values.hpp>

#include <array>
#include <cstddef>
#include <span>
#include <stdexcept>
#include <string>

namespace pleach {
inline namespace PLEACH_ABI {

namespace detail {
inline std::size_t equal_dim(std::span<const std::size_t> dims, const char* combiner) {
    for (const std::size_t dim : dims)
        if (dim != dims[0])
            throw std::invalid_argument("pleach::" + std::string(combiner) + ": parts of " + std::to_string(dims[0]) + " and " +
                                        std::to_string(dim) +
                                        " columns cannot be combined element by element; give them one "
                                        "width, or take concat");
    return dims[0];
}
}  // namespace detail

struct sum {
    /// What of a query meets the part whose columns would begin at `first` if parts stood side by side: q . e = sum of these
    /// parts' products.
    template <class T>
    [[nodiscard]] static std::span<const T> query_part(std::span<const T> query, std::size_t, std::size_t) noexcept {
        return query;
    }

    /// Columns of the result. *Throws* std::invalid_argument if parts differ.
    [[nodiscard]] static std::size_t dim(std::span<const std::size_t> dims) { return detail::equal_dim(dims, "sum"); }

    /// out from the rows of all parts.
    template <class T, std::size_t K>
    static void combine(const std::array<std::span<const T>, K>& parts, std::span<T> out) noexcept {
        for (std::size_t c = 0; c < out.size(); ++c) {
            T total = parts[0][c];
            for (std::size_t k = 1; k < K; ++k) total += parts[k][c];
            out[c] = total;
        }
    }

    /// The gradient of part k, in `scratch` or elsewhere.
    template <class T, std::size_t K>
    [[nodiscard]] static std::span<const T> pull_back(const std::array<std::span<const T>, K>&, std::size_t,
                                                      std::span<const T> upstream, std::span<T>) noexcept {
        return upstream;
    }
};

struct concat {
    template <class T>
    [[nodiscard]] static std::span<const T> query_part(std::span<const T> query, std::size_t first, std::size_t dim) noexcept {
        return query.subspan(first, dim);
    }

    [[nodiscard]] static std::size_t dim(std::span<const std::size_t> dims) noexcept {
        std::size_t total = 0;
        for (const std::size_t dim : dims) total += dim;
        return total;
    }

    template <class T, std::size_t K>
    static void combine(const std::array<std::span<const T>, K>& parts, std::span<T> out) noexcept {
        std::size_t first = 0;
        for (const std::span<const T>& part : parts) {
            detail::copy_values(part, out.subspan(first, part.size()));
            first += part.size();
        }
    }

    template <class T, std::size_t K>
    [[nodiscard]] static std::span<const T> pull_back(const std::array<std::span<const T>, K>& parts, std::size_t k,
                                                      std::span<const T> upstream, std::span<T>) noexcept {
        std::size_t first = 0;
        for (std::size_t j = 0; j < k; ++j) first += parts[j].size();
        return upstream.subspan(first, parts[k].size());
    }
};

struct hadamard {
    [[nodiscard]] static std::size_t dim(std::span<const std::size_t> dims) { return detail::equal_dim(dims, "hadamard"); }

    template <class T, std::size_t K>
    static void combine(const std::array<std::span<const T>, K>& parts, std::span<T> out) noexcept {
        for (std::size_t c = 0; c < out.size(); ++c) {
            T product = parts[0][c];
            for (std::size_t k = 1; k < K; ++k) product *= parts[k][c];
            out[c] = product;
        }
    }

    template <class T, std::size_t K>
    [[nodiscard]] static std::span<const T> pull_back(const std::array<std::span<const T>, K>& parts, std::size_t k,
                                                      std::span<const T> upstream, std::span<T> scratch) noexcept {
        for (std::size_t c = 0; c < upstream.size(); ++c) {
            T product = upstream[c];
            for (std::size_t j = 0; j < K; ++j)
                if (j != k) product *= parts[j][c];
            scratch[c] = product;
        }
        return scratch;
    }
};

}  // namespace PLEACH_ABI
}  // namespace pleach
