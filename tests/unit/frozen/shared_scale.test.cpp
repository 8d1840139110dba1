// SPDX-License-Identifier: Apache-2.0
#include <pleach/frozen/shared_scale.hpp>

#include <pleach/table/dense_table.hpp>

#include "support/catch.hpp"

namespace shared_scale_test {

namespace frozen = pleach::frozen;

TEST_CASE("a shared scale cuts off single large values if the others gain by it, and no others") {
    std::vector<float> values(4000);
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(static_cast<int>(i % 200) - 100) * 0.01F;
    const float whole = pleach::from_bfloat(frozen::detail::choose_shared_scale(values));
    CHECK(127 * whole >= 1);
    CHECK(127 * whole < 1.01F);
    values[7] = 4;
    const float cut = pleach::from_bfloat(frozen::detail::choose_shared_scale(values));
    CHECK(127 * cut >= 4);  // cutting off 3 would cost more than all others lose
    values[7] = 1.5F;
    const float more = pleach::from_bfloat(frozen::detail::choose_shared_scale(values));
    CHECK(more <= pleach::from_bfloat(pleach::row_scale(values)));
    CHECK(frozen::detail::squared_rounding(values, more) <=
          frozen::detail::squared_rounding(values, pleach::from_bfloat(pleach::row_scale(values))));
}

TEST_CASE("a shared scale of zeros is zero, and values that are not finite do not count") {
    pleach::dense_table<float> rows(3, 2);
    CHECK(frozen::detail::with_shared_scale<pleach::dense_table<float>>(rows).shared_scale() == 0);
    rows.row(1)[0] = 1;
    rows.row(2)[1] = std::numeric_limits<float>::infinity();
    const frozen::detail::with_shared_scale<pleach::dense_table<float>> scaled(rows);
    CHECK(scaled.shared_scale() == pleach::row_scale(rows.row(1)));
    CHECK((scaled.size() == 3 && scaled.dim() == 2));
}

}  // namespace shared_scale_test
