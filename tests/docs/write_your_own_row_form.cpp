// SPDX-License-Identifier: Apache-2.0
#include <pleach/frozen/freeze.hpp>
#include <pleach/table/dense_table.hpp>
#include <pleach/testing/check_row_form.hpp>
#include <pleach/testing/conformance.hpp>

#include <pleach/init/normal.hpp>

#include <bit>
#include <cstdio>

namespace frozen = pleach::frozen;

// A first try: it says how many bytes a row takes, but not how it is written and read.
struct first_try {
    static constexpr bool is_dense = true;
    static std::size_t bytes(std::size_t dim, std::size_t) { return 4 + (dim + 7) / 8; }
};
static_assert(!frozen::row_form<first_try>);

// Reads a row one vector at a time: bit c says whether column c is negative.
struct sign_reader {
    const std::byte* bits;
    float scale;
    std::size_t column = 0;
    static constexpr bool is_scaled = true;

    template <class Arch>
    pleach::float_lanes<Arch> next() {
        return next<Arch>(pleach::lane_count<Arch>);
    }
    template <class Arch>
    pleach::float_lanes<Arch> next(std::size_t n) {
        std::array<float, pleach::lane_count<Arch>> lanes{};
        for (std::size_t j = 0; j < n; ++j, ++column)
            lanes[j] = (bits[column / 8] >> (column % 8) & std::byte{1}) == std::byte{0} ? 1.0F : -1.0F;
        return pleach::float_lanes<Arch>::load_unaligned(lanes.data());
    }
    void skip(std::size_t columns) { column += columns; }
};

// A float, the mean magnitude of the row, followed by one bit per column, its sign.
struct sign_form {
    static constexpr bool is_dense = true;
    static constexpr std::size_t most_columns = 65536;
    static std::string name() { return "signs"; }
    static std::string code_name() { return "n1"; }
    static constexpr double error() { return 1; }
    static constexpr std::size_t bytes(std::size_t dim, std::size_t) { return sizeof(float) + (dim + 7) / 8; }

    // Replaces a row by what the form can store, and returns its scale, which fits 16 bits as a bfloat16.
    static std::uint16_t code_row(std::span<float> row) {
        float sum = 0;
        for (const float x : row) sum += std::abs(x);
        const std::uint16_t scale = pleach::to_bfloat(sum / static_cast<float>(row.size()));
        for (float& x : row) x = x < 0 ? -pleach::from_bfloat(scale) : pleach::from_bfloat(scale);
        return scale;
    }
    // `out` is all zeros beforehand.
    static void write(std::span<const float> row, std::uint16_t scale, std::span<std::byte> out) {
        const float kept = pleach::from_bfloat(scale);
        std::memcpy(out.data(), &kept, sizeof kept);
        for (std::size_t c = 0; c < row.size(); ++c)
            if (row[c] < 0) out[sizeof kept + c / 8] |= std::byte{1} << (c % 8);
    }
    static sign_reader read(std::span<const std::byte> row, std::size_t) {
        float scale;
        std::memcpy(&scale, row.data(), sizeof scale);
        return {row.data() + sizeof scale, scale};
    }
};
static_assert(frozen::row_form<sign_form>);

int main() {
    // The axioms of forms: what is written is read back, within its bytes and its error, by every way of reading.
    const auto form_report = pleach::testing::check_row_form<sign_form>();
    std::printf("the form %s\n", form_report.passed() ? "conforms" : form_report.text().c_str());

    // A table of such rows is used like one in any other format.
    using sign_rows = frozen::stored_rows<frozen::records<sign_form>>;
    const pleach::dense_table<float> table(1000, 64, pleach::normal{}, pleach::random_stream(7));
    const auto rows = frozen::view<sign_rows>(std::make_shared<const frozen::image>(pleach::freeze<sign_rows>(table)));
    std::printf("%s: %zu bytes, %zu as floats\n", sign_rows::kind().c_str(), frozen::bytes_of<sign_rows>(table),
                frozen::bytes_of<frozen::dense_rows<>>(table));

    // It is looked up, gathered, summed and ranked, and conforms like any table.
    const auto table_report = pleach::testing::check(rows);
    std::printf("the table %s\n", table_report.passed() ? "conforms" : table_report.text().c_str());
    return form_report.passed() && table_report.passed() ? 0 : 1;
}
