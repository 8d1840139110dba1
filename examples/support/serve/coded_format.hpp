// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Codewords as a format of the programs: in "coded<sum,6x8>" a row is the sum of 6 codewords with codes of 8 bits, in
/// "coded<concat,16x8>" 16 codewords side by side, in "rotated<coded<concat,16x8>>" these after the rows have been turned. Books
/// are fitted to the rows, and stored in signed bytes.

#include <pleach/core/matrix_view.hpp>
#include <pleach/frozen/coded_rows.hpp>
#include <pleach/interop/openmp.hpp>
#include <pleach/quantize/product_codes.hpp>
#include <pleach/quantize/residual_codes.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace support {

struct coded_format {
    bool is_sum = true;
    std::size_t terms = 0;
    std::size_t bits = 8;
    bool is_rotated = false;  ///< only where codewords are side by side

    /// As parse_coded reads it.
    [[nodiscard]] std::string name() const;
    /// The bytes of the arrays of a frozen table with this many rows and columns.
    [[nodiscard]] std::size_t bytes(std::size_t rows, std::size_t dim) const;
};

/// Parses the text, the value of `flag`, if it begins with "coded" or "rotated". *Throws:* usage_error that says how such a
/// format is written.
[[nodiscard]] std::optional<coded_format> parse_coded(std::string_view text, std::string_view flag = "--format");

/// The format with codes of 8 bits, as sums or side by side, with the most terms whose arrays fit in the bytes; none if not
/// even one term fits, or if there are fewer than 256 rows.
[[nodiscard]] std::optional<coded_format> most_terms(bool is_sum, std::size_t rows, std::size_t dim, std::uint64_t bytes);

/// Returns use(table) for the table of such codewords in floats, fitted to the rows. *Precondition:* not rotated. *Throws* as
/// freeze_coded.
template <class Use>
auto with_codes(pleach::matrix_view<const float> rows, const coded_format& format, std::uint64_t seed,
                const pleach::openmp& exec, Use&& use) {
    const pleach::random_stream stream = pleach::random_stream(seed).fork("codes");
    if (format.is_sum)
        return use(pleach::fit_residual_codes(rows, {}, {.terms = format.terms, .bits = format.bits}, stream, exec));
    return use(pleach::fit_product_codes(rows, {}, {.terms = format.terms, .bits = format.bits}, stream, exec));
}

/// The table with its books in signed bytes.
template <class Combiner>
[[nodiscard]] pleach::frozen::image freeze_codes(const pleach::coded<Combiner, pleach::dense_table<float>>& table,
                                                 const pleach::openmp& exec) {
    return pleach::freeze<pleach::frozen::coded_rows<Combiner>>(table, exec);
}

/// The rows in that format. *Throws* std::invalid_argument if it does not suit them: fewer rows than codewords, more terms than
/// columns, or values that are not finite.
[[nodiscard]] pleach::frozen::image freeze_coded(pleach::matrix_view<const float> rows, const coded_format& format,
                                                 std::uint64_t seed, const pleach::openmp& exec);

}  // namespace support
