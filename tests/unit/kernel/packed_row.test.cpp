// SPDX-License-Identifier: Apache-2.0

// The vector kernels against their scalar twins: the same bits for copies, sums within rounding, at every width and for rows that
// begin anywhere in a cache line.

#include <pleach/kernel/expand_bits.hpp>
#include <pleach/kernel/packed_row.hpp>
#include <pleach/kernel/sum_packed.hpp>

#include "support/catch.hpp"
#include "support/tables.hpp"

#include <numeric>

namespace packed_row_test {

using namespace pleach;

namespace {

/// A bitmap row at `offset` bytes behind a cache line, one at least, with room behind it.
template <value_code Code>
struct packed {
    detail::aligned_array<std::byte> memory{2048};
    std::size_t offset;
    std::size_t prefix;
    std::vector<float> row;
    const std::byte* last;  ///< the end of its values

    packed(std::size_t n, std::size_t at, double density) : offset(at), prefix((n + 7) / 8), row(n) {
        const auto values = tests::random_row<float>(n, n + at);
        const bit_mask mask = tests::random_mask(1, n, density, n);
        std::byte* next = memory.data() + offset + prefix;
        for (std::size_t c = 0; c < n; ++c) {
            if (!mask.test(0, c)) continue;
            memory.data()[offset + c / 8] |= std::byte{1} << (c % 8);
            encode_value<Code>(values[c] * 100, 1, next);
            row[c] = decode_value<Code>(next);
            next += size_of(Code);
        }
        last = next;
    }
    [[nodiscard]] bitmap_reader<Code> reader(bool is_padded = false) const {
        const std::byte* values = memory.data() + offset + prefix;
        return {memory.data() + offset, values, end_of_loads<Code>(values, last), 1, is_padded};
    }
};

/// Rows of 32 to 64 columns that lie in one cache line, wherever in it, read as padded ones.
template <value_code Code>
void check_in_line() {
    std::size_t most = 0;
    for (std::size_t n = 32; n <= 64; n += 8)
        for (std::size_t at = 0; at < 64; at += 4) {
            const packed<Code> one(n, at, 0.1);
            const auto values = static_cast<std::size_t>(std::ranges::count_if(one.row, [](float x) { return x != 0; }));
            if (at + one.prefix + values * size_of(Code) > 64 || one.prefix % size_of(Code) != 0) continue;
            CAPTURE(n, at, values);
            most = (std::max)(most, at);
            std::vector<float> vectors(n, 7), scalars(n, 7);
            copy_packed(one.reader(true), vectors.data(), n);
            copy_packed<scalar_arch>(one.reader(true), scalars.data(), n);
            REQUIRE(vectors == one.row);
            REQUIRE(scalars == one.row);
        }
    REQUIRE(most >= 32);
}

template <value_code Code>
void check(double density) {
    for (std::size_t n = 1; n <= 130; ++n)
        for (const std::size_t at : {64U, 65U, 70U, 97U, 100U, 127U}) {
            CAPTURE(n, at);
            const packed<Code> one(n, at, density);
            std::vector<float> vectors(n, 7), scalars(n, 7);
            copy_packed(one.reader(), vectors.data(), n);
            copy_packed<scalar_arch>(one.reader(), scalars.data(), n);
            REQUIRE(vectors == one.row);
            REQUIRE(scalars == one.row);
            const auto query = tests::random_row<float>(n, 3);
            double product = 0, size = 0;
            for (std::size_t c = 0; c < n; ++c) {
                product += static_cast<double>(one.row[c]) * static_cast<double>(query[c]);
                size += std::abs(static_cast<double>(one.row[c]) * static_cast<double>(query[c]));
            }
            const double allowed = size * 1e-6 + 1e-30;
            REQUIRE(std::abs(static_cast<double>(dot_packed(one.reader(), query.data(), n)) - product) <= allowed);
            REQUIRE(std::abs(static_cast<double>(dot_packed<scalar_arch>(one.reader(), query.data(), n)) - product) <= allowed);
            std::vector<float> a = query, b = query;
            add_packed(one.reader(), 0.5F, a.data(), n);
            add_packed<scalar_arch>(one.reader(), 0.5F, b.data(), n);
            for (std::size_t c = 0; c < n; ++c) REQUIRE(a[c] == tests::approx(b[c]).margin(1e-5));
        }
}

}  // namespace

TEST_CASE("bitmap rows of every code, width, place and density") {
    const double density = GENERATE(0.0, 0.1, 0.4, 1.0);
    CAPTURE(density);
    check<value_code::f32>(density);
    check<value_code::f16>(density);
    check<value_code::bf16>(density);
    check<value_code::i8>(density);
}

TEST_CASE("bitmap rows of every code that lie in one cache line") {
    check_in_line<value_code::f32>();
    check_in_line<value_code::f16>();
    check_in_line<value_code::bf16>();
    check_in_line<value_code::i8>();
}

namespace {

/// Rows of a few values and rows of many, one after the other, as a table of them would give them out.
template <value_code Code>
struct mixed_rows {
    [[maybe_unused]] static constexpr bool is_dense = false;
    std::vector<packed<Code>> rows;
    [[nodiscard]] bitmap_reader<Code> reader(std::uint32_t i) const noexcept { return rows[i].reader(); }
    void prefetch(std::uint32_t) const noexcept {}
};

template <value_code Code>
void check_sums() {
    for (const std::size_t n : {40U, 64U, 128U, 200U}) {
        mixed_rows<Code> table;
        table.rows.reserve(12);
        for (std::size_t i = 0; i < 12; ++i) table.rows.emplace_back(n, 64 + 4 * i, i % 3 == 1 ? 0.9 : 0.05);
        const std::vector<std::uint32_t> ids{0, 2, 3, 1, 4, 4, 7, 10, 5, 11, 9, 8, 6, 1};
        const std::vector<float> weights = tests::random_row<float>(ids.size(), n);
        for (std::size_t count = 0; count <= ids.size(); ++count) {
            CAPTURE(n, count);
            std::vector<float> expected(n), weighted(n), sum(n, 7), weighted_sum(n, 7);
            for (std::size_t j = 0; j < count; ++j)
                for (std::size_t c = 0; c < n; ++c) {
                    expected[c] += table.rows[ids[j]].row[c];
                    weighted[c] += weights[j] * table.rows[ids[j]].row[c];
                }
            sum_packed(table, ids.data(), count, 0, sum.data(), n);
            sum_packed(table, ids.data(), count, 0, weighted_sum.data(), n, detail::given_weights<float>{weights.data()});
            REQUIRE(sum == expected);
            for (std::size_t c = 0; c < n; ++c) REQUIRE(weighted_sum[c] == tests::approx(weighted[c]).margin(1e-4));
        }
    }
}

}  // namespace

TEST_CASE("sums of rows that are short and long in turn") {
    check_sums<value_code::f32>();
    check_sums<value_code::f16>();
    check_sums<value_code::i8>();
}

TEST_CASE("readers leave columns out as if they had read them") {
    const packed<value_code::f32> one(130, 69, 0.5);
    for (std::size_t skipped = 0; skipped < 128; ++skipped) {
        auto row = one.reader();
        row.skip(skipped);
        REQUIRE(row.next<scalar_arch>().value == one.row[skipped]);
    }
}

}  // namespace packed_row_test
