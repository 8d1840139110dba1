// SPDX-License-Identifier: Apache-2.0

// The vector kernels against their scalar twins: the same bits for copies, sums within rounding, at every width and for rows that
// begin anywhere in a cache line.

#include <pleach/kernel/packed_row.hpp>

#include "support/catch.hpp"
#include "support/tables.hpp"

#include <numeric>

using namespace pleach;

namespace {

/// A bitmap row at `offset` bytes behind a cache line, with room behind it.
template <value_code Code>
struct packed {
    detail::aligned_array<std::byte> memory{2048};
    std::size_t offset;
    std::size_t prefix;
    std::vector<float> row;

    packed(std::size_t n, std::size_t at, double density) : offset(at), prefix((n + 7) / 8), row(n) {
        const auto values = tests::random_row<float>(n, n + at);
        const bit_mask mask = tests::random_mask(1, n, density, n);
        std::byte* next = memory.data() + offset + prefix;
        for (std::size_t c = 0; c < n; ++c) {
            if (!mask.test(0, c))
                continue;
            memory.data()[offset + c / 8] |= std::byte{1} << (c % 8);
            encode_value<Code>(values[c] * 100, 1, next);
            row[c] = decode_value<Code>(next);
            next += size_of(Code);
        }
    }
    [[nodiscard]] bitmap_reader<Code> reader(const std::byte* line = nullptr) const {
        return {memory.data() + offset, memory.data() + offset + prefix, 1, line};
    }
};

/// Rows of 32 to 64 columns that lie in one cache line, wherever in it, read as such.
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
            copy_packed(one.reader(one.memory.data()), vectors.data(), n);
            copy_packed<scalar_arch>(one.reader(one.memory.data()), scalars.data(), n);
            REQUIRE(vectors == one.row);
            REQUIRE(scalars == one.row);
        }
    REQUIRE(most >= 32);
}

template <value_code Code>
void check() {
    for (std::size_t n = 1; n <= 130; ++n)
        for (const std::size_t at : {0U, 1U, 6U, 33U, 63U}) {
            CAPTURE(n, at);
            const packed<Code> one(n, at, 0.4);
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
            for (std::size_t c = 0; c < n; ++c)
                REQUIRE(a[c] == tests::approx(b[c]).margin(1e-5));
        }
}

}  // namespace

TEST_CASE("bitmap rows of every code, width and place") {
    check<value_code::f32>();
    check<value_code::f16>();
    check<value_code::bf16>();
    check<value_code::i8>();
}

TEST_CASE("bitmap rows of every code that lie in one cache line") {
    check_in_line<value_code::f32>();
    check_in_line<value_code::f16>();
    check_in_line<value_code::bf16>();
    check_in_line<value_code::i8>();
}

TEST_CASE("readers leave columns out as if they had read them") {
    const packed<value_code::f32> one(130, 5, 0.5);
    for (std::size_t skipped = 0; skipped < 128; ++skipped) {
        auto row = one.reader();
        row.skip(skipped);
        REQUIRE(row.next<scalar_arch>().value == one.row[skipped]);
    }
}
