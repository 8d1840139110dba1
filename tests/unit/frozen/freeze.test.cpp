// SPDX-License-Identifier: Apache-2.0
// What bytes are said to be, by everything that says so, is what the arrays take.
#include <pleach/frozen/freeze.hpp>

#include <pleach/compose/recipes.hpp>
#include <pleach/frozen/freeze_best.hpp>
#include <pleach/frozen/stored_terms.hpp>
#include <pleach/init/normal.hpp>
#include <pleach/sparse/masked.hpp>
#include <pleach/table/footprint.hpp>

#include "support/assignments.hpp"
#include "support/catch.hpp"
#include "unit/frozen/formats.hpp"

namespace freeze_test {

using namespace tests;
namespace frozen = pleach::frozen;

TEST_CASE("the planner, bytes_of and the arrays agree to the byte, for every format, shape and density") {
    for (const std::size_t rows : {0UL, 1UL, 5UL, 255UL, 256UL, 257UL, 520UL})
        for (const std::size_t dim : {1UL, 7UL, 20UL, 64UL, 130UL, 300UL})
            for (const double density : {0.0, 0.03, 0.4, 1.0}) {
                // Wide rows at one border of the groups, and the widest at none, to save time.
                if (rows > 5 && ((dim > 20 && rows != 257) || dim > 130)) continue;
                const auto table = sparse_table(rows, dim, density, rows + dim);
                const auto planned = frozen::compare_formats(frozen::survey_rows(table), dim, {});
                for_each_kind([&]<class Format>(const Format*) {
                    if (dim > Format::form_type::most_columns) return;
                    CAPTURE(Format::kind(), rows, dim, density);
                    const std::size_t bytes = pleach::freeze<Format>(table).bytes();
                    REQUIRE(frozen::bytes_of<Format>(table) == bytes);
                    const auto plan = std::ranges::find(planned, Format::kind(), &frozen::format_choice::kind);
                    // Codes other than floats may round a value to zero, which the planner does not look at.
                    if (Format::form_type::error() == 0) REQUIRE(plan->bytes == bytes);
                    REQUIRE(plan->bytes >= bytes);
                });
            }
}

TEST_CASE("footprints are the bytes of files of floats, to the byte") {
    for (const std::size_t rows : {1UL, 100UL, 256UL, 1000UL})
        for (const std::size_t dim : {1UL, 20UL, 64UL, 256UL, 300UL})
            for (const double density : {0.0, 0.1, 1.0}) {
                const pleach::masked table(normal_table<float>(rows, dim), random_mask(rows, dim, density));
                const auto counts = pleach::footprint(table);
                CAPTURE(rows, dim, density);
                REQUIRE(counts.bytes_dense == frozen::bytes_of<frozen::dense_rows<>>(table));
                REQUIRE(counts.bytes_bitmap == frozen::bytes_of<frozen::bitmap_rows<>>(table));
                if (dim <= 256)
                    REQUIRE(counts.bytes_csr == frozen::bytes_of<frozen::csr_rows<>>(table));
                else
                    REQUIRE(counts.bytes_csr ==
                            frozen::bytes_of<frozen::csr_rows<pleach::value_code::f32, std::uint16_t>>(table));
            }
}

TEST_CASE("the bytes of compositions and tables of codes are those of their files") {
    const auto check = []<class Table>(const Table& table) {
        using format = frozen::form_of<frozen::bitmap_rows<>, Table>;
        REQUIRE(frozen::bytes_of<format>(table) == pleach::freeze<format>(table).bytes());
    };
    const pleach::random_stream stream(3);
    check(pleach::make_qr<float>({.entities = 100, .buckets = 20, .dim = 12}, pleach::normal{}, stream));
    const auto coarse = pleach::make_legcf<float>(random_assignment<float>(100, 20, 2), 12, pleach::normal{}, stream);
    check(coarse);
    check(pleach::make_c2f<float>(coarse, pleach::dense_table<float>(6, 12, pleach::normal{}, stream),
                                  random_assignment<float>(20, 6, 3)));
    const auto counts =
        pleach::footprint(pleach::make_qr<float>({.entities = 100, .buckets = 20, .dim = 12}, pleach::normal{}, stream));
    REQUIRE(counts.bytes_dense ==
            frozen::bytes_of<frozen::form_of<frozen::dense_rows<>, pleach::qr_table<float>>>(
                pleach::make_qr<float>({.entities = 100, .buckets = 20, .dim = 12}, pleach::normal{}, stream)));
}

}  // namespace freeze_test
