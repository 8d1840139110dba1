// SPDX-License-Identifier: Apache-2.0
#include "support/serve/planned_files.hpp"

#include "support/catch.hpp"

#include <array>

namespace planned_files_test {

using pleach::packing;
using support::table_kind;

TEST_CASE("Files of users and of items take no more than one of all rows, what stands beside it, and a header each") {
    const std::size_t beside = support::bytes_beside(table_kind::masked) - 2 * pleach::rows_header_bytes;
    std::size_t most = 0;
    for (const packing how : {packing::dense, packing::bitmap, packing::csr})
        for (const std::size_t users : {1u, 15u, 16u, 255u, 256u, 257u, 3855u, 4095u, 4096u, 4097u, 29858u})
            for (const std::size_t items : {1u, 16u, 17u, 255u, 256u, 271u, 3841u, 4096u, 40981u}) {
                const auto bytes = [&](std::size_t rows, std::size_t values) {
                    return pleach::packed_bytes(how, {rows, 9}, values, sizeof(float));
                };
                const std::size_t two = bytes(users, 2 * users) + bytes(items, 3 * items);
                const std::size_t one = bytes(users + items, 2 * users + 3 * items);
                CAPTURE(users, items, one, two);
                REQUIRE(two <= one + beside);
                most = std::max(most, two - one);
            }
    CHECK(most == beside);  // and not less beside it
}

TEST_CASE("A budget of files is one of their data, less headers, and says so where nothing fits") {
    const pleach::stored_shape shape{1000, 64};
    const std::size_t beside = support::bytes_beside(table_kind::pep);
    const auto found = support::values_in_files(50'000, table_kind::pep, {&shape, 1});
    const auto data = pleach::values_within(50'000 - beside, {&shape, 1});
    CHECK((found.nonzero == data.nonzero && found.how == data.how && found.bytes == data.bytes + beside));
    for (const std::uint64_t bytes : {std::uint64_t{1}, std::uint64_t{beside}, std::uint64_t{5'000}})
        REQUIRE_THROWS_WITH_SENTENCE(support::values_in_files(bytes, table_kind::pep, {&shape, 1}), std::invalid_argument,
                                     "headers of files take 1,600 more");
}

TEST_CASE("The share of some values rounds down to them, and the largest number that fits is found") {
    for (std::size_t all : {std::size_t{1}, std::size_t{7}, std::size_t{4'533'696}, std::size_t{1} << 40})
        for (std::size_t values : {std::size_t{0}, all / 3, all - 1})
            CHECK(static_cast<std::size_t>(support::share_of(values, all) * static_cast<double>(all)) == values);
    CHECK(support::share_of(9, 9) == 1);
    for (std::size_t least = 0; least <= 20; ++least)
        CHECK(support::largest_that_fits(17, [&](std::size_t n) { return n <= least; }) == std::min<std::size_t>(least, 17));
}

}  // namespace planned_files_test
