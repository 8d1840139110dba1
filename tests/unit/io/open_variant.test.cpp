// SPDX-License-Identifier: Apache-2.0

#include <pleach/compose/recipes.hpp>
#include <pleach/init/normal.hpp>
#include <pleach/io/open_variant.hpp>

#include "support/catch.hpp"
#include "support/temporary_directory.hpp"
#include "unit/frozen/formats.hpp"

namespace open_variant_test {

using namespace tests;
namespace frozen = pleach::frozen;

TEST_CASE("what is saved opens as the alternative that it was") {
    const temporary_directory folder;
    const auto path = folder.path() / "table.frozen";
    const auto table = sparse_table(300, 33, 0.2);
    for_each_kind([&]<class Format>(const Format*) {
        CAPTURE(Format::kind());
        const auto image = std::make_shared<const frozen::image>(pleach::freeze<Format>(table));
        pleach::save(*image, path);
        const auto any = pleach::open_variant(path);
        REQUIRE(std::holds_alternative<Format>(any));
        REQUIRE(std::visit([](const auto& one) { return expanded(one).row(7)[3]; }, any) ==
                expanded(frozen::view<Format>(image)).row(7)[3]);
    });
}

TEST_CASE("a composed table is one alternative of the variant, part by part as it was frozen") {
    const temporary_directory folder;
    const auto table =
        pleach::make_qr<float>({.entities = 200, .buckets = 20, .dim = 8}, pleach::normal{}, pleach::random_stream(3));
    const auto image = pleach::freeze_parts(table, [](const auto& rows) {
        return rows.size() == 20 ? pleach::freeze<frozen::bitmap_records<>>(rows) : pleach::freeze<frozen::dense_rows<>>(rows);
    });
    pleach::save(image, folder.path() / "qr");
    const auto any = pleach::open_variant(folder.path() / "qr");
    REQUIRE(std::get<frozen::nested_rows>(any).kind() == "composed<hadamard>");
    const auto rows = std::visit([](const auto& one) { return expanded(one); }, any);
    for (std::uint32_t x = 0; x < 200; ++x) REQUIRE(std::ranges::equal(rows.row(x), expanded(table).row(x)));
    pleach::frozen::image other =
        pleach::freeze_parts(table, [](const auto& part) { return pleach::freeze<frozen::dense_rows<>>(part); });
    other.add<std::byte>("P.more", 1);
    pleach::save(other, folder.path() / "qr");
    REQUIRE_THROWS_WITH_SENTENCE(pleach::open_variant(folder.path() / "qr"), std::filesystem::filesystem_error,
                                 "belongs to no part");
}

}  // namespace open_variant_test
