// SPDX-License-Identifier: Apache-2.0

// Files of version 1 of the frozen format, committed. Every later version of the library has to read them; their bytes may change
// only together with the version, and then new files are added beside these. tests/io/read_frozen.cmake reads the same files in
// Python, and the texts beside them are what both must find.

#include <pleach/io/open.hpp>
#include <pleach/io/read_file.hpp>
#include <pleach/table/dense_table.hpp>

#include "support/catch.hpp"
#include "support/string_sink.hpp"

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace {

namespace frozen = pleach::frozen;
using pleach::value_code;

std::filesystem::path folder() {
#ifdef PLEACH_TESTS_DIR
    return std::filesystem::path(PLEACH_TESTS_DIR) / "golden" / "frozen_v1";
#else
    return std::filesystem::path(__FILE__).parent_path().parent_path() / "golden" / "frozen_v1";
#endif
}

/// Multiples of 1/8; row 3 is full, row 5 empty.
pleach::dense_table<float> table() {
    pleach::dense_table<float> rows(40, 50);
    for (std::uint32_t r = 0; r < 40; ++r)
        for (std::uint32_t c = 0; c < 50; ++c)
            if (r == 3 || (r != 5 && (r * 7 + c * 3) % 16 == 0))
                rows.row(r)[c] = static_cast<float>(static_cast<int>((r * 31 + c * 17) % 13) - 6) * 0.125F;
    return rows;
}

template <class Format>
void require_golden(const char* name) {
    CAPTURE(name);
    tests::string_sink sink;
    const frozen::image image = pleach::freeze<Format>(table());
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

}  // namespace

TEST_CASE("files of version 1 of every form are read, and written with the same bytes") {
    require_golden<frozen::dense_rows<value_code::f16>>("dense");
    require_golden<frozen::level_rows<4, frozen::two_byte_scale>>("nibbles");
    require_golden<frozen::level_rows<4>>("short_nibbles");
    require_golden<frozen::level_rows<3>>("three_bits");
    require_golden<frozen::level_rows<2>>("two_bits");
    require_golden<frozen::bitmap_records<>>("bitmap_records");
    require_golden<frozen::column_records<value_code::bf16>>("column_records");
    require_golden<frozen::bitmap_rows<value_code::i8>>("bitmap_rows");
    require_golden<frozen::csr_rows<>>("csr_rows");
    require_golden<frozen::csr_rows<value_code::f16, std::uint16_t>>("wide_csr_rows");
}
