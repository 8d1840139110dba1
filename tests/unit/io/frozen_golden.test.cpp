// SPDX-License-Identifier: Apache-2.0

// Files of version 1 of the frozen format, committed. Every later version of the library has to read them; their bytes may change
// only together with the version, and then new files are added beside these. tests/unit/io/read_frozen.cmake reads the same files in
// Python, and the texts beside them are what both must find.

#include <pleach/frozen/add_ids.hpp>
#include <pleach/frozen/coded_rows.hpp>
#include <pleach/frozen/freeze.hpp>
#include <pleach/frozen/nested_rows.hpp>
#include <pleach/io/file/read_file.hpp>
#include <pleach/io/open.hpp>
#include <pleach/table/dense_table.hpp>

#include "support/catch.hpp"
#include "support/string_sink.hpp"

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace frozen_golden_test {

namespace {

namespace frozen = pleach::frozen;
using pleach::value_code;

std::filesystem::path folder() {
#ifdef PLEACH_TESTS_DIR
    return std::filesystem::path(PLEACH_TESTS_DIR) / "files" / "golden" / "frozen_v1";
#else
    return std::filesystem::path(__FILE__).parent_path().parent_path().parent_path() / "files" / "golden" / "frozen_v1";
#endif
}

/// Multiples of 1/8; row 3 is full, row 5 empty.
pleach::dense_table<float> table(std::uint32_t size = 40, std::uint32_t dim = 50) {
    pleach::dense_table<float> rows(size, dim);
    for (std::uint32_t r = 0; r < size; ++r)
        for (std::uint32_t c = 0; c < dim; ++c)
            if (r == 3 || (r != 5 && (r * 7 + c * 3) % (dim == 50 ? 16 : 2) == 0))
                rows.row(r)[c] = static_cast<float>(static_cast<int>((r * 31 + c * 17) % 13) - 6) * 0.125F;
    return rows;
}

/// Sums within products, through every index map.
auto compositions() {
    using namespace pleach;
    const auto sums = compose<sum>(40, part{"A", table(10, 6), remainder_map(10)}, part{"B", table(5, 6), quotient_map(5, 8)},
                                   part{"C", table(7, 6), digit_map(7, 1)});
    return compose<hadamard>(60, part{"sums", sums, split_map(25, remainder_map(20), remainder_map(20))},
                             part{"own", table(60, 6), permuted_map(identity_map(60), 60, 7)},
                             part{"by_chance", table(30, 6), split_map(hashed_map(30, 9))});
}

/// Two terms of a blended codebook for each entity, beside rows of another width.
auto codes() {
    using namespace pleach;
    matrix<std::uint32_t> ids(30, 2);
    matrix<float> weights(30, 2);
    for (std::uint32_t x = 0; x < 30; ++x) {
        ids.row(x)[0] = x % 9;
        ids.row(x)[1] = (x + 1 + x / 9) % 9;
        weights.row(x)[0] = 0.5F;
        weights.row(x)[1] = static_cast<float>(x % 4) * 0.25F;
    }
    return compose<concat>(30,
                           part{"codes",
                                assigned(blended(table(9, 6), constant<dense_table<float>>(table(9, 6)), 0.25F),
                                         assignment<float>(9, std::move(ids), std::move(weights))),
                                identity_map(30)},
                           part{"P", table(4, 3), remainder_map(4)});
}

/// Three codewords of five bits for each of 33 entities.
template <class Combiner>
auto codewords(std::uint32_t width, std::size_t dim) {
    pleach::matrix<std::uint16_t> ids(33, 3);
    for (std::size_t x = 0; x < 33; ++x)
        for (std::size_t k = 0; k < 3; ++k) ids.row(x)[k] = static_cast<std::uint16_t>((x * 7 + k * 11) % 32);
    return pleach::coded<Combiner, pleach::dense_table<float>>(table(3 * 32, width),
                                                               pleach::packed_codes<>(std::as_const(ids).view(), 5), dim);
}

/// Multiples of 1/4, so that every product and sum is exact.
template <class Base>
auto turned(Base base) {
    pleach::matrix<float> rotation(base.dim(), base.dim());
    for (std::size_t r = 0; r < base.dim(); ++r)
        for (std::size_t c = 0; c < base.dim(); ++c)
            rotation.row(r)[c] = static_cast<float>(static_cast<int>((r * 3 + c * 5) % 9) - 4) * 0.25F;
    return pleach::rotated(std::move(base), std::move(rotation));
}

/// Half of the rows are zero, and all of the first hundred.
pleach::dense_table<float> rows_with_zeros() {
    pleach::dense_table<float> rows = table(600, 6);
    for (std::uint32_t r = 0; r < 600; ++r)
        if (r < 100 || r * r % 10 < 5) std::ranges::fill(rows.row(r), 0.0F);
    return rows;
}

template <class Format>
void require_golden(const char* name, const frozen::image& image) {
    CAPTURE(name);
    tests::string_sink sink;
    pleach::writer_of(image).write(sink);
    const pleach::file_bytes golden = pleach::read_file(folder() / name, 1U << 20U);
    REQUIRE(sink.text == std::string(reinterpret_cast<const char*>(golden.bytes().data()), golden.bytes().size()));

    const auto rows = pleach::open<Format>(folder() / name);
    std::ifstream text(folder() / (std::string(name) + ".txt"));
    std::vector<float> row(rows.dim());
    for (std::uint32_t r = 0; r < rows.size(); ++r) {
        rows.lookup(r, row);
        std::string line, expected = std::to_string(r);
        for (const float x : row) {
            char number[32];
            std::snprintf(number, sizeof number, " %.9g", static_cast<double>(x));
            expected += number;
        }
        REQUIRE(std::getline(text, line));
        REQUIRE(line == expected);
    }
}

template <class Format>
void require_golden(const char* name) {
    require_golden<Format>(name, pleach::freeze<Format>(table()));
}

template <class Table>
void require_golden_parts(const char* name, const Table& composed) {
    require_golden<frozen::nested_rows>(name, pleach::freeze_parts(composed, [](const auto& rows) {
                                            return rows.size() < 8 ? pleach::freeze<frozen::csr_rows<>>(rows)
                                                                   : pleach::freeze<frozen::dense_rows<value_code::f16>>(rows);
                                        }));
}

}  // namespace

TEST_CASE("files of version 1 of every form are read, and written with the same bytes") {
    require_golden<frozen::dense_rows<value_code::f16>>("dense");
    require_golden<frozen::level_rows<4, frozen::two_byte_scale>>("nibbles");
    require_golden<frozen::level_rows<4>>("short_nibbles");
    require_golden<frozen::level_rows<3>>("three_bits");
    require_golden<frozen::level_rows<2>>("two_bits");
    require_golden<frozen::level_rows<1>>("one_bit");
    require_golden<frozen::bitmap_records<>>("bitmap_records");
    require_golden<frozen::column_records<value_code::bf16>>("column_records");
    require_golden<frozen::bitmap_rows<value_code::i8>>("bitmap_rows");
    require_golden<frozen::csr_rows<>>("csr_rows");
    require_golden<frozen::csr_rows<value_code::f16, std::uint16_t>>("wide_csr_rows");
}

TEST_CASE("files of version 1 of sparse rows of few bits are read, and written with the same bytes") {
    using frozen::bitmap_level_records, frozen::bitmap_level_rows;
    const auto rows = table(40, 9);
    require_golden<bitmap_level_records<4>>("bitmap_short_nibbles", pleach::freeze<bitmap_level_records<4>>(rows));
    require_golden<bitmap_level_rows<3>>("bitmap_three_bits", pleach::freeze<bitmap_level_rows<3>>(rows));
    require_golden<bitmap_level_rows<2>>("bitmap_two_bits", pleach::freeze<bitmap_level_rows<2>>(rows));
}

TEST_CASE("files of version 1 of compositions and tables of codes are read, and written with the same bytes") {
    require_golden_parts("compositions", compositions());
    require_golden_parts("codes", codes());
    require_golden<frozen::coded_rows<pleach::sum>>("sums_of_codewords",
                                                    pleach::freeze_parts(codewords<pleach::sum>(6, 6), [](const auto& books) {
                                                        return pleach::freeze<frozen::dense_rows<value_code::i8>>(books);
                                                    }));
    require_golden<frozen::coded_rows<pleach::sum>>(
        "codewords_of_one_scale", pleach::freeze<frozen::coded_rows<pleach::sum>>(codewords<pleach::sum>(6, 6)));
    require_golden<frozen::coded_rows<pleach::concat, frozen::dense_rows<>>>(
        "codewords_side_by_side",
        pleach::freeze<frozen::coded_rows<pleach::concat, frozen::dense_rows<>>>(codewords<pleach::concat>(3, 8)));
}

TEST_CASE("files of version 1 of rotated tables are read, and written with the same bytes") {
    using format = pleach::rotated<frozen::coded_rows<pleach::concat, frozen::dense_rows<>>>;
    require_golden<format>("rotated", pleach::freeze<format>(turned(codewords<pleach::concat>(3, 8))));
}

TEST_CASE("files of version 1 of kept rows are read, and written with the same bytes") {
    using format = frozen::kept_rows<frozen::level_rows<2>>;
    require_golden<format>("kept", pleach::freeze<format>(rows_with_zeros()));
}

TEST_CASE("a file of version 1 with original ids is read, and written with the same bytes") {
    using format = frozen::dense_rows<value_code::f16>;
    const std::vector<std::string> ids{"9", "b\xC3\xA4r", "10", "", "9 ", "9", "10", "The Third Man", "a\xFF"};
    frozen::image image = pleach::freeze<format>(table(9, 4));
    frozen::add_ids(image, {{"users", 5}, {"items", 4}}, ids);
    require_golden<format>("with_ids", image);
    const auto read = pleach::open_ids(folder() / "with_ids");
    REQUIRE(read.groups() == std::vector<frozen::id_group>{{"users", 5}, {"items", 4}});
    for (std::size_t row = 0; row < 9; ++row) {
        REQUIRE(read[row] == ids[row]);
        REQUIRE(read.find(ids[row], row < 5 ? "users" : "items") == row);
    }
}

}  // namespace frozen_golden_test
