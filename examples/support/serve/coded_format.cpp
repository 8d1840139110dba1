// SPDX-License-Identifier: Apache-2.0
#include "support/serve/coded_format.hpp"

#include "support/program/main.hpp"
#include "support/text/error.hpp"

#include <pleach/assign/rotated_codes.hpp>

#include <charconv>
#include <vector>

namespace support {

namespace {

/// Takes a number from the front of a text; 0 where there is none.
std::size_t take_number(std::string_view& text) {
    std::size_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc()) return 0;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return value;
}

bool take(std::string_view& text, std::string_view word) {
    if (!text.starts_with(word)) return false;
    text.remove_prefix(word.size());
    return true;
}

}  // namespace

std::string coded_format::name() const {
    const std::string codes =
        std::string(is_sum ? "coded<sum," : "coded<concat,") + std::to_string(terms) + "x" + std::to_string(bits) + ">";
    return is_rotated ? "rotated<" + codes + ">" : codes;
}

std::size_t coded_format::bytes(std::size_t rows, std::size_t dim) const {
    const std::size_t codewords = terms << bits, width = is_sum ? dim : (dim + terms - 1) / terms;
    using namespace pleach::frozen;
    std::vector<std::size_t> arrays{bound_bytes(codewords), codewords * (width + 2) + guard_bytes,
                                    pleach::packed_codes<>::bytes_of(rows, terms, bits) + guard_bytes};
    if (is_rotated) arrays.push_back(dim * dim * sizeof(float));
    return data_bytes(arrays);
}

std::optional<coded_format> parse_coded(std::string_view text, std::string_view flag) {
    std::string_view rest = text;
    coded_format format;
    format.is_rotated = take(rest, "rotated<");
    if (!take(rest, "coded") && !format.is_rotated) return std::nullopt;
    bool good = take(rest, "<");
    format.is_sum = !take(rest, "concat,");
    if (format.is_sum) take(rest, "sum,");
    format.terms = take_number(rest);
    good = good && format.terms > 0 && format.terms < 65536 && take(rest, "x") && !(format.is_sum && format.is_rotated);
    format.bits = take_number(rest);
    if (!good || rest != (format.is_rotated ? ">>" : ">") || format.bits < pleach::fewest_code_bits ||
        format.bits > pleach::most_code_bits)
        throw usage_error(
            std::string(flag) + " " + printable(text) +
            ": codewords are written as coded<sum,6x8>, coded<concat,16x8> or rotated<coded<concat,16x8>>, with the "
            "number of terms and the bits of each, 4 to 12");
    return format;
}

std::optional<coded_format> most_terms(bool is_sum, std::size_t rows, std::size_t dim, std::uint64_t bytes) {
    std::optional<coded_format> best;
    if (rows < 256) return best;
    for (std::size_t terms = 1; terms <= dim; ++terms) {
        const coded_format format{is_sum, terms, 8};
        if (format.bytes(rows, dim) <= bytes) best = format;
    }
    return best;
}

pleach::frozen::image freeze_coded(pleach::matrix_view<const float> rows, const coded_format& format, std::uint64_t seed,
                                   const pleach::openmp& exec) {
    if (format.is_rotated)
        return pleach::freeze<pleach::rotated<pleach::frozen::coded_rows<pleach::concat>>>(
            pleach::fit_rotated_codes(rows, {}, {.codes = {.terms = format.terms, .bits = format.bits}},
                                      pleach::random_stream(seed).fork("codes"), exec),
            exec);
    return with_codes(rows, format, seed, exec, [&](const auto& table) { return freeze_codes(table, exec); });
}

}  // namespace support
