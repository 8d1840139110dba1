// SPDX-License-Identifier: Apache-2.0
#pragma once

/// How the rows of several parts are combined into one row, and how its gradient is passed back to a part:
///
///     sum:      e = p + q              dL/dp = g
///     concat:   e = [p, q]             dL/dp = the columns of g that belong to p
///     hadamard: e = p * q              dL/dp = g * q, elementwise
///
/// Write your own as a type with these static members; the last three are optional:
///
/// | member | meaning |
/// |---|---|
/// | `dim(widths)` | width of the result; throws if parts of these widths do not fit together |
/// | `combine(rows, out)` | computes out from the parts' rows, an array of spans |
/// | `pull_back(rows, k, upstream, scratch)` | a span of the gradient of part k, in `scratch` or elsewhere |
/// | `needs_rows = false` | pull_back uses only the rows' widths, none above the result's, so accumulate skips lookups |
/// | `query_part(query, first, dim)` | the combiner is linear, so parts can be scored separately (compose/rank.hpp) |
/// | `name` | its name in a frozen file |
///
/// testing/check_combiner.hpp checks pull_back against finite differences of combine.

#include <pleach/core/detail/copy_values.hpp>

#include <array>
#include <concepts>
#include <cstddef>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

namespace pleach {
inline namespace PLEACH_ABI {

namespace detail {
inline std::size_t equal_dim(std::span<const std::size_t> dims, const char* combiner) {
    for (const std::size_t dim : dims)
        if (dim != dims[0])
            throw std::invalid_argument(
                "pleach::" + std::string(combiner) + ": parts of " + std::to_string(dims[0]) + " and " + std::to_string(dim) +
                " columns cannot be combined element by element; give them equal widths, or use concat");
    return dims[0];
}
}  // namespace detail

/// T combines the rows of parts: dim, combine and pull_back, as above.
template <class T>
concept combiner =
    requires(std::span<const std::size_t> widths, const std::array<std::span<const float>, 2>& rows, std::span<float> out) {
        { T::dim(widths) } -> std::same_as<std::size_t>;
        T::combine(rows, out);
        { T::pull_back(rows, std::size_t{}, std::span<const float>(out), out) } -> std::same_as<std::span<const float>>;
    };

namespace detail {
// True if pull_back reads the parts' rows.
template <class Combiner>
inline constexpr bool needs_rows = true;
template <class Combiner>
    requires requires { Combiner::needs_rows; }
inline constexpr bool needs_rows<Combiner> = Combiner::needs_rows;
}  // namespace detail

struct sum {
    static constexpr std::string_view name = "sum";
    static constexpr bool needs_rows = false;

    /// The slice of `query` that multiplies a part: q . e is the sum of these dot products over the parts. `first` is the
    /// part's column offset under concat, `dim` its width.
    template <class T>
    [[nodiscard]] static std::span<const T> query_part(std::span<const T> query, std::size_t, std::size_t) noexcept {
        return query;
    }

    /// Width of the result. *Throws* std::invalid_argument if the parts' widths differ.
    [[nodiscard]] static std::size_t dim(std::span<const std::size_t> dims) { return detail::equal_dim(dims, "sum"); }

    /// Computes out from the rows of all parts.
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
    static constexpr std::string_view name = "concat";
    static constexpr bool needs_rows = false;

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
    static constexpr std::string_view name = "hadamard";

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
