// SPDX-License-Identifier: Apache-2.0

#include <pleach/frozen/erased_table.hpp>

#include "support/catch.hpp"
#include "support/ranking.hpp"

namespace erased_table_test {

using namespace tests;

namespace {

/// A table that no file can hold.
struct counting_rows {
    using value_type = float;
    using id_type = std::uint32_t;
    [[nodiscard]] std::size_t size() const noexcept { return 5; }
    [[nodiscard]] std::size_t dim() const noexcept { return 2; }
    void lookup(id_type id, std::span<float> out) const {
        out[0] = static_cast<float>(id);
        out[1] = 1;
    }
};

}  // namespace

TEST_CASE("a table of a program's own is used without its type") {
    const pleach::any_frozen_table any(counting_rows{}, "counting");
    REQUIRE(any.kind() == "counting");
    REQUIRE(any.size() == 5);
    REQUIRE(any.dim() == 2);
    REQUIRE(any.bytes().empty());
    const std::vector<std::uint32_t> ids{1, 4, 3};
    const std::vector<std::size_t> offsets{0, 2, 3};
    pleach::matrix<float> sums(2, 2);
    any.gather_sum(ids, offsets, sums.view());
    REQUIRE(sums.row(0)[0] == 5);
    REQUIRE(sums.row(0)[1] == 2);
    pleach::gather_mean(any, ids, offsets, sums.view());  // as for any table
    REQUIRE(sums.row(0)[0] == 2.5F);
    REQUIRE(sums.row(1)[0] == 3);
    const auto queries = small_numbers<float>(4, 2, 7);
    REQUIRE(fast_top_k(any, queries, 3) == slow_top_k(counting_rows{}, queries, 3));
}

}  // namespace erased_table_test
